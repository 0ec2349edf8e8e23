"""Before and after submitting: what is unanswered or lacks its evidence, and what the visit came to."""

from collections.abc import Mapping
from uuid import UUID

import streamlit as st

from pages.parts.problems import telling
from pages.parts.quick_notes import show_quick_notes
from pages.parts.scores import say_coverage, say_percent, say_score
from pages.parts.signed_in import storing
from pages.parts.words import count_of, plain, show_text
from standards.editions import Edition, Standard
from standards.people import Action
from standards.scoring import is_complete, lacks_evidence, score_visit
from standards.visits import Visit
from storage.visits import submit_visit


def show_gaps(visit: Visit, sheet: Mapping[str, Standard], photo_counts: Mapping[str | None, int]) -> None:
    """List what is unanswered, still waited for, or without the evidence it asks for."""
    waiting = {o.code for o in visit.open_waits}
    unanswered = [
        s for code, s in sheet.items() if not visit.observation(code).verdict and code not in waiting
    ]
    bare = [
        s
        for code, s in sheet.items()
        if lacks_evidence(s, visit.observation(code), photo_counts.get(code, 0))
    ]
    _listed("Still waiting", [sheet[code] for code in sheet if code in waiting], ":material/hourglass_top:")
    _listed("Unanswered", unanswered, ":material/help:")
    _listed("Photo or note missing", bare, ":material/add_a_photo:")
    if visit.photos_awaited:
        st.warning(
            f"{count_of(visit.photos_awaited, 'photo')} of this visit are still on the phone it was recorded "
            "with. Submitted now, the visit stays without them: open the recorder there first, with signal.",
            icon=":material/phonelink:",
        )
    show_quick_notes(visit)
    if not (waiting or unanswered or bare):
        st.success("Every standard is answered, with its evidence.", icon=":material/check_circle:")


def _listed(title: str, standards: list[Standard], icon: str) -> None:
    if not standards:
        return
    with st.container(border=True):
        st.markdown(f"{icon} **{title}: {count_of(len(standards), 'standard')}**")
        for touchpoint in dict.fromkeys(s.touchpoint for s in standards):
            st.button(
                plain(touchpoint),
                key=f"review_{title}_{touchpoint}",
                icon=":material/arrow_forward:",
                icon_position="right",
                width="stretch",
                on_click=_go_to,
                args=(touchpoint,),
            )
            show_text(
                "\n".join(f"• {s.statement}" for s in standards if s.touchpoint == touchpoint), small=True
            )


def _go_to(touchpoint: str) -> None:
    st.query_params["step"] = touchpoint


def show_coverage(visit: Visit, sheet: Mapping[str, Standard], edition: Edition) -> None:
    """Say how much of the visit is answered, and what that means for comparing."""
    coverage = score_visit(visit.observations, sheet).coverage
    if not is_complete(coverage, edition.minimum_coverage):
        enough = say_coverage(edition.minimum_coverage)
        st.warning(
            f"{say_coverage(coverage)} of the weight is answered. "
            f"Below {enough} the visit is kept, but stays out of comparisons.",
            icon=":material/pie_chart:",
        )


@telling
def submit(visit_id: UUID) -> None:
    """Close the draft; the page then shows what it came to."""
    with storing(Action.RECORD, visit_id=visit_id) as session:
        submit_visit(session, visit_id)


def show_result(visit: Visit, sheet: Mapping[str, Standard], edition: Edition) -> None:
    """Show what a submitted visit came to: score, coverage, missed no-nos."""
    with st.grid(2, min_column_width=140):
        percent = visit.score_percent
        st.metric("Score", "no score" if percent is None else say_percent(percent), border=True)
        st.metric("Coverage", say_coverage(visit.coverage), border=True)
    st.caption(
        f"{say_score(visit, edition.minimum_coverage)} · {plain(edition.set_name)}, edition {edition.number}"
    )
    for code in score_visit(visit.observations, sheet).no_nos_missed:
        st.error(plain(sheet[code].statement), title="No-no missed", icon=":material/block:")
