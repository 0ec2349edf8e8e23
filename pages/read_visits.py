"""Visits: find one, open it, see what was observed and how its score came about."""

from uuid import UUID

import streamlit as st

from pages.parts.filters import choose_brands, choose_period, choose_place, first_page
from pages.parts.navigation import ways_to_begin
from pages.parts.one_visit import show_visit
from pages.parts.planning import plan_visit
from pages.parts.scrolling import start_at_the_top
from pages.parts.signed_in import signed_in
from pages.parts.visit_cards import back_link, visit_card
from pages.parts.words import count_of
from standards.people import Action, Role
from standards.visits import COUNTED_STATES, State
from storage.comparing import places_of
from storage.sessions import in_session
from storage.visit_lists import (
    PAGE_SIZE,
    VisitFilter,
    count_visits,
    list_visits,
    minimum_coverages,
    visited_brands,
)

person = signed_in(Action.READ_VISITS)
if address := st.query_params.get("visit"):
    try:
        visit_id = UUID(address)
    except ValueError:
        st.error("This address names no visit. Nothing was changed.", icon=":material/error:")
        back_link()
        st.stop()
    # Filters that stood in the address a moment ago push the visit out of it; it must survive a reload.
    st.query_params["visit"] = address
    start_at_the_top(address)
    show_visit(visit_id, person)
    st.stop()

start_at_the_top("visits")
st.title("Visits", anchor=False)
plan_visit(person)
with in_session(read_only=True) as session:
    brands = visited_brands(session, seen_by=person)
    places = places_of(session, seen_by=person)
    minimum = minimum_coverages(session)
    stored = count_visits(session, VisitFilter(), seen_by=person)
if not stored:
    st.info("No visit is here for you to read yet.", icon=":material/list_alt:")
    ways_to_begin(person)
    st.stop()

text = st.text_input(
    "Search",
    key="search",
    placeholder="A word in a story, a note or a channel's name",
    icon=":material/search:",
    max_chars=100,
    bind="query-params",
    on_change=first_page,
)
with st.expander("Filters", icon=":material/filter_list:"):
    chosen = choose_brands(brands, "Brands", key="brand")
    place = choose_place(places.kinds, places.areas)
    period = choose_period()
    states = st.pills(
        "State",
        [str(state) for state in (COUNTED_STATES if person.role is Role.VIEWER else State)],
        selection_mode="multi",
        key="state",
        bind="query-params",
        on_change=first_page,
        help="None chosen: all but void ones.",
    )
wanted = VisitFilter(
    brand_ids=tuple(brand.id for brand in chosen),
    kinds=place.kinds,
    areas=place.areas,
    states=tuple(State(state) for state in states) or tuple(s for s in State if s is not State.VOID),
    since=period.since,
    until=period.until,
    text=text or "",
)
with in_session(read_only=True) as session:
    found = count_visits(session, wanted, seen_by=person)
if not found:
    st.info("No visit matches. Take a filter away, or search for another word.", icon=":material/search_off:")
    st.stop()

st.caption(f"{count_of(found, 'visit')}, newest first")
cards = st.container()
pages = -(-found // PAGE_SIZE)
number = 1
if pages > 1:
    number = st.pagination(pages, key="page", bind="query-params", max_visible_pages=5, width="stretch")
with in_session(read_only=True) as session:
    visits = list_visits(session, wanted, seen_by=person, offset=(number - 1) * PAGE_SIZE)
with cards:
    for visit in visits:
        visit_card(visit, minimum[visit.edition_id])
