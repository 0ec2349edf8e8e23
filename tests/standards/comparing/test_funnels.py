"""Funnels: exact limits, crossed by chance no more often than they say."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats
from statsmodels.api import OLS

from standards.comparing import FunnelPlace, deviation_within, funnel_limits, funnel_of_means, places_in

centres = some.floats(0.001, 0.999)


def limits_in_fractions(centre, size, width):
    """Return the limits by adding up exact probabilities, in met visits."""
    quantiles = (1 - width) / 2, (1 + width) / 2
    reached = Fraction(0)
    found: list[int] = []
    for met in range(size + 1):
        reached += comb(size, met) * centre**met * (1 - centre) ** (size - met)
        while len(found) < 2 and reached >= quantiles[len(found)]:
            found.append(met)
    return found


@pytest.mark.parametrize(
    ("centre", "size"),
    [
        (Fraction(4, 5), 3),
        (Fraction(4, 5), 10),
        (Fraction(1, 2), 25),
        (Fraction(9, 10), 60),
        (Fraction(1, 50), 8),
        (Fraction(3, 4), 140),
    ],
)
def test_limits_equal_exact_fractions(centre, size):
    found = funnel_limits(float(centre), np.array([size]))
    low, high = limits_in_fractions(centre, size, Fraction(95, 100))
    far_low, far_high = limits_in_fractions(centre, size, Fraction(999, 1000))
    assert found.inner_low[0] == pytest.approx(min(low / size, float(centre)))
    assert found.inner_high[0] == pytest.approx(max(high / size, float(centre)))
    assert found.outer_low[0] == pytest.approx(min(far_low / size, float(centre)))
    assert found.outer_high[0] == pytest.approx(max(far_high / size, float(centre)))


@pytest.mark.parametrize("centre", [0.02, 0.31, 0.5, 0.867, 0.99])
def test_limits_equal_scipys_quantiles_for_every_number_of_visits(centre):
    sizes = np.arange(1, 3000)
    found = funnel_limits(centre, sizes)
    quantiles = {"inner_low": 0.025, "inner_high": 0.975, "outer_low": 0.0005, "outer_high": 0.9995}
    for name, quantile in quantiles.items():
        towards = np.minimum if name.endswith("low") else np.maximum
        expected = towards(stats.binom.ppf(quantile, sizes, centre) / sizes, centre)
        assert getattr(found, name) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("centre", "size", "width"), [(0.5, 2, 0.5), (0.5, 3, 0.75), (0.5, 4, 0.875)])
def test_a_count_that_just_reaches_the_limit_is_the_limit(centre, size, width):
    # None of two, three or four is met in exactly 1/4, 1/8 and 1/16 of cases.
    assert funnel_limits(centre, np.array([size]), inner=width).inner_low[0] == 0


@given(centres, some.integers(1, 300))
def test_a_channel_like_the_rest_lies_outside_no_more_often_than_the_limits_say(centre, size):
    counts = np.arange(size + 1)
    places = places_in(funnel_limits(centre, np.full(size + 1, size)), counts / size)
    chance = stats.binom.pmf(counts, size, centre)
    for place, most in ((1, 0.025), (2, 0.0005)):
        assert chance[places >= place].sum() <= most + 1e-9
        assert chance[places <= -place].sum() <= most + 1e-9


@given(centres, some.integers(1, 500))
def test_the_limits_hold_the_centre_and_the_wider_hold_the_narrower(centre, size):
    found = funnel_limits(centre, np.array([size]))
    line = [found.outer_low[0], found.inner_low[0], centre, found.inner_high[0], found.outer_high[0]]
    assert line == sorted(line)
    assert line[0] >= 0
    assert line[-1] <= 1


@given(some.floats(0, 100), some.floats(0, 40), some.integers(1, 300), some.integers(2, 9))
def test_more_visits_never_widen_a_funnel_of_means(centre, deviation, size, times):
    found = funnel_of_means(centre, deviation, np.array([size, size * times]))
    for low, high in ((found.inner_low, found.inner_high), (found.outer_low, found.outer_high)):
        assert high[1] - low[1] <= high[0] - low[0] + 1e-9
        assert (low >= 0).all()
        assert (high <= 100).all()


@pytest.mark.parametrize(
    ("centre", "deviation", "size", "expected"),
    [
        (75.0, 12.0, 4, (63.240, 86.760)),
        (75.0, 12.0, 16, (69.120, 80.880)),
        (50.0, 20.0, 25, (42.160, 57.840)),
        (90.0, 20.0, 4, (70.400, 100.0)),
        (10.0, 30.0, 9, (0.0, 29.600)),
    ],
)
def test_limits_of_means_are_1_96_standard_errors_off_the_centre(centre, deviation, size, expected):
    # By hand: centre ± 1.959964 × deviation ÷ √visits, kept within 0 and 100.
    found = funnel_of_means(centre, deviation, np.array([size]))
    assert (found.inner_low[0], found.inner_high[0]) == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("seed", range(5))
def test_the_deviation_within_channels_is_that_of_an_analysis_of_variance(seed):
    rng = np.random.default_rng(seed)
    channels = rng.integers(1, 9, 60) * 7
    percents = np.clip(60 + channels / 3 + rng.normal(0, 10, 60), 0, 100)
    fitted = OLS(percents, channels[:, None] == np.unique(channels)).fit()
    assert deviation_within(channels, percents) == pytest.approx(np.sqrt(fitted.mse_resid))


def test_without_a_channel_visited_twice_no_deviation_is_known():
    assert deviation_within(np.array([1, 2, 3]), np.array([70.0, 80.0, 90.0])) is None
    assert deviation_within(np.array([], dtype=int), np.array([])) is None
    assert deviation_within(np.array([1, 1, 2]), np.array([70.0, np.nan, 90.0])) is None
    assert deviation_within(np.array([1, 1]), np.array([70.0, 70.0])) == 0


def test_each_channel_is_placed_by_its_own_number_of_visits():
    limits = funnel_limits(0.8, np.array([3, 30, 30, 300, 0]))
    shares = np.array([1 / 3, 1 / 3, 0.6, 0.86, np.nan])
    assert [FunnelPlace(place) for place in places_in(limits, shares)] == [
        FunnelPlace.WITHIN,
        FunnelPlace.FAR_BELOW,
        FunnelPlace.BELOW,
        FunnelPlace.ABOVE,
        FunnelPlace.WITHIN,
    ]


@pytest.mark.parametrize("centre", [0.0, 1.0])
def test_where_all_are_met_or_all_missed_every_channel_is_on_the_line(centre):
    limits = funnel_limits(centre, np.array([1, 5, 500]))
    assert (limits.outer_low == centre).all()
    assert (limits.outer_high == centre).all()
    assert places_in(limits, np.full(3, centre)).tolist() == [0, 0, 0]


def test_a_channel_without_visits_has_no_limits_and_what_is_no_share_no_funnel():
    assert np.isnan(funnel_limits(0.8, np.array([0])).inner_low).all()
    assert np.isnan(funnel_of_means(80, 0, np.array([0])).outer_high).all()
    with pytest.raises(ValueError, match="no share"):
        funnel_limits(80, np.array([3]))
    with pytest.raises(ValueError, match="no share"):
        funnel_limits(float("nan"), np.array([3]))
