"""Writing a draft: one live sentence, a pasted charter, and the standards as cards by touchpoint."""

import streamlit as st
from sqlmodel import Session

from pages.parts.words import count_of, plain
from pages.parts.workshop_card import standard_in_making
from pages.parts.workshop_library import take_standards
from pages.parts.workshop_marks import list_findings, show_marked
from pages.parts.workshop_more import TOUCHPOINTS
from pages.parts.workshop_saving import done, key_of, save, seen, times
from pages.parts.workshop_target import show_understood
from standards.drafting import Draft, DraftStandard, from_charter, from_sentence, move_touchpoint
from standards.editions import touchpoints_of
from standards.publishing import PublishingProblem, is_unmeasured, problems_of
from standards.weighing import visit_length
from storage.drafts import add_standards, order_standards

# A phone draws a dozen cards at once without a pause; the rest is a tap away.
_PAGE = 12
_CHARTER_ROOM = 50_000


def write_draft(draft: Draft) -> None:
    """Show what can be written and what is written, the unmeasured first to be seen."""
    touchpoint = _add(draft)
    if not draft.standards:
        st.caption(f"Nothing stands in this draft yet. Its first sentences go to “{plain(touchpoint)}”.")
        return
    problems = problems_of(draft.standards)
    _say_state(draft)
    shown = _choose_shown(draft)
    _cards(draft, shown, problems)


def read_live(label: str, key: str) -> str:
    """Ask for one sentence and show at once, while it is typed, what is understood and what is missing."""
    text = st.text_input(
        label,
        key=key,
        max_chars=1_000,
        placeholder="such as: Orders are processed within 3 hours",
        live=True,
    )
    written = (text or "").strip()
    if written:
        found = from_sentence(written, "S1", TOUCHPOINTS[0])
        with st.container(border=True, gap="small"):
            _show_reading(found)
    return written


def _show_reading(found: DraftStandard) -> None:
    show_marked(found.standard.statement, found.findings)
    show_understood(found)
    list_findings(found.findings)
    if found.findings:
        st.caption(f":material/edit: {plain(found.reading.rewritten)}")


def _add(draft: Draft) -> str:
    touchpoints = _known(draft)
    key = key_of(draft, "into")
    touchpoint = (
        st.selectbox(
            "Touchpoint that new sentences belong to",
            touchpoints,
            accept_new_options=True,
            key=key,
            persist_state="session",
        )
        or TOUCHPOINTS[0]
    )
    live = key_of(draft, "live", times("added"))
    written = read_live("A sentence, in your own words", live)
    st.button(
        "Add this sentence",
        key=key_of(draft, "add"),
        icon=":material/add:",
        type="primary",
        width="stretch",
        disabled=not written,
        on_click=_store_text,
        args=(draft, live, touchpoint, times("added")),
    )
    _charter(draft, touchpoint)
    take_standards(draft)
    return touchpoint


def _charter(draft: Draft, touchpoint: str) -> None:
    label = "Paste a whole charter, one sentence a line"
    with st.expander(label, icon=":material/content_paste:", key=key_of(draft, "charter_open")):
        charter = key_of(draft, "charter", times("added"))
        text = st.text_area(
            "Charter",
            key=charter,
            height=220,
            max_chars=_CHARTER_ROOM,
            placeholder="One sentence a line",
            label_visibility="collapsed",
        )
        read = from_charter(text or "", touchpoint, draft.by_code())
        if not read:
            st.button(
                "Read it", key=key_of(draft, "read_charter"), icon=":material/menu_book:", width="stretch"
            )
            return
        st.button(
            f"Add {count_of(len(read), 'sentence')}",
            key=key_of(draft, "add_charter"),
            icon=":material/playlist_add:",
            type="primary",
            width="stretch",
            on_click=_store_text,
            args=(draft, charter, touchpoint, times("added")),
        )
        unmeasured = sum(is_unmeasured(found) for found in read)
        st.caption(f"{count_of(len(read), 'sentence')}, {unmeasured} of them to be mended.")
        for found in read[:_PAGE]:
            with st.container(border=True, gap="xsmall"):
                _show_reading(found)
        if len(read) > _PAGE:
            st.caption(f"… and {len(read) - _PAGE} more.")


def _store_text(draft: Draft, key: str, touchpoint: str, round_: int) -> None:
    written = st.session_state.get(key) or ""
    # A second tap before the page is drawn anew must not add the same sentences twice.
    if not written.strip() or round_ != times("added"):
        return
    before = seen(draft).revision

    def store(session: Session, known: Draft) -> Draft:
        return add_standards(session, known, from_charter(written, touchpoint, known.by_code()))

    save(draft, store, yours=written)
    if seen(draft).revision > before:
        done("added")


def _known(draft: Draft) -> list[str]:
    return list(dict.fromkeys([*touchpoints_of(draft.plain), *TOUCHPOINTS]))


def _say_state(draft: Draft) -> None:
    unmeasured = [found for found in draft.standards if is_unmeasured(found)]
    length = visit_length(draft.plain)
    st.caption(
        f"{count_of(len(draft.standards), 'standard')} · about {length.minutes} minutes a visit · "
        f"{len(unmeasured)} unmeasured"
    )
    if length.warning:
        st.warning(length.warning, icon=":material/hourglass_bottom:")


def _choose_shown(draft: Draft) -> list[DraftStandard]:
    """Ask for a touchpoint, or only for what is unmeasured; all unless one is chosen."""
    unmeasured = [found for found in draft.standards if is_unmeasured(found)]
    by_touchpoint: dict[str, list[DraftStandard]] = {}
    for found in draft.standards:
        by_touchpoint.setdefault(found.standard.touchpoint, []).append(found)
    choices = [
        *(["unmeasured"] if unmeasured and len(unmeasured) < len(draft.standards) else []),
        *by_touchpoint,
    ]
    if len(choices) < 2:
        return list(draft.standards)
    chosen = st.pills(
        "Show only",
        choices,
        format_func=lambda name: plain(name)[:40],
        key=key_of(draft, "shown"),
        persist_state="session",
    )
    if chosen == "unmeasured":
        return unmeasured
    return by_touchpoint.get(chosen or "", list(draft.standards))


def _cards(draft: Draft, shown: list[DraftStandard], problems: list[PublishingProblem]) -> None:
    pages = -(-len(shown) // _PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=key_of(draft, "page", pages))
    touchpoints, last = _known(draft), ""
    for found in shown[(page - 1) * _PAGE : page * _PAGE]:
        if found.standard.touchpoint != last:
            last = found.standard.touchpoint
            _touchpoint_head(draft, last)
        own = [one for one in problems if len(one.codes) == 1 and found.code in one.codes]
        standard_in_making(draft, found, own, touchpoints)


def _touchpoint_head(draft: Draft, touchpoint: str) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.subheader(plain(touchpoint), anchor=False)
        if len(touchpoints_of(draft.plain)) < 2:
            return
        for word, icon, by in (
            ("earlier", ":material/arrow_upward:", -1),
            ("later", ":material/arrow_downward:", 1),
        ):
            st.button(
                f"{plain(touchpoint)} {word}",
                key=key_of(draft, "touchpoint", touchpoint, word),
                icon=icon,
                icon_position="left",
                type="tertiary",
                help=f"Customers meet this touchpoint {word}",
                on_click=_move_touchpoint,
                args=(draft, touchpoint, by),
            )


def _move_touchpoint(draft: Draft, touchpoint: str, by: int) -> None:
    def store(session: Session, known: Draft) -> Draft:
        return order_standards(session, known, move_touchpoint(known.standards, touchpoint, by))

    save(draft, store)
