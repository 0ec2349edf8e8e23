"""Photos that phones send: each is named by its visit first, and its bytes are taken once."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session, SQLModel, col

from standards.errors import OtherPhoto, TooManyPhotos, UnknownStandard, VisitClosed, VisitNotFound
from standards.people import Person, changes_visit
from standards.visits import State
from storage.bulk import insert_rows, insert_waiting
from storage.events import event_columns
from storage.photos import PHOTO_LIMIT, forget_photo, keep_files
from storage.pictures import Picture
from storage.sync_documents import to_named
from storage.tables import PhotoRow, StandardRow, VisitRow
from storage.visit_lists import OPEN_STATES

# Built once: compiling them anew would cost more than asking.
_VISIT = select(
    col(VisitRow.id),
    col(VisitRow.state),
    col(VisitRow.shopper_id),
    col(VisitRow.edition_id),
    col(VisitRow.photos_awaited),
).where(col(VisitRow.id) == bindparam("visit_id"))
_VISIT_LOCKED = _VISIT.with_for_update()
_PHOTO = select(col(PhotoRow.visit_id), col(PhotoRow.received_sha256)).where(
    col(PhotoRow.id) == bindparam("photo_id")
)
_COUNT = select(func.count()).where(col(PhotoRow.visit_id) == bindparam("visit_id"))
_STANDARD = select(col(StandardRow.id)).where(
    col(StandardRow.edition_id) == bindparam("edition_id"), col(StandardRow.code) == bindparam("code")
)
_AWAIT = (
    update(SQLModel.metadata.tables["visit"])
    .where(col(VisitRow.id) == bindparam("visit_id"))
    .values(photos_awaited=bindparam("photos_awaited"))
)


class Bytes(StrEnum):
    """What the bytes of a photo are to its visit."""

    WANTED = "wanted"
    HERE = "here"
    # Damaged on their way, or the phone has drawn on the photo since: it sees that from the hash in the
    # answer, and sends what it has now.
    OTHERS = "others"


def find_bytes(session: Session, visit_id: UUID, photo_id: UUID, sha256: str, *, by: Person) -> Bytes:
    """
    Say what bytes with this SHA-256 are to a photo of a visit.

    Raises:
        VisitNotFound, VisitClosed, OtherPhoto: they cannot be stored.
    """
    visit: Any = session.connection().execute(_VISIT, {"visit_id": visit_id}).first()
    return _find(session, visit, photo_id, sha256, by)[0]


def receive_photo(
    session: Session,
    visit_id: UUID,
    photo_id: UUID,
    code: str | None,
    picture: Picture,
    sha256: str,
    *,
    by: Person,
) -> bool:
    """
    Store a photo whose bytes had this SHA-256, as its visit names it; storing it again changes nothing.

    The visit does not change by it: it has named the photo before, or does so with what is sent next.

    Args:
        code: the standard's, where the visit does not name the photo yet; None for the visit as a whole.
    Returns:
        Whether these bytes are here now.
    Raises:
        VisitNotFound, VisitClosed, OtherPhoto, UnknownStandard, TooManyPhotos, NoRoomLeft: nothing was
            stored.
    """
    insert_waiting(session)
    connection = session.connection()
    visit: Any = connection.execute(_VISIT_LOCKED, {"visit_id": visit_id}).first()
    found, is_old = _find(session, visit, photo_id, sha256, by)
    if found is not Bytes.WANTED:
        return found is Bytes.HERE
    if is_old:
        forget_photo(session, session.get_one(PhotoRow, photo_id))
    elif connection.execute(_COUNT, {"visit_id": visit_id}).scalar_one() >= PHOTO_LIMIT:
        raise TooManyPhotos(number=1, limit=PHOTO_LIMIT)
    kept = _awaited(visit, photo_id)
    named = to_named(kept) if kept else None
    code = named.code if named else code
    row = {
        "id": photo_id,
        "visit_id": visit_id,
        "standard_id": _standard_id(session, visit.edition_id, code),
        "sha256": picture.sha256,
        "thumbnail_sha256": keep_files(session, picture),
        "taken_at": (named and named.taken_at) or picture.taken_at,
        "added_at": datetime.now(UTC),
        "width": picture.width,
        "height": picture.height,
        "byte_count": len(picture.jpeg),
        "caption": named.caption if named else "",
        "received_sha256": sha256,
    }
    insert_rows(connection, "photo", [row])
    after = {"visit": str(visit_id), "standard": code, "sha256": picture.sha256}
    insert_rows(connection, "event", [event_columns(session, "added", "photo", photo_id, after=after)])
    if kept:
        awaited = [other for other in visit.photos_awaited if other is not kept]
        connection.execute(_AWAIT, {"visit_id": visit_id, "photos_awaited": awaited})
    return True


def _find(session: Session, visit: Any, photo_id: UUID, sha256: str, by: Person) -> tuple[Bytes, bool]:
    """Say what the bytes are, and whether others of the same photo are here."""
    if not visit or not changes_visit(by, shopper_id=visit.shopper_id):
        raise VisitNotFound()
    held: Any = session.connection().execute(_PHOTO, {"photo_id": photo_id}).first()
    if held and held.visit_id != visit.id:
        raise OtherPhoto()
    if held and held.received_sha256 == sha256:
        return Bytes.HERE, True
    if State(visit.state) not in OPEN_STATES:
        raise VisitClosed(state=visit.state)
    awaited = _awaited(visit, photo_id)
    if held and not awaited:
        raise OtherPhoto()
    found = Bytes.OTHERS if awaited and awaited["sha256"] != sha256 else Bytes.WANTED
    return found, held is not None


def _awaited(visit: Any, photo_id: UUID) -> dict[str, Any] | None:
    return next((photo for photo in visit.photos_awaited if photo["id"] == str(photo_id)), None)


def _standard_id(session: Session, edition_id: int, code: str | None) -> int | None:
    if code is None:
        return None
    wanted = {"edition_id": edition_id, "code": code}
    found: int | None = session.connection().execute(_STANDARD, wanted).scalar()
    if found is None:
        raise UnknownStandard(standard=code)
    return found
