"""Charts as Plotly figures, each with its words (`say_…`). They let the finger scroll past on a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import floor
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go

from pages.parts.scores import say_percent
from pages.parts.words import count_of
from standards.comparing import MeanScore, MetRate, StandardGap
from standards.editions import Standard
from standards.visits import Brand

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
_SYMBOLS = ("diamond", "square", "triangle-up", "x", "star", "triangle-down", "hexagon")
_LINE_PIXELS, _DOT_PIXELS, _GAP_PIXELS = 19, 17, 18
_LABEL_CHARACTERS = 44
_GRID = "rgba(128, 140, 150, 0.2)"

# A figure is made in one go: added piece by piece, Plotly checks all earlier pieces again each time.
_LAYOUT: dict[str, Any] = {
    "dragmode": False,
    "hovermode": "closest",
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "hoverlabel": {"align": "left"},
    "showlegend": True,
}

Months = Mapping[int, Mapping[date, MeanScore]]


@dataclass(frozen=True)
class Row:
    """One standard in the chart of met-rates: how it is called, and the gap between two brands."""

    standard: Standard
    gap: StandardGap


def month_lines(months: Months, brands: Sequence[Brand]) -> go.Figure:
    """Draw each brand's mean visit score by month; a month without a visit is a gap in its line."""
    lines = []
    # Drawn last lies on top: our own line is never hidden by another.
    for at, brand in sorted(enumerate(brands), key=lambda pair: (pair[1].is_own, -pair[0])):
        by_month = months.get(brand.id, {})
        lines.append(
            {
                "type": "scatter",
                "x": list(by_month),
                "y": [mean.percent for mean in by_month.values()],
                "customdata": [count_of(mean.visits, "visit") for mean in by_month.values()],
                "name": _safe(brand.name),
                "mode": "lines+markers",
                "connectgaps": False,
                "legendrank": at,
                "opacity": 1 if brand.is_own else 0.85,
                "line": {"color": brand.colour, "width": 4 if brand.is_own else 1.5},
                "marker": _marker(brand, at),
                "hovertemplate": "%{y:.1f} % · %{customdata}<extra>%{fullData.name}</extra>",
            }
        )
    drawn = [mean.percent for by_month in months.values() for mean in by_month.values()]
    lowest = min((percent for percent in drawn if percent is not None), default=0.0)
    legend_pixels = 20 * (len(brands) // 3)
    layout = {
        "height": 360 + legend_pixels,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 70 + legend_pixels},
        "legend": _legend(y=0, yanchor="bottom"),
        "xaxis": _axis(tickformat="%b\n%Y", showgrid=False, dtick=f"M{_months_a_tick(months)}"),
        "yaxis": _axis(range=[_axis_start(lowest) - 0.8, 100.8], ticksuffix=" %", automargin=True),
    }
    return go.Figure(lines, _LAYOUT | layout)


def say_months(months: Months, brands: Sequence[Brand]) -> str:
    """Say what the lines show: from where to where each brand went."""
    said = []
    for brand in brands:
        seen = [(m, mean) for m, mean in months.get(brand.id, {}).items() if mean.percent is not None]
        if seen:
            (first, start), (last, end) = seen[0], seen[-1]
            said.append(
                f"{brand.name} {say_percent(start.percent or 0)} in {first:%B %Y}"
                + (f" and {say_percent(end.percent or 0)} in {last:%B %Y}" if last != first else "")
            )
    return f"Mean visit score by month. {'; '.join(said)}."


def met_rate_dots(rows: Sequence[Row], own: Brand | None, other: Brand | None) -> go.Figure:
    """
    Draw met-rates as dots with their intervals, ours above theirs under each standard's statement.

    The statement stands above its dots, so that a phone gives the dots its whole width; one unit of
    the upright axis is one pixel, and the chart grows with its rows.
    """
    pair = [brand for brand in (own, other) if brand]
    tops, total = _row_tops(rows, len(pair))
    labels = [
        _text("<br>".join(_safe(line) for line in _label(row)), x=0, y=-top, yanchor="top", size=14)
        for row, top in zip(rows, tops, strict=True)
    ]
    dots = []
    for at, brand in enumerate(pair):
        heights = [
            -(top + _LINE_PIXELS * len(_label(row)) + _DOT_PIXELS * (at + 0.75))
            for row, top in zip(rows, tops, strict=True)
        ]
        rates = [row.gap.own if brand is own else row.gap.other for row in rows]
        dots.append(_dots(brand, at, rates, heights))
        labels += [
            _text(
                say_share(rate.share) if rate else "none", x=1, y=height, yanchor="middle", size=13, xshift=8
            )
            for rate, height in zip(rates, heights, strict=True)
        ]
    rated = [rate for row in rows for rate in (row.gap.own, row.gap.other) if rate]
    start = _axis_start(100 * min((rate.interval.low for rate in rated), default=0.0))
    top_margin, bottom_margin = 64, 8
    layout = {
        "height": total + top_margin + bottom_margin,
        "margin": {"l": 4, "r": 52, "t": top_margin, "b": bottom_margin},
        "legend": _legend(y=1, yanchor="top"),
        "annotations": labels,
        "xaxis": _axis(range=[start - (100 - start) * 0.02, 101], ticksuffix=" %", side="top", nticks=6),
        "yaxis": _axis(range=[-total, 0], visible=False),
    }
    return go.Figure(dots, _LAYOUT | layout)


