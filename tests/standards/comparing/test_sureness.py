"""Sureness: the word a difference gets, alone and among many, and what would settle it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from standards.comparing import (
    THRESHOLDS,
    Compared,
    Difference,
    Interval,
    ScoreSpread,
    Sureness,
    Thresholds,
    Visiting,
    benjamini_hochberg,
    corrected_p_values,
    difference_of_means,
    is_even,
    newcombe,
    sureness_of,
    surenesses_of,
    visits_to_settle_means,
    visits_to_settle_shares,
)

REAL, LEANING, TOO_EARLY = Sureness.REAL, Sureness.LEANING, Sureness.TOO_EARLY

# Y. Benjamini and Y. Hochberg (1995), section 3.2: 15 hypotheses on thrombolytic treatment.
PUBLISHED = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]

FAR_REACH = Thresholds(most_further_visits=10_000)

chances = some.floats(0, 1)
proportions = some.integers(1, 60).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n)))
spreads = some.builds(
    ScoreSpread,
    some.integers(2, 60),
    some.floats(0, 100).map(lambda x: round(x, 1)),
    some.floats(0, 900).map(lambda x: round(x, 1)),
)


def a_difference(p_value, estimate=5.0):
    return Difference(estimate, Interval(estimate - 20, estimate + 20), p_value)


@pytest.mark.parametrize(
    ("difference", "own", "other", "expected"),
    [
        pytest.param(a_difference(0.01), 9, 9, REAL, id="1 in 100 by chance"),
        pytest.param(a_difference(0.05), 9, 9, REAL, id="the 95 % interval just touches 0"),
        pytest.param(a_difference(0.0501), 9, 9, LEANING, id="a little more"),
        pytest.param(a_difference(0.2), 9, 9, LEANING, id="the 80 % interval just touches 0"),
        pytest.param(a_difference(0.21), 9, 9, TOO_EARLY, id="more than 1 in 5 by chance"),
        pytest.param(a_difference(0.001), 3, 3, REAL, id="three visits are enough"),
        pytest.param(a_difference(0.001), 2, 900, TOO_EARLY, id="two visits of ours are not"),
        pytest.param(a_difference(0.001), 900, 2, TOO_EARLY, id="nor two of theirs"),
        pytest.param(None, 0, 9, TOO_EARLY, id="nothing to compare"),
        pytest.param(Difference(5.0, None, None), 9, 9, TOO_EARLY, id="no interval"),
        pytest.param(a_difference(float("nan")), 9, 9, TOO_EARLY, id="not a number"),
        pytest.param(a_difference(0.0, estimate=0.0), 9, 9, TOO_EARLY, id="no gap"),
    ],
)
def test_a_difference_is_real_leaning_or_too_early(difference, own, other, expected):
    assert sureness_of(difference, own, other) is expected


def test_thresholds_are_data():
    strict = Thresholds(enough_visits=10, real=0.999)
    assert sureness_of(a_difference(0.01), 9, 9, thresholds=strict) is TOO_EARLY
    assert sureness_of(a_difference(0.01), 10, 10, thresholds=strict) is LEANING


def test_a_corrected_p_value_takes_the_place_of_the_differences_own():
    assert sureness_of(a_difference(0.01), 9, 9, p_value=0.15) is LEANING


@given(proportions, proportions)
def test_real_is_just_what_has_an_interval_without_0(own, other):
    difference: Any = newcombe(*own, *other)
    visits = own[1], other[1]
    if difference.p_value == pytest.approx(0.05, abs=1e-6):
        return
    leaves_out_0 = difference.interval.low > 0 or difference.interval.high < 0
    expected = leaves_out_0 and min(visits) >= THRESHOLDS.enough_visits
    assert (sureness_of(difference, *visits) is REAL) == expected


@given(spreads, spreads)
def test_swapping_the_brands_changes_neither_sureness_nor_what_would_settle_it(own, other):
    there, back = difference_of_means(own, other), difference_of_means(other, own)
    assert sureness_of(there, own.visits, other.visits) is sureness_of(back, other.visits, own.visits)
    assert visits_to_settle_means(own, other) == visits_to_settle_means(other, own)
    assert visits_to_settle_means(own, other, visiting=Visiting.OWN) == visits_to_settle_means(
        other, own, visiting=Visiting.OTHER
    )


def test_of_the_published_15_four_are_discoveries():
    adjusted = benjamini_hochberg(np.array(PUBLISHED))
    assert (adjusted <= 0.05).tolist() == [True] * 4 + [False] * 11
    # By hand: p × 15 ÷ rank, and never above what follows.
    assert adjusted[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])
    assert adjusted[5:8] == pytest.approx([0.0298 * 15 / 7, 0.0298 * 15 / 7, 0.0344 * 15 / 8])
    assert adjusted[-1] == 1


@given(some.lists(chances, min_size=1, max_size=40))
def test_adjusted_p_values_equal_statsmodels_and_scipy(p_values):
    adjusted = benjamini_hochberg(np.array(p_values))
    assert adjusted == pytest.approx(multipletests(p_values, method="fdr_bh")[1], abs=1e-12)
    assert adjusted == pytest.approx(stats.false_discovery_control(p_values), abs=1e-12)


@given(some.lists(chances, max_size=40))
def test_asking_many_questions_makes_none_surer_and_keeps_their_order(p_values):
    adjusted = benjamini_hochberg(np.array(p_values))
    assert (adjusted >= np.array(p_values) - 1e-15).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p_values, kind="stable")]) >= 0).all()


@given(some.lists(chances, max_size=20), some.integers(0, 20))
def test_what_was_not_asked_takes_nothing_from_the_others(p_values, at):
    holed = [*p_values[:at], np.nan, *p_values[at:]]
    adjusted = benjamini_hochberg(np.array(holed))
    assert np.isnan(adjusted[min(at, len(p_values))])
    assert adjusted[~np.isnan(adjusted)].tolist() == benjamini_hochberg(np.array(p_values)).tolist()


def test_among_many_standards_a_difference_needs_more_to_be_real():
    alone = Compared(a_difference(0.03), 9, 9)
    others = [Compared(a_difference(p), 9, 9) for p in (0.4, 0.6, 0.7, 0.9)]
    assert surenesses_of([alone]) == (REAL,)
    assert surenesses_of([alone, *others]) == (LEANING, *[TOO_EARLY] * 4)


def test_standards_with_too_few_visits_are_not_asked_and_cost_nothing():
    alone = Compared(a_difference(0.03), 9, 9)
    thin = [
        Compared(a_difference(0.9), 2, 9),
        Compared(None, 0, 9),
        Compared(Difference(5, None, None), 1, 9),
    ]
    assert corrected_p_values([alone, *thin]) == (0.03, None, None, None)
    assert surenesses_of([*thin, alone]) == (TOO_EARLY, TOO_EARLY, TOO_EARLY, REAL)
    assert surenesses_of([]) == ()


def test_brands_are_even_where_the_whole_interval_is_narrow():
    assert is_even(Difference(0.5, Interval(-1.0, 2.0), 0.5), 3)
    assert not is_even(Difference(0.5, Interval(-3.1, 2.0), 0.5), 3)
    assert is_even(Difference(1.0, Interval(0.5, 1.5), 0.001), 3)
    assert not is_even(Difference(0.0, None, None), 3)
    assert not is_even(None, 3)


@pytest.mark.parametrize(
    ("gap", "deviation", "visits"),
    [(10, 12, 8), (12, 20, 12), (8, 15, 20), (6, 10, 15), (20, 25, 6), (5, 12, 30)],
)
def test_the_visits_that_would_settle_it_equal_statsmodels_power(gap, deviation, visits):
    own, other = ScoreSpread(visits, 70.0 + gap, deviation**2), ScoreSpread(visits, 70.0, deviation**2)
    found = visits_to_settle_means(own, other, thresholds=FAR_REACH)
    error = deviation * np.sqrt(2 / visits)
    effect = gap * (1 - (error / gap) ** 2) / deviation
    needed = TTestIndPower().solve_power(effect, power=0.8, alpha=0.05)
    # Ours adds Student's quantile and the normal one, theirs is the noncentral t: a visit apart at most.
    assert found == pytest.approx(np.ceil(needed) - visits, abs=1)


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ((7, 10), (4, 10)),
        ((14, 20), (10, 20)),
        ((5, 6), (2, 6)),
        ((30, 40), (24, 40)),
        ((3, 3), (1, 3)),
    ],
)
def test_the_visits_that_would_settle_a_gap_of_shares_equal_statsmodels_power(own, other):
    found = visits_to_settle_shares(*own, *other, thresholds=FAR_REACH)
    visits = own[1]
    shares = [(met + 1) / (total + 2) for met, total in (own, other)]
    variance = sum(share * (1 - share) for share in shares)
    gap = own[0] / own[1] - other[0] / other[1]
    effect = (gap - variance / visits / gap) / np.sqrt(variance / 2)
    needed = NormalIndPower().solve_power(effect, power=0.8, alpha=0.05)
    # Ours takes Student's quantile for so many visits, theirs the normal one: a visit or two less.
    assert 0 <= found - (np.ceil(needed) - visits) <= 2


def test_what_is_real_needs_no_further_visit():
    assert visits_to_settle_means(ScoreSpread(30, 90.0, 25.0), ScoreSpread(30, 60.0, 25.0)) == 0
    assert visits_to_settle_shares(30, 30, 3, 30) == 0


@pytest.mark.parametrize(
    ("own", "other"),
    [
        pytest.param(ScoreSpread(10, 80.0, 100.0), ScoreSpread(10, 80.0, 100.0), id="no gap"),
        pytest.param(ScoreSpread(10, 80.0, 100.0), ScoreSpread(10, 76.0, 100.0), id="within its error"),
        pytest.param(ScoreSpread(200, 80.0, 400.0), ScoreSpread(200, 77.8, 400.0), id="out of reach"),
        pytest.param(ScoreSpread(0, None, None), ScoreSpread(10, 80.0, 100.0), id="no visit of ours"),
        pytest.param(ScoreSpread(3, 80.0, 0.0), ScoreSpread(3, 80.0, 0.0), id="all equal"),
    ],
)
def test_where_no_number_of_visits_would_settle_it_none_is_named(own, other):
    assert visits_to_settle_means(own, other) is None


def test_shares_without_a_gap_or_a_visit_name_no_number():
    assert visits_to_settle_shares(5, 10, 5, 10) is None
    assert visits_to_settle_shares(0, 0, 5, 10) is None
    assert visits_to_settle_shares(6, 10, 5, 10) is None


def test_visits_to_one_side_alone_are_more_than_to_both_and_may_never_be_enough():
    own, other = ScoreSpread(40, 85.0, 150.0), ScoreSpread(4, 73.0, 150.0)
    both: Any
    both, ours, theirs = (visits_to_settle_means(own, other, visiting=side) for side in Visiting)
    assert 0 < both < theirs
    assert ours is None


def test_a_wide_gap_of_two_visits_asks_for_a_third():
    own, other = ScoreSpread(2, 95.0, 4.0), ScoreSpread(2, 40.0, 4.0)
    assert visits_to_settle_means(own, other) == 1


@given(spreads, spreads)
def test_what_settles_it_lies_within_reach_and_a_wider_gap_never_needs_more(own, other):
    found = visits_to_settle_means(own, other)
    assert found is None or 0 <= found <= THRESHOLDS.most_further_visits
    higher, lower = (own, other) if own.mean >= other.mean else (other, own)
    wider = replace(higher, mean=higher.mean + 5)
    again = visits_to_settle_means(wider, lower)
    if found is not None and higher.mean > lower.mean and (own.variance or other.variance):
        assert again is not None
        assert again <= found


@given(proportions, proportions)
def test_what_settles_a_gap_of_shares_lies_within_reach(own, other):
    found = visits_to_settle_shares(*own, *other)
    assert found is None or 0 <= found <= THRESHOLDS.most_further_visits
    assert found == visits_to_settle_shares(*other, *own)


@given(spreads, spreads)
def test_a_stricter_threshold_never_asks_for_fewer_visits(own, other):
    found = visits_to_settle_means(own, other)
    strict = visits_to_settle_means(own, other, thresholds=Thresholds(real=0.99))
    assert strict is None or (found is not None and found <= strict)
