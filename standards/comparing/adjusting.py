"""Adjusted: gaps between brands, and of channels, as if the same shoppers had visited all of them."""

from collections.abc import Mapping

import numpy as np

from standards.comparing.channels import Funnel
from standards.comparing.comparison import Comparison
from standards.comparing.figures import Adjusted
from standards.comparing.severity import (
    AdjustedDifference,
    adjusted_share_difference,
    score_difference_of,
    share_difference_of,
)
from standards.comparing.severity_words import say_adjusted
from standards.comparing.shares import Difference
from standards.comparing.shopper_visits import THE_REST, visits_by_shopper
from standards.comparing.sureness import sureness_of
from standards.visits import Brand


def adjust_score(comparison: Comparison, other: Brand) -> Adjusted | None:
    """Adjust the gap of mean scores between our own brand and another; None without visits to both."""
    own, visits = comparison.own, _visits(comparison, other)
    if own is None or visits is None:
        return None
    found = score_difference_of(comparison.scores_by_shopper, own.id, other.id)
    return _adjusted(comparison, found, visits, say_adjusted(found, own.name, other.name))


def adjust_failed(comparison: Comparison, other: Brand) -> Adjusted | None:
    """Adjust the gap of the shares of visits that failed by a no-no; None without visits to both."""
    own, visits, columns = comparison.own, _visits(comparison, other), comparison.columns
    if own is None or visits is None:
        return None
    found = adjusted_share_difference(
        columns.brand_ids, columns.shopper_ids, columns.failed, own.id, other.id
    )
    return _adjusted(comparison, found, visits, say_adjusted(found, own.name, other.name))


def adjust_brands(comparison: Comparison) -> Mapping[int, Adjusted]:
    """Adjust our own brand's gap to every competitor visited, by the competitor's id."""
    found = {brand.id: adjust_score(comparison, brand) for brand in comparison.rivals}
    return {brand_id: adjusted for brand_id, adjusted in found.items() if adjusted}


def adjust_channels(comparison: Comparison, funnel: Funnel) -> Mapping[int, Adjusted]:
    """
    Adjust each channel's gap to all others of its funnel, by the channel's id.

    Of its scores, or of the funnel's standard; a funnel of one channel has no gap.
    """
    channel_ids = np.array([point.channel.id for point in funnel.points], dtype=np.int32)
    if len(channel_ids) < 2:
        return {}
    columns, is_score = comparison.columns, funnel.column is None
    places = np.flatnonzero(np.isin(columns.channel_ids, channel_ids))
    values = comparison.values_of(funnel.column)[places] / (1 if is_score else 100)
    seen = visits_by_shopper(columns.channel_ids[places], columns.shopper_ids[places], values)
    judged = sum(point.value.visits for point in funnel.points)
    difference_of = score_difference_of if is_score else share_difference_of
    adjusted = {}
    for point in funnel.points:
        channel, visits = point.channel, point.value.visits
        found = difference_of(seen.beside_the_rest(channel.id), channel.id, THE_REST)
        said = say_adjusted(found, channel.name, "the others", kind="channels")
        adjusted[channel.id] = _adjusted(comparison, found, (visits, judged - visits), said)
    return adjusted


def _visits(comparison: Comparison, other: Brand) -> tuple[int, int] | None:
    """Return how many visits our own brand and another have; None where there is no gap between them."""
    own = comparison.own
    if own is None or own.id == other.id:
        return None
    visits = comparison.spread_of(own).visits, comparison.spread_of(other).visits
    return visits if all(visits) else None


def _adjusted(
    comparison: Comparison, found: AdjustedDifference, visits: tuple[int, int], sentence: str
) -> Adjusted:
    raw_points, raw_low, raw_high = _points(found.raw, found.full_scale)
    points, low, high = _points(found.adjusted, found.full_scale)
    sureness = sureness_of(found.adjusted, *visits, thresholds=comparison.thresholds)
    return Adjusted(
        raw_points=raw_points or 0.0,
        raw_low=raw_low,
        raw_high=raw_high,
        points=points,
        low=low,
        high=high,
        sureness=sureness if found.adjusted else None,
        explained_share=found.explained_share,
        sentence=sentence,
    )


def _points(
    difference: Difference | None, full_scale: float
) -> tuple[float | None, float | None, float | None]:
    """Return a difference and its bounds in points of percent."""
    if difference is None:
        return None, None, None
    interval, scale = difference.interval, 100 / full_scale
    return (
        difference.estimate * scale,
        interval.low * scale if interval else None,
        interval.high * scale if interval else None,
    )
