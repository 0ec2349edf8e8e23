"""The steps of a visit: the one being done stands in the address, so that a reload comes back to it."""

from collections.abc import Callable, Sequence
from uuid import UUID

import streamlit as st

from pages.parts.catching import tap_button
from pages.parts.words import plain

FIRST, LAST, REVIEW = "Your first impression", "Your last impression", "Review and submit"


def choose_step(steps: Sequence[str]) -> str:
    """Return the step the address names, or the first; offer the others by name."""
    step = st.query_params.get("step", steps[0])
    if step not in steps:
        step = steps[0]
    return step


def _go(step: str) -> None:
    st.query_params["step"] = step


def _jump(key: str) -> None:
    st.query_params["step"] = st.session_state[key]


def step_bar(
    steps: Sequence[str], step: str, answered: int, total: int, *, submit: tuple[Callable[[UUID], None], UUID]
) -> None:
    """Show, where the thumb is, how far the visit is and the way on and back."""
    at = steps.index(step)
    with st.bottom:
        st.progress(answered / total if total else 0.0, text=f"{answered} of {total} answered")
        with st.container(horizontal=True, wrap=False, gap="small"):
            tap_button(
                "Back",
                _go,
                (steps[max(at - 1, 0)],),
                key="record_back",
                icon=":material/arrow_back:",
                disabled=at == 0,
            )
            with st.popover("Steps", key=f"record_steps_{at}"):
                key = f"record_jump_{at}"
                st.radio("Go to", steps, index=at, format_func=plain, key=key, on_change=_jump, args=(key,))
            if at + 1 < len(steps):
                tap_button(
                    "Next",
                    _go,
                    (steps[at + 1],),
                    key="record_next",
                    type="primary",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                    width="stretch",
                )
            else:
                store, visit_id = submit
                tap_button(
                    "Submit visit",
                    store,
                    (visit_id,),
                    key="record_submit",
                    type="primary",
                    icon=":material/check:",
                    width="stretch",
                )
