"""Sureness: real, leaning or too early to say, and how many more visits would probably settle it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from standards.comparing.scores import ScoreSpread, difference_of_means
from standards.comparing.shares import CONFIDENCE, ENOUGH_VISITS, Difference, newcombe

# 1 − 0.8 is a hair below 0.2 in floats.
_HAIR = 1e-12


class Sureness(StrEnum):
    """How sure a difference is."""

    REAL = "real"
    LEANING = "leaning"
    TOO_EARLY = "too early"


class Visiting(Enum):
    """Who gets the further visits that would settle a difference."""

    BOTH = "both"
    OWN = "own"
    OTHER = "other"


@dataclass(frozen=True)
class Thresholds:
    """
    When a difference is called real or leaning; decisions of this project where no source is named.

    `enough_visits` on each side before anything is said at all. `real` and `leaning`: the confidence at
    which the interval must leave out 0; 95 % is custom (R. A. Fisher, Statistical Methods for Research
    Workers, 1925), at 80 % one in five differences that do not exist looks like one. `even_points`: brands
    are even when the difference is surely within so many points of percent. `power`: what "probably"
    means, by custom (J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988).
    `most_further_visits`: more than that on a side nobody will make for one answer.
    """

    enough_visits: int = ENOUGH_VISITS
    real: float = CONFIDENCE
    leaning: float = 0.80
    even_points: float = 3.0
    power: float = 0.80
    most_further_visits: int = 200


THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class Compared:
    """One difference among many, with the visits behind either side; None where it cannot be made."""

    difference: Difference | None
    own_visits: int
    other_visits: int


def sureness_of(
    difference: Difference | None,
    own_visits: int,
    other_visits: int,
    *,
    thresholds: Thresholds = THRESHOLDS,
    p_value: float | None = None,
) -> Sureness:
    """
    Say how sure a difference is: *real*, *leaning* or *too early*.

    Real: the 95 % interval leaves out 0; leaning: the 80 % interval does. It says nothing of how large the
    difference is; that two brands are even is asked of `is_even`.

    Args:
        difference: None where it cannot be made.
        own_visits: behind our side.
        other_visits: behind theirs.
        thresholds: when to say what.
        p_value: instead of the difference's own, where many standards were compared at once
            (`benjamini_hochberg`).
    """
    if difference is None or min(own_visits, other_visits) < thresholds.enough_visits:
        return Sureness.TOO_EARLY
    chance = difference.p_value if p_value is None else p_value
    if chance is None or difference.estimate == 0:
        return Sureness.TOO_EARLY
    if chance <= 1 - thresholds.real + _HAIR:
        return Sureness.REAL
    return Sureness.LEANING if chance <= 1 - thresholds.leaning + _HAIR else Sureness.TOO_EARLY


def surenesses_of(
    compared: Sequence[Compared], *, thresholds: Thresholds = THRESHOLDS
) -> tuple[Sureness, ...]:
    """
    Say of many differences at once how sure each is, with fewer false alarms than one by one.

    Of all that are called real, no more than about one in twenty is expected not to be. Those with too few
    visits are not asked about, and so take no sureness from the others.
    """
    p_values = corrected_p_values(compared, thresholds=thresholds)
    return tuple(
        sureness_of(one.difference, one.own_visits, one.other_visits, thresholds=thresholds, p_value=p_value)
        for one, p_value in zip(compared, p_values, strict=True)
    )


def corrected_p_values(
    compared: Sequence[Compared], *, thresholds: Thresholds = THRESHOLDS
) -> tuple[float | None, ...]:
    """Return each difference's p-value after asking so many at once; None where it is too early to ask."""
    asked = [
        one.difference.p_value
        if one.difference
        and one.difference.p_value is not None
        and min(one.own_visits, one.other_visits) >= thresholds.enough_visits
        else np.nan
        for one in compared
    ]
    corrected = benjamini_hochberg(np.array(asked, dtype=np.float64)).tolist()
    return tuple(None if np.isnan(value) else value for value in corrected)


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return p-values adjusted for asking many questions at once, in the order given.

    Calling all those at or below 0.05 real, at most 5 % of what is called real is expected to be false.

    Args:
        p_values: 0–1; NaN was not asked, stays NaN and counts nowhere.
    Source:
        Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal
        Statistical Society B 57 (1995), 289–300.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p_values), np.nan)
    asked = np.flatnonzero(~np.isnan(p_values))
    order = asked[np.argsort(p_values[asked], kind="stable")]
    steps = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return adjusted


