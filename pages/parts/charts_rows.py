"""Charts of rows: figures as dots with what they probably lie between, under the words they are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor
from typing import Any

import plotly.graph_objects as go

from pages.parts.charts import (
    CLEAR,
    LIT,
    MEDIUM,
    SMALL,
    axis,
    colour_of,
    figure_of,
    interval_bars,
    lines_of,
    marker_of,
    say_estimate,
    tapped,
    text_at,
)
from standards.comparing.figures import Behind, Estimate
from standards.comparing.sentences import say_score, say_share
from standards.visits import Brand

_TITLE_CHARACTERS, _NOTE_CHARACTERS = 46, 52
_TITLE_PIXELS, _NOTE_PIXELS, _DOT_PIXELS, _GAP_PIXELS = 19, 18, 19, 16
_TOP_PIXELS, _BOTTOM_PIXELS = 30, 8
_VALUE_PIXELS = 8


@dataclass(frozen=True)
class Dot:
    """One figure of one brand; `said` stands beside it, `at` gives the brand its shape."""

    brand: Brand
    at: int
    estimate: Estimate
    behind: Behind | None
    said: str


@dataclass(frozen=True)
class Row:
    """Dots under what they are about; `notes` stand under the title, and `is_lit` marks the row."""

    title: str
    dots: tuple[Dot, ...]
    notes: tuple[str, ...] = ()
    is_lit: bool = False


def dot_rows(
    rows: Sequence[Row], *, is_score: bool = False, is_joined: bool = False, right_pixels: int = 96
) -> go.Figure:
    """
    Draw rows from top to bottom, each with its dots one above the other.

    The words stand above their dots, so that a phone gives the dots its whole width; one unit of the
    upright axis is one pixel, and the chart grows with its rows.

    Args:
        is_score: figures are scores, said with a decimal.
        is_joined: a line joins the dots of each brand from row to row.
        right_pixels: room for what stands beside the dots.
    """
    placed, total = _placed(rows)
    left, right = _range_of([dot.estimate for row in rows for dot in row.dots])
    labels = [text_at(line, 0, -y, **_paper(size), **back) for line, y, size, back in _words(rows, placed)]
    by_brand = sorted(
        ((dot, y) for row, top in zip(rows, placed, strict=True) for dot, y in _dots_of(row, top)),
        key=lambda pair: (pair[0].brand.is_own, pair[0].at),
    )
    traces = []
    for _, group in groupby(by_brand, key=lambda pair: pair[0].at):
        dots = list(group)
        traces.append(_trace(dots, is_score=is_score, is_joined=is_joined))
        labels += [
            text_at(_value(dot, is_score=is_score), 1, -y, **_paper(SMALL, xshift=_VALUE_PIXELS))
            for dot, y in dots
        ]
    layout = {
        "height": int(total + _TOP_PIXELS + _BOTTOM_PIXELS),
        "margin": {"l": 4, "r": right_pixels, "t": _TOP_PIXELS, "b": _BOTTOM_PIXELS, "pad": 0},
        "annotations": labels,
        "shapes": [_light(row, top) for row, top in zip(rows, placed, strict=True) if row.is_lit],
        "xaxis": axis(range=[left, right], ticksuffix=" %", side="top", nticks=6),
        "yaxis": axis(range=[-total, 0], visible=False),
    }
    return figure_of(traces, **layout)


def _placed(rows: Sequence[Row]) -> tuple[list[float], float]:
    """Return where each row begins, in pixels from the top, and how high all are together."""
    tops, at = [], 4.0
    for row in rows:
        tops.append(at)
        at += _words_pixels(row) + _DOT_PIXELS * len(row.dots) + _GAP_PIXELS
    return tops, at


def _lines_of(row: Row) -> list[tuple[str, int, int]]:
    """Return a row's lines of words, each with its size and its height in pixels."""
    title = lines_of(row.title, _TITLE_CHARACTERS)
    words = [(f"<b>{line}</b>", MEDIUM, _TITLE_PIXELS) for line in title[:1]]
    words += [(line, MEDIUM, _TITLE_PIXELS) for line in title[1:]]
    notes = [line for note in row.notes for line in lines_of(note, _NOTE_CHARACTERS, 2)]
    return words + [(line, SMALL, _NOTE_PIXELS) for line in notes]


