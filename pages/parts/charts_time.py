"""The chart over time: a panel a brand, one above the other, each with its own usual ups and downs."""

from collections.abc import Sequence
from datetime import date
from string import ascii_uppercase
from typing import Any

import plotly.graph_objects as go

from pages.parts.charts import (
    FAINT,
    GREY,
    MEDIUM,
    axis,
    colour_of,
    figure_of,
    marker_of,
    safe,
    say_estimate,
    tapped,
    text_at,
)
from standards.comparing.timeline import Mark, OverTime, TimeLine
from standards.comparing.trends import Period

_OWN_PIXELS, _OTHER_PIXELS, _TITLE_PIXELS, _BOTTOM_PIXELS = 150, 104, 30, 44
_MOST_TICKS = 6
_RING = 17


def time_panels(over: OverTime) -> go.Figure:
    """
    Draw each brand's line in a panel of its own, our own first, over the same time and the same scale.

    A period without a visit is a gap. Dashed lines are the limits of the usual ups and downs, a ring is a
    signal, and a letter at the top is a mark that is spelled out under the chart.
    """
    is_score = over.standard is None
    heights = [_OWN_PIXELS if line.brand.is_own else _OTHER_PIXELS for line in over.lines]
    total = sum(heights) + _TITLE_PIXELS * len(heights)
    low, high = _scale(over.lines)
    own = next((line for line in over.lines if line.brand.is_own), None)
    traces: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    axes: dict[str, Any] = {}
    top = 0.0
    for at, (line, height) in enumerate(zip(over.lines, heights, strict=True)):
        number = "" if at == 0 else str(at + 1)
        top += _TITLE_PIXELS
        domain = [max(0.0, 1 - (top + height) / total), 1 - top / total]
        axes[f"yaxis{number}"] = axis(
            range=[low, high], domain=domain, ticksuffix=" %", nticks=4, automargin=True, anchor="x"
        )
        if own and own is not line:
            traces.append(_shadow(own, f"y{number}"))
        traces += _line(over, line, at, f"y{number}")
        shapes += _limits(line, f"y{number}")
        shapes += [_mark(mark, f"y{number}") for mark in over.marks if mark.brand_id in (None, line.brand.id)]
        labels.append(_title(line, 1 - (top - _TITLE_PIXELS / 2) / total, is_score=is_score))
        top += height
    labels += [
        text_at(f"<b>{letter}</b>", mark.on.isoformat(), 1, yref="paper", yanchor="bottom", xanchor="center")
        for letter, mark in lettered(over.marks)
    ]
    layout: dict[str, Any] = {
        "height": total + _BOTTOM_PIXELS + 18,
        "margin": {"l": 8, "r": 14, "t": 18, "b": _BOTTOM_PIXELS, "pad": 0},
        "annotations": labels,
        "shapes": shapes,
        "xaxis": axis(
            showgrid=False,
            anchor=f"y{len(heights) if len(heights) > 1 else ''}",
            range=_span(over),
            **_ticks(over),
        ),
        **axes,
    }
    return figure_of(traces, **layout)


