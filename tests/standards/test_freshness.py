"""Fresh is what was answered in the visit or within the hour after, or measured by a clock; nothing else."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.freshness import FRESH_FOR, is_fresh
from standards.measuring import Comparator, Measure, Verdict
from standards.visits import Observation
from standards.waiting import answer_of_wait
from tests.standards.builders import standard_of

LEFT = datetime(2026, 3, 6, 12, tzinfo=UTC)
A_SECOND, A_MINUTE, A_DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ZURICH = ZoneInfo("Europe/Zurich")
YES_NO = standard_of()
WAIT = standard_of(Measure.DURATION, Comparator.AT_MOST, 180, "seconds")


def fresh(standard=YES_NO, *, left_at=LEFT, **facts):
    return is_fresh(Observation("A1", **facts), standard, left_at=left_at, zone=ZURICH)


@pytest.mark.parametrize(
    ("after_leaving", "expected"),
    [
        pytest.param(-A_MINUTE, True, id="during the visit"),
        pytest.param(timedelta(0), True, id="at the door"),
        pytest.param(FRESH_FOR, True, id="the last instant of the hour"),
        pytest.param(FRESH_FOR + A_SECOND, False, id="a second past the hour"),
        pytest.param(A_DAY, False, id="the next day"),
    ],
)
def test_an_answer_is_fresh_for_an_hour_after_leaving(after_leaving, expected):
    assert fresh(answered_at=LEFT + after_leaving, verdict=Verdict.MET) is expected


def test_nothing_is_fresh_whose_times_are_not_known():
    assert not fresh(verdict=Verdict.MET, value=1)
    assert not fresh(verdict=Verdict.MET, value=1, answered_at=LEFT, left_at=None)
    assert not fresh(WAIT, value=60, opened_at=LEFT, closed_at=LEFT + A_MINUTE)


@pytest.mark.parametrize("unit", ["seconds", "days", "working days"])
@pytest.mark.parametrize("replied", [True, False])
@given(hours=some.integers(0, 24 * 12), microseconds=some.integers(0, 10**6))
def test_what_a_clock_measured_is_fresh_however_late_it_ended(unit, replied, hours, microseconds):
    standard = standard_of(Measure.DURATION, Comparator.AT_MOST, 2, unit)
    ended = LEFT + timedelta(hours=hours, microseconds=microseconds)
    answer = answer_of_wait(standard, LEFT, ended, ZURICH, replied=replied)
    facts = {"value": answer.value, "longer_than": answer.longer_than, "verdict": answer.verdict}
    times = {"opened_at": LEFT, "closed_at": ended, "answered_at": ended + A_DAY}
    assert fresh(standard, **facts, **times)
    assert fresh(standard, left_at=None, **facts, **times)


def test_a_value_typed_over_a_stopwatch_is_judged_by_when_it_was_typed():
    times = {"opened_at": LEFT - A_MINUTE, "closed_at": LEFT}
    assert fresh(WAIT, value=60, answered_at=LEFT + A_DAY, **times)
    assert not fresh(WAIT, value=50, answered_at=LEFT + A_DAY, **times)
    assert not fresh(WAIT, value=60, longer_than=True, answered_at=LEFT + A_DAY, left_at=None)
    assert fresh(WAIT, value=50, answered_at=LEFT + A_MINUTE, **times)


def test_a_verdict_without_a_value_is_from_memory_even_where_a_stopwatch_ran():
    times = {"opened_at": LEFT - A_MINUTE, "closed_at": LEFT, "answered_at": LEFT + A_DAY}
    assert not fresh(WAIT, verdict=Verdict.NOT_APPLICABLE, **times)
