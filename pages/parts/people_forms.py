"""Forms of the People page: inviting, changing, and taking somebody's way in away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.parts.devices import device_list, say_moment
from pages.parts.new_links import make_link
from pages.parts.people_words import ROLE_WORDS, say_scope
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import plain
from standards.people import Action, Purpose, Role
from storage.people import Account, add_account, change_account, remove_account


@dataclass(frozen=True)
class Given:
    """What there is to give a viewer: areas, and channels' names by id."""

    areas: Sequence[str]
    channels: Mapping[int, str]


@dataclass(frozen=True)
class Chosen:
    """The role chosen in a form, and what a viewer is given with it."""

    role: Role
    areas: tuple[str, ...] = ()
    channel_ids: tuple[int, ...] = ()


def invite_form(given: Given, *, is_first: bool) -> None:
    """Ask whom to invite, and as what."""
    with st.expander("Invite somebody", icon=":material/person_add:", key="people_invite", expanded=is_first):
        st.text_input("Name", max_chars=200, key="people_name", autocomplete="off")
        st.text_input(
            "E-mail address",
            max_chars=254,
            key="people_email",
            autocomplete="off",
            help="What they sign in with. Nothing is sent to it.",
        )
        _choose_role("people", Role.SHOPPER, given)
        st.button(
            "Make the invitation",
            key="people_add",
            type="primary",
            icon=":material/qr_code_2:",
            width="stretch",
            on_click=_invite,
        )


def _choose_role(
    key: str, role: Role, given: Given, areas: Collection[str] = (), channel_ids: Collection[int] = ()
) -> None:
    chosen = st.radio(
        "Role",
        list(Role),
        index=list(Role).index(role),
        format_func=lambda one: str(one).capitalize(),
        captions=[ROLE_WORDS[one].capitalize() for one in Role],
        key=f"{key}_role",
    )
    if str(chosen) != Role.VIEWER:
        return
    read_areas = st.multiselect(
        "Areas to read", sorted({*given.areas, *areas}), default=sorted(areas), key=f"{key}_areas"
    )
    known = [found for found in channel_ids if found in given.channels]
    read_channels = st.multiselect(
        "Single channels to read",
        list(given.channels),
        default=sorted(known),
        format_func=lambda found: given.channels[found],
        key=f"{key}_channels",
    )
    if not read_areas and not read_channels:
        st.caption(":material/info: Without an area or a channel, a viewer reads nothing.")


def person_card(account: Account, given: Given, *, is_me: bool) -> None:
    """Show somebody with their role; opened, what can be changed about them."""
    person = account.person
    me = " (you)" if is_me else ""
    with st.expander(
        f"**{plain(person.name)}**{me} · {person.role}", key=f"person_{person.id}", on_change="rerun"
    ) as opened:
        if not opened.open:
            return
        st.markdown(plain(person.email or ""))
        scope = say_scope(person, given.channels)
        st.caption(_say_standing(account))
        if scope:
            st.caption(f"Reads: {scope}")
        key = f"person_{person.id}"
        st.text_input("Name", person.name, max_chars=200, key=f"{key}_name", autocomplete="off")
        _choose_role(key, person.role, given, person.areas, person.channel_ids)
        st.button(
            "Save",
            key=f"{key}_save",
            width="stretch",
            on_click=_change,
            args=(person.id,),
        )
        st.markdown("**Devices**")
        device_list(person.id)
        _way_in(account, key, is_me=is_me)


def _say_standing(account: Account) -> str:
    if account.last_seen_at:
        return f"Last seen {say_moment(account.last_seen_at)}"
    return "Has not come in yet"


def _way_in(account: Account, key: str, *, is_me: bool) -> None:
    person = account.person
    first = not account.has_password and not account.signs_in_elsewhere and not account.last_seen_at
    st.button(
        "New invitation" if first else "Link for a new password",
        key=f"{key}_link",
        icon=":material/qr_code_2:",
        width="stretch",
        help="Links made for them before stop working.",
        on_click=_make_link,
        args=(person.id, Purpose.INVITATION if first else Purpose.PASSWORD),
    )
    with st.popover("Remove", icon=":material/person_remove:", width="stretch", key=f"{key}_remove"):
        st.markdown(
            f"{'You are' if is_me else 'They are'} signed out everywhere and cannot come in again. "
            "The visits stay."
        )
        st.button("Remove for good", key=f"{key}_remove_sure", on_click=_remove, args=(person.id,))


def _chosen(key: str) -> Chosen:
    """Return what a form holds at the tap: what its page last knew of it may be older."""
    role = Role(st.session_state[f"{key}_role"])
    if role is not Role.VIEWER:
        return Chosen(role)
    areas = st.session_state.get(f"{key}_areas", ())
    return Chosen(role, tuple(areas), tuple(st.session_state.get(f"{key}_channels", ())))


@telling
def _invite() -> None:
    name, email, chosen = st.session_state["people_name"], st.session_state["people_email"], _chosen("people")
    with storing(Action.PEOPLE) as session:
        person = add_account(
            session, name, email, chosen.role, areas=chosen.areas, channel_ids=chosen.channel_ids
        )
        make_link(session, person.id, Purpose.INVITATION)
    st.session_state["people_name"] = st.session_state["people_email"] = ""


@telling
def _change(person_id: int) -> None:
    chosen = _chosen(f"person_{person_id}")
    with storing(Action.PEOPLE) as session:
        change_account(
            session,
            person_id,
            name=st.session_state[f"person_{person_id}_name"],
            role=chosen.role,
            areas=chosen.areas,
            channel_ids=chosen.channel_ids,
        )
    st.toast("Stored. It holds from their next tap.", icon=":material/check:")


@telling
def _make_link(person_id: int, purpose: Purpose) -> None:
    with storing(Action.PEOPLE) as session:
        make_link(session, person_id, purpose)


@telling
def _remove(person_id: int) -> None:
    with storing(Action.PEOPLE) as session:
        remove_account(session, person_id)
