"""The frame around every page: who is signed in, the navigation of their role, problems met on the way."""

from pathlib import Path

import streamlit as st

from pages.parts.navigation import bottom_links, pages_of
from pages.parts.problems import tell_problems
from pages.parts.signed_in import signed_in
from standards.errors import Problem

# A file of ours: Streamlit would fetch a named icon for the browser's tab from another host.
ICON = Path(__file__).parents[1] / "server" / "static" / "icon.png"
st.set_page_config(page_title="Second Visit", page_icon=ICON, layout="centered")
person = signed_in()
page = st.navigation(pages_of(person))

if page.url_path != "record_visit":
    bottom_links(person)

tell_problems()
try:
    page.run()
except Problem as problem:
    st.error(str(problem), icon=":material/error:")
    st.page_link("home.py", label="Go to Home", icon=":material/home:")
