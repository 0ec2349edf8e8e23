"""Evidence: the visits behind a dot, a cell or a point, newest first, with their notes and photos."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

import streamlit as st

from pages.parts.compared_behind import read_behind, write_behind
from pages.parts.filters import say_day
from pages.parts.photos import show_photos
from pages.parts.scores import VERDICT_COLOURS, VERDICT_ICONS, score_badge
from pages.parts.visit_cards import say_when
from pages.parts.words import KIND_ICONS, count_of, plain, show_text
from standards.comparing.comparison import Comparison, visits_behind
from standards.comparing.figures import Behind
from standards.measuring import Measure, Verdict
from standards.people import Person, sees_channel
from standards.values import say_target, say_value
from standards.visits import Observation
from storage.evidence import Evidence, evidence_of, told_visits
from storage.sessions import in_session

ADDRESS = "evidence"
# Older ones are found with the filters; nobody scrolls further.
_MOST_VISITS = 400
_AT_ONCE = 8
_MISSED_SHOWN = 5
_VERDICTS = {"All": None, "Missed": Verdict.MISSED, "Met": Verdict.MET}


def open_evidence(behind: str) -> None:
    """Put the visits behind a figure into the address; the page then shows them."""
    st.query_params[ADDRESS] = behind


def choose_behind(name: str, figures: Mapping[str, Behind | None]) -> None:
    """Offer the figures of a chart by name, for those who cannot tap its dots."""
    offered = {said: write_behind(behind) for said, behind in figures.items() if behind}
    if not offered:
        return
    key = f"compare_visits_{name}"

    def chosen() -> None:
        if (said := st.session_state[key]) in offered:
            open_evidence(offered[said])
        st.session_state[key] = None

    st.selectbox(
        "See the visits behind a figure",
        list(offered),
        index=None,
        placeholder="Tap a dot above, or choose here",
        key=key,
        on_change=chosen,
    )


def show_asked_evidence(comparison: Comparison, person: Person) -> None:
    """Show the visits the address asks for; nothing where it asks for none."""
    asked = st.query_params.get(ADDRESS)
    if not asked:
        return
    behind = read_behind(asked)
    if behind is None:
        st.query_params.pop(ADDRESS, None)
        return
    st.query_params[ADDRESS] = asked
    dialog = st.dialog("The visits behind it", width="medium", on_dismiss=_leave)
    dialog(_show)(_say_behind(comparison, behind), *_visits(comparison, behind, person), behind, person)


def _leave() -> None:
    st.query_params.pop(ADDRESS, None)


def _visits(
    comparison: Comparison, behind: Behind, person: Person
) -> tuple[Mapping[str, Sequence[UUID]], int, int]:
    """Return by verdict the newest visits that are the reader's to read, how many there are, how many not."""
    columns = comparison.columns
    seen = {number for number, one in comparison.names.channels.items() if sees_channel(person, one)}
    choices = _VERDICTS if (behind.code or behind.touchpoint) and not behind.verdict else {"All": None}
    by_verdict, found, hidden = {}, 0, 0
    for said, verdict in choices.items():
        places = visits_behind(comparison, replace(behind, verdict=verdict or behind.verdict)).tolist()
        readable = [at for at in places if int(columns.channel_ids[at]) in seen]
        if verdict is None:
            found, hidden = len(readable), len(places) - len(readable)
        by_verdict[said] = [columns.visit_id(at) for at in readable[:_MOST_VISITS]]
    return by_verdict, found, hidden


