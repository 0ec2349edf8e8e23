"""Severity of the shopper: gaps as the same shoppers would have seen them, or why they cannot be adjusted."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as some
from scipy.optimize import approx_fprime, minimize
from scipy.special import expit
from scipy.stats import t as student

from benchmarks.chicago import TABLE, chicago_table, chicago_visits
from benchmarks.severity import DESIGNS, measure
from standards.comparing import (
    UNKNOWN_SHOPPER,
    Difference,
    Interval,
    NotAdjusted,
    Overlap,
    OverlapLimits,
    adjusted_score_difference,
    adjusted_share_difference,
    mean_difference,
    newcombe,
    say_adjusted,
    score_difference_of,
    share_difference_of,
    visits_by_shopper,
)
from standards.comparing.severity import AdjustedDifference
from standards.comparing.shopper_effects import additive, shrunken_chances
from standards.comparing.shopper_visits import THE_REST

OURS, THEIRS, THIRD = 1, 2, 3
ANY = OverlapLimits(least_share_of_visits=0, least_effective_visits=0, least_effective_shoppers=0)


def score_gap_of(*visits, **options):
    return adjusted_score_difference(*visits, **options)


def share_gap_of(*visits, **options):
    return adjusted_share_difference(*visits, **options)


def summed_score_gap_of(seen, own, other):
    return score_difference_of(seen, own, other)


def summed_share_gap_of(seen, own, other):
    return share_difference_of(seen, own, other)


def programme_of(seed=1, brands=3, shoppers=5, visits=80, severity=5.0, failing=0.3):
    """Return brand ids, shopper ids, scores and failings of visits by shoppers of differing severity."""
    chance = np.random.default_rng(seed)
    brand_ids = chance.integers(1, brands + 1, visits)
    shopper_ids = chance.integers(1, shoppers + 1, visits)
    severe = chance.standard_normal(shoppers + 1)
    scores = 80 + brand_ids - severity * severe[shopper_ids] + 4 * chance.standard_normal(visits)
    failed = chance.random(visits) < expit(np.log(failing / (1 - failing)) + severe[shopper_ids])
    return brand_ids, shopper_ids, scores, failed


def dummies(brand_ids, shopper_ids):
    """Return an intercept-free design matrix of full rank: every brand, every shopper but the first."""
    brands, shoppers = np.unique(brand_ids), np.unique(shopper_ids)[1:]
    return np.hstack([brand_ids[:, None] == brands, shopper_ids[:, None] == shoppers]).astype(float)


def close_to(difference, other, tolerance=1e-9):
    mine = (difference.estimate, difference.interval.low, difference.interval.high, difference.p_value)
    theirs = (other.estimate, other.interval.low, other.interval.high, other.p_value)
    return mine == pytest.approx(theirs, abs=tolerance)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        # Two brands only: shopper by shopper, own mean minus theirs, each weighing n·m / (n + m).
        # N. Mantel and W. Haenszel, Journal of the National Cancer Institute 22 (1959): their weights.
        pytest.param([(80, 2), (60, 2)], [(70, 2), (50, 2)], 10.0, id="each sees ten points"),
        pytest.param([(80, 1), (60, 3)], [(70, 3), (50, 1)], 10.0, id="the severe one mostly sent to us"),
        pytest.param([(80, 4), (60, 4)], [(70, 4), (70, 4)], 0.0, id="they see the opposite"),
        pytest.param([(80, 2), (60, 6)], [(70, 2), (70, 6)], -5.0, id="who visits more weighs more"),
        pytest.param(
            [(80, 1), (60, 3)], [(70, 2), (70, 1)], (10 * 2 / 3 - 10 * 3 / 4) / (2 / 3 + 3 / 4), id="by hand"
        ),
    ],
)
def test_two_brands_are_compared_shopper_by_shopper(ours, theirs, expected):
    rows = [
        (brand, shopper, mean + (1 if at % 2 else -1) * (0 if count % 2 and at == count - 1 else 1))
        for brand, cells in ((OURS, ours), (THEIRS, theirs))
        for shopper, (mean, count) in enumerate(cells, start=1)
        for at in range(count)
    ]
    found = score_gap_of(*np.array(rows).T, OURS, THEIRS, limits=ANY)
    assert found.adjusted.estimate == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_an_adjusted_score_gap_is_that_of_least_squares(seed):
    brand_ids, shopper_ids, scores, _ = programme_of(seed)
    fit = sm.OLS(scores, dummies(brand_ids, shopper_ids)).fit()
    found = score_gap_of(brand_ids, shopper_ids, scores, OURS, THEIRS)
    assert found.adjusted.estimate == pytest.approx(fit.params[0] - fit.params[1], abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_without_a_second_visit_anywhere_the_interval_is_hc2_with_bell_and_mccaffreys_degrees(seed):
    # statsmodels for the covariance; the degrees of freedom from their definition, tr(K)² / tr(K²).
    chance = np.random.default_rng(seed)
    brand_ids, shopper_ids = (side.ravel() for side in np.meshgrid([1, 2, 3], np.arange(1, 9)))
    scores = chance.normal(80, 8, len(brand_ids)) * np.where(brand_ids == OURS, 1.2, 1)
    design = dummies(brand_ids, shopper_ids)
    question = np.array([1, -1, *np.zeros(design.shape[1] - 2)])
    fit = sm.OLS(scores, design).fit(cov_type="HC2")
    error = np.sqrt(question @ fit.cov_params() @ question)
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    weight = design @ np.linalg.inv(design.T @ design) @ question / np.sqrt(1 - np.diag(hat))
    maker = (np.eye(len(hat)) - hat) * weight
    degrees = np.trace(maker @ maker.T) ** 2 / np.trace(np.linalg.matrix_power(maker @ maker.T, 2))
    gap, reach = fit.params[0] - fit.params[1], student.ppf(0.975, degrees) * error
    expected = Difference(gap, Interval(gap - reach, gap + reach), 2 * student.sf(abs(gap) / error, degrees))
    assert close_to(score_gap_of(brand_ids, shopper_ids, scores, OURS, THEIRS).adjusted, expected)


def test_shoppers_who_disagree_about_the_gap_make_it_less_sure():
    brand_ids, shopper_ids, scores, _ = programme_of(visits=400)
    moody = scores + np.where((brand_ids == OURS) & (shopper_ids % 2 == 1), 6, 0)
    calm, unsure = (
        score_gap_of(brand_ids, shopper_ids, values, OURS, THEIRS).adjusted.interval
        for values in (scores, moody)
    )
    assert unsure.high - unsure.low > 2 * (calm.high - calm.low)


@pytest.mark.parametrize(("met", "visits"), [(0, 4), (1, 4), (4, 4), (3, 10), (19, 20)], ids=str)
def test_a_shrunken_chance_counts_half_a_yes_and_half_a_no_more(met, visits):
    # One shopper: Jeffreys' prior on one proportion is Beta(½, ½), whose mode in logits is (k + ½) / (n + 1).
    chances = shrunken_chances(np.array([[float(visits)], [8.0]]), np.array([[float(met)], [2.0]]))
    assert chances[:, 0] == pytest.approx([(met + 0.5) / (visits + 1), 2.5 / 9], abs=1e-6)


def penalised(effects, design, failed):
    """Firth's penalised log-likelihood, as he defines it, from the visits themselves."""
    chances = expit(design @ effects)
    fisher = (design.T * (chances * (1 - chances))) @ design
    return np.log(np.where(failed, chances, 1 - chances)).sum() + np.linalg.slogdet(fisher)[1] / 2


