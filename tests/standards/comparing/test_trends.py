"""Trends: periods without a hole, limits as published, and signals that are more than up and down."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.comparing import (
    Interval,
    Period,
    Signal,
    SignalKind,
    means_by_period,
    period_starts,
    periods_between,
    xmr,
    xmr_stretches,
)

BEYOND, RUN, NEAR = SignalKind.BEYOND_LIMITS, SignalKind.RUN_OF_EIGHT, SignalKind.THREE_OF_FOUR

dates = some.dates(date(1960, 1, 1), date(2060, 1, 1))
periods = some.sampled_from(Period)
series = some.lists(some.integers(0, 1000).map(lambda x: x / 10), min_size=8, max_size=40)

FLOW_RATE = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
VISCOSITY = [
    *(33.75, 33.05, 34.00, 33.81, 33.46, 34.02, 33.68, 33.27, 33.49, 33.20),
    *(33.62, 33.00, 33.54, 33.12, 33.84),
]
TRADE_DEFICIT = [10.5, 11.2, 9.2, 10.1, 10.4, 10.5]


def limits_of(points, **options):
    return xmr(points, **options)


@pytest.mark.parametrize(
    ("points", "mean", "moving_range", "lower", "upper"),
    [
        # NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2; with 3 ÷ 1.128, where 2.66 is rounded.
        pytest.param(FLOW_RATE, 50.81, 1.8778, 45.8159, 55.8041, id="NIST, flow rate"),
        # D. C. Montgomery, Introduction to Statistical Quality Control, 5th edition 2005, table 5-6.
        pytest.param(VISCOSITY, 33.52, 0.48, 32.24, 34.80, id="Montgomery, viscosity"),
        # D. J. Wheeler, Understanding Variation, 1993, exercise on figure 6.7: July to December 1988; the
        # limits are worked out by hand with his formula.
        pytest.param(TRADE_DEFICIT, 10.317, 0.8, 8.189, 12.445, id="Wheeler, trade deficit"),
        # By hand: mean 50, steps of 20 every time.
        pytest.param([40, 60] * 6, 50, 20, 0, 100, id="up and down, kept within 0 and 100"),
        pytest.param([48, 52] * 4, 50, 4, 39.36, 60.64, id="up and down"),
    ],
)
def test_limits_are_as_published(points, mean, moving_range, lower, upper):
    found = limits_of(points, baseline=6)
    assert found.mean == pytest.approx(mean, abs=0.005)
    assert found.moving_range_mean == pytest.approx(moving_range, abs=0.001)
    assert found.lower == pytest.approx(lower, abs=0.006)
    assert found.upper == pytest.approx(upper, abs=0.006)
    assert found.moving_range_limit == pytest.approx(3.27 * moving_range, abs=0.006)
    assert found.signals == ()


@given(series)
def test_limits_equal_exact_fractions(points):
    found = limits_of(points, within=Interval(-1000, 1000))
    exact = [Fraction(str(x)) for x in points]
    mean = sum(exact) / len(exact)
    moving = sum(abs(b - a) for a, b in pairwise(exact)) / (len(exact) - 1)
    assert found.mean == pytest.approx(float(mean))
    assert found.lower == pytest.approx(float(mean - Fraction("2.66") * moving), abs=1e-9)
    assert found.upper == pytest.approx(float(mean + Fraction("2.66") * moving), abs=1e-9)


def test_a_point_beyond_the_limits_is_a_signal():
    points = [*[50, 53, 47, 52, 48, 51, 49] * 3, 70, 30]
    assert limits_of(points).signals == (
        Signal(BEYOND, (21,), is_above=True),
        Signal(BEYOND, (22,), is_above=False),
    )


def test_eight_in_a_row_on_one_side_are_a_signal_and_seven_are_none():
    # The mean is 50 in both; the points keep clear of the limits and of the middle between.
    eight = [51, 49] * 6 + [51, 51, 51, 51, 51, 51, 51, 51] + [49] * 7 + [51]
    assert [s for s in limits_of(eight).signals if s.kind is RUN] == [
        Signal(RUN, tuple(range(12, 20)), is_above=True)
    ]
    seven = [49, 51] * 6 + [49] + [51] * 7 + [49] * 7
    assert [s for s in limits_of(seven).signals if s.kind is RUN] == []


def test_a_longer_run_is_one_signal():
    points = [49, 51] * 8 + [49] * 11 + [51] * 11
    runs = [s for s in limits_of(points).signals if s.kind is RUN]
    assert [(s.points[0], s.points[-1], s.is_above) for s in runs] == [(16, 26, False), (27, 37, True)]


def test_three_of_four_nearer_to_a_limit_than_to_the_mean_are_a_signal():
    calm = [50, 54, 50, 46] * 5
    points = [*calm, 57, 57, 50, 57, 43, *calm]
    limits = limits_of(points)
    assert limits.mean + (limits.upper - limits.mean) / 2 < 57
    assert limits.signals == (Signal(NEAR, (20, 21, 23), is_above=True),)
    apart = [*calm, 57, 50, 50, 57, 43, 57, *calm]
    assert limits_of(apart).signals == ()


@given(series)
def test_turned_upside_down_the_same_signals_lie_on_the_other_side(points):
    found, turned = limits_of(points), limits_of([100 - x for x in points])
    expected = {(s.kind, s.points, not s.is_above) for s in found.signals}
    # A point just on a line may fall to either side of it by its last digit.
    if not _touches_a_line(points):
        assert {(s.kind, s.points, s.is_above) for s in turned.signals} == expected
    assert turned.mean == pytest.approx(100 - found.mean)
    assert turned.upper == pytest.approx(100 - found.lower)


def _touches_a_line(points):
    x = np.array(points)
    reach = 2.66 * np.abs(np.diff(x)).mean()
    return any(np.isclose(np.abs(x - x.mean()), line, atol=1e-6).any() for line in (0, reach / 2, reach))


@given(series)
def test_the_mean_lies_within_its_limits_and_they_within_0_and_100(points):
    found = limits_of(points)
    assert 0 <= found.lower <= found.mean <= found.upper <= 100
    assert all(0 <= at < len(points) for signal in found.signals for at in signal.points)


@pytest.mark.parametrize("value", [0, 100 / 3, 100])
def test_a_series_that_never_changes_has_no_signal(value):
    found = limits_of([value] * 30)
    assert found.signals == ()
    assert found.lower == pytest.approx(value)
    assert found.upper == pytest.approx(value)


@pytest.mark.parametrize("points", [[], [50], [50, 60, 55, 52, 58, 51, 54], [50, np.nan] * 7])
def test_below_eight_points_it_is_too_early(points):
    assert limits_of(points) is None


@given(series, some.data())
def test_a_period_without_a_visit_changes_no_limit(points, data):
    at = data.draw(some.integers(0, len(points)))
    holed = [*points[:at], np.nan, *points[at:]]
    found, again = limits_of(points), limits_of(holed)
    assert (again.mean, again.lower, again.upper) == (found.mean, found.lower, found.upper)
    moved = [tuple(p + (p >= at) for p in signal.points) for signal in found.signals]
    assert [signal.points for signal in again.signals] == moved


def test_at_a_break_the_limits_start_anew():
    before, after = [50, 52, 49, 51, 50, 48, 51, 50], [80, 81, 79, 80, 82, 80, 78, 80, 81]
    first, second = xmr_stretches([*before, *after], breaks=[8])
    assert (first.first, first.last, second.first, second.last) == (0, 7, 8, 16)
    assert first.limits == limits_of(before)
    assert second.limits == limits_of(after)
    assert limits_of([*before, *after]).signals != ()


def test_a_break_outside_the_series_changes_nothing_and_a_short_stretch_has_no_limits():
    points = FLOW_RATE
    assert xmr_stretches(points, breaks=[0, 10, 99, -3]) == xmr_stretches(points)
    short, long = xmr_stretches([*points, *points], breaks=[5])
    assert short.limits is None
    assert (short.points, long.points) == (5, 15)


def test_signals_of_a_later_stretch_name_their_places_in_the_whole_series():
    calm = [50, 53, 47, 52, 48, 51, 49] * 3
    _, second = xmr_stretches([*calm, *calm, 70, 30], breaks=[21])
    assert second.limits is not None
    assert [signal.points for signal in second.limits.signals] == [(42,), (43,)]


@given(dates, some.integers(0, 1500), periods)
def test_periods_follow_each_other_without_a_hole(first, days, period):
    last = first + timedelta(days=days)
    starts = periods_between(first, last, period)
    assert starts[0] <= first
    assert starts[-1] <= last
    length = {Period.WEEK: (7, 7), Period.MONTH: (28, 31), Period.QUARTER: (90, 92)}[period]
    assert all(length[0] <= (after - before).days <= length[1] for before, after in pairwise(starts))
    assert (first - starts[0]).days < length[1]
    assert (last - starts[-1]).days < length[1]


def start_by_the_calendar(day, period):
    match period:
        case Period.WEEK:
            return day - timedelta(days=day.weekday())
        case Period.MONTH:
            return day.replace(day=1)
    return date(day.year, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7}.get(day.month, 10), 1)


@given(some.lists(dates, min_size=1, max_size=20), periods)
def test_each_date_lies_in_the_period_the_calendar_puts_it_in(days, period):
    found = period_starts(np.array(days, dtype="datetime64[D]"), period)
    assert found.tolist() == [start_by_the_calendar(day, period) for day in days]


@given(some.lists(some.tuples(dates, some.floats(0, 100)), min_size=1, max_size=40), periods)
def test_means_by_period_equal_plain_means_and_lose_no_visit(rows, period):
    days = np.array([day for day, _ in rows], dtype="datetime64[D]")
    found = means_by_period(days, np.array([percent for _, percent in rows]), period)
    expected: dict[date, list[float]] = {}
    for day, percent in rows:
        expected.setdefault(start_by_the_calendar(day, period), []).append(percent)
    assert found.starts[0] == min(expected)
    assert found.starts[-1] == max(expected)
    assert found.visits.sum() == len(rows)
    for start, mean in zip(found.starts, found.means, strict=True):
        assert np.isnan(mean) if start not in expected else mean == pytest.approx(fmean(expected[start]))


def test_brands_share_one_axis_from_first_to_last():
    days = np.array(["2026-02-10", "2026-02-28"], dtype="datetime64[D]")
    found = means_by_period(
        days, np.array([60.0, 80.0]), Period.MONTH, first=date(2026, 1, 31), last=date(2026, 4, 1)
    )
    assert found.starts == tuple(date(2026, month, 1) for month in (1, 2, 3, 4))
    assert found.visits.tolist() == [0, 2, 0, 0]
    assert found.spreads[1].mean == 70
    assert found.spreads[0].mean is None
    later = means_by_period(days, np.array([60.0, 80.0]), Period.MONTH, first=date(2026, 3, 1))
    assert later.visits.tolist() == []


def test_without_a_visit_there_is_no_period():
    nothing = np.array([], dtype="datetime64[D]")
    assert means_by_period(nothing, np.array([]), Period.WEEK).starts == ()
    axis = means_by_period(
        nothing, np.array([]), Period.QUARTER, first=date(2026, 5, 1), last=date(2026, 8, 1)
    )
    assert axis.starts == (date(2026, 4, 1), date(2026, 7, 1))
    assert np.isnan(axis.means).all()
    assert periods_between(date(2026, 5, 1), date(2026, 1, 1), Period.WEEK) == ()
