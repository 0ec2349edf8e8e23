"""Planning a visit: who goes where by when, for managers; and what waits for a shopper on Home."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import streamlit as st

from pages.parts.filters import say_day
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.visit_links import visit_link
from pages.parts.words import count_of, plain
from standards.editions import Edition
from standards.people import Action, Person, may, sees_shoppers
from standards.visits import Channel, Visit
from storage.channels import list_channels
from storage.editions import editions_for
from storage.planning import assign_visit, people_who_visit
from storage.sessions import in_session

_USUAL_DAYS = 14


def plan_visit(person: Person) -> None:
    """Offer those who look after visits to plan one; it waits for its shopper on Home and on their phone."""
    if not may(person, Action.REVIEW):
        return
    with st.expander("Plan a visit", icon=":material/event:"):
        with in_session(read_only=True) as session:
            people = people_who_visit(session)
            channels = list_channels(session)
        if not channels:
            st.caption("There is no channel to visit yet. Add one on the page Channels.")
            return
        shopper = st.selectbox(
            "Who visits?",
            people,
            index=None,
            format_func=lambda one: one.name,
            placeholder="Choose who goes",
            key="plan_shopper",
        )
        channel = st.selectbox(
            "Which channel?",
            channels,
            index=None,
            format_func=_say_channel,
            placeholder="Choose where to",
            key="plan_channel",
        )
        edition = _choose_edition(channel) if channel else None
        due_on = st.date_input(
            "Due on",
            value=datetime.now(UTC).date() + timedelta(days=_USUAL_DAYS),
            format="YYYY-MM-DD",
            key="plan_due_on",
        )
        st.button(
            "Plan this visit",
            key="plan_store",
            type="primary",
            icon=":material/event_available:",
            width="stretch",
            disabled=not (shopper and channel and edition and due_on),
            on_click=_store,
            args=(shopper, channel, edition, due_on),
        )


def _say_channel(channel: Channel) -> str:
    parts = [channel.brand.name, channel.name, str(channel.kind), channel.area]
    return " · ".join(part for part in parts if part)


def _choose_edition(channel: Channel) -> Edition | None:
    brand = channel.brand
    with in_session(read_only=True) as session:
        editions = editions_for(session, channel.kind, is_own=brand.is_own, is_example=brand.is_example)
    if not editions:
        st.caption(f"No standard set asks anything of a channel of kind {channel.kind} yet.")
        return None

    def say(edition: Edition) -> str:
        asked = len(edition.sheet(channel.kind, is_own=brand.is_own))
        return f"{edition.set_name} · {count_of(asked, 'standard')}"

    return st.selectbox("Standards", editions, format_func=say, key=f"plan_edition_{channel.id}")


@telling
def _store(shopper: Person, channel: Channel, edition: Edition, due_on: date) -> None:
    # Made once, so that a second tap plans nothing new.
    visit_id = UUID(st.session_state.setdefault("plan_visit_id", str(uuid4())))
    with storing(Action.REVIEW) as session:
        assign_visit(session, channel.id, edition.id, shopper.id, due_on, visit_id=visit_id)
    del st.session_state["plan_visit_id"]
    for chosen in ("plan_shopper", "plan_channel"):
        st.session_state[chosen] = None
    st.toast(
        f"Planned for {plain(shopper.name)}: {plain(channel.name)}, due {say_day(due_on)}.",
        icon=":material/event_available:",
    )


def show_planned(visits: list[Visit], person: Person) -> None:
    """List visits that wait to be made; a tap begins one."""
    if not visits:
        return
    st.subheader("To do", anchor=False)
    for visit in visits:
        said = f"due {say_day(visit.due_on)}" if visit.due_on else "not begun yet"
        if sees_shoppers(person) and visit.shopper and visit.shopper != person.name:
            said = f"{plain(visit.shopper)}, {said}"
        visit_link("record_visit.py", visit, said)


def say_begun(visit: Visit) -> str:
    """Say when a draft was begun, and by when it is due."""
    begun = f"started {visit.started_at:%-d %b}" if visit.started_at else "not begun yet"
    return f"{begun}, due {say_day(visit.due_on)}" if visit.due_on else begun
