"""Cells of a workbook: one way to write each kind of value, and the look of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, isfinite

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from storage.forms.clean_text import clean_cell

_NUMBER_FORMATS = {
    "percent": "0.0%",
    "points": "+0.0;−0.0;0.0",
    "date": "d mmm yyyy",
    "number": "#,##0.##",
    "whole": "#,##0",
}


_LINE = 15
# A row of Excel is no higher; what stands below is read in the cell itself.
_MOST_LINES = 27


@dataclass(frozen=True)
class Formula:
    """A formula we mean, and what it comes to: who opens the file without working it out sees that."""

    text: str
    value: float


Held = str | float | date | Formula | None


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, what kind of value it holds, and how many characters wide it is."""

    name: str
    kind: str = "text"
    width: int = 12


class Formats:
    """The looks of a workbook, each made once: Excel holds only some thousand."""

    def __init__(self, book: Workbook, colour: str) -> None:
        self.colour = colour
        self._known: dict[str, Format] = {
            kind: book.add_format({"num_format": written, "valign": "top"})
            for kind, written in _NUMBER_FORMATS.items()
        }
        # On the first sheet figures stand among words, and begin where those begin.
        self._beside: dict[str, Format] = {
            kind: book.add_format({"num_format": written, "valign": "top", "align": "left", "indent": 1})
            for kind, written in _NUMBER_FORMATS.items()
        }
        wrapped = {"text_wrap": True, "valign": "top"}
        self._known |= {
            # A text stays one even when its cell is typed over.
            "text": book.add_format({"num_format": "@", "valign": "top", "align": "left", "indent": 1}),
            "words": book.add_format({"num_format": "@", "align": "left", "indent": 1, **wrapped}),
            "head": book.add_format({"bold": True, "font_color": "#ffffff", "bg_color": colour, **wrapped}),
            "title": book.add_format({"bold": True, "font_size": 20, "font_color": colour}),
            "label": book.add_format({"bold": True, "valign": "top"}),
            "section": book.add_format({"bold": True, "font_size": 13, "font_color": colour}),
            "big": book.add_format(
                {
                    "bold": True,
                    "font_size": 20,
                    "font_color": colour,
                    "num_format": "0.0%",
                    "align": "left",
                    "indent": 1,
                }
            ),
        }

    def of(self, kind: str) -> Format:
        """Return the look of a kind of value."""
        return self._known[kind]

    def beside_words(self, kind: str) -> Format:
        """Return the look of a kind of value on the first sheet."""
        return self._beside.get(kind) or self._known[kind]


def write_head(sheet: Worksheet, columns: Sequence[Column], formats: Formats) -> None:
    """Write the names of a table's columns, and keep them in sight."""
    # Bold letters are wider.
    make_room(sheet, 0, [(column.name, int(0.8 * column.width)) for column in columns])
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        write_cell(sheet, 0, at, column.name, formats.of("head"))
    sheet.freeze_panes(1, 0)


def write_cell(sheet: Worksheet, row: int, column: int, held: Held, look: Format) -> None:
    """Write one value as what it is. A text is never looked at for a formula, a number or a link."""
    write_cleaned(sheet, row, column, clean_cell(held) if isinstance(held, str) else held, look)


def write_cleaned(sheet: Worksheet, row: int, column: int, held: Held, look: Format) -> None:
    """Write one value whose text is clean already: one that fills many cells is cleaned only once."""
    if isinstance(held, str):
        sheet.write_string(row, column, held, look)
    elif isinstance(held, date):
        sheet.write_datetime(row, column, held, look)
    elif isinstance(held, Formula):
        sheet.write_formula(row, column, held.text, look, held.value)
    elif held is not None and isfinite(held):
        sheet.write_number(row, column, held, look)


def make_room(sheet: Worksheet, row: int, words: Sequence[tuple[str, int]]) -> None:
    """
    Make a row as high as its longest words need, before they are written; not every program does so itself.

    Args:
        words: texts that are broken into lines, and how many characters wide their columns are.
    """
    # Breaks between words leave some of a line empty.
    needed = (
        sum(max(1, ceil(len(line) / (0.9 * width))) for line in clean_cell(text).split("\n"))
        for text, width in words
    )
    if (lines := min(max(needed, default=1), _MOST_LINES)) > 1:
        sheet.set_row(row, _LINE * lines)
