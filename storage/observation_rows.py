"""Single observations for spreadsheets and BI tools, some visits at a time, never with who recorded them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlmodel import Session, col

from standards.editions import Edition, Kind, Scope
from standards.freshness import is_fresh
from standards.measuring import Measure, Verdict
from standards.people import Person
from standards.scoring import is_complete
from standards.visits import COUNTED_STATES
from storage.comparing import Selection
from storage.editions import editions_of_set
from storage.sessions import in_session
from storage.tables import BrandRow, ChannelRow, EditionRow, ObservationRow, VisitRow
from storage.tallying import zone_of
from storage.visibility import seen_visits
from storage.visit_rows import to_observation

# So many lie in memory at once, with all their observations.
VISITS_AT_ONCE = 200


@dataclass(frozen=True)
class ObservedRow:
    """
    One observation, with all that a table of them is counted by.

    `value` is in `unit`, seconds for a duration without one; `longer_than` marks a wait that was given up.
    Only a visit that `is_complete` is compared; `is_fresh` is what `standards.freshness` says of the answer.
    """

    visit_id: UUID
    external_id: str
    brand: str
    is_own: bool
    channel: str
    kind: Kind
    area: str
    visited_on: date
    set: str
    edition: int
    code: str
    touchpoint: str
    statement: str
    measure: Measure
    unit: str
    weight: float
    no_no: bool
    scope: Scope
    value: float | None
    longer_than: bool
    verdict: Verdict | None
    is_fresh: bool
    is_complete: bool
    note: str


def observed_rows(selection: Selection, *, seen_by: Person | None) -> Iterator[tuple[ObservedRow, ...]]:
    """
    Give the observations of a selection's counted visits that a person may read, some visits at a time.

    The oldest day first, each visit's in its edition's order. Every part is a transaction of its own, so
    that a slow reader keeps nobody waiting, and it takes no more memory however many there are.
    """
    with in_session(read_only=True) as session:
        days = _days(session, selection, seen_by)
        editions = {edition.id: edition for edition in editions_of_set(session, selection.set_id)}
    for first, last in _spans(days):
        of_span = replace(selection, since=first, until=last)
        after: VisitRow | None = None
        while True:
            with in_session(read_only=True) as session:
                heads = _heads(session, of_span, seen_by, after)
                answers = _answers(session, [visit.id for visit, _, _ in heads])
            rows = (
                row
                for visit, channel, brand in heads
                if visit.edition_id in editions
                for row in _rows(visit, channel, brand, editions[visit.edition_id], answers.get(visit.id, {}))
                if row.is_fresh or not selection.fresh_only
            )
            if found := tuple(rows):
                yield found
            if len(heads) < VISITS_AT_ONCE:
                break
            after = heads[-1][0]


def _days(session: Session, selection: Selection, seen_by: Person | None) -> list[tuple[date, int]]:
    day = col(VisitRow.visited_on)
    wanted = read_by(seen_by, selection, select(day, func.count())).group_by(day).order_by(day)
    return [(found, visits) for found, visits in session.execute(wanted)]


def _spans(days: Iterable[tuple[date, int]]) -> Iterator[tuple[date, date]]:
    """Put days together as long as their visits are read at once."""
    first = last = None
    visits = 0
    for day, count in days:
        if first and last and visits + count > VISITS_AT_ONCE:
            yield first, last
            first, visits = None, 0
        first, last, visits = first or day, day, visits + count
    if first and last:
        yield first, last


def _heads(
    session: Session, selection: Selection, seen_by: Person | None, after: VisitRow | None
) -> list[tuple[VisitRow, ChannelRow, BrandRow]]:
    order = col(VisitRow.visited_on), col(VisitRow.id)
    wanted = read_by(seen_by, selection, select(VisitRow, ChannelRow, BrandRow)).order_by(*order)
    if after:
        wanted = wanted.where(tuple_(*order) > tuple_(after.visited_on, after.id))
    return [
        (visit, channel, brand) for visit, channel, brand in session.execute(wanted.limit(VISITS_AT_ONCE))
    ]


def read_by(
    person: Person | None, selection: Selection, wanted: Select[*tuple[Any, ...]]
) -> Select[*tuple[Any, ...]]:
    """Ask only for counted visits of a selection that a person may read."""
    wanted = (
        wanted.select_from(VisitRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .where(
            col(VisitRow.state).in_([state.value for state in COUNTED_STATES]),
            col(EditionRow.set_id) == selection.set_id,
            *seen_visits(person),
        )
    )
    for column, chosen in (
        (col(ChannelRow.brand_id), selection.brand_ids),
        (col(ChannelRow.kind), selection.kinds),
        (col(ChannelRow.area), selection.areas),
        (col(ChannelRow.id), selection.channel_ids),
        (col(EditionRow.number), selection.editions),
    ):
        if chosen:
            wanted = wanted.where(column.in_(chosen))
    if selection.since:
        wanted = wanted.where(col(VisitRow.visited_on) >= selection.since)
    if selection.until:
        wanted = wanted.where(col(VisitRow.visited_on) <= selection.until)
    return wanted


def _answers(session: Session, visit_ids: list[UUID]) -> dict[UUID, dict[int, ObservationRow]]:
    found: dict[UUID, dict[int, ObservationRow]] = {}
    wanted = select(ObservationRow).where(col(ObservationRow.visit_id).in_(visit_ids))
    for answer in session.execute(wanted).scalars():
        found.setdefault(answer.visit_id, {})[answer.standard_id] = answer
    return found


def _rows(
    visit: VisitRow,
    channel: ChannelRow,
    brand: BrandRow,
    edition: Edition,
    answers: Mapping[int, ObservationRow],
) -> Iterator[ObservedRow]:
    assert visit.visited_on is not None
    complete = is_complete(visit.coverage, edition.minimum_coverage)
    zone = zone_of(channel.timezone)
    for standard in edition.standards:
        given = answers.get(standard.id or 0)
        if not given:
            continue
        yield ObservedRow(
            visit_id=visit.id,
            external_id=visit.external_id or "",
            brand=brand.name,
            is_own=brand.is_own,
            channel=channel.name,
            kind=Kind(channel.kind),
            area=channel.area,
            visited_on=visit.visited_on,
            set=edition.set_name,
            edition=edition.number,
            code=standard.code,
            touchpoint=standard.touchpoint,
            statement=standard.statement,
            measure=standard.measure,
            unit=standard.target.unit,
            weight=standard.weight,
            no_no=standard.no_no,
            scope=standard.scope,
            value=given.value,
            longer_than=given.longer_than,
            verdict=Verdict(given.verdict) if given.verdict else None,
            is_fresh=is_fresh(
                to_observation(given, standard.code), standard, left_at=visit.left_at, zone=zone
            ),
            is_complete=complete,
            note=given.note,
        )
