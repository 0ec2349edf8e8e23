"""Compare: are we better than they are, where exactly, is it getting better, and what to do next."""

import streamlit as st

from pages.parts.charts_taps import chart_taps
from pages.parts.compared import choose_rival, explain
from pages.parts.compared_brands import show_answer, show_brands
from pages.parts.compared_channels import choose_whose, show_channels
from pages.parts.compared_evidence import open_evidence, show_asked_evidence
from pages.parts.compared_filters import choose_view, say_nothing, show_view
from pages.parts.compared_notes import edit_notes
from pages.parts.compared_standards import show_standards
from pages.parts.compared_time import choose_drawn, show_over_time
from pages.parts.compared_waits import show_waits
from pages.parts.compared_walk import show_walk
from pages.parts.navigation import ways_to_begin
from pages.parts.signed_in import signed_in
from pages.parts.words import count_of
from standards.comparing.adjusting import adjust_brands
from standards.comparing.answer import short_answer
from standards.comparing.brands import compare_brands
from standards.comparing.channels import compare_channels
from standards.comparing.comparison import Comparison, Names
from standards.comparing.gaps import compare_standards
from standards.comparing.timeline import compare_over_time
from standards.comparing.waiting import compare_waits
from standards.comparing.walk import compare_walks
from standards.people import Action, may
from storage.comparing import count_compared, sets_in_use
from storage.editions import editions_of_set
from storage.sessions import in_session
from storage.tallies import compared_columns
from storage.time_notes import list_time_notes

STANDARDS, TIME, WALK, WAITS, CHANNELS = "standards", "over time", "the walk", "waits", "channels"
EVERYTHING = "everything"

person = signed_in(Action.COMPARE)
st.title("Compare", anchor=False)
with in_session(read_only=True) as session:
    used = sets_in_use(session, seen_by=person)
if not used:
    st.info("Nothing to compare yet: no visit is submitted.", icon=":material/compare_arrows:")
    ways_to_begin(person)
    st.stop()

view = choose_view(used, person)
show_view(view)
with in_session(read_only=True) as session:
    columns = compared_columns(session, view.selection, seen_by=person)
    compared = count_compared(session, view.selection, seen_by=person)
    editions = editions_of_set(session, view.set.id)
    notes = list_time_notes(session, view.set.id, [brand.id for brand in view.brands])
if not len(columns):
    st.info(say_nothing(view, compared), icon=":material/search_off:")
    st.stop()

chart_taps(open_evidence)
against_id = choose_rival([brand for brand in view.brands if not brand.is_own])
comparison = Comparison(columns, Names(view.brands, view.channels, editions, notes), against_id)
answer = short_answer(comparison, adjusted=view.is_adjusted)
show_answer(answer)
show_brands(compare_brands(comparison), adjust_brands(comparison) if view.is_adjusted else {}, answer)
left_out = f" {count_of(compared.incomplete, 'incomplete visit')} left out." if compared.incomplete else ""
explain(f"{count_of(len(columns), 'complete visit')} compared.{left_out}")

looked_at = st.pills(
    "Look closer",
    [STANDARDS, TIME, WALK, WAITS, CHANNELS, EVERYTHING],
    default=STANDARDS,
    required=True,
    key="look",
    bind="query-params",
)
if looked_at in (STANDARDS, EVERYTHING):
    show_standards(compare_standards(comparison), view.brands)
if looked_at in (TIME, EVERYTHING):
    st.header("Over time", anchor=False)
    show_over_time(compare_over_time(comparison, *choose_drawn(columns.standards)), comparison.rival)
    if may(person, Action.MANAGE):
        edit_notes(view.set.id, view.brands, notes)
if looked_at in (WALK, EVERYTHING):
    show_walk(compare_walks(comparison), view.brands)
if looked_at in (WAITS, EVERYTHING):
    show_waits(compare_waits(comparison), view.brands)
if looked_at in (CHANNELS, EVERYTHING):
    st.header("Channels", anchor=False)
    show_channels(compare_channels(comparison, choose_whose(view.brands)))
show_asked_evidence(comparison, person)
