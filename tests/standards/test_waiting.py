"""Waits: closed on the reply, or given up with a value only known to be longer."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.measuring import Comparator, Measure
from standards.values import Answer
from standards.waiting import answer_of_wait, is_overdue, waited, working_days_between
from tests.standards.builders import MET, MISSED, standard_of

OPENED = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # a Friday
VIENNA = ZoneInfo("Europe/Vienna")
days = some.dates(date(2020, 1, 1), date(2030, 12, 31))


def wait_for(target, unit="s", comparator=Comparator.AT_MOST):
    return standard_of(Measure.DURATION, comparator, target, unit)


def ended(standard, replied=True, zone=UTC, **after):
    return answer_of_wait(standard, OPENED, OPENED + timedelta(**after), zone, replied=replied)


@pytest.mark.parametrize(
    ("opened_on", "closed_on", "expected"),
    [
        pytest.param(date(2026, 3, 6), date(2026, 3, 6), 0, id="the same day"),
        pytest.param(date(2026, 3, 6), date(2026, 3, 9), 1, id="Friday to Monday"),
        pytest.param(date(2026, 3, 6), date(2026, 3, 8), 0, id="Friday to Sunday"),
        pytest.param(date(2026, 3, 7), date(2026, 3, 9), 1, id="Saturday to Monday"),
        pytest.param(date(2026, 3, 2), date(2026, 3, 6), 4, id="Monday to Friday"),
        pytest.param(date(2026, 3, 2), date(2026, 3, 16), 10, id="two weeks"),
        pytest.param(date(2026, 3, 9), date(2026, 3, 6), 0, id="backwards is none"),
    ],
)
def test_working_days_are_monday_to_friday(opened_on, closed_on, expected):
    assert working_days_between(opened_on, closed_on) == expected


@given(days, some.integers(0, 60))
def test_working_days_are_counted_one_by_one(opened_on, length):
    counted = sum((opened_on + timedelta(days=step)).isoweekday() < 6 for step in range(1, length + 1))
    assert working_days_between(opened_on, opened_on + timedelta(days=length)) == counted


@given(days, some.integers(0, 60), some.integers(0, 60))
def test_working_days_add_up(opened_on, first, second):
    between = opened_on + timedelta(days=first)
    closed_on = between + timedelta(days=second)
    assert working_days_between(opened_on, closed_on) == (
        working_days_between(opened_on, between) + working_days_between(between, closed_on)
    )


def test_a_wait_is_told_in_the_unit_of_its_target():
    closed = OPENED + timedelta(days=3, hours=6)
    assert waited(wait_for(180), OPENED, closed, UTC) == 3.25 * 86_400
    assert waited(wait_for(2, "days"), OPENED, closed, UTC) == 3.25
    assert waited(wait_for(2, "working days"), OPENED, closed, UTC) == 1


def test_working_days_are_counted_on_the_channels_calendar():
    late = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)  # already Friday in Vienna
    closed = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
    assert waited(wait_for(1, "working days"), late, closed, UTC) == 1
    assert waited(wait_for(1, "working days"), late, closed, VIENNA) == 0


def test_an_hour_changed_for_summer_is_not_waited():
    opened = datetime(2026, 3, 29, 1, 30, tzinfo=VIENNA)
    closed = datetime(2026, 3, 29, 3, 30, tzinfo=VIENNA).astimezone(UTC)
    assert waited(wait_for(180), opened.astimezone(UTC), closed, VIENNA) == 3600


@pytest.mark.parametrize("unit", ["s", "days", "working days"])
def test_a_corrected_clock_makes_no_wait_negative(unit):
    assert waited(wait_for(1, unit), OPENED, OPENED - timedelta(hours=30), UTC) == 0


def test_a_fraction_of_a_second_is_neither_shown_nor_judged():
    assert ended(wait_for(180), seconds=180.9) == Answer(MET, 180)
    assert ended(wait_for(180), seconds=181) == Answer(MISSED, 181)


@pytest.mark.parametrize(
    ("seconds", "answer"),
    [
        pytest.param(179, Answer(None, 179, longer_than=True), id="before its limit: no verdict"),
        pytest.param(180, Answer(MISSED, 180, longer_than=True), id="at its limit: missed"),
        pytest.param(9000, Answer(MISSED, 9000, longer_than=True), id="after its limit: missed"),
    ],
)
def test_a_wait_given_up_is_only_known_to_be_longer(seconds, answer):
    assert ended(wait_for(180), replied=False, seconds=seconds) == answer
    assert is_overdue(wait_for(180), OPENED, OPENED + timedelta(seconds=seconds), UTC) is bool(answer.verdict)


@pytest.mark.parametrize(
    ("days_after", "answer"),
    [
        pytest.param(0, Answer(None, 0, longer_than=True), id="Friday: nothing is over yet"),
        pytest.param(3, Answer(None, 0, longer_than=True), id="Monday may still answer"),
        pytest.param(4, Answer(None, 1, longer_than=True), id="Tuesday, the last day, may still answer"),
        pytest.param(5, Answer(MISSED, 2, longer_than=True), id="Wednesday: two working days are over"),
    ],
)
def test_on_its_last_working_day_a_reply_may_still_come(days_after, answer):
    assert ended(wait_for(2, "working days"), replied=False, days=days_after) == answer


def test_the_same_working_day_is_over_on_the_next():
    same_day = wait_for(0, "working days")
    assert ended(same_day, replied=False, hours=1).verdict is None
    assert ended(same_day, replied=False, days=3).verdict is MISSED


@given(
    some.sampled_from(["s", "days", "working days"]),
    some.integers(0, 10),
    some.floats(0, 20),
    some.floats(0, 20),
)
def test_a_wait_that_is_overdue_is_missed_whenever_the_reply_comes(unit, target, given_up, later):
    standard = wait_for(target, unit)
    now = OPENED + timedelta(days=given_up)
    if is_overdue(standard, OPENED, now, UTC):
        reply = answer_of_wait(standard, OPENED, now + timedelta(days=later, seconds=1), UTC, replied=True)
        assert reply.verdict is MISSED


def test_a_least_time_that_has_passed_is_not_overdue():
    at_least = wait_for(60, comparator=Comparator.AT_LEAST)
    assert not is_overdue(at_least, OPENED, OPENED + timedelta(hours=1), UTC)
    assert ended(at_least, replied=False, hours=1).verdict is MET
