"""What the sections of Compare share: whom to set beside our own, and what stands under a chart."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.compared_evidence import choose_behind
from pages.parts.tables import show_table
from pages.parts.words import show_text
from standards.comparing.figures import Behind, Estimate, Lead
from standards.comparing.leads import SCORE_DECIMALS, SHARE_DECIMALS
from standards.comparing.sentences import points_shown, say_points
from standards.comparing.sureness import Sureness
from standards.visits import Brand

BEST = "the best competitor"


def choose_rival(rivals: Sequence[Brand]) -> int | None:
    """Ask which competitor to set beside our own brand; None is the best of them."""
    by_name = {brand.name: brand.id for brand in rivals}
    if len(by_name) < 2:
        return None
    chosen = st.selectbox("Set beside our own", [BEST, *by_name], key="compare_against", bind="query-params")
    return by_name.get(chosen or BEST)


def explain(text: str) -> None:
    """Say in small letters how something is to be read, in more contrast than a caption has."""
    show_text(text, small=True)


def show_sentences(sentences: Sequence[str]) -> None:
    """Show what a section says, one sentence after the other; they may hold names that people gave."""
    if sentences:
        show_text(" ".join(sentences))


def under_chart(
    name: str, rows: Sequence[Mapping[str, Any]], alt: str, figures: Mapping[str, Behind | None]
) -> None:
    """Show what stands under a chart: the visits behind each figure, and the same figures as a table."""
    choose_behind(name, figures)
    show_table(rows, name=name, alt=alt)


def columns_of(name: str, estimate: Estimate) -> dict[str, Any]:
    """Return a figure as columns of a table, in percent."""
    return {
        f"{name} %": _rounded(estimate.percent),
        f"{name} low %": _rounded(estimate.low),
        f"{name} high %": _rounded(estimate.high),
        f"{name} visits": estimate.visits,
    }


def columns_of_lead(lead: Lead | None) -> dict[str, Any]:
    """Return a gap as columns of a table: points of percent, own minus theirs, and how sure it is."""
    return {
        "Gap in points": _rounded(lead.points) if lead else None,
        "Gap low": _rounded(lead.low) if lead else None,
        "Gap high": _rounded(lead.high) if lead else None,
        "Sureness": say_sureness(lead),
        "More visits to settle": lead.more_visits if lead else None,
    }


def say_sureness(lead: Lead | None) -> str:
    """Say in a word how sure a gap is."""
    if lead is None:
        return ""
    return "even" if lead.is_even and lead.sureness is not Sureness.REAL else str(lead.sureness)


def say_gap(lead: Lead | None, own: Estimate, other: Estimate, *, is_score: bool) -> str:
    """Say a gap as short as it fits above its dots: `real: ours 22 points ahead`."""
    if lead is None or own.percent is None or other.percent is None:
        return ""
    points = points_shown(own, other, decimals=SCORE_DECIMALS if is_score else SHARE_DECIMALS)
    if points == 0:
        return f"{say_sureness(lead)}: level"
    return f"{say_sureness(lead)}: {'ours' if points > 0 else 'theirs'} {say_points(points)} ahead"


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 2)
