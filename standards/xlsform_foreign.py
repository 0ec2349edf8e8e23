"""A row of anybody's XLSForm as a standard, or why it cannot be one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from standards.measuring import RATING_TOP, YES, Comparator, Measure, Target, is_allowed
from standards.set_files import lines_of, one_line
from standards.standard_files import UNIT_LIMIT
from standards.values import seconds_in
from standards.wording import read_statement
from standards.xlsform import unescape
from standards.xlsform_tables import FormRow

_DEVICE = "the device records it; a visit keeps its own times"
_ELSEWHERE = "its choices stand in another file"
_SEVERAL = "several answers at once have no one verdict: make a standard of each choice"
_EVIDENCE = "it is evidence: say at a standard when a photo or a note is wanted"
_PLACE = "it is a place on the map; a visit is to a channel"
_MOMENT = "it is a moment and not a measure: ask how long it took"
_WHY = {
    **dict.fromkeys(
        ("start", "end", "today", "deviceid", "device id", "username", "email", "phonenumber", "simserial",
         "subscriberid", "audit", "start-geopoint", "background-audio", "background-geopoint"),
        _DEVICE,
    ),
    **dict.fromkeys(("calculate", "hidden"), "the form works it out, and nobody observes it"),
    **dict.fromkeys(("geopoint", "geotrace", "geoshape", "location", "gps"), _PLACE),
    **dict.fromkeys(("image", "photo", "audio", "video", "file"), _EVIDENCE),
    **dict.fromkeys(("date", "time", "datetime"), _MOMENT),
    **dict.fromkeys(("xml-external", "csv-external"), _ELSEWHERE),
    **dict.fromkeys(("acknowledge", "trigger"), "a tick says yes and never no: make it a yes/no"),
    "text": "a text has no verdict; a visit has notes, impressions and a story",
    "string": "a text has no verdict; a visit has notes, impressions and a story",
    "note": "it is there to be read, and nothing is observed",
    "barcode": "a barcode has no verdict",
    "rank": _SEVERAL,
    "": "it has no type",
}  # fmt: skip
_SELECT_ONE = re.compile(r"(?:select_one|select one from|select one|select1) (.+)", re.IGNORECASE)
_OTHER = re.compile(r"\s(?:or_other|or other|or specify other)$", re.IGNORECASE)
_YES = frozenset(("yes", "y", "true", "1", "met"))
_NO = frozenset(("no", "n", "false", "0", "missed", "not met"))
_NOT_APPLICABLE = frozenset(
    ("n/a", "na", "n.a.", "n_a", "not applicable", "not_applicable", "does not apply", "n-a")
)
_BOUND = re.compile(r"\.\s*(>=|<=|>|<)\s*(-?\d{1,15}(?:\.\d{1,9})?)")
_PARAMETER = re.compile(r"(start|end|step)\s*=\s*(-?\d{1,15}(?:\.\d{1,9})?)")
_SPAN = re.compile(r"\b(seconds?|secs?|minutes?|mins?|hours?|working days?|days?)\b", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bper ?cent(?:age)?\b", re.IGNORECASE)
_RATED = re.compile(r"\b(?:rate|rated|rating|scale|score|stars?)\b", re.IGNORECASE)
_UNIT = re.compile(r"\(([^()\s]{1,12})\)\s*[?:.]?\s*$")

# Stands in where a form has no target; it is named, and a person sets the true one.
_STAND_INS = {
    Measure.DURATION: (Comparator.AT_MOST, 0.0),
    Measure.COUNT: (Comparator.AT_LEAST, 1.0),
    Measure.NUMBER: (Comparator.AT_LEAST, 0.0),
    Measure.SHARE: (Comparator.AT_LEAST, 100.0),
    Measure.RATING: (Comparator.AT_LEAST, float(RATING_TOP)),
}
_NO_TARGET = "The form this comes from holds no target: set one."


class CannotBeStandard(Exception):  # noqa: N818 - never leaves the reading of forms
    """Says why a row has no place in a standard set."""


@dataclass(frozen=True)
class Mapped:
    """What a row asks for; `has_target` is false where the form does not say what is enough."""

    statement: str
    measure: Measure
    target: Target
    job_aid: str = ""
    steps: tuple[str, ...] = ()
    has_target: bool = True


def standard_asked(row: FormRow, kind: str, choices: Mapping[str, tuple[FormRow, ...]]) -> Mapped:
    """
    Return the standard that a row can be.

    Args:
        kind: the row's type, single spaces in it.
        choices: the form's choices, by list.
    Raises:
        CannotBeStandard: with the reason.
    """
    lowered = kind.lower()
    select = _SELECT_ONE.fullmatch(kind)
    if not select and lowered not in ("integer", "int", "decimal", "range"):
        raise CannotBeStandard(_why_not(lowered))
    statement = one_line(unescape(row.text("label")))
    if not statement:
        raise CannotBeStandard("it has no label, so that nobody could be asked")
    if select:
        return _from_choices(row, statement, select[1], choices)
    if lowered == "range":
        return _from_range(row, statement)
    return _from_number(row, statement, is_whole=lowered != "decimal")


def _why_not(lowered: str) -> str:
    if lowered in _WHY:
        return _WHY[lowered]
    if lowered.startswith(("select_one_from_file", "select_one_external", "select_multiple_from_file")):
        return _ELSEWHERE
    if lowered.startswith(("select_multiple", "select multiple", "select all", "rank", "add select")):
        return _SEVERAL
    return "its type is not known here"


def _from_choices(
    row: FormRow, statement: str, listed: str, choices: Mapping[str, tuple[FormRow, ...]]
) -> Mapped:
    if _OTHER.search(listed):
        raise CannotBeStandard("it also takes another answer in words (or_other), which has no verdict")
    if row.text("choice_filter"):
        raise CannotBeStandard("its choices depend on another answer (choice_filter)")
    offered = choices.get(listed, ())
    if not offered:
        raise CannotBeStandard(f"its list of choices “{one_line(listed)[:60]}” is not in the sheet choices")
    meanings = [_meaning(choice) for choice in offered]
    if meanings.count("yes") == meanings.count("no") == 1 and None not in meanings:
        return Mapped(statement, Measure.YES_NO, YES, _job_aid(row))
    names = sorted(choice.text("name") for choice in offered)
    if names == [str(step) for step in range(1, RATING_TOP + 1)]:
        by_name = sorted(offered, key=lambda choice: choice.text("name"))
        steps = tuple(one_line(unescape(choice.text("label"))) or choice.text("name") for choice in by_name)
        if len(set(steps)) != RATING_TOP:
            raise CannotBeStandard("two of its five steps have the same words")
        return _without_target(row, statement, Measure.RATING, steps=steps)
    if all(name.lstrip("-").isdigit() for name in names):
        raise CannotBeStandard(f"a rating has the steps 1 to {RATING_TOP}; this has {', '.join(names[:12])}")
    raise CannotBeStandard("its choices are neither yes and no nor the steps 1 to 5")


def _meaning(choice: FormRow) -> str | None:
    """Return yes, no or not applicable, by the label; by the name where that is a word, or all there is."""
    label, name = choice.text("label").strip().lower(), choice.text("name").strip().lower()
    for written in (label, name if not name.isdigit() or label in ("", name) else ""):
        for words, meaning in ((_YES, "yes"), (_NO, "no"), (_NOT_APPLICABLE, "not applicable")):
            if written in words:
                return meaning
    return None


def _from_range(row: FormRow, statement: str) -> Mapped:
    found = {name: float(value) for name, value in _PARAMETER.findall(row.text("parameters"))}
    start, end, step = found.get("start", 1), found.get("end", 10), found.get("step", 1)
    if (start, end, step) == (1, RATING_TOP, 1):
        return _without_target(row, statement, Measure.RATING)
    if (start, end) == (0, 100):
        return _without_target(row, statement, Measure.SHARE, "%")
    raise CannotBeStandard(
        f"a rating has the steps 1 to {RATING_TOP} and a share goes from 0 to 100; "
        f"this goes from {start:g} to {end:g}"
    )


def _from_number(row: FormRow, statement: str, *, is_whole: bool) -> Mapped:
    if said := _said_target(statement, is_whole=is_whole):
        return Mapped(statement, *said, job_aid=_job_aid(row, said[0]))
    words = f"{statement} {row.text('hint')}"
    bounds = _bounds(row.text("constraint"))
    if _PERCENT.search(words):
        return _without_target(row, statement, Measure.SHARE, "%")
    if is_whole and bounds == (1.0, float(RATING_TOP)) and _RATED.search(words):
        return _without_target(row, statement, Measure.RATING)
    if span := _SPAN.search(words):
        unit = span[1].lower()
        if "day" in unit:
            return _without_target(row, statement, Measure.DURATION, f"{unit.rstrip('s')}s")
        seconds = seconds_in(unit)
        asked_in = "" if seconds == 1 else f"The form asks for {unit}; a stopwatch takes seconds."
        return _without_target(row, statement, Measure.DURATION, "seconds", more=asked_in)
    unit_found = _UNIT.search(statement)
    unit = unit_found[1] if unit_found else ""
    return _without_target(row, statement, Measure.COUNT if is_whole else Measure.NUMBER, unit)


def _said_target(statement: str, *, is_whole: bool) -> tuple[Measure, Target] | None:
    """Return the measure and target that the wording itself names, where a number can answer it."""
    found = read_statement(statement).measure
    if found is None or found.target is None or found.comparator is None:
        return None
    measure = Measure(found.kind)
    if measure in (Measure.YES_NO, Measure.RATING) or (measure is Measure.COUNT and not is_whole):
        return None
    unit = "%" if measure is Measure.SHARE else (found.unit or "")[:UNIT_LIMIT]
    value = float(found.target)
    return (
        (measure, Target(Comparator(found.comparator), value, unit)) if is_allowed(measure, value) else None
    )


def _without_target(
    row: FormRow,
    statement: str,
    measure: Measure,
    unit: str = "",
    *,
    steps: tuple[str, ...] = (),
    more: str = "",
) -> Mapped:
    comparator, value = _STAND_INS[measure]
    job_aid = _job_aid(row, measure, more, _NO_TARGET)
    return Mapped(statement, measure, Target(comparator, value, unit), job_aid, steps, has_target=False)


def _bounds(constraint: str) -> tuple[float, float] | None:
    """Return the least and greatest value of a constraint that says no more than these."""
    least: float | None = None
    greatest: float | None = None
    for part in re.split(r"\s+and\s+", constraint.strip()):
        bound = _BOUND.fullmatch(part.strip("() "))
        if not bound:
            return None
        if bound[1] == ">=":
            least = float(bound[2])
        elif bound[1] == "<=":
            greatest = float(bound[2])
    return None if least is None or greatest is None else (least, greatest)


def _job_aid(row: FormRow, measure: Measure | None = None, *more: str) -> str:
    """Return the hints, and a constraint where the measure does not hold it already."""
    hints = [unescape(row.text("hint")), unescape(row.text("guidance_hint"))]
    constraint = row.text("constraint")
    natural = {Measure.SHARE: (0.0, 100.0), Measure.RATING: (1.0, float(RATING_TOP))}
    at_least_none = measure in (Measure.COUNT, Measure.DURATION) and re.fullmatch(r"\.\s*>=?\s*0", constraint)
    if constraint and not at_least_none and _bounds(constraint) != natural.get(measure or Measure.YES_NO, ()):
        message = one_line(unescape(row.text("constraint_message")))
        hints.append(
            f"{message} (the form allows {constraint})" if message else f"The form allows {constraint}"
        )
    return lines_of("\n".join(text for text in (*hints, *more) if text.strip()))
