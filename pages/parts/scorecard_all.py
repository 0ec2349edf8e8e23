"""The scorecards of all channels at once: made beside the page, with a bar, and to be cancelled."""

from datetime import UTC, datetime

import streamlit as st

from pages.parts.problems import telling
from pages.parts.scorecard_choice import Choice
from pages.parts.signed_in import note_export, signed_in
from pages.parts.words import count_of, plain
from standards.people import Action
from standards.scorecards import write_span
from storage.scorecard_batch import Progress, ScorecardJob, all_channels
from storage.scorecard_files import Form, Order
from storage.sessions import in_session

_JOB, _NAME = "scorecards_job", "scorecards_job_name"
_FORMS = {Form.PDF: "PDF", Form.PICTURE: "Picture", Form.XLSX: "Excel", Form.CSV: "CSV"}
_PROBLEMS_SHOWN = 5


def offer_all(choice: Choice) -> None:
    """Offer the scorecards of every channel visited in the period, in one ZIP."""
    with st.expander("All channels at once", icon=":material/folder_zip:", expanded=_JOB in st.session_state):
        if _JOB in st.session_state:
            _show_job()
            return
        st.caption(
            "One scorecard of each channel visited in this period, in one ZIP. You may go on meanwhile."
        )
        brands = {one.brand.name: one.brand.id for one in choice.channels}
        chosen = st.multiselect(
            "Brands", list(brands), default=next(iter(brands), None), key="scorecards_all_brands"
        )
        forms = st.pills(
            "Forms",
            list(_FORMS),
            selection_mode="multi",
            default=[Form.PDF],
            format_func=lambda form: _FORMS[form],
            key="scorecards_all_forms",
        )
        st.button(
            "Make them all",
            key="scorecards_all",
            icon=":material/play_arrow:",
            disabled=not forms or not chosen,
            on_click=_begin,
            args=(choice, tuple(forms), [brands[name] for name in chosen]),
        )


@telling
def _begin(choice: Choice, forms: tuple[Form, ...], brand_ids: list[int]) -> None:
    person = signed_in(Action.COMPARE)
    asked = choice.asked
    with in_session(read_only=True) as session:
        wanted = all_channels(
            session,
            asked.set_id,
            choice.span,
            seen_by=person,
            brand_ids=brand_ids,
            rival_ids=asked.rival_ids,
            has_words=asked.has_words,
            has_photos=asked.has_photos,
        )
    order = Order(person, datetime.now(UTC).date(), choice.look)
    st.session_state[_JOB] = ScorecardJob(wanted, forms, order)
    st.session_state[_NAME] = f"Scorecards {write_span(choice.span)}.zip"


@st.fragment(run_every=1.0)
def _show_job() -> None:
    job: ScorecardJob | None = st.session_state.get(_JOB)
    if job is None:
        return
    progress = job.progress
    if not progress.is_over:
        share = progress.done / progress.total if progress.total else 1.0
        st.progress(share, f"{progress.done:,} of {count_of(progress.total, 'scorecard')}")
        st.button("Cancel", key="scorecards_cancel", icon=":material/close:", on_click=_cancel)
        return
    _show_end(job, progress)


def _show_end(job: ScorecardJob, progress: Progress) -> None:
    for problem in progress.problems[:_PROBLEMS_SHOWN]:
        st.warning(plain(problem))
    if progress.byte_count:
        megabytes = progress.byte_count / 1_000_000
        st.download_button(
            f"Download {count_of(progress.done, 'scorecard')} ({megabytes:.1f} MB)",
            job.read_zip,
            file_name=st.session_state[_NAME],
            mime="application/zip",
            key="scorecards_zip",
            type="primary",
            icon=":material/download:",
            on_click=_note_zip,
        )
    else:
        st.caption("Nothing was made.")
    st.button("Done: throw it away", key="scorecards_all_done", on_click=_drop)


@telling
def _note_zip() -> None:
    note_export("scorecards.zip", Action.COMPARE)


def _cancel() -> None:
    st.session_state[_JOB].cancel()
    _drop()


def _drop() -> None:
    st.session_state.pop(_JOB, None)
