"""The ways from the pages to the recorder."""

from urllib.parse import quote
from uuid import UUID

import streamlit as st

from pages.parts.steps import FIRST, LAST, REVIEW

_STEPS = {FIRST: "first", LAST: "last", REVIEW: "review"}


def recorder_link() -> None:
    """Lead to the recorder, to record on a phone."""
    _link("/recorder/", "Record on a phone, also without signal")


def recorder_link_to(visit_id: UUID, step: str) -> None:
    """Lead to a visit in the recorder, at the step that is being done here."""
    there = quote(_STEPS.get(step, f"touchpoint {step}"), safe="")
    _link(f"/recorder/?visit={visit_id}&amp;step={there}", "Go on in the recorder, also without signal")


def _link(address: str, words: str) -> None:
    # In the same tab. It is no page of Streamlit's, which page links are for.
    st.html(
        f'<a href="{address}" target="_self" style="display:inline-block;padding:0.9rem 0;font-weight:600;'
        f'color:inherit">{words}</a>'
    )
