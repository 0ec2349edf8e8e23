"""Numbers in a sentence, in digits or words: "1,000", "twenty-five", "one and a half", "three quarters"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from standards.wording_tokens import Token, fraction_of
from standards.wording_words import Words

_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_HUNDRED = 100


@dataclass(frozen=True)
class Number:
    """
    A number and the place after it.

    `article` marks the "a" of "an hour"; `part` marks a part of one, such as "half" or "three quarters".
    """

    value: Fraction
    end: int
    article: bool = False
    part: bool = False


def word_at(tokens: Sequence[Token], place: int) -> str:
    """The text at a place; empty outside the sentence."""
    return tokens[place].text if 0 <= place < len(tokens) else ""


def number_at(tokens: Sequence[Token], place: int, words: Words) -> Number | None:
    """
    The number that starts at a place, with its fractions: "1½", "2 1/2", "two and a half", "six (6)".

    Args:
        tokens: a sentence.
        place: where the number would start.
        words: the language's words.
    Returns:
        The longest number that starts there, or None.
    """
    number = _part(tokens, place, words) or _digits(tokens, place) or _spelled(tokens, place, words)
    if number is None:
        if word_at(tokens, place) in ("a", "an"):
            return Number(Fraction(1), place + 1, article=True)
        return None
    if word_at(tokens, number.end) in ("(", "["):
        return _said_twice(tokens, number, words)
    return number if number.part else _with_half(tokens, number, words)


def ordinal_at(tokens: Sequence[Token], place: int, words: Words) -> Number | None:
    """ "third" or "3rd" at a place."""
    value = words.data["ordinals"].get(word_at(tokens, place))
    if value is not None:
        return Number(Fraction(value), place + 1)
    digits = _digits(tokens, place)
    if digits and word_at(tokens, digits.end) in ("st", "nd", "rd", "th"):
        return Number(digits.value, digits.end + 1)
    return None


def _digits(tokens: Sequence[Token], place: int) -> Number | None:
    text = word_at(tokens, place)
    if place < len(tokens) and tokens[place].number is None:
        return None
    if sign := fraction_of(text):
        return Number(Fraction(*sign), place + 1)
    if _THOUSANDS.fullmatch(text):
        value = Fraction(text.replace(",", ""))
    elif _DECIMAL.fullmatch(text):
        value = Fraction(text.replace(",", "."))
    else:
        return None
    end = place + 1
    if sign := fraction_of(word_at(tokens, end)):
        return Number(value + Fraction(*sign), end + 1)
    top, slash, bottom = (word_at(tokens, end + step) for step in range(3))
    if slash == "/" and top.isdecimal() and bottom.isdecimal() and 0 < int(top[:4]) < int(bottom[:4]):
        return Number(value + Fraction(int(top[:4]), int(bottom[:4])), end + 3)
    return Number(value, end)


def _spelled(tokens: Sequence[Token], place: int, words: Words) -> Number | None:
    simple, multipliers = words.data["numbers"], words.data["multipliers"]
    at = place
    if word_at(tokens, at) in ("a", "an") and word_at(tokens, at + 1) in multipliers:
        total, current, at = 0, 1, at + 1
    elif word_at(tokens, at) in simple:
        total, current = 0, simple[word_at(tokens, at)]
        at += 1
    elif word_at(tokens, at) in multipliers:
        total, current = 0, 1
    else:
        return None
    while at < len(tokens):
        word = tokens[at].text
        if word in multipliers:
            current *= multipliers[word]
            if multipliers[word] > _HUNDRED:
                total, current = total + current, 0
            at += 1
        elif _continues(word, current, simple):
            current += simple[word]
            at += 1
        elif word == "and" and current >= _HUNDRED and word_at(tokens, at + 1) in simple:
            current += simple[tokens[at + 1].text]
            at += 2
        else:
            break
        if at - place > len(simple):
            return None
    return Number(Fraction(total + current), at)


def _continues(word: str, current: int, simple: dict[str, int]) -> bool:
    """ "five" goes on from "twenty", any number from "two hundred"; "two three" is two numbers."""
    if word not in simple or current == 0:
        return False
    ends_in_tens = current % _HUNDRED >= 20 and current % 10 == 0
    return (ends_in_tens and 0 < simple[word] < 10) or current % _HUNDRED == 0


def _part(tokens: Sequence[Token], place: int, words: Words) -> Number | None:
    """ "half", "half a", "a quarter of", "three quarters of", "two thirds of"."""
    parts = words.data["parts"]
    first, second = word_at(tokens, place), word_at(tokens, place + 1)
    if first == "half" and word_at(tokens, place + 2) == "dozen":
        return Number(Fraction(6), place + 3)
    if first in ("half", "quarter"):
        return Number(Fraction(*parts[first]), place + 1, part=True)
    top = 1 if first in ("a", "one") else words.data["numbers"].get(first)
    if top is None or second not in parts:
        return None
    if top == 1 and second not in ("half", "quarter") and word_at(tokens, place + 2) != "of":
        return None
    if top > 1 and not second.endswith("s"):
        return None
    return Number(Fraction(*parts[second]) * top, place + 2, part=True)


def _said_twice(tokens: Sequence[Token], number: Number, words: Words) -> Number:
    """ "fifteen (15)" is one number."""
    again = _digits(tokens, number.end + 1) or _spelled(tokens, number.end + 1, words)
    closed = again is not None and word_at(tokens, again.end) in (")", "]")
    if again is None or not closed or again.value != number.value:
        return number
    return replace(number, end=again.end + 1)


def _with_half(tokens: Sequence[Token], number: Number, words: Words) -> Number:
    if word_at(tokens, number.end) != "and":
        return number
    part = _part(tokens, number.end + 1, words)
    if part is None or word_at(tokens, part.end) == "of":
        return number
    return Number(number.value + part.value, part.end)
