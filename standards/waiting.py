"""Waits: how long something took, in seconds, days or working days."""

from datetime import date, datetime, timedelta, tzinfo

from standards.editions import Standard
from standards.measuring import Verdict, verdict_of
from standards.values import Answer

SATURDAY = 5


def working_days_between(opened_on: date, closed_on: date) -> int:
    """
    Count the working days after the first date, up to and with the second.

    Asked on Friday and answered on Monday took one working day; on the same day, none. Monday to
    Friday count: public holidays differ from place to place and are not known here.
    """
    if closed_on <= opened_on:
        return 0
    weeks, rest = divmod((closed_on - opened_on).days, 7)
    days = [opened_on + timedelta(days=step) for step in range(1, rest + 1)]
    return weeks * 5 + sum(day.weekday() < SATURDAY for day in days)


def waited(standard: Standard, opened_at: datetime, closed_at: datetime, zone: tzinfo) -> float:
    """
    Return how long a wait took, in the unit of the standard's target.

    Args:
        zone: the channel's time zone; working days are counted on its calendar.
    Returns:
        Whole seconds begun and ended, days with their fraction, or whole working days. A thumb on a
        stopwatch is no better than a second: what is judged is what is shown (decision of this project).
    """
    seconds = max((closed_at - opened_at) // timedelta(seconds=1), 0)
    match standard.target.unit:
        case "working days":
            return working_days_between(opened_at.astimezone(zone).date(), closed_at.astimezone(zone).date())
        case "days":
            return max((closed_at - opened_at) / timedelta(days=1), 0)
        case _:
            return seconds


def answer_of_wait(
    standard: Standard, opened_at: datetime, closed_at: datetime, zone: tzinfo, *, replied: bool
) -> Answer:
    """
    Judge a wait that ended; given up (`replied` is False), its value is only known to be longer.

    A wait given up before its target has passed has a value and no verdict: it stays unanswered.
    """
    value = waited(standard, opened_at, closed_at, zone)
    if replied:
        return Answer(verdict_of(standard.target, value), value)
    if standard.target.unit == "working days":
        # A reply may still come today: only the whole days before today are known to be over.
        value -= 1
    return Answer(verdict_of(standard.target, value, longer_than=True), max(value, 0), longer_than=True)


def is_overdue(standard: Standard, opened_at: datetime, now: datetime, zone: tzinfo) -> bool:
    """Say whether a wait has passed its target, so that giving it up is a miss."""
    return answer_of_wait(standard, opened_at, now, zone, replied=False).verdict is Verdict.MISSED
