"""What shoppers wrote and photographed in some visits, and at what part of the day; never who they are."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Select, and_, select
from sqlmodel import Session, col

from standards.comparing import VisitColumns
from standards.measuring import Verdict
from standards.people import Person
from standards.scorecards import Cleaner, PartOfDay, Pictured, Told, cleaner_of
from standards.scorecards.making import FAILED_LISTED
from standards.visits import Photo
from storage.brands import list_brands
from storage.people import list_people
from storage.tables import ChannelRow, ObservationRow, PhotoRow, StandardRow, VisitRow
from storage.tallying import zone_of
from storage.visibility import seen_visits

_AT_ONCE = 500
# From these hours on, by the clock of the channel.
_MORNING, _AFTERNOON, _EVENING, _NIGHT = 5, 12, 17, 22


def cleaner_for(session: Session) -> Cleaner:
    """Return what takes the names of all people known here out of texts; names of places stay."""
    channels = session.execute(select(col(ChannelRow.name), col(ChannelRow.area))).all()
    kept = {name for row in channels for name in row} | {brand.name for brand in list_brands(session)}
    return cleaner_of(tuple(sorted(list_people(session).values())), tuple(sorted(kept)))


def told_in(session: Session, visit_ids: Sequence[UUID], *, seen_by: Person | None) -> tuple[Told, ...]:
    """Return what was written in these visits, the newest visit first, of each its standards in order."""
    notes: Select[*tuple[Any, ...]] = (
        select(
            col(VisitRow.id), col(VisitRow.visited_on), col(ChannelRow.name).label("channel"),
            col(ObservationRow.note), col(StandardRow.code), col(ObservationRow.verdict),
        )
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(ObservationRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(col(VisitRow.id).in_(visit_ids), col(ObservationRow.note) != "", *seen_visits(seen_by))
        .order_by(col(VisitRow.visited_on).desc(), col(VisitRow.id), col(StandardRow.position))
    )  # fmt: skip
    visits: Select[*tuple[Any, ...]] = (
        select(
            col(VisitRow.id), col(VisitRow.visited_on), col(ChannelRow.name).label("channel"),
            col(VisitRow.last_impression), col(VisitRow.first_impression), col(VisitRow.would_return),
        )
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .where(col(VisitRow.id).in_(visit_ids), *seen_visits(seen_by))
        .order_by(col(VisitRow.visited_on).desc(), col(VisitRow.id))
    )  # fmt: skip
    told = [
        Told(row.id, row.visited_on, row.channel, row.note, row.code, _verdict(row.verdict))
        for row in session.execute(notes)
    ]
    for row in session.execute(visits):
        words = row.last_impression or row.first_impression
        if words:
            told.append(Told(row.id, row.visited_on, row.channel, words, would_return=row.would_return))
    return tuple(told)


def pictured_in(
    session: Session, visit_ids: Sequence[UUID], *, seen_by: Person | None, only_blacked_out: bool
) -> tuple[Pictured, ...]:
    """
    Return the photos of these visits, of the newest visit first, with the verdict of what each shows.

    Args:
        only_blacked_out: whether to leave out those on which somebody may be recognised.
    """
    wanted = (
        select(PhotoRow, col(StandardRow.code), col(ObservationRow.verdict), col(VisitRow.visited_on))
        .join(VisitRow, col(PhotoRow.visit_id) == col(VisitRow.id))
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .outerjoin(StandardRow, col(PhotoRow.standard_id) == col(StandardRow.id))
        .outerjoin(
            ObservationRow,
            and_(
                col(ObservationRow.visit_id) == col(PhotoRow.visit_id),
                col(ObservationRow.standard_id) == col(PhotoRow.standard_id),
            ),
        )
        .where(col(PhotoRow.visit_id).in_(visit_ids), *seen_visits(seen_by))
        .order_by(col(VisitRow.visited_on).desc(), col(VisitRow.id), col(PhotoRow.added_at), col(PhotoRow.id))
    )
    if only_blacked_out:
        wanted = wanted.where(col(PhotoRow.blacked_out))
    return tuple(
        Pictured(
            Photo(row.id, row.visit_id, code, row.sha256, row.width, row.height, row.byte_count, row.caption),
            visited_on,
            _verdict(verdict),
        )
        for row, code, verdict, visited_on in session.execute(wanted)
    )


def failed_among(columns: VisitColumns) -> list[UUID]:
    """Return the ids of the newest visits that missed a no-no, as many as a scorecard lists."""
    return [columns.visit_id(at) for at in np.flatnonzero(columns.failed)[::-1][:FAILED_LISTED].tolist()]


def parts_of_day(session: Session, visit_ids: Collection[UUID]) -> dict[UUID, PartOfDay]:
    """Return at what part of the day visits were made, by the clock of their channel, where that is known."""
    ids, found = list(visit_ids), {}
    for start in range(0, len(ids), _AT_ONCE):
        wanted = (
            select(col(VisitRow.id), col(VisitRow.started_at), col(ChannelRow.timezone))
            .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
            .where(col(VisitRow.id).in_(ids[start : start + _AT_ONCE]), col(VisitRow.started_at).is_not(None))
        )
        for visit_id, started_at, timezone in session.execute(wanted):
            found[visit_id] = part_of_day(started_at, timezone)
    return found


def part_of_day(at: datetime, timezone: str) -> PartOfDay:
    """Return the part of the day of an instant in a time zone."""
    hour = at.astimezone(zone_of(timezone)).hour
    if _MORNING <= hour < _AFTERNOON:
        return PartOfDay.MORNING
    if _AFTERNOON <= hour < _EVENING:
        return PartOfDay.AFTERNOON
    return PartOfDay.EVENING if _EVENING <= hour < _NIGHT else PartOfDay.NIGHT


def _verdict(stored: str | None) -> Verdict | None:
    return Verdict(stored) if stored else None
