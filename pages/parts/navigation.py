"""The pages each role is offered, and links to them."""

import streamlit as st
from streamlit.navigation.page import Page

from standards.people import Action, Person, may

_BOTTOM = (
    ("home.py", "Home", Action.RECORD),
    ("record_visit.py", "Record", Action.RECORD),
    ("read_visits.py", "Visits", Action.READ_VISITS),
    ("compare_brands.py", "Compare", Action.COMPARE),
    ("your_account.py", "You", None),
)
_PLACES = 4


def pages_of(person: Person) -> dict[str, list[Page]]:
    """Return by section what a person may open; the address of any other page answers like an unknown one."""
    listed: dict[str, list[tuple[Action | None, Page]]] = {
        "": [
            (
                None,
                st.Page(
                    "home.py",
                    title="Home",
                    icon=":material/home:",
                    default=True,
                    # Whoever only reads begins with Compare.
                    visibility="visible" if may(person, Action.RECORD) else "hidden",
                    help="Start a visit, resume a draft, close a wait, see the latest scores.",
                ),
            ),
            (
                Action.RECORD,
                st.Page(
                    "record_visit.py",
                    title="Record a visit",
                    icon=":material/edit_note:",
                    help="One touchpoint at a time; every answer is stored the moment it is given.",
                ),
            ),
            (
                Action.READ_VISITS,
                st.Page(
                    "read_visits.py",
                    title="Visits",
                    icon=":material/list_alt:",
                    help="Find a visit, read its observations and photos, see how its score came about.",
                ),
            ),
            (
                Action.COMPARE,
                st.Page(
                    "compare_brands.py",
                    title="Compare",
                    icon=":material/compare_arrows:",
                    help="Your own brand against competitors: scores over time, and standard by standard.",
                ),
            ),
            (
                Action.COMPARE,
                st.Page(
                    "hand_out_scorecards.py",
                    title="Scorecards",
                    icon=":material/id_card:",
                    help="Print, send or share how a brand, an area, a channel or a visit did.",
                ),
            ),
            (
                Action.RECORD,
                st.Page(
                    "read_standards.py",
                    title="Standards",
                    icon=":material/checklist:",
                    help="Read the standard sets and their editions.",
                ),
            ),
            (
                None,
                st.Page(
                    "your_account.py",
                    title="You",
                    icon=":material/account_circle:",
                    help="Your password, your devices, sign out.",
                ),
            ),
        ],
        "Set up": [
            (
                Action.MANAGE,
                st.Page(
                    "shape_standards.py",
                    title="Workshop",
                    icon=":material/architecture:",
                    help="From a sentence to a standard that can be measured: draft, try, publish.",
                ),
            ),
            (
                # Opened by the address a manager sends, so it stands in no menu.
                Action.RECORD,
                st.Page(
                    "judge_standards.py",
                    title="Judge a case",
                    icon=":material/gavel:",
                    visibility="hidden",
                ),
            ),
            (
                Action.MANAGE,
                st.Page(
                    "manage_channels.py",
                    title="Channels",
                    icon=":material/storefront:",
                    help="Brands, channels and areas: add, rename, close.",
                ),
            ),
            (
                Action.MOVE_FILES,
                st.Page(
                    "import_files.py",
                    title="Import",
                    icon=":material/upload_file:",
                    help="Bring in standards and visits from CSV or Excel files.",
                ),
            ),
            (
                Action.MOVE_FILES,
                st.Page(
                    "export_files.py",
                    title="Export",
                    icon=":material/download:",
                    help="Take observations and scores away as CSV.",
                ),
            ),
        ],
        "Who may come in": [
            (
                Action.PEOPLE,
                st.Page(
                    "manage_people.py",
                    title="People",
                    icon=":material/group:",
                    help="Invite colleagues, give them a role, end their sessions.",
                ),
            ),
            (
                Action.READ_LOG,
                st.Page(
                    "read_log.py",
                    title="Log",
                    icon=":material/history:",
                    help="Who signed in, changed, exported or removed what, and when.",
                ),
            ),
        ],
    }
    allowed = {
        section: [page for action, page in pages if action is None or may(person, action)]
        for section, pages in listed.items()
    }
    return {section: pages for section, pages in allowed.items() if pages}


def bottom_links(person: Person) -> None:
    """Show the pages used most within reach of the thumb; while recording, it reaches Back and Next there."""
    offered = [(page, label) for page, label, action in _BOTTOM if action is None or may(person, action)]
    with st.bottom.container(horizontal=True, horizontal_alignment="distribute", gap=None, wrap=False):
        for page, label in offered[:_PLACES]:
            st.page_link(page, label=label, icon="")


def ways_to_begin(person: Person) -> None:
    """Lead from a page that has nothing to show yet to where visits come from."""
    if may(person, Action.RECORD):
        st.page_link("record_visit.py", label="Record a visit", icon=":material/edit_note:")
    if may(person, Action.MOVE_FILES):
        st.page_link("import_files.py", label="Import visits", icon=":material/upload_file:")