def lettered(marks: Sequence[Mark]) -> list[tuple[str, Mark]]:
    """Give marks letters in the order of their days; past Z they count on as AA, AB."""
    return [
        ((ascii_uppercase[at // 26 - 1] if at >= 26 else "") + ascii_uppercase[at % 26], mark)
        for at, mark in enumerate(marks)
    ]


def _line(over: OverTime, line: TimeLine, at: int, yaxis: str) -> list[dict[str, Any]]:
    colour, is_own, is_score = colour_of(line.brand), line.brand.is_own, over.standard is None
    points = line.points
    drawn = {
        "type": "scatter",
        "x": [point.starts_on.isoformat() for point in points],
        "y": [point.value.percent for point in points],
        "customdata": [tapped(over.behind(line, point)) for point in points],
        "text": [
            f"{_say_span(point.starts_on, point.ends_on)}<br>{say_estimate(point.value, is_score=is_score)}"
            f"{'<br>' + safe(point.signal) if point.signal else ''}"
            for point in points
        ],
        "mode": "lines+markers",
        "connectgaps": False,
        "yaxis": yaxis,
        "line": {"color": colour, "width": 3 if is_own else 2},
        "marker": marker_of(line.brand, at, 8 if is_own else 7),
        "hovertemplate": "%{text}<extra></extra>",
    }
    signals = [point for point in points if point.signal]
    if not signals:
        return [drawn]
    rings = {
        "type": "scatter",
        "x": [point.starts_on.isoformat() for point in signals],
        "y": [point.value.percent for point in signals],
        "mode": "markers",
        "yaxis": yaxis,
        "hoverinfo": "skip",
        "marker": {"symbol": "circle-open", "size": _RING, "color": colour, "line": {"width": 2.5}},
    }
    return [drawn, rings]


def _shadow(own: TimeLine, yaxis: str) -> dict[str, Any]:
    """Return our own line as a faint background of another brand's panel."""
    return {
        "type": "scatter",
        "x": [point.starts_on.isoformat() for point in own.points],
        "y": [point.value.percent for point in own.points],
        "mode": "lines",
        "connectgaps": False,
        "yaxis": yaxis,
        "opacity": 0.35,
        "hoverinfo": "skip",
        "line": {"color": colour_of(own.brand), "width": 2},
    }


def _limits(line: TimeLine, yaxis: str) -> list[dict[str, Any]]:
    shapes = []
    for limits in line.limits:
        across = {
            "type": "line",
            "yref": yaxis,
            "x0": limits.since.isoformat(),
            "x1": limits.until.isoformat(),
        }
        shapes += [
            {
                **across,
                "layer": "below",
                "y0": value,
                "y1": value,
                "line": {"color": GREY, "width": 1.2, "dash": dash},
            }
            for value, dash in ((limits.lower, "dash"), (limits.mean, "solid"), (limits.upper, "dash"))
        ]
    return shapes


def _mark(mark: Mark, yaxis: str) -> dict[str, Any]:
    on = mark.on.isoformat()
    place = {"x0": on, "x1": on, "yref": f"{yaxis} domain", "y0": 0, "y1": 1}
    return {"type": "line", "layer": "below", "line": {"color": GREY, "width": 1.5, "dash": "dot"}, **place}


def _title(line: TimeLine, y: float, *, is_score: bool) -> dict[str, Any]:
    seen = [point.value for point in line.points if point.value.percent is not None]
    last = f" · last {say_estimate(seen[-1], is_score=is_score).split(',', 1)[0]}" if seen else " · no visit"
    return text_at(
        f"<b>{safe(line.brand.name[:28])}</b>{last}",
        0,
        y,
        xref="paper",
        yref="paper",
        font={"size": MEDIUM},
    )


def _scale(lines: Sequence[TimeLine]) -> tuple[float, float]:
    """Return one scale in percent for all panels, with a little air."""
    drawn = [p.value.percent for line in lines for p in line.points if p.value.percent is not None]
    drawn += [bound for line in lines for limits in line.limits for bound in (limits.lower, limits.upper)]
    low, high = max(0.0, min(drawn, default=0.0)), min(100.0, max(drawn, default=100.0))
    air = max(4.0, (high - low) * 0.12)
    return low - air, high + air


def _span(over: OverTime) -> list[str]:
    """Return the days from the first to the last period; a mark outside them is not drawn into nothing."""
    points = over.lines[0].points
    days = [points[0].starts_on, points[-1].starts_on, *(mark.on for mark in over.marks)]
    first, last = min(days), max(days)
    air = max((last - first).days // 40, 3)
    return [
        date.fromordinal(first.toordinal() - air).isoformat(),
        date.fromordinal(last.toordinal() + air).isoformat(),
    ]


def _ticks(over: OverTime) -> dict[str, Any]:
    """Return ticks so that a phone shows at most six, each at the beginning of a period."""
    starts = [point.starts_on for point in over.lines[0].points]
    step = -(-len(starts) // _MOST_TICKS)
    shown = starts[::step]
    words = "%-d %b<br>%Y" if over.period is Period.WEEK else "%b<br>%Y"
    return {
        "tickvals": [day.isoformat() for day in shown],
        "ticktext": [day.strftime(words) for day in shown],
        "tickcolor": FAINT,
    }


def _say_span(since: date, until: date) -> str:
    return f"{since.day} {since:%b %Y} – {until.day} {until:%b %Y}"
