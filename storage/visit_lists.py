"""
Lists of visits for Home and the Visits page: filtered, newest first, without their observations.

Each takes who reads (`seen_by`) and finds only what that person may see; None is the operator, who sees all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, col, select

from standards.editions import Kind, Standard
from standards.people import Person, sees_shoppers
from standards.visits import COUNTED_STATES, Brand, Observation, State, Visit
from storage.brands import to_brand
from storage.channels import to_channel
from storage.editions import editions_of
from storage.names import clean_text
from storage.tables import BrandRow, ChannelRow, EditionRow, ObservationRow, PersonRow, StandardRow, VisitRow
from storage.visibility import seen_visits
from storage.visit_rows import to_observation, to_visit

PAGE_SIZE = 25
OPEN_STATES = (State.DRAFT, State.RETURNED)


@dataclass(frozen=True)
class VisitFilter:
    """
    Which visits are listed; an empty tuple, None or blank leaves that side open.

    `text` is looked for in story, impressions, notes and channel names, whatever the case. Dates count
    themselves in; a draft has no date yet and goes by the day it was started (in UTC).
    """

    brand_ids: tuple[int, ...] = ()
    kinds: tuple[Kind, ...] = ()
    areas: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True)
class OpenWait:
    """A wait that still runs: whose visit, for which standard, what is recorded, since when."""

    visit: Visit
    standard: Standard
    observation: Observation
    opened_at: datetime


def list_visits(
    session: Session,
    wanted: VisitFilter,
    *,
    seen_by: Person | None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[Visit]:
    """Return visits, drafts before dated ones, newest first; without their observations."""
    newest = (
        col(VisitRow.visited_on).is_(None).desc(),
        col(VisitRow.visited_on).desc(),
        col(VisitRow.started_at).desc(),
        col(VisitRow.id),
    )
    return _visits(session, seen_by, _conditions(wanted), newest, limit, offset)


def count_visits(session: Session, wanted: VisitFilter, *, seen_by: Person | None) -> int:
    """Return how many visits a filter finds."""
    counted = (
        select(func.count())
        .select_from(VisitRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .where(*_conditions(wanted), *seen_visits(seen_by))
    )
    return session.exec(counted).one()


def drafts(session: Session, *, seen_by: Person | None) -> list[Visit]:
    """Return visits that can still be changed (drafts, and returned ones), the last started first."""
    last_started = (col(VisitRow.started_at).desc(), col(VisitRow.id))
    return _visits(session, seen_by, [col(VisitRow.state).in_(OPEN_STATES)], last_started)


def latest_scores(session: Session, limit: int, *, seen_by: Person | None) -> list[Visit]:
    """Return the visits scored last: submitted or approved, by date of the visit, newest first."""
    newest = (col(VisitRow.visited_on).desc(), col(VisitRow.submitted_at).desc(), col(VisitRow.id))
    return _visits(session, seen_by, [col(VisitRow.state).in_(COUNTED_STATES)], newest, limit)


def open_waits(session: Session, *, seen_by: Person | None) -> list[OpenWait]:
    """Return stopwatches and waits of open visits that still run, the longest first."""
    running = (
        select(ObservationRow, StandardRow.code)
        .join(VisitRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(
            *seen_visits(seen_by),
            col(VisitRow.state).in_(OPEN_STATES),
            col(ObservationRow.opened_at).is_not(None),
            col(ObservationRow.closed_at).is_(None),
        )
        .order_by(col(ObservationRow.opened_at), col(StandardRow.position))
    )
    found = session.exec(running).all()
    ids = {row.visit_id for row, _ in found}
    seen = _visits(session, seen_by, [col(VisitRow.id).in_(ids)]) if ids else []
    visits = {visit.id: visit for visit in seen}
    editions = editions_of(session, {visit.edition_id for visit in visits.values()})
    standards = {edition_id: edition.by_code() for edition_id, edition in editions.items()}
    waits = []
    for row, code in found:
        assert row.opened_at is not None
        visit = visits[row.visit_id]
        standard = standards[visit.edition_id][code]
        waits.append(OpenWait(visit, standard, to_observation(row, code), row.opened_at))
    return waits


def visited_brands(session: Session, *, seen_by: Person | None) -> list[Brand]:
    """Return the brands of the visits a person sees, our own first, then by name."""
    visited = (
        select(ChannelRow.brand_id)
        .join(VisitRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .where(*seen_visits(seen_by))
    )
    wanted = (
        select(BrandRow)
        .where(col(BrandRow.id).in_(visited))
        .order_by(col(BrandRow.is_own).desc(), BrandRow.name)
    )
    return [to_brand(row) for row in session.exec(wanted).all()]


def minimum_coverages(session: Session) -> dict[int, float]:
    """Return by edition the coverage (0–1) from which its visits are complete."""
    rows = session.exec(select(EditionRow.id, EditionRow.minimum_coverage)).all()
    return {edition_id: minimum for edition_id, minimum in rows if edition_id is not None}


def _conditions(wanted: VisitFilter) -> list[ColumnElement[bool]]:
    conditions: list[Any] = []
    if wanted.brand_ids:
        conditions.append(col(ChannelRow.brand_id).in_(wanted.brand_ids))
    if wanted.kinds:
        conditions.append(col(ChannelRow.kind).in_(wanted.kinds))
    if wanted.areas:
        conditions.append(col(ChannelRow.area).in_(wanted.areas))
    if wanted.states:
        conditions.append(col(VisitRow.state).in_(wanted.states))
    if wanted.since:
        start = datetime.combine(wanted.since, time(), UTC)
        conditions.append(_dated(col(VisitRow.visited_on) >= wanted.since, col(VisitRow.started_at) >= start))
    if wanted.until:
        end = datetime.combine(wanted.until + timedelta(days=1), time(), UTC)
        conditions.append(_dated(col(VisitRow.visited_on) <= wanted.until, col(VisitRow.started_at) < end))
    if text := clean_text(wanted.text):
        conditions.append(_mentions(text))
    return conditions


def _dated(by_visit: ColumnElement[bool], by_start: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(by_visit, and_(col(VisitRow.visited_on).is_(None), by_start))


def _mentions(text: str) -> ColumnElement[bool]:
    """Look for a text literally: % and _ in it are themselves."""
    own_words = (VisitRow.story, VisitRow.first_impression, VisitRow.last_impression, ChannelRow.name)
    in_note = exists().where(
        col(ObservationRow.visit_id) == col(VisitRow.id),
        col(ObservationRow.note).icontains(text, autoescape=True),
    )
    return or_(*(col(words).icontains(text, autoescape=True) for words in own_words), in_note)


def _visits(
    session: Session,
    seen_by: Person | None,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[Any] = (),
    limit: int | None = None,
    offset: int = 0,
) -> list[Visit]:
    wanted = (
        select(VisitRow, ChannelRow, BrandRow, PersonRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .outerjoin(PersonRow, col(VisitRow.shopper_id) == col(PersonRow.id))
        .where(*conditions, *seen_visits(seen_by))
        .order_by(*order)
        .offset(offset)
    )
    if limit is not None:
        wanted = wanted.limit(limit)
    # An outer join may leave the person out, which its type does not say.
    rows: Sequence[tuple[VisitRow, ChannelRow, BrandRow, Any]] = session.exec(wanted).all()
    named = seen_by is None or sees_shoppers(seen_by)
    return [
        to_visit(row, to_channel(channel, brand), person.name if person and named else None)
        for row, channel, brand, person in rows
    ]
