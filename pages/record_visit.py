"""Record a visit: start a draft, answer one touchpoint at a time, review, submit. Each change is stored."""

from uuid import UUID

import streamlit as st

from pages.parts.answering import standard_card
from pages.parts.impressions import first_impression, last_impression
from pages.parts.photos import photo_corner
from pages.parts.recorder_link import recorder_link_to
from pages.parts.reviewing import show_coverage, show_gaps, show_result, submit
from pages.parts.scrolling import start_at_the_top
from pages.parts.signed_in import signed_in
from pages.parts.start_visit import (
    begin,
    choose_brand,
    choose_channel,
    choose_edition,
    choose_shopper,
    describe_channel,
)
from pages.parts.steps import FIRST, LAST, REVIEW, choose_step, step_bar
from pages.parts.words import KIND_ICONS, plain
from standards.editions import touchpoints_of
from standards.errors import VisitNotFound
from standards.people import Action
from standards.visits import Brand, Channel
from storage.brands import list_brands
from storage.drafts import draft_standards_of
from storage.editions import get_edition
from storage.photos import photo_counts
from storage.sessions import in_session
from storage.visibility import require_changed_by, visit_seen_by
from storage.visits import sheet_of

person = signed_in(Action.RECORD)
if "visit" not in st.query_params:
    st.title("Record a visit")
    with in_session(read_only=True) as session:
        brands = list_brands(session)
    brand = choose_brand(brands)
    channel = choose_channel(brand) if brand else None
    if not brand or not channel:
        st.caption("Choose whom you visit. A new competitor or channel is added when you start.")
        st.stop()
    kind, area = (channel.kind, channel.area) if isinstance(channel, Channel) else describe_channel()
    is_own, is_example = (brand.is_own, brand.is_example) if isinstance(brand, Brand) else (False, False)
    edition = choose_edition(person, kind, is_own=is_own, is_example=is_example)
    if not edition:
        st.stop()
    shopper = choose_shopper(person)
    st.bottom.button(
        "Start the visit",
        key="start_begin",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        on_click=begin,
        args=(brand, channel, kind, area, edition.id, shopper),
    )
    st.stop()

try:
    visit_id = UUID(st.query_params["visit"])
except ValueError as error:
    raise VisitNotFound from error
with in_session(read_only=True) as session:
    is_own = require_changed_by(session, visit_id, person)
    visit = visit_seen_by(session, visit_id, person)
    edition = get_edition(session, visit.edition_id)
    sheet = sheet_of(session, visit)
    photos = photo_counts(session, visit_id)
    pictures = {one.code: one.picture for one in draft_standards_of(session, visit.edition_id)}

icon = KIND_ICONS[visit.channel.kind]
st.caption(f"{icon} {plain(visit.channel.brand.name)} · {plain(visit.channel.name)}")
if not visit.is_open:
    st.title("Visit submitted" if visit.state == "submitted" else f"Visit {visit.state}")
    show_result(visit, sheet, edition)
    with st.bottom.container(horizontal=True):
        st.page_link("home.py", label="Home", icon=":material/home:")
        st.page_link(
            "read_visits.py",
            label="Open the visit",
            icon=":material/list_alt:",
            query_params={"visit": str(visit_id)},
        )
    st.stop()

touchpoints = touchpoints_of(sheet.values())
steps = [FIRST, *touchpoints, LAST, REVIEW]
step = choose_step(steps)
st.header(plain(step), anchor=False)
start_at_the_top(step)

places = {code: f"{place} of {len(sheet)}" for place, code in enumerate(sheet, 1)}
if step == FIRST:
    first_impression(visit)
elif step == LAST:
    last_impression(visit)
    st.subheader("Photos of the visit as a whole", anchor=False)
    photo_corner(visit_id, None, "Photos of the visit")
elif step == REVIEW:
    show_gaps(visit, sheet, photos)
    show_coverage(visit, sheet, edition)
else:
    for standard in touchpoints[step]:
        standard_card(
            visit, standard, places[standard.code], photos.get(standard.code, 0), pictures.get(standard.code)
        )

if is_own:
    recorder_link_to(visit_id, step)
answered = sum(visit.observation(code).verdict is not None for code in sheet)
step_bar(steps, step, answered, len(sheet), submit=(submit, visit_id))
