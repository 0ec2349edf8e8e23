"""One visit: its score and how it came about, what was observed, the impressions and the photos."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import streamlit as st

from pages.parts.photos import offer_marks, show_photos
from pages.parts.problems import telling
from pages.parts.quick_notes import show_quick_notes
from pages.parts.scorecard_choice import link_to_scorecard
from pages.parts.scores import (
    VERDICT_COLOURS,
    VERDICT_ICONS,
    say_coverage,
    say_no_nos,
    say_percent,
    score_badge,
    state_badge,
)
from pages.parts.signed_in import storing
from pages.parts.tables import show_table
from pages.parts.visit_cards import EXAMPLE_BADGE, back_link, plain_facts
from pages.parts.words import KIND_ICONS, count_of, plain, show_text
from standards.editions import Edition, Standard, touchpoints_of
from standards.measuring import Measure, Verdict
from standards.people import Action, Person, may
from standards.scoring import Score, is_complete, score_visit
from standards.values import say_number, say_target, say_value
from standards.visits import Observation, Photo, State, Visit
from storage.editions import get_edition
from storage.photos import photos_of
from storage.sessions import in_session
from storage.visibility import visit_seen_by
from storage.visits import void_visit


def show_visit(visit_id: UUID, person: Person) -> None:
    """
    Show a stored visit; it can be gone on with while it is a draft, and voided, but not changed here.

    Raises:
        VisitNotFound: no visit has this id, or it is not this person's to read.
    """
    with in_session(read_only=True) as session:
        visit = visit_seen_by(session, visit_id, person)
        edition = get_edition(session, visit.edition_id)
        photos = photos_of(session, visit_id)
    asked = edition.sheet(visit.channel.kind, is_own=visit.channel.brand.is_own)
    sheet = {standard.code: standard for standard in asked}
    score = score_visit(visit.observations, sheet)

    back_link()
    _head(visit, edition)
    if (
        visit.is_open
        and may(person, Action.RECORD)
        and st.button("Go on with this visit", type="primary", icon=":material/play_arrow:", width="stretch")
    ):
        st.switch_page("record_visit.py", query_params={"visit": str(visit_id)})
    link_to_scorecard(visit, person)
    _how_it_came_about(visit, sheet, score, edition)
    _impressions(visit)
    show_quick_notes(visit)
    if photos:
        st.subheader("Photos", anchor=False)
        show_photos(photos)
        if not visit.channel.brand.is_own and may(person, Action.REVIEW):
            offer_marks(photos)
    _observations(visit, sheet, photos)
    if visit.state is not State.VOID and may(person, Action.REVIEW):
        _void(visit_id)


def _head(visit: Visit, edition: Edition) -> None:
    channel = visit.channel
    st.title(f"{plain(channel.brand.name)} · {plain(channel.name)}", anchor=False)
    badges = [score_badge(visit, edition.minimum_coverage), state_badge(visit.state)]
    if channel.brand.is_example:
        badges.append(EXAMPLE_BADGE)
    st.markdown(" ".join(badges))
    st.caption(
        f"{KIND_ICONS[channel.kind]} {plain_facts(visit)} · "
        f"{plain(edition.set_name)}, edition {edition.number}"
    )


def _how_it_came_about(visit: Visit, sheet: Mapping[str, Standard], score: Score, edition: Edition) -> None:
    st.subheader("How the score came about", anchor=False)
    so_far = " so far" if visit.is_open else ""
    if score.percent is None:
        st.markdown(f"No standard applied{so_far}, so there is no score.")
    else:
        st.markdown(
            f"**{say_number(score.points)} of {say_number(score.possible)} points** earned{so_far}: "
            f"**{say_percent(score.percent)}**. Standards that did not apply count on neither side."
        )
    enough = is_complete(score.coverage, edition.minimum_coverage)
    said = (
        f"{say_coverage(score.coverage)} of the weight was answered; "
        f"from {say_coverage(edition.minimum_coverage)} on a visit is complete."
    )
    if not enough and not visit.is_open:
        said = f":material/warning: {said} This one stays out of comparisons."
    st.caption(said)
    if score.no_nos_missed:
        missed = "; ".join(sheet[code].statement for code in score.no_nos_missed)
        st.error(
            f"Failed: {say_no_nos(len(score.no_nos_missed))} missed. {plain(missed)}",
            icon=":material/dangerous:",
        )
    st.space("small")
    st.dataframe(
        _touchpoint_rows(visit, sheet),
        height="content",
        hide_index=True,
        key="visits_touchpoints",
        alt="Points earned and possible by touchpoint",
    )


def _touchpoint_rows(visit: Visit, sheet: Mapping[str, Standard]) -> list[dict[str, Any]]:
    rows = []
    for touchpoint, standards in touchpoints_of(sheet.values()).items():
        part = {standard.code: standard for standard in standards}
        seen = [o for o in visit.observations if o.code in part]
        score = score_visit(seen, part)
        rows.append(
            {
                "Touchpoint": touchpoint,
                "Points": f"{say_number(score.points)} of {say_number(score.possible)}",
                "Missed": sum(o.verdict is Verdict.MISSED for o in seen),
                "Unanswered": len(part) - sum(o.verdict is not None for o in seen),
            }
        )
    if not any(row["Unanswered"] for row in rows):
        # Four columns are wider than a phone; one of zeros is not worth a sideways scroll.
        rows = [{name: said for name, said in row.items() if name != "Unanswered"} for row in rows]
    return rows


def _impressions(visit: Visit) -> None:
    said = (("First impression", visit.first_impression), ("Last impression", visit.last_impression))
    told = [*said, ("The story of the visit", visit.story)]
    for title, text in told:
        if text:
            st.subheader(title, anchor=False)
            show_text(text)
    if visit.would_return is not None:
        st.markdown(f"Would come back: **{visit.would_return} of 10**")


def _observations(visit: Visit, sheet: Mapping[str, Standard], photos: list[Photo]) -> None:
    st.subheader("Observations", anchor=False)
    missed = sum(o.verdict is Verdict.MISSED for o in visit.observations)
    only_missed = bool(missed) and st.toggle(f"Only what was missed ({missed})", key="visits_only_missed")
    for touchpoint, standards in touchpoints_of(sheet.values()).items():
        shown = [
            (standard, observation)
            for standard in standards
            if (observation := visit.observation(standard.code)).verdict is Verdict.MISSED or not only_missed
        ]
        if not shown:
            continue
        with st.container(border=True, gap="small"):
            st.markdown(f"**{plain(touchpoint)}**")
            for standard, observation in shown:
                _observation(standard, observation, sum(photo.code == standard.code for photo in photos))
    show_table(
        [_observation_row(standard, visit.observation(standard.code)) for standard in sheet.values()],
        name="visit_observations",
        alt="Observations of this visit: statement, target, value, verdict, weight and note",
        label="The same as a table",
    )


def _observation(standard: Standard, observation: Observation, photo_count: int) -> None:
    with st.container(gap="xxsmall"):
        verdict = observation.verdict
        word = (
            f":{VERDICT_COLOURS[verdict]}[{VERDICT_ICONS[verdict]} **{verdict}**]"
            if verdict
            else ":gray[:material/radio_button_unchecked: unanswered]"
        )
        colour = "red" if verdict is Verdict.MISSED else "gray"
        no_no = f" :{colour}-badge[no-no]" if standard.no_no else ""
        st.markdown(f"{word}{no_no}  \n{plain(standard.statement)}")
        facts = [standard.code, _say_measured(standard, observation), f"{count_of_points(standard.weight)}"]
        if photo_count:
            facts.append(count_of(photo_count, "photo"))
        st.caption(" · ".join(plain(fact) for fact in facts if fact))
        if observation.note:
            show_text(f"“{observation.note}”", small=True)


def _say_measured(standard: Standard, observation: Observation) -> str:
    """Say value and target in words; a plain yes or no says no more than its verdict."""
    if observation.is_open_wait:
        return f"still waiting, target {say_target(standard.measure, standard.target)}"
    if observation.value is None or standard.measure is Measure.YES_NO:
        return "" if standard.measure is Measure.YES_NO else _target(standard)
    value = say_value(standard, observation.value, longer_than=observation.longer_than)
    counted = f" (of {observation.counted_of} counted)" if observation.counted_of else ""
    return f"{value}{counted}, {_target(standard)}"


def _target(standard: Standard) -> str:
    return f"target {say_target(standard.measure, standard.target)}"


def count_of_points(weight: float) -> str:
    """Say `1 point`, `2.5 points`."""
    return f"{say_number(weight)} {'point' if weight == 1 else 'points'}"


def _observation_row(standard: Standard, observation: Observation) -> dict[str, Any]:
    value = observation.value
    said = say_value(standard, value, longer_than=observation.longer_than) if value is not None else ""
    return {
        "Standard": standard.code,
        "Verdict": observation.verdict.value if observation.verdict else "unanswered",
        "Statement": standard.statement,
        "Value": said,
        "Target": say_target(standard.measure, standard.target),
        "Points": standard.weight,
        "No-no": "no-no" if standard.no_no else "",
        "Note": observation.note,
    }


def _void(visit_id: UUID) -> None:
    with (
        st.expander("Void this visit", icon=":material/block:"),
        st.form("visits_void", border=False),
    ):
        st.markdown("A void visit stays stored and leaves every list of scores and every comparison.")
        st.text_input("Why?", key="visits_void_reason", max_chars=500, required=True)
        st.checkbox("Yes, take it out for good", key="visits_void_sure")
        st.form_submit_button(
            "Void this visit", icon=":material/block:", on_click=_store_void, args=(visit_id,)
        )


@telling
def _store_void(visit_id: UUID) -> None:
    reason = st.session_state["visits_void_reason"].strip()
    if not reason or not st.session_state["visits_void_sure"]:
        st.toast("Nothing was changed: write why, and tick the box.", icon=":material/info:")
        return
    with storing(Action.REVIEW) as session:
        void_visit(session, visit_id, reason)
