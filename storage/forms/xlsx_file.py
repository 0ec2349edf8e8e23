"""A scorecard as a workbook: a summary with live charts, a sheet a table, and the raw observations."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from standards.scorecards.values import RawObservation, Scorecard
from storage.forms.look import Look, Paper, dark_enough
from storage.forms.xlsx_cells import Column, Formats, Held, make_room, write_cell, write_head
from storage.forms.xlsx_charts import add_charts
from storage.forms.xlsx_tables import Table, summary_of, tables_of

# By Excel's numbers.
_PAPERS = {Paper.LETTER: 1, Paper.A4: 9}
# What a sheet of Excel holds, header and last words included.
MOST_ROWS = 1_048_576
OBSERVATION_COLUMNS = (
    Column("Visit", "number", 8),
    Column("Date", "date", 12),
    Column("Part of day", "text", 11),
    Column("Brand", "text", 18),
    Column("Channel", "text", 22),
    Column("Area", "text", 14),
    Column("Edition", "number", 8),
    Column("Touchpoint", "text", 18),
    Column("Code", "text", 10),
    Column("Verdict", "text", 13),
    Column("Value", "number", 11),
    Column("Unit", "text", 10),
    Column("Given up", "text", 9),
    Column("Note", "text", 60),
)
_SUMMARY_WIDTHS = (30, 26, 90)
_TOO_MANY = "Excel takes no more rows: the CSV file holds every observation."


def write_xlsx(
    card: Scorecard,
    observations: Iterable[RawObservation],
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
        observations: in the order in which they are to stand.
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
        next_row = _write_summary(summary, card, formats)
        _fit(summary, look, wide=False)
        tables = [table for table in tables_of(card) if table.rows]
        sheets = {table.name: _write_table(book, table, formats, look) for table in tables}
        add_charts(book, summary, card, sheets, formats, next_row)
        return _write_observations(book, observations, formats, look, most_rows)
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
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RPage &P of &N")
    if wide:
        sheet.set_landscape()
        sheet.repeat_rows(0)


def _write_table(book: Workbook, table: Table, formats: Formats, look: Look | None) -> int:
    sheet = book.add_worksheet(table.name)
    _fit(sheet, look, wide=True)
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
    observations: Iterable[RawObservation],
    formats: Formats,
    look: Look | None,
    most_rows: int,
) -> bool:
    source = iter(observations)
    sheet = book.add_worksheet("Observations")
    _fit(sheet, look, wide=True)
    write_head(sheet, OBSERVATION_COLUMNS, formats)
    looks = [formats.of(column.kind) for column in OBSERVATION_COLUMNS]
    number = 0
    for number, seen in enumerate(islice(source, most_rows - 2), 1):
        for at, held in enumerate(_cells(seen)):
            if held is not None and held != "":
                write_cell(sheet, number, at, held, looks[at])
    sheet.autofilter(0, 0, max(number, 1), len(OBSERVATION_COLUMNS) - 1)
    if next(source, None) is None:
        return True
    write_cell(sheet, most_rows - 1, 0, _TOO_MANY, formats.of("text"))
    return False


def _cells(seen: RawObservation) -> Sequence[Held]:
    return (
        seen.visit,
        seen.visited_on,
        seen.part_of_day.value if seen.part_of_day else None,
        seen.brand,
        seen.channel,
        seen.area,
        seen.edition,
        seen.touchpoint,
        seen.code,
        seen.verdict.value if seen.verdict else None,
        seen.value,
        seen.unit,
        "yes" if seen.longer_than else None,
        seen.note,
    )
