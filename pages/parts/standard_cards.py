"""Standards to be read: as cards by touchpoint, and the library's sets to be taken over."""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.problems import telling
from pages.parts.signed_in import storing
from pages.parts.words import KIND_ICONS, count_of, plain, show_text
from standards.editions import Evidence, Kind, Scope, Standard, touchpoints_of
from standards.library_files import StandardFile, library_sets
from standards.measuring import Measure
from standards.people import Action
from standards.values import say_number, say_target, steps_of
from storage.editions import publish_edition

EVIDENCE_WORDS = {
    Evidence.ALWAYS: "photo or note, always",
    Evidence.IF_MISSED: "photo or note if missed",
}


def say_size(standards: Sequence[Standard], minimum_coverage: float) -> str:
    """Say in a line how large a set is and what it takes for a visit to be complete."""
    points = say_number(sum(standard.weight for standard in standards))
    no_nos = sum(standard.no_no for standard in standards)
    parts = [count_of(len(standards), "standard"), f"{points} points"]
    if no_nos:
        parts.append(count_of(no_nos, "no-no"))
    parts.append(f"a visit counts from {100 * minimum_coverage:.0f} % answered")
    return " · ".join(parts)


def say_kinds(standards: Sequence[Standard]) -> str:
    """Name with their icons the kinds of channel that standards are asked in."""
    named = {kind for standard in standards for kind in standard.kinds}
    if not named or not all(standard.kinds for standard in standards):
        return "every kind of channel"
    return " · ".join(f"{KIND_ICONS[kind]} {kind}" for kind in Kind if kind in named)


def choose_touchpoint(standards: Sequence[Standard]) -> list[Standard]:
    """Ask for one touchpoint to read; all unless one is chosen."""
    grouped = touchpoints_of(standards)
    chosen = st.selectbox(
        "Touchpoint",
        list(grouped),
        index=None,
        placeholder="All, from first to last impression",
        key="standards_touchpoint",
        bind="query-params",
    )
    return grouped[chosen] if chosen in grouped else list(standards)


def show_standards(standards: Sequence[Standard]) -> None:
    """Show standards as cards, touchpoint by touchpoint in visiting order."""
    same_kinds = len({standard.kinds for standard in standards}) == 1
    for touchpoint, at_it in touchpoints_of(standards).items():
        st.subheader(plain(touchpoint), anchor=False)
        for standard in at_it:
            _card(standard, show_kinds=not same_kinds)


def _card(standard: Standard, *, show_kinds: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(_badges(standard, show_kinds=show_kinds))
        show_text(standard.statement, strong=True)
        target = plain(say_target(standard.measure, standard.target))
        weight = f"{say_number(standard.weight)} {'point' if standard.weight == 1 else 'points'}"
        st.caption(f"Target: {target} · {weight}")
        if standard.job_aid:
            show_text(standard.job_aid, small=True)
        if standard.measure is Measure.RATING:
            lines = (f"{place}  {step}" for place, step in enumerate(steps_of(standard), start=1))
            show_text("\n".join(lines), small=True)
        if standard.script:
            st.caption(f":material/format_quote: {plain(standard.script)}")


def _badges(standard: Standard, *, show_kinds: bool) -> str:
    parts = [f":gray-badge[{plain(standard.code)}]"]
    if standard.no_no:
        parts.append(":red-badge[:material/block: no-no]")
    if standard.scope is Scope.OURS_ONLY:
        parts.append(":blue-badge[:material/handshake: only our own channels]")
    if show_kinds:
        parts += [f":gray-badge[{KIND_ICONS[kind]} {kind}]" for kind in Kind if kind in standard.kinds]
    if standard.evidence in EVIDENCE_WORDS:
        parts.append(f":gray-badge[:material/photo_camera: {EVIDENCE_WORDS[standard.evidence]}]")
    return " ".join(parts)


def workshop_link(set_id: int) -> None:
    """Lead to where a set is drafted, tried and published."""
    st.page_link(
        "shape_standards.py",
        label="Edit in the workshop",
        icon=":material/architecture:",
        query_params={"set": str(set_id)},
    )


def show_library(taken: set[str]) -> None:
    """Show the library: one set to read where one is chosen, otherwise all of them as cards."""

    def head(found: StandardFile, *, reading: bool) -> None:
        _library_head(found, taken, reading=reading)

    if chosen := browse_library("standards_ready", head):
        show_standards(choose_touchpoint(chosen.standards))


def browse_library(key: str, head: Callable[..., None]) -> StandardFile | None:
    """
    Let somebody look through the library, with the head of each set as its page wants it.

    Args:
        key: of the choice, and its name in the address.
        head: draws one set's head; told by `reading` whether the set is the one chosen.
    Returns:
        The set that was chosen, its head drawn; None where all are shown as cards.
    """
    ready = {found.name: found for found in library_sets()}
    chosen = st.selectbox(
        "Set of the library",
        list(ready),
        index=None,
        placeholder="All sets",
        key=key,
        bind="query-params",
    )
    if chosen in ready:
        head(ready[chosen], reading=True)
        return ready[chosen]
    for found in ready.values():
        with st.container(border=True, gap="small"):
            st.subheader(found.name, anchor=False)
            head(found, reading=False)
    return None


def _library_head(found: StandardFile, taken: set[str], *, reading: bool) -> None:
    show_text(found.about)
    st.caption(f"{say_kinds(found.standards)}  \n{say_size(found.standards, found.minimum_coverage)}")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if not reading:
            st.button(
                "Read",
                key=f"standards_read_{found.name}",
                icon=":material/menu_book:",
                width="stretch",
                help=f"Read the standards of {found.name}",
                on_click=_read,
                args=(found.name,),
            )
        if found.name in taken:
            st.badge("taken: it is among your sets", icon=":material/check:", color="green")
        else:
            st.button(
                "Take it over",
                key=f"standards_take_{found.name}",
                type="primary",
                icon=":material/add:",
                width="stretch",
                help=f"Make {found.name} a set of your own",
                on_click=take_from_library,
                args=(found.name,),
            )


def _read(name: str) -> None:
    st.session_state["standards_ready"] = name


@telling
def take_from_library(name: str) -> None:
    """Publish a set of the library as one of our own; doing it again changes nothing."""
    found = next(ready for ready in library_sets() if ready.name == name)
    with storing(Action.MANAGE) as session:
        publish_edition(
            session, found.name, found.standards, about=found.about, minimum_coverage=found.minimum_coverage
        )
    st.toast(f"“{found.name}” is yours now: visits can use it.", icon=":material/check:")
