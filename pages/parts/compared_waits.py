"""Waits on Compare: which share was answered by when, and how many never were."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts.charts import show_chart
from pages.parts.charts_waits import wait_steps
from pages.parts.compared import explain, under_chart
from pages.parts.words import show_text
from standards.comparing.waiting import WaitRow
from standards.comparing.waits import thinned
from standards.values import say_seconds
from standards.visits import Brand

_MOST_MOMENTS = 60


def show_waits(found: Sequence[WaitRow], brands: Sequence[Brand]) -> None:
    """Show one wait at a time: the steps of each brand against the target."""
    st.header("Waits", anchor=False)
    if not found:
        explain("No wait was timed in these visits. A standard with the measure duration shows here.")
        return
    row = _choose_wait(found)
    show_text(f"{row.standard.code} · {row.standard.statement}", strong=True)
    show_text(row.sentence)
    show_chart(wait_steps(row, brands), "waits", say_wait_row(row))
    explain(
        "A line is the share of waits answered by then. A wait that was given up counts as waiting until it "
        "was (Kaplan–Meier), never as answered. The band is where our own line probably lies (95 %)."
    )
    under_chart(
        "waits",
        _table_rows(row),
        "Share of waits answered by time and brand",
        {
            f"{one.standard.code} · {waits.brand.name}: {waits.curve.waits} waits": waits.behind
            for one in found
            for waits in one.brands
        },
    )


def say_wait_row(row: WaitRow) -> str:
    """Say what the steps show."""
    return f"Share of waits answered by time. {row.sentence}"


def _choose_wait(found: Sequence[WaitRow]) -> WaitRow:
    by_code = {row.standard.code: row for row in found}
    if len(by_code) < 2:
        return found[0]
    chosen = st.selectbox("Which wait", list(by_code), key="compare_wait", bind="query-params")
    return by_code.get(chosen or "", found[0])


def _table_rows(row: WaitRow) -> list[dict[str, Any]]:
    """Return the steps of every brand, at no more moments than can be read."""
    return [
        {
            "Standard": row.standard.code,
            "Brand": waits.brand.name,
            "Within": say_seconds(seconds),
            "Seconds": seconds,
            "Answered %": round(100 * share, 2),
            "Answered low %": round(100 * low, 2),
            "Answered high %": round(100 * high, 2),
            "Still waiting": at_risk,
            "Waits": waits.curve.waits,
            "Given up": waits.curve.open_waits,
        }
        for waits in row.brands
        for curve in [thinned(waits.curve, at_most=_MOST_MOMENTS)]
        for seconds, share, low, high, at_risk in zip(
            curve.seconds.tolist(),
            curve.answered_share.tolist(),
            curve.low.tolist(),
            curve.high.tolist(),
            curve.at_risk.tolist(),
            strict=True,
        )
    ]
