"""A visit as one line to tap."""

import streamlit as st

from pages.parts.words import KIND_ICONS, plain
from standards.visits import Visit


def visit_link(page: str, visit: Visit, said: str) -> None:
    """Link to a visit by its brand and channel, with a few words of our own behind."""
    channel = visit.channel
    example = " · example" if channel.brand.is_example else ""
    st.page_link(
        page,
        label=f"**{plain(channel.brand.name)}** · {plain(channel.name)}  \n{said}{example}",
        icon=KIND_ICONS[channel.kind],
        query_params={"visit": str(visit.id)},
        width="stretch",
    )
