"""Set files: a standard set as TOML for version control, and as CSV or XLSX for spreadsheet programs."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from standards.editions import Evidence, Kind, Scope, Standard, touchpoints_of
from standards.errors import TextTooLong
from standards.library_files import StandardFile
from standards.measuring import YES, Measure
from standards.spreadsheets import LONGEST_CELL, guard
from standards.standard_files import SET_COLUMNS, STANDARD_COLUMNS
from standards.values import HOUR, MINUTE

# No file holds these: XML has no sign for most control characters, half pairs and non-characters.
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# Three quotation marks would end a text of several lines, and so would one beside the three that do.
_ENDING = re.compile('"""|"\\Z')
_WIDTHS = {"touchpoint": 20, "statement": 60, "job_aid": 60, "script": 40, "steps": 40, "about": 40}
# A count of this size is exact as a float, and short enough for the reader of numbers.
_LARGEST_PLAIN = 1e15


def one_line(text: str) -> str:
    """Return a text as every file gives it back: spaces collapsed, without what a file cannot hold."""
    return " ".join(_NO_TEXT.sub(" ", text).split())


def lines_of(text: str) -> str:
    """Return a text that may have several lines as every file gives it back."""
    return _NO_TEXT.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def to_toml(found: StandardFile) -> str:
    """
    Write a set as the starter library is written: one readable file, made for version control.

    The order is the visiting order, and the same set gives the same text. What is not written is the
    default. A touchpoint's standards stand together, as the reader asks for.
    """
    kinds = {standard.kinds for standard in found.standards}
    shared = kinds.pop() if len(kinds) == 1 else frozenset()
    head = [_line("name", one_line(found.name))]
    if about := lines_of(found.about):
        head.append(_line("about", about))
    if shared:
        head.append(f"kinds = {_list(shared)}")
    head.append(f"minimum_coverage = {number_text(found.minimum_coverage)}")
    grouped = touchpoints_of(found.standards).values()
    blocks = [_toml_block(standard, shared) for standards in grouped for standard in standards]
    return "\n\n".join(["\n".join(head), *blocks]) + "\n"