@pytest.mark.parametrize("seed", range(5))
def test_an_adjusted_share_gap_is_standardised_and_what_is_left_over_added(seed):
    # From the definitions, visit by visit: the maximum of the penalised likelihood, averages of the visits to
    # the two brands, least squares of the residuals, and the delta method by numerical differences.
    brand_ids, shopper_ids, _, failed = programme_of(seed, shoppers=4, visits=60)
    design = dummies(brand_ids, shopper_ids)
    best = minimize(lambda at: -penalised(at, design, failed), np.zeros(design.shape[1]), tol=1e-10).x
    at_two = design[(brand_ids == OURS) | (brand_ids == THEIRS)]
    least_squares = (
        design @ np.linalg.inv(design.T @ design) @ np.array([1, -1, *np.zeros(design.shape[1] - 2)])
    )

    def share(effects, brand):
        asked = at_two.copy()
        asked[:, :3] = np.arange(1, 4) == brand
        return expit(asked @ effects).mean()

    def gap(effects):
        left_over = least_squares @ (failed - expit(design @ effects))
        return share(effects, OURS) - share(effects, THEIRS) + left_over

    found = share_gap_of(brand_ids, shopper_ids, failed, OURS, THEIRS).adjusted
    assert found.estimate == pytest.approx(gap(best), abs=1e-5)
    spread = expit(design @ best) * (1 - expit(design @ best))
    slope = approx_fprime(best, gap, 1e-7)
    influence = design @ np.linalg.inv((design.T * spread) @ design) @ slope + least_squares
    width = 2 * 1.96 * np.sqrt((spread * influence**2).sum())
    # On the logit scale, and wider still for shoppers' moods: the plain delta method is the least.
    assert width - 1e-4 < found.interval.high - found.interval.low < 1.6 * width


