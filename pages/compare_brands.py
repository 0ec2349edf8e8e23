"""Compare: our own brand against competitors, over time and standard by standard."""

import streamlit as st

from pages.parts.answers import say_answer, say_thin
from pages.parts.charts import CONFIG, met_rate_dots, month_lines, say_months, say_rates
from pages.parts.compared import (
    choose_rival,
    choose_rows,
    explain_rates,
    month_rows,
    named_gaps,
    rate_rows,
    show_brands,
)
from pages.parts.filters import choose_brands, choose_period, choose_place, choose_set, say_filters
from pages.parts.navigation import ways_to_begin
from pages.parts.signed_in import signed_in
from pages.parts.tables import show_table
from pages.parts.words import count_of, plain, show_text
from standards.comparing import met_rates, scores_by_brand, scores_by_month
from standards.people import Action
from storage.comparing import (
    Selection,
    brands_in_set,
    count_compared,
    met_counts,
    places_of,
    sets_in_use,
    visit_scores,
)
from storage.editions import editions_of_set
from storage.sessions import in_session

person = signed_in(Action.COMPARE)
st.title("Compare", anchor=False)
with in_session(read_only=True) as session:
    used = sets_in_use(session, seen_by=person)
if not used:
    st.info("Nothing to compare yet: no visit is submitted.", icon=":material/compare_arrows:")
    ways_to_begin(person)
    st.stop()

with st.expander("Filters", icon=":material/filter_list:"):
    chosen_set = choose_set(used)
    with in_session(read_only=True) as session:
        brands = brands_in_set(session, chosen_set.id, seen_by=person)
        places = places_of(session, chosen_set.id, seen_by=person)
    own = next((brand for brand in brands if brand.is_own), None)
    competitors = [brand for brand in brands if brand != own]
    chosen = choose_brands(competitors, "Competitors", key="competitor")
    place = choose_place(places.kinds, places.areas)
    period = choose_period()
rivals = list(chosen) or competitors
shown = [own, *rivals] if own else rivals
selection = Selection(
    chosen_set.id,
    brand_ids=tuple(brand.id for brand in shown),
    kinds=place.kinds,
    areas=place.areas,
    since=period.since,
    until=period.until,
)
with in_session(read_only=True) as session:
    compared = count_compared(session, selection, seen_by=person)
    scores = visit_scores(session, selection, seen_by=person)
    rates = met_rates(met_counts(session, selection, seen_by=person))
    editions = editions_of_set(session, chosen_set.id)

filtered = say_filters(chosen, place, period)
example = ":violet-badge[:material/science: Example] " if chosen_set.is_example else ""
st.markdown(f"{example}{plain(chosen_set.name)}{' · ' + plain(filtered) if filtered else ''}")
if not scores:
    st.info(
        "No complete visit matches. Take a filter away, or widen the dates.", icon=":material/search_off:"
    )
    if compared.incomplete:
        st.caption(f"{count_of(compared.incomplete, 'incomplete visit')} matched, and cannot be compared.")
    st.stop()

means = scores_by_brand(scores)
with st.container(border=True):
    show_text(say_answer(means, own, rivals), strong=True)
    st.caption("Averages of visit scores. A small difference, or one from a few visits, may be chance.")
if thin := say_thin(means, rivals):
    st.caption(f":material/hourglass_empty: {plain(thin)}")
show_brands(means, shown, compared)

st.subheader("Score over time", anchor=False)
months = scores_by_month(scores)
drawn = month_lines(months, shown)
st.plotly_chart(drawn, key="compare_months", config=CONFIG, alt=say_months(months, shown))
st.caption("Mean visit score by month of the visit. A month without a visit is a gap.")
show_table(month_rows(months, shown), name="score_by_month", alt="Mean visit score by month and brand")

st.subheader("Standard by standard", anchor=False)
rival = choose_rival(means, rivals)
gaps = named_gaps(rates, editions, own, rival)
rows = choose_rows(gaps)
drawn = met_rate_dots(rows, own, rival)
st.plotly_chart(drawn, key="compare_rates", config=CONFIG, alt=say_rates(rows, own, rival))
explain_rates(gaps, editions)
show_table(
    rate_rows(gaps, own, rival),
    name="met_rate_by_standard",
    alt="Met-rate by standard with interval and visits",
)
