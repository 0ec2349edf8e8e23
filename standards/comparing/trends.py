"""Trends: scores by week, month or quarter, and which points are more than the usual up and down."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from standards.comparing.scores import ScoreSpread, spreads_by
from standards.comparing.shares import Interval

BASELINE = 8
PERCENTS = Interval(0.0, 100.0)

# Source of the factors: W. A. Shewhart's d2 = 1.128 and D4 = 3.268 for ranges of two, as Wheeler rounds them.
_TO_LIMITS = 2.66
_TO_RANGE_LIMIT = 3.27
_RUN = 8
_NEAR, _OF_NEAR = 3, 4
_SAME = 1e-9

# 1 January 1970, day 0 of datetime64, was a Thursday: three days after a Monday.
_AFTER_MONDAY = 3


class Period(StrEnum):
    """How visits are put together on a time line; a week starts on Monday."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, eq=False)
class PeriodMeans:
    """Every period from first to last, also without a visit: its first day and the scores of its visits."""

    period: Period
    starts: tuple[date, ...]
    spreads: tuple[ScoreSpread, ...]

    @property
    def visits(self) -> NDArray[np.int64]:
        """How many visits each period has."""
        return np.array([spread.visits for spread in self.spreads], dtype=np.int64)

    @property
    def means(self) -> NDArray[np.float64]:
        """Each period's mean score (0–100); NaN without a visit."""
        return np.array([np.nan if s.mean is None else s.mean for s in self.spreads], dtype=np.float64)


class SignalKind(StrEnum):
    """Why a point is more than the usual up and down."""

    BEYOND_LIMITS = "beyond the limits"
    RUN_OF_EIGHT = "eight in a row on one side of the mean"
    THREE_OF_FOUR = "three of four nearer to a limit than to the mean"


@dataclass(frozen=True)
class Signal:
    """
    One signal: the points behind it by their places in the series, and on which side of the mean.

    A run longer than eight is one signal with all its points; likewise three of four that overlap.
    """

    kind: SignalKind
    points: tuple[int, ...]
    is_above: bool


@dataclass(frozen=True)
class XmrLimits:
    """
    The mean of so many points, the limits of their usual up and down, and the signals.

    `moving_range_mean` is how far a point usually is from the one before; above `moving_range_limit` such a
    step is itself unusual.
    """

    points: int
    mean: float
    lower: float
    upper: float
    moving_range_mean: float
    moving_range_limit: float
    signals: tuple[Signal, ...]


@dataclass(frozen=True)
class Stretch:
    """
    A series from one break to the next; `limits` is None where it is too early to draw any.

    Places count from 0 in the whole series; `first` and `last` both belong to the stretch. `points` leaves
    out the NaN.
    """

    first: int
    last: int
    points: int
    limits: XmrLimits | None


def period_starts(visited_on: NDArray[np.datetime64], period: Period) -> NDArray[np.datetime64]:
    """Return the first day of the period that each date lies in, as datetime64[D]."""
    return _start_of(_number_of(visited_on, period), period)


def periods_between(first: date, last: date, period: Period) -> tuple[date, ...]:
    """Return the first day of every period from the one date's to the other's."""
    low, high = _number_of(np.array([first, last], dtype="datetime64[D]"), period).tolist()
    starts: list[date] = _start_of(np.arange(low, high + 1), period).tolist()
    return tuple(starts)


def means_by_period(
    visited_on: NDArray[np.datetime64],
    percents: NDArray[np.float64],
    period: Period,
    *,
    first: date | None = None,
    last: date | None = None,
) -> PeriodMeans:
    """
    Return the mean score of each period, by the date of the visit; every visit counts the same.

    Args:
        visited_on: one date a visit (datetime64[D]), in any order.
        percents: one score a visit, 0–100; a NaN counts nowhere.
        period: week, month or quarter.
        first: begin with its period, also without a visit there, so that brands share one axis; else the
            period of the first visit. Visits before it are left out.
        last: likewise, for the end.
    """
    visited_on = np.asarray(visited_on, dtype="datetime64[D]")
    percents = np.asarray(percents, dtype=np.float64)
    numbers = _number_of(visited_on, period)
    low = _number_of_day(first, period) if first else int(numbers.min()) if len(numbers) else 0
    high = _number_of_day(last, period) if last else int(numbers.max()) if len(numbers) else low - 1
    count = max(high - low + 1, 0)
    places = numbers - low
    within = (places >= 0) & (places < count)
    if not within.all():
        places, percents = places[within], percents[within]
    starts: list[date] = _start_of(np.arange(low, low + count), period).tolist()
    return PeriodMeans(period, tuple(starts), spreads_by(places, percents, count) if count else ())