def test_the_raw_gap_is_everybodys():
    brand_ids, shopper_ids, scores, failed = programme_of()
    shopper_ids[::3] = UNKNOWN_SHOPPER
    score = score_gap_of(brand_ids, shopper_ids, scores, OURS, THEIRS)
    assert close_to(score.raw, mean_difference(scores[brand_ids == OURS], scores[brand_ids == THEIRS]))
    share = share_gap_of(brand_ids, shopper_ids, failed, OURS, THEIRS)
    ours, theirs = failed[brand_ids == OURS], failed[brand_ids == THEIRS]
    assert close_to(share.raw, newcombe(int(ours.sum()), len(ours), int(theirs.sum()), len(theirs)))


def test_unknown_shoppers_are_not_one_shopper():
    brand_ids, shopper_ids, scores, failed = programme_of(visits=120)
    unknown = shopper_ids == 2
    shopper_ids = np.where(unknown, UNKNOWN_SHOPPER, shopper_ids)
    for adjust, values in ((score_gap_of, scores), (share_gap_of, failed)):
        found = adjust(brand_ids, shopper_ids, values, OURS, THEIRS)
        without = adjust(brand_ids[~unknown], shopper_ids[~unknown], values[~unknown], OURS, THEIRS)
        assert close_to(found.adjusted, without.adjusted)
        assert found.overlap.share_of_visits < 1 == without.overlap.share_of_visits
        assert found.overlap.shoppers == 4


def test_what_has_no_value_counts_nowhere():
    brand_ids, shopper_ids, scores, _ = programme_of()
    missing = np.arange(len(scores)) % 4 == 0
    found = score_gap_of(brand_ids, shopper_ids, np.where(missing, np.nan, scores), OURS, THEIRS)
    without = score_gap_of(brand_ids[~missing], shopper_ids[~missing], scores[~missing], OURS, THEIRS)
    assert close_to(found.raw, without.raw)
    assert close_to(found.adjusted, without.adjusted)


