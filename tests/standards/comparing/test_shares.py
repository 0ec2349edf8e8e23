"""Shares: published intervals of one share and of the difference of two."""

import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from standards.comparing import (
    mirrored,
    newcombe,
    upper_bound_unseen,
    wilson,
    wilson_of_share,
)


@pytest.mark.parametrize(
    ("met", "total", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven
        # methods", Statistics in Medicine 17 (1998), table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="Newcombe, 81 of 263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="Newcombe, 15 of 148"),
        pytest.param(0, 20, 0.0000, 0.1611, id="Newcombe, 0 of 20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="Newcombe, 1 of 29"),
        # L. D. Brown, T. T. Cai and A. DasGupta, Statistical Science 16 (2001): the interval's closed form at
        # 0 and n is z²/(n + z²) and its mirror.
        pytest.param(10, 10, 0.7225, 1.0000, id="all of 10"),
        pytest.param(1, 2, 0.0945, 0.9055, id="1 of 2"),
    ],
)
def test_wilson_gives_the_published_interval(met, total, low, high):
    interval = wilson(met, total)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


proportions = some.integers(1, 10_000).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n)))


def _width(interval):
    return interval.high - interval.low


@given(proportions)
def test_an_interval_holds_its_estimate_and_lies_within_0_and_1(counted):
    met, total = counted
    interval = wilson(met, total)
    assert 0 <= interval.low <= met / total <= interval.high <= 1


@given(some.integers(1, 500), some.integers(0, 500), some.integers(2, 20))
def test_more_visits_with_the_same_share_never_widen_the_interval(total, met, times):
    met = min(met, total)
    once, often = wilson(met, total), wilson(met * times, total * times)
    assert often.high - often.low <= once.high - once.low + 1e-12


@given(some.integers(1, 1000), some.integers(0, 1000))
def test_swapping_met_and_missed_mirrors_the_interval(total, met):
    met = min(met, total)
    one, other = wilson(met, total), wilson(total - met, total)
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)


@pytest.mark.parametrize(("met", "total"), [(0, 0), (3, 2), (-1, 4)])
def test_what_is_no_proportion_has_no_interval(met, total):
    with pytest.raises(ValueError, match="no proportion"):
        wilson(met, total)


@given(proportions)
def test_a_count_and_the_share_it_is_have_one_interval(counted):
    met, total = counted
    assert wilson_of_share(met / total, total) == wilson(met, total)


def difference(own, other, **options):
    return newcombe(*own, *other, **options)


# R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
# eleven methods", Statistics in Medicine 17 (1998), table II, method 10.
PUBLISHED_DIFFERENCES = [
    pytest.param((56, 70), (48, 80), 0.0524, 0.3339, id="a"),
    pytest.param((9, 10), (3, 10), 0.1705, 0.8090, id="b"),
    pytest.param((6, 7), (2, 7), 0.0582, 0.8062, id="c"),
    pytest.param((5, 56), (0, 29), -0.0381, 0.1926, id="d"),
    pytest.param((0, 10), (0, 20), -0.1611, 0.2775, id="e"),
    pytest.param((0, 10), (0, 10), -0.2775, 0.2775, id="f"),
    pytest.param((10, 10), (0, 20), 0.6791, 1.0000, id="g"),
    pytest.param((10, 10), (0, 10), 0.6075, 1.0000, id="h"),
]


@pytest.mark.parametrize(("own", "other", "low", "high"), PUBLISHED_DIFFERENCES)
def test_newcombe_gives_the_published_interval_of_a_difference(own, other, low, high):
    found = difference(own, other)
    assert found.interval.low == pytest.approx(low, abs=5e-5)
    assert found.interval.high == pytest.approx(high, abs=5e-5)


@given(proportions, proportions, some.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_newcombe_equals_statsmodels(own, other, confidence):
    found = difference(own, other, confidence=confidence)
    low, high = confint_proportions_2indep(*own, *other, method="newcomb", alpha=1 - confidence)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-9)


@given(proportions, proportions)
def test_the_interval_of_a_difference_holds_it_and_lies_within_minus_1_and_1(own, other):
    found = difference(own, other)
    assert -1 <= found.interval.low <= found.estimate <= found.interval.high <= 1
    assert 0 <= found.p_value <= 1


@given(proportions, proportions)
def test_swapping_the_brands_mirrors_the_difference(own, other):
    assert difference(own, other) == mirrored(difference(other, own))


@given(proportions, proportions, some.integers(2, 20))
def test_more_visits_with_the_same_shares_never_widen_the_difference(own, other, times):
    once = difference(own, other)
    often = difference([times * count for count in own], [times * count for count in other])
    assert _width(often.interval) <= _width(once.interval) + 1e-12
    assert often.p_value <= once.p_value + 1e-12


@given(proportions, proportions, some.sampled_from([0.8, 0.95]))
def test_an_interval_leaves_out_0_just_where_the_p_value_says_so(own, other, confidence):
    found = difference(own, other, confidence=confidence)
    if found.p_value != pytest.approx(1 - confidence, abs=1e-6):
        leaves_out_0 = found.interval.low > 0 or found.interval.high < 0
        assert leaves_out_0 == (found.p_value < 1 - confidence)


def test_without_a_visit_on_one_side_there_is_no_difference():
    with pytest.raises(ValueError, match="no proportion"):
        newcombe(1, 2, 0, 0)


@pytest.mark.parametrize(
    ("visits", "percent"),
    [
        # J. A. Hanley and A. Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249
        # (1983): the exact bounds beside the rule of three; 12 visits are the design's own example.
        pytest.param(10, 26, id="10"),
        pytest.param(12, 22, id="12"),
        pytest.param(20, 14, id="20"),
        pytest.param(30, 10, id="30"),
        pytest.param(100, 3, id="100"),
        pytest.param(1, 95, id="one visit"),
        pytest.param(0, 100, id="no visit"),
    ],
)
def test_what_was_never_seen_could_still_be_as_published(visits, percent):
    assert round(100 * upper_bound_unseen(visits)) == percent


@given(some.integers(1, 5000))
def test_the_bound_of_the_unseen_equals_clopper_and_pearson_and_shrinks(visits):
    # A one-sided 95 % bound is the upper end of a two-sided 90 % interval.
    assert upper_bound_unseen(visits) == pytest.approx(
        proportion_confint(0, visits, alpha=0.10, method="beta")[1], abs=1e-12
    )
    assert upper_bound_unseen(visits + 1) < upper_bound_unseen(visits)
