"""Standards files: one row a standard, as CSV or XLSX, into the standards of an edition."""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TypeVar

from standards.editions import Evidence, Kind, Scope, Standard
from standards.errors import FileNotReadable
from standards.measuring import DAY_UNITS, RATING_TOP, YES, Comparator, Measure, Target, is_allowed
from standards.spreadsheets import CONTROL, Errors, Sheet, column_name, read_sheet
from standards.values import read_number, read_seconds, seconds_in, shorten

NEEDED = ("code", "touchpoint", "statement", "weight", "no_no")
OPTIONAL = (
    "measure", "comparator", "target", "unit", "scope", "kinds", "evidence", "job_aid", "script", "steps",
)  # fmt: skip
STANDARD_COLUMNS = (*NEEDED, *OPTIONAL)
# About the whole set: the first row that fills one of them says it for all.
SET_COLUMNS = ("set", "about", "minimum_coverage")

# In a visits file these stand beside the codes, so that no code may be called so.
RESERVED_CODES = frozenset(
    ("visit_id", "brand", "channel", "kind", "area", "shopper", "visited_on", "set", "edition",
     "code", "value", "verdict", "note")
)  # fmt: skip

CODE_LIMIT, NAME_LIMIT, UNIT_LIMIT = 60, 200, 40
LARGEST_WEIGHT = 1_000_000

_FLAGS = {
    **dict.fromkeys(("yes", "y", "true", "1"), True),
    **dict.fromkeys(("no", "n", "false", "0", ""), False),
}
_COMPARATORS = {
    **dict.fromkeys(("<=", "≤", "at most"), Comparator.AT_MOST),
    **dict.fromkeys((">=", "≥", "at least"), Comparator.AT_LEAST),
    **dict.fromkeys(("<", "less than"), Comparator.BELOW),
    **dict.fromkeys((">", "more than"), Comparator.ABOVE),
    **dict.fromkeys(("=", "exactly"), Comparator.EXACTLY),
}
_DAY_UNITS = {"day": "days", "d": "days", "working day": "working days", **{unit: unit for unit in DAY_UNITS}}
_TARGETS = {
    Measure.YES_NO: "yes or no",
    Measure.DURATION: "a duration such as 90, 00:02:30 or 3 h; with a unit, a number",
    Measure.COUNT: "a whole number from 0",
    Measure.NUMBER: "a number",
    Measure.SHARE: "a percentage from 0 to 100",
    Measure.RATING: "a step from 1 to 5",
}

Read = TypeVar("Read")


class _NotAllowedError(Exception):
    """Says what a cell may hold."""

    def __init__(self, column: str, allowed: str) -> None:
        self.column, self.allowed = column, allowed
        super().__init__(allowed)


@dataclass(frozen=True)
class StandardsFile:
    """
    What a standards file holds, in its order; `notes` say what was left out.

    `name`, `about` and `minimum_coverage` are the set's, where the file names them.
    """

    standards: tuple[Standard, ...]
    notes: tuple[str, ...] = ()
    name: str = ""
    about: str = ""
    minimum_coverage: float | None = None


def read_standards_file(data: bytes) -> StandardsFile:
    """
    Read a standards file.

    The columns `code`, `touchpoint`, `statement`, `weight` and `no_no` are needed. A measure left out
    is yes/no with the target yes. Durations in minutes or hours become seconds.

    Raises:
        FileNotReadable: the file or its columns cannot be used at all.
        FileHasErrors: up to 100 cells that cannot be stored.
    """
    sheet = read_sheet(data, (*STANDARD_COLUMNS, *SET_COLUMNS))
    _refuse_columns(sheet)
    errors = Errors()
    standards: list[Standard] = []
    stands_in: dict[str, int] = {}
    about_set: dict[str, tuple[int, str]] = {}
    for row in sheet.rows:
        cells = dict(zip(sheet.header, (cell.strip() for cell in row.cells), strict=True))
        for name in SET_COLUMNS:
            if cells.get(name):
                about_set.setdefault(name, (row.number, cells[name]))
        standard = read_standard(cells, len(standards), row.number, errors)
        code = cells["code"]
        if code and code in stands_in:
            errors.add(row.number, "code", code, f"each code once; row {stands_in[code]} has it already")
        stands_in.setdefault(code, row.number)
        if standard:
            standards.append(standard)
    coverage = _coverage(about_set.get("minimum_coverage"), errors)
    errors.refuse()
    _, name = about_set.get("set", (0, ""))
    _, about = about_set.get("about", (0, ""))
    return StandardsFile(tuple(standards), sheet.notes, " ".join(name.split()), about, coverage)


