"""Single standards of the library, taken over into a draft to be adapted there."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from sqlmodel import Session

from pages.parts.words import count_of
from pages.parts.workshop_saving import done, key_of, save, times
from standards.drafting import Draft, DraftStandard, free_code
from standards.editions import Standard
from standards.library_files import library_sets
from storage.drafts import add_standards


def take_standards(draft: Draft) -> None:
    """Offer the library's standards, one or several at a time."""
    opened = st.expander(
        "Take standards from the library",
        icon=":material/menu_book:",
        key=key_of(draft, "library"),
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        ready = {found.name: found for found in library_sets()}
        name = st.selectbox("Set of the library", list(ready), key=key_of(draft, "library_set"))
        offered = {f"{one.touchpoint} · {one.statement}": one for one in ready[name].standards}
        chosen = st.multiselect(
            "Standards",
            list(offered),
            key=key_of(draft, "library_standards", name, times("taken")),
            placeholder="Choose one or several",
        )
        st.button(
            f"Take {count_of(len(chosen), 'standard')}" if chosen else "Take them",
            key=key_of(draft, "library_take"),
            type="primary",
            icon=":material/add:",
            width="stretch",
            disabled=not chosen,
            on_click=_take,
            args=(draft, [offered[label] for label in chosen], times("taken")),
        )


def _take(draft: Draft, chosen: Sequence[Standard], round_: int) -> None:
    # A second tap before the page is drawn anew must not take the same standards twice.
    if round_ != times("taken"):
        return

    def store(session: Session, known: Draft) -> Draft:
        taken, new = set(known.by_code()), []
        for standard in chosen:
            code = free_code(standard.touchpoint, taken) if standard.code in taken else standard.code
            taken.add(code)
            new.append(DraftStandard(replace(standard, code=code)))
        return add_standards(session, known, new)

    save(draft, store)
    done("taken")
