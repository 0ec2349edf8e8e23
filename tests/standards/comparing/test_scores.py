"""Scores: means and their differences by visit, at their edges too."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from standards.comparing import (
    Difference,
    MeanInterval,
    ScoreSpread,
    difference_of_means,
    interval_of_mean,
    mean_difference,
    mean_interval,
    mirrored,
    newcombe,
    spread_of,
    spreads_by,
    wilson,
)

scores = some.lists(some.floats(0, 100).map(lambda x: round(x, 3)), min_size=2, max_size=40)

# A. R. Cushny and A. R. Peebles' hours of sleep gained, as in Student (1908); R's data set `sleep`.
DEXTRO = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
LAEVO = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
# Miles per gallon by transmission; R's data set `mtcars`.
AUTOMATIC = [
    *(21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3),
    *(15.2, 10.4, 10.4, 14.7, 21.5, 15.5, 15.2, 13.3, 19.2),
]
MANUAL = [21, 21, 22.8, 32.4, 30.4, 33.9, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4]


def mean_of(percents):
    return mean_interval(np.array(percents, dtype=float))


def gap_of(own, other, **options):
    return mean_difference(np.array(own, dtype=float), np.array(other, dtype=float), **options)


def _width(found):
    return found.interval.high - found.interval.low


@pytest.mark.parametrize(
    ("percents", "low", "high"),
    [
        # As R's t.test prints them for these data; moved by 50 points, because a score is never negative.
        pytest.param([50 + x for x in DEXTRO], 49.4702, 52.0298, id="sleep, first drug"),
        pytest.param([50 + x for x in LAEVO], 50.8977, 53.7623, id="sleep, second drug"),
        # By hand: mean ± t(0.975; n − 1) × s ÷ √n with t of 12.7062, 4.3027 and 3.1824.
        pytest.param([40.0, 60.0], 0, 100, id="two visits, kept within 0 and 100"),
        pytest.param([70.0, 80.0, 90.0], 55.1586, 100, id="three visits"),
        pytest.param([49.0, 50.0, 50.0, 51.0], 48.7008, 51.2992, id="four visits"),
    ],
)
def test_a_mean_has_students_interval(percents, low, high):
    interval = mean_of(percents).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


@given(scores)
def test_a_mean_and_its_interval_equal_statsmodels(percents):
    found = mean_of(percents)
    assert found.mean == pytest.approx(np.mean(percents), abs=1e-9)
    if found.all_equal:
        return
    low, high = DescrStatsW(percents).tconfint_mean()
    expected = (max(low, 0.0), min(high, 100.0))
    assert (found.interval.low, found.interval.high) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("own", "other", "low", "high", "p_value"),
    [
        # As R's t.test prints them (Welch).
        pytest.param(DEXTRO, LAEVO, -3.3654832, 0.2054832, 0.07939, id="sleep"),
        pytest.param(AUTOMATIC, MANUAL, -11.280194, -3.209684, 0.001374, id="mtcars"),
    ],
)
def test_a_difference_of_means_is_as_published(own, other, low, high, p_value):
    found = gap_of(own, other)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-6)
    assert found.p_value == pytest.approx(p_value, rel=1e-3)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("own", "other"), [(3, 3), (3, 30), (2, 5), (40, 12), (500, 700)])
def test_a_difference_of_means_equals_scipy_and_statsmodels(own, other, confidence):
    rng = np.random.default_rng(own * other)
    ours, theirs = np.clip(rng.normal(75, 9, own), 0, 100), np.clip(rng.normal(70, 15, other), 0, 100)
    found = gap_of(ours, theirs, confidence=confidence)
    tested = stats.ttest_ind(ours, theirs, equal_var=False)
    low, high = tested.confidence_interval(confidence)
    assert found.p_value == pytest.approx(tested.pvalue, rel=1e-9)
    assert found.interval.low == pytest.approx(max(low, -100), abs=1e-9)
    assert found.interval.high == pytest.approx(min(high, 100), abs=1e-9)
    compared = CompareMeans(DescrStatsW(ours), DescrStatsW(theirs))
    again = compared.tconfint_diff(1 - confidence, usevar="unequal")
    assert (low, high) == pytest.approx(again, abs=1e-9)


@given(scores)
def test_an_interval_holds_its_mean_and_lies_within_0_and_100(percents):
    found = mean_of(percents)
    assert -1e-9 <= found.interval.low <= found.mean <= found.interval.high <= 100 + 1e-9


@given(scores, scores)
def test_a_difference_lies_within_its_interval(own, other):
    found = gap_of(own, other)
    assert found.interval.low <= found.estimate <= found.interval.high
    assert 0 <= found.p_value <= 1


@given(scores, scores)
def test_swapping_the_brands_mirrors_the_difference(own, other):
    assert gap_of(own, other) == mirrored(gap_of(other, own))


@given(scores, scores, some.integers(2, 9))
def test_more_visits_of_the_same_scores_never_widen(own, other, times):
    once, often = mean_of(own), mean_of(own * times)
    assert _width(often) <= _width(once) + 1e-9
    once, often = (gap_of(own * n, other * n) for n in (1, times))
    assert _width(often) <= _width(once) + 1e-9


@given(scores, scores)
def test_an_interval_leaves_out_0_just_where_the_p_value_says_so(own, other):
    found = gap_of(own, other)
    if found.p_value != pytest.approx(0.05, abs=1e-6):
        leaves_out_0 = found.interval.low > 0 or found.interval.high < 0
        assert leaves_out_0 == (found.p_value < 0.05)


@given(some.lists(some.tuples(some.integers(0, 4), some.floats(0, 100) | some.just(np.nan)), max_size=60))
def test_spreads_by_group_equal_each_groups_own(rows):
    groups = np.array([group for group, _ in rows], dtype=np.intp)
    percents = np.array([percent for _, percent in rows])
    found = spreads_by(groups, percents, 6)
    assert len(found) == 6
    for group, spread in enumerate(found):
        own = percents[(groups == group) & ~np.isnan(percents)]
        assert spread.visits == len(own)
        assert spread.mean == (pytest.approx(own.mean()) if len(own) else None)
        assert spread.variance == (pytest.approx(own.var(ddof=1), abs=1e-9) if len(own) > 1 else None)


def test_without_a_visit_there_is_no_mean_and_with_one_no_interval():
    assert mean_of([]) == MeanInterval(0, None, None)
    assert mean_of([np.nan]) == MeanInterval(0, None, None)
    assert mean_of([80]) == MeanInterval(1, 80, None)
    assert gap_of([], [80, 70]) is None
    assert gap_of([80], [70, 60]) == Difference(15, None, None)


@pytest.mark.parametrize("percent", [0.0, 100.0])
def test_scores_all_met_or_all_missed_are_as_sure_as_so_many_visits_of_one_standard(percent):
    found = mean_of([percent] * 5)
    expected = wilson(round(percent / 20), 5)
    assert found.all_equal
    assert (found.interval.low, found.interval.high) == (100 * expected.low, 100 * expected.high)


def test_equal_scores_are_no_promise_that_the_next_is_equal():
    # The mean of six times 100 × 11 ÷ 13 is not quite any of them in floats.
    equal = 100 * np.full(6, 11.0) / 13
    assert equal.var(ddof=1) > 0
    found = mean_of(equal)
    assert found.all_equal
    assert found.interval.low < 50
    assert found.interval.high > 95
    assert spreads_by(np.zeros(6, dtype=int), equal, 1)[0].variance == spread_of(equal).variance == 0


def test_a_side_without_spread_borrows_the_others():
    own, other = spread_of(np.full(3, 90.0)), spread_of(np.array([70.0, 80, 60, 70]))
    found: Any = difference_of_means(own, other)
    error = np.sqrt(np.var([70, 80, 60, 70], ddof=1) * (1 / 3 + 1 / 4))
    assert found.interval.low == pytest.approx(20 - stats.t.ppf(0.975, 3) * error)
    assert found.p_value == pytest.approx(2 * stats.t.sf(20 / error, 3))


def test_two_sides_without_spread_differ_as_shares_do():
    found = gap_of([100, 100, 100], [0, 0, 0, 0])
    expected: Any = newcombe(3, 3, 0, 4)
    assert found.p_value == expected.p_value
    assert found.interval.low == pytest.approx(100 * expected.interval.low)
    assert gap_of([80, 80, 80], [80, 80]).p_value == 1


def test_a_hundred_thousand_equal_scores_leave_nothing_open():
    spread = ScoreSpread(100_000, 80.0, 0.0)
    interval: Any = interval_of_mean(spread).interval
    assert 79 < interval.low < 80 < interval.high < 81
