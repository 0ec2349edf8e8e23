"""A visit that is only looked at: its cards are those of a real one, and its answers stay in the tab."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import streamlit as st

from standards.editions import Kind
from standards.visits import Brand, Channel, Observation, Visit

# No device makes this id, so no stored visit can have it.
PREVIEW = UUID(int=0)
_KEY = "preview_answers"


def preview_visit(kind: Kind, *, is_own: bool) -> Visit:
    """Return a visit to a channel of this kind with what was tapped in this tab."""
    brand = Brand(0, "Your own brand" if is_own else "A competitor", is_own, "#00629B")
    channel = Channel(0, brand, kind, "preview", "", "UTC")
    return Visit(PREVIEW, channel, 0, observations=tuple(st.session_state.get(_KEY, {}).values()))


def kept_in_tab(visit_id: UUID, code: str, **changes: Any) -> bool:
    """Keep what was tapped in a preview; False for a visit, whose answers are stored instead."""
    if visit_id != PREVIEW:
        return False
    answers = st.session_state.setdefault(_KEY, {})
    answers[code] = replace(answers.get(code, Observation(code)), **changes)
    return True


def forget_preview() -> None:
    """Begin the preview anew."""
    st.session_state.pop(_KEY, None)
