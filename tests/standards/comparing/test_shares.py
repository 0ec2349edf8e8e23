"""Shares: published intervals, the visit as the unit, months without a visit, and who leads."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from standards.comparing import (
    MeanScore,
    MetCount,
    StandardGap,
    VisitScore,
    best_of,
    mean_score,
    met_rate,
    met_rates,
    mirrored,
    months_between,
    newcombe,
    scores_by_brand,
    scores_by_month,
    share_difference,
    standard_gaps,
    upper_bound_unseen,
    widest_first,
    wilson,
    wilson_of_share,
)
from standards.measuring import Measure

OURS, THEIRS, OTHERS = 1, 2, 3
YES_NO = Measure.YES_NO


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
    assert share_difference(met_rate(3, 1), None) is None
    assert share_difference(None, met_rate(3, 1)) is None
    assert share_difference(met_rate(3, 1), met_rate(1, 3)) == newcombe(3, 4, 1, 4)
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


def test_a_standard_that_never_applied_has_no_met_rate():
    assert met_rate(0, 0) is None
    rates = met_rates([MetCount(OURS, "A", YES_NO, 0, 0), MetCount(THEIRS, "A", YES_NO, 1, 1)])
    assert rates == {("A", YES_NO): {THEIRS: met_rate(1, 1)}}


def test_a_standard_whose_measure_changed_is_another_standard():
    rates = met_rates([MetCount(OURS, "A", YES_NO, 3, 1), MetCount(OURS, "A", Measure.DURATION, 1, 3)])
    assert {key: by_brand[OURS].share for key, by_brand in rates.items()} == {
        ("A", YES_NO): 0.75,
        ("A", Measure.DURATION): 0.25,
    }


def a_gap(code, own, other):
    own_rate = met_rate(own, 10 - own) if own is not None else None
    other_rate = met_rate(other, 10 - other) if other is not None else None
    return StandardGap(code, YES_NO, own_rate, other_rate)


def test_a_gap_is_ours_minus_theirs_and_needs_both():
    counts = [
        MetCount(OURS, "A", YES_NO, 9, 1),
        MetCount(THEIRS, "A", YES_NO, 4, 6),
        MetCount(OURS, "B", YES_NO, 1, 0),
        MetCount(OTHERS, "C", YES_NO, 1, 0),
    ]
    found = standard_gaps(met_rates(counts), OURS, THEIRS)
    assert [(gap.code, gap.gap) for gap in found] == [("A", pytest.approx(0.5)), ("B", None)]


def test_the_widest_gap_comes_first_whoever_is_ahead_and_one_sided_standards_last():
    gaps = [a_gap("A", 5, 4), a_gap("B", 5, None), a_gap("C", 1, 8), a_gap("D", 5, 4)]
    assert [gap.code for gap in widest_first(gaps)] == ["C", "A", "D", "B"]


def a_score(brand_id, day, percent, *, possible=10.0, failed=False):
    return VisitScore(brand_id, day, percent * possible / 100, possible, failed)


def test_every_visit_counts_the_same_however_many_standards_applied():
    day = date(2026, 1, 5)
    scores = [a_score(OURS, day, 100, possible=2), a_score(OURS, day, 50, possible=200, failed=True)]
    assert mean_score(scores) == MeanScore(visits=2, percent=75, failed=1)


def test_without_a_visit_there_is_no_score():
    assert mean_score([]) == MeanScore(0, None)
    assert scores_by_month([]) == {}
    assert scores_by_brand([]) == {}


def test_a_month_without_a_visit_has_no_score_and_is_not_left_out():
    scores = [
        a_score(OURS, date(2025, 11, 30), 80),
        a_score(OURS, date(2026, 2, 1), 60),
        a_score(OURS, date(2026, 2, 28), 100),
        a_score(THEIRS, date(2025, 12, 1), 70),
    ]
    months = scores_by_month(scores)
    assert {month: (mean.percent, mean.visits) for month, mean in months[OURS].items()} == {
        date(2025, 11, 1): (80, 1),
        date(2025, 12, 1): (None, 0),
        date(2026, 1, 1): (None, 0),
        date(2026, 2, 1): (80, 2),
    }
    assert list(months[THEIRS]) == list(months[OURS])


@given(some.dates(date(1990, 1, 1), date(2040, 1, 1)), some.integers(0, 1000))
def test_months_follow_each_other_without_a_hole(first, days):
    last = date.fromordinal(first.toordinal() + days)
    months = months_between(first, last)
    assert months[0] == first.replace(day=1)
    assert months[-1] == last.replace(day=1)
    assert all(0 < (later - earlier).days <= 31 for earlier, later in pairwise(months))


def test_a_brand_seen_only_twice_never_leads():
    means = {OURS: MeanScore(3, 70.0), THEIRS: MeanScore(2, 99.0), OTHERS: MeanScore(5, 60.0)}
    assert best_of(means, [OURS, THEIRS, OTHERS]) == OURS
    assert best_of(means, [THEIRS]) is None
    assert best_of(means, []) is None