def test_a_chain_through_a_third_brand_compares_shoppers_who_never_met():
    # Shoppers 1 and 2 never go to theirs, 3 and 4 never to ours; all go to the third.
    visits = [(OURS, 1), (OURS, 2), (THIRD, 1), (THIRD, 2), (THIRD, 3), (THIRD, 4), (THEIRS, 3), (THEIRS, 4)]
    brand_ids, shopper_ids = np.repeat(visits, 12, axis=0).T
    severity = np.array([0, 0, 3, 10, 14])[shopper_ids]
    noise = np.tile([-1.0, 1.0], len(brand_ids) // 2)
    scores = np.array([0, 90, 86, 80])[brand_ids] - severity + noise
    found = score_gap_of(brand_ids, shopper_ids, scores, OURS, THEIRS)
    assert found.raw.estimate == pytest.approx(90 - 1.5 - 86 + 12)
    assert found.adjusted.estimate == pytest.approx(4)
    assert found.explained_share == pytest.approx(1 - 4 / 14.5)


several = some.integers(0, 10_000).map(lambda seed: programme_of(seed, visits=40 + seed % 60))


@given(several)
def test_swapping_the_brands_mirrors_every_figure(visits):
    brand_ids, shopper_ids, scores, failed = visits
    for adjust, values in ((score_gap_of, scores), (share_gap_of, failed)):
        one = adjust(brand_ids, shopper_ids, values, OURS, THEIRS, limits=ANY)
        other = adjust(brand_ids, shopper_ids, values, THEIRS, OURS, limits=ANY)
        for mine, theirs in ((one.adjusted, other.adjusted), (one.who_visited, other.who_visited)):
            mirrored = Interval(-theirs.interval.high, -theirs.interval.low)
            assert close_to(mine, replace(theirs, estimate=-theirs.estimate, interval=mirrored))
        assert one.overlap == other.overlap
        assert one.explained_share == pytest.approx(other.explained_share)


@given(several, some.permutations([7, 1, 90_000_000, -3, 12]))
def test_who_the_shoppers_are_changes_nothing(visits, names):
    brand_ids, shopper_ids, scores, failed = visits
    renamed = np.array([UNKNOWN_SHOPPER, *names])[shopper_ids]
    for adjust, values in ((score_gap_of, scores), (share_gap_of, failed)):
        one = adjust(brand_ids, shopper_ids, values, OURS, THEIRS, limits=ANY)
        other = adjust(brand_ids, renamed, values, OURS, THEIRS, limits=ANY)
        assert close_to(one.adjusted, other.adjusted, 1e-7)
        assert one.overlap == other.overlap


@given(several, some.floats(-40, 40), some.integers(1, 5))
def test_a_severer_shopper_changes_nothing_of_the_score_gap(visits, points, shopper):
    brand_ids, shopper_ids, scores, _ = visits
    severer = scores - np.where(shopper_ids == shopper, points, 0)
    one = score_gap_of(brand_ids, shopper_ids, scores, OURS, THEIRS, limits=ANY)
    other = score_gap_of(brand_ids, shopper_ids, severer, OURS, THEIRS, limits=ANY)
    assert close_to(one.adjusted, other.adjusted, 1e-6)


@given(several)
def test_an_interval_holds_its_estimate_and_agrees_with_its_p_value(visits):
    brand_ids, shopper_ids, scores, failed = visits
    for adjust, values in ((score_gap_of, scores), (share_gap_of, failed)):
        found = adjust(brand_ids, shopper_ids, values, OURS, THEIRS, limits=ANY).adjusted
        assert found.interval.low <= found.estimate <= found.interval.high
        assert (found.p_value < 0.05) == (not found.interval.low <= 0 <= found.interval.high)


@given(several)
def test_yes_and_no_mirror_each_other(visits):
    brand_ids, shopper_ids, _, failed = visits
    one = share_gap_of(brand_ids, shopper_ids, failed, OURS, THEIRS, limits=ANY).adjusted
    other = share_gap_of(brand_ids, shopper_ids, ~failed, THEIRS, OURS, limits=ANY).adjusted
    assert close_to(one, other, 1e-6)


@given(
    some.lists(
        some.tuples(
            some.integers(1, 3), some.integers(0, 4), some.booleans(), some.sampled_from([0.0, 50.0, 100.0])
        ),
        max_size=40,
    )
)
def test_whatever_was_visited_there_is_a_gap_with_its_interval_or_a_reason(rows):
    columns = np.array(rows, dtype=float).reshape(-1, 4).T
    brand_ids, shopper_ids = columns[0].astype(int), columns[1].astype(int)
    for adjust, values, most in (
        (score_gap_of, columns[3], 100),
        (share_gap_of, columns[2], 1),
    ):
        found = adjust(brand_ids, shopper_ids, values, OURS, THEIRS, limits=ANY)
        assert (found.adjusted is None) == (found.reason is not None)
        assert (found.raw is None) == (found.reason is NotAdjusted.NO_VISITS)
        if found.adjusted:
            interval = found.adjusted.interval
            assert interval.low <= found.adjusted.estimate <= interval.high
            assert interval.low >= min(-most, found.adjusted.estimate)
            assert interval.high <= max(most, found.adjusted.estimate)
        assert "nan" not in say_adjusted(found, "Ours", "Theirs")


@pytest.mark.parametrize("visits_each", [1, 2, 10])
def test_in_a_balanced_programme_nothing_is_who_visited_however_few_visits_a_shopper(visits_each):
    chance = np.random.default_rng(visits_each)
    brand_ids, shopper_ids = (
        side.ravel() for side in np.meshgrid([OURS, THEIRS, THIRD], np.repeat(np.arange(1, 21), visits_each))
    )
    failed = chance.random(len(brand_ids)) < np.array([0, 0.05, 0.9, 0.4])[brand_ids]
    found = share_gap_of(brand_ids, shopper_ids, failed, OURS, THEIRS)
    assert found.adjusted.estimate == pytest.approx(found.raw.estimate, abs=1e-9)
    assert found.who_visited.interval.high == pytest.approx(0, abs=1e-6)
    assert found.explained_share == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("visits_each", [1, 2, 10])
def test_complete_separation_has_a_gap_and_an_interval(visits_each):
    brand_ids, shopper_ids = (
        side.ravel() for side in np.meshgrid([OURS, THEIRS], np.repeat(np.arange(1, 11), visits_each))
    )
    found = share_gap_of(brand_ids, shopper_ids, brand_ids == OURS, OURS, THEIRS)
    assert found.adjusted.estimate == pytest.approx(1)
    assert 0.2 < found.adjusted.interval.low < 0.95
    assert found.adjusted.interval.high == 1


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([], NotAdjusted.NO_VISITS, id="no visits"),
        pytest.param([(OURS, 1, 9)], NotAdjusted.NO_VISITS, id="theirs not visited"),
        pytest.param([(OURS, 0, 9), (THEIRS, 0, 9)], NotAdjusted.NOBODY_NAMED, id="nobody named"),
        pytest.param(
            [(OURS, 0, 9), (THEIRS, 0, 9), (THIRD, 1, 9)], NotAdjusted.NOBODY_NAMED, id="named elsewhere only"
        ),
        pytest.param([(OURS, 1, 9), (THEIRS, 1, 9)], NotAdjusted.ONE_SHOPPER, id="one shopper"),
        pytest.param(
            [(OURS, 1, 9), (THEIRS, 2, 9)], NotAdjusted.TOO_LITTLE_OVERLAP, id="each shopper her own brand"
        ),
        pytest.param(
            [(OURS, 1, 9), (THIRD, 1, 9), (THEIRS, 2, 9), (4, 2, 9)],
            NotAdjusted.TOO_LITTLE_OVERLAP,
            id="two islands",
        ),
        pytest.param(
            [(OURS, 1, 9), (THEIRS, 1, 9), (OURS, 2, 9), (THEIRS, 3, 9)],
            NotAdjusted.TOO_LITTLE_OVERLAP,
            id="one shopper only compares",
        ),
        pytest.param(
            [(OURS, 1, 20), (THEIRS, 1, 1), (OURS, 2, 20), (THEIRS, 2, 1)],
            NotAdjusted.TOO_LITTLE_OVERLAP,
            id="two visits to theirs",
        ),
        pytest.param(
            [(OURS, 1, 9), (THEIRS, 1, 9), (OURS, 2, 9), (THEIRS, 2, 9), (THEIRS, 0, 20)],
            NotAdjusted.TOO_LITTLE_OVERLAP,
            id="most of theirs by unknown shoppers",
        ),
        pytest.param(
            [(OURS, 1, 9), (THEIRS, 1, 9), (OURS, 2, 9), (THEIRS, 2, 9)], None, id="two who visited both"
        ),
    ],
)
def test_too_little_overlap_is_said_and_not_adjusted(rows, reason):
    visits = np.array([row[:2] for row in rows for _ in range(row[2])], dtype=int).reshape(-1, 2)
    values = np.arange(len(visits)) % 2
    for adjust in (score_gap_of, share_gap_of):
        found = adjust(*visits.T, values, OURS, THEIRS)
        assert found.reason is reason
        assert (found.adjusted is None) == (reason is not None)


