"""Over time: scores or one standard by week, month or quarter, with limits, signals, editions and notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from standards.comparing.comparison import Comparison
from standards.comparing.figures import NOTHING_SEEN, Behind, Estimate
from standards.comparing.gaps import breaks_of
from standards.comparing.leads import score_estimate, share_estimate
from standards.comparing.scores import ScoreSpread, spreads_by
from standards.comparing.sentences import say_list
from standards.comparing.trend_sentences import LATELY, say_change, say_line, say_signal
from standards.comparing.trends import (
    Period,
    Signal,
    Stretch,
    periods_between,
    xmr_stretches,
)
from standards.editions import Standard
from standards.visits import Brand

# More days than any such period has, and fewer than two of them.
_PAST_ITS_END = {Period.WEEK: 7, Period.MONTH: 31, Period.QUARTER: 92}

_NOTHING_JUDGED = "In no complete visit to the brands shown was this met or missed."


@dataclass(frozen=True)
class TimePoint:
    """One period of one brand; `signal` says why it is more than the usual up and down, or is empty."""

    starts_on: date
    ends_on: date
    value: Estimate
    signal: str


@dataclass(frozen=True)
class Limits:
    """Between what a brand's periods usually vary (XmR), from one period to another; in percent."""

    since: date
    until: date
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class TimeLine:
    """
    One brand's points; a period without a visit is an estimate of no visits.

    `changed_lately`: a signal reaches into the last three periods with visits.
    """

    brand: Brand
    points: tuple[TimePoint, ...]
    limits: tuple[Limits, ...]
    changed_lately: bool
    sentence: str


class MarkKind(StrEnum):
    """Why there is a line across the time line."""

    EDITION = "edition"
    BREAK = "break"
    NOTE = "note"


@dataclass(frozen=True)
class Mark:
    """A line across the time line: a new edition, a break in a standard, or a note of one's own."""

    kind: MarkKind
    on: date
    text: str
    brand_id: int | None = None


@dataclass(frozen=True)
class OverTime:
    """
    Each brand's line over the same periods; `standard` is None where it is the score.

    `sentence` is our own brand's, or that of the first brand visited where our own was not.
    """

    period: Period
    column: int | None
    standard: Standard | None
    lines: tuple[TimeLine, ...]
    marks: tuple[Mark, ...]
    sentence: str

    def behind(self, line: TimeLine, point: TimePoint) -> Behind:
        """Return which visits stand behind one point."""
        code, measure = (self.standard.code, self.standard.measure) if self.standard else (None, None)
        return Behind(line.brand.id, code=code, measure=measure, since=point.starts_on, until=point.ends_on)


@dataclass(frozen=True)
class _Axis:
    """What lines share; `edges` are the first days of the periods, and the day after the last."""

    period: Period
    edges: Sequence[date]
    marks: Sequence[Mark]
    column: int | None
    has_intervals: bool


def compare_over_time(
    comparison: Comparison,
    period: Period,
    column: int | None = None,
    *,
    brands: Sequence[Brand] | None = None,
) -> OverTime:
    """
    Return the score, or the met-rate of one standard, of every brand shown, period by period.

    The limits of a standard start anew where its history is broken; those of the score do not, because most
    of it goes on: an edition is a line across it. Our own brand's points and those of the competitor set
    beside it have intervals; of forty brands nobody could read them.

    Args:
        comparison: whose visits.
        period: week, month or quarter.
        column: the standard's place in `VisitColumns.standards`; else the score.
        brands: only these, all with intervals; else all that are shown.
    """
    columns = comparison.columns
    standard = None if column is None else columns.standards[column].standard
    if not len(columns):
        return OverTime(period, column, standard, (), (), "No complete visit is here.")
    starts = periods_between(columns.visited_on[0].item(), columns.visited_on[-1].item(), period)
    next_start = periods_between(starts[-1], starts[-1] + timedelta(days=_PAST_ITS_END[period]), period)[1]
    edges = (*starts, next_start)
    shown = comparison.names.brands if brands is None else brands
    spreads = _spreads(comparison, column, brands, edges)
    marks = _marks(comparison, column, edges)
    broken = [_at(edges, mark.on) for mark in marks if mark.kind is MarkKind.BREAK]
    whose = (comparison.own, comparison.rival) if brands is None else brands
    lines = tuple(
        _line(
            _Axis(period, edges, marks, column, has_intervals=brand in whose),
            brand,
            spreads[at * len(starts) : (at + 1) * len(starts)],
            broken,
        )
        for at, brand in enumerate(shown)
    )
    spoken = next((line for line in lines if any(point.value.visits for point in line.points)), None)
    return OverTime(period, column, standard, lines, marks, spoken.sentence if spoken else _NOTHING_JUDGED)


def _spreads(
    comparison: Comparison, column: int | None, brands: Sequence[Brand] | None, edges: Sequence[date]
) -> tuple[ScoreSpread, ...]:
    """Return the visits of each period, brand after brand."""
    values, visited_on, count = comparison.values_of(column), comparison.columns.visited_on, len(edges) - 1
    if brands is None:
        groups = comparison.brand_at * count + _periods_of(visited_on, edges)
        return spreads_by(groups, values, (len(comparison.names.brands) + 1) * count)
    found: list[ScoreSpread] = []
    for brand in brands:
        places = comparison.places_of(brand)
        found += spreads_by(_periods_of(visited_on[places], edges), values[places], count)
    return tuple(found)