def _coverage(cell: tuple[int, str] | None, errors: Errors) -> float | None:
    if cell is None:
        return None
    coverage = read_number(cell[1])
    if coverage is None or not 0 <= coverage <= 1:
        errors.add(cell[0], "minimum_coverage", cell[1], "a number from 0 to 1")
        return None
    return coverage


def _refuse_columns(sheet: Sheet) -> None:
    advice = f"A standards file has {', '.join(NEEDED)}, and may have {', '.join(OPTIONAL)}."
    missing = [name for name in NEEDED if name not in sheet.header]
    if missing:
        raise FileNotReadable(why=f"these columns are missing: {', '.join(missing)}", advice=advice)
    unknown = [shorten(name) for name in sheet.header if name not in (*STANDARD_COLUMNS, *SET_COLUMNS)]
    if unknown:
        raise FileNotReadable(why=f"these columns are not known: {', '.join(unknown[:10])}", advice=advice)


def read_standard(cells: dict[str, str], position: int, number: int, errors: Errors) -> Standard | None:
    """
    Read one row; None where it has errors, which are noted all together.

    Args:
        cells: by column, without spaces around; the columns of `NEEDED` are there.
        number: the row, for the errors.
    """
    wrong = False

    def read(reader: Callable[[dict[str, str]], Read], otherwise: Read) -> Read:
        nonlocal wrong
        try:
            return reader(cells)
        except _NotAllowedError as found:
            wrong = True
            errors.add(number, found.column, cells.get(found.column, ""), found.allowed)
            return otherwise

    measure = read(_measure, None)
    standard = Standard(
        code=read(_code, ""),
        touchpoint=read(lambda found: _text(found, "touchpoint", NAME_LIMIT), ""),
        statement=read(lambda found: _text(found, "statement"), ""),
        measure=measure or Measure.YES_NO,
        target=read(lambda found: _target(found, measure), YES) if measure else YES,
        weight=read(_weight, 0.0),
        no_no=read(_no_no, False),
        scope=read(_scope, Scope.COMMON),
        kinds=read(_kinds, frozenset()),
        evidence=read(_evidence, Evidence.NEVER),
        job_aid=cells.get("job_aid", ""),
        script=cells.get("script", ""),
        steps=read(lambda found: _steps(found, measure), ()),
        position=position,
    )
    return None if wrong else standard


def _text(cells: dict[str, str], column: str, limit: int | None = None) -> str:
    text = " ".join(cells[column].split())
    if not text or (limit and len(text) > limit) or CONTROL.search(text):
        raise _NotAllowedError(column, f"1 to {limit} characters" if limit else "some text")
    return text


def _code(cells: dict[str, str]) -> str:
    code = _text(cells, "code", CODE_LIMIT)
    if column_name(code, RESERVED_CODES) in RESERVED_CODES:
        raise _NotAllowedError("code", "another code; this is the name of a column in visits files")
    return code


def _measure(cells: dict[str, str]) -> Measure | None:
    written = cells.get("measure", "").lower() or Measure.YES_NO
    return _one_of(Measure, "measure", written)


def _weight(cells: dict[str, str]) -> float:
    weight = read_number(cells["weight"])
    if weight is None or not isfinite(weight) or not 0 <= weight <= LARGEST_WEIGHT:
        raise _NotAllowedError("weight", "a number of points from 0")
    return weight


def _no_no(cells: dict[str, str]) -> bool:
    written = cells["no_no"].lower()
    if written not in _FLAGS:
        raise _NotAllowedError("no_no", "yes or no")
    return _FLAGS[written]


def _scope(cells: dict[str, str]) -> Scope:
    return _one_of(Scope, "scope", cells.get("scope", "").lower() or Scope.COMMON)


def _evidence(cells: dict[str, str]) -> Evidence:
    return _one_of(Evidence, "evidence", cells.get("evidence", "").lower() or Evidence.NEVER)


