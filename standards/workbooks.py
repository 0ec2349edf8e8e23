"""Workbooks: XLSX files as rows of text, without being filled up by a bomb, and rows as an XLSX file."""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from standards.errors import FileHasErrors, FileNotReadable
from standards.spreadsheets import Errors, Row, Rows, checked, holds_something, where
from standards.values import shorten

LARGEST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_PARTS = 1_000
# With the empty ones: a few bytes of XLSX can ask for millions of cells.
MOST_ROWS = 1_048_576
MOST_CELLS = 20_000_000

# No workbook needs a document type; one can hold entities that grow without end.
_BOMB = b"<!DOCTYPE"


def read_xlsx(data: bytes, errors: Errors) -> tuple[Rows, tuple[str, ...]]:
    """
    Return the rows of a workbook's first sheet as text, and what was left out.

    Raises:
        FileNotReadable: it is no XLSX file, damaged, protected, or unpacks to too much.
    """
    try:
        _refuse_bomb(data)
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
    except FileNotReadable:
        raise
    except Exception as found:
        raise _not_xlsx() from found
    names = [shorten(other.title) for other in workbook.worksheets]
    notes = (
        (f"The file has {len(names)} sheets. Only the first, “{names[0]}”, is read.",)
        if len(names) > 1
        else ()
    )
    return _xlsx_rows(workbook, sheet, errors), notes


def read_sheets(data: bytes, wanted: Collection[str]) -> dict[str, tuple[Row, ...]]:
    """
    Return the rows that hold something of the sheets with these names (in lower case), cells as written.

    A formula is read as the value the spreadsheet program kept beside it.

    Raises:
        FileNotReadable: it is no XLSX file, damaged, protected, or unpacks to too much.
    """
    try:
        _refuse_bomb(data)
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        found: dict[str, tuple[Row, ...]] = {}
        try:
            for sheet in workbook.worksheets:
                name = sheet.title.strip().lower()
                if name in wanted and name not in found:
                    sheet.reset_dimensions()
                    found[name] = _filled_rows(sheet)
        finally:
            workbook.close()
    except FileNotReadable:
        raise
    except Exception as problem:
        # openpyxl answers a damaged part with whatever its parsers raise.
        raise _not_xlsx() from problem
    return found


def _filled_rows(sheet: Any) -> tuple[Row, ...]:
    rows, seen = [], 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        seen += len(cells)
        _refuse_expanse(number, seen)
        row = Row(number, tuple(_text_of(cell) for cell in cells))
        if holds_something(row):
            rows.append(row)
    return tuple(rows)


def workbook_of(
    sheets: Mapping[str, Sequence[Sequence[str | float]]], widths: Mapping[str, int] | None = None
) -> bytes:
    """
    Return an XLSX file with these sheets, the first row of each its header.

    A text is always a text cell, also where it begins with an equals sign: nothing in it is worked out.

    Args:
        widths: in characters, of the columns whose header is named here.
    """
    workbook = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        sheet.freeze_panes = "A2"
        for at, name in enumerate(rows[0] if rows else ()):
            sheet.column_dimensions[get_column_letter(at + 1)].width = (widths or {}).get(str(name), 14)
        for number, row in enumerate(rows):
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value if value != "" else None)
                if isinstance(value, str) and value:
                    cell.data_type = "s"
                    # A spreadsheet program goes on treating it as a text when somebody edits the cell.
                    cell.quotePrefix = value.startswith(("=", "+", "-", "@", "'"))
                    cell.alignment = Alignment(wrap_text=True, vertical="top")
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            sheet.append(cells)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def _not_xlsx() -> FileNotReadable:
    return FileNotReadable(
        why="it is not a whole XLSX file", advice="Open it in a spreadsheet program and save it again."
    )


def _refuse_bomb(data: bytes) -> None:
    """Look at the sizes before anything is unpacked; what unpacks to more than it says is cut by zipfile."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        if "xl/workbook.xml" not in packed.namelist() or any(part.flag_bits & 1 for part in parts):
            raise _not_xlsx()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > LARGEST_UNPACKED_BYTES or len(parts) > MOST_PARTS:
            raise FileNotReadable(
                why=f"it unpacks to {unpacked / 1024**2:,.0f} MB and the limit is "
                f"{LARGEST_UNPACKED_BYTES // 1024**2} MB",
                advice="Import it in parts, or save it as CSV UTF-8.",
            )
        for part in parts:
            with packed.open(part) as opened:
                tail = b""
                while chunk := opened.read(1 << 20):
                    if part.filename.endswith((".xml", ".rels")) and _BOMB in tail + chunk:
                        raise _not_xlsx()
                    tail = chunk[-64:]


def _xlsx_rows(workbook: Any, sheet: Any, errors: Errors) -> Rows:
    header: Row | None = None
    width = seen = 0
    try:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            seen += len(cells)
            _refuse_expanse(number, seen)
            texts = []
            for at, cell in enumerate(cells):
                if cell.data_type == "f":
                    holds = cell.value if isinstance(cell.value, str) else "a formula"
                    errors.add(number, where(at, header), holds, "a value; formulas are not worked out")
                elif cell.data_type == "e":
                    errors.add(number, where(at, header), str(cell.value), "a value")
                texts.append(_text_of(cell))
            row = checked(Row(number, tuple(texts)), errors, header)
            header = header or (row if holds_something(row) else None)
            width = width or len(row.cells)
            # Spreadsheet programs leave out what is empty at a row's end.
            yield Row(number, row.cells + ("",) * (width - len(row.cells)))
    except (FileNotReadable, FileHasErrors):
        raise
    except Exception as found:
        # openpyxl answers a damaged part with whatever its parsers raise.
        raise _not_xlsx() from found
    finally:
        workbook.close()


def _refuse_expanse(rows: int, cells: int) -> None:
    if rows > MOST_ROWS or cells > MOST_CELLS:
        raise FileNotReadable(
            why="it has too many cells", advice="Import it in parts, or save it as CSV UTF-8."
        )


def _text_of(cell: Any) -> str:
    """Return an XLSX cell as a person would type it: dates as ISO, shares in percent, no `.0`."""
    match cell.value:
        case None:
            text = ""
        case bool() as flag:
            text = "yes" if flag else "no"
        case datetime() as moment:
            text = moment.isoformat(" ", "seconds").removesuffix(" 00:00:00")
        case date() as day:
            text = day.isoformat()
        case time() as clock:
            text = clock.isoformat("seconds")
        case timedelta() as span:
            text = f"{span.total_seconds():.6f}".rstrip("0").rstrip(".")
        case int() | float() as share if "%" in (cell.number_format or ""):
            text = f"{share * 100:.12g} %"
        case float() as whole if whole.is_integer() and abs(whole) < 1e15:
            text = str(int(whole))
        case other:
            text = str(other)
    return text
