"""Measures and verdicts: what can be measured, which target was set, and whether a value meets it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from operator import eq, ge, gt, le, lt

RATING_TOP = 5
DAY_UNITS = ("days", "working days")


class Measure(StrEnum):
    """What kind of value a standard asks for."""

    YES_NO = "yes/no"
    DURATION = "duration"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    RATING = "rating"


class Comparator(StrEnum):
    """How a value must stand to the target's value."""

    AT_MOST = "<="
    AT_LEAST = ">="
    BELOW = "<"
    ABOVE = ">"
    EXACTLY = "="


class Verdict(StrEnum):
    """The only three. A standard without one is unanswered."""

    MET = "met"
    MISSED = "missed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Target:
    """
    What is asked for: `<= 10800 seconds`, `>= 65 °C`, `= 1` (yes).

    Durations are in seconds, or in days or working days for long waits; shares in percent
    (0–100); ratings in steps of 5; yes is 1 and no is 0.
    """

    comparator: Comparator
    value: float
    unit: str = ""


YES = Target(Comparator.EXACTLY, 1)

_COMPARE: dict[Comparator, Callable[[float, float], bool]] = {
    Comparator.AT_MOST: le,
    Comparator.AT_LEAST: ge,
    Comparator.BELOW: lt,
    Comparator.ABOVE: gt,
    Comparator.EXACTLY: eq,
}


_CAN_BE: dict[Measure, Callable[[float], bool]] = {
    Measure.YES_NO: lambda value: value in (0, 1),
    Measure.DURATION: lambda value: value >= 0,
    Measure.COUNT: lambda value: value >= 0 and value == int(value),
    Measure.NUMBER: lambda _value: True,
    Measure.SHARE: lambda percent: 0 <= percent <= 100,
    Measure.RATING: lambda step: step in range(1, RATING_TOP + 1),
}


def verdict_of(target: Target, value: float, *, longer_than: bool = False) -> Verdict | None:
    """
    Judge one value against its target.

    Args:
        target: what the standard asks for.
        value: in the target's unit.
        longer_than: the wait was given up at `value`, so the true one is only known to be longer.
    Returns:
        Met or missed; None where a value known only as *longer than* does not settle it yet.
    """
    if not longer_than:
        return Verdict.MET if _COMPARE[target.comparator](value, target.value) else Verdict.MISSED
    match target.comparator:
        case Comparator.AT_MOST | Comparator.BELOW:
            # Longer than the limit itself is already too long; equal to it counts, as the wait went on.
            return Verdict.MISSED if value >= target.value else None
        case Comparator.AT_LEAST | Comparator.ABOVE:
            return Verdict.MET if value >= target.value else None
        case Comparator.EXACTLY:
            return Verdict.MISSED if value >= target.value else None


def is_allowed(measure: Measure, value: float) -> bool:
    """Say whether a value can occur in a measure at all: no negative count, no share above 100 %."""
    return isfinite(value) and _CAN_BE[measure](value)


def is_long_wait(measure: Measure, target: Target) -> bool:
    """Say whether a standard is waited for over days, and is closed from Home."""
    return measure is Measure.DURATION and (target.unit in DAY_UNITS or target.value >= LONG_WAIT_SECONDS)


# Whose decision: nobody stands in a shop longer than half an hour for one standard; beyond it the
# shopper goes on and closes the wait when the reply comes.
LONG_WAIT_SECONDS = 30 * 60