def to_csv(found: StandardFile) -> bytes:
    """
    Write a set as CSV in UTF-8, one row a standard; no cell is one that a spreadsheet program runs.

    Raises:
        TextTooLong: a text would not fit into a cell that can be read again.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows(_rows(found))
    return file.getvalue().encode()


def to_xlsx(found: StandardFile) -> bytes:
    """
    Write a set as an Excel workbook of one sheet, one row a standard, without formulas.

    Raises:
        TextTooLong: a text would not fit into a cell that can be read again.
    """
    # openpyxl is slow to import, and only who asks for a workbook waits for it.
    from standards.workbooks import workbook_of  # noqa: PLC0415

    return workbook_of({"standards": _rows(found)}, _WIDTHS)


def number_text(value: float) -> str:
    """Write a number in full and never as 1e-05, which the reader does not know."""
    exact = float(value)
    whole = exact.is_integer() and abs(exact) < _LARGEST_PLAIN
    return str(int(exact)) if whole else format(Decimal(repr(exact)), "f")


def cells_of(standard: Standard) -> dict[str, str | float]:
    """
    Return one standard as the cells of `STANDARD_COLUMNS`, as `standards.standard_files` reads them.

    Raises:
        TextTooLong: a text would not fit into a cell that can be read again.
    """
    is_yes_no = standard.measure is Measure.YES_NO
    steps = [one_line(step) for step in standard.steps]
    target: str | float = _cell_number(standard.target.value)
    if is_yes_no:
        target = "yes" if standard.target.value else "no"
    cells: dict[str, str | float] = {
        "code": one_line(standard.code),
        "touchpoint": one_line(standard.touchpoint),
        "statement": one_line(standard.statement),
        "weight": _cell_number(standard.weight),
        "no_no": "yes" if standard.no_no else "no",
        "measure": standard.measure.value,
        "comparator": "" if is_yes_no else standard.target.comparator.value,
        "target": target,
        "unit": one_line(standard.target.unit),
        "scope": standard.scope.value,
        "kinds": ", ".join(kind for kind in Kind if kind in standard.kinds),
        "evidence": standard.evidence.value,
        "job_aid": lines_of(standard.job_aid),
        "script": lines_of(standard.script),
        # A step with a | in it would be read as two.
        "steps": ("\n" if any("|" in step for step in steps) else "|").join(steps),
    }
    for column, cell in cells.items():
        if isinstance(cell, str) and len(cell) > LONGEST_CELL:
            raise TextTooLong(
                column=column, standard=standard.code[:60], length=len(cell), limit=LONGEST_CELL
            )
    return cells


def _rows(found: StandardFile) -> list[list[str | float]]:
    """Return the header and one row a standard; the first of them says what the set is."""
    about_set: dict[str, str | float] = {
        "set": one_line(found.name),
        "about": lines_of(found.about),
        "minimum_coverage": _cell_number(found.minimum_coverage),
    }
    rows: list[list[str | float]] = [[*STANDARD_COLUMNS, *SET_COLUMNS]]
    for standard in found.standards:
        cells = cells_of(standard)
        guarded = (cells[column] for column in STANDARD_COLUMNS)
        of_set = (about_set.get(column, "") if len(rows) == 1 else "" for column in SET_COLUMNS)
        rows.append([guard(cell) if isinstance(cell, str) else cell for cell in (*guarded, *of_set)])
    return rows


def _cell_number(value: float) -> str | float:
    """Return a number that is read back the same: as text where a spreadsheet would round it."""
    exact = float(value)
    written = number_text(exact)
    if len(written.replace(".", "").replace("-", "").lstrip("0")) > 15 or "e" in repr(exact):
        return written
    return int(exact) if exact.is_integer() else exact


def _toml_block(standard: Standard, shared_kinds: frozenset[Kind]) -> str:
    lines = [
        "[[standard]]",
        _line("code", one_line(standard.code)),
        _line("touchpoint", one_line(standard.touchpoint)),
        _line("statement", one_line(standard.statement)),
        *_toml_measure(standard),
        f"weight = {number_text(standard.weight)}",
    ]
    if standard.no_no:
        lines.append("no_no = true")
    if standard.scope is not Scope.COMMON:
        lines.append(_line("scope", standard.scope))
    if standard.kinds and standard.kinds != shared_kinds:
        lines.append(f"kinds = {_list(standard.kinds)}")
    if standard.evidence is not Evidence.NEVER:
        lines.append(_line("evidence", standard.evidence))
    lines += [
        _line(name, text)
        for name, text in (("job_aid", lines_of(standard.job_aid)), ("script", lines_of(standard.script)))
        if text
    ]
    if standard.steps:
        steps = "".join(f"  {_quoted(one_line(step))},\n" for step in standard.steps)
        lines.append(f"steps = [\n{steps}]")
    return "\n".join(lines)


def _toml_measure(standard: Standard) -> Sequence[str]:
    target = standard.target
    if standard.measure is Measure.YES_NO:
        return [] if target == YES else ['target = "no"']
    value, unit = target.value, one_line(target.unit)
    if standard.measure is Measure.DURATION and unit == "seconds":
        value, unit = _readable(value)
    lines = [
        _line("measure", standard.measure),
        _line("comparator", target.comparator),
        f"target = {number_text(value)}",
    ]
    return [*lines, _line("unit", unit)] if unit else lines


def _readable(seconds: float) -> tuple[float, str]:
    for size, unit in ((HOUR, "hours"), (MINUTE, "minutes")):
        if seconds and seconds % size == 0:
            return seconds / size, unit
    return seconds, "seconds"


def _list(kinds: Iterable[Kind]) -> str:
    named = set(kinds)
    return "[" + ", ".join(f'"{kind}"' for kind in Kind if kind in named) + "]"


def _line(name: str, text: str) -> str:
    return f"{name} = {_quoted(text)}"


def _quoted(text: str) -> str:
    """Return a TOML string; a text of several lines keeps them, so that a change shows in its line."""
    plain = text.replace("\\", "\\\\")
    if "\n" not in text:
        return '"' + plain.replace('"', '\\"') + '"'
    escaped = _ENDING.sub(lambda found: found[0].replace('"', '\\"'), plain)
    return f'"""\n{escaped}"""'
