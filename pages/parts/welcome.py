"""The first page of an empty database: name your own brand, look at the example, or import."""

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import acting, storing
from standards.people import Action, Person, may
from storage.brands import add_brand
from storage.example import load_example


def welcome(person: Person) -> None:
    """Offer the three ways to begin to those who may."""
    st.title("Second Visit", anchor=False)
    st.markdown("Visit your own and your competitors' channels as a customer, and compare what you find.")
    if not may(person, Action.MANAGE):
        st.info("Nothing is set up yet. A manager names your brand first.", icon=":material/handshake:")
        return
    with st.container(border=True):
        st.subheader("Name your own brand", anchor=False)
        with st.form("home_own_brand_form", border=False):
            name = st.text_input("Your brand", max_chars=200, placeholder="As customers call it")
            if st.form_submit_button("Begin with this brand", type="primary", width="stretch"):
                _name_own_brand(name)
                st.rerun()
    example_button()
    with st.container(border=True):
        st.subheader("Bring what you have", anchor=False)
        st.caption("Standards and visits from CSV or Excel files.")
        st.page_link("import_files.py", label="Import files", icon=":material/upload_file:")


def example_button() -> None:
    """Offer a made-up programme to look around in."""
    with st.container(border=True):
        st.subheader("Look around first", anchor=False)
        st.caption(
            "A made-up programme: one brand, three competitors, eighteen months of visits with photos. "
            "Marked as example everywhere; remove it with one tap on Channels."
        )
        if st.button("Load the example", key="home_load_example", icon=":material/toys:", width="stretch"):
            with st.spinner("Storing some 400 example visits. This takes a few seconds."):
                load_example(by=acting(Action.MANAGE))
            st.rerun()


@telling
def _name_own_brand(name: str) -> None:
    with storing(Action.MANAGE) as session:
        add_brand(session, name, is_own=True)
