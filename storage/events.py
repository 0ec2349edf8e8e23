"""The log: who did what to which thing, and when. Events are added, never changed, and hold no secret."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from storage.tables import BrandRow, ChannelRow, EditionRow, EventRow, PersonRow, StandardSetRow, VisitRow

LOG_PAGE_SIZE = 50
_AT_ONCE = 500


@dataclass(frozen=True)
class Event:
    """
    Something that was done. `person` is who did it, by name; None is the program or its operator.

    `about` names the thing for a reader: a person, a channel, where a visit was. It is blank where the
    thing is gone, or needs no name.
    """

    id: int
    at: datetime
    person: str | None
    action: str
    thing: str
    thing_id: str
    about: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class EventFilter:
    """Which events are listed; empty or None leaves a side open. Dates (UTC) count themselves in."""

    kinds: tuple[tuple[str, str], ...] = ()
    person_id: int | None = None
    since: date | None = None
    until: date | None = None


def note_event(
    session: Session,
    action: str,
    thing: str,
    thing_id: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """
    Append what was done to a stored thing; `before` and `after` hold plain JSON values.

    Who did it is the session's `by` (see `in_session`): None where nobody is signed in.
    """
    session.add(EventRow(**event_columns(session, action, thing, thing_id, before=before, after=after)))


def event_columns(
    session: Session,
    action: str,
    thing: str,
    thing_id: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what `note_event` appends, for who stores many rows at once."""
    return {
        "at": datetime.now(UTC),
        "person_id": session.info.get("by"),
        "action": action,
        "thing": thing,
        "thing_id": str(thing_id),
        "before": before,
        "after": after,
    }


def list_events(
    session: Session, wanted: EventFilter, *, limit: int = LOG_PAGE_SIZE, offset: int = 0
) -> list[Event]:
    """Return events, newest first."""
    rows = session.exec(
        select(EventRow, PersonRow.name)
        .outerjoin(PersonRow, col(EventRow.person_id) == col(PersonRow.id))
        .where(*_conditions(wanted))
        .order_by(col(EventRow.id).desc())
        .limit(limit)
        .offset(offset)
    ).all()
    named = _names(session, [row for row, _ in rows])
    return [_to_event(row, person, named) for row, person in rows]


def all_events(session: Session, wanted: EventFilter) -> Iterator[Event]:
    """Give every event of a filter, newest first, a few hundred in memory at a time."""
    before_id: int | None = None
    while True:
        more = [] if before_id is None else [col(EventRow.id) < before_id]
        rows = session.exec(
            select(EventRow, PersonRow.name)
            .outerjoin(PersonRow, col(EventRow.person_id) == col(PersonRow.id))
            .where(*_conditions(wanted), *more)
            .order_by(col(EventRow.id).desc())
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        named = _names(session, [row for row, _ in rows])
        yield from (_to_event(row, person, named) for row, person in rows)
        before_id = rows[-1][0].id


def count_events(session: Session, wanted: EventFilter) -> int:
    """Return how many events a filter finds."""
    return session.exec(select(func.count()).select_from(EventRow).where(*_conditions(wanted))).one()


def event_kinds(session: Session) -> list[tuple[str, str]]:
    """Return what has happened at all, as action and thing, by name."""
    found = session.exec(select(EventRow.action, EventRow.thing).distinct()).all()
    return sorted((action, thing) for action, thing in found)


def event_people(session: Session) -> dict[int, str]:
    """Return the names of those who have done something, by id, in order of the names."""
    done = select(EventRow.person_id).where(col(EventRow.person_id).is_not(None))
    wanted = select(PersonRow).where(col(PersonRow.id).in_(done)).order_by(PersonRow.name)
    return {row.id: row.name for row in session.exec(wanted).all() if row.id is not None}


def _conditions(wanted: EventFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.kinds:
        either = [(col(EventRow.action) == action) & (col(EventRow.thing) == t) for action, t in wanted.kinds]
        conditions.append(_any_of(either))
    if wanted.person_id is not None:
        conditions.append(col(EventRow.person_id) == wanted.person_id)
    if wanted.since:
        conditions.append(col(EventRow.at) >= datetime.combine(wanted.since, time(), UTC))
    if wanted.until:
        conditions.append(col(EventRow.at) < datetime.combine(wanted.until + timedelta(days=1), time(), UTC))
    return conditions


def _any_of(conditions: list[Any]) -> Any:
    found = conditions[0]
    for condition in conditions[1:]:
        found |= condition
    return found


def _to_event(row: EventRow, person: str | None, named: dict[tuple[str, str], str]) -> Event:
    assert row.id is not None
    about = named.get((row.thing, row.thing_id.split("/")[0]), "")
    return Event(row.id, row.at, person, row.action, row.thing, row.thing_id, about, row.before, row.after)


def _names(session: Session, rows: list[EventRow]) -> dict[tuple[str, str], str]:
    """Name the things of some events, each kind of thing by one query."""
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row.thing, set()).add(row.thing_id.split("/")[0])
    named: dict[tuple[str, str], str] = {}
    for thing, table in (("person", PersonRow), ("brand", BrandRow), ("channel", ChannelRow)):
        numbers = _numbers(ids.get(thing, set()))
        if numbers:
            found: Any = session.exec(select(table.id, table.name).where(col(table.id).in_(numbers))).all()
            named |= {(thing, str(number)): name for number, name in found}
    for thing in ("visit", "observation"):
        named |= {(thing, visit): where for visit, where in _places(session, ids.get(thing, set())).items()}
    for thing in ("edition", "visits"):
        named |= {(thing, number): name for number, name in _sets(session, ids.get(thing, set())).items()}
    photos = {
        row.thing_id: str((row.after or row.before or {}).get("visit", ""))
        for row in rows
        if row.thing == "photo"
    }
    places = _places(session, set(photos.values()))
    return named | {("photo", photo): places.get(visit, "") for photo, visit in photos.items()}


def _numbers(ids: set[str]) -> list[int]:
    return [int(found) for found in ids if found.isdecimal()]


def _places(session: Session, ids: set[str]) -> dict[str, str]:
    """Say of visits where they were: brand and channel."""
    visit_ids = []
    for found in ids:
        try:
            visit_ids.append(UUID(found))
        except ValueError:
            continue
    if not visit_ids:
        return {}
    rows = session.exec(
        select(VisitRow.id, BrandRow.name, ChannelRow.name)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .where(col(VisitRow.id).in_(visit_ids))
    ).all()
    return {str(visit): f"{brand} · {channel}" for visit, brand, channel in rows}


def _sets(session: Session, ids: set[str]) -> dict[str, str]:
    numbers = _numbers(ids)
    if not numbers:
        return {}
    rows = session.exec(
        select(EditionRow.id, StandardSetRow.name)
        .join(StandardSetRow, col(EditionRow.set_id) == col(StandardSetRow.id))
        .where(col(EditionRow.id).in_(numbers))
    ).all()
    return {str(number): name for number, name in rows}