@pytest.mark.parametrize("value", [0, 1])
def test_visits_all_alike_are_not_adjusted(value):
    brand_ids, shopper_ids, _, _ = programme_of()
    for adjust in (score_gap_of, share_gap_of):
        found = adjust(brand_ids, shopper_ids, np.full(len(brand_ids), value), OURS, THEIRS)
        assert found.reason is NotAdjusted.ALL_ALIKE
        assert found.raw.estimate == 0


def test_a_brand_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="itself"):
        score_gap_of(*programme_of()[:3], OURS, OURS)


def test_visits_summed_once_serve_every_pair():
    brand_ids, shopper_ids, scores, failed = programme_of(brands=5, visits=300)
    scored, counted = (visits_by_shopper(brand_ids, shopper_ids, values) for values in (scores, failed))
    for other in (2, 3, 4, 5):
        one = score_gap_of(brand_ids, shopper_ids, scores, OURS, other)
        assert summed_score_gap_of(scored, OURS, other) == one
        one = share_gap_of(brand_ids, shopper_ids, failed, OURS, other)
        assert summed_share_gap_of(counted, OURS, other) == one


def test_a_channel_is_set_beside_all_others():
    channel_ids, shopper_ids, scores, _ = programme_of(brands=6, visits=200)
    shopper_ids[:20] = UNKNOWN_SHOPPER
    found = summed_score_gap_of(
        visits_by_shopper(channel_ids, shopper_ids, scores).beside_the_rest(4), 4, THE_REST
    )
    groups = np.where(channel_ids == 4, 1, 2)
    expected = score_gap_of(groups, shopper_ids, scores, 1, 2)
    assert close_to(found.raw, expected.raw)
    assert close_to(found.adjusted, expected.adjusted)


