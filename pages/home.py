"""Home: start a visit, resume a draft, close a wait, see the latest scores."""

import streamlit as st

from pages.parts.planning import say_begun, show_planned
from pages.parts.recorder_link import recorder_link
from pages.parts.scores import say_score
from pages.parts.signed_in import signed_in
from pages.parts.stopwatch import wait_card
from pages.parts.visit_links import visit_link
from pages.parts.welcome import welcome
from standards.people import Action, may
from storage.brands import list_brands
from storage.planning import planned_visits
from storage.sessions import in_session
from storage.visit_lists import drafts, latest_scores, minimum_coverages, open_waits

LATEST = 8

person = signed_in()
if not may(person, Action.RECORD):
    st.switch_page("compare_brands.py")
with in_session(read_only=True) as session:
    brands = list_brands(session)
    resumable = [visit for visit in drafts(session, seen_by=person) if visit.started_at]
    planned = planned_visits(session, seen_by=person)
    waits = open_waits(session, seen_by=person)
    latest = latest_scores(session, LATEST, seen_by=person)
    minimum = minimum_coverages(session)
if not brands:
    welcome(person)
    st.stop()

own = next((brand for brand in brands if brand.is_own and not brand.is_example), None)
st.title("Second Visit", anchor=False)
recorder_link()

if waits:
    st.subheader("Waiting for a reply", anchor=False)
    for wait in waits:
        wait_card(wait.visit, wait.standard, wait.observation)
show_planned(planned, person)
if resumable:
    st.subheader("Drafts", anchor=False)
    for visit in resumable:
        visit_link("record_visit.py", visit, say_begun(visit))
st.subheader("Latest scores", anchor=False)
for visit in latest:
    visit_link("read_visits.py", visit, say_score(visit, minimum[visit.edition_id]))
if not latest:
    st.caption("No visit is submitted yet. Start one: it is stored answer by answer, and can be resumed.")
if not own and may(person, Action.MANAGE):
    st.page_link("manage_channels.py", label="Name your own brand", icon=":material/handshake:")

if st.bottom.button(
    "Start a visit", key="home_start", type="primary", icon=":material/play_arrow:", width="stretch"
):
    st.switch_page("record_visit.py")
