"""A visit as one line to tap."""

import streamlit as st

from pages.parts.words import KIND_ICONS, plain
from standards.values import shorten
from standards.visits import Visit

# Characters of brand and channel that fit beside an icon on a phone of 360 px.
LONGEST = 36


def visit_link(page: str, visit: Visit, said: str) -> None:
    """Link to a visit by its brand and channel, with a few words of our own behind."""
    channel = visit.channel
    example = " · example" if channel.brand.is_example else ""
    # A link does not wrap, and half a name without an ellipsis misleads.
    brand, name = shorten(channel.brand.name, LONGEST // 2), shorten(channel.name, LONGEST // 2)
    st.page_link(
        page,
        label=f"**{plain(brand)}** · {plain(name)}  \n{said}{example}",
        icon=KIND_ICONS[channel.kind],
        query_params={"visit": str(visit.id)},
        width="stretch",
    )
