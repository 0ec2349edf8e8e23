"""Channels on Compare: each against its number of visits, and where they are on the map."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts.charts import show_chart
from pages.parts.charts_channels import channel_map, funnel, say_place
from pages.parts.compared import columns_of, explain, under_chart
from pages.parts.words import show_text
from standards.comparing.channels import Funnel
from standards.visits import Brand


def choose_whose(brands: Sequence[Brand]) -> Brand | None:
    """Ask whose channels to look at; our own unless another brand is chosen."""
    by_name = {brand.name: brand for brand in brands}
    if len(by_name) < 2:
        return next(iter(brands), None)
    chosen = st.selectbox("Whose channels", list(by_name), key="compare_whose", bind="query-params")
    return by_name.get(chosen or "", brands[0])


def show_channels(found: Sequence[Funnel]) -> None:
    """Show one kind of channel at a time as a funnel, and all that have coordinates on a map."""
    if not found:
        explain("No channel of this brand has a complete visit here.")
        return
    shown = _choose_kind(found)
    show_text(shown.sentence)
    show_chart(funnel(shown), "funnel", f"Channels against their number of visits. {shown.sentence}")
    explain(
        "Few visits vary much by chance, many vary little: between the dashed lines lie 95 of 100 channels "
        "that are all alike, between the dotted ones 99.9 %. A triangle lies outside. Tap a dot for its "
        "visits."
    )
    if drawn := channel_map(found):
        st.markdown("**On the map**")
        show_chart(
            drawn, "map", "Where the channels are, north up; triangles lie outside what chance explains."
        )
    under_chart(
        "channels",
        [row for one in found for row in _table_rows(one)],
        "Score, visits and place in the funnel of each channel",
        {
            f"{point.channel.name}: {point.value.visits} visits": point.behind
            for point in sorted(shown.points, key=lambda point: -abs(point.place))
        },
    )


def _choose_kind(found: Sequence[Funnel]) -> Funnel:
    by_kind = {str(one.kind): one for one in found}
    if len(by_kind) < 2:
        return found[0]
    chosen = st.pills(
        "Kind of channel",
        list(by_kind),
        default=str(found[0].kind),
        required=True,
        key="compare_kind",
        bind="query-params",
    )
    return by_kind.get(chosen or "", found[0])


def _table_rows(found: Funnel) -> list[dict[str, Any]]:
    return [
        {
            "Channel": point.channel.name,
            "Kind": str(found.kind),
            "Area": point.channel.area,
            **columns_of("Score" if found.standard is None else found.standard.code, point.value),
            "Place": say_place(point.place),
            "Latitude": place.latitude if (place := point.channel.coordinates) else None,
            "Longitude": place.longitude if place else None,
        }
        for point in sorted(found.points, key=lambda point: (point.place, point.channel.name))
    ]
