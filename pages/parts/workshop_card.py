"""One standard in the making as a card: its sentence, what was understood, and what is missing."""

from collections.abc import Sequence

import streamlit as st
from sqlmodel import Session

from pages.parts.words import plain
from pages.parts.workshop_marks import list_findings, show_marked
from pages.parts.workshop_more import show_more
from pages.parts.workshop_saving import change, done, key_of, save, times
from pages.parts.workshop_target import correct_measure, show_understood
from standards.drafting import (
    Draft,
    DraftStandard,
    move_standard,
    not_overruled,
    overrule,
    reworded,
)
from standards.editions import Scope
from standards.publishing import PublishingProblem, is_unmeasured
from standards.values import say_number
from storage.drafts import order_standards

STATEMENT_ROOM = 1_000


def standard_in_making(
    draft: Draft, found: DraftStandard, problems: Sequence[PublishingProblem], touchpoints: Sequence[str]
) -> None:
    """Show one standard of a draft with everything that can be corrected in it."""
    with st.container(border=True, gap="small"):
        st.markdown(_badges(found))
        key = key_of(draft, found.code, "statement", times("rewritten"))
        # Live: the reading below follows while the sentence is still being typed.
        st.text_input(
            f"Sentence of {plain(found.code)}",
            found.standard.statement,
            key=key,
            max_chars=STATEMENT_ROOM,
            label_visibility="collapsed",
            placeholder="What a shopper sees or hears",
            live=True,
            on_change=_store_statement,
            args=(draft, found.code, key),
        )
        if found.open_findings or len(found.standard.statement) > _FITS:
            show_marked(found.standard.statement, found.open_findings)
        show_understood(found)
        correct_measure(draft, found)
        _missing(draft, found)
        for problem in problems:
            if not found.open_findings:
                st.caption(f":material/error: {plain(problem.text)}")
        for one in found.overruled:
            _overruled(draft, found, one.word, one.reason)
        _foot(draft, found)
        show_more(draft, found, touchpoints)


# Beyond this a sentence does not fit into its field on a phone, so it stands below in full.
_FITS = 44


def _badges(found: DraftStandard) -> str:
    standard = found.standard
    points = f"{say_number(standard.weight)} {'point' if standard.weight == 1 else 'points'}"
    parts = [f":gray-badge[{plain(found.code)}] :gray-badge[{points}]"]
    if is_unmeasured(found):
        parts.append(":orange-badge[:material/help: unmeasured]")
    else:
        parts.append(":green-badge[:material/check: measured]")
    if standard.no_no:
        parts.append(":red-badge[:material/block: no-no]")
    if standard.scope is Scope.OURS_ONLY:
        parts.append(":blue-badge[:material/handshake: only our own channels]")
    return " ".join(parts)


def _missing(draft: Draft, found: DraftStandard) -> None:
    if not found.open_findings:
        return
    list_findings(found.open_findings)
    rewritten = found.reading.rewritten if len(found.open_findings) > 1 else found.open_findings[0].rewritten
    st.button(
        plain(rewritten),
        key=key_of(draft, found.code, "rewrite"),
        help="Put this sentence into the field, then fill in its blanks",
        icon=":material/edit:",
        width="stretch",
        on_click=_use,
        args=(draft, found.code, rewritten),
    )
    for at, finding in enumerate(found.open_findings):
        with st.popover(f"Let “{plain(finding.word[:40])}” stand", type="tertiary", icon=":material/gavel:"):
            key = key_of(draft, found.code, "reason", at, finding.word[:40])
            st.text_input(
                f"Why would two colleagues judge “{plain(finding.word[:40])}” alike?",
                key=key,
                max_chars=500,
                placeholder="The reason stays with the standard",
                on_change=_store_reason,
                args=(draft, found.code, finding.word, key),
            )


def _overruled(draft: Draft, found: DraftStandard, word: str, reason: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(f":material/gavel: “{plain(word)}” stands: {plain(reason)}")
        st.button(
            "Take back",
            key=key_of(draft, found.code, "back", word[:40]),
            type="tertiary",
            on_click=change,
            args=(draft, found.code, lambda stored: not_overruled(stored, word)),
        )


def _foot(draft: Draft, found: DraftStandard) -> None:
    with st.container(horizontal=True, gap="small", wrap=False):
        for label, icon, by in (
            ("Up", ":material/arrow_upward:", -1),
            ("Down", ":material/arrow_downward:", 1),
        ):
            st.button(
                label,
                key=key_of(draft, found.code, label),
                icon=icon,
                help=f"Move {plain(found.code)} {label.lower()} within its touchpoint",
                type="tertiary",
                on_click=_move,
                args=(draft, found.code, by),
            )


def _store_statement(draft: Draft, code: str, key: str) -> None:
    # An emptied field is on its way to another sentence: the one before stays stored meanwhile.
    if written := " ".join((st.session_state[key] or "").split()):
        change(draft, code, lambda stored: reworded(stored, written), yours=written)


def _use(draft: Draft, code: str, rewritten: str) -> None:
    change(draft, code, lambda stored: reworded(stored, rewritten))
    done("rewritten")


def _store_reason(draft: Draft, code: str, word: str, key: str) -> None:
    reason = st.session_state[key] or ""
    change(draft, code, lambda stored: overrule(stored, word, reason), yours=reason)


def _move(draft: Draft, code: str, by: int) -> None:
    def store(session: Session, known: Draft) -> Draft:
        return order_standards(session, known, move_standard(known.standards, code, by))

    save(draft, store)
