"""Waits: the share answered by each moment, waits given up counted for as long as they lasted."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standards.comparing.shares import CONFIDENCE, Interval, wilson_of_share, z_of


@dataclass(frozen=True, eq=False)
class WaitCurve:
    """
    The share of waits answered by each moment at which one was answered, oldest first.

    Every array is of one length, an entry a moment; the share holds until the next. `low` and `high` are its
    interval, `at_risk` how many were still waiting just before, `answered` how many were answered then, and
    `worth` how many waits without any given up the share is worth. Beyond `longest_seconds`, the longest wait
    seen, nothing is known unless everything was answered.
    """

    seconds: NDArray[np.float64]
    answered_share: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    answered: NDArray[np.int64]
    worth: NDArray[np.float64]
    waits: int
    open_waits: int
    longest_seconds: float
    confidence: float
    # Waits given up before the first answer: how long each lasted, shortest first.
    given_up_early: NDArray[np.float64]


@dataclass(frozen=True)
class WaitShare:
    """A share of waits (0–1) with its interval."""

    share: float
    interval: Interval


def kaplan_meier(
    seconds: NDArray[np.float64], is_open: NDArray[np.bool_], *, confidence: float = CONFIDENCE
) -> WaitCurve | None:
    """
    Return the share answered by each moment; a wait given up counts as waiting until then, and not after.

    One given up at the very moment another was answered was still waiting at it.

    The interval at each moment is Wilson's for as many waits as the share is worth by Greenwood's variance,
    and not the log-log one: where no wait is open it is the same interval as that of any other met-rate, it
    exists also where none or all are answered, and it stays within 0–1. `worth` never grows with time.

    Args:
        seconds: how long each wait lasted; NaN where nothing was timed.
        is_open: whether it was given up, or is still waiting, at that time.
        confidence: two-sided, at each moment by itself.
    Returns:
        None where nothing was timed.
    Source:
        E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations", Journal of the
        American Statistical Association 53 (1958), 457–481. M. Greenwood, The Natural Duration of Cancer,
        1926: the variance. K. J. Rothman, "Estimation of confidence limits for the cumulative probability of
        survival in life table analysis", Journal of Chronic Diseases 31 (1978), 557–560: the interval.
    """
    seconds, is_open = np.asarray(seconds, dtype=np.float64), np.asarray(is_open, dtype=bool)
    timed = ~np.isnan(seconds)
    if not timed.all():
        seconds, is_open = seconds[timed], is_open[timed]
    if not len(seconds):
        return None
    closed, given_up = np.sort(seconds[~is_open]), np.sort(seconds[is_open])
    first_at = np.flatnonzero(np.diff(closed, prepend=-np.inf))
    moments, answered = closed[first_at], np.diff(first_at, append=len(closed))
    at_risk = len(seconds) - first_at - np.searchsorted(given_up, moments, side="left")
    waiting = np.cumprod(1 - answered / at_risk)
    if len(moments) and answered[-1] == at_risk[-1]:
        waiting[-1] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(answered / (at_risk * (at_risk - answered)))
        worth = (1 - waiting) / (waiting * greenwood)
    worth = np.where(waiting > 0, worth, np.inf)
    # Where all are answered Greenwood says nothing: what the share was worth just before still holds.
    worth = np.minimum.accumulate(np.minimum(worth, at_risk[:1])) if len(moments) else worth
    shares = 1 - waiting
    low, high = _wilson_of_shares(shares, worth, confidence)
    return WaitCurve(
        seconds=moments,
        answered_share=shares,
        low=low,
        high=high,
        at_risk=at_risk,
        answered=answered,
        worth=worth,
        waits=len(seconds),
        open_waits=len(given_up),
        longest_seconds=float(seconds.max()),
        confidence=confidence,
        given_up_early=given_up[given_up < moments[0]] if len(moments) else given_up,
    )


def answered_by(curve: WaitCurve | None, seconds: float) -> WaitShare | None:
    """
    Return the share of waits answered within so many seconds, to the second.

    Returns:
        None where nobody waited that long while some were still waiting: then it is not known.
    """
    if curve is None or not seconds >= 0:
        return None
    all_answered = len(curve.seconds) > 0 and curve.answered_share[-1] == 1
    if seconds > curve.longest_seconds and not all_answered:
        return None
    at = int(np.searchsorted(curve.seconds, seconds, side="right")) - 1
    if at < 0:
        watched = curve.waits - int((curve.given_up_early < seconds).sum())
        return WaitShare(0.0, wilson_of_share(0.0, watched, confidence=curve.confidence))
    return WaitShare(float(curve.answered_share[at]), Interval(float(curve.low[at]), float(curve.high[at])))


def never_answered_within(curve: WaitCurve | None, seconds: float) -> WaitShare | None:
    """Return the share of waits not answered within so many seconds; None where that is not known."""
    found = answered_by(curve, seconds)
    if found is None:
        return None
    return WaitShare(1 - found.share, Interval(1 - found.interval.high, 1 - found.interval.low))


def thinned(curve: WaitCurve, *, at_most: int = 200) -> WaitCurve:
    """Return the curve at no more than so many of its moments, first and last among them, to draw it."""
    if len(curve.seconds) <= at_most:
        return curve
    kept = np.linspace(0, len(curve.seconds) - 1, at_most).round().astype(np.intp)
    return replace(
        curve,
        seconds=curve.seconds[kept],
        answered_share=curve.answered_share[kept],
        low=curve.low[kept],
        high=curve.high[kept],
        at_risk=curve.at_risk[kept],
        answered=np.diff(np.cumsum(curve.answered)[kept], prepend=0),
        worth=curve.worth[kept],
    )


def _wilson_of_shares(
    shares: NDArray[np.float64], sizes: NDArray[np.float64], confidence: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return `wilson_of_share` for many at once."""
    z = z_of(confidence)
    spread = z * np.sqrt(shares * (1 - shares) / sizes + z * z / (4 * sizes * sizes))
    middle, shrunk = shares + z * z / (2 * sizes), 1 + z * z / sizes
    low = np.where(shares == 0, 0.0, np.clip((middle - spread) / shrunk, 0, shares))
    high = np.where(shares == 1, 1.0, np.clip((middle + spread) / shrunk, shares, 1))
    return low, high
