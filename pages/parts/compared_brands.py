"""Brands on Compare: the answer first, then each brand's score, in all and by kind of channel."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.charts import show_chart
from pages.parts.charts_rows import Dot, Row, dot_rows
from pages.parts.compared import columns_of, columns_of_lead, explain, show_sentences, under_chart
from pages.parts.words import show_text
from standards.comparing.answer import ShortAnswer
from standards.comparing.brands import BrandRows
from standards.comparing.figures import Adjusted, Behind
from standards.comparing.leads import SCORE_DECIMALS
from standards.comparing.sentences import points_shown

# In each kind of channel, so many brands are drawn; the table holds all of them.
_BRANDS_A_KIND = 7
_BRANDS_IN_WORDS = 8
_ALL_CHANNELS = "All channels"
_NAME_PIXELS = 150


def show_answer(answer: ShortAnswer) -> None:
    """Show the few sentences a manager opens the page for."""
    with st.container(border=True, gap="small"):
        first, *rest = answer.sentences
        show_text(first, strong=True)
        for said in rest:
            show_text(said)
        if answer.adjusted and answer.lead:
            _show_adjusted(answer, answer.adjusted)


def _show_adjusted(answer: ShortAnswer, adjusted: Adjusted) -> None:
    """Show the gap as visited and as the same shoppers would have seen it, side by side."""
    # The difference of the figures as shown: a reader who subtracts must find the same.
    raw_points = points_shown(answer.own_score, answer.rival_score, decimals=SCORE_DECIMALS)
    with st.container(horizontal=True, wrap=False, gap="medium"):
        for title, points, low, high in (
            ("As visited", raw_points, adjusted.raw_low, adjusted.raw_high),
            ("Adjusted for who visited", adjusted.points, adjusted.low, adjusted.high),
        ):
            with st.container(gap=None):
                explain(title)
                st.markdown(f"**{_say_points(points)}**  \n:small[{_say_between(low, high)}]")
    show_text(adjusted.sentence, small=True)


def _say_points(points: float | None) -> str:
    if points is None:
        return "too little overlap"
    return f"{points:+.1f} points".replace("-", "−") if round(points, 1) else "level"


def _say_between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return f"probably {low:+.1f} to {high:+.1f}".replace("-", "−")


def show_brands(found: BrandRows, adjusted: Mapping[int, Adjusted], answer: ShortAnswer) -> None:
    """
    Show each brand's score with what it probably lies between, and our gap to each competitor.

    Args:
        adjusted: by competitor, the gap as the same shoppers would have seen it; empty where nobody asked.
        answer: what was said above already, and is not said again.
    """
    st.header("Brands", anchor=False)
    show_sentences([said for said in found.sentences if said not in answer.sentences])
    if not any(row.score.visits for row in found.rows):
        return
    show_chart(dot_rows(_rows(found), is_score=True, right_pixels=_NAME_PIXELS), "brands", say_brands(found))
    explain(
        "A dot is the mean score over the standards all brands are asked; its line is where it probably "
        "lies (95 %). Tap a dot for the visits behind it."
    )
    for row in found.rows:
        if row.lead and len(found.rows) <= _BRANDS_IN_WORDS:
            corrected = adjusted[row.brand.id].sentence if row.brand.id in adjusted else ""
            show_text(f"{row.brand.name} · {row.lead.sentence} {corrected}".strip(), small=True)
    under_chart(
        "score_by_brand",
        _table(found, adjusted),
        "Mean visit score by brand and kind of channel",
        _behind(found),
    )


def say_brands(found: BrandRows) -> str:
    """Say what the chart shows."""
    return f"Mean visit score of each brand. {' '.join(row.sentence for row in found.rows)}"


def _rows(found: BrandRows) -> list[Row]:
    numbered = list(enumerate(found.rows))
    rows = [
        Row(_ALL_CHANNELS, tuple(Dot(r.brand, at, r.score, r.behind, r.brand.name) for at, r in numbered))
    ]
    if len(found.kinds) < 2:
        return rows
    own = [pair for pair in numbered if pair[1].brand.is_own]
    others = sorted((p for p in numbered if not p[1].brand.is_own), key=lambda p: -p[1].score.visits)
    shown = sorted([*own, *others[: _BRANDS_A_KIND - len(own)]], key=lambda pair: pair[0])
    for place, kind in enumerate(found.kinds):
        dots = tuple(
            Dot(row.brand, at, row.by_kind[place].score, row.by_kind[place].behind, row.brand.name)
            for at, row in shown
            if row.by_kind[place].score.visits
        )
        rows.append(Row(str(kind), dots))
    return rows


def _table(found: BrandRows, adjusted: Mapping[int, Adjusted]) -> list[dict[str, Any]]:
    rows = []
    for row in found.rows:
        everywhere = {"Brand": row.brand.name, "Channels": "all", **columns_of("Score", row.score)}
        gap = {**columns_of_lead(row.lead), **_adjusted_columns(adjusted.get(row.brand.id), adjusted)}
        rows.append({**everywhere, "Failed visits": row.failed, **gap})
        if len(found.kinds) > 1:
            rows += [
                {
                    "Brand": row.brand.name,
                    "Channels": str(one.kind),
                    **columns_of("Score", one.score),
                    "Failed visits": None,
                    **columns_of_lead(one.lead),
                    **_adjusted_columns(None, adjusted),
                }
                for one in row.by_kind
                if one.score.visits
            ]
    return rows


def _adjusted_columns(one: Adjusted | None, asked: Mapping[int, Adjusted]) -> dict[str, Any]:
    if not asked:
        return {}
    points = (one.points, one.low, one.high) if one else (None, None, None)
    names = ("Adjusted gap", "Adjusted low", "Adjusted high")
    return {name: None if p is None else round(p, 2) for name, p in zip(names, points, strict=True)}


def _behind(found: BrandRows) -> dict[str, Behind | None]:
    figures: dict[str, Behind | None] = {}
    for row in found.rows:
        if row.score.visits:
            figures[f"{row.brand.name}: all {row.score.visits} visits"] = row.behind
        if row.failed:
            figures[f"{row.brand.name}: {row.failed} failed by a no-no"] = row.behind_failed
        if len(found.kinds) > 1:
            for one in row.by_kind:
                if one.score.visits:
                    figures[f"{row.brand.name}, {one.kind}: {one.score.visits} visits"] = one.behind
    return figures
