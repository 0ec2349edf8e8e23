"""What was understood of a sentence, in words that are corrected with one tap: measure, target, unit."""

from dataclasses import replace

import streamlit as st

from pages.parts.problems import telling
from pages.parts.words import plain
from pages.parts.workshop_saving import change, key_of
from standards.drafting import Draft, DraftStandard, measure_in, say_understood
from standards.measuring import DAY_UNITS, YES, Comparator, Measure, Target
from standards.values import read_answer, say_number, say_seconds, say_target

MEASURE_ICONS = {
    Measure.YES_NO: ":material/check_box:",
    Measure.DURATION: ":material/timer:",
    Measure.COUNT: ":material/tag:",
    Measure.NUMBER: ":material/straighten:",
    Measure.SHARE: ":material/percent:",
    Measure.RATING: ":material/star:",
}
_COMPARES = {
    Comparator.AT_MOST: "at most",
    Comparator.AT_LEAST: "at least",
    Comparator.BELOW: "less than",
    Comparator.ABOVE: "more than",
    Comparator.EXACTLY: "exactly",
}
# Whose decision: a target to start from where the sentence names none; it stands in view to be corrected.
_FIRST_TARGETS = {
    Measure.YES_NO: YES,
    Measure.DURATION: Target(Comparator.AT_MOST, 300, "seconds"),
    Measure.COUNT: Target(Comparator.AT_MOST, 3),
    Measure.NUMBER: Target(Comparator.AT_LEAST, 1),
    Measure.SHARE: Target(Comparator.AT_LEAST, 95, "%"),
    Measure.RATING: Target(Comparator.AT_LEAST, 4),
}
_EXAMPLES = {
    Measure.DURATION: "such as 3 h or 2 min 30 s",
    Measure.COUNT: "such as 3",
    Measure.NUMBER: "such as 65",
    Measure.SHARE: "such as 95",
    Measure.RATING: "1 to 5",
}
_TIME = "clock time"


def show_understood(found: DraftStandard) -> None:
    """Say where in the sentence the target was read and what it became: `within 3 hours → at most 3 h`."""
    measure, standard = found.reading.measure, found.standard
    if (
        measure
        and measure.target is not None
        and measure_in(found.reading) == (standard.measure, standard.target)
    ):
        said = plain(found.reading.text[measure.start : measure.end])
        target = plain(say_target(standard.measure, standard.target))
        st.caption(f":material/straighten: {said} :material/arrow_forward: **{target}**")
    else:
        st.caption(f":material/straighten: {plain(say_understood(found)).capitalize()}")


def correct_measure(draft: Draft, found: DraftStandard) -> None:
    """Show the measures to tap, and for all but yes/no the target's parts."""
    standard = found.standard
    # The key names the stored measure: when a sentence brings another, the pills follow.
    is_known = found.reading.measure is not None or standard.measure is not Measure.YES_NO
    key = key_of(draft, found.code, "measure", standard.measure if is_known else "none")
    st.pills(
        f"Measure of {plain(found.code)}",
        list(Measure),
        format_func=lambda measure: f"{MEASURE_ICONS[measure]} {measure}",
        default=standard.measure if is_known else None,
        required=is_known,
        key=key,
        label_visibility="collapsed",
        on_change=_store_measure,
        args=(draft, found.code, key),
    )
    if standard.measure is Measure.YES_NO:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _comparator(draft, found)
        _amount(draft, found)
        _unit(draft, found)


def _comparator(draft: Draft, found: DraftStandard) -> None:
    target = found.standard.target
    key = key_of(draft, found.code, "comparator", target.comparator)
    st.selectbox(
        f"{plain(found.code)} is met by",
        list(Comparator),
        index=list(Comparator).index(target.comparator),
        format_func=lambda comparator: _COMPARES[comparator],
        key=key,
        width=140,
        on_change=_store_comparator,
        args=(draft, found.code, key),
    )


def _amount(draft: Draft, found: DraftStandard) -> None:
    standard = found.standard
    is_time = standard.measure is Measure.DURATION and standard.target.unit not in DAY_UNITS
    written = say_seconds(standard.target.value) if is_time else say_number(standard.target.value)
    key = key_of(draft, found.code, "amount", written)
    st.text_input(
        f"Target of {plain(found.code)}",
        written,
        key=key,
        width=150,
        placeholder=_EXAMPLES[standard.measure],
        on_change=_store_amount,
        args=(draft, found.code, key),
    )


def _unit(draft: Draft, found: DraftStandard) -> None:
    standard = found.standard
    unit = standard.target.unit
    key = key_of(draft, found.code, "unit", unit)
    if standard.measure is Measure.DURATION:
        st.selectbox(
            f"Unit of {plain(found.code)}",
            [_TIME, *DAY_UNITS],
            index=[_TIME, *DAY_UNITS].index(unit) if unit in DAY_UNITS else 0,
            key=key,
            width=150,
            on_change=_store_unit,
            args=(draft, found.code, key),
        )
    elif standard.measure in (Measure.COUNT, Measure.NUMBER):
        st.text_input(
            f"Unit of {plain(found.code)}",
            unit,
            key=key,
            width=150,
            placeholder="rings, people, °C",
            on_change=_store_unit,
            args=(draft, found.code, key),
        )


def _store_measure(draft: Draft, code: str, key: str) -> None:
    if st.session_state[key] is None:
        return
    chosen = Measure(st.session_state[key])

    def other(found: DraftStandard) -> DraftStandard:
        read = measure_in(found.reading)
        target = read[1] if read and read[0] is chosen else _FIRST_TARGETS[chosen]
        steps = found.standard.steps if chosen is Measure.RATING else ()
        return replace(found, standard=replace(found.standard, measure=chosen, target=target, steps=steps))

    change(draft, code, other)


def _store_comparator(draft: Draft, code: str, key: str) -> None:
    _change_target(draft, code, comparator=Comparator(st.session_state[key]))


@telling
def _store_amount(draft: Draft, code: str, key: str) -> None:
    standard = draft.by_code()[code].standard
    written = st.session_state[key] or ""
    # What was typed is gone from the field, so that it never shows a target that is not stored.
    del st.session_state[key]
    answer = read_answer(standard, written)
    if answer and answer.value is not None:
        _change_target(draft, code, value=answer.value)


def _store_unit(draft: Draft, code: str, key: str) -> None:
    unit = st.session_state[key] or ""
    if unit == _TIME:
        _change_target(
            draft, code, unit="seconds", value=86400.0 * draft.by_code()[code].standard.target.value
        )
    elif unit in DAY_UNITS and draft.by_code()[code].standard.target.unit not in DAY_UNITS:
        days = max(1.0, round(draft.by_code()[code].standard.target.value / 86400))
        _change_target(draft, code, unit=unit, value=days)
    else:
        _change_target(draft, code, unit=unit)


def _change_target(draft: Draft, code: str, **parts: object) -> None:
    def other(found: DraftStandard) -> DraftStandard:
        target = replace(found.standard.target, **parts)  # type: ignore[arg-type]
        return replace(found, standard=replace(found.standard, target=target))

    change(draft, code, other)
