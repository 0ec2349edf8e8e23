"""Shares: intervals of one and of the difference of two, and what was never seen."""

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, hypot, sqrt
from statistics import NormalDist

# Whose decision: below three visits one bad day is a third of all that is known (this project).
ENOUGH_VISITS = 3
CONFIDENCE = 0.95

# Beyond so many standard errors chance has no part that a float can hold.
_FAR_Z = 38.0
_CLOSE = 1e-12


@dataclass(frozen=True)
class Interval:
    """Where a value probably lies, in its own unit: shares 0–1, scores 0–100."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """
    Own minus other, in the unit of what is compared (shares 0–1, scores 0–100): above 0 we are ahead.

    `p_value` is 1 minus the confidence at which the interval first touches 0, so that an interval and the
    word for its sureness never contradict each other. `interval` and `p_value` are both None where too few
    visits were made to say how far they vary.
    """

    estimate: float
    interval: Interval | None
    p_value: float | None


def wilson(met: int, total: int, *, confidence: float = CONFIDENCE) -> Interval:
    """
    Return the score interval of one proportion; it stays within 0–1 also at 0 % and 100 %.

    Args:
        met: successes, 0 to `total`.
        total: independent trials, at least 1: visits, not answers.
        confidence: two-sided.
    Raises:
        ValueError: there is no proportion: nothing was tried, or more was met than tried.
    Source:
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
        the American Statistical Association 22 (1927), 209–212; without continuity correction.
    """
    if not 0 <= met <= total or total < 1:
        raise ValueError(f"{met} of {total} is no proportion")
    return wilson_of_share(met / total, total, confidence=confidence)


def wilson_of_share(share: float, size: float, *, confidence: float = CONFIDENCE) -> Interval:
    """
    Return Wilson's interval for a share that is worth `size` independent visits, whole or not.

    Answers of one visit and waits still open are worth less than their count: their effective size goes in.

    Args:
        share: 0–1.
        size: above 0.
        confidence: two-sided.
    """
    return Interval(*_wilson_bounds(share, size, z_of(confidence)))


def newcombe(
    own_met: int, own_total: int, other_met: int, other_total: int, *, confidence: float = CONFIDENCE
) -> Difference:
    """
    Return the difference of two independent proportions with Newcombe's hybrid score interval.

    Args:
        own_met: successes, 0 to `own_total`; visits, not answers.
        own_total: at least 1.
        other_met: likewise.
        other_total: likewise.
        confidence: two-sided.
    Raises:
        ValueError: a side has no proportion.
    Source:
        R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison
        of eleven methods", Statistics in Medicine 17 (1998), 873–890, method 10. Its p-value, the
        interval turned round, is a decision of this project.
    """
    for met, total in ((own_met, own_total), (other_met, other_total)):
        if not 0 <= met <= total or total < 1:
            raise ValueError(f"{met} of {total} is no proportion")
    return hybrid_difference(
        own_met / own_total, own_total, other_met / other_total, other_total, confidence=confidence
    )


def hybrid_difference(
    own_share: float,
    own_size: float,
    other_share: float,
    other_size: float,
    *,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return Newcombe's difference of two shares worth so many independent visits, whole or not."""
    # So that swapping the brands mirrors the figures to the last digit, the higher share is always the first.
    if own_share < other_share:
        found = hybrid_difference(other_share, other_size, own_share, own_size, confidence=confidence)
        return mirrored(found)
    gap = own_share - other_share

    def down(z: float) -> float:
        return hypot(
            own_share - _wilson_bounds(own_share, own_size, z)[0],
            _wilson_bounds(other_share, other_size, z)[1] - other_share,
        )

    def up(z: float) -> float:
        return hypot(
            _wilson_bounds(own_share, own_size, z)[1] - own_share,
            other_share - _wilson_bounds(other_share, other_size, z)[0],
        )

    z = z_of(confidence)
    interval = Interval(max(gap - down(z), -1.0), min(gap + up(z), 1.0))
    return Difference(gap, interval, erfc(_where_reaching(gap, down) / sqrt(2)))


def mirrored(difference: Difference) -> Difference:
    """Return the same difference seen from the other brand."""
    interval = difference.interval
    return Difference(
        -difference.estimate, interval and Interval(-interval.high, -interval.low), difference.p_value
    )


def upper_bound_unseen(visits: int, *, confidence: float = CONFIDENCE) -> float:
    """
    Return how large a share (0–1) could still be of what was never seen in so many visits.

    Without a visit everything is possible: 1.

    Source:
        The exact one-sided binomial bound, 1 − (1 − confidence)^(1/n). J. A. Hanley and A. Lippman-Hand,
        "If nothing goes wrong, is everything all right?", JAMA 249 (1983), 1743–1745, where "3/n"
        approximates it.
    """
    return 1.0 - (1.0 - confidence) ** (1.0 / visits) if visits > 0 else 1.0


def _where_reaching(gap: float, reach: Callable[[float], float]) -> float:
    """
    Return how many standard errors it takes to reach over a gap; the reach grows with them.

    Source:
        M. Dowell and P. Jarratt, "A modified regula falsi method for computing the root of an equation", BIT
        11 (1971), 168–174 (“Illinois”): a third of the steps that halving takes.
    """
    low, high, short = 0.0, 1.0, -gap
    while (over := reach(high) - gap) < 0:
        if high > _FAR_Z:
            return high
        low, high, short = high, 2 * high, over
    before = 0.0
    while high - low > _CLOSE * max(high, 1.0) and short < 0:
        middle = (low * over - high * short) / (over - short)
        if not low < middle < high:
            middle = (low + high) / 2
        found = reach(middle) - gap
        # An end that stays twice is taken for half as far from the gap, so that it moves too.
        if found < 0:
            low, short, over = middle, found, over / 2 if before < 0 else over
        else:
            high, over, short = middle, found, short / 2 if before > 0 else short
        before = found
    return low


def z_of(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches on either side."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _wilson_bounds(share: float, size: float, z: float) -> tuple[float, float]:
    spread = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    middle, shrunk = share + z * z / (2 * size), 1 + z * z / size
    # Rounding must not push a bound past its own estimate, as it would at 0 % and 100 %.
    low = 0.0 if share == 0 else max(min((middle - spread) / shrunk, share), 0.0)
    high = 1.0 if share == 1 else min(max((middle + spread) / shrunk, share), 1.0)
    return low, high
