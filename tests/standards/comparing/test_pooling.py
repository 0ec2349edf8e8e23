"""Pooling: a met-rate over many standards is no surer than its visits allow."""

from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from standards.comparing import mirrored, pooled_difference, pooled_met_rate, wilson, wilson_of_share

# C. S. Weil, "Selection of the valid number of sampling units and a consideration of their combination in
# toxicological studies", Food and Cosmetics Toxicology 8 (1970): pups that lived of each litter, the data
# on which Rao and Scott (1992) show the method.
CONTROL = [
    *[(13, 13), (12, 12), (9, 9), (9, 9), (8, 8), (8, 8), (12, 13), (11, 12)],
    *[(9, 10), (9, 10), (8, 9), (11, 13), (4, 5), (5, 7), (7, 10), (7, 10)],
]
TREATED = [
    *[(12, 12), (11, 11), (10, 10), (9, 9), (10, 11), (9, 10), (9, 10), (8, 9)],
    *[(8, 9), (4, 5), (7, 9), (4, 7), (5, 10), (3, 6), (3, 10), (0, 7)],
]
MADE_UP = [
    pytest.param([(3, 4), (1, 4), (4, 4)], id="three visits"),
    pytest.param([(18, 20), (11, 19), (20, 20), (7, 20), (15, 20)], id="five visits"),
    pytest.param([(9, 10), (1, 10), (10, 10), (2, 10), (8, 10), (0, 10)], id="good days and bad"),
]

visits = some.lists(
    some.integers(1, 25).flatmap(lambda n: some.tuples(some.integers(0, n), some.just(n))),
    min_size=1,
    max_size=30,
)


def pooled(rows, **options):
    return pooled_met_rate(
        np.array([met for met, _ in rows]), np.array([judged for _, judged in rows]), **options
    )


def worth_in_fractions(rows):
    """Return what the answers are worth before the few visits are taken into account, without a rounding."""
    answers, n = sum(judged for _, judged in rows), len(rows)
    rate = Fraction(sum(met for met, _ in rows), answers)
    squares = sum((met - rate * judged) ** 2 for met, judged in rows)
    variance = Fraction(n, n - 1) * squares / answers**2
    return rate * (1 - rate) / variance, Fraction(answers**2, sum(judged**2 for _, judged in rows)), answers


@pytest.mark.parametrize("rows", [CONTROL, TREATED, *MADE_UP])
def test_answers_are_worth_what_exact_fractions_say(rows):
    found = pooled(rows)
    worth, fewest, answers = worth_in_fractions(rows)
    fewer = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, len(rows) - 1)) ** 2
    expected = min(max(float(worth) * fewer, float(fewest)), answers)
    assert found.rate == pytest.approx(sum(met for met, _ in rows) / answers)
    assert found.worth == pytest.approx(expected, rel=1e-9)
    assert found.design_effect == pytest.approx(answers / expected, rel=1e-9)
    assert found.interval == wilson_of_share(found.rate, found.worth)


@pytest.mark.parametrize("rows", [CONTROL, TREATED, *MADE_UP])
def test_the_variance_equals_the_cluster_robust_one_of_statsmodels(rows):
    verdicts = np.concatenate([[1] * met + [0] * (judged - met) for met, judged in rows])
    visit = np.repeat(np.arange(len(rows)), [judged for _, judged in rows])
    fitted = sm.OLS(verdicts, np.ones(len(verdicts))).fit(
        cov_type="cluster", cov_kwds={"groups": visit, "use_correction": False}
    )
    n = len(rows)
    variance = fitted.cov_params()[0][0] * n / (n - 1)
    rate = verdicts.mean()
    assert float(worth_in_fractions(rows)[0]) == pytest.approx(rate * (1 - rate) / variance, rel=1e-9)


@pytest.mark.parametrize("rows", [CONTROL, TREATED])
def test_drawing_the_visits_again_at_random_gives_nearly_the_same_interval(rows):
    rng = np.random.default_rng(1)
    met, judged = np.array(rows).T
    drawn = rng.integers(0, len(rows), (20_000, len(rows)))
    low, high = np.quantile(met[drawn].sum(axis=1) / judged[drawn].sum(axis=1), [0.025, 0.975])
    found = pooled(rows).interval
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.04)


@given(visits)
def test_a_pooled_interval_holds_its_rate_and_lies_within_0_and_1(rows):
    found = pooled(rows)
    assert 0 <= found.interval.low <= found.rate <= found.interval.high <= 1
    assert found.design_effect >= 1 - 1e-12
    assert found.visits == len(rows)


@given(visits)
def test_answers_of_a_few_visits_are_never_as_sure_as_so_many_visits(rows):
    found = pooled(rows)
    strangers = wilson(sum(met for met, _ in rows), sum(judged for _, judged in rows))
    assert found.interval.low <= strangers.low + 1e-12
    assert found.interval.high >= strangers.high - 1e-12


@given(visits, some.integers(2, 9))
def test_more_visits_of_the_same_kind_never_widen(rows, times):
    once, often = pooled(rows).interval, pooled(rows * times).interval
    assert often.high - often.low <= once.high - once.low + 1e-12


@given(visits)
def test_swapping_met_and_missed_mirrors_the_interval(rows):
    one, other = pooled(rows), pooled([(judged - met, judged) for met, judged in rows])
    assert (one.interval.low, one.interval.high) == pytest.approx(
        (1 - other.interval.high, 1 - other.interval.low), abs=1e-9
    )


@given(visits, visits)
def test_swapping_the_brands_mirrors_the_difference(own, other):
    back = pooled_difference(pooled(other), pooled(own))
    assert back is not None
    assert pooled_difference(pooled(own), pooled(other)) == mirrored(back)


def test_visits_of_one_answer_each_are_as_any_proportion_but_for_few_visits():
    rows = [(1, 1)] * 700 + [(0, 1)] * 300
    assert pooled(rows).interval.low == pytest.approx(wilson(700, 1000).low, abs=2e-4)


@pytest.mark.parametrize("met", [0, 20])
def test_all_met_or_all_missed_is_worth_no_more_than_its_visits(met):
    found = pooled([(met, 20)] * 6)
    assert found.worth == pytest.approx(6)
    assert found.interval == wilson_of_share(met / 20, found.worth)


def test_one_visit_is_worth_one_visit():
    assert pooled([(15, 20)]).worth == pytest.approx(1)


def test_a_visit_without_a_judged_standard_counts_nowhere():
    assert pooled([(3, 4), (0, 0), (2, 4)]) == pooled([(3, 4), (2, 4)])
    assert pooled([(0, 0)]) is None
    assert pooled([]) is None
    assert pooled_difference(None, pooled([(1, 2)])) is None
