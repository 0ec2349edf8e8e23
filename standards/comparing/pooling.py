"""Pooling: one met-rate over many standards, with visits, not answers, as the unit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from standards.comparing.shares import CONFIDENCE, Difference, Interval, hybrid_difference, wilson_of_share


@dataclass(frozen=True)
class PooledRate:
    """
    Met over judged (met or missed) of all answers of some visits, as a share (0–1) with its interval.

    `design_effect` says how many answers are worth one independent answer: 1 where answers of a visit are
    as different as those of strangers, up to about the answers a visit has where a visit is all met or all
    missed. `worth` is how many independent answers all of them are worth.
    """

    rate: float
    interval: Interval
    visits: int
    judged: int
    design_effect: float
    worth: float


def pooled_met_rate(
    met_per_visit: NDArray[np.number],
    judged_per_visit: NDArray[np.number],
    *,
    confidence: float = CONFIDENCE,
) -> PooledRate | None:
    """
    Return met over judged of many standards, no surer than its visits allow.

    The answers of one visit are alike: the same shopper, the same till, the same bad day. By the design
    effect, and not by drawing visits again at random (bootstrap): it gives the same figure every time
    without a seed, costs one pass over 400,000 visits, stays within 0–1, and is honest for few visits, where
    a bootstrap can only repeat the two or three it has. The variance is that of a ratio with visits as
    clusters; the interval is Wilson's for the number of answers they are worth, taken down further for
    having only n visits to learn the variance from. That number stays between what they are worth where
    each visit is all met or all missed, and their full number, where answers of a visit are as strangers.

    Args:
        met_per_visit: standards met, one entry a visit.
        judged_per_visit: standards met or missed; a visit with none counts nowhere.
        confidence: two-sided.
    Returns:
        None where nothing was judged.
    Source:
        J. N. K. Rao and A. J. Scott, "A simple method for the analysis of clustered binary data",
        Biometrics 48 (1992), 577–585: variance and design effect. E. L. Korn and B. I. Graubard, "Confidence
        intervals for proportions with small expected number of positive counts estimated from survey data",
        Survey Methodology 24 (1998), 193–201: degrees of freedom. L. Kish, Survey Sampling, 1965: what
        clusters without a difference inside are worth. Keeping between the two ends: this project.
    """
    met = np.asarray(met_per_visit, dtype=np.float64)
    judged = np.asarray(judged_per_visit, dtype=np.float64)
    counted = judged > 0
    if not counted.all():
        met, judged = met[counted], judged[counted]
    visits, answers = len(judged), float(judged.sum())
    if not visits:
        return None
    rate = min(float(met.sum()) / answers, 1.0)
    # Below are squares of answers: no visit is worth more than all its answers, none less than one.
    fewest = answers**2 / float((judged * judged).sum())
    worth = fewest
    residuals = met - rate * judged
    variance = float((residuals * residuals).sum()) * visits / max(visits - 1, 1) / answers**2
    if visits > 1 and variance > 0:
        quantile = (1 + confidence) / 2
        fewer = float(special.ndtri(quantile) / special.stdtrit(visits - 1, quantile)) ** 2
        worth = min(max(rate * (1 - rate) / variance * fewer, fewest), answers)
    return PooledRate(
        rate=rate,
        interval=wilson_of_share(rate, worth, confidence=confidence),
        visits=visits,
        judged=round(answers),
        design_effect=answers / worth,
        worth=worth,
    )


def pooled_difference(
    own: PooledRate | None, other: PooledRate | None, *, confidence: float = CONFIDENCE
) -> Difference | None:
    """Return own pooled met-rate minus theirs, by what the answers are worth; None without a side."""
    if own is None or other is None:
        return None
    return hybrid_difference(own.rate, own.worth, other.rate, other.worth, confidence=confidence)
