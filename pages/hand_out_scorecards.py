"""Scorecards: what leaves the program, to be printed, sent or pinned up: choose, see it, take it away."""

from datetime import UTC, datetime

import streamlit as st

from pages.parts.navigation import ways_to_begin
from pages.parts.scorecard_all import offer_all
from pages.parts.scorecard_choice import choose_scorecard
from pages.parts.scorecard_look import offer_look
from pages.parts.scorecard_shown import show_figures, show_pages, show_words
from pages.parts.scorecard_taken import offer_files, offer_link
from pages.parts.signed_in import signed_in
from standards.errors import ScorecardEmpty, ScorecardNotFound
from standards.people import Action, may
from storage.comparing import sets_in_use
from storage.scorecards import photos_of_card, read_scorecard
from storage.sessions import in_session

person = signed_in(Action.COMPARE)
st.title("Scorecards", anchor=False)
with in_session(read_only=True) as session:
    used = sets_in_use(session, seen_by=person)
choice = choose_scorecard(used, person) if used else None
if not choice:
    st.info("No scorecard to hand out yet: no complete visit is here.", icon=":material/id_card:")
    ways_to_begin(person)
    st.stop()

try:
    with in_session(read_only=True) as session:
        made_on = datetime.now(UTC).date()
        card = read_scorecard(session, choice.asked, seen_by=person, made_on=made_on)
        photos = photos_of_card(session, card)
except (ScorecardEmpty, ScorecardNotFound):
    st.info("No complete visit here in this period. Choose another one.", icon=":material/search_off:")
    offer_all(choice)
    st.stop()

show_words(card)
offer_files(card, choice.asked, choice.look)
if may(person, Action.MANAGE):
    offer_look(card, choice.look)
show_pages(card, photos, choice.look)
show_figures(card)
if may(person, Action.SHARE):
    offer_link(card, choice.look)
offer_all(choice)
