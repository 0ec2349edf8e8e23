"""One standard of a visit as a card: statement, target, job aid, the control of its measure, note, photos."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from pages.parts.photos import photo_corner
from pages.parts.problems import telling
from pages.parts.scores import VERDICT_COLOURS, VERDICT_ICONS
from pages.parts.signed_in import storing
from pages.parts.stopwatch import long_wait, stopwatch
from pages.parts.words import count_of, plain, show_text
from standards.editions import Standard
from standards.errors import Problem
from standards.measuring import Measure, Verdict, is_long_wait
from standards.people import Action
from standards.scoring import lacks_evidence
from standards.values import Answer, answer_of, read_answer, say_target, say_value, steps_of
from standards.visits import Observation, Visit
from storage.visits import record_answer, record_note

NOT_APPLICABLE = "Not applicable"


def standard_card(visit: Visit, standard: Standard, place: str, photo_count: int) -> None:
    """
    Show one standard to be answered.

    Args:
        place: its place in the visit, such as "12 of 31".
        photo_count: photos already stored for it.
    """
    observation = visit.observation(standard.code)
    with st.container(border=True, key=f"card_{visit.id}_{standard.id}"):
        with st.container(horizontal=True, gap="small"):
            st.caption(f"Standard {place}")
            if standard.no_no:
                st.badge("No-no", icon=":material/block:", color="red")
        show_text(standard.statement, strong=True)
        if standard.measure is not Measure.YES_NO:
            st.caption(f"Target: {plain(say_target(standard.measure, standard.target))}")
        if standard.job_aid:
            show_text(standard.job_aid, small=True)
        _control(visit.id, standard, observation)
        _kept_line(standard, observation, photo_count)
        if lacks_evidence(standard, observation, photo_count):
            st.caption(":material/add_a_photo: This verdict asks for a photo or a note.")
        _note_and_photos(visit, standard, observation)


def _control(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    not_applicable = observation.verdict is Verdict.NOT_APPLICABLE
    if standard.measure is Measure.YES_NO:
        _yes_no(visit_id, standard, observation)
        return
    if not not_applicable:
        _CONTROLS[standard.measure](visit_id, standard, observation)
    answer = Answer(Verdict.NOT_APPLICABLE)
    _choice(visit_id, standard, NOT_APPLICABLE, answer, chosen=not_applicable)


def _yes_no(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    choices = {
        "Yes": answer_of(standard, 1),
        "No": answer_of(standard, 0),
        NOT_APPLICABLE: Answer(Verdict.NOT_APPLICABLE),
    }
    with st.container(horizontal=True, gap="small", wrap=False):
        for label, answer in choices.items():
            chosen = (observation.verdict, observation.value) == (answer.verdict, answer.value)
            _choice(visit_id, standard, label, answer, chosen=chosen)


def _choice(visit_id: UUID, standard: Standard, label: str, answer: Answer, *, chosen: bool) -> None:
    """Show one answer to tap; tapping the chosen one takes it back."""
    st.button(
        label,
        key=_key(visit_id, standard, label),
        help=f"Tap again to take “{label}” back" if chosen else None,
        icon=":material/check:" if chosen else None,
        type="primary" if chosen else "secondary",
        width="content" if label == NOT_APPLICABLE else "stretch",
        on_click=_store_answer,
        args=(visit_id, standard, None if chosen else answer),
    )


def _duration(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    if is_long_wait(standard.measure, standard.target):
        long_wait(visit_id, standard, observation)
    else:
        stopwatch(visit_id, standard, observation)
    if not observation.is_open_wait:
        example = "2" if standard.target.unit.endswith("days") else "1 min 30 s"
        unit = f" in {standard.target.unit}" if standard.target.unit.endswith("days") else ""
        _typed(visit_id, standard, observation, f"Or type how long it took{unit}", f"such as {example}")


def _typed(
    visit_id: UUID, standard: Standard, observation: Observation, label: str, placeholder: str
) -> None:
    written = ""
    if observation.value is not None:
        written = say_value(standard, observation.value).replace(",", "")
        written = f"> {written}" if observation.longer_than else written
    key = _key(visit_id, standard, f"typed_{written}")
    st.text_input(
        f"{label} ({plain(standard.code)})",
        written,
        key=key,
        placeholder=placeholder,
        on_change=_store_typed,
        args=(visit_id, standard, key),
    )


def _number(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    unit = f", in {plain(standard.target.unit)}" if standard.target.unit else ""
    _typed(visit_id, standard, observation, f"What you measured{unit}", f"such as {standard.target.value:g}")


def _share(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    label = "Percent, or counted as k of n"
    _typed(visit_id, standard, observation, label, "such as 95 or 19 of 20")


def _count(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    counted = None if observation.value is None else int(observation.value)
    with st.container(horizontal=True, wrap=False, gap="small", vertical_alignment="center"):
        st.button(
            "−",
            key=_key(visit_id, standard, "down"),
            help="One less",
            width="stretch",
            disabled=not counted,
            on_click=_store_value,
            args=(visit_id, standard, (counted or 0) - 1),
        )
        unit = plain(standard.target.unit)
        st.markdown(f"**{'–' if counted is None else counted}** {unit}", text_alignment="center")
        st.button(
            "+" if counted is not None else "Start at 0",
            key=_key(visit_id, standard, "up"),
            help="One more" if counted is not None else "Nothing counted yet",
            width="stretch",
            on_click=_store_value,
            args=(visit_id, standard, 0 if counted is None else counted + 1),
        )


def _rating(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    steps = steps_of(standard)
    key = _key(visit_id, standard, "rating")
    st.radio(
        f"Rating for {plain(standard.code)}",
        range(1, len(steps) + 1),
        index=None if observation.value is None else int(observation.value) - 1,
        format_func=lambda step: f"{step} · {plain(steps[step - 1])}",
        key=key,
        label_visibility="collapsed",
        on_change=_store_rating,
        args=(visit_id, standard, key),
    )


_CONTROLS: dict[Measure, Callable[[UUID, Standard, Observation], None]] = {
    Measure.DURATION: _duration,
    Measure.COUNT: _count,
    Measure.NUMBER: _number,
    Measure.SHARE: _share,
    Measure.RATING: _rating,
}


def _kept_line(standard: Standard, observation: Observation, photo_count: int) -> None:
    """Say what is stored for a standard: its verdict, note and photos."""
    with st.container(horizontal=True, gap="small"):
        if observation.verdict:
            said = observation.verdict.capitalize()
            if observation.value is not None and standard.measure is not Measure.YES_NO:
                spoken = say_value(standard, observation.value, longer_than=observation.longer_than)
                said = f"{said} · {plain(spoken)}"
            st.badge(
                said, icon=VERDICT_ICONS[observation.verdict], color=VERDICT_COLOURS[observation.verdict]
            )
        if observation.note:
            st.badge("Note", icon=":material/notes:", color="gray")
        if photo_count:
            st.badge(count_of(photo_count, "photo"), icon=":material/photo_camera:", color="gray")


def _note_and_photos(visit: Visit, standard: Standard, observation: Observation) -> None:
    # The label stays the same whatever is in it: another one would be another, closed expander.
    opened = st.expander(
        "Note and photos",
        icon=":material/add_a_photo:",
        key=_key(visit.id, standard, "more"),
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        key = _key(visit.id, standard, "note")
        st.text_area(
            f"Note for {plain(standard.code)}",
            observation.note,
            key=key,
            placeholder="What happened, in a line or two. No names.",
            label_visibility="collapsed",
            on_change=_store_note,
            args=(visit.id, standard, key),
        )
        photo_corner(visit.id, standard.code, f"Photos for {plain(standard.code)}")


def _key(visit_id: UUID, standard: Standard, what: str) -> str:
    return f"record_{visit_id}_{standard.id}_{what}"


def _store(visit_id: UUID, standard: Standard, answer: Answer | None) -> None:
    with storing(Action.RECORD, visit_id=visit_id) as session:
        record_answer(session, visit_id, standard, answer)


_store_answer = telling(_store)


@telling
def _store_value(visit_id: UUID, standard: Standard, value: float) -> None:
    _store(visit_id, standard, answer_of(standard, value))


@telling
def _store_rating(visit_id: UUID, standard: Standard, key: str) -> None:
    _store(visit_id, standard, answer_of(standard, st.session_state[key]))


@telling
def _store_typed(visit_id: UUID, standard: Standard, key: str) -> None:
    try:
        _store(visit_id, standard, read_answer(standard, st.session_state[key] or ""))
    except Problem:
        # What was typed is gone from the field, so that it never shows a value that is not stored.
        del st.session_state[key]
        raise


@telling
def _store_note(visit_id: UUID, standard: Standard, key: str) -> None:
    with storing(Action.RECORD, visit_id=visit_id) as session:
        record_note(session, visit_id, standard, st.session_state[key] or "")
