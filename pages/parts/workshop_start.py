"""The workshop's door: try a sentence, open a draft, start a set, copy one of the library, bring a file."""

from collections.abc import Sequence

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.standard_cards import browse_library, say_kinds, show_standards
from pages.parts.words import count_of, plain, show_text
from pages.parts.workshop_files import ask_for_file, free_name
from pages.parts.workshop_publish import show_editions
from pages.parts.workshop_saving import go_to
from pages.parts.workshop_write import read_live
from standards.drafting import Draft, DraftStandard
from standards.editions import Edition
from standards.library_files import StandardFile
from standards.people import Action
from standards.publishing import is_unmeasured
from storage.drafts import list_drafts, open_draft, start_draft
from storage.editions import StandardSet, editions_of_set, list_sets
from storage.sessions import in_session

DRAFTS, LIBRARY, FROM_FILE = "Drafts and sets", "Library", "From a file"


def start_in_workshop() -> None:
    """Show everything a manager can begin with."""
    read_live("Try a sentence", "workshop_try")
    view = st.segmented_control(
        "Begin with",
        [DRAFTS, LIBRARY, FROM_FILE],
        default=DRAFTS,
        required=True,
        key="workshop_from",
        bind="query-params",
        width="stretch",
        label_visibility="collapsed",
    )
    if view == LIBRARY:
        _library()
    elif view == FROM_FILE:
        ask_for_file()
    else:
        _sets()


def open_set(name: str) -> None:
    """Open the draft of a set, a new one where there is none; its id then stands in the address."""
    with storing(Action.MANAGE) as session:
        draft = open_draft(session, name)
    go_to(draft)


def show_set(address: str) -> None:
    """Show one set with its draft and editions, as after publishing."""
    with in_session(read_only=True) as session:
        drafts = {draft.set_id: draft for draft in list_drafts(session)}
        found = next((one for one in list_sets(session) if str(one.id) == address), None)
        editions = editions_of_set(session, found.id) if found else []
    if not found:
        st.caption("There is no such set any more.")
    else:
        _set_card(found, drafts.get(found.id), editions)
        if editions:
            st.page_link("record_visit.py", label="Record a visit", icon=":material/edit_note:")
        show_editions(editions)
    st.page_link("shape_standards.py", label="All drafts and sets", icon=":material/arrow_back:")


def _sets() -> None:
    with in_session(read_only=True) as session:
        drafts = {draft.set_id: draft for draft in list_drafts(session)}
        sets = [found for found in list_sets(session) if not found.is_example]
    name = st.text_input("A new set", key="workshop_new", max_chars=200, placeholder="such as: Shop visit")
    st.button(
        "Start this set",
        key="workshop_start",
        type="primary",
        icon=":material/add:",
        width="stretch",
        disabled=not (name or "").strip(),
        on_click=_start,
    )
    if not sets:
        st.caption("No set of your own yet. Start one, or copy a ready one from the library.")
    for found in sets:
        with in_session(read_only=True) as session:
            editions = editions_of_set(session, found.id)
        _set_card(found, drafts.get(found.id), editions)
        if editions:
            _editions_corner(found, editions)


def _set_card(found: StandardSet, draft: Draft | None, editions: Sequence[Edition]) -> None:
    with st.container(border=True, gap="small"):
        st.subheader(plain(found.name), anchor=False)
        parts = []
        if draft:
            unmeasured = sum(is_unmeasured(one) for one in draft.standards)
            parts.append(
                f":orange-badge[:material/edit_note: draft of edition {draft.number}] "
                f":gray-badge[{count_of(len(draft.standards), 'standard')}, {unmeasured} unmeasured]"
            )
        in_use = [edition for edition in editions if not edition.retired_at]
        if in_use:
            parts.append(f":green-badge[:material/check: edition {in_use[0].number} in use]")
        st.markdown(" ".join(parts) or ":gray-badge[nothing published]")
        st.button(
            "Open the draft" if draft else f"Draft edition {editions[0].number + 1 if editions else 1}",
            key=f"workshop_open_{found.id}",
            icon=":material/edit:",
            width="stretch",
            help=f"Work on {plain(found.name)}",
            on_click=telling(open_set),
            args=(found.name,),
        )


def _editions_corner(found: StandardSet, editions: Sequence[Edition]) -> None:
    label = f"Editions of {plain(found.name)}"
    key = f"workshop_editions_{found.id}"
    shown = st.expander(label, icon=":material/history:", key=key, on_change="rerun")
    if shown.open:
        with shown:
            show_editions(editions)


def _library() -> None:
    if chosen := browse_library("workshop_ready", _library_set):
        show_standards(chosen.standards)


def _library_set(found: StandardFile, *, reading: bool) -> None:
    show_text(found.about)
    st.caption(f"{count_of(len(found.standards), 'standard')} · {say_kinds(found.standards)}")
    with st.container(horizontal=True, gap="small"):
        if not reading:
            st.button(
                "Read",
                key=f"workshop_read_{found.name}",
                icon=":material/menu_book:",
                width="stretch",
                help=f"Read the standards of {found.name}",
                on_click=_read,
                args=(found.name,),
            )
        st.button(
            "Copy and adapt",
            key=f"workshop_copy_{found.name}",
            type="primary",
            icon=":material/content_copy:",
            width="stretch",
            help=f"Make a draft of your own from {found.name}",
            on_click=copy_set,
            args=(found,),
        )


def _read(name: str) -> None:
    st.session_state["workshop_ready"] = name


@telling
def copy_set(found: StandardFile, standards: Sequence[DraftStandard] | None = None) -> None:
    """Make a draft from a set of the library or a file, under a name that is still free."""
    whole = standards or [DraftStandard(standard) for standard in found.standards]
    with storing(Action.MANAGE) as session:
        taken = {one.name for one in list_sets(session)}
        draft = start_draft(
            session,
            free_name(found.name, taken),
            whole,
            about=found.about,
            minimum_coverage=found.minimum_coverage,
        )
    go_to(draft)
    st.toast(f"“{draft.set_name}” is a draft of your own now.", icon=":material/check:")


@telling
def _start() -> None:
    open_set(st.session_state["workshop_new"] or "")