def _periods_of(visited_on: NDArray[np.datetime64], edges: Sequence[date]) -> NDArray[np.intp]:
    """Return each visit's period; visits stand oldest first, so that a period is one stretch of them."""
    bounds = np.searchsorted(visited_on, np.array(edges, dtype="datetime64[D]"))
    return np.repeat(np.arange(len(edges) - 1), np.diff(bounds))


def _at(edges: Sequence[date], day: date) -> int:
    """Return which period a day lies in."""
    return next(at for at in range(len(edges) - 1, -1, -1) if edges[at] <= day)


def _line(axis: _Axis, brand: Brand, spreads: Sequence[ScoreSpread], broken: Sequence[int]) -> TimeLine:
    means = [np.nan if spread.mean is None else spread.mean for spread in spreads]
    stretches = xmr_stretches(means, breaks=broken)
    signals = [signal for stretch in stretches if stretch.limits for signal in stretch.limits.signals]
    said = {at: say_signal(signal) for signal in reversed(signals) for at in signal.points}
    starts, ends = axis.edges, [edge - timedelta(days=1) for edge in axis.edges[1:]]
    points = tuple(
        TimePoint(starts[at], ends[at], _estimate(axis, spread), said.get(at, ""))
        for at, spread in enumerate(spreads)
    )
    limits = tuple(
        Limits(
            starts[stretch.first],
            ends[stretch.last],
            stretch.limits.mean,
            stretch.limits.lower,
            stretch.limits.upper,
        )
        for stretch in stretches
        if stretch.limits
    )
    found = _latest_signal(stretches)
    seen = [at for at, spread in enumerate(spreads) if spread.visits]
    return TimeLine(
        brand=brand,
        points=points,
        limits=limits,
        changed_lately=found is not None and found.points[-1] in seen[-LATELY:],
        sentence=_say(axis, brand, stretches),
    )


def _say(axis: _Axis, brand: Brand, stretches: Sequence[Stretch]) -> str:
    period, edges = axis.period, axis.edges
    latest = next((stretch for stretch in reversed(stretches) if stretch.points), None)
    if latest is None:
        return say_line(brand.name, period, 0, None)
    found = _latest_signal(stretches)
    if found is None or latest.limits is None:
        return say_line(brand.name, period, latest.points, latest.limits)
    said = say_change(brand.name, period, found, latest.limits, edges)
    # What was noted in the period before may be what began to show here.
    first, last = edges[max(found.points[0] - 1, 0)], edges[found.points[0] + 1]
    noted = [
        mark.text for mark in axis.marks if first <= mark.on < last and mark.brand_id in (None, brand.id)
    ]
    return f"{said} Noted about then: {say_list(noted)}." if noted else said


def _latest_signal(stretches: Sequence[Stretch]) -> Signal | None:
    """Return the signal of the last stretch that reaches furthest, of several the longest."""
    latest = next((stretch for stretch in reversed(stretches) if stretch.points), None)
    signals = latest.limits.signals if latest and latest.limits else ()
    return max(signals, key=lambda signal: (signal.points[-1], len(signal.points)), default=None)


def _estimate(axis: _Axis, spread: ScoreSpread) -> Estimate:
    if spread.mean is None:
        return NOTHING_SEEN
    if not axis.has_intervals:
        return Estimate(spread.visits, spread.mean)
    if axis.column is None:
        return score_estimate(spread)
    return share_estimate(round(spread.mean * spread.visits / 100), spread.visits)


def _marks(comparison: Comparison, column: int | None, edges: Sequence[date]) -> tuple[Mark, ...]:
    """Return editions at their first visit, breaks of the standard shown, and notes, oldest first."""
    columns, brand_ids = comparison.columns, {brand.id for brand in comparison.names.brands}
    found: list[Mark] = []
    broken = (
        {}
        if column is None
        else {b.edition_number: b for b in breaks_of(comparison, columns.standards[column])}
    )
    # Numbers of editions are small: counting them costs a tenth of sorting 400,000.
    for number in np.flatnonzero(np.bincount(columns.edition_numbers))[1:].tolist():
        first = columns.visited_on[int(np.argmax(columns.edition_numbers >= number))].item()
        change = broken[number].change if number in broken else None
        text = f"Edition {number}"
        if change:
            found.append(
                Mark(MarkKind.BREAK, first, f"{text}: {change.kind}, {change.before} → {change.after}")
            )
        else:
            found.append(Mark(MarkKind.EDITION, first, text))
    found += [
        Mark(MarkKind.NOTE, note.noted_on, note.text, note.brand_id)
        for note in comparison.names.notes
        if edges[0] <= note.noted_on < edges[-1] and (note.brand_id is None or note.brand_id in brand_ids)
    ]
    return tuple(sorted(found, key=lambda mark: mark.on))
