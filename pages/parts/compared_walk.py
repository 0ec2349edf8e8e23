"""The walk on Compare: touchpoints in the order a customer meets them, ours above theirs."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts.charts import show_chart
from pages.parts.charts_rows import Dot, Row, dot_rows
from pages.parts.compared import columns_of, columns_of_lead, explain, say_gap, show_sentences, under_chart
from standards.comparing.figures import Behind, Estimate
from standards.comparing.walk import Walk, WalkStep
from standards.visits import Brand

_WEAKEST = "our weakest link"


def show_walk(found: Walk, brands: Sequence[Brand]) -> None:
    """Show how both brands do from the first to the last impression; our weakest link is lit."""
    st.header("The walk", anchor=False)
    show_sentences(found.sentences)
    if not found.steps:
        return
    rows = [_row(found, step, brands) for step in found.steps]
    show_chart(dot_rows(rows, is_score=True, is_joined=True, right_pixels=112), "walk", say_walk(found))
    explain(
        "From the first impression at the top to the last at the bottom: the mean share of points earned at "
        "each touchpoint, with where it probably lies (95 %). Tap a dot for the visits behind it."
    )
    under_chart(
        "score_by_touchpoint",
        [_table_row(found, step) for step in found.steps],
        "Mean share of points by touchpoint",
        {
            f"{step.touchpoint} · {brand.name}: {estimate.visits} visits": behind
            for step in found.steps
            for brand, estimate, behind in _sides(found, step)
            if estimate.visits
        },
    )


def say_walk(found: Walk) -> str:
    """Say what the walk shows, step by step."""
    return f"The walk, touchpoint by touchpoint. {' '.join(step.sentence for step in found.steps)}"


def _row(found: Walk, step: WalkStep, brands: Sequence[Brand]) -> Row:
    places = {brand.id: at for at, brand in enumerate(brands)}
    dots = tuple(
        Dot(brand, places.get(brand.id, 0), estimate, behind, "ours" if brand.is_own else "theirs")
        for brand, estimate, behind in _sides(found, step)
    )
    said = [_WEAKEST if step.is_weakest else "", say_gap(step.lead, step.own, step.other, is_score=True)]
    note = " · ".join(part for part in said if part)
    return Row(step.touchpoint, dots, (note,) if note else (), is_lit=step.is_weakest)


def _sides(found: Walk, step: WalkStep) -> list[tuple[Brand, Estimate, Behind | None]]:
    sides = [(found.own_brand, step.own, step.behind_own), (found.other_brand, step.other, step.behind_other)]
    return [(brand, estimate, behind) for brand, estimate, behind in sides if brand]


def _table_row(found: Walk, step: WalkStep) -> dict[str, Any]:
    sides: dict[str, Any] = {}
    for brand, estimate, _ in _sides(found, step):
        sides |= columns_of(brand.name, estimate)
    return {
        "Touchpoint": step.touchpoint,
        "Standards": step.standards,
        **sides,
        **columns_of_lead(step.lead),
        "Weakest": _WEAKEST if step.is_weakest else "",
    }
