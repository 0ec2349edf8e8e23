"""Storing what is done in the workshop, and telling the second of two managers what the first changed."""

from collections.abc import Callable, Sequence

import streamlit as st
from sqlmodel import Session

from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import plain
from standards.changes import Change, changes_between
from standards.drafting import Draft, DraftStandard
from standards.errors import DraftMoved, EditionJustPublished, Problem
from standards.people import Action
from storage.drafts import change_standard

_MOVED, _ROUND = "workshop_moved", "workshop_round"


def key_of(draft: Draft, *parts: object) -> str:
    """Return a widget's key; another one after somebody else's change, so that fields are read anew."""
    return "_".join(("workshop", str(draft.id), str(st.session_state.get(_ROUND, 0)), *map(str, parts)))


def seen(draft: Draft) -> Draft:
    """Return the draft as this tab knows it: its own last change may be newer than the page."""
    known = st.session_state.get(f"workshop_draft_{draft.id}", draft)
    return known if known.revision > draft.revision else draft


def follow(draft: Draft) -> None:
    """Take over a draft as it was just read; where somebody else has changed it, show what is other."""
    known: Draft | None = st.session_state.get(f"workshop_draft_{draft.id}")
    st.session_state[f"workshop_draft_{draft.id}"] = draft
    if known is None or known.revision >= draft.revision:
        return
    start_anew()
    with st.container(border=True, gap="small"):
        st.info("Somebody else has changed this draft since you opened it.", icon=":material/group:")
        show_changes(changes_between(known.plain, draft.plain))


@telling
def save(draft: Draft, store: Callable[[Session, Draft], Draft], *, yours: str = "") -> None:
    """
    Store a change of a draft at once.

    Args:
        store: takes the session and the draft as this tab knows it; returns it as stored.
        yours: what was typed, shown again where somebody else was faster.
    """
    try:
        with storing(Action.MANAGE) as session:
            after = store(session, seen(draft))
    except DraftMoved as moved:
        # What is stored now is shown as new, with the difference below the message and not twice.
        st.session_state.pop(f"workshop_draft_{draft.id}", None)
        told_of(moved, yours)
    except Problem:
        start_anew()
        raise
    else:
        st.session_state[f"workshop_draft_{draft.id}"] = after


def change(
    draft: Draft, code: str, how: Callable[[DraftStandard], DraftStandard], *, yours: str = ""
) -> None:
    """Store one standard changed."""

    def store(session: Session, known: Draft) -> Draft:
        return change_standard(session, known, code, how(known.by_code()[code]))

    if code in seen(draft).by_code():
        save(draft, store, yours=yours)


def go_to(draft: Draft) -> None:
    """Let the address name a draft."""
    leave_draft()
    st.query_params["draft"] = str(draft.id)


def leave_draft() -> None:
    """Let the address name no draft and no set."""
    for name in ("draft", "set"):
        if name in st.query_params:
            del st.query_params[name]


def told_of(moved: DraftMoved | EditionJustPublished, yours: str = "") -> None:
    """Remember, for the next drawing of the page, what somebody else did meanwhile."""
    start_anew()
    st.session_state[_MOVED] = (str(moved), moved.changes, yours)


def times(what: str) -> int:
    """Return how often something was done in this tab; in a form's key, each time gives an empty one."""
    return int(st.session_state.get(f"workshop_times_{what}", 0))


def done(what: str) -> None:
    """Count that something was done, so that its form is shown empty."""
    st.session_state[f"workshop_times_{what}"] = times(what) + 1


def start_anew() -> None:
    """Let every field show what is stored."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def tell_moved() -> None:
    """Show, once, what somebody else changed while this tab was open, and what was typed here."""
    if _MOVED not in st.session_state:
        return
    text, changes, yours = st.session_state.pop(_MOVED)
    with st.container(border=True, gap="small"):
        st.warning(text, icon=":material/group:")
        show_changes(changes)
        if yours:
            st.caption("What you wrote, to use again:")
            st.code(yours, language=None, wrap_lines=True)


def show_changes(changes: Sequence[Change]) -> None:
    """Show what differs: code, kind, before and after, and what it means for comparisons over time."""
    for found in changes:
        sign = ":orange-badge[:material/timeline: break]" if found.is_break else ""
        st.markdown(f"**{plain(found.code)}** :gray-badge[{found.kind}] {sign}")
        if found.before or found.after:
            before, after = plain(found.before) or "nothing", plain(found.after) or "nothing"
            st.caption(f"{before} :material/arrow_forward: {after}")
        st.caption(found.meaning)
