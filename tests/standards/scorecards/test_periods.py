"""Periods: read as they are written, and held against the one before."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.errors import PeriodUnclear
from standards.scorecards import Span, read_span, span_before, write_span
from standards.scorecards.periods import days_between, say_span

DAYS = some.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("written", "since", "until", "name"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "1st quarter of 2026"),
        ("2026q4", date(2026, 10, 1), date(2026, 12, 31), "4th quarter of 2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "February 2024"),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "December 2026"),
        (" 2026-07-05..2026-08-14 ", date(2026, 7, 5), date(2026, 8, 14), "5 July to 14 August 2026"),
        (
            "2025-12-30..2026-01-02",
            date(2025, 12, 30),
            date(2026, 1, 2),
            "30 December 2025 to 2 January 2026",
        ),
        ("2026-07-05..2026-07-05", date(2026, 7, 5), date(2026, 7, 5), "5 July 2026"),
    ],
)
def test_a_period_is_read_as_it_is_written(written, since, until, name):
    assert read_span(written) == Span(since, until, name)


@pytest.mark.parametrize(
    "written",
    ["", "Q3", "2026-Q5", "2026-13", "2026-02-30..2026-03-01", "2026-08-01..2026-07-01", "0000", "x" * 99],
)
def test_what_is_no_period_is_refused(written):
    with pytest.raises(PeriodUnclear):
        read_span(written)


@given(DAYS, DAYS)
def test_what_is_written_is_read_back_as_the_same_days(one, other):
    span = days_between(min(one, other), max(one, other))
    again = read_span(write_span(span))
    assert (again.since, again.until) == (span.since, span.until)


@pytest.mark.parametrize(
    ("written", "before"),
    [
        ("2026", "2025"),
        ("2026-Q1", "2025-Q4"),
        ("2026-Q3", "2026-Q2"),
        ("2026-01", "2025-12"),
        ("2026-03", "2026-02"),
        ("2026-07-05..2026-07-11", "2026-06-28..2026-07-04"),
        ("2026-07-05..2026-07-05", "2026-07-04..2026-07-04"),
        # Three months that are no quarter are held against as many days.
        ("2026-02-01..2026-04-30", "2025-11-04..2026-01-31"),
    ],
)
def test_a_period_is_held_against_the_one_before_it(written, before):
    assert span_before(read_span(written)) == read_span(before)


@given(DAYS, DAYS)
def test_the_period_before_ends_the_day_before(one, other):
    span = days_between(min(one, other), max(one, other))
    before = span_before(span)
    assert before
    assert (span.since - before.until).days == 1
    assert before.since <= before.until


def test_before_the_calendar_there_is_nothing():
    assert span_before(read_span("0001")) is None


def test_a_quarter_has_its_article_within_a_sentence():
    assert say_span(read_span("2026-Q3")) == "the 3rd quarter of 2026"
    assert say_span(read_span("2026-07")) == "July 2026"
