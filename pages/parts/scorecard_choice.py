"""What a scorecard is to be about: whom, when, beside whom, how it looks. Choices stand in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TypeVar
from uuid import UUID

import streamlit as st
from sqlmodel import Session

from pages.parts.filters import FIRST_DAY, LAST_DAY, choose_set
from standards.errors import VisitNotFound
from standards.people import Action, Person, may
from standards.scorecards import Span, SubjectKind, write_span
from standards.scorecards.periods import days_between, month_of, quarter_of, year_of
from standards.scorecards.shown import shown_date, shown_score
from standards.visits import COUNTED_STATES, Brand, Channel, Visit
from storage.comparing import Selection, SetInUse, brands_in_set
from storage.forms.look import Look, Paper
from storage.looks import chosen_look
from storage.scorecards import MOST_RIVALS, Asked, areas_to_score, channels_to_score, is_whole
from storage.sessions import in_session
from storage.tallies import compared_columns
from storage.visibility import visit_seen_by
from storage.visit_lists import VisitFilter, list_visits

OTHER_DAYS = "other days"
_KIND_WORDS = {
    SubjectKind.CHANNEL: "Channel",
    SubjectKind.AREA: "Area",
    SubjectKind.BRAND: "Brand",
    SubjectKind.VISIT: "Visit",
}
_PAPERS = {Paper.A4: "A4", Paper.LETTER: "Letter"}
_VISITS_OFFERED = 200
_Chosen = TypeVar("_Chosen")


@dataclass(frozen=True)
class Choice:
    """What is asked for, of which period, how it looks, and the channels that there are scorecards of."""

    asked: Asked
    span: Span
    look: Look
    channels: tuple[Channel, ...]


def choose_scorecard(used: Sequence[SetInUse], person: Person) -> Choice | None:
    """Ask what the scorecard is about; None where nothing of it is a person's to read."""
    left, right = st.columns(2)
    with left:
        chosen_set = choose_set(used)
    with in_session(read_only=True) as session:
        channels = channels_to_score(session, chosen_set.id, seen_by=person)
        brands = brands_in_set(session, chosen_set.id, seen_by=person)
        days = compared_columns(session, Selection(chosen_set.id), seen_by=person).visited_on
        look = chosen_look(session)
    areas = areas_to_score(channels, seen_by=person)
    if not channels or not len(days):
        return None
    kinds = [
        kind
        for kind in _KIND_WORDS
        if (kind is not SubjectKind.BRAND or is_whole(person)) and (kind is not SubjectKind.AREA or areas)
    ]
    kind = right.segmented_control(
        "Scorecard of",
        kinds,
        default=kinds[0],
        required=True,
        format_func=lambda one: _KIND_WORDS[one],
        key="of",
        bind="query-params",
    )
    left, right = st.columns(2)
    with left:
        span = _choose_span(days[0].item(), days[-1].item())
    asked = Asked(kind or kinds[0], chosen_set.id, span)
    with right:
        asked = _choose_subject(asked, span, channels, [b for b in brands if is_whole(person)], areas, person)
    return _choose_more(Choice(asked, span, look, tuple(channels)), brands)


