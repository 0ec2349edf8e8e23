"""Standards: read the sets and their editions; take a ready set from the library."""

import streamlit as st

from pages.parts.filters import say_day
from pages.parts.signed_in import signed_in
from pages.parts.standard_cards import (
    choose_touchpoint,
    say_kinds,
    say_size,
    show_library,
    show_standards,
    workshop_link,
)
from pages.parts.words import show_text
from pages.parts.workshop_files import show_downloads
from standards.library_files import StandardFile
from standards.people import Action, may
from storage.editions import editions_of_set, list_sets
from storage.sessions import in_session

OWN_SETS, LIBRARY = "Your sets", "Library"

person = signed_in(Action.RECORD)
manages = may(person, Action.MANAGE)
st.title("Standards", anchor=False)
with in_session(read_only=True) as session:
    sets = {found.name: found for found in list_sets(session)}
taken = {name for name, found in sets.items() if not found.is_example}
if not sets and not manages:
    st.info("No standard set yet. A manager takes one from the library.", icon=":material/checklist:")
    st.stop()
if not sets:
    st.info(
        "No standard set of your own yet. Take a ready one over below, or import your own from CSV or Excel.",
        icon=":material/checklist:",
    )
    st.page_link("import_files.py", label="Import standards", icon=":material/upload_file:")
    show_library(taken)
    st.stop()

if manages:
    view = st.segmented_control(
        "What to read",
        [OWN_SETS, LIBRARY],
        default=OWN_SETS,
        required=True,
        key="standards_view",
        bind="query-params",
        width="stretch",
        label_visibility="collapsed",
    )
    if view == LIBRARY:
        show_library(taken)
        st.stop()

chosen = sets[st.selectbox("Standard set", list(sets), key="standards_set", bind="query-params")]
with in_session(read_only=True) as session:
    editions = {f"Edition {edition.number}": edition for edition in editions_of_set(session, chosen.id)}
if not editions:
    st.info("This set has no published edition yet.", icon=":material/checklist:")
    if manages:
        workshop_link(chosen.id)
    st.stop()
edition = next(iter(editions.values()))
if len(editions) > 1:
    edition = editions[st.selectbox("Edition", list(editions), key="standards_edition", bind="query-params")]
if chosen.is_example:
    st.badge("example", icon=":material/science:", color="violet")
if chosen.about:
    show_text(chosen.about)
published = (
    f"published on {say_day(edition.published_at.date())}" if edition.published_at else "not published"
)
st.caption(
    f"Edition {edition.number}, {published}  \n{say_kinds(edition.standards)}  \n"
    f"{say_size(edition.standards, edition.minimum_coverage)}"
)
if not chosen.is_example and manages:
    with st.container(horizontal=True, gap="small"):
        workshop_link(chosen.id)
        with st.popover("Download", icon=":material/download:", type="tertiary"):
            found = StandardFile(chosen.name, chosen.about, edition.standards, edition.minimum_coverage)
            show_downloads(found, f"standards_{edition.id}")
show_standards(choose_touchpoint(edition.standards))
