"""Workshop: from a sentence to a standard that can be measured; drafts are tried, compared and published."""

import streamlit as st

from pages.parts.signed_in import signed_in
from pages.parts.words import plain
from pages.parts.workshop_files import files_of
from pages.parts.workshop_preview import preview_draft, weigh_draft
from pages.parts.workshop_publish import publish_view
from pages.parts.workshop_saving import follow, tell_moved
from pages.parts.workshop_start import show_set, start_in_workshop
from pages.parts.workshop_trials import try_draft
from pages.parts.workshop_write import write_draft
from standards.errors import DraftNotFound
from standards.people import Action
from storage.drafts import get_draft
from storage.sessions import in_session

VIEWS = {
    "Write": write_draft,
    "Preview": preview_draft,
    "Weigh": weigh_draft,
    "Try": try_draft,
    "Publish": publish_view,
    "Files": files_of,
}

signed_in(Action.MANAGE)
address = st.query_params.get("draft")
if address is None:
    st.title("Workshop", anchor=False)
    if "set" in st.query_params:
        show_set(st.query_params["set"])
    else:
        start_in_workshop()
    st.stop()

# The view in the address would push the draft out of it; it must survive a reload.
st.query_params["draft"] = address
tell_moved()
try:
    with in_session(read_only=True) as session:
        draft = get_draft(
            session, int(address) if address.isascii() and address.isdigit() and len(address) < 10 else 0
        )
except DraftNotFound as problem:
    st.error(str(problem), icon=":material/error:")
    st.page_link("shape_standards.py", label="Open the workshop", icon=":material/architecture:")
    st.stop()

follow(draft)
st.caption(f":material/edit_note: draft of edition {draft.number}")
st.title(plain(draft.set_name), anchor=False)
view = st.segmented_control(
    "What to do",
    list(VIEWS),
    default="Write",
    required=True,
    key="workshop_view",
    bind="query-params",
    width="stretch",
    label_visibility="collapsed",
)
VIEWS[view or "Write"](draft)
