"""The visits behind a figure, with what was noted and photographed in them; never who recorded them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlmodel import Session, col, select

from standards.editions import Edition
from standards.errors import VisitNotFound
from standards.people import Person
from standards.visits import Photo, Visit
from storage.editions import get_edition
from storage.photos import photos_of
from storage.tables import ChannelRow, ObservationRow, PhotoRow, StandardRow, VisitRow
from storage.visibility import seen_visits, visit_seen_by

_AT_ONCE = 500


@dataclass(frozen=True)
class Evidence:
    """One visit as anybody who may read it reads it, its edition, and its photos."""

    visit: Visit
    edition: Edition
    photos: tuple[Photo, ...]


def evidence_of(session: Session, visit_ids: Sequence[UUID], *, seen_by: Person) -> list[Evidence]:
    """Return visits in the order given; one that is not the reader's to read, or gone, is left out."""
    editions: dict[int, Edition] = {}
    found = []
    for visit_id in visit_ids:
        try:
            visit = replace(visit_seen_by(session, visit_id, seen_by), shopper=None)
        except VisitNotFound:
            continue
        if visit.edition_id not in editions:
            editions[visit.edition_id] = get_edition(session, visit.edition_id)
        photos = tuple(photos_of(session, visit_id))
        found.append(Evidence(visit, editions[visit.edition_id], photos))
    return found


def told_visits(
    session: Session, visit_ids: Sequence[UUID], codes: Collection[str], *, seen_by: Person
) -> set[UUID]:
    """
    Return which of these visits have a photo or a note, as far as the reader may read them.

    Args:
        codes: the standards a photo or note is looked for at; none means anywhere in the visit.
    """
    told: set[UUID] = set()
    for start in range(0, len(visit_ids), _AT_ONCE):
        part = list(visit_ids[start : start + _AT_ONCE])
        noted = (
            select(ObservationRow.visit_id)
            .join(VisitRow, col(ObservationRow.visit_id) == col(VisitRow.id))
            .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
            .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
            .where(col(ObservationRow.visit_id).in_(part), ObservationRow.note != "", *seen_visits(seen_by))
        )
        pictured = (
            select(PhotoRow.visit_id)
            .join(VisitRow, col(PhotoRow.visit_id) == col(VisitRow.id))
            .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
            .outerjoin(StandardRow, col(PhotoRow.standard_id) == col(StandardRow.id))
            .where(col(PhotoRow.visit_id).in_(part), *seen_visits(seen_by))
        )
        if codes:
            noted = noted.where(col(StandardRow.code).in_(codes))
            pictured = pictured.where(col(StandardRow.code).in_(codes))
        told |= {*session.exec(noted).all(), *session.exec(pictured).all()}
    return told
