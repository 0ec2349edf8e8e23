"""Visits as documents: what the server holds, as a phone reads it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from standards.documents import NamedPhoto, VisitDocument
from standards.errors import VisitNotFound
from standards.measuring import Verdict
from standards.people import Person, changes_visit
from standards.visits import Observation, State
from storage.asked import Place, find_place
from storage.questions import Question
from storage.tables import ObservationRow, PhotoRow, VisitRow
from storage.visit_lists import OPEN_STATES
from storage.visit_rows import to_quick_notes

# Built once: compiling them anew would cost more than asking.
_OBSERVED = Question(
    select(
        col(ObservationRow.standard_id),
        col(ObservationRow.value),
        col(ObservationRow.verdict),
        col(ObservationRow.note),
        col(ObservationRow.opened_at),
        col(ObservationRow.closed_at),
        col(ObservationRow.answered_at),
        col(ObservationRow.longer_than),
        col(ObservationRow.counted_of),
        col(ObservationRow.clock_disagreed),
    ).where(col(ObservationRow.visit_id) == bindparam("visit_id"))
)
_PHOTOS = Question(
    select(
        col(PhotoRow.id),
        col(PhotoRow.standard_id),
        col(PhotoRow.sha256),
        col(PhotoRow.received_sha256),
        col(PhotoRow.caption),
        col(PhotoRow.taken_at),
        col(PhotoRow.blacked_out),
    )
    .where(col(PhotoRow.visit_id) == bindparam("visit_id"))
    .order_by(col(PhotoRow.added_at), col(PhotoRow.id))
)


def document_of(session: Session, row: Any, place: Place | None = None) -> VisitDocument:
    """
    Return a visit whole.

    Args:
        row: of the visit, as the mapper or a plain query gives it.
        place: its channel and sheet, where they are known already.
    """
    place = place or find_place(session, row.channel_id, row.edition_id)
    return VisitDocument(
        id=row.id,
        channel_id=row.channel_id,
        edition_id=row.edition_id,
        state=State(row.state),
        revision=row.revision,
        base_revision=row.revision,
        started_at=row.started_at,
        left_at=row.left_at,
        first_impression=row.first_impression,
        last_impression=row.last_impression,
        would_return=row.would_return,
        story=row.story,
        due_on=row.due_on,
        quick_notes=to_quick_notes(row.quick_notes),
        observations=_observations(session, row.id, place),
        photos=_photos(session, row, place),
    )


def _observations(session: Session, visit_id: UUID, place: Place) -> tuple[Observation, ...]:
    """Return what is recorded, in the sheet's order; what says nothing is left out."""
    found = {}
    for standard_id, value, verdict, *rest in _OBSERVED.all(session, {"visit_id": visit_id}):
        code = place.sheet.codes[standard_id]
        found[code] = Observation(code, value, Verdict(verdict) if verdict else None, *rest)
    said = (found[code] for code in place.sheet.standards if code in found)
    return tuple(observation for observation in said if not observation.is_empty)


def _photos(session: Session, row: Any, place: Place) -> tuple[NamedPhoto, ...]:
    """Return the photos that are here or awaited; of one that is to come anew, what is to come."""
    awaited = {photo.id: photo for photo in map(to_named, row.photos_awaited)}
    codes = place.sheet.codes
    named = {
        photo.id: name_of(photo, codes.get(photo.standard_id))
        for photo in _PHOTOS.all(session, {"visit_id": row.id})
    }
    return tuple((named | awaited).values())


def name_of(row: Any, code: str | None) -> NamedPhoto:
    """Return a photo as its visit names it; of one added at a desk the hash is of what is kept."""
    sha256 = row.received_sha256 or row.sha256
    return NamedPhoto(row.id, code, sha256, row.caption, row.taken_at, row.blacked_out)


def to_named(kept: dict[str, Any]) -> NamedPhoto:
    """Return a photo that is awaited, which is kept as JSON."""
    taken_at = datetime.fromisoformat(kept["taken_at"]) if kept["taken_at"] else None
    blacked_out = kept.get("blacked_out", False)
    return NamedPhoto(UUID(kept["id"]), kept["code"], kept["sha256"], kept["caption"], taken_at, blacked_out)


def open_document(session: Session, visit_id: UUID, person: Person) -> VisitDocument:
    """
    Return a visit that a person may go on with.

    Raises:
        VisitNotFound: there is none, it is not theirs to change, or it can no longer be changed.
    """
    row = session.get(VisitRow, visit_id)
    if not row or not changes_visit(person, shopper_id=row.shopper_id) or State(row.state) not in OPEN_STATES:
        raise VisitNotFound()
    return document_of(session, row)


def own_document(session: Session, visit_id: UUID, person: Person) -> VisitDocument:
    """
    Return one of the visits that `open_documents` returns.

    Raises:
        VisitNotFound: it is none of them.
    """
    row = session.get(VisitRow, visit_id)
    if not row or row.shopper_id != person.id or State(row.state) not in OPEN_STATES:
        raise VisitNotFound()
    return document_of(session, row)


def open_documents(session: Session, person: Person) -> list[VisitDocument]:
    """Return a person's own visits that can still be changed, those due first before the others."""
    theirs = col(VisitRow.shopper_id) == person.id, col(VisitRow.state).in_(OPEN_STATES)
    due_first = col(VisitRow.due_on).is_(None), col(VisitRow.due_on), col(VisitRow.started_at)
    rows = session.execute(select(VisitRow).where(*theirs).order_by(*due_first, col(VisitRow.id))).scalars()
    return [document_of(session, row) for row in rows.all()]
