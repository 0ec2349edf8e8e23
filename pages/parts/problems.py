"""Problems met while something was stored: told at the top of the page, whatever page that is."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from standards.errors import Problem

_KEY = "problems_to_tell"

P = ParamSpec("P")


def telling(store: Callable[P, None]) -> Callable[P, None]:
    """Wrap a widget's callback: what it could not store is told, and the page goes on."""

    @wraps(store)
    def stored(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            store(*args, **kwargs)
        except Problem as problem:
            st.session_state.setdefault(_KEY, []).append(str(problem))

    return stored


def tell_failure(_error: Exception) -> bool:
    """Say what is safe and what to do where a page fails by a mistake of ours; the log has the details."""
    st.error(
        "This page could not be shown. Everything stored before is safe. "
        "Reload the page; if it fails again, tell whoever runs Second Visit what you tapped.",
        icon=":material/error:",
    )
    return True


def tell_problems() -> bool:
    """Show what could not be stored since the last run, once; return whether there was any."""
    problems = st.session_state.pop(_KEY, [])
    for text in problems:
        st.error(text, icon=":material/error:")
    return bool(problems)
