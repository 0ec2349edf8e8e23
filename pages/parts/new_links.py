"""A link that was just made, shown once: to copy, and as a picture that a phone's camera reads."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
import streamlit as st
from sqlmodel import Session

from pages.parts.words import count_of, plain
from standards.people import Purpose
from storage.invitations import LIFETIMES, add_invitation
from storage.people import find_person

_KEY = "people_new_link"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class NewLink:
    """A link that is not stored in words anywhere but on the page of the owner who made it."""

    token: str
    name: str
    purpose: Purpose


def make_link(session: Session, person_id: int, purpose: Purpose) -> None:
    """
    Make a link that is used once, and keep it for the page to show.

    Raises:
        PersonNotFound: nothing was stored.
    """
    token = add_invitation(session, purpose, person_id)
    person = find_person(session, person_id)
    st.session_state[_KEY] = NewLink(token, person.name if person else "", purpose)


def show_new_link() -> None:
    """Show the link made last, until its owner is done with it; nothing where there is none."""
    link: NewLink | None = st.session_state.get(_KEY)
    if not link:
        return
    page = urlsplit(str(st.context.url or ""))
    address = f"{page.scheme or 'http'}://{page.netloc or 'localhost'}/invitation/{link.token}"
    with st.container(border=True):
        what = "to come in" if link.purpose is Purpose.INVITATION else "to choose a new password"
        days = count_of(LIFETIMES[link.purpose].days, "day")
        st.subheader(f"A link for {plain(link.name)}", anchor=False)
        st.caption(
            f"It opens once, within {days}, {what}. "
            "It is shown only here: scan it with their phone, or send it to them alone."
        )
        # Drawn into the page: a picture of Streamlit's own would lie at an address for as long as it runs.
        drawn = segno.make(address, error="m").png_data_uri(scale=6, border=4, dark="#000", light="#fff")
        st.html(
            f'<img src="{drawn}" alt="The link as a QR code" width="240" height="240" '
            'style="display:block;max-width:100%;height:auto;image-rendering:pixelated">'
        )
        st.code(address, language=None, wrap_lines=True)
        if page.hostname in _LOOPBACK:
            st.warning("This address opens on this computer only. Open this page by its name in the network.")
        st.button("Done: hide it", key="people_link_done", width="stretch", on_click=_hide)


def _hide() -> None:
    st.session_state.pop(_KEY, None)
