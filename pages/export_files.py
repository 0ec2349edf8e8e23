"""Export: observations and scores as CSV, made when they are asked for."""

from collections.abc import Callable, Iterator

import streamlit as st
from sqlmodel import Session

from pages.parts.navigation import ways_to_begin
from pages.parts.signed_in import door_hash, note_export, signed_in
from standards.people import Action
from storage.exporting import count_exported, observation_lines, score_lines
from storage.sessions import in_session

# A download is made after this run of the page; whoever asked for it is asked for again.
door = door_hash()


def download(
    title: str, about: str, name: str, lines: Callable[[Session], Iterator[str]], count: str
) -> None:
    """Offer one file. Its bytes are made on the tap, not each time the page is shown."""

    def make() -> bytes:
        note_export(name, Action.MOVE_FILES, door=door)
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


person = signed_in(Action.MOVE_FILES)
st.title("Export", anchor=False)
with in_session(read_only=True) as session:
    visits, observations = count_exported(session)
if not visits:
    st.info("No visit is submitted yet, so there is nothing to take away.")
    ways_to_begin(person)
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
