"""The devices a person is signed in on, each to be signed out from here."""

from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st
from sqlmodel import Session

from pages.parts.filters import say_day
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import plain
from standards.errors import NotAllowed
from standards.people import Action, may
from storage.door_sessions import DoorSession, end_session, end_sessions_of, list_sessions
from storage.people import find_person
from storage.sessions import in_session


def device_list(person_id: int, *, this_one: str = "") -> None:
    """
    List a person's devices with what signs them out.

    Args:
        this_one: the session of the device in the hand, which is signed out by its own button.
    """
    with in_session(read_only=True) as session:
        devices = list_sessions(session, person_id)
    if not devices:
        st.caption("Signed in nowhere.")
    for device in devices:
        _device(person_id, device, is_this=device.token_hash == this_one)
    others = [device for device in devices if device.token_hash != this_one]
    if len(others) > 1:
        st.button(
            "Sign out all of them" if not this_one else "Sign out all others",
            key=f"devices_{person_id}_all",
            icon=":material/logout:",
            width="stretch",
            on_click=_end_all,
            args=(person_id, this_one or None),
        )


def _device(person_id: int, device: DoorSession, *, is_this: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, gap="small"):
        name = plain(device.device) or "A device"
        seen = "this device" if is_this else f"last seen {say_moment(device.last_seen_at)}"
        st.markdown(
            f"**{name}**  \n{seen}, signed in on {say_day(_here(device.created_at).date())}", width="stretch"
        )
        if not is_this:
            st.button(
                "Sign out",
                # A piece of the hash is enough to tell one from another, and opens nothing.
                key=f"devices_{person_id}_{device.token_hash[:16]}",
                help=f"Sign out {name}",
                on_click=_end,
                args=(person_id, device.token_hash),
            )


def say_moment(at: datetime) -> str:
    """Say an instant in the reader's time: `7 Jun 2013, 14:05`."""
    here = _here(at)
    return f"{say_day(here.date())}, {here:%H:%M}"


def _here(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(st.context.timezone or "UTC"))


@telling
def _end(person_id: int, token_hash: str) -> None:
    with storing() as session:
        _require_theirs(session, person_id)
        if token_hash in {device.token_hash for device in list_sessions(session, person_id)}:
            end_session(session, token_hash)


@telling
def _end_all(person_id: int, but: str | None) -> None:
    with storing() as session:
        _require_theirs(session, person_id)
        end_sessions_of(session, person_id, but=but)


def _require_theirs(session: Session, person_id: int) -> None:
    """Go on with one's own devices, or as an owner with anybody's."""
    acts = find_person(session, session.info["by"])
    if not acts or (acts.id != person_id and not may(acts, Action.PEOPLE)):
        raise NotAllowed()
