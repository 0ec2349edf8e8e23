"""The three sheets of an XLSForm as tables: columns by their plain names, in one language."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from standards.errors import FileNotReadable
from standards.spreadsheets import LARGEST_FILE_BYTES, Row
from standards.values import shorten

MOST_FORM_ROWS = 5_000

_ADVICE = (
    "An XLSForm is an .xlsx file with the sheets survey and choices; survey has the columns type and name."
)
# What the same column is called in other forms.
_SAME = {
    "relevance": "relevant",
    "caption": "label",
    "list name": "list_name",
    "read only": "read_only",
    "constraining message": "constraint_message",
    "constraint message": "constraint_message",
    "choice filter": "choice_filter",
    "guidance hint": "guidance_hint",
    "form title": "form_title",
    "default language": "default_language",
}
_TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message")
_PARTED = re.compile(r"\s*::?\s*")


@dataclass(frozen=True)
class FormRow:
    """One row of a sheet, its cells by plain column names; `number` counts from 1 with the header."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return a cell, empty where there is none."""
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Form:
    """The sheets of a form. `languages` are the ones its labels are in, the one that is read first."""

    survey: tuple[FormRow, ...]
    choices: Mapping[str, tuple[FormRow, ...]]
    settings: FormRow
    languages: tuple[str, ...] = ()


def read_form(data: bytes) -> Form:
    """
    Read the sheets of an XLSForm.

    Raises:
        FileNotReadable: it is no whole .xlsx file, unpacks to too much, or has no survey.
    """
    # openpyxl is slow to import, and only who imports a form waits for it.
    from standards.workbooks import read_sheets  # noqa: PLC0415

    if len(data) > LARGEST_FILE_BYTES:
        raise FileNotReadable(
            why=f"it is larger than {LARGEST_FILE_BYTES // 1024**2} MB", advice="Leave media files out of it."
        )
    if not data.startswith(b"PK\x03\x04"):
        raise FileNotReadable(why="it is not an XLSX workbook", advice=_ADVICE)
    sheets = read_sheets(data, ("survey", "choices", "settings"))
    if "survey" not in sheets:
        raise FileNotReadable(why="it has no sheet named “survey”", advice=_ADVICE)
    for name, rows in sheets.items():
        if len(rows) > MOST_FORM_ROWS:
            raise FileNotReadable(
                why=f"its sheet “{name}” has more than {MOST_FORM_ROWS:,} rows", advice="Import it in parts."
            )
    settings = next(iter(_rows(sheets.get("settings", ()), "")), FormRow(0, {}))
    wanted = settings.text("default_language")
    survey = _rows(sheets["survey"], wanted)
    if not survey or not any("type" in row.cells for row in survey):
        raise FileNotReadable(why="its sheet “survey” has no column “type”, or no rows", advice=_ADVICE)
    lists: dict[str, list[FormRow]] = {}
    for row in _rows(sheets.get("choices", ()), wanted):
        lists.setdefault(row.text("list_name"), []).append(row)
    languages = _languages(sheets["survey"][0], wanted)
    return Form(survey, {name: tuple(rows) for name, rows in lists.items()}, settings, languages)


def _rows(rows: tuple[Row, ...], wanted: str) -> tuple[FormRow, ...]:
    if not rows:
        return ()
    columns = [_column(cell) for cell in rows[0].cells]
    order = sorted(range(len(columns)), key=lambda at: _rank(columns[at][1], wanted))
    read = []
    for row in rows[1:]:
        cells: dict[str, str] = {}
        for at in order:
            name = columns[at][0]
            cell = row.cells[at].strip() if at < len(row.cells) else ""
            # The wanted language comes first; another speaks only where that one is silent.
            if name and not cells.get(name):
                cells[name] = cell
        read.append(FormRow(row.number, cells))
    return tuple(read)


def _rank(language: str, wanted: str) -> int:
    """Put a column without a language first, then the form's own language, then the others as they stand."""
    return 0 if not language else 1 if language == wanted.lower() else 2


def _column(cell: str) -> tuple[str, str]:
    """Return a header's plain name and its language: `Label::English (en)` is `label` in `english (en)`."""
    parts = _PARTED.split(" ".join(cell.lower().split()))
    if parts[0] in ("bind", "media", "control") and len(parts) > 1:
        parts = parts[1:]
    name = _SAME.get(parts[0], parts[0].replace(" ", "_"))
    if len(parts) > 1 and name not in (*_TRANSLATED, "image", "audio", "video", "big-image"):
        return ":".join(parts), ""
    return name, parts[1] if len(parts) > 1 else ""


def _languages(header: Row, wanted: str) -> tuple[str, ...]:
    found = [language for name, language in map(_column, header.cells) if name == "label"]
    return tuple(dict.fromkeys(sorted(found, key=lambda language: _rank(language, wanted))))


def first_line(texts: Iterable[str]) -> str:
    """Return the first text that says something, cut for a message."""
    return shorten(next((text for text in texts if text), ""))
