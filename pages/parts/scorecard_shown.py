"""A scorecard on the page: its words, its pages as they will be printed, and its figures as tables."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts.tables import show_table
from pages.parts.words import show_text
from standards.scorecards import Scorecard
from standards.scorecards.shown import (
    shown_difference,
    shown_failed,
    shown_range,
    shown_score,
    shown_share,
    shown_standard,
    shown_visits,
)
from storage.forms.look import Look
from storage.forms.pdf import draw_pages, is_printable


def show_words(card: Scorecard) -> None:
    """Say the scorecard in a few sentences."""
    headline, score = card.headline, card.headline.score
    with st.container(border=True):
        reach = shown_range(score)
        figures = [
            f"{shown_score(score.percent)}{f' ({reach})' if reach else ''}",
            shown_visits(score.visits),
            shown_failed(card),
            f"{shown_share(headline.coverage_percent)} covered",
        ]
        show_text(f"{card.subject.name} · {card.span.name}", strong=True)
        show_text(" · ".join(figures))
        if card.change:
            show_text(card.change.sentence)
        for rival in card.rivals:
            if rival.lead:
                show_text(rival.lead.sentence)
        for sentence in (*card.measured, *card.left_out):
            show_text(sentence, small=True)


def show_pages(card: Scorecard, photos: Mapping[UUID, bytes], look: Look) -> None:
    """Show the pages as they will be printed."""
    drawn = _drawn(sha256(repr((card, look)).encode()).hexdigest(), card, photos, look)
    if not is_printable(card):
        st.warning(
            "The fonts here lack some letters of these words; they are printed as “?”. Excel and CSV hold "
            "them all. The operator can add a font to the data folder.",
            icon=":material/font_download_off:",
        )
    for number, page in enumerate(drawn, 1):
        alt = escape(f"Page {number} of {len(drawn)} of the scorecard, as it is printed", quote=True)
        # Drawn into the page: a picture of Streamlit's own would lie at an address for whoever has it.
        st.html(
            f'<img src="data:image/png;base64,{b64encode(page).decode()}" alt="{alt}" '
            'style="display:block;width:100%;max-width:56rem;height:auto;margin:0 auto;'
            'border:1px solid rgba(128,128,128,0.4);border-radius:0.4rem">'
        )


@st.cache_data(ttl=600, max_entries=20, show_spinner="Setting the pages")
def _drawn(
    key: str,
    _card: Scorecard,
    _photos: Mapping[UUID, bytes],
    _look: Look,
) -> tuple[bytes, ...]:
    return draw_pages(_card, _photos, _look)


def show_figures(card: Scorecard) -> None:
    """Show the same figures as tables."""
    if card.touchpoints:
        show_table(
            [
                {
                    "Touchpoint": line.name,
                    "Of its points": shown_score(line.score.percent),
                    "Probably": shown_range(line.score),
                    "Visits": line.score.visits,
                    "Last period": shown_score(line.change.before.percent if line.change else None),
                    "Change": shown_difference(
                        line.score,
                        line.change.before if line.change else line.score,
                        line.change,
                        scores=True,
                    ),
                }
                for line in card.touchpoints
            ],
            name="scorecard_touchpoints",
            alt="Score by touchpoint",
            label="Touchpoints as a table",
        )
    show_table(
        [_standard_row(card, at) for at in range(len(card.standards))],
        name="scorecard_standards",
        alt="Each standard with its target and met-rate",
        label="Standards as a table",
    )

    _show_rivals(card)
    _show_waits(card)
    _show_trend(card)


def _show_rivals(card: Scorecard) -> None:
    if card.rivals:
        show_table(
            [
                {
                    "Competitor": line.name,
                    "Our score": shown_score(line.own.percent),
                    "Their score": shown_score(line.score.percent),
                    "Probably": shown_range(line.score),
                    "Visits": line.score.visits,
                    "Ahead by": shown_difference(line.own, line.score, line.lead, scores=True),
                    "Counted": line.where,
                }
                for line in card.rivals
            ],
            name="scorecard_rivals",
            alt="Score beside each competitor, on the standards common to all",
            label="Competitors as a table",
        )


def _show_waits(card: Scorecard) -> None:
    if card.waits:
        show_table(
            [
                {
                    "Code": line.code,
                    "Wait": line.statement,
                    "Target": line.target,
                    "By the target": shown_share(line.by_target.percent if line.by_target else None),
                    "Probably": shown_range(line.by_target) if line.by_target else "",
                    "Waits": line.waits,
                    "In words": line.sentence,
                }
                for line in card.waits
            ],
            name="scorecard_waits",
            alt="How long customers waited, against each target",
            label="Waits as a table",
        )


def _show_trend(card: Scorecard) -> None:
    if card.trend and card.trend.points:
        show_table(
            [
                {
                    "Period": point.name,
                    "Mean score": shown_score(point.value.percent),
                    "Probably": shown_range(point.value),
                    "Visits": point.value.visits,
                    "Signal": point.signal,
                }
                for point in card.trend.points
            ],
            name="scorecard_trend",
            alt="Score over time",
            label="Trend as a table",
        )


def _standard_row(card: Scorecard, at: int) -> dict[str, Any]:
    line = card.standards[at]
    row = {
        "Code": line.code,
        "Standard": line.statement,
        "Target": line.target,
        "No-no": "no-no" if line.no_no else "",
        "Met": shown_standard(line),
        "Probably": shown_range(line.rate),
        "Visits": line.rate.visits,
        "Change": shown_difference(
            line.rate, line.change.before if line.change else line.rate, line.change, scores=False
        ),
    }
    for place, rival in enumerate(card.rivals):
        theirs = line.rivals[place] if line.rivals else None
        row[rival.name] = shown_share(theirs.rate.percent if theirs else None)
        row[f"Against {rival.name}"] = (
            shown_difference(line.rate, theirs.rate, theirs.lead, scores=False) if theirs else ""
        )
    return row
