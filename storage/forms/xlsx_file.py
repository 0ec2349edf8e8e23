"""A scorecard as a workbook: a summary with live charts, a sheet a table, and the raw observations."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from standards.scorecards.raw import Coded, RawObservations
from standards.scorecards.values import Scorecard, SubjectKind
from storage.forms.clean_text import clean_cell
from storage.forms.look import Look, Paper, dark_enough
from storage.forms.xlsx_cells import Column, Formats, Held, make_room, write_cell, write_cleaned, write_head
from storage.forms.xlsx_charts import add_charts, add_standards_chart
from storage.forms.xlsx_logo import add_logo
from storage.forms.xlsx_tables import Table, summary_of, tables_of

# By Excel's numbers.
_PAPERS = {Paper.LETTER: 1, Paper.A4: 9}
# What a sheet of Excel holds, header and last words included.
MOST_ROWS = 1_048_576
# Each by what it is called in `RawObservations`.
OBSERVATION_COLUMNS = {
    "visit": Column("Visit", "number", 8),
    "visited_on": Column("Date", "date", 12),
    "part_of_day": Column("Part of day", "text", 11),
    "brand": Column("Brand", "text", 18),
    "channel": Column("Channel", "text", 22),
    "area": Column("Area", "text", 14),
    "edition": Column("Edition", "number", 8),
    "touchpoint": Column("Touchpoint", "text", 18),
    "code": Column("Code", "text", 10),
    "verdict": Column("Verdict", "text", 13),
    "value": Column("Value", "number", 11),
    "unit": Column("Unit", "text", 10),
    "longer_than": Column("Given up", "text", 9),
    "note": Column("Note", "text", 60),
}
_SUMMARY_WIDTHS = (30, 26, 90)
# Wider than so many characters, a table is printed over two pages: on one it could not be read.
_WIDEST_PRINTED = 240
_TOO_MANY = "Excel takes no more rows: the CSV file holds every observation."


def write_xlsx(
    card: Scorecard,
    parts: Iterable[RawObservations],
    to: Path,
    look: Look | None = None,
    *,
    most_rows: int = MOST_ROWS,
) -> bool:
    """
    Write a scorecard as an XLSX file; False where it could not hold every observation.

    Numbers, dates and percentages are real ones, texts are always texts: none can become a formula or a
    link. Rows are written out as they come, so that a million takes little memory. The same arguments give
    the same bytes.

    Args:
        parts: the observations, in the order in which they are to stand.
        most_rows: how many a sheet holds, its head and a last line that says what is missing included.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": False,
    }
    book = xlsxwriter.Workbook(str(to), options)
    try:
        book.use_zip64()
        midnight = datetime.combine(card.made_on, time(), UTC).replace(tzinfo=None)
        book.set_properties({"title": "Scorecard", "created": midnight})
        formats = Formats(book, dark_enough(look.colour if look else None, card.subject.colour))
        summary = book.add_worksheet("Scorecard")
        add_logo(summary, look.logo if look else None, formats.colour, len(_SUMMARY_WIDTHS) - 1)
        next_row = _write_summary(summary, card, formats)
        _fit(summary, look, wide=False)
        tables = [table for table in tables_of(card) if table.rows]
        sheets = {table.name: _write_table(book, table, formats, look) for table in tables}
        add_charts(book, summary, card, sheets, formats, next_row)
        if card.subject.kind is not SubjectKind.VISIT and (count := sheets.get("Standards")):
            # Of one visit each bar would be whole or none, and none where it was not even asked.
            _fit(add_standards_chart(book, count, formats), look, wide=False)
        return _write_observations(book, parts, formats, look, most_rows)
    finally:
        book.close()


def _write_summary(sheet: Worksheet, card: Scorecard, formats: Formats) -> int:
    """Write the first sheet's words and figures, and return the first free row."""
    sheet.hide_gridlines(2)
    for at, width in enumerate(_SUMMARY_WIDTHS):
        sheet.set_column(at, at, width)
    for number, line in enumerate(summary_of(card)):
        words = [(str(held), _SUMMARY_WIDTHS[at]) for at, (held, kind) in enumerate(line) if kind == "words"]
        make_room(sheet, number, words)
        for at, (held, kind) in enumerate(line):
            write_cell(sheet, number, at, held, formats.beside_words(kind))
    return len(summary_of(card)) + 1


def _fit(sheet: Worksheet, look: Look | None, *, wide: bool) -> None:
    """Print every column on one page's width; a table's head again on each page."""
    sheet.set_paper(_PAPERS[look.paper if look else Paper.A4])
    # What is not a table is read as one page; a page's end must not go through a chart.
    sheet.fit_to_pages(1, 0 if wide else 1)
    sheet.set_footer("&L&A&RPage &P of &N")
    if wide:
        sheet.set_landscape()
        sheet.repeat_rows(0)


def _write_table(book: Workbook, table: Table, formats: Formats, look: Look | None) -> int:
    sheet = book.add_worksheet(table.name)
    _fit(sheet, look, wide=True)
    if sum(column.width for column in table.columns) > _WIDEST_PRINTED:
        sheet.fit_to_pages(2, 0)
        # What a line is about stands on both.
        sheet.repeat_columns(0, next(at for at, one in enumerate(table.columns) if one.kind == "words"))
    write_head(sheet, table.columns, formats)
    looks = [formats.of(column.kind) for column in table.columns]
    for number, row in enumerate(table.rows, 1):
        words = [
            (held, column.width)
            for held, column in zip(row, table.columns, strict=True)
            if column.kind == "words" and isinstance(held, str)
        ]
        make_room(sheet, number, words)
        for at, held in enumerate(row):
            write_cell(sheet, number, at, held, looks[at])
    sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    return len(table.rows)


def _write_observations(
    book: Workbook,
    parts: Iterable[RawObservations],
    formats: Formats,
    look: Look | None,
    most_rows: int,
) -> bool:
    sheet = book.add_worksheet("Observations")
    columns = list(OBSERVATION_COLUMNS.values())
    _fit(sheet, look, wide=True)
    write_head(sheet, columns, formats)
    looks = [formats.of(column.kind) for column in columns]
    number, is_whole = 0, True
    for part in parts:
        cells = [_cells(getattr(part, name)) for name in OBSERVATION_COLUMNS]
        room = most_rows - 2 - number
        for row in islice(zip(*cells, strict=True), room):
            number += 1
            for at, held in enumerate(row):
                if held is not None:
                    write_cleaned(sheet, number, at, held, looks[at])
        if len(part) > room:
            is_whole = False
            break
    sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
    if not is_whole:
        write_cell(sheet, most_rows - 1, 0, _TOO_MANY, formats.of("text"))
    return is_whole


def _cells(column: Coded[Any]) -> Iterator[Held]:
    """Return what stands in each row's cell; None where it stays empty."""
    written = [_cell(held) for held in column.held]
    return map(written.__getitem__, column.places.tolist())


def _cell(held: Any) -> Held:
    if isinstance(held, bool):
        return "yes" if held else None
    return clean_cell(held) or None if isinstance(held, str) else held
