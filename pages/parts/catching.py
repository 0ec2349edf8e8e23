"""Taps and texts that a reconnect would lose: a new session knows no callbacks yet on its first run."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def tap_button(
    label: str, store: Callable[..., None], args: tuple[Any, ...] = (), *, key: str, **look: Any
) -> None:
    """
    Show a button whose tap is stored also when it arrives in a new session.

    After a long gap the phone's page connects to a new session and hands it the tap. No callback is
    known to that session yet, so it does not run; the button still says that it was tapped.
    """
    ran = f"{key}_ran"

    def tapped() -> None:
        st.session_state[ran] = True
        store(*args)

    if st.button(label, key=key, on_click=tapped, **look) and not st.session_state.pop(ran, False):
        store(*args)
        st.rerun()


def catch_up(key: str, shown: object, kept: object, store: Callable[..., None], *args: Any) -> None:
    """
    Store what an input already shows when a new session first draws it.

    Args:
        key: of the input; each is looked at once a session, afterwards its callback stores.
        kept: what is stored now.
    """
    seen = f"{key}_seen"
    if seen in st.session_state:
        return
    st.session_state[seen] = True
    if shown != kept:
        store(*args)
        st.rerun()
