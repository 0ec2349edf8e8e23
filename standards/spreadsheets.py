"""Spreadsheets: the bytes of a CSV or XLSX file as a header and rows of text, within limits."""

import csv
import io
import re
from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import dataclass

from standards.errors import CellError, FileHasErrors, FileNotReadable
from standards.values import shorten

LARGEST_FILE_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
MOST_ERRORS = 100
# As long as a note may be, so that every export can be read again.
LONGEST_CELL = 20_000

_DELIMITERS = ",;\t"
_GUARDED = re.compile(r"'*[=+\-@\t\r]")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Row:
    """One row that holds something; `number` counts from 1 with the header, as a spreadsheet program does."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A file as text: as many cells in each row as the header has. `notes` say what was left out."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> int | None:
        """Return where a column stands, or None."""
        return self.header.index(name) if name in self.header else None


Rows = Generator[Row, None, None]


class Errors:
    """Collects what is wrong with the cells of one file; the hundredth ends the reading."""

    def __init__(self) -> None:
        self.found: list[CellError] = []

    def add(self, row: int, column: str, holds: str, allowed: str) -> None:
        """
        Note one cell.

        Raises:
            FileHasErrors: there were a hundred already.
        """
        if len(self.found) == MOST_ERRORS:
            raise FileHasErrors(self.found, more=True)
        self.found.append(CellError(row, column, shorten(holds), allowed))

    def refuse(self) -> None:
        """
        End the reading.

        Raises:
            FileHasErrors: there was at least one.
        """
        if self.found:
            raise FileHasErrors(self.found)


def guard(text: str) -> str:
    """
    Return a text as it goes into a CSV cell: never one that a spreadsheet program runs as a formula.

    Source:
        OWASP, "CSV Injection": a leading = + - @, tab or carriage return gets an apostrophe before it.
    """
    return f"'{text}" if _GUARDED.match(text) else text


def unguard(cell: str) -> str:
    """Take back what `guard` did."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell


def read_sheet(data: bytes, columns: Collection[str]) -> Sheet:
    """
    Read a CSV (UTF-8; commas, semicolons or tabs) or the first sheet of an XLSX file.

    Args:
        data: the file's bytes; what it is, is told from them and not from its name.
        columns: the names the reader knows, in lower case. A header that is one of them but for
            case and spaces is returned as it is here; any other is returned as written.
    Raises:
        FileNotReadable: the file as a whole cannot be read.
        FileHasErrors: cells too long, formulas, rows of another length than the header.
    """
    if len(data) > LARGEST_FILE_BYTES:
        raise FileNotReadable(
            why=f"it is larger than {LARGEST_FILE_BYTES // 1024**2} MB", advice="Import it in parts."
        )
    if not data.strip():
        raise FileNotReadable(why="it is empty", advice="Choose a file with a header and rows.")
    errors = Errors()
    notes: tuple[str, ...] = ()
    if data.startswith(b"PK\x03\x04"):
        # It needs the names above, and openpyxl, for which only who imports an XLSX file waits.
        from standards.workbooks import read_xlsx  # noqa: PLC0415

        numbered, notes = read_xlsx(data, errors)
    else:
        numbered = _read_csv(_decode(data), columns, errors)
    try:
        return _to_sheet(numbered, columns, errors, notes)
    finally:
        # An XLSX file must be let go of; a generator does it when it is closed.
        numbered.close()


def _to_sheet(
    numbered: Iterable[Row], columns: Collection[str], errors: Errors, notes: tuple[str, ...]
) -> Sheet:
    filled = (row for row in numbered if holds_something(row))
    first = next(filled, None)
    errors.refuse()
    if first is None:
        raise FileNotReadable(why="it has no header", advice="Choose a file with a header and rows.")
    header = _header_of(first, columns)
    same: dict[str, str] = {}
    rows: list[Row] = []
    for row in filled:
        if len(rows) == MOST_ROWS:
            raise FileNotReadable(why=f"it has more than {MOST_ROWS:,} rows", advice="Import it in parts.")
        cells, extra = row.cells[: len(header)], row.cells[len(header) :]
        if len(cells) < len(header) or any(extra):
            errors.add(row.number, "", f"{len(row.cells)} cells", f"{len(header)} cells, as in the header")
        else:
            # The same few words fill most cells; each is kept once.
            rows.append(Row(row.number, tuple(same.setdefault(cell, cell) for cell in cells)))
    errors.refuse()
    if not rows:
        raise FileNotReadable(why="it has a header and no rows", advice="Choose a file with rows.")
    return Sheet(header, tuple(rows), notes)


