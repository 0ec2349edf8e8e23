"""Forms of the Channels page: brands, channels and areas."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import KIND_ICONS, count_of, plain
from standards.coordinates import read_coordinates, say_coordinates
from standards.editions import Kind
from standards.people import Action
from standards.visits import Brand, Channel
from storage.brands import add_brand, rename_brand
from storage.channels import add_channel, change_channel, close_channel, place_channel, rename_area


def brand_card(brand: Brand, channels: Sequence[Channel], areas: Sequence[str]) -> None:
    """Show a brand with its channels, each to be changed in place."""
    role = "our own brand" if brand.is_own else "competitor"
    example = " · example" if brand.is_example else ""
    with st.expander(
        f"**{plain(brand.name)}** · {role} · {count_of(len(channels), 'channel')}{example}",
        icon=":material/handshake:" if brand.is_own else ":material/storefront:",
        key=f"brand_{brand.id}",
        on_change="rerun",
    ) as opened:
        if not opened.open:
            return
        with st.form(f"brand_{brand.id}_form", border=False):
            name = st.text_input("Name of the brand", brand.name, max_chars=200)
            if st.form_submit_button("Rename the brand", width="stretch"):
                _rename_brand(brand.id, name)
                st.rerun()
        for channel in channels:
            _channel_form(channel, areas)
        if not channels:
            st.caption("No channel yet. Add one below, or while starting a visit.")


def _channel_form(channel: Channel, areas: Sequence[str]) -> None:
    key = f"channel_{channel.id}"
    area = f" · {plain(channel.area)}" if channel.area else ""
    closed = f" · closed {channel.closed_on:%-d %b %Y}" if channel.closed_on else ""
    with st.popover(
        f"{plain(channel.name)} · {channel.kind}{area}{closed}",
        icon=KIND_ICONS[channel.kind],
        width="stretch",
        key=key,
    ):
        with st.form(f"{key}_form", border=False):
            name = st.text_input("Name", channel.name, max_chars=200)
            area = _choose_area(areas, channel.area)
            timezone = _choose_timezone(channel.timezone)
            coordinates = st.text_input(
                "Latitude, longitude (optional)",
                say_coordinates(channel.coordinates),
                max_chars=60,
                placeholder="48.2082, 16.3738",
                help="As a map shows them. Compare draws channels that have them on a map.",
            )
            if st.form_submit_button("Save", width="stretch"):
                _change_channel(channel.id, name, area, timezone, coordinates)
                st.rerun()
        zone = ZoneInfo(channel.timezone)
        st.button(
            "Open it again" if channel.closed_on else "Close this channel",
            key=f"{key}_close",
            help="A closed channel keeps its visits; no new one is started.",
            width="stretch",
            on_click=_close_channel,
            args=(channel.id, None if channel.closed_on else datetime.now(zone).date()),
        )


def _choose_area(areas: Sequence[str], area: str) -> str:
    known = list(dict.fromkeys([*areas, area])) if area else list(areas)
    return (
        st.selectbox(
            "Area (optional)",
            known,
            index=known.index(area) if area else None,
            accept_new_options=True,
            placeholder="Choose, or type a new one",
        )
        or ""
    )


def _choose_timezone(timezone: str) -> str:
    known = sorted(available_timezones())
    return (
        st.selectbox("Time zone", known, index=known.index(timezone if timezone in known else "UTC")) or "UTC"
    )


def add_brand_form(*, has_own: bool) -> None:
    """Ask for a brand; the first one is our own unless said otherwise."""
    with (
        st.expander("Add a brand", icon=":material/add:", key="add_brand", expanded=not has_own),
        st.form("add_brand_form", border=False, clear_on_submit=True),
    ):
        name = st.text_input("Name", max_chars=200, placeholder="As customers call it")
        is_own = False
        if not has_own:
            is_own = st.toggle("This is our own brand", value=True)
        if st.form_submit_button("Add the brand", type="primary", width="stretch"):
            _add_brand(name, is_own=is_own)
            st.rerun()


def add_channel_form(brands: Sequence[Brand], areas: Sequence[str]) -> None:
    """Ask for a channel of one of the brands."""
    with (
        st.expander("Add a channel", icon=":material/add:", key="add_channel"),
        st.form("add_channel_form", border=False, clear_on_submit=True),
    ):
        brand = st.selectbox("Brand", brands, format_func=lambda found: found.name)
        kind = st.pills(
            "What is it?",
            list(Kind),
            format_func=lambda found: f"{KIND_ICONS[found]} {found}",
            default=Kind.SHOP,
            required=True,
        )
        name = st.text_input("Name", max_chars=200, placeholder="A street, a phone number, an address")
        area = _choose_area(areas, "")
        timezone = _choose_timezone(st.context.timezone or "UTC")
        if st.form_submit_button("Add the channel", type="primary", width="stretch"):
            _add_channel(brand.id, kind or Kind.SHOP, name, area, timezone)
            st.rerun()


def area_form(areas: Sequence[str]) -> None:
    """Rename an area on all its channels at once."""
    with (
        st.expander("Rename an area", icon=":material/map:", key="rename_area"),
        st.form("rename_area_form", border=False, clear_on_submit=True),
    ):
        area = st.selectbox("Area", areas)
        name = st.text_input(
            "New name", max_chars=200, help="The name of another area joins the two into one."
        )
        if st.form_submit_button("Rename the area", width="stretch"):
            _rename_area(area, name)
            st.rerun()


@telling
def _rename_brand(brand_id: int, name: str) -> None:
    with storing(Action.MANAGE) as session:
        rename_brand(session, brand_id, name)


@telling
def _change_channel(channel_id: int, name: str, area: str, timezone: str, coordinates: str) -> None:
    with storing(Action.MANAGE) as session:
        change_channel(session, channel_id, name=name, area=area, timezone=timezone)
        place_channel(session, channel_id, read_coordinates(coordinates))


@telling
def _close_channel(channel_id: int, closed_on: datetime | None) -> None:
    with storing(Action.MANAGE) as session:
        close_channel(session, channel_id, closed_on)


@telling
def _add_brand(name: str, *, is_own: bool) -> None:
    with storing(Action.MANAGE) as session:
        add_brand(session, name, is_own=is_own)


@telling
def _add_channel(brand_id: int, kind: Kind, name: str, area: str, timezone: str) -> None:
    with storing(Action.MANAGE) as session:
        add_channel(session, brand_id, kind, name, area=area, timezone=timezone)


@telling
def _rename_area(area: str, name: str) -> None:
    with storing(Action.MANAGE) as session:
        rename_area(session, area, name)
