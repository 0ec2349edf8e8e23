"""Taking a scorecard away: as a file, or as a link for who has no account."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import door_hash, note_export, storing
from pages.parts.words import plain
from standards.errors import SignedOut
from standards.people import Action, Person
from standards.scorecards import Scorecard
from standards.scorecards.shown import shown_date
from storage.door_sessions import find_session
from storage.forms.look import Look
from storage.people import find_person
from storage.scorecard_files import MIME, Form, Order, file_stem, write_scorecard
from storage.scorecard_links import (
    DEFAULT_DAYS,
    MOST_DAYS,
    ScorecardLink,
    list_links,
    revoke_link,
    share_scorecard,
)
from storage.scorecards import Asked
from storage.sessions import in_session

_NEW_LINK = "scorecards_new_link"
_LABELS = {
    Form.PDF: ("PDF", ":material/picture_as_pdf:"),
    Form.PICTURE: ("Picture", ":material/image:"),
    Form.XLSX: ("Excel", ":material/table_view:"),
    Form.CSV: ("CSV", ":material/csv:"),
}


def offer_files(card: Scorecard, asked: Asked, look: Look) -> None:
    """Offer the scorecard in each form; it is made on the tap."""
    door = door_hash()
    with st.container(horizontal=True):
        for form, (label, icon) in _LABELS.items():
            st.download_button(
                label,
                _maker(asked, form, look, door),
                file_name=f"{file_stem(card)}.{form}",
                mime=MIME[form],
                key=f"scorecards_{form}",
                type="primary" if form is Form.PDF else "secondary",
                icon=icon,
                on_click="ignore",
            )


def _maker(asked: Asked, form: Form, look: Look, door: str) -> Callable[[], bytes]:
    def make() -> bytes:
        note_export(f"scorecard.{form}", Action.COMPARE, door=door)
        with in_session(read_only=True) as session:
            found = find_session(session, door)
        if not found:
            raise SignedOut()
        order = Order(found.person, datetime.now(UTC).date(), look)
        with TemporaryDirectory(prefix="scorecard_") as folder:
            return write_scorecard(asked, (form,), Path(folder), order)[0].read_bytes()

    return make


def offer_link(card: Scorecard, look: Look) -> None:
    """Offer a link to the scorecard as it is now, and show the links that still open."""
    with in_session(read_only=True) as session:
        links = list_links(session)
    _show_new_link()
    with st.expander("Share by a link", icon=":material/link:"):
        st.caption(
            "Whoever has the link sees this scorecard as it is now, and nothing else, without an account. "
            "It ends by itself, and you can end it here."
        )
        days = st.number_input("Days it opens", 1, MOST_DAYS, DEFAULT_DAYS, key="scorecards_days")
        st.button(
            "Make a link",
            key="scorecards_share",
            icon=":material/add_link:",
            on_click=_share,
            args=(card, look, int(days)),
        )
        for link in links:
            _show_link(link)


def _show_link(link: ScorecardLink) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"scorecards_{link.token_hash[:12]}"):
        opened = f"last opened {shown_date(link.opened_at.date())}" if link.opened_at else "not opened yet"
        by = f" by {plain(link.shared_by)}" if link.shared_by else ""
        until = shown_date(link.expires_at.date())
        st.markdown(f"{plain(link.name)}  \nshared{by}, until {until}, {opened}", width="stretch")
        st.button(
            "End",
            key=f"scorecards_end_{link.token_hash[:12]}",
            help=f"End the link to {plain(link.name)}",
            on_click=_revoke,
            args=(link.token_hash,),
        )


@telling
def _share(card: Scorecard, look: Look, days: int) -> None:
    with storing(Action.SHARE) as session:
        token = share_scorecard(session, card, by=_sharer(session.info["by"]), days=days, look=look)
    st.session_state[_NEW_LINK] = (token, card.subject.name)


@telling
def _revoke(token_hash: str) -> None:
    with storing(Action.SHARE) as session:
        revoke_link(session, token_hash, by=_sharer(session.info["by"]))
    st.session_state.pop(_NEW_LINK, None)


def _sharer(person_id: int) -> Person:
    with in_session(read_only=True) as session:
        person = find_person(session, person_id)
    if not person:
        raise SignedOut()
    return person


def _show_new_link() -> None:
    if _NEW_LINK not in st.session_state:
        return
    token, name = st.session_state[_NEW_LINK]
    page = urlsplit(str(st.context.url or ""))
    address = f"{page.scheme or 'http'}://{page.netloc or 'localhost'}/scorecard/{token}"
    with st.container(border=True):
        st.subheader(f"A link to the scorecard of {plain(name)}", anchor=False)
        st.caption("It is shown only here and only now: copy it.")
        st.code(address, language=None, wrap_lines=True)
        st.button("Done: hide it", key="scorecards_link_done", width="stretch", on_click=_hide)


def _hide() -> None:
    st.session_state.pop(_NEW_LINK, None)