def _choose_span(first: date, last: date) -> Span:
    """Ask for a period: the last quarters, months and years with visits, or any days."""
    quarters: list[Span] = []
    months: list[Span] = []
    years = [year_of(year) for year in range(last.year, first.year - 1, -1)]
    year, month = last.year, last.month
    while (year, month) >= (first.year, first.month) and len(months) < 36:
        months.append(month_of(year, month))
        quarter = quarter_of(year, (month + 2) // 3)
        if quarter not in quarters:
            quarters.append(quarter)
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    spans = {write_span(span): span for span in (*quarters[:8], *months[:12], *years[:5])}
    # A quarter that still goes on would be held against a whole one.
    today = datetime.now(UTC).date()
    over = next((span for span in quarters[:8] if span.until <= today), quarters[0])
    written = st.selectbox(
        "Period",
        [*spans, OTHER_DAYS],
        index=list(spans).index(write_span(over)),
        format_func=lambda one: spans[one].name if one in spans else "Other days",
        key="period",
        bind="query-params",
    )
    if written in spans:
        return spans[written]
    chosen = st.date_input(
        "Days, the first and the last",
        (quarters[0].since, last),
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        key="days",
        bind="query-params",
    )
    ends = chosen if isinstance(chosen, tuple) else (chosen,)
    return days_between(ends[0], ends[-1]) if ends else quarters[0]


def _choose_subject(
    asked: Asked, span: Span, channels: list[Channel], brands: list[Brand], areas: list[str], person: Person
) -> Asked:
    """Ask for the brand, area, channel or visit."""
    if asked.kind is SubjectKind.BRAND:
        brand = _choose("Brand", {one.name: one for one in brands}, "brand")
        return replace(asked, brand_id=brand.id)
    if asked.kind is SubjectKind.CHANNEL:
        named = {f"{one.brand.name} · {one.name}": one for one in channels}
        channel = _choose("Channel", named, "channel")
        return replace(asked, brand_id=channel.brand.id, channel_id=channel.id)
    if asked.kind is SubjectKind.AREA:
        placed = {f"{one.area} · {one.brand.name}": one for one in channels if one.area in areas}
        one = _choose("Area", placed, "area")
        return replace(asked, brand_id=one.brand.id, area=one.area)
    return replace(asked, visit_id=_choose_visit(span, person))


def _choose_visit(span: Span, person: Person) -> UUID | None:
    wanted = VisitFilter(states=COUNTED_STATES, since=span.since, until=span.until)
    with in_session(read_only=True) as session:
        visits = list_visits(session, wanted, seen_by=person, limit=_VISITS_OFFERED)
        linked = _linked_visit(session, person)
    named = {
        f"{shown_date(visit.visited_on)} · {visit.channel.brand.name} · {visit.channel.name} · "
        f"{shown_score(visit.score_percent)} · {str(visit.id)[-4:]}": visit.id
        for visit in (*linked, *visits)
        if visit.visited_on
    }
    return _choose("Visit", named, "visit_of") if named else None


def link_to_scorecard(visit: Visit, person: Person) -> None:
    """Link from a visit to its scorecard, where there is one and this person may hand it out."""
    if visit.state in COUNTED_STATES and may(person, Action.COMPARE):
        st.page_link(
            "hand_out_scorecards.py",
            label="Scorecard of this visit",
            icon=":material/id_card:",
            query_params={"of": _KIND_WORDS[SubjectKind.VISIT], "visit": str(visit.id)},
        )


def _linked_visit(session: Session, person: Person) -> list[Visit]:
    """Return the visit that a link names, whatever its period, to be offered first."""
    try:
        visit = visit_seen_by(session, UUID(st.query_params.get("visit", "")), person)
    except (ValueError, VisitNotFound):
        return []
    return [visit] if visit.state in COUNTED_STATES else []


def _choose(label: str, options: dict[str, _Chosen], key: str) -> _Chosen:
    name = st.selectbox(label, list(options), key=key, bind="query-params")
    return options[name] if name in options else next(iter(options.values()))


def _choose_more(choice: Choice, brands: list[Brand]) -> Choice:
    """Ask beside whom, what to leave out, and on which paper."""
    asked = choice.asked
    rivals = {brand.name: brand.id for brand in brands if brand.id != asked.brand_id}
    with st.expander("Competitors, words, photos, paper", icon=":material/tune:"):
        chosen: list[str] = []
        if asked.kind is not SubjectKind.VISIT and rivals:
            chosen = st.multiselect(
                "Beside",
                list(rivals),
                max_selections=MOST_RIVALS,
                placeholder="The best competitor",
                key="beside",
                bind="query-params",
            )
        words = st.toggle(
            "Shoppers' own words",
            value=True,
            key="words",
            bind="query-params",
            help="Names of people known here, clock times, addresses and numbers are taken out. "
            "A name nobody here has may be left: read it before you hand it out.",
        )
        photos = st.toggle(
            "Photos",
            value=True,
            key="photos",
            bind="query-params",
            help="Of our own brand only. Photos of competitors are always left out.",
        )
        paper = st.segmented_control(
            "Paper",
            list(_PAPERS),
            default=Paper.A4,
            required=True,
            format_func=lambda one: _PAPERS[one],
            key="paper",
            bind="query-params",
        )
    ids = tuple(rivals[name] for name in chosen if name in rivals) or None
    asked = replace(asked, rival_ids=ids, has_words=words, has_photos=photos)
    return replace(choice, asked=asked, look=replace(choice.look, paper=paper or Paper.A4))