def _show(
    said: str, visits: Mapping[str, Sequence[UUID]], found: int, hidden: int, behind: Behind, person: Person
) -> None:
    show_text(said, strong=True)
    newest = f"; the newest {_MOST_VISITS} can be read here" if found > _MOST_VISITS else ""
    show_text(f"{count_of(found, 'visit')}, newest first{newest}.", small=True)
    if hidden:
        more = count_of(hidden, "more visit")
        show_text(f"{more} of other channels counted, and not yours to read.", small=True)
    if not found:
        return
    offered = [name for name, ids in visits.items() if ids]
    shown = "All"
    if len(offered) > 2:
        shown = (
            st.segmented_control("Show", offered, default="All", required=True, key="compare_verdict")
            or "All"
        )
    ids = visits[shown]
    with in_session(read_only=True) as session:
        told = told_visits(session, ids, [behind.code] if behind.code else [], seen_by=person)
    if told and len(told) < len(ids):
        only = st.toggle(f"Only with a photo or a note ({len(told)})", key="compare_told")
        ids = [visit_id for visit_id in ids if visit_id in told] if only else ids
    key = f"compare_evidence_{write_behind(behind)}_shown"
    most = st.session_state.get(key, _AT_ONCE)
    with in_session(read_only=True) as session:
        evidence = evidence_of(session, ids[:most], seen_by=person)
    for one in evidence:
        _card(one, behind)
    if most < len(ids):
        st.button(
            f"Show {min(_AT_ONCE, len(ids) - most)} more of {len(ids)}",
            key="compare_more_evidence",
            width="stretch",
            on_click=_show_more,
            args=(key, most + _AT_ONCE),
        )


def _show_more(key: str, most: int) -> None:
    st.session_state[key] = most


def _card(found: Evidence, behind: Behind) -> None:
    visit, standards = found.visit, found.edition.by_code()
    channel = visit.channel
    with st.container(border=True, gap="xsmall"):
        st.page_link(
            "read_visits.py",
            label=f"**{plain(channel.brand.name)}** · {plain(channel.name)}",
            icon=KIND_ICONS[channel.kind],
            query_params={"visit": str(visit.id)},
            width="stretch",
        )
        facts = (say_when(visit), str(channel.kind), channel.area)
        show_text(" · ".join(fact for fact in facts if fact), small=True)
        st.markdown(score_badge(visit, found.edition.minimum_coverage))
        if behind.code:
            about = [visit.observation(behind.code)]
        else:
            about = [o for o in visit.observations if _is_told(found, o, behind)][:_MISSED_SHOWN]
        for observation in about:
            if standard := standards.get(observation.code):
                _observation(found, observation, alone=standard.code == behind.code)
        photos = [p for p in found.photos if not behind.code or p.code == behind.code]
        show_photos(photos, {} if behind.code else standards)


def _is_told(found: Evidence, observation: Observation, behind: Behind) -> bool:
    """Say whether an observation is worth a line: missed or noted, where the figure is about."""
    standard = found.edition.by_code().get(observation.code)
    if not standard or behind.touchpoint not in (None, standard.touchpoint):
        return False
    missed = observation.verdict is Verdict.MISSED
    return (missed and standard.no_no) if behind.failed else (missed or bool(observation.note))


def _observation(found: Evidence, observation: Observation, *, alone: bool) -> None:
    standard = found.edition.by_code()[observation.code]
    verdict = observation.verdict
    if verdict:
        word = f":{VERDICT_COLOURS[verdict]}[{VERDICT_ICONS[verdict]} **{verdict}**]"
        value = observation.value
        if value is not None and standard.measure is not Measure.YES_NO:
            measured = say_value(standard, value, longer_than=observation.longer_than)
            word += f" · {plain(measured)}, target {plain(say_target(standard.measure, standard.target))}"
        st.markdown(word if alone else f"{word}  \n{plain(standard.statement)}")
    if observation.note:
        show_text(f"“{observation.note}”", small=True)


def _say_behind(comparison: Comparison, behind: Behind) -> str:
    """Say in a line what the figure is about."""
    brands = {brand.id: brand.name for brand in comparison.names.brands}
    channel = comparison.names.channels.get(behind.channel_id or 0)
    standard = next(
        (
            one.standard
            for one in comparison.columns.standards
            if one.code == behind.code and behind.measure in (None, one.measure)
        ),
        None,
    )
    since, until = behind.since, behind.until
    days = f"{say_day(since)} – {say_day(until)}" if since and until else ""
    parts = [
        brands.get(behind.brand_id or 0, ""),
        channel.name if channel else "",
        str(behind.kind or ""),
        behind.touchpoint or "",
        f"{standard.code}: {standard.statement}" if standard else "",
        str(behind.verdict or ""),
        "failed by a no-no" if behind.failed else "",
        days,
    ]
    return " · ".join(part for part in parts if part) or "All visits"
