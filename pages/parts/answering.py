"""One standard of a visit as a card: statement, target, job aid, the control of its measure, note, photos."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from pages.parts.catching import catch_up, tap_button
from pages.parts.photos import photo_corner
from pages.parts.pictures import show_picture
from pages.parts.previewing import kept_in_tab
from pages.parts.problems import telling
from pages.parts.scores import VERDICT_COLOURS, VERDICT_ICONS
from pages.parts.signed_in import storing
from pages.parts.stopwatch import long_wait, stopwatch
from pages.parts.words import count_of, plain, show_text
from standards.editions import Standard
from standards.errors import ValueNotAllowed
from standards.measuring import Measure, Verdict, is_long_wait
from standards.people import Action
from standards.scoring import lacks_evidence
from standards.values import Answer, answer_of, read_answer, say_target, say_value, steps_of, write_value
from standards.visits import Observation, Visit
from storage.visits import record_answer, record_note

NOT_APPLICABLE = "Not applicable"


def standard_card(
    visit: Visit, standard: Standard, place: str, photo_count: int, picture: str | None = None
) -> None:
    """
    Show one standard to be answered.

    Args:
        place: its place in the visit, such as "12 of 31".
        photo_count: photos already stored for it.
        picture: the SHA-256 of the best-practice picture beside its job aid.
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
        if picture:
            show_picture(picture, f"Best practice: {standard.statement}")
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
    tap_button(
        label,
        _store_answer,
        (visit_id, standard, None if chosen else answer),
        key=_key(visit_id, standard, label),
        help=f"Tap again to take “{label}” back" if chosen else None,
        icon=":material/check:" if chosen else None,
        type="primary" if chosen else "secondary",
        width="content" if label == NOT_APPLICABLE else "stretch",
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
        written = write_value(
            standard,
            observation.value,
            longer_than=observation.longer_than,
            counted_of=observation.counted_of,
        )
    base = _key(visit_id, standard, "typed")
    # Another stored value, or a refused one, is another field: it never shows what is not stored.
    key = f"{base}_{written}_{st.session_state.get(f'{base}_refusals', 0)}"
    shown = st.text_input(
        label,
        written,
        key=key,
        placeholder=placeholder,
        on_change=_store_typed,
        args=(visit_id, standard, key, base),
    )
    catch_up(base, shown, written, _store_typed, visit_id, standard, key, base)
    if refused := st.session_state.get(f"{base}_refused"):
        st.error(refused, icon=":material/error:")


def _number(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    unit = f", in {plain(standard.target.unit)}" if standard.target.unit else ""
    _typed(visit_id, standard, observation, f"What you measured{unit}", f"such as {standard.target.value:g}")


def _share(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    label = "Percent, or counted as k of n"
    _typed(visit_id, standard, observation, label, "such as 95 or 19 of 20")


def _count(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    counted = None if observation.value is None else int(observation.value)
    key = _key(visit_id, standard, "count")
    unit = f", in {plain(standard.target.unit)}" if standard.target.unit else ""
    # The phone itself counts quick taps, so that none is lost on a slow line.
    st.session_state.setdefault(key, counted)
    shown = st.number_input(
        f"How many{unit}",
        min_value=0,
        value=None,
        step=1,
        key=key,
        placeholder="Tap + or type",
        on_change=_store_count,
        args=(visit_id, standard, key),
    )
    catch_up(key, shown, counted, _store_count, visit_id, standard, key)


def _rating(visit_id: UUID, standard: Standard, observation: Observation) -> None:
    steps = steps_of(standard)
    key = _key(visit_id, standard, "rating")
    rated = None if observation.value is None else int(observation.value)
    shown = st.radio(
        f"Rating for {plain(standard.code)}",
        range(1, len(steps) + 1),
        index=None if rated is None else rated - 1,
        format_func=lambda step: f"{step} · {plain(steps[step - 1])}",
        key=key,
        label_visibility="collapsed",
        on_change=_store_rating,
        args=(visit_id, standard, key),
    )
    catch_up(key, shown, rated, _store_rating, visit_id, standard, key)


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
        # Stored while it is written: a closed tab costs no more than the last half second.
        shown = st.text_input(
            f"Note for {plain(standard.code)}",
            observation.note,
            key=key,
            placeholder="What happened, in a line or two. No names.",
            label_visibility="collapsed",
            live=True,
            on_change=_store_note,
            args=(visit.id, standard, key),
        )
        catch_up(key, shown, observation.note, _store_note, visit.id, standard, key)
        photo_corner(visit.id, standard.code, f"Photos for {plain(standard.code)}")


def _key(visit_id: UUID, standard: Standard, what: str) -> str:
    return f"record_{visit_id}_{standard.id}_{what}"


def _store(visit_id: UUID, standard: Standard, answer: Answer | None) -> None:
    verdict, value = (answer.verdict, answer.value) if answer else (None, None)
    if kept_in_tab(visit_id, standard.code, verdict=verdict, value=value):
        return
    with storing(Action.RECORD, visit_id=visit_id) as session:
        record_answer(session, visit_id, standard, answer)


_store_answer = telling(_store)


@telling
def _store_count(visit_id: UUID, standard: Standard, key: str) -> None:
    counted = st.session_state[key]
    _store(visit_id, standard, None if counted is None else answer_of(standard, counted))


@telling
def _store_rating(visit_id: UUID, standard: Standard, key: str) -> None:
    _store(visit_id, standard, answer_of(standard, st.session_state[key]))


@telling
def _store_typed(visit_id: UUID, standard: Standard, key: str, base: str) -> None:
    st.session_state.pop(f"{base}_refused", None)
    try:
        answer = read_answer(standard, st.session_state[key] or "")
    except ValueNotAllowed as problem:
        st.session_state[f"{base}_refused"] = str(problem)
        st.session_state[f"{base}_refusals"] = st.session_state.get(f"{base}_refusals", 0) + 1
        return
    _store(visit_id, standard, answer)


@telling
def _store_note(visit_id: UUID, standard: Standard, key: str) -> None:
    note = st.session_state[key] or ""
    if kept_in_tab(visit_id, standard.code, note=note):
        return
    with storing(Action.RECORD, visit_id=visit_id) as session:
        record_note(session, visit_id, standard, note)