def say_rates(rows: Sequence[Row], own: Brand | None, other: Brand | None) -> str:
    """Say what the dots show: the standards where we are furthest behind and ahead."""
    against = " against ".join(brand.name for brand in (own, other) if brand)
    said = f"Met-rate of {count_of(len(rows), 'standard')}, {against}."
    gaps = [row for row in rows if row.gap.gap is not None]
    if not gaps:
        return said
    behind = min(gaps, key=lambda row: row.gap.gap or 0)
    ahead = max(gaps, key=lambda row: row.gap.gap or 0)
    if (ahead.gap.gap or 0) > 0:
        said += f" Furthest ahead in {_say_gap(ahead)}."
    if (behind.gap.gap or 0) < 0:
        said += f" Furthest behind in {_say_gap(behind)}."
    return said


def _say_gap(row: Row) -> str:
    shares = [say_share(rate.share) for rate in (row.gap.own, row.gap.other) if rate]
    return f"{row.standard.code}, {' against '.join(shares)}"


def say_share(share: float) -> str:
    """Say a met-rate (0–1) in whole percent; only what is whole is called 0 % or 100 %."""
    percent = round(100 * share)
    if percent in (0, 100) and share not in (0, 1):
        return "> 99 %" if percent else "< 1 %"
    return f"{percent} %"


def _dots(brand: Brand, at: int, rates: Sequence[MetRate | None], heights: Sequence[float]) -> dict[str, Any]:
    seen = [(rate, height) for rate, height in zip(rates, heights, strict=True) if rate]
    return {
        "type": "scatter",
        "x": [100 * rate.share for rate, _ in seen],
        "y": [height for _, height in seen],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [100 * (rate.interval.high - rate.share) for rate, _ in seen],
            "arrayminus": [100 * (rate.share - rate.interval.low) for rate, _ in seen],
            "color": brand.colour,
            "thickness": 3 if brand.is_own else 1.5,
            "width": 0,
        },
        "customdata": [
            f"{say_share(rate.share)} of {count_of(rate.visits, 'visit')}, "
            f"probably {say_share(rate.interval.low)} to {say_share(rate.interval.high)}"
            for rate, _ in seen
        ],
        "name": _safe(brand.name),
        "mode": "markers",
        "cliponaxis": False,
        "marker": _marker(brand, at, size=12 if brand.is_own else 10),
        "hovertemplate": "%{customdata}<extra>%{fullData.name}</extra>",
    }


def _text(text: str, *, x: float, y: float, yanchor: str, size: int, xshift: int = 0) -> dict[str, Any]:
    return {
        "text": text,
        "x": x,
        "xref": "paper",
        "xanchor": "left",
        "xshift": xshift,
        "y": y,
        "yanchor": yanchor,
        "align": "left",
        "showarrow": False,
        "font": {"size": size},
    }


def _label(row: Row) -> list[str]:
    """Return a standard's code, statement and no-no mark in lines that a phone can show."""
    standard = row.standard
    said = f"{standard.code}{' (no-no)' if standard.no_no else ''} · {standard.statement}"
    return wrap(said, _LABEL_CHARACTERS, max_lines=3, placeholder=" …")


def _row_tops(rows: Sequence[Row], dots: int) -> tuple[list[float], float]:
    """Return where each row begins, in pixels from the top, and how high all are together."""
    tops, at = [], 0.0
    for row in rows:
        tops.append(at)
        at += _LINE_PIXELS * len(_label(row)) + _DOT_PIXELS * dots + _GAP_PIXELS
    return tops, at


def _marker(brand: Brand, at: int, size: int = 7) -> dict[str, Any]:
    """Give every brand a shape beside its colour, so that colour is never the only sign."""
    symbol = "circle" if brand.is_own else _SYMBOLS[at % len(_SYMBOLS)]
    return {"color": brand.colour, "size": size, "symbol": symbol}


def _axis_start(lowest_percent: float) -> float:
    return max(0, 10 * floor((lowest_percent - 1) / 10))


def _axis(**settings: Any) -> dict[str, Any]:
    """Return an axis that a finger cannot drag."""
    return {"fixedrange": True, "zeroline": False, "gridcolor": _GRID, "showgrid": True, **settings}


def _months_a_tick(months: Months) -> int:
    """Return how many months lie between two ticks, so that a phone shows at most six."""
    count = max((len(by_month) for by_month in months.values()), default=0)
    return next((step for step in (1, 2, 3, 6) if count <= 6 * step), 12)


def _legend(*, y: int, yanchor: str) -> dict[str, Any]:
    place = {"orientation": "h", "x": 0, "y": y, "yref": "container", "yanchor": yanchor}
    return {**place, "itemclick": False, "itemdoubleclick": False}


def _safe(text: str) -> str:
    """Keep a person's text from being read as the HTML that Plotly understands."""
    return escape(text, quote=False)
