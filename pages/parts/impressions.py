"""What a visit was like before and after its standards: impressions, coming back, the story."""

import streamlit as st

from pages.parts.catching import catch_up
from pages.parts.problems import telling
from pages.parts.signed_in import storing
from standards.people import Action
from standards.visits import Visit
from storage.visits import record_impressions


def first_impression(visit: Visit) -> None:
    """Ask for the first impression, before any standard colours it."""
    st.caption("Before the standards: what do you notice in the first ten seconds?")
    _written(visit, "first_impression", "First impression", "Describe what is there. No names.")


def last_impression(visit: Visit) -> None:
    """Ask for the last impression, whether one would come back, and the story."""
    _written(visit, "last_impression", "Last impression", "The last thing said, seen or done as you left.")
    key = f"impression_{visit.id}_would_return"
    shown = st.pills(
        "Would you come back? 0 never, 10 certainly",
        range(11),
        default=visit.would_return,
        key=key,
        on_change=_store,
        args=(visit, "would_return", key),
    )
    catch_up(key, shown, visit.would_return, _store, visit, "would_return", key)
    _written(
        visit,
        "story",
        "The story of the visit",
        "What should colleagues know? Praise counts as much as misses.",
    )


def _written(visit: Visit, name: str, label: str, placeholder: str) -> None:
    key = f"impression_{visit.id}_{name}"
    kept = getattr(visit, name)
    shown = st.text_area(
        label,
        kept,
        height=140,
        key=key,
        placeholder=placeholder,
        on_change=_store,
        args=(visit, name, key),
    )
    catch_up(key, shown, kept, _store, visit, name, key)


@telling
def _store(visit: Visit, name: str, key: str) -> None:
    with storing(Action.RECORD, visit_id=visit.id) as session:
        record_impressions(session, visit.id, **{name: st.session_state[key]})
