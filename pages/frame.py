"""The frame around every page: navigation, and the problems met on the way."""

import streamlit as st

from pages.parts.problems import tell_problems
from standards.errors import Problem

st.set_page_config(page_title="Second Visit", page_icon=":material/handshake:", layout="centered")

page = st.navigation(
    {
        "": [
            st.Page(
                "home.py",
                title="Home",
                icon=":material/home:",
                default=True,
                help="Start a visit, resume a draft, close a wait, see the latest scores.",
            ),
            st.Page(
                "record_visit.py",
                title="Record a visit",
                icon=":material/edit_note:",
                help="One touchpoint at a time; every answer is stored the moment it is given.",
            ),
            st.Page(
                "read_visits.py",
                title="Visits",
                icon=":material/list_alt:",
                help="Find a visit, read its observations and photos, see how its score came about.",
            ),
            st.Page(
                "compare_brands.py",
                title="Compare",
                icon=":material/compare_arrows:",
                help="Your own brand against competitors: scores over time, and standard by standard.",
            ),
        ],
        "Set up": [
            st.Page(
                "read_standards.py",
                title="Standards",
                icon=":material/checklist:",
                help="Read the standard sets and their editions; take a ready set from the library.",
            ),
            st.Page(
                "shape_standards.py",
                title="Workshop",
                icon=":material/architecture:",
                help="From a sentence to a standard that can be measured: draft, try, publish.",
            ),
            # Opened by the address a manager sends, so it stands in no menu.
            st.Page(
                "judge_standards.py",
                title="Judge a case",
                icon=":material/gavel:",
                visibility="hidden",
            ),
            st.Page(
                "manage_channels.py",
                title="Channels",
                icon=":material/storefront:",
                help="Brands, channels and areas: add, rename, close.",
            ),
            st.Page(
                "import_files.py",
                title="Import",
                icon=":material/upload_file:",
                help="Bring in standards and visits from CSV or Excel files.",
            ),
            st.Page(
                "export_files.py",
                title="Export",
                icon=":material/download:",
                help="Take observations and scores away as CSV.",
            ),
        ],
    },
)

if page.url_path != "record_visit":
    # Within reach of the thumb; while recording, that place belongs to Back and Next.
    with st.bottom.container(horizontal=True, horizontal_alignment="distribute", gap=None, wrap=False):
        st.page_link("home.py", label="Home", icon="")
        st.page_link("record_visit.py", label="Record", icon="")
        st.page_link("read_visits.py", label="Visits", icon="")
        st.page_link("compare_brands.py", label="Compare", icon="")

tell_problems()
try:
    page.run()
except Problem as problem:
    st.error(str(problem), icon=":material/error:")
    st.page_link("home.py", label="Go to Home", icon=":material/home:")
