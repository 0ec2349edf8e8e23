"""What all charts share: Plotly figures that let the finger scroll past, and whose dots can be tapped."""

from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.lib.streamlit_plotly_theme import BG_COLOR, GRAY_90

from pages.parts.compared_behind import write_behind
from standards.comparing.figures import Behind, Estimate
from standards.comparing.sentences import say_range, say_score, say_share, say_visits
from standards.visits import Brand
from storage.brands import OWN_COLOUR

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}
# Charts under such a key tell which of their dots was tapped (`chart_taps`).
TAPPED_KEY = "compare_chart"
GREY, FAINT = "rgba(128, 140, 150, 0.9)", "rgba(128, 140, 150, 0.2)"
LIT, CLEAR = "rgba(230, 159, 0, 0.22)", "rgba(0, 0, 0, 0)"
SMALL, MEDIUM = 13, 14
_SYMBOLS = ("diamond", "square", "triangle-up", "x", "star", "triangle-down", "hexagon")

# A figure is made in one go: added piece by piece, Plotly checks all earlier pieces again each time.
_LAYOUT: dict[str, Any] = {
    "dragmode": False,
    "clickmode": "event",
    "hovermode": "closest",
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    # Streamlit's names for the theme's own colours: its browser part fills in the light or the dark ones.
    "font": {"color": GRAY_90},
    "hoverlabel": {"align": "left", "font": {"color": GRAY_90}},
    "showlegend": False,
}


def figure_of(traces: Sequence[dict[str, Any]], **layout: Any) -> go.Figure:
    """Return a figure of traces; it grows with its content and cannot be dragged or zoomed."""
    return go.Figure(list(traces), _LAYOUT | layout)


def show_chart(figure: go.Figure, name: str, alt: str) -> None:
    """Show a figure whose dots open the visits behind them; `alt` says in words what is to be seen."""
    st.plotly_chart(figure, key=f"{TAPPED_KEY}_{name}", config=CONFIG, alt=alt)


def axis(**settings: Any) -> dict[str, Any]:
    """Return an axis that a finger cannot drag."""
    ticks = {"size": SMALL, "color": GRAY_90}
    return {
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": FAINT,
        "showgrid": True,
        "tickfont": ticks,
        **settings,
    }


def marker_of(brand: Brand, at: int, size: int) -> dict[str, Any]:
    """Give every brand a shape beside its colour, so that colour is never the only sign."""
    if brand.is_own:
        return {"color": OWN_COLOUR, "size": size, "symbol": "circle"}
    # Some colours that everybody can tell apart are light: a rim makes them stand out from a white page.
    rim = {"width": 1, "color": GRAY_90}
    return {"color": brand.colour, "size": size, "symbol": _SYMBOLS[at % len(_SYMBOLS)], "line": rim}


def colour_of(brand: Brand) -> str:
    """Return a brand's colour; our own always has the same strong one."""
    return OWN_COLOUR if brand.is_own else brand.colour


def text_at(text: str, x: Any, y: Any, **settings: Any) -> dict[str, Any]:
    """Return a text on a chart, escaped already, its left end where it is put unless told otherwise."""
    return {
        "text": text,
        "x": x,
        "y": y,
        "xanchor": "left",
        "yanchor": "middle",
        "align": "left",
        "showarrow": False,
        "font": {"size": SMALL},
        # Words stay readable where a line passes behind them.
        "bgcolor": BG_COLOR,
        "borderpad": 0,
        **settings,
    }


def safe(text: str) -> str:
    """Keep a person's text from being read as the HTML that Plotly understands."""
    return escape(text, quote=False)


def lines_of(text: str, characters: int, most: int = 3) -> list[str]:
    """Break a person's text into lines a phone can show, each escaped."""
    return [safe(line) for line in wrap(text, characters, max_lines=most, placeholder=" …")]


def tapped(behind: Behind | None) -> str | None:
    """Return what a dot hands over when it is tapped: the visits behind it."""
    return write_behind(behind) if behind else None


def say_estimate(estimate: Estimate, *, is_score: bool) -> str:
    """Say a figure, what it probably lies between, and its visits, as shown beside a dot under the finger."""
    if estimate.percent is None:
        return "no visit"
    said = say_score(estimate.percent) if is_score else say_share(estimate.percent)
    return ", ".join(part for part in (said, say_range(estimate), say_visits(estimate.visits)) if part)


def interval_bars(estimates: Sequence[Estimate], colour: str, thickness: float) -> dict[str, Any]:
    """Return the intervals of figures as bars to both sides; none where it is not known."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [_reach(one.percent, one.high) for one in estimates],
        "arrayminus": [_reach(one.percent, one.low) for one in estimates],
        "color": colour,
        "thickness": thickness,
        "width": 0,
    }


def _reach(percent: float | None, bound: float | None) -> float:
    return 0.0 if percent is None or bound is None else abs(bound - percent)


def spread_apart(heights: Sequence[float], gap: float, lowest: float, highest: float) -> list[float]:
    """Move labels as little as needed, so that no two stand closer than `gap`; the order stays."""
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    placed: dict[int, float] = {}
    floor = lowest
    for at in order:
        placed[at] = max(heights[at], floor)
        floor = placed[at] + gap
    ceiling = highest
    for at in reversed(order):
        placed[at] = min(placed[at], ceiling)
        ceiling = placed[at] - gap
    return [placed[at] for at in range(len(heights))]
