"""Export: observations and scores as CSV, made when they are asked for."""

from collections.abc import Callable, Iterator

import streamlit as st
from sqlmodel import Session

from storage.exporting import count_exported, observation_lines, score_lines
from storage.sessions import in_session


def download(
    title: str, about: str, name: str, lines: Callable[[Session], Iterator[str]], count: str
) -> None:
    """Offer one file. Its bytes are made on the tap, not each time the page is shown."""

    def make() -> bytes:
        with in_session(read_only=True) as session:
            return "".join(lines(session)).encode()

    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.caption(about)
        st.download_button(
            f"Download {count}",
            make,
            file_name=f"{name}.csv",
            mime="text/csv",
            key=f"export_{name}",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )


st.title("Export", anchor=False)
with in_session(read_only=True) as session:
    visits, observations = count_exported(session)
if not visits:
    st.info("No visit is submitted yet, so there is nothing to take away.")
    st.page_link("record_visit.py", label="Record a visit", icon=":material/edit_note:")
    st.page_link("import_files.py", label="Import visits", icon=":material/upload_file:")
    st.stop()

st.caption("Submitted visits as CSV in UTF-8, for a spreadsheet program or any other.")
download(
    "Scores",
    "A row for each visit: score, coverage, no-nos missed.",
    "scores",
    score_lines,
    f"{visits:,} scores",
)
download(
    "Observations",
    "A row for each standard of each visit, with value, verdict and note. The Import page reads it again. "
    "It names the shoppers: keep it inside.",
    "observations",
    observation_lines,
    f"{observations:,} observations",
)
