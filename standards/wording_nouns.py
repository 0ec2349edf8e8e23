"""What a number counts: the noun after it, in the plural and without adjectives."""

from collections.abc import Sequence

from standards.wording_numbers import word_at
from standards.wording_tokens import Token
from standards.wording_words import Words

_MODIFIERS = 3
_SHORTEST_ADJECTIVE = 6


def counted_noun(
    tokens: Sequence[Token], place: int, words: Words, *, several: bool
) -> tuple[str, int] | None:
    """What is counted, in the plural and without adjectives, and the place after it."""
    for length in (4, 3, 2, 1):
        same = words.same_as.get(tuple(word_at(tokens, place + step) for step in range(length)))
        if same is not None:
            return same, place + length
    names: list[str] = []
    described = ""
    for at in range(place, min(place + _MODIFIERS + 1, len(tokens))):
        word = tokens[at].text
        if not tokens[at].is_word or word in words.sets["counting.stops"]:
            break
        if word in words.third_persons and (
            not (several or names) or word_at(tokens, at + 1) in words.sets["selection.articles"]
        ):
            # "at most one shows a stain", "anyone under 25 shows an identity card"
            break
        if is_plural(word, words) and several:
            return " ".join([*names, words.same_as.get((word,), word)]), at + 1
        if _is_adjective(word, words):
            described = word
        else:
            names.append(word)
    if not names and described.endswith(tuple(words.data["counting"]["adjective_endings"])):
        # "at least one alternative": no noun follows what looks like an adjective.
        names.append(described)
    if several or not names:
        return None
    compound = names if len(names) <= 2 else names[:1]
    return " ".join([*compound[:-1], plural_of(compound[-1], words)]), place + 1


def named_before(tokens: Sequence[Token], first: int, after: int, words: Words) -> str | None:
    """
    What a number counts when no noun follows it: "number of rings: 3", "Open tills: minimum 3".

    Args:
        tokens: a sentence with the marks of start and end.
        first: where the comparator starts, or the number without one.
        after: the place after the number.
        words: the language's words.
    """
    for length in (3, 2, 1):
        waiting = words.counted_in.get(tuple(word_at(tokens, after + step) for step in range(length)))
        if waiting is not None:
            return waiting
    for at in range(first - 1, 2, -1):
        if tokens[at].text == "of" and tokens[at - 1].text == "number":
            noun = counted_noun(tokens, at + 1, words, several=True)
            return noun and noun[0]
    lines: dict[str, str] = words.data["counting"]["lines"]
    exceeds = tokens[first].text in words.sets["counting.exceeding"]
    while word_at(tokens, first - 1) in words.sets["negation.near"]:
        first -= 1
    before, last = [token.text for token in tokens[1:first]], word_at(tokens, first - 1)
    headed = last in (":", "-")
    if headed or exceeds or last == "of":
        line = next((lines[word] for word in before if word in lines), None)
        if line is not None:
            return line
    names = (word for word in before if is_plural(word, words) and word not in words.sets["counting.stops"])
    name = next(names, None) if headed else None
    return name and words.same_as.get((name,), name)


def is_plural(word: str, words: Words) -> bool:
    """Whether a word names several: "tills", "people"."""
    if word in words.sets["counting.plurals"]:
        return True
    ends = word.endswith("s") and not word.endswith(("ss", "us"))
    return ends and word not in words.sets["counting.not_plural"]


def _is_adjective(word: str, words: Words) -> bool:
    endings = tuple(words.data["counting"]["adjective_endings"])
    formed = len(word) >= _SHORTEST_ADJECTIVE and word.endswith(endings)
    return formed or word in words.sets["counting.adjectives"]


def plural_of(word: str, words: Words) -> str:
    """The plural of a noun; a plural stays as it is."""
    irregular: dict[str, str] = words.data["counting"]["irregular"]
    if word in irregular:
        return irregular[word]
    if is_plural(word, words):
        return word
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
