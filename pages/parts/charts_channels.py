"""Charts of channels: a funnel, so that only what chance cannot explain stands out, and a map."""

from collections.abc import Sequence
from math import cos, radians
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from pages.parts.charts import (
    CLEAR,
    GREY,
    SMALL,
    axis,
    colour_of,
    figure_of,
    lines_of,
    say_estimate,
    tapped,
    text_at,
)
from standards.comparing.channels import ChannelPoint, Funnel
from standards.comparing.funnels import FunnelPlace

_HEIGHT, _BOTTOM_PIXELS = 380, 48
_MAP_HEIGHT, _MAP_WIDTH = 380, 340
_MOST_LABELS = 6
# Of the height of the chart, what a name needs for itself.
_LABEL_ROOM = 0.06
# From a dot's shape it is seen where the channel lies, also without colour.
_SYMBOLS = {
    FunnelPlace.FAR_BELOW: "triangle-down",
    FunnelPlace.BELOW: "triangle-down-open",
    FunnelPlace.WITHIN: "circle",
    FunnelPlace.ABOVE: "triangle-up-open",
    FunnelPlace.FAR_ABOVE: "triangle-up",
}
_WORDS = {
    FunnelPlace.FAR_BELOW: "far below what chance explains",
    FunnelPlace.BELOW: "below what chance explains",
    FunnelPlace.WITHIN: "as chance would have it",
    FunnelPlace.ABOVE: "above what chance explains",
    FunnelPlace.FAR_ABOVE: "far above what chance explains",
}


def funnel(found: Funnel) -> go.Figure:
    """Draw channels over their number of visits, between the limits of chance; those outside by name."""
    points = sorted(found.points, key=lambda point: abs(point.place))
    most = max(point.value.visits for point in points)
    fewest = min(point.value.visits for point in points)
    traces = [*_limit_lines(found), _dots(found, points, [p.value.visits for p in points], _percents(points))]
    values = [*_percents(points), *_outer(found, points)]
    low, high = max(0.0, min(values)), min(100.0, max(values))
    air = max(2.0, (high - low) * 0.08)
    layout: dict[str, Any] = {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": 14, "t": 12, "b": _BOTTOM_PIXELS, "pad": 0},
        "annotations": _names(points, most, (high - low) * _LABEL_ROOM),
        "xaxis": axis(
            title={"text": "complete visits", "font": {"size": SMALL}, "standoff": 4},
            range=[max(0, 0.7 * fewest - 1), most * 1.06 + 0.5],
            nticks=6,
            showgrid=False,
        ),
        "yaxis": axis(range=[low - air, high + air], ticksuffix=" %", nticks=6, automargin=True),
    }
    return figure_of(traces, **layout)


def channel_map(found: Sequence[Funnel]) -> go.Figure | None:
    """
    Draw the channels that have coordinates where they are, north up and undistorted; None without two.

    No tiles and no coastlines: they would have to be fetched from elsewhere.
    """
    placed = [(f, p) for f in found for p in f.points if p.channel.coordinates and p.value.visits]
    if len(placed) < 2:
        return None
    places = [point.channel.coordinates for _, point in placed]
    north = [place.latitude for place in places if place]
    east = [place.longitude for place in places if place]
    traces = []
    for one in found:
        points = [point for f, point in placed if f is one]
        if points:
            easts = [p.channel.coordinates.longitude for p in points if p.channel.coordinates]
            norths = [p.channel.coordinates.latitude for p in points if p.channel.coordinates]
            traces.append(_dots(one, points, easts, norths))
    shrink = max(cos(radians((min(north) + max(north)) / 2)), 0.01)
    # A degree east is shorter than a degree north; both axes get a frame of one shape.
    tall = max(
        (max(north) - min(north)) * 1.2, (max(east) - min(east)) * 1.2 * shrink * _MAP_HEIGHT / _MAP_WIDTH
    )
    tall = max(tall, 0.002)
    middle, across = (min(north) + max(north)) / 2, (min(east) + max(east)) / 2
    wide = tall / shrink * _MAP_WIDTH / _MAP_HEIGHT
    labels: list[dict[str, Any]] = []
    for _, point in sorted(placed, key=lambda pair: -abs(pair[1].place)):
        place = point.channel.coordinates
        taken = [abs(place.latitude - one["y"]) < tall * _LABEL_ROOM for one in labels if place]
        if place and not any(taken) and len(labels) < _MOST_LABELS:
            name = lines_of(point.channel.name, 18, 1)[0]
            above = {"xanchor": "center", "yanchor": "bottom", "yshift": 7, "bgcolor": CLEAR}
            labels.append(text_at(name, place.longitude, place.latitude, **above))
    layout: dict[str, Any] = {
        "height": _MAP_HEIGHT,
        "margin": {"l": 4, "r": 4, "t": 8, "b": 24, "pad": 0},
        "annotations": labels,
        "xaxis": axis(range=[across - wide / 2, across + wide / 2], ticksuffix="°", nticks=4),
        "yaxis": axis(
            range=[middle - tall / 2, middle + tall / 2],
            ticksuffix="°",
            nticks=5,
            scaleanchor="x",
            scaleratio=1 / shrink,
            automargin=True,
        ),
    }
    return figure_of(traces, **layout)


