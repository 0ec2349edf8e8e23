"""Import: standards and visits from CSV or XLSX files; looked through first, stored whole or not at all."""

import streamlit as st

from pages.parts.import_forms import (
    VISITS,
    choose_kind,
    choose_own,
    choose_set,
    explain_columns,
    show_errors,
    show_preview,
    show_stored,
)
from pages.parts.signed_in import signed_in, storing
from standards.errors import FileHasErrors, Problem
from standards.people import Action
from storage.import_plans import VisitsImport, plan_visits
from storage.importing import StandardsPlan, import_standards, import_visits, plan_standards
from storage.sessions import in_session

signed_in(Action.MOVE_FILES)
st.title("Import", anchor=False)
kind = choose_kind()
set_name = choose_set(kind)
if not set_name:
    st.stop()
explain_columns(kind, set_name)
own = choose_own() if kind == VISITS else None
upload = st.file_uploader("CSV or Excel file", type=["csv", "xlsx"], key=f"import_file_{kind}")
if not upload:
    st.caption("You see what the file holds before anything is stored.")
    st.stop()

data = upload.getvalue()
progress = st.empty()


def tell(stored: int, visits: int) -> None:
    """Show how far the import is."""
    progress.progress(stored / visits, f"{stored:,} of {visits:,} visits")


done: VisitsImport | StandardsPlan
plan: VisitsImport | StandardsPlan
try:
    if st.session_state.get("import_now"):
        progress.progress(0.0, "Reading the file")
        with storing(Action.MOVE_FILES) as session:
            if kind == VISITS:
                done = import_visits(session, set_name, data, own=own, progress=tell)
            else:
                done = import_standards(session, set_name, data)
        progress.empty()
        show_stored(done)
        st.stop()
    with st.spinner("Reading the file"), in_session(read_only=True) as session:
        if kind == VISITS:
            plan = plan_visits(session, set_name, data, own=own)
        else:
            plan = plan_standards(session, set_name, data)
except Problem as problem:
    progress.empty()
    st.error(str(problem), icon=":material/error:")
    if isinstance(problem, FileHasErrors):
        show_errors(problem.errors)
    st.stop()

new = show_preview(plan)
st.button(
    "Import" if new else "Nothing new to import",
    key="import_now",
    type="primary",
    icon=":material/upload:",
    width="stretch",
    disabled=not new,
)
