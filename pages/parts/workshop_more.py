"""The rest of a standard in the making: code, touchpoint, weight, scope, evidence, job aid, script, steps."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from sqlmodel import Session

from pages.parts.words import KIND_ICONS, plain
from pages.parts.workshop_pictures import choose_picture
from pages.parts.workshop_saving import change, key_of, save
from standards.drafting import Draft, DraftStandard
from standards.editions import Evidence, Kind, Scope, Standard
from standards.measuring import RATING_TOP, Measure
from standards.values import steps_of
from storage.drafts import remove_standard

TOUCHPOINTS = ("First impression", "Welcome", "Advice", "Waiting", "Till", "Farewell", "Last impression")
_SCOPES = {Scope.COMMON: "all brands", Scope.OURS_ONLY: "only our own channels"}
_EVIDENCE = {
    Evidence.NEVER: "none asked",
    Evidence.IF_MISSED: "photo or note if missed",
    Evidence.ALWAYS: "photo or note, always",
}


def show_more(draft: Draft, found: DraftStandard, touchpoints: Sequence[str]) -> None:
    """Show what is seldom changed, made only when it is opened."""
    opened = st.expander(
        "Weight, evidence, job aid, script",
        icon=":material/tune:",
        key=key_of(draft, found.code, "more"),
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        _place_and_weight(draft, found, touchpoints)
        _who_and_what(draft, found.standard)
        _texts(draft, found.standard)
        choose_picture(draft, found)
        if found.standard.measure is Measure.RATING:
            _steps(draft, found.standard)
        with st.popover(f"Remove {plain(found.code)}", icon=":material/delete:", type="tertiary"):
            st.write("It is taken out of this draft. Published editions keep theirs.")
            st.button(
                "Remove it",
                key=key_of(draft, found.code, "remove"),
                icon=":material/delete:",
                on_click=_remove,
                args=(draft, found.code),
            )


def _place_and_weight(draft: Draft, found: DraftStandard, touchpoints: Sequence[str]) -> None:
    standard = found.standard
    left, right = st.columns(2)
    with left:
        known = list(dict.fromkeys([*touchpoints, standard.touchpoint, *TOUCHPOINTS]))
        key = key_of(draft, found.code, "touchpoint", standard.touchpoint)
        st.selectbox(
            "Touchpoint",
            known,
            index=known.index(standard.touchpoint),
            accept_new_options=True,
            key=key,
            on_change=_store,
            args=(draft, found.code, "touchpoint", key),
        )
    with right:
        key = key_of(draft, found.code, "weight", standard.weight)
        st.number_input(
            "Weight in points",
            min_value=0.0,
            value=float(standard.weight),
            step=1.0,
            format="%g",
            key=key,
            on_change=_store,
            args=(draft, found.code, "weight", key),
        )
    key = key_of(draft, found.code, "code")
    st.text_input(
        "Code: keep it and the history goes on, change it and a new one begins",
        standard.code,
        key=key,
        max_chars=60,
        on_change=_store,
        args=(draft, found.code, "code", key),
    )


def _who_and_what(draft: Draft, standard: Standard) -> None:
    key = key_of(draft, standard.code, "no_no", standard.no_no)
    st.toggle(
        "No-no: must never be missed; one miss fails the visit",
        standard.no_no,
        key=key,
        on_change=_store,
        args=(draft, standard.code, "no_no", key),
    )
    _pills(draft, standard, "Asked of", "scope", list(Scope), lambda scope: _SCOPES[scope])
    _pills(draft, standard, "Evidence", "evidence", list(Evidence), lambda rule: _EVIDENCE[rule])
    key = key_of(draft, standard.code, "kinds", *sorted(standard.kinds))
    st.pills(
        "Channel kinds (none means all)",
        list(Kind),
        selection_mode="multi",
        format_func=lambda kind: f"{KIND_ICONS[kind]} {kind}",
        default=sorted(standard.kinds, key=list(Kind).index),
        key=key,
        on_change=_store,
        args=(draft, standard.code, "kinds", key, _kinds),
    )


def _pills(
    draft: Draft, standard: Standard, label: str, field: str, options: list[Any], say: Callable[[Any], str]
) -> None:
    now = getattr(standard, field)
    key = key_of(draft, standard.code, field, now)
    st.pills(
        label,
        options,
        format_func=say,
        default=now,
        required=True,
        key=key,
        on_change=_store,
        args=(draft, standard.code, field, key),
    )


def _texts(draft: Draft, standard: Standard) -> None:
    for label, field, about in (
        ("Job aid", "job_aid", "How it is done well, for staff and shopper"),
        ("Script", "script", "Words that staff may say"),
    ):
        key = key_of(draft, standard.code, field)
        st.text_area(
            label,
            getattr(standard, field),
            key=key,
            height=80,
            placeholder=about,
            on_change=_store,
            args=(draft, standard.code, field, key),
        )


def _steps(draft: Draft, standard: Standard) -> None:
    st.caption("Every step in words, lowest first, so that two colleagues tap the same one.")
    for at, step in enumerate(steps_of(standard)):
        key = key_of(draft, standard.code, "step", at)
        st.text_input(
            f"Step {at + 1} of {RATING_TOP}",
            step,
            key=key,
            on_change=_store_step,
            args=(draft, standard.code, at, key),
        )


def _kinds(chosen: Sequence[Kind]) -> frozenset[Kind]:
    return frozenset(Kind(kind) for kind in chosen)


def _store(
    draft: Draft, code: str, field: str, key: str, read: Callable[[Any], Any] = lambda chosen: chosen
) -> None:
    written = st.session_state[key]
    if written is None:
        return
    value = read(written)
    change(
        draft,
        code,
        lambda stored: replace(stored, standard=replace(stored.standard, **{field: value})),
        yours=value if isinstance(value, str) else "",
    )


def _store_step(draft: Draft, code: str, at: int, key: str) -> None:
    written = st.session_state[key] or ""

    def other(stored: DraftStandard) -> DraftStandard:
        steps = list(steps_of(stored.standard))
        steps[at] = written
        return replace(stored, standard=replace(stored.standard, steps=tuple(steps)))

    change(draft, code, other, yours=written)


def _remove(draft: Draft, code: str) -> None:
    def store(session: Session, known: Draft) -> Draft:
        return remove_standard(session, known, code)

    save(draft, store)