def _limit_lines(found: Funnel) -> list[dict[str, Any]]:
    limits = found.limits
    if limits is None:
        return []
    sizes = limits.sizes.tolist()
    lines: list[tuple[NDArray[np.float64], str]] = [
        (limits.outer_low, "dot"),
        (limits.outer_high, "dot"),
        (limits.inner_low, "dash"),
        (limits.inner_high, "dash"),
        (np.full(len(sizes), found.centre), "solid"),
    ]
    return [
        {
            "type": "scatter",
            "x": sizes,
            "y": values.tolist(),
            "mode": "lines",
            "hoverinfo": "skip",
            "line": {"color": GREY, "width": 1.3, "dash": dash},
        }
        for values, dash in lines
    ]


def _dots(
    found: Funnel, points: Sequence[ChannelPoint], x: Sequence[float], y: Sequence[float]
) -> dict[str, Any]:
    is_score = found.standard is None
    return {
        "type": "scatter",
        "x": list(x),
        "y": list(y),
        "customdata": [tapped(point.behind) for point in points],
        "text": [
            f"{lines_of(point.channel.name, 44, 1)[0]}<br>{say_estimate(point.value, is_score=is_score)}"
            f"<br>{_WORDS[point.place]}"
            for point in points
        ],
        "mode": "markers",
        "marker": {
            "symbol": [_SYMBOLS[point.place] for point in points],
            "size": [14 if point.place else 9 for point in points],
            "opacity": [1 if point.place else 0.55 for point in points],
            "color": colour_of(found.brand),
            "line": {"width": 2, "color": colour_of(found.brand)},
        },
        "hovertemplate": "%{text}<extra></extra>",
    }


def say_place(place: FunnelPlace) -> str:
    """Say where a channel lies in words."""
    return _WORDS[place]


def _names(points: Sequence[ChannelPoint], most: int, room: float) -> list[dict[str, Any]]:
    """Name the channels furthest outside, on the side where there is room, and none over another."""
    labels: list[dict[str, Any]] = []
    outside = [point for point in points if point.place]
    for point in sorted(outside, key=lambda point: (-abs(point.place), point.value.percent or 0)):
        height = point.value.percent or 0.0
        if len(labels) == _MOST_LABELS:
            break
        if any(abs(height - label["y"]) < room for label in labels):
            continue
        is_right = point.value.visits > most * 0.55
        name = lines_of(point.channel.name, 20, 1)[0]
        side = {"xanchor": "right", "xshift": -11} if is_right else {"xanchor": "left", "xshift": 11}
        labels.append(text_at(name, point.value.visits, height, bgcolor=CLEAR, **side))
    return labels


def _percents(points: Sequence[ChannelPoint]) -> list[float]:
    return [point.value.percent or 0.0 for point in points]


def _outer(found: Funnel, points: Sequence[ChannelPoint]) -> list[float]:
    """Return how far the inner limits reach where the first channels are: the axis holds them."""
    limits = found.limits
    if limits is None:
        return [found.centre]
    fewest = min(point.value.visits for point in points)
    shown = limits.sizes >= max(fewest, 2)
    reach = [*limits.inner_low[shown][:1].tolist(), *limits.inner_high[shown][:1].tolist(), found.centre]
    return [value for value in reach if not np.isnan(value)]
