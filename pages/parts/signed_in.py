"""Who is signed in: looked up at every run of a page, and again in each transaction that stores something."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote, urlencode, urlsplit
from uuid import UUID

import streamlit as st
from sqlmodel import Session

from pages.parts.problems import tell_problems
from standards.errors import NotAllowed, SignedOut
from standards.people import Action, Person, may
from storage.door_sessions import SignedIn, find_session, note_seen
from storage.events import note_event
from storage.sessions import in_session
from storage.visibility import require_changed_by


def door_hash() -> str:
    """Return which session the door found in this browser's cookie; it names it and opens nothing."""
    return str(st.user.to_dict().get("session", ""))


def signed_in(action: Action | None = None) -> Person:
    """
    Return who is looking at this run of a page. A session that was ended since stops the page here.

    Args:
        action: what the page is for. The navigation offers it to nobody else, so that its address
            answers like an unknown one; this refuses once more.
    Raises:
        NotAllowed: the page must not go on.
    """
    return device_in(action).person


def device_in(action: Action | None = None) -> SignedIn:
    """Do what `signed_in` does, and return the session on this device with the person."""
    with in_session(read_only=True) as session:
        found = find_session(session, door_hash())
    if not found:
        _ask_to_sign_in()
        st.stop()
    if action and not may(found.person, action):
        raise NotAllowed()
    if found.session.is_due(datetime.now(UTC)):
        # A page may stay open for days without another request: each run of it counts as seen.
        with in_session() as session:
            note_seen(session, found.session.token_hash)
    return found


@contextmanager
def storing(
    action: Action | None = None, *, visit_id: UUID | None = None, door: str | None = None
) -> Iterator[Session]:
    """
    Open the transaction in which a page stores something, by whoever is signed in.

    A button's callback runs before its page does, so the session and the right are asked for here again.

    Args:
        action: what must be allowed.
        visit_id: a visit that must be theirs to change.
        door: the session, where no page runs: a download is made after it.
    Raises:
        SignedOut, NotAllowed, VisitNotFound: nothing was stored.
    """
    with in_session() as session:
        found = find_session(session, door_hash() if door is None else door)
        if not found:
            raise SignedOut()
        if action and not may(found.person, action):
            raise NotAllowed()
        if visit_id:
            require_changed_by(session, visit_id, found.person)
        session.info["by"] = found.person.id
        yield session


def acting(action: Action) -> int:
    """
    Return the id of whoever is signed in, for work that opens its own transactions.

    Raises:
        SignedOut, NotAllowed: nothing was done.
    """
    with storing(action) as session:
        return int(session.info["by"])


def note_export(name: str, action: Action | None = None, *, door: str | None = None) -> None:
    """
    Note that a file is taken away, before it is.

    Raises:
        SignedOut, NotAllowed: nothing may be taken away.
    """
    with storing(action, door=door) as session:
        note_event(session, "exported", "file", name)


def _ask_to_sign_in() -> None:
    if not tell_problems():
        st.info(str(SignedOut()), icon=":material/logout:")
    # Streamlit keeps the address in two parts: the path, and what stands behind it.
    path = urlsplit(str(st.context.url or "/")).path or "/"
    query = urlencode([(name, value) for name in st.query_params for value in st.query_params.get_all(name)])
    back = quote(f"{path}?{query}" if query else path, safe="")
    st.html(
        f'<a href="/sign-in?next={escape(back)}" target="_self" '
        'style="display:inline-block;padding:0.75rem 0;font-weight:600;color:inherit">Sign in</a>'
    )
