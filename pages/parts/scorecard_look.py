"""The look of all scorecards: a logo and a colour, chosen by managers and owners, seen in the pages below."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st
from sqlmodel import Session

from pages.parts.signed_in import storing
from standards.errors import Problem
from standards.people import Action
from standards.scorecards import Scorecard
from storage.forms.look import Look, dark_enough
from storage.forms.pictures import logo_for_page
from storage.logos import read_logo
from storage.looks import choose_colour, choose_logo, remove_logo, use_usual_colour
from storage.pictures import BYTE_LIMIT

_KINDS = ["png", "jpg", "jpeg", "webp", "heic"]
_PROBLEM, _NOTE, _ROUND = "scorecards_look_problem", "scorecards_look_note", "scorecards_look_round"


def offer_look(card: Scorecard, look: Look) -> None:
    """Let somebody who may choose the logo and colour of all scorecards; the pages below show them."""
    with st.expander("Look: logo and colour", icon=":material/palette:"):
        st.caption("For all scorecards, whoever hands them out. The pages below show how they look.")
        if problem := st.session_state.pop(_PROBLEM, None):
            st.error(problem, icon=":material/broken_image:")
        if note := st.session_state.pop(_NOTE, None):
            st.info(note, icon=":material/contrast:")
        left, right = st.columns(2)
        colour = dark_enough(look.colour, card.subject.colour)
        with left:
            _offer_logo(look, colour)
        with right:
            _offer_colour(look, colour)


def _offer_logo(look: Look, colour: str) -> None:
    _show_logo(look.logo, colour)
    # Anew each time: what was stored, or refused, is not offered to be stored again.
    key = f"scorecards_logo_{st.session_state.get(_ROUND, 0)}"
    st.file_uploader(
        "Another logo" if look.logo else "Logo",
        _KINDS,
        key=key,
        max_upload_size=BYTE_LIMIT // 1024 // 1024,
        help="PNG, JPEG, WebP or HEIC. Parts of a PNG may be see-through; empty margins are cut off.",
        on_change=_store_logo,
        args=(key,),
    )
    if look.logo:
        st.button(
            "Remove logo",
            key="scorecards_logo_remove",
            icon=":material/delete:",
            on_click=_store,
            args=(remove_logo,),
        )


def _show_logo(content: bytes | None, colour: str) -> None:
    logo = logo_for_page(content)
    if not logo:
        return
    ground = colour if logo.is_light else "#ffffff"
    st.html(
        f'<img src="data:image/png;base64,{b64encode(logo.png).decode()}" alt="The logo as it is now" '
        f'style="display:block;max-width:100%;height:4rem;object-fit:contain;background:{ground};'
        f'padding:0.6rem;border-radius:0.4rem;border:0.5rem solid {colour};box-sizing:content-box">'
    )


def _offer_colour(look: Look, colour: str) -> None:
    # As above; and for another brand's colour, or one that somebody else chose, it begins anew, too.
    key = f"scorecards_colour_{st.session_state.get(_ROUND, 0)}_{colour}"
    st.color_picker(
        "Colour",
        colour,
        key=key,
        help="White letters stand on it: one that is too pale for them is printed darker.",
        on_change=_store_colour,
        args=(key,),
    )
    if look.colour:
        st.button(
            "Back to the usual colour",
            key="scorecards_colour_usual",
            icon=":material/undo:",
            on_click=_store,
            args=(use_usual_colour,),
        )
    else:
        st.caption("The usual one: each brand's own.")


def _store_logo(key: str) -> None:
    if sent := st.session_state[key]:
        with _telling():
            # Before anything is locked: a large one takes a second, and phones store meanwhile.
            logo = read_logo(sent.getvalue())
            with storing(Action.MANAGE) as session:
                choose_logo(session, logo)


def _store_colour(key: str) -> None:
    wanted = str(st.session_state[key])

    def store(session: Session) -> None:
        became = choose_colour(session, wanted)
        if became != wanted.lower():
            st.session_state[_NOTE] = (
                f"{wanted} is too pale for white letters, so scorecards are printed in {became}."
            )

    _store(store)


def _store(change: Callable[[Session], object]) -> None:
    with _telling(), storing(Action.MANAGE) as session:
        change(session)


@contextmanager
def _telling() -> Iterator[None]:
    """Store a change of the look within; what could not be stored is told beside it."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    try:
        yield
    except Problem as problem:
        st.session_state[_PROBLEM] = str(problem)