def holds_something(row: Row) -> bool:
    """Say whether any cell is more than space."""
    return any(cell and not cell.isspace() for cell in row.cells)


def _header_of(first: Row, columns: Collection[str]) -> tuple[str, ...]:
    names = [column_name(cell, columns) for cell in first.cells]
    while not names[-1]:
        names.pop()
    if "" in names:
        raise FileNotReadable(
            why=f"column {names.index('') + 1} has no name in row {first.number}",
            advice="Name each column, or remove the empty one.",
        )
    if len(names) > MOST_COLUMNS:
        raise FileNotReadable(
            why=f"it has more than {MOST_COLUMNS:,} columns", advice="Remove what is not needed."
        )
    twice = sorted({shorten(name) for name in names if names.count(name) > 1})
    if twice:
        raise FileNotReadable(
            why=f"these columns are there more than once: {', '.join(twice[:10])}",
            advice="Leave each column once.",
        )
    return tuple(names)


def column_name(cell: str, columns: Collection[str]) -> str:
    """Return a header's cell as the reader knows it: `Visit ID` is `visit_id`, a code stays as written."""
    written = " ".join(cell.split())
    folded = written.lower().replace(" ", "_").replace("-", "_")
    return folded if folded in columns else written


def checked(row: Row, errors: Errors, header: Row | None) -> Row:
    """Take guards off, and note cells that are too long or cannot be stored."""
    cells = []
    for at, cell in enumerate(row.cells):
        text = unguard(cell)
        if len(text) > LONGEST_CELL:
            errors.add(row.number, where(at, header), text[:60], f"at most {LONGEST_CELL:,} characters")
        elif _UNSTORABLE.search(text):
            errors.add(row.number, where(at, header), "characters that are no text", "text")
        else:
            cells.append(text)
            continue
        cells.append("?")
    return Row(row.number, tuple(cells))


def where(at: int, header: Row | None) -> str:
    """Return the name of a column for a message, or its number where it has none."""
    named = header.cells[at].strip() if header and at < len(header.cells) else ""
    return shorten(named) or f"column {at + 1}"


def _decode(data: bytes) -> str:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise FileNotReadable(
            why="it is an old Excel file (.xls), or one protected by a password",
            advice="Save it as .xlsx without a password, or as CSV UTF-8.",
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileNotReadable(why="its text is UTF-16", advice="Save it as CSV UTF-8.")
    if b"\x00" in data:
        raise FileNotReadable(why="it is not a CSV or XLSX file", advice="Save the table as CSV UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as found:
        # A mark before the text is not part of what was decoded.
        at = found.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        row = data[:at].count(b"\n") + 1
        raise FileNotReadable(
            why=f"it is not in UTF-8: byte {data[at]:#04x} in line {row}",
            advice="Save it as CSV UTF-8.",
        ) from None


def _delimiter_of(text: str, columns: Collection[str]) -> str:
    """Choose what gives the most known columns in the first line that holds something, then the most."""
    head = text.lstrip("\r\n \t,;")[: LONGEST_CELL * 10]
    line = next(iter(head.splitlines()), "")

    def fits(delimiter: str) -> tuple[int, int]:
        try:
            names = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            return 0, 0
        return sum(column_name(name, columns) in columns for name in names), len(names)

    return max(_DELIMITERS, key=fits)


def _read_csv(text: str, columns: Collection[str], errors: Errors) -> Rows:
    delimiter = _delimiter_of(text, columns)
    pending: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            pending.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    header: Row | None = None
    number = 0
    while True:
        number += 1
        pending.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as found:
            # The csv module itself stops at 131,072 characters and does not say where.
            if longest := _too_long(pending, delimiter):
                at, start = longest[0], longest[1].lstrip('"')
                errors.add(number, where(at, header), start, f"at most {LONGEST_CELL:,} characters")
                errors.refuse()
            raise FileNotReadable(
                why=f"row {number} has quotation marks that do not match",
                advice='Write " inside a quoted cell as "".',
            ) from found
        for at, cell in enumerate(cells):
            if cell.startswith("=") and len(cell) > 1:
                errors.add(number, where(at, header), cell, "a value; formulas are not worked out")
        row = checked(Row(number, tuple(cells)), errors, header)
        header = header or (row if holds_something(row) else None)
        yield row


def _too_long(lines: Iterable[str], delimiter: str) -> tuple[int, str] | None:
    """Return which cell of a record is too long, and how it begins."""
    at, start, quoted = 0, "", False
    length = 0
    for character in (character for line in lines for character in line):
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            at, start, length = at + 1, "", 0
            continue
        length += 1
        start += character if length <= 60 else ""
        if length > LONGEST_CELL:
            return at, start
    return None
