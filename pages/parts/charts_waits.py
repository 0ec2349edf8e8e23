"""The chart of waits: which share was answered by when, brand beside brand, against the target."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from pages.parts.charts import (
    GREY,
    axis,
    colour_of,
    figure_of,
    lines_of,
    marker_of,
    safe,
    say_estimate,
    spread_apart,
    tapped,
    text_at,
)
from standards.comparing.figures import Estimate
from standards.comparing.sentences import say_share
from standards.comparing.waiting import BrandWaits, WaitRow
from standards.comparing.waits import thinned
from standards.values import say_seconds
from standards.visits import Brand

_HEIGHT, _TOP_PIXELS, _BOTTOM_PIXELS, _RIGHT_PIXELS = 320, 26, 44, 112
_LABEL_POINTS = 9.0
# So far beyond the target is drawn; what comes later is said in words.
_TARGETS_SHOWN = 4
_TICKS = 5
_ROUND_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def wait_steps(row: WaitRow, brands: Sequence[Brand]) -> go.Figure:
    """
    Draw each brand's share answered by time as steps, our own with what it probably lies between.

    A dot stands where the steps cross the target; the brand's name stands where its steps end.

    Args:
        brands: all that are shown, so that each has the same shape in every chart.
    """
    places = {brand.id: at for at, brand in enumerate(brands)}
    end = _end_of(row)
    traces: list[dict[str, Any]] = []
    labels = [
        text_at(
            f"target {safe(row.target_words)}", row.target_seconds, 1, yref="paper", yanchor="bottom",
            xanchor="center",
        )
    ]  # fmt: skip
    drawn = sorted(enumerate(row.brands), key=lambda pair: (pair[1].brand.is_own, -pair[0]))
    ends = {}
    for at, waits in drawn:
        if waits.brand.is_own:
            traces.append(_band(waits, end))
        steps, last = _steps(waits, end)
        traces.append(steps)
        ends[at] = last
        if waits.by_target:
            traces.append(_crossing(row, waits, waits.by_target, places.get(waits.brand.id, 0)))
    heights = spread_apart(list(ends.values()), _LABEL_POINTS, 0, 104)
    for at, height in zip(ends, heights, strict=True):
        name = lines_of(row.brands[at].brand.name, 13, 1)[0]
        labels.append(text_at(f"{say_share(ends[at])} {name}", 1, height, xref="paper", xshift=6))
    ticks = _ticks(end)
    target = {"x0": row.target_seconds, "x1": row.target_seconds, "yref": "paper", "y0": 0, "y1": 1}
    layout: dict[str, Any] = {
        "height": _HEIGHT,
        "margin": {"l": 8, "r": _RIGHT_PIXELS, "t": _TOP_PIXELS, "b": _BOTTOM_PIXELS, "pad": 0},
        "annotations": labels,
        "shapes": [{"type": "line", **target, "line": {"color": GREY, "width": 2, "dash": "dash"}}],
        "xaxis": axis(
            range=[0, end],
            showgrid=False,
            tickvals=ticks,
            ticktext=[say_seconds(tick) for tick in ticks],
        ),
        "yaxis": axis(range=[-2, 105], ticksuffix=" %", nticks=6, automargin=True),
    }
    return figure_of(traces, **layout)


def _steps(waits: BrandWaits, end: float) -> tuple[dict[str, Any], float]:
    """Return the line of one brand, and how many percent were answered at its end."""
    seconds, percents = _until(waits, end, "answered_share")
    brand = waits.brand
    said = lines_of(brand.name, 40, 1)[0]
    line = {
        "type": "scatter",
        "x": seconds,
        "y": percents,
        "customdata": [tapped(waits.behind)] * len(seconds),
        "text": [
            f"{said}: {say_share(p)} within {say_seconds(s)}" for s, p in zip(seconds, percents, strict=True)
        ],
        "mode": "lines",
        "line": {
            "shape": "hv",
            "color": colour_of(brand),
            "width": 3.5 if brand.is_own else 2,
            "dash": "solid" if brand.is_own else "dot",
        },
        "hovertemplate": "%{text}<extra></extra>",
    }
    return line, percents[-1]


def _band(waits: BrandWaits, end: float) -> dict[str, Any]:
    """Return what the share probably lies between, as a band."""
    seconds, lows = _until(waits, end, "low")
    _, highs = _until(waits, end, "high")
    return {
        "type": "scatter",
        "x": [*_stairs(seconds)[0], *reversed(_stairs(seconds)[0])],
        "y": [*_stairs(seconds, highs)[1], *reversed(_stairs(seconds, lows)[1])],
        "mode": "lines",
        "fill": "toself",
        "line": {"width": 0, "color": colour_of(waits.brand)},
        "fillcolor": "rgba(0, 114, 178, 0.16)",
        "hoverinfo": "skip",
    }


def _stairs(seconds: Sequence[float], values: Sequence[float] = ()) -> tuple[list[float], list[float]]:
    """Return the corners of steps: each value holds until the next moment."""
    across = [seconds[0], *(s for later in seconds[1:] for s in (later, later))]
    up = [v for value in values for v in (value, value)][:-1]
    return across, up


def _until(waits: BrandWaits, end: float, what: str) -> tuple[list[float], list[float]]:
    """Return moments from 0 to where the curve, or the chart, ends, with a share in percent at each."""
    curve = thinned(waits.curve)
    shown = curve.seconds <= end
    shares = np.concatenate(([0.0], 100 * getattr(curve, what)[shown]))
    seconds = np.concatenate(([0.0], curve.seconds[shown]))
    last = min(end, max(curve.longest_seconds, float(seconds[-1])))
    return [*seconds.tolist(), last], [*shares.tolist(), float(shares[-1])]


def _crossing(row: WaitRow, waits: BrandWaits, by_target: Estimate, at: int) -> dict[str, Any]:
    """Return the dot where a brand's steps cross the target."""
    name = lines_of(waits.brand.name, 40, 1)[0]
    return {
        "type": "scatter",
        "x": [row.target_seconds],
        "y": [by_target.percent],
        "customdata": [tapped(waits.behind)],
        "text": [f"{name} by the target: {say_estimate(by_target, is_score=False)}"],
        "mode": "markers",
        "marker": marker_of(waits.brand, at, 12 if waits.brand.is_own else 10),
        "hovertemplate": "%{text}<extra></extra>",
    }


def _end_of(row: WaitRow) -> float:
    longest = max(waits.curve.longest_seconds for waits in row.brands)
    return max(row.target_seconds * 1.25, min(longest, row.target_seconds * _TARGETS_SHOWN), 1.0)


def _ticks(end: float) -> list[float]:
    """Return round moments, at most six of them, so that a phone can show each."""
    days = (86400.0 * step for step in (1, 2, 5, 7, 14, 28))
    step = next((s for s in (*_ROUND_SECONDS, *days) if end / s <= _TICKS), end / _TICKS)
    return [step * at for at in range(int(end / step) + 1)]
