"""Standard sets as readable TOML files: the starter library, and any text of the same form."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from math import isfinite
from typing import Any, TypeVar

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Evidence, Kind, Scope, Standard
from standards.errors import FileNotReadable
from standards.measuring import DAY_UNITS, RATING_TOP, YES, Comparator, Measure, Target, is_allowed
from standards.values import seconds_in, shorten

# In the order in which a reader is shown them: the channel most firms begin with comes first.
LIBRARY_FILES = (
    "shop_visit",
    "walk_through",
    "returns",
    "phone_enquiry",
    "phone_complaint",
    "web_order_and_delivery",
    "email_enquiry",
    "live_chat",
)

_SET_FIELDS = {"name", "about", "kinds", "minimum_coverage", "standard"}
_STANDARD_FIELDS = {
    "code",
    "touchpoint",
    "statement",
    "measure",
    "comparator",
    "target",
    "unit",
    "weight",
    "no_no",
    "scope",
    "kinds",
    "evidence",
    "job_aid",
    "script",
    "steps",
}
_ADVICE = "Mend it in a text editor, or save it anew as UTF-8, and read it again."

_Word = TypeVar("_Word", bound=StrEnum)


@dataclass(frozen=True)
class StandardFile:
    """A standard set as a file holds it; `standards` in visiting order."""

    name: str
    about: str
    standards: tuple[Standard, ...]
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of channel that any of its standards names, in the order of `Kind`."""
        named = {kind for standard in self.standards for kind in standard.kinds}
        return tuple(kind for kind in Kind if kind in named)


@cache
def library_sets() -> tuple[StandardFile, ...]:
    """Return the starter library, in the order in which a reader is shown it."""
    folder = files("standards") / "library"
    return tuple(
        read_standard_file((folder / f"{name}.toml").read_text("utf-8"), name) for name in LIBRARY_FILES
    )