@given(some.integers(0, 1000))
def test_more_brands_than_shoppers_is_solved_as_well_as_more_shoppers(seed):
    chance = np.random.default_rng(seed)
    weights = chance.integers(1, 4, (6, 3)).astype(float)
    question = np.zeros((6, 3))
    question[0, 0], question[1, 0] = 1, -1
    wide, tall = additive(weights.T), additive(weights)
    assert tall.fitted(question) == pytest.approx(wide.fitted(question.T).T)
    assert tall.leverages() == pytest.approx(wide.leverages().T)
    assert tall.squared_ties(weights) == pytest.approx(wide.squared_ties(weights.T))


def found_of(raw, adjusted, *, half=0.5, part_half=0.1, share_of_visits=1.0, full_scale=100.0):
    """Return a difference to be put in words: `half` and `part_half` are half the intervals' widths."""

    def gap(estimate, reach):
        return Difference(estimate, Interval(estimate - reach, estimate + reach), 0.5)

    return AdjustedDifference(
        gap(raw, half),
        gap(adjusted, half),
        gap(raw - adjusted, part_half),
        Overlap(9, 9, share_of_visits, 50, 8),
        None,
        full_scale,
    )


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (found_of(8, 4), "About half of the gap between Ours and Theirs is who visited."),
        (found_of(-8, -2), "About three quarters of the gap between Ours and Theirs is who visited."),
        (found_of(8, 4, part_half=9), "About half of the gap between Ours and Theirs may be who visited."),
        (
            found_of(8, 0.1),
            (
                "The whole of the gap between Ours and Theirs is who visited. "
                "Allowing for who visited, the gap may be chance."
            ),
        ),
        (found_of(8, 8.1), "Who visited changes little or nothing of the gap between Ours and Theirs."),
        (found_of(0, 0.1), "Who visited changes little or nothing of the gap between Ours and Theirs."),
        (
            found_of(2, 3.4),
            (
                "Who visited hides a part of the gap between Ours and Theirs: "
                "seen by the same shoppers it is 3.4 points and not 2.0."
            ),
        ),
        (
            found_of(2, 3.4, part_half=2),
            (
                "Who visited may hide a part of the gap between Ours and Theirs: "
                "seen by the same shoppers it is 3.4 points and not 2.0."
            ),
        ),
        (
            found_of(0, -3),
            "Who visited hides a gap: seen by the same shoppers, Ours is 3.0 points lower than Theirs.",
        ),
        (
            found_of(2, -3),
            (
                "Who visited turns the gap between Ours and Theirs round: "
                "seen by the same shoppers, Ours is 3.0 points lower, not 2.0 higher."
            ),
        ),
        (
            found_of(-0.02, 0.03, half=0.005, part_half=1, full_scale=1.0),
            (
                "Who visited may turn the gap between Ours and "
                "Theirs round: seen by the same shoppers, Ours is 3.0 points higher, not 2.0 lower."
            ),
        ),
        (
            found_of(8, 4, share_of_visits=0.628),
            (
                "About half of the gap between Ours and Theirs is who visited. "
                "This rests on at least 62 % of the visits to each: "
                "those of shoppers who visited several brands."
            ),
        ),
    ],
)
def test_the_sentence_says_what_who_visited_has_to_do_with_the_gap(found, sentence):
    assert say_adjusted(found, "Ours", "Theirs") == sentence


