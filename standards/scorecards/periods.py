"""Periods of a scorecard: a year, a quarter, a month or any days, and the one before to hold it against."""

import re
from datetime import date, timedelta

from standards.errors import PeriodUnclear
from standards.scorecards.values import Span

_ORDINALS = ("1st", "2nd", "3rd", "4th")
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_A_DAY = timedelta(days=1)


def read_span(written: str) -> Span:
    """
    Read a period: `2026`, `2026-Q3`, `2026-07`, or days as `2026-07-05..2026-08-14`, both counted in.

    Raises:
        PeriodUnclear: it is none of these, or ends before it begins.
    """
    text = written.strip()
    try:
        if found := _YEAR.fullmatch(text):
            return year_of(int(found[1]))
        if found := _QUARTER.fullmatch(text):
            return quarter_of(int(found[1]), int(found[2]))
        if found := _MONTH.fullmatch(text):
            return month_of(int(found[1]), int(found[2]))
        if found := _DAYS.fullmatch(text):
            return days_between(date.fromisoformat(found[1]), date.fromisoformat(found[2]))
    except (ValueError, OverflowError):
        pass
    raise PeriodUnclear(written=text[:40])


def write_span(span: Span) -> str:
    """Write a period so that `read_span` reads the same."""
    for spelled in (
        f"{span.since:%Y}",
        f"{span.since:%Y}-Q{(span.since.month + 2) // 3}",
        f"{span.since:%Y-%m}",
    ):
        if read_span(spelled) == span:
            return spelled
    return f"{span.since.isoformat()}..{span.until.isoformat()}"


def year_of(year: int) -> Span:
    """Return a calendar year."""
    return Span(date(year, 1, 1), date(year, 12, 31), str(year))


def quarter_of(year: int, number: int) -> Span:
    """Return a quarter of a year, 1 to 4."""
    since = date(year, 3 * number - 2, 1)
    return Span(since, _month_end(year, 3 * number), f"{_ORDINALS[number - 1]} quarter of {year}")


def month_of(year: int, month: int) -> Span:
    """Return a calendar month."""
    since = date(year, month, 1)
    return Span(since, _month_end(year, month), f"{since:%B %Y}")


def days_between(since: date, until: date) -> Span:
    """
    Return any days, both counted in.

    Raises:
        PeriodUnclear: it ends before it begins.
    """
    if until < since:
        raise PeriodUnclear(written=f"{since.isoformat()}..{until.isoformat()}")
    if since == until:
        return Span(since, until, f"{since.day} {since:%B %Y}")
    first = f"{since.day} {since:%B}" if since.year == until.year else f"{since.day} {since:%B %Y}"
    return Span(since, until, f"{first} to {until.day} {until:%B %Y}")


def say_span(span: Span) -> str:
    """Name a period within a sentence: `the 3rd quarter of 2026`, `July 2026`."""
    return f"the {span.name}" if "quarter" in span.name else span.name


def span_before(span: Span) -> Span | None:
    """
    Return the period before: the last year, quarter or month, else as many days; None before the calendar.

    Whose decision: this project. A quarter is held against the last quarter, not the same one a year ago,
    because who reads it wants to know whether what was done since has helped.
    """
    try:
        end = span.since - _A_DAY
        for same in (
            year_of(end.year),
            quarter_of(end.year, (end.month + 2) // 3),
            month_of(end.year, end.month),
        ):
            if _is_calendar(span, same):
                return same
        return days_between(span.since - (span.until - span.since) - _A_DAY, end)
    except (OverflowError, ValueError):
        return None


def _is_calendar(span: Span, last: Span) -> bool:
    """Say whether a period is of the same kind as the calendar period that ended before it."""
    year, month = span.since.year, span.since.month
    same = {12: lambda: year_of(year), 3: lambda: quarter_of(year, (month + 2) // 3)}
    months = (last.until.year - last.since.year) * 12 + last.until.month - last.since.month + 1
    found = same.get(months, lambda: month_of(year, month))()
    return (found.since, found.until) == (span.since, span.until)


def _month_end(year: int, month: int) -> date:
    return (date(year, 12, 31)) if month == 12 else date(year, month + 1, 1) - _A_DAY
