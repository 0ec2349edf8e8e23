"""Texts for print: only characters the fonts have, nothing that steers a reader's eye, nothing too long."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import fields, is_dataclass
from typing import Any

# A field is cut to its own length before; this holds for whatever nobody thought of.
LONGEST = 600
LONGEST_WORD = 24
UNPRINTABLE = "?"
# Excel takes 32,767 of its own units in a cell, and a pictograph is two.
LONGEST_CELL = 16_000
_MARKS_AT_MOST = 2
_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
# Control characters, turns of direction, halves of characters and what Unicode says is none.
_UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_BREAK = "\u200b"
_PERCENT = re.compile(r"(?<=\d) %")


def clean_text(text: str, has: Container[int], longest: int = LONGEST) -> str:
    """
    Return a text as one line that can be set: every character of it has a shape in the fonts.

    Control characters, marks of direction and pictographs go; a letter no font has becomes its plain form
    (`Ａ` is A) or a question mark. What is cut off ends in an ellipsis, and a word without an end may be
    broken anywhere. A text that had something to read is never empty.

    Args:
        has: the characters, as numbers, that the fonts have.
        longest: in characters.
    """
    # A text of megabytes costs no more than its beginning.
    begun = text[: 8 * longest + 64]
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", begun):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MARKS_AT_MOST:
            kept.append(_printed(character, has))
    line = " ".join("".join(kept).split())
    if not line and text.strip():
        return UNPRINTABLE
    if len(line) > longest or len(begun) < len(text):
        line = _cut(line, longest)
    return _WORD.sub(lambda word: _breakable(word[0]), line)


def clean_tree(value: Any, has: Container[int]) -> Any:
    """Clean every text within lists and dicts, whatever it is for; tie numbers to their percent sign."""
    if isinstance(value, str):
        return _PERCENT.sub("\u00a0%", clean_text(value, has))
    if isinstance(value, dict):
        return {name: clean_tree(held, has) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [clean_tree(held, has) for held in value]
    return value


def lacks_letters(value: Any, has: Container[int]) -> bool:
    """Say whether a letter anywhere within a value will be printed as a question mark."""
    if isinstance(value, str):
        return any(
            character != UNPRINTABLE and _printed(character, has) == UNPRINTABLE for character in set(value)
        )
    if is_dataclass(value):
        return any(lacks_letters(getattr(value, field.name), has) for field in fields(value))
    return isinstance(value, list | tuple) and any(lacks_letters(held, has) for held in value)


def _printed(character: str, has: Container[int]) -> str:
    category = unicodedata.category(character)
    if character.isspace():
        return " "
    if category[0] == "C":
        return ""
    if ord(character) in has:
        return character
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if ord(part) in has)
    if plain and not plain.isspace():
        return plain
    # A pictograph says nothing that a question mark would keep; a lost letter must be seen to be lost.
    return UNPRINTABLE if category[0] in "LN" else ""


def _cut(line: str, longest: int) -> str:
    """Cut at a word's end where one is near."""
    cut = line[: longest - 1]
    space = cut.rfind(" ")
    if space > longest * 2 // 3 and len(line) >= longest:
        cut = cut[:space]
    return f"{cut.rstrip(' ,;:.–—-')}…"


def _breakable(word: str) -> str:
    half = LONGEST_WORD // 2
    return _BREAK.join(word[at : at + half] for at in range(0, len(word), half))


def clean_cell(text: str, longest: int = LONGEST_CELL) -> str:
    """
    Return a text as it goes into a cell of a file: on one line, and without what no file may hold.

    Letters of every script and pictographs stay: whoever opens the file has fonts. Marks that turn the
    direction of what follows them go, as they can make a text read as another.
    """
    line = " ".join(_UNWRITABLE.sub(" ", text[: longest + 1]).split())
    return line if len(text) <= longest else f"{line[: longest - 1]}…"