@pytest.mark.parametrize("reason", NotAdjusted)
def test_every_reason_has_a_sentence_of_its_own(reason):
    found = replace(found_of(1, 1), adjusted=None, who_visited=None, reason=reason)
    said = {other: say_adjusted(replace(found, reason=other), "Ours", "Theirs") for other in NotAdjusted}
    assert len(set(said.values())) == len(NotAdjusted)
    assert "Ours and Theirs" in said[reason]
    assert said[reason].endswith(".")


@pytest.mark.parametrize("design", ["confounded", "many small shoppers", "moods"])
def test_the_truth_of_a_simulated_programme_is_found(design):
    # The whole simulation is `python -m benchmarks.severity`; this is a short run of it.
    for figures in measure(DESIGNS[design], 150, seed=1).values():
        assert figures["coverage"] >= 0.9
        assert abs(figures["adjusted_bias"]) < abs(figures["raw_bias"]) / 10
        assert figures["raw_coverage"] < 0.2


def test_the_committed_chicago_table_is_what_is_found_now(chicago):
    assert chicago_table(chicago_visits(chicago)) == TABLE.read_text(encoding="utf-8")


def test_chicago_score_gaps_are_those_of_least_squares(chicago):
    visits = chicago_visits(chicago).scores
    cells = visits.cells
    brand_ids, shopper_ids = (
        np.repeat(side.ravel(), 1)
        for side in np.meshgrid(visits.brand_ids, visits.shopper_ids, indexing="ij")
    )
    there = cells.visits.ravel() > 0
    means = (cells.sums.ravel()[there] / cells.visits.ravel()[there]) + cells.centre
    design = dummies(brand_ids[there], shopper_ids[there])
    fit = sm.WLS(means, design, weights=cells.visits.ravel()[there]).fit()
    for other in (0, 1, 2, 3, 5):
        found = summed_score_gap_of(visits, 4, other)
        assert found.adjusted.estimate == pytest.approx(fit.params[4] - fit.params[other], abs=1e-6)
