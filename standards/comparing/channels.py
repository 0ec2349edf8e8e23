"""Channels: each against its number of visits, so that only what chance cannot explain stands out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from standards.comparing.comparison import Comparison
from standards.comparing.figures import Behind, Estimate
from standards.comparing.funnels import (
    FunnelLimits,
    FunnelPlace,
    deviation_within,
    funnel_limits,
    funnel_of_means,
    places_in,
)
from standards.comparing.leads import score_estimate, share_estimate
from standards.comparing.scores import spreads_by
from standards.comparing.sentences import say_count, say_kind, say_list, say_score, say_share, say_visits
from standards.editions import Kind, Standard
from standards.visits import Brand, Channel

# A line of limits is drawn through at most so many numbers of visits.
_LINE_POINTS = 120
_FEWEST_CHANNELS = 3


@dataclass(frozen=True)
class ChannelPoint:
    """One channel: its figure of so many visits, and whether chance explains where it lies."""

    channel: Channel
    value: Estimate
    place: FunnelPlace
    behind: Behind
    sentence: str


@dataclass(frozen=True, eq=False)
class Funnel:
    """
    The channels of one brand and kind around their common centre; `standard` is None where it is the score.

    `centre` and `limits` are in percent. `limits` are lines from 1 visit to the most of any channel; None
    where no channel was visited twice, so that nobody knows how far visits vary.
    """

    brand: Brand
    kind: Kind
    column: int | None
    standard: Standard | None
    centre: float
    points: tuple[ChannelPoint, ...]
    limits: FunnelLimits | None
    sentence: str


def compare_channels(
    comparison: Comparison, brand: Brand | None = None, column: int | None = None
) -> tuple[Funnel, ...]:
    """
    Return a funnel for each kind of channel of one brand, of its scores or of one standard.

    Args:
        comparison: whose visits.
        brand: our own unless given.
        column: the standard's place in `VisitColumns.standards`; else the score.
    """
    shown = brand or comparison.own
    if shown is None:
        return ()
    places = comparison.places_of(shown)
    kinds = comparison.kind_at[places]
    funnels = [
        _funnel(comparison, shown, kind, places[kinds == at], column)
        for at, kind in enumerate(Kind)
        if at in kinds
    ]
    return tuple(funnel for funnel in funnels if funnel)


def _funnel(
    comparison: Comparison, brand: Brand, kind: Kind, places: NDArray[np.intp], column: int | None
) -> Funnel | None:
    columns = comparison.columns
    values = comparison.values_of(column)[places]
    judged = ~np.isnan(values)
    places, values = places[judged], values[judged]
    if not len(places):
        return None
    channel_ids, groups = np.unique(columns.channel_ids[places], return_inverse=True)
    spreads = spreads_by(groups, values, len(channel_ids))
    sizes = np.array([spread.visits for spread in spreads], dtype=np.int64)
    centre = float(values.mean())
    deviation = None if column is not None else deviation_within(groups, values)

    def limits_at(visits: NDArray[np.int64]) -> FunnelLimits | None:
        if column is not None:
            return _in_percent(funnel_limits(centre / 100, visits))
        return None if deviation is None else funnel_of_means(centre, deviation, visits)

    own_limits = limits_at(sizes)
    means = np.array([spread.mean for spread in spreads], dtype=np.float64)
    where = places_in(own_limits, means).tolist() if own_limits else [FunnelPlace.WITHIN] * len(sizes)
    standard = None if column is None else columns.standards[column].standard
    points = tuple(
        _point(
            comparison.names.channels[channel_id],
            score_estimate(spread)
            if column is None
            else share_estimate(round((spread.mean or 0.0) * spread.visits / 100), spread.visits),
            FunnelPlace(place),
            standard,
        )
        for channel_id, spread, place in zip(channel_ids.tolist(), spreads, where, strict=True)
    )
    return Funnel(
        brand=brand,
        kind=kind,
        column=column,
        standard=standard,
        centre=centre,
        points=points,
        limits=limits_at(_line(int(sizes.max()))),
        sentence=_say(brand, kind, points, has_limits=own_limits is not None),
    )


def _in_percent(limits: FunnelLimits) -> FunnelLimits:
    return replace(
        limits,
        centre=100 * limits.centre,
        inner_low=100 * limits.inner_low,
        inner_high=100 * limits.inner_high,
        outer_low=100 * limits.outer_low,
        outer_high=100 * limits.outer_high,
    )


def _line(most_visits: int) -> NDArray[np.int64]:
    """Return numbers of visits from 1 to the most, closer together where the limits bend."""
    line: NDArray[np.int64] = np.unique(
        np.geomspace(1, max(most_visits, 2), _LINE_POINTS).round().astype(np.int64)
    )
    return line


def _point(channel: Channel, value: Estimate, place: FunnelPlace, standard: Standard | None) -> ChannelPoint:
    percent = value.percent or 0.0
    figure = say_score(percent) if standard is None else say_share(percent)
    behind = Behind(
        channel_id=channel.id,
        code=standard.code if standard else None,
        measure=standard.measure if standard else None,
    )
    said = f"{channel.name}: {figure} of {say_visits(value.visits)}, {_PLACE_WORDS[place]}."
    return ChannelPoint(channel, value, place, behind, said)


_PLACE_WORDS = {
    FunnelPlace.FAR_BELOW: "far lower than chance explains",
    FunnelPlace.BELOW: "lower than chance easily explains",
    FunnelPlace.WITHIN: "within what chance explains",
    FunnelPlace.ABOVE: "higher than chance easily explains",
    FunnelPlace.FAR_ABOVE: "far higher than chance explains",
}


def _say(brand: Brand, kind: Kind, points: Sequence[ChannelPoint], *, has_limits: bool) -> str:
    """Say which channels stand out; ones inside are not ranked, because their order is chance."""
    counted = f"{say_count(len(points), say_kind(kind), say_kind(kind, 2))} of {brand.name}"
    if len(points) < _FEWEST_CHANNELS:
        return f"{counted}: from {_FEWEST_CHANNELS} on it shows whether one stands out."
    if not has_limits:
        return f"{counted}, each visited once: a second visit to one shows how far visits vary."
    low = [point.channel.name for point in points if point.place < 0]
    high = [point.channel.name for point in points if point.place > 0]
    if not low and not high:
        return f"All {counted} lie within what chance explains: none is better or worse than the rest."
    said = []
    if low:
        said.append(f"lower than chance explains: {say_list(low)}")
    if high:
        said.append(f"higher than chance explains: {say_list(high)}")
    few = (
        f" Of {len(points)}, about {max(round(len(points) / 20), 1)} would by chance."
        if len(points) >= 10
        else ""
    )
    rest = " The order of all others is chance." if len(low) + len(high) < len(points) else ""
    return f"{counted}, {'; '.join(said)}.{rest}{few}"