def read_standard_file(text: str, source: str = "the file") -> StandardFile:
    """
    Read one standard set from TOML.

    Args:
        text: `name`, `about`, `kinds`, `minimum_coverage`, and one `[[standard]]` each in visiting order.
            Durations may be in seconds, minutes, hours (kept as seconds), days or working days.
        source: what the text came from, for the message.
    Raises:
        FileNotReadable: the first thing that is wrong, with the standard it is wrong in.
    """
    try:
        return _read_set(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise FileNotReadable(why=f"{source} is not TOML: {problem}", advice=_ADVICE) from problem
    except _NotAllowed as problem:
        raise FileNotReadable(why=f"in {source}, {problem}", advice=_ADVICE) from problem


class _NotAllowed(Exception):  # noqa: N818 - never leaves this module
    """What is wrong, and where."""


def _read_set(table: dict[str, Any]) -> StandardFile:
    _refuse_unknown(table, _SET_FIELDS, "the set")
    name = _text(table, "name", "the set", required=True)
    kinds = _kinds(table, "the set")
    coverage = _number(table, "minimum_coverage", "the set", DEFAULT_MINIMUM_COVERAGE)
    if not 0 <= coverage <= 1:
        raise _NotAllowed("minimum_coverage of the set must lie between 0 and 1")
    tables = table.get("standard")
    if not isinstance(tables, list) or not tables:
        raise _NotAllowed("the set has no [[standard]]")
    standards = tuple(_read_standard(one, at, kinds) for at, one in enumerate(tables))
    _refuse_twice((s.code for s in standards), "code {} stands in it twice")
    runs = [
        s.touchpoint
        for at, s in enumerate(standards)
        if at == 0 or standards[at - 1].touchpoint != s.touchpoint
    ]
    _refuse_twice(runs, "touchpoint “{}” stands in two places: put its standards together")
    return StandardFile(name, _lines(table, "about", "the set"), standards, coverage)


def _read_standard(table: Any, position: int, set_kinds: frozenset[Kind]) -> Standard:
    if not isinstance(table, dict):
        raise _NotAllowed(f"standard {position + 1} is not a table")
    where = f"standard {table.get('code', position + 1)}"
    _refuse_unknown(table, _STANDARD_FIELDS, where)
    measure = _word(Measure, table, "measure", where, Measure.YES_NO)
    weight = _number(table, "weight", where, 1)
    if weight < 0:
        raise _NotAllowed(f"weight of {where} is below 0")
    no_no = table.get("no_no", False)
    if not isinstance(no_no, bool):
        raise _NotAllowed(f"no_no of {where} must be true or false")
    return Standard(
        code=_text(table, "code", where, required=True),
        touchpoint=_text(table, "touchpoint", where, required=True),
        statement=_text(table, "statement", where, required=True),
        measure=measure,
        target=_target(table, measure, where),
        weight=weight,
        no_no=no_no,
        scope=_word(Scope, table, "scope", where, Scope.COMMON),
        kinds=_kinds(table, where) or set_kinds,
        evidence=_word(Evidence, table, "evidence", where, Evidence.NEVER),
        job_aid=_lines(table, "job_aid", where),
        script=_lines(table, "script", where),
        steps=_steps(table, measure, where),
        position=position,
    )


def _target(table: dict[str, Any], measure: Measure, where: str) -> Target:
    if measure is Measure.YES_NO:
        if table.get("target") == "no":
            # So that a standard from a spreadsheet, where "no" may be met, comes back from a file as it was.
            return Target(Comparator.EXACTLY, 0)
        if _number(table, "target", where, 1) != 1 or table.get("comparator", "=") != "=":
            raise _NotAllowed(
                f"{where} is yes/no: phrase it so that yes is met, and leave target and comparator out"
            )
        return YES
    for name in ("comparator", "target"):
        if name not in table:
            raise _NotAllowed(f"{where} has no {name}")
    comparator = _word(Comparator, table, "comparator", where, Comparator.EXACTLY)
    value, unit = _number(table, "target", where, 0), _text(table, "unit", where)
    if measure is Measure.DURATION and unit not in DAY_UNITS:
        seconds = seconds_in(unit)
        if seconds is None:
            raise _NotAllowed(
                f"unit of {where} is “{shorten(unit)}”; allowed: seconds, minutes, hours, days, working days"
            )
        value, unit = value * seconds, "seconds"
    if not is_allowed(measure, value):
        raise _NotAllowed(f"target {value:g} of {where} cannot occur in a {measure}")
    return Target(comparator, value, unit)


def _steps(table: dict[str, Any], measure: Measure, where: str) -> tuple[str, ...]:
    steps = table.get("steps", [])
    if measure is not Measure.RATING or "steps" not in table:
        if steps:
            raise _NotAllowed(f"{where} has steps, but only a rating has them")
        return ()
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        raise _NotAllowed(f"steps of {where} must be a list of texts")
    described = tuple(" ".join(step.split()) for step in steps)
    if len({step for step in described if step}) != RATING_TOP or len(described) != RATING_TOP:
        raise _NotAllowed(
            f"{where} is a rating and needs {RATING_TOP} different steps in words, lowest first"
        )
    return described


def _kinds(table: dict[str, Any], where: str) -> frozenset[Kind]:
    written = table.get("kinds", [])
    if not isinstance(written, list):
        raise _NotAllowed(f"kinds of {where} must be a list")
    return frozenset(_word(Kind, {"kinds": kind}, "kinds", where, Kind.SHOP) for kind in written)


def _word(words: type[_Word], table: dict[str, Any], name: str, where: str, default: _Word) -> _Word:
    written = table.get(name, default)
    if written not in list(words):
        known = ", ".join(words)
        raise _NotAllowed(f"{name} of {where} is “{shorten(str(written))}”; allowed: {known}")
    return words(written)


def _text(table: dict[str, Any], name: str, where: str, *, required: bool = False) -> str:
    written = table.get(name, "")
    if not isinstance(written, str):
        raise _NotAllowed(f"{name} of {where} must be a text in quotes")
    cleaned = " ".join(written.split())
    if required and not cleaned:
        raise _NotAllowed(f"{where} has no {name}")
    return cleaned


def _lines(table: dict[str, Any], name: str, where: str) -> str:
    """Return a text that may have several lines."""
    written = table.get(name, "")
    if not isinstance(written, str):
        raise _NotAllowed(f"{name} of {where} must be a text in quotes")
    return written.replace("\r\n", "\n").replace("\r", "\n").strip()


def _number(table: dict[str, Any], name: str, where: str, default: float) -> float:
    written = table.get(name, default)
    if isinstance(written, bool) or not isinstance(written, int | float) or not isfinite(written):
        raise _NotAllowed(f"{name} of {where} must be a number")
    return float(written)


def _refuse_unknown(table: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise _NotAllowed(
            f"{where} has a field “{shorten(unknown[0])}”, which is none of: {', '.join(sorted(known))}"
        )


def _refuse_twice(names: Iterable[str], why: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise _NotAllowed(why.format(shorten(name)))
