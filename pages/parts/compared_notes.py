"""Notes of one's own on the time line of Compare: written and taken off by managers, read by all."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.filters import FIRST_DAY, LAST_DAY, say_day
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import plain
from standards.people import Action
from standards.visits import Brand
from storage.time_notes import TEXT_LIMIT, TimeNote, add_time_note, remove_time_note

ALL_BRANDS = "All brands"


def edit_notes(set_id: int, brands: Sequence[Brand], notes: Sequence[TimeNote]) -> None:
    """Write a note on the time line, and take notes off it."""
    named = {brand.id: brand.name for brand in brands}
    with st.expander("Notes on the time line", icon=":material/edit_calendar:", key="compare_notes"):
        with st.form("compare_note_form", border=False, clear_on_submit=True):
            today = datetime.now(ZoneInfo(st.context.timezone or "UTC")).date()
            st.text_input(
                "What changed", max_chars=TEXT_LIMIT, placeholder="New till", key="compare_note_text"
            )
            st.date_input(
                "On",
                today,
                min_value=FIRST_DAY,
                max_value=LAST_DAY,
                format="YYYY-MM-DD",
                key="compare_note_on",
            )
            st.selectbox("At", [ALL_BRANDS, *named.values()], index=min(1, len(named)), key="compare_note_at")
            st.form_submit_button(
                "Put it on the time line", width="stretch", on_click=_add, args=(set_id, list(brands))
            )
        for note in notes:
            where = f" · {plain(named[note.brand_id])}" if note.brand_id in named else ""
            st.button(
                f"Remove “{plain(note.text)}”, {say_day(note.noted_on)}{where}",
                key=f"compare_note_{note.id}",
                icon=":material/delete:",
                type="tertiary",
                on_click=_remove,
                args=(note.id,),
            )


@telling
def _add(set_id: int, brands: Sequence[Brand]) -> None:
    state = st.session_state
    brand = next((one for one in brands if one.name == state["compare_note_at"]), None)
    with storing(Action.MANAGE) as session:
        add_time_note(
            session,
            state["compare_note_text"] or "",
            state["compare_note_on"],
            set_id=set_id,
            brand_id=brand.id if brand else None,
        )


@telling
def _remove(note_id: int) -> None:
    with storing(Action.MANAGE) as session:
        remove_time_note(session, note_id)
