"""A sentence cut into words, numbers and signs, each with its place in the text."""

import re
from dataclasses import dataclass

# A standard is one sentence. What comes after this is not read, so that no input can be slow.
MAX_CHARACTERS = 600
# No text can hold these as one token, so they stand for nothing but the two ends.
START = "<start>"
END = "<end>"

# Longer digit strings are serial numbers, not quantities.
_MOST_DIGITS = 12
# Each alternative can start at a place in one way only, so the time is linear in the text.
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+(?:['.][^\W\d_]+)*|[^\s]")
# Curly quotation marks, dashes and the minus sign, narrow blanks: one character for one, so places stay.
_SAME_SIGN = str.maketrans(
    dict.fromkeys("\u2019\u2018\u02bc", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2212\u2013\u2014\u2011\u2010", "-")
    | dict.fromkeys("\u00a0\u202f\u2009", " ")
)
_FRACTIONS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}


@dataclass(frozen=True)
class Token:
    """
    A word in small letters, a number or a sign.

    `number` is what its digits say, as written; `None` for anything else. `tied` is true when only a
    hyphen parts it from the token before it, `capital` when it is written with a capital letter.
    """

    text: str
    start: int
    end: int
    number: str | None = None
    tied: bool = False
    quoted: bool = False
    capital: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it starts with a letter."""
        return self.text[:1].isalpha()


def tokens_of(text: str, number_words: frozenset[str]) -> tuple[Token, ...]:
    """
    Cut a text into tokens; places count in the text as given.

    Args:
        text: anything; only the first MAX_CHARACTERS characters are read.
        number_words: words that count as a number in patterns.
    Returns:
        Tokens in order, without marks of start and end. Hyphens between words are left out.
    """
    read = "".join(_small(letter) for letter in text[:MAX_CHARACTERS].translate(_SAME_SIGN))
    tokens: list[Token] = []
    quoted = False
    quotable = read.count('"') % 2 == 0 and not read.strip().startswith('"')
    tied = False
    for match in _TOKEN.finditer(read):
        word, start, end = match.group(), match.start(), match.end()
        if word == '"':
            quoted = quotable and not quoted
        if word == "-" and _between_words(read, start):
            tied = True
            continue
        capital = text[start].isupper()
        tokens.append(Token(word, start, end, _number(word, number_words), tied, quoted, capital))
        tied = False
    return tuple(tokens)


def fraction_of(text: str) -> tuple[int, int] | None:
    """The numerator and denominator of a sign such as "½"."""
    return _FRACTIONS.get(text)


def _small(letter: str) -> str:
    small = letter.lower()
    return small if len(small) == 1 else letter


def _between_words(read: str, place: int) -> bool:
    before, after = read[place - 1 : place], read[place + 1 : place + 2]
    return before.isalnum() and after.isalpha()


def _number(word: str, number_words: frozenset[str]) -> str | None:
    if word[0] in "0123456789":
        return word if len(word) <= _MOST_DIGITS else None
    return word if word in number_words or word in _FRACTIONS else None
