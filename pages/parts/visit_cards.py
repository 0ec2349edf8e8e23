"""A visit as a card in a list: whose, when, what it came to, where it stands; a tap opens it."""

import streamlit as st

from pages.parts.filters import say_day
from pages.parts.scores import score_badge, state_badge
from pages.parts.words import KIND_ICONS, plain
from standards.visits import Visit

EXAMPLE_BADGE = ":violet-badge[:material/science: example]"


def visit_card(visit: Visit, minimum_coverage: float) -> None:
    """Show a visit's card; its link keeps the filters, so that the way back leads to the same list."""
    channel = visit.channel
    with st.container(border=True, gap="xsmall"):
        st.page_link(
            "read_visits.py",
            label=f"**{plain(channel.brand.name)}** · {plain(channel.name)}",
            icon=KIND_ICONS[channel.kind],
            query_params={**_address(), "visit": str(visit.id)},
            width="stretch",
        )
        st.caption(plain_facts(visit))
        badges = [score_badge(visit, minimum_coverage)] if not visit.is_open else []
        badges.append(state_badge(visit.state))
        if channel.brand.is_example:
            badges.append(EXAMPLE_BADGE)
        st.markdown(" ".join(badges))


def plain_facts(visit: Visit) -> str:
    """Say day, kind and area in a line, escaped for Markdown."""
    parts = [say_when(visit), str(visit.channel.kind), visit.channel.area]
    return " · ".join(plain(part) for part in parts if part)


def say_when(visit: Visit) -> str:
    """Say the day of a visit; a draft has only the day it was started."""
    if visit.visited_on:
        return say_day(visit.visited_on)
    if visit.started_at:
        return f"started {say_day(visit.started_at.date())}"
    return f"not started, due {say_day(visit.due_on)}" if visit.due_on else "not started"


def back_link() -> None:
    """Lead back to the list as it was filtered."""
    st.button("All visits", key="visits_back", icon=":material/arrow_back:", type="tertiary", on_click=_leave)


def _leave() -> None:
    st.query_params.pop("visit", None)


def _address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}