def is_even(difference: Difference | None, points: float) -> bool:
    """
    Say whether two brands are as good as each other: the whole interval lies within ± so many.

    Args:
        difference: of shares or of scores.
        points: in the difference's own unit; `Thresholds.even_points` is in points of percent.
    Source:
        The interval's view of two one-sided tests: D. J. Schuirmann, Journal of Pharmacokinetics and
        Biopharmaceutics 15 (1987), 657–680; with the 95 % interval shown, where 90 % would do.
    """
    interval = difference.interval if difference else None
    return interval is not None and -points <= interval.low and interval.high <= points


def visits_to_settle_means(
    own: ScoreSpread,
    other: ScoreSpread,
    *,
    visiting: Visiting = Visiting.BOTH,
    thresholds: Thresholds = THRESHOLDS,
) -> int | None:
    """
    Return how many further visits, to each side or to one, would probably make a gap of means real.

    Probably: with 80 % power at the gap seen so far, taken down by what chance is likely to have added to
    it. Taken at its word, a gap that a few visits happen to show promises too much, and one no wider than its
    own standard error promises nothing. How well the promise is kept is measured by `benchmarks.sureness`.

    Args:
        own: our visits so far.
        other: theirs.
        visiting: who gets the further visits.
        thresholds: what is real, what is probable, what is out of reach. Among many gaps compared at once,
            give a `real` that is stricter by as much as their correction asks.
    Returns:
        0 where it is real already; None where no number up to `most_further_visits` would settle it: no
        gap, one no wider than its standard error, or a side without a visit.
    Source:
        J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988: the number of visits.
        W. James and C. Stein, "Estimation with quadratic loss", Fourth Berkeley Symposium 1 (1961),
        361–379: the factor 1 − (standard error ÷ gap)², here of one gap alone (this project).
    """
    difference = difference_of_means(own, other)
    if difference is None:
        return None
    # As in the difference: equal scores borrow the other side's variance, or are taken at their widest.
    own_variance = own.variance or other.variance or _widest_variance(own)
    other_variance = other.variance or own.variance or _widest_variance(other)
    return _further_visits(
        difference, (own_variance, other_variance), (own.visits, other.visits), visiting, thresholds
    )


def visits_to_settle_shares(
    own_met: int,
    own_total: int,
    other_met: int,
    other_total: int,
    *,
    visiting: Visiting = Visiting.BOTH,
    thresholds: Thresholds = THRESHOLDS,
) -> int | None:
    """
    Return how many further visits would probably make a gap of met-rates real; see `visits_to_settle_means`.

    So that 3 of 3 is not taken for a standard that is never missed, one met and one missed visit are added
    to each side before its variance is taken.

    Source:
        A. Agresti and B. Caffo, "Simple and effective confidence intervals for proportions and differences of
        proportions", The American Statistician 54 (2000), 280–288: the visits added.
    """
    if not own_total or not other_total:
        return None
    return _further_visits(
        newcombe(own_met, own_total, other_met, other_total),
        (_variance_of_share(own_met, own_total), _variance_of_share(other_met, other_total)),
        (own_total, other_total),
        visiting,
        thresholds,
    )


def _widest_variance(spread: ScoreSpread) -> float:
    return 100**2 * _variance_of_share((spread.mean or 0.0) / 100 * spread.visits, spread.visits)


def _variance_of_share(met: float, visits: int) -> float:
    share = (met + 1) / (visits + 2)
    return share * (1 - share)


def _further_visits(
    difference: Difference,
    variances: tuple[float, float],
    visits: tuple[int, int],
    visiting: Visiting,
    thresholds: Thresholds,
) -> int | None:
    """Return the fewest further visits that settle it, by halving: more of them never unsettle it."""
    if sureness_of(difference, *visits, thresholds=thresholds) is Sureness.REAL:
        return 0
    gap = abs(difference.estimate)
    squared_error = variances[0] / visits[0] + variances[1] / visits[1]
    if gap**2 <= squared_error:
        return None
    shrunk = gap - squared_error / gap
    power = float(special.ndtri(thresholds.power))
    to_own, to_other = int(visiting is not Visiting.OTHER), int(visiting is not Visiting.OWN)

    def settles(more: int) -> bool:
        own, other = visits[0] + to_own * more, visits[1] + to_other * more
        if min(own, other) < max(thresholds.enough_visits, 2):
            return False
        first, second = variances[0] / own, variances[1] / other
        degrees = (first + second) ** 2 / (first**2 / (own - 1) + second**2 / (other - 1))
        needed = float(special.stdtrit(degrees, (1 + thresholds.real) / 2)) + power
        return shrunk >= needed * sqrt(first + second)

    low, high = 0, thresholds.most_further_visits
    if not settles(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settles(middle) else (middle, high)
    return high
