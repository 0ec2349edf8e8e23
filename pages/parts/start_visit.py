"""Starting a visit: whom, which channel, which standards. Nothing is stored before Start is tapped."""

from uuid import UUID, uuid4

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.standard_cards import take_from_library
from pages.parts.words import KIND_ICONS, count_of, plain
from standards.editions import Edition, Kind
from standards.library_files import library_sets
from standards.people import Action, Person, may, sees_shoppers
from standards.visits import Brand, Channel
from storage.brands import add_brand, find_brand
from storage.channels import add_channel, list_areas, list_channels
from storage.editions import editions_for
from storage.people import list_people
from storage.sessions import in_session
from storage.visits import start_visit


def choose_brand(brands: list[Brand]) -> Brand | str | None:
    """Ask for a brand: one of the known ones, or the name of a new competitor."""
    known = {brand.name: brand for brand in brands}

    def say(name: str) -> str:
        if name not in known:
            return name
        return f"{name} (our own)" if known[name].is_own else name

    chosen = st.selectbox(
        "Brand",
        list(known),
        index=None,
        format_func=say,
        accept_new_options=True,
        placeholder="Choose, or type a new competitor",
        key="start_brand",
    )
    return known.get(chosen, chosen) if chosen else None


def choose_channel(brand: Brand | str) -> Channel | str | None:
    """Ask for one of the brand's channels, or the name of a new one."""
    channels: list[Channel] = []
    if isinstance(brand, Brand):
        with in_session(read_only=True) as session:
            channels = list_channels(session, brand_id=brand.id)
    known = {channel.name: channel for channel in channels}

    def say(name: str) -> str:
        channel = known.get(name)
        return f"{name} · {channel.kind}{' · ' + channel.area if channel.area else ''}" if channel else name

    chosen = st.selectbox(
        "Channel",
        list(known),
        index=None,
        format_func=say,
        accept_new_options=True,
        placeholder="Choose, or type a new one: a street, a phone number",
        key=f"start_channel_{brand.id if isinstance(brand, Brand) else 'new'}",
    )
    return known.get(chosen, chosen) if chosen else None


def describe_channel() -> tuple[Kind, str]:
    """Ask what a new channel is, and its area."""
    with in_session(read_only=True) as session:
        areas = list_areas(session)
    kind = st.pills(
        "What is it?",
        list(Kind),
        format_func=lambda kind: f"{KIND_ICONS[kind]} {kind}",
        default=Kind.SHOP,
        required=True,
        key="start_kind",
    )
    area = st.selectbox(
        "Area (optional)",
        areas,
        index=None,
        accept_new_options=True,
        placeholder="Choose, or type a new one",
        key="start_area",
    )
    return kind or Kind.SHOP, area or ""


def choose_edition(person: Person, kind: Kind, *, is_own: bool, is_example: bool) -> Edition | None:
    """Take the edition that fits the channel's kind; ask only where several do."""
    with in_session(read_only=True) as session:
        editions = editions_for(session, kind, is_own=is_own, is_example=is_example)
    if not editions:
        _offer_library(person, kind)
        return None

    def say(edition: Edition) -> str:
        asked = len(edition.sheet(kind, is_own=is_own))
        return f"{edition.set_name} · {count_of(asked, 'standard')}"

    if len(editions) == 1:
        st.caption(f":material/checklist: {plain(say(editions[0]))}")
        return editions[0]
    return st.selectbox("Standards", editions, format_func=say, key=f"start_edition_{kind}_{is_own}")


def _offer_library(person: Person, kind: Kind) -> None:
    """Without a set for this kind, a ready one is a tap away for those who may take it."""
    if not may(person, Action.MANAGE):
        st.info(
            f"No standard set is about a channel of kind {kind} yet. A manager takes one from the library.",
            icon=":material/checklist:",
        )
        return
    st.info(
        f"No standard set is about a channel of kind {kind} yet. Take a ready one, or import your own.",
        icon=":material/checklist:",
    )
    for ready in library_sets():
        asked = [s for s in ready.standards if s.applies_to(kind, is_own=True)]
        if asked:
            st.button(
                f"Use “{ready.name}” · {count_of(len(asked), 'standard')}",
                key=f"start_take_{ready.name}",
                icon=":material/add:",
                width="stretch",
                on_click=take_from_library,
                args=(ready.name,),
            )


def choose_shopper(person: Person) -> str:
    """
    Ask those who may record for others who visits; blank is the person signed in.

    The name stays out of everything that is compared.
    """
    if not sees_shoppers(person):
        return ""
    with in_session(read_only=True) as session:
        people = list(list_people(session).values())
    return (
        st.selectbox(
            "Who is visiting?",
            people,
            index=None,
            accept_new_options=True,
            placeholder="You, unless you choose somebody else",
            help="Never shown in comparisons. It lets differences between shoppers be told from "
            "differences between brands.",
            key="start_shopper",
            persist_state="session",
        )
        or ""
    )


def next_visit_id() -> UUID:
    """Return the id the next visit will have: made once, so that a second tap on Start starts nothing new."""
    return UUID(st.session_state.setdefault("start_visit_id", str(uuid4())))


@telling
def begin(
    brand: Brand | str, channel: Channel | str, kind: Kind, area: str, edition_id: int, shopper: str
) -> None:
    """
    Store brand and channel where they are new, and the draft; its id then stands in the address.

    Args:
        shopper: a name, where it is recorded for somebody else.
    """
    visit_id = next_visit_id()
    with storing(Action.RECORD) as session:
        if isinstance(brand, str):
            brand = find_brand(session, brand.strip()) or add_brand(session, brand)
        if isinstance(channel, str):
            zone = st.context.timezone or "UTC"
            known = list_channels(session, brand_id=brand.id, include_closed=True)
            channel = next((c for c in known if c.name == channel), None) or add_channel(
                session, brand.id, kind, channel, area=area, timezone=zone
            )
        by = session.info["by"]
        start_visit(session, visit_id, channel.id, edition_id, shopper=shopper, shopper_id=by)
    del st.session_state["start_visit_id"]
    st.query_params["visit"] = str(visit_id)