def _kinds(cells: dict[str, str]) -> frozenset[Kind]:
    written = cells.get("kinds", "").lower().replace(";", ",").replace("|", ",").split(",")
    return frozenset(_one_of(Kind, "kinds", kind.strip(), "several") for kind in written if kind.strip())


def _one_of(values: type[Read], column: str, written: str, many: str = "") -> Read:
    names = [str(value) for value in values]  # type: ignore[attr-defined]
    if written not in names:
        listed = ", ".join(names)
        raise _NotAllowedError(column, f"{listed}; {many} with commas between" if many else listed)
    return values(written)  # type: ignore[call-arg]


def _steps(cells: dict[str, str], measure: Measure | None) -> tuple[str, ...]:
    written = cells.get("steps", "")
    if not written:
        return ()
    # A step that itself holds a | is written with the steps on lines of their own.
    steps = tuple(" ".join(step.split()) for step in written.split("\n" if "\n" in written else "|"))
    if measure is not Measure.RATING or len(steps) != RATING_TOP or len(set(steps) - {""}) != RATING_TOP:
        raise _NotAllowedError(
            "steps", f"for a rating {RATING_TOP} different texts, lowest first, with | between"
        )
    return steps


def _target(cells: dict[str, str], measure: Measure) -> Target:
    written = cells.get("target", "").lower()
    compares = cells.get("comparator", "").lower()
    if compares and compares not in _COMPARATORS:
        raise _NotAllowedError("comparator", "<=, >=, <, > or =")
    if measure is Measure.YES_NO:
        return _yes_no_target(cells, compares, written)
    if not compares:
        raise _NotAllowedError("comparator", "<=, >=, <, > or =")
    unit, seconds = _unit(cells, measure)
    value = _amount(written, measure, seconds, unit)
    if value is None or not is_allowed(measure, value):
        raise _NotAllowedError("target", _TARGETS[measure])
    return Target(_COMPARATORS[compares], value, unit)


def _yes_no_target(cells: dict[str, str], compares: str, written: str) -> Target:
    if compares and _COMPARATORS[compares] is not Comparator.EXACTLY:
        raise _NotAllowedError("comparator", "= or nothing, as yes and no have no more or less")
    if cells.get("unit"):
        raise _NotAllowedError("unit", "nothing, as yes and no have no unit")
    if written and written not in _FLAGS:
        raise _NotAllowedError("target", _TARGETS[Measure.YES_NO])
    return Target(Comparator.EXACTLY, 1.0 if not written or _FLAGS[written] else 0.0)


def _unit(cells: dict[str, str], measure: Measure) -> tuple[str, int | None]:
    """Return the unit as it is kept, and for a duration the seconds in the one that was written."""
    written = " ".join(cells.get("unit", "").split())
    lowered = written.lower()
    match measure:
        case Measure.DURATION if lowered in _DAY_UNITS:
            return _DAY_UNITS[lowered], None
        case Measure.DURATION:
            seconds = seconds_in(lowered) if lowered else None
            if lowered and not seconds:
                raise _NotAllowedError("unit", "seconds, minutes, hours, days or working days")
            return "seconds", seconds
        case Measure.SHARE if lowered not in ("", "%", "percent"):
            raise _NotAllowedError("unit", "% or nothing")
        case Measure.SHARE:
            return "%", None
        case Measure.RATING if written:
            raise _NotAllowedError("unit", "nothing, as a rating is in steps")
        case _ if len(written) > UNIT_LIMIT:
            raise _NotAllowedError("unit", f"at most {UNIT_LIMIT} characters")
        case _:
            return written, None


def _amount(written: str, measure: Measure, seconds: int | None, unit: str) -> float | None:
    match measure:
        case Measure.DURATION if unit in DAY_UNITS:
            return read_number(written, unit, unit.removesuffix("s"))
        case Measure.DURATION if seconds and (plain := read_number(written)) is not None:
            return plain * seconds
        case Measure.DURATION:
            return read_seconds(written)
        case Measure.SHARE:
            return read_number(written, "%", "percent")
        case Measure.RATING:
            return read_number(written.removesuffix(f"/{RATING_TOP}"))
        case _:
            return read_number(written, unit.lower())
