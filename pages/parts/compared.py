"""What the Compare page lists: rows of its tables, the rival it sets beside us, the standards it shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.answers import NO_SCORE
from pages.parts.charts import Months, Row
from pages.parts.words import count_of, plain
from standards.changes import history_breaks
from standards.comparing import MeanScore, MetRate, best_of, standard_gaps, widest_first
from standards.editions import Edition, Standard
from standards.measuring import Measure
from standards.visits import Brand
from storage.comparing import Compared

SHOWN_FIRST = 12
SAID_BREAKS = 5
BEST = "the best competitor"
# In pixels, so that the figures stay in sight on a phone however long a brand's name is.
BRAND_COLUMNS = {
    "Brand": st.column_config.TextColumn("Brand", width=136),
    "Score": st.column_config.NumberColumn("Score", format="%.1f %%", width=72),
    "Visits": st.column_config.NumberColumn("Visits", width=60),
    "Failed": st.column_config.NumberColumn("Failed", width=60),
}
WIDEST, IN_ORDER = "widest gap first", "order of the visit"


def brand_rows(means: Mapping[int, MeanScore], brands: Sequence[Brand]) -> list[dict[str, Any]]:
    """Return a row a brand: mean score, visits and failed visits."""
    return [
        {
            "Brand": f"{brand.name} (our own)" if brand.is_own else brand.name,
            "Score": (mean := means.get(brand.id, NO_SCORE)).percent,
            "Visits": mean.visits,
            "Failed": mean.failed,
        }
        for brand in brands
    ]


def show_brands(means: Mapping[int, MeanScore], brands: Sequence[Brand], compared: Compared) -> None:
    """Show the table of the brands, and how many visits stand behind it."""
    st.space("small")
    st.dataframe(
        brand_rows(means, brands),
        hide_index=True,
        key="compare_brands_table",
        alt="Mean visit score, visits and failed visits by brand",
        column_config=BRAND_COLUMNS,
    )
    left_out = (
        f" {count_of(compared.incomplete, 'incomplete visit')} left out." if compared.incomplete else ""
    )
    st.caption(
        f"{count_of(compared.complete, 'complete visit')}, compared over the standards that all brands are "
        f"asked.{left_out} Failed: a no-no was missed; it takes no points away."
    )


def month_rows(months: Months, brands: Sequence[Brand]) -> list[dict[str, Any]]:
    """Return a row a month and brand with a visit, as drawn."""
    named = {brand.id: brand.name for brand in brands}
    all_months = next(iter(months.values()), {})
    return [
        {
            "Month": f"{month:%Y-%m}",
            "Brand": named[brand_id],
            "Score": round(mean.percent, 4),
            "Visits": mean.visits,
            "Failed": mean.failed,
        }
        for month in all_months
        for brand_id in named
        if (mean := months.get(brand_id, {}).get(month, NO_SCORE)).percent is not None
    ]


def choose_rival(means: Mapping[int, MeanScore], rivals: Sequence[Brand]) -> Brand | None:
    """Ask which competitor to set beside our own brand: the best of them unless another is chosen."""
    by_name = {brand.name: brand for brand in rivals if brand.id in means}
    best_id = best_of(means, [brand.id for brand in rivals])
    if not by_name:
        return None
    best = next((brand for brand in rivals if brand.id == best_id), next(iter(by_name.values())))
    if len(by_name) == 1:
        return best
    chosen = st.selectbox(
        "Set beside our own",
        [BEST, *by_name],
        key="compare_against",
        bind="query-params",
    )
    return by_name.get(chosen or BEST, best)


def named_gaps(
    rates: Mapping[tuple[str, Measure], Mapping[int, MetRate]],
    editions: Sequence[Edition],
    own: Brand | None,
    rival: Brand | None,
) -> list[Row]:
    """Set two brands side by side, each standard worded as its newest edition has it."""
    worded: dict[tuple[str, Measure], Standard] = {}
    for edition in editions:
        for standard in edition.standards:
            worded.setdefault((standard.code, standard.measure), standard)
    gaps = standard_gaps(rates, own.id if own else None, rival.id if rival else None)
    return [Row(worded[gap.code, gap.measure], gap) for gap in gaps]


def choose_rows(rows: Sequence[Row]) -> list[Row]:
    """Ask for the order, and take the first dozen unless all are wanted."""
    order = st.segmented_control(
        "Order",
        [WIDEST, IN_ORDER],
        default=WIDEST,
        required=True,
        key="compare_order",
        bind="query-params",
    )
    found = list(rows)
    if order != IN_ORDER:
        by_gap = {id(row.gap): row for row in rows}
        found = [by_gap[id(gap)] for gap in widest_first(row.gap for row in rows)]
    if len(found) <= SHOWN_FIRST:
        return found
    every = st.toggle(f"Show all {len(found)} standards", key="compare_all", bind="query-params")
    return found if every else found[:SHOWN_FIRST]


def explain_rates(rows: Sequence[Row], editions: Sequence[Edition]) -> None:
    """Say what the dots are, and whose met-rate spans an edition that moved its target."""
    st.caption(
        "A dot is the share of visits that met the standard where it applied; its line is the 95 % interval "
        "(Wilson): the fewer visits, the longer. Where lines overlap, the gap may be chance."
    )
    broken = say_breaks(rows, editions)
    if broken:
        st.caption(f":material/content_cut: {plain(broken)}")


def say_breaks(rows: Sequence[Row], editions: Sequence[Edition]) -> str:
    """Say which standards were met by another target before some edition; empty where none was."""
    said = [
        f"{row.standard.code} from edition {found.edition_number} ({found.change.kind}: "
        f"{found.change.before} → {found.change.after})"
        for row in rows
        for found in history_breaks(editions, row.standard.code)
        if found.measure is row.standard.measure
    ]
    if not said:
        return ""
    more = f", and {len(said) - SAID_BREAKS} more" if len(said) > SAID_BREAKS else ""
    return f"Breaks, where met before and met after are not the same: {'; '.join(said[:SAID_BREAKS])}{more}."


def rate_rows(rows: Sequence[Row], own: Brand | None, rival: Brand | None) -> list[dict[str, Any]]:
    """Return a row a standard with both met-rates in percent, their intervals and visits."""
    return [
        {
            "Standard": row.standard.code,
            "Statement": row.standard.statement,
            "Touchpoint": row.standard.touchpoint,
            "No-no": "no-no" if row.standard.no_no else "",
            **(_rate_columns(own.name, row.gap.own) if own else {}),
            **(_rate_columns(rival.name, row.gap.other) if rival else {}),
            "Gap in points": None if row.gap.gap is None else round(100 * row.gap.gap, 1),
        }
        for row in rows
    ]


def _rate_columns(name: str, rate: MetRate | None) -> dict[str, Any]:
    return {
        f"{name} %": round(100 * rate.share, 1) if rate else None,
        f"{name} low %": round(100 * rate.interval.low, 1) if rate else None,
        f"{name} high %": round(100 * rate.interval.high, 1) if rate else None,
        f"{name} visits": rate.visits if rate else 0,
    }