def xmr(
    points: Sequence[float] | NDArray[np.float64], *, baseline: int = BASELINE, within: Interval = PERCENTS
) -> XmrLimits | None:
    """
    Return the natural limits of a series and its signals; None with fewer than `baseline` points.

    Mean ± 2.66 × mean moving range, over all points of the series. Three signals: a point beyond the
    limits; eight in a row on one side of the mean; three of four in a row nearer to the same limit than to
    the mean. A point on the mean is on neither side.

    Args:
        points: in order of time; a NaN (a period without a visit) is left out, and the points around it
            follow each other.
        baseline: how many points are needed before there are limits.
        within: what a value can be at all; limits are drawn no further.
    Source:
        D. J. Wheeler, Understanding Variation, 1993; Making Sense of Data, 2003: limits and the three
        detection rules. The baseline of eight: this project's design.
    """
    return xmr_stretches(points, baseline=baseline, within=within)[0].limits


def xmr_stretches(
    points: Sequence[float] | NDArray[np.float64],
    *,
    breaks: Iterable[int] = (),
    baseline: int = BASELINE,
    within: Interval = PERCENTS,
) -> tuple[Stretch, ...]:
    """
    Return the limits of each stretch of a series: they start anew at every break.

    Args:
        points: as in `xmr`.
        breaks: places of the first point after a change that is known, such as a new edition.
        baseline: how many points a stretch needs before it has limits.
        within: what a value can be at all.
    """
    values = np.asarray(points, dtype=np.float64)
    edges = [0, *sorted({at for at in breaks if 0 < at < len(values)}), len(values)]
    found = []
    for first, after in pairwise(edges):
        present = first + np.flatnonzero(~np.isnan(values[first:after]))
        limits = _limits_of(values, present, within) if len(present) >= max(baseline, 2) else None
        found.append(Stretch(first, after - 1, len(present), limits))
    return tuple(found)


def _limits_of(values: NDArray[np.float64], present: NDArray[np.intp], within: Interval) -> XmrLimits:
    x = values[present]
    mean, moving = float(x.mean()), float(np.abs(np.diff(x)).mean())
    reach = _TO_LIMITS * moving
    # In a series without any up and down every point is on the mean, whatever the last digit says.
    off = np.where(np.abs(x - mean) <= _SAME * max(1.0, abs(mean)), 0.0, x - mean)
    return XmrLimits(
        points=len(x),
        mean=mean,
        lower=min(max(mean - reach, within.low), mean),
        upper=max(min(mean + reach, within.high), mean),
        moving_range_mean=moving,
        moving_range_limit=_TO_RANGE_LIMIT * moving,
        signals=tuple(sorted(_signals(off, reach, present.tolist()), key=lambda signal: signal.points)),
    )


def _signals(off: NDArray[np.float64], reach: float, places: list[int]) -> Iterator[Signal]:
    for at in np.flatnonzero(np.abs(off) > reach).tolist():
        yield Signal(SignalKind.BEYOND_LIMITS, (places[at],), bool(off[at] > 0))
    for is_above in (True, False):
        on_side = off > 0 if is_above else off < 0
        for run in _grouped(on_side, _RUN, _RUN):
            yield Signal(SignalKind.RUN_OF_EIGHT, tuple(places[at] for at in run), is_above)
        near = on_side & (np.abs(off) > reach / 2)
        for run in _grouped(near, _NEAR, _OF_NEAR):
            yield Signal(SignalKind.THREE_OF_FOUR, tuple(places[at] for at in run), is_above)


def _grouped(chosen: NDArray[np.bool_], needed: int, of: int) -> Iterator[list[int]]:
    """Yield the chosen points of each window of `of` that holds `needed`; overlapping windows as one."""
    if len(chosen) < of:
        return
    enough = sliding_window_view(chosen, of).sum(axis=1) >= needed
    together: list[int] = []
    for start in np.flatnonzero(enough).tolist():
        points = [at for at in range(start, start + of) if chosen[at]]
        if together and points[0] > together[-1]:
            yield together
            together = []
        together = sorted({*together, *points})
    if together:
        yield together


def _number_of(days: NDArray[np.datetime64], period: Period) -> NDArray[np.int64]:
    """Count periods from the one that 1 January 1970 lies in."""
    if period is Period.WEEK:
        return (days.astype("datetime64[D]").astype(np.int64) + _AFTER_MONDAY) // 7
    months = days.astype("datetime64[M]").astype(np.int64)
    return months if period is Period.MONTH else months // 3


def _number_of_day(day: date, period: Period) -> int:
    return int(_number_of(np.array([day], dtype="datetime64[D]"), period)[0])


def _start_of(numbers: NDArray[np.int64], period: Period) -> NDArray[np.datetime64]:
    if period is Period.WEEK:
        return (numbers * 7 - _AFTER_MONDAY).astype("datetime64[D]")
    months = numbers if period is Period.MONTH else numbers * 3
    return months.astype("datetime64[M]").astype("datetime64[D]")
