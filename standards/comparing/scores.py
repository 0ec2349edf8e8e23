"""Scores: the mean of visit scores and the difference of two means; the visit is the unit."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from standards.comparing.shares import CONFIDENCE, Difference, Interval, hybrid_difference, wilson_of_share

# Below it (points of percent, squared) scores differ by no more than the rounding of a division.
_NO_VARIANCE = 1e-12


@dataclass(frozen=True)
class ScoreSpread:
    """
    All that is needed of many visit scores (0–100): how many, their mean, the variance between visits.

    `mean` is None without a visit and `variance` (n − 1 below the line) with fewer than two.
    """

    visits: int
    mean: float | None
    variance: float | None


@dataclass(frozen=True)
class MeanInterval:
    """
    The mean of visit scores (0–100) with its interval; `mean` is None without a visit.

    `interval` is None with fewer than two visits. Where every visit scored the same, `all_equal` is set and
    the interval is the widest that scores between 0 and 100 with this mean could have.
    """

    visits: int
    mean: float | None
    interval: Interval | None
    all_equal: bool = False


def spread_of(percents: NDArray[np.float64]) -> ScoreSpread:
    """Return number, mean and variance of visit scores; NaN is no score and counts nowhere."""
    percents = np.asarray(percents, dtype=np.float64)
    scored = percents[~np.isnan(percents)]
    mean = float(scored.mean()) if len(scored) else None
    variance = float(scored.var(ddof=1)) if len(scored) > 1 else None
    return ScoreSpread(len(scored), mean, 0.0 if variance and variance < _NO_VARIANCE else variance)


def spreads_by(
    groups: NDArray[np.integer], percents: NDArray[np.float64], count: int
) -> tuple[ScoreSpread, ...]:
    """
    Return number, mean and variance of visit scores, group by group, in one pass over them all.

    Args:
        groups: each visit's group, 0 to `count` − 1: a brand, a channel, a month.
        percents: each visit's score, 0–100; NaN counts nowhere.
        count: how many groups there are, also without a visit.
    """
    groups, percents = np.asarray(groups), np.asarray(percents, dtype=np.float64)
    scored = ~np.isnan(percents)
    if not scored.all():
        groups, percents = groups[scored], percents[scored]
    visits = np.bincount(groups, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(groups, weights=percents, minlength=count) / visits
        squares = np.bincount(groups, weights=(percents - means[groups]) ** 2, minlength=count)
        variances = squares / (visits - 1)
    variances[variances < _NO_VARIANCE] = 0.0
    return tuple(
        ScoreSpread(n, mean if n else None, variance if n > 1 else None)
        for n, mean, variance in zip(visits.tolist(), means.tolist(), variances.tolist(), strict=True)
    )


def mean_interval(percents: NDArray[np.float64], *, confidence: float = CONFIDENCE) -> MeanInterval:
    """Return the mean of visit scores with its interval; see `interval_of_mean`."""
    return interval_of_mean(spread_of(percents), confidence=confidence)


def interval_of_mean(spread: ScoreSpread, *, confidence: float = CONFIDENCE) -> MeanInterval:
    """
    Return the mean of visit scores with Student's t interval, visits as the unit, kept within 0–100.

    Where every visit scored the same, nothing is known of how far visits vary, and an interval without
    width would pretend. It is then Wilson's for the mean as a share of so many visits: of all scores
    between 0 and 100 with that mean, those that are only ever 0 or 100 vary most.

    Source:
        Student (W. S. Gosset), "The probable error of a mean", Biometrika 6 (1908), 1–25. The interval of
        equal scores is a decision of this project.
    """
    if spread.mean is None or spread.variance is None:
        return MeanInterval(spread.visits, spread.mean, None)
    if spread.variance == 0:
        share = min(max(spread.mean / 100, 0.0), 1.0)
        widest = wilson_of_share(share, spread.visits, confidence=confidence)
        interval = Interval(min(100 * widest.low, spread.mean), max(100 * widest.high, spread.mean))
        return MeanInterval(spread.visits, spread.mean, interval, all_equal=True)
    reach = _t_of(confidence, spread.visits - 1) * sqrt(spread.variance / spread.visits)
    # Rounding may put a mean a hair outside 0–100; its interval must still hold it.
    low, high = (
        min(max(spread.mean - reach, 0.0), spread.mean),
        max(min(spread.mean + reach, 100.0), spread.mean),
    )
    return MeanInterval(spread.visits, spread.mean, Interval(low, high))


def mean_difference(
    own: NDArray[np.float64], other: NDArray[np.float64], *, confidence: float = CONFIDENCE
) -> Difference | None:
    """Return own mean score minus theirs, of each one's visit scores; see `difference_of_means`."""
    return difference_of_means(spread_of(own), spread_of(other), confidence=confidence)


def difference_of_means(
    own: ScoreSpread, other: ScoreSpread, *, confidence: float = CONFIDENCE
) -> Difference | None:
    """
    Return own mean score minus theirs with Welch's interval, which lets each brand vary in its own way.

    A side whose visits all scored the same borrows the other side's variance, because no spread in a few
    visits is no promise of none. Where neither side varies, both are taken at the widest that scores between
    0 and 100 can vary: Newcombe's difference of the means as shares.

    Three visits beside thirty are its weak spot: where scores crowd near 100, nearly one in ten pairs of
    equal brands then looks different, and not one in twenty (`benchmarks.sureness`).

    Returns:
        None where a side has no visit; without an interval where a side has only one.
    Source:
        B. L. Welch, "The generalization of 'Student's' problem when several different population variances
        are involved", Biometrika 34 (1947), 28–35. What is done with equal scores is a decision of this
        project.
    """
    if own.mean is None or other.mean is None:
        return None
    gap = own.mean - other.mean
    if own.variance is None or other.variance is None:
        return Difference(gap, None, None)
    if own.variance == 0 == other.variance:
        shares = [min(max(side.mean / 100, 0.0), 1.0) for side in (own, other) if side.mean is not None]
        widest = hybrid_difference(shares[0], own.visits, shares[1], other.visits, confidence=confidence)
        bounds = widest.interval or Interval(-1.0, 1.0)
        interval = Interval(min(100 * bounds.low, gap), max(100 * bounds.high, gap))
        return Difference(gap, interval, widest.p_value)
    squared_error, degrees = _squared_error(own, other)
    error = sqrt(squared_error)
    reach = _t_of(confidence, degrees) * error
    interval = Interval(min(max(gap - reach, -100.0), gap), max(min(gap + reach, 100.0), gap))
    return Difference(gap, interval, float(2 * special.stdtr(degrees, -abs(gap) / error)))


def _squared_error(own: ScoreSpread, other: ScoreSpread) -> tuple[float, float]:
    """Return the squared standard error of a difference of means and its degrees of freedom (Welch)."""
    own_variance, other_variance = own.variance or other.variance, other.variance or own.variance
    if not own_variance or not other_variance:
        raise ValueError("neither side varies")
    first, second = own_variance / own.visits, other_variance / other.visits
    if not own.variance:
        return first + second, other.visits - 1
    if not other.variance:
        return first + second, own.visits - 1
    parts = first**2 / (own.visits - 1) + second**2 / (other.visits - 1)
    return first + second, (first + second) ** 2 / parts


def _t_of(confidence: float, degrees: float) -> float:
    return float(special.stdtrit(degrees, (1 + confidence) / 2))
