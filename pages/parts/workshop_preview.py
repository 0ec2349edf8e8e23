"""What a shopper will see on a phone, how long a visit takes, and how the weights divide."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from pages.parts.answering import standard_card
from pages.parts.previewing import forget_preview, preview_visit
from pages.parts.tables import show_table
from pages.parts.words import plain
from pages.parts.workshop_saving import key_of
from standards.drafting import Draft
from standards.editions import Kind, Standard, touchpoints_of
from standards.values import say_number
from standards.weighing import WeightShare, visit_length, weight_shares

_PHONE_PX = 390
_BAR = "border-radius:0.3rem;height:0.8rem;"


def preview_draft(draft: Draft) -> None:
    """Show the cards of a visit, at the width of a phone; what is tapped in them is not stored."""
    sheet, kind, is_own = _choose_sheet(draft, "preview")
    if not sheet:
        return
    st.caption(":material/visibility: Tap as a shopper would. Nothing here is stored.")
    grouped = touchpoints_of(sheet)
    touchpoint = st.selectbox("Step of the visit", list(grouped), key=key_of(draft, "step"))
    places = {standard.code: f"{at} of {len(sheet)}" for at, standard in enumerate(sheet, 1)}
    by_code = draft.by_code()
    visit = preview_visit(kind, is_own=is_own)
    with st.container(width=_PHONE_PX):
        st.header(plain(touchpoint), anchor=False)
        for standard in grouped[touchpoint]:
            picture = by_code[standard.code].picture
            standard_card(visit, standard, places[standard.code], 0, picture)
    st.button(
        "Begin the preview anew",
        key=key_of(draft, "preview_anew"),
        icon=":material/restart_alt:",
        type="tertiary",
        on_click=forget_preview,
    )


def weigh_draft(draft: Draft) -> None:
    """Show the length of a visit and how its points divide, and ask whether that is the message."""
    sheet, _, _ = _choose_sheet(draft, "weigh")
    if not sheet:
        return
    length = visit_length(sheet)
    with st.container(horizontal=True):
        st.metric("Standards", length.standards)
        st.metric("A visit takes about", f"{length.minutes} min")
    if length.warning:
        st.warning(length.warning, icon=":material/hourglass_bottom:")
    shares = weight_shares(sheet)
    st.subheader("How the weights divide", anchor=False)
    st.markdown(f"**{plain(shares.sentence)}**")
    if not shares.by_touchpoint:
        return
    _weight_bars(shares.by_touchpoint)
    show_table(
        [
            {"Standard": one.name, "Points": one.weight, "Share in %": round(100 * one.share, 1)}
            for one in shares.by_standard
        ],
        name="weights",
        alt="The weight of every standard",
        label="Every standard's weight as a table",
    )


def _weight_bars(shares: Sequence[WeightShare]) -> None:
    """Draw a bar a touchpoint; plain boxes, so that a phone needs no chart library for them."""
    rows = []
    for one in shares:
        percent = f"{100 * one.share:.0f} %"
        rows.append(
            '<div style="margin-bottom:0.6rem">'
            '<div style="display:flex;justify-content:space-between;gap:1rem">'
            f'<span style="overflow-wrap:anywhere">{escape(one.name)}</span>'
            f'<span style="white-space:nowrap">{percent} · {say_number(one.weight)} points</span></div>'
            f'<div style="{_BAR}background:rgba(128,140,150,0.2)">'
            f'<div style="{_BAR}background:#0072B2;width:{100 * one.share:.1f}%"></div></div></div>'
        )
    st.html(f"<div>{''.join(rows)}</div>")


def _choose_sheet(draft: Draft, view: str) -> tuple[list[Standard], Kind, bool]:
    """Ask whom the visit goes to, and return what it is asked, numbered for the cards' keys."""
    named = [kind for kind in Kind if any(kind in standard.kinds for standard in draft.plain)]
    kinds = list(Kind) if not all(standard.kinds for standard in draft.plain) else named
    if not kinds:
        st.info("Nothing stands in this draft yet. Write its first sentence.", icon=":material/edit:")
        return [], Kind.SHOP, True
    left, right = st.columns(2)
    kind = left.selectbox(
        "Visit to",
        kinds,
        key=key_of(draft, view, "kind"),
    )
    whose = right.segmented_control(
        "Of",
        ["our own brand", "a competitor"],
        default="our own brand",
        required=True,
        key=key_of(draft, view, "whose"),
    )
    is_own = whose == "our own brand"
    asked = [s for s in draft.plain if s.applies_to(kind, is_own=is_own)]
    if not asked:
        st.info("Nothing in this draft is asked in such a visit.", icon=":material/visibility_off:")
    return [replace(standard, id=at) for at, standard in enumerate(asked, 1)], kind, is_own
