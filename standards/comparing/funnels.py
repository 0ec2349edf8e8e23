"""Funnels: which channels are further from the rest than their few visits would explain."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy import special

# Source: Spiegelhalter 2005, as in `funnel_limits`: about 2 and 3 standard deviations.
INNER, OUTER = 0.95, 0.999


class FunnelPlace(IntEnum):
    """Where a channel lies: outside the 95 % limits, or far outside, beyond 99.9 %."""

    FAR_BELOW = -2
    BELOW = -1
    WITHIN = 0
    ABOVE = 1
    FAR_ABOVE = 2


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """
    How far a channel may be from the centre by chance alone, for each number of visits.

    Arrays of one shape, in the unit of the centre (shares 0–1, scores 0–100); NaN where `sizes` is 0.
    """

    centre: float
    sizes: NDArray[np.int64]
    inner_low: NDArray[np.float64]
    inner_high: NDArray[np.float64]
    outer_low: NDArray[np.float64]
    outer_high: NDArray[np.float64]


def funnel_limits(
    centre_share: float, sizes: NDArray[np.integer], *, inner: float = INNER, outer: float = OUTER
) -> FunnelLimits:
    """
    Return the exact binomial limits of a met-rate (or a share of failed visits) around its centre.

    A channel that is only as good as the rest lies above the inner limit in at most 2.5 of 100 cases and
    below it in at most 2.5. The limits go in steps, because visits are whole: smoothed between the
    steps, as in the source, they would be crossed more often than they say by channels with few visits.

    Args:
        centre_share: what all channels together show, 0–1.
        sizes: visits; a line of them to draw, or one a channel.
        inner: two-sided.
        outer: two-sided.
    Raises:
        ValueError: the centre is no share.
    Source:
        D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine
        24 (2005), 1185–1202, appendix A.1.1, without its interpolation (this project).
    """
    if not 0 <= centre_share <= 1:
        raise ValueError(f"{centre_share} is no share")
    whole = np.asarray(sizes).astype(np.int64)
    (low, high), (far_low, far_high) = (
        (
            np.minimum(_binomial_limit((1 - width) / 2, whole, centre_share), centre_share),
            np.maximum(_binomial_limit((1 + width) / 2, whole, centre_share), centre_share),
        )
        for width in (inner, outer)
    )
    return FunnelLimits(centre_share, whole, low, high, far_low, far_high)


def funnel_of_means(
    centre: float,
    deviation: float,
    sizes: NDArray[np.integer],
    *,
    inner: float = INNER,
    outer: float = OUTER,
) -> FunnelLimits:
    """
    Return the limits of a channel's mean score around the centre, kept within 0–100.

    Args:
        centre: the mean of all visit scores, 0–100.
        deviation: how far visits to one and the same channel vary, in points; see `deviation_within`.
        sizes: visits; a line of them to draw, or one a channel.
        inner: two-sided.
        outer: two-sided.
    Source:
        Spiegelhalter 2005, as above, appendix A.1.3: continuous data, by the normal distribution.
    """
    whole = np.asarray(sizes).astype(np.int64)
    error = np.where(whole > 0, deviation / np.sqrt(np.maximum(whole, 1)), np.nan)
    (low, high), (far_low, far_high) = (
        (np.clip(centre - z * error, 0, 100), np.clip(centre + z * error, 0, 100))
        for z in (float(special.ndtri((1 + width) / 2)) for width in (inner, outer))
    )
    return FunnelLimits(centre, whole, low, high, far_low, far_high)


def deviation_within(groups: NDArray[np.integer], percents: NDArray[np.float64]) -> float | None:
    """
    Return the standard deviation of visit scores around their own channel's mean, pooled over channels.

    Args:
        groups: each visit's channel id.
        percents: each visit's score; NaN counts nowhere.
    Returns:
        None where no channel was visited twice.
    """
    percents = np.asarray(percents, dtype=np.float64)
    scored = ~np.isnan(percents)
    percents = percents[scored]
    found, places = np.unique(np.asarray(groups)[scored], return_inverse=True)
    degrees = len(percents) - len(found)
    if degrees < 1:
        return None
    means = np.bincount(places, weights=percents) / np.bincount(places)
    return float(np.sqrt(((percents - means[places]) ** 2).sum() / degrees))


def places_in(limits: FunnelLimits, values: NDArray[np.float64]) -> NDArray[np.int8]:
    """
    Say for each channel where it lies, as the numbers of `FunnelPlace`; a value on a limit is within it.

    Args:
        limits: of the channels' own sizes, one entry a channel.
        values: the channels' shares or means; a NaN is within.
    """
    values = np.asarray(values, dtype=np.float64)
    # A share that is a limit, but for its last digit, is not outside it.
    hair = 1e-9 * max(1.0, limits.centre)
    above = (values > limits.inner_high + hair).astype(np.int8) + (values > limits.outer_high + hair)
    below = (values < limits.inner_low - hair).astype(np.int8) + (values < limits.outer_low - hair)
    return (above - below).astype(np.int8)


def _binomial_limit(quantile: float, sizes: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    n = np.maximum(sizes, 1)
    if share in {0.0, 1.0}:
        counts = n * share
    else:
        # The inverse of the sum of probabilities is rough: the whole count below may reach the quantile.
        counts = np.clip(np.ceil(special.bdtrik(quantile, n, share)), 0, n)
        fewer = np.maximum(counts - 1, 0)
        counts = np.where(special.bdtr(fewer, n, share) >= quantile, fewer, counts)
    return np.where(sizes > 0, counts / n, np.nan)
