"""Choosing a new password while signed in."""

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import door_hash, storing
from storage.sign_in import LEAST_CHARACTERS, change_password


def password_form() -> None:
    """Ask for the password as it is and as it is to be; neither is kept anywhere but as a hash."""
    with st.form("you_password", clear_on_submit=True):
        st.text_input("Current password", type="password", key="you_current", autocomplete="current-password")
        st.text_input(
            "New password",
            type="password",
            key="you_new",
            autocomplete="new-password",
            help=f"At least {LEAST_CHARACTERS} characters. Four or five words are easy to remember.",
        )
        st.form_submit_button("Change the password", width="stretch", on_click=_change)
    st.caption("Your other devices are signed out then.")


@telling
def _change() -> None:
    current, new = st.session_state["you_current"], st.session_state["you_new"]
    with storing() as session:
        person_id = int(session.info["by"])
    change_password(person_id, current, new, keep=door_hash())
    st.toast("The password is changed. Your other devices are signed out.", icon=":material/check:")