def _words_pixels(row: Row) -> int:
    return sum(pixels for _, _, pixels in _lines_of(row))


def _words(rows: Sequence[Row], tops: Sequence[float]) -> list[tuple[str, float, int, dict[str, str]]]:
    """Return each line of words, where its middle stands, its size, and what is behind it."""
    said: list[tuple[str, float, int, dict[str, str]]] = []
    for row, top in zip(rows, tops, strict=True):
        at = top
        for line, size, pixels in _lines_of(row):
            said.append((line, at + pixels / 2, size, {"bgcolor": CLEAR} if row.is_lit else {}))
            at += pixels
    return said


def _dots_of(row: Row, top: float) -> list[tuple[Dot, float]]:
    return [(dot, top + _words_pixels(row) + _DOT_PIXELS * (at + 0.5)) for at, dot in enumerate(row.dots)]


def _trace(dots: Sequence[tuple[Dot, float]], *, is_score: bool, is_joined: bool) -> dict[str, Any]:
    brand, at = dots[0][0].brand, dots[0][0].at
    seen = [(dot, y) for dot, y in dots if dot.estimate.percent is not None]
    estimates = [dot.estimate for dot, _ in seen]
    colour = colour_of(brand)
    return {
        "type": "scatter",
        "x": [estimate.percent for estimate in estimates],
        "y": [-y for _, y in seen],
        "error_x": interval_bars(estimates, colour, 3 if brand.is_own else 1.5),
        "customdata": [tapped(dot.behind) for dot, _ in seen],
        "text": [
            f"{said}: {say_estimate(dot.estimate, is_score=is_score)}"
            for dot, _ in seen
            for said in lines_of(dot.brand.name, 40, 1)
        ],
        "mode": "lines+markers" if is_joined else "markers",
        "line": {
            "color": colour,
            "width": 2 if brand.is_own else 1,
            "dash": "solid" if brand.is_own else "dot",
        },
        "cliponaxis": False,
        "marker": marker_of(brand, at, 12 if brand.is_own else 10),
        "hovertemplate": "%{text}<extra></extra>",
    }


def _value(dot: Dot, *, is_score: bool) -> str:
    percent = dot.estimate.percent
    value = "none" if percent is None else say_score(percent) if is_score else say_share(percent)
    said = lines_of(dot.said, 16, 1)
    return f"{value} {said[0]}" if said else value


def _range_of(estimates: Sequence[Estimate]) -> tuple[float, float]:
    """Return an axis in percent that holds every interval, with a little air for the dots themselves."""
    lows = [e.percent if e.low is None else e.low for e in estimates if e.percent is not None]
    highs = [e.percent if e.high is None else e.high for e in estimates if e.percent is not None]
    start = max(0, 10 * floor((min(lows, default=0.0) - 1) / 10))
    end = min(100, 10 * ceil((max(highs, default=100.0) + 1) / 10))
    air = (end - start) * 0.02
    return start - air, end + air


def _light(row: Row, top: float) -> dict[str, Any]:
    """Return a band of light behind a row."""
    bottom = top + _words_pixels(row) + _DOT_PIXELS * len(row.dots) + 4
    place = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": -top + 4, "y1": -bottom}
    return {"type": "rect", "layer": "below", "line": {"width": 0}, "fillcolor": LIT, **place}


def _paper(size: int, xshift: int = 0) -> dict[str, Any]:
    return {"xref": "paper", "xshift": xshift, "font": {"size": size}}
