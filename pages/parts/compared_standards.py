"""Standard by standard on Compare: our own brand against one competitor, and the no-nos apart."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.parts.charts import show_chart
from pages.parts.charts_rows import Dot, Row, dot_rows
from pages.parts.compared import columns_of, columns_of_lead, explain, say_gap, show_sentences, under_chart
from standards.comparing.figures import Behind, Estimate
from standards.comparing.gaps import NoNoRow, NoNoSeen, StandardRow, StandardRows
from standards.visits import Brand

SUREST, IN_ORDER = "surest gap first", "order of the visit"
_SHOWN_FIRST = 12
_SAID_BREAKS = 5


def show_standards(found: StandardRows, brands: Sequence[Brand]) -> None:
    """Show the met-rates of every standard, ours above theirs, and how often a no-no was missed."""
    st.header("Standard by standard", anchor=False)
    show_sentences(found.sentences)
    if found.rows:
        shown = _choose_rows(found.rows)
        rows = [_row(found, row, brands) for row in shown]
        show_chart(dot_rows(rows), "standards", say_standards(found))
        explain(
            "A dot is the share of visits that met the standard where it applied; its line is where the "
            "share probably lies (95 %, Wilson). Tap a dot for the visits behind it."
        )
        _show_breaks(found.rows)
        under_chart(
            "met_rate_by_standard",
            [_table_row(found, row) for row in found.rows],
            "Met-rate by standard with interval and visits",
            {
                f"{row.standard.code} · {brand.name}: {estimate.visits} visits": behind
                for row in found.rows
                for brand, estimate, behind in _sides(found, row)
                if estimate.visits
            },
        )
    if found.no_nos:
        _show_no_nos(found, brands)


def say_standards(found: StandardRows) -> str:
    """Say what the dots show."""
    pair = " against ".join(brand.name for brand in (found.own_brand, found.other_brand) if brand)
    return f"Met-rate by standard, {pair}. {' '.join(found.sentences)}"


def _choose_rows(rows: Sequence[StandardRow]) -> Sequence[StandardRow]:
    """Ask for the order, and take the first dozen unless all are wanted."""
    order = st.segmented_control(
        "Order",
        [SUREST, IN_ORDER],
        default=SUREST,
        required=True,
        key="compare_order",
        bind="query-params",
    )
    ordered = rows if order != IN_ORDER else sorted(rows, key=lambda row: row.column)
    if len(ordered) <= _SHOWN_FIRST:
        return ordered
    every = st.toggle(f"Show all {len(ordered)} standards", key="compare_all", bind="query-params")
    return ordered if every else ordered[:_SHOWN_FIRST]


def _row(found: StandardRows, row: StandardRow, brands: Sequence[Brand]) -> Row:
    dots = tuple(
        Dot(brand, _place(brand, brands), estimate, behind, "ours" if brand.is_own else "theirs")
        for brand, estimate, behind in _sides(found, row)
    )
    note = say_gap(row.lead, row.own, row.other, is_score=False)
    return Row(f"{row.standard.code} · {row.standard.statement}", dots, (note,) if note else ())


def _sides(found: StandardRows, row: StandardRow) -> list[tuple[Brand, Estimate, Behind | None]]:
    sides = [(found.own_brand, row.own, row.behind_own), (found.other_brand, row.other, row.behind_other)]
    return [(brand, estimate, behind) for brand, estimate, behind in sides if brand]


def _place(brand: Brand, brands: Sequence[Brand]) -> int:
    return next((at for at, one in enumerate(brands) if one.id == brand.id), 0)


def _show_breaks(rows: Sequence[StandardRow]) -> None:
    """Say which standards were met by another target before some edition."""
    said = [broken for row in rows for broken in row.breaks]
    if said:
        more = f" And {len(said) - _SAID_BREAKS} more." if len(said) > _SAID_BREAKS else ""
        told = " ".join(said[:_SAID_BREAKS])
        explain(f"{told}{more}")


def _table_row(found: StandardRows, row: StandardRow) -> dict[str, Any]:
    sides: dict[str, Any] = {}
    for brand, estimate, _ in _sides(found, row):
        sides |= columns_of(brand.name, estimate)
    return {
        "Standard": row.standard.code,
        "Statement": row.standard.statement,
        "Touchpoint": row.standard.touchpoint,
        **sides,
        **columns_of_lead(row.lead),
    }


def _show_no_nos(found: StandardRows, brands: Sequence[Brand]) -> None:
    st.subheader("No-nos", anchor=False)
    rows = [
        Row(
            f"{row.standard.code} · {row.standard.statement}",
            tuple(
                Dot(
                    seen.brand,
                    _place(seen.brand, brands),
                    _with_bound(seen),
                    _behind(seen),
                    "ours" if seen.brand.is_own else "theirs",
                )
                for seen in row.seen
            ),
            tuple(seen.sentence for seen in row.seen),
        )
        for row in found.no_nos
    ]
    said = " ".join(f"{row.standard.code}. {seen.sentence}" for row in found.no_nos for seen in row.seen)
    show_chart(dot_rows(rows), "no_nos", f"How often each no-no was missed. {said}")
    explain(
        "Share of visits in which it was missed. Where it was not seen, the line shows how often it could "
        "still be."
    )
    under_chart(
        "missed_no_nos",
        [_no_no_row(row, seen) for row in found.no_nos for seen in row.seen],
        "Missed no-nos by brand",
        {
            f"{row.standard.code} · {seen.brand.name}: missed in {seen.missed} of {seen.rate.visits}": behind
            for row in found.no_nos
            for seen in row.seen
            if (behind := _behind(seen))
        },
    )


def _behind(seen: NoNoSeen) -> Behind | None:
    """Return the visits in which a no-no was missed; where it never was, all in which it was looked for."""
    if not seen.rate.visits:
        return None
    return seen.behind if seen.missed else replace(seen.behind, verdict=None)


def _with_bound(seen: NoNoSeen) -> Estimate:
    """Return the figure as drawn: what was never seen reaches up to its bound."""
    if seen.up_to_percent is None:
        return seen.rate
    return Estimate(seen.rate.visits, 0.0, 0.0, seen.up_to_percent)


def _no_no_row(row: NoNoRow, seen: NoNoSeen) -> dict[str, Any]:
    return {
        "No-no": row.standard.code,
        "Statement": row.standard.statement,
        "Brand": seen.brand.name,
        "Missed in visits": seen.missed,
        **columns_of("Missed", seen.rate),
        "Could be up to %": None if seen.up_to_percent is None else round(seen.up_to_percent, 2),
        "In words": seen.sentence,
    }
