"""Photos that phones send: each is named by its visit first, and its bytes are taken once."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlmodel import Session, col

from standards.errors import OtherPhoto, TooManyPhotos, UnknownStandard, VisitClosed, VisitNotFound
from standards.people import Person, changes_visit
from standards.visits import State
from storage.awaited import AwaitedReader
from storage.bulk import change_soon, insert_soon
from storage.events import event_columns
from storage.held_visits import held_visit
from storage.photo_files import Laid, keep_files, with_files
from storage.photos import PHOTO_LIMIT, forget_photo
from storage.pictures import Picture
from storage.questions import Question
from storage.sync_documents import to_named
from storage.tables import PhotoRow, StandardRow, VisitRow
from storage.tallying import note_marks
from storage.visit_lists import OPEN_STATES

# Built once: compiling them anew would cost more than asking.
_IS_IT = col(PhotoRow.id) == bindparam("photo_id")
_HOLDER = select(col(PhotoRow.visit_id)).where(_IS_IT).scalar_subquery().label("holder")
_RECEIVED = select(col(PhotoRow.received_sha256)).where(_IS_IT).scalar_subquery().label("received_sha256")
_COUNT = select(func.count()).where(col(PhotoRow.visit_id) == bindparam("visit_id")).scalar_subquery()
_STANDARD = select(col(StandardRow.id)).where(
    col(StandardRow.edition_id) == bindparam("edition_id"), col(StandardRow.code) == bindparam("code")
)
_ALL = with_files(
    select(_HOLDER, _RECEIVED, _COUNT.label("count"), _STANDARD.scalar_subquery().label("standard_id"))
)
_BOTH = Question(
    select(
        col(VisitRow.id),
        col(VisitRow.state),
        col(VisitRow.shopper_id),
        col(VisitRow.photos_awaited),
        _HOLDER,
        _RECEIVED,
    ).where(col(VisitRow.id) == bindparam("visit_id"))
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
    both = _BOTH.first(session, {"visit_id": visit_id, "photo_id": photo_id})
    return _found(both, photo_id, sha256, by)


async def find_bytes_awaited(
    reader: AwaitedReader, visit_id: UUID, photo_id: UUID, sha256: str, *, by: Person
) -> Bytes:
    """
    Say what `find_bytes` does, without a thread.

    Raises:
        StoreBusy: it cannot be told so; `find_bytes` can.
        VisitNotFound, VisitClosed, OtherPhoto: they cannot be stored.
    """
    both = await reader.first(_BOTH, {"visit_id": visit_id, "photo_id": photo_id})
    return _found(both, photo_id, sha256, by)


def receive_photo(
    session: Session,
    visit_id: UUID,
    photo_id: UUID,
    code: str | None,
    picture: Picture,
    sha256: str,
    *,
    by: Person,
    laid: Laid = frozenset(),
) -> bool:
    """
    Store a photo whose bytes had this SHA-256, as its visit names it; storing it again changes nothing.

    The visit does not change by it: it has named the photo before, or does so with what is sent next.

    Args:
        code: the standard's, where the visit does not name the photo yet; None for the visit as a whole.
        laid: what `lay_files` has written of it.
    Returns:
        Whether these bytes are here now.
    Raises:
        VisitNotFound, VisitClosed, OtherPhoto, UnknownStandard, TooManyPhotos, NoRoomLeft: nothing was
            stored.
    """
    visit = held_visit(session, visit_id)
    _require_theirs(visit, by)
    kept = _awaited(visit, photo_id)
    named = to_named(kept) if kept else None
    code = named.code if named else code
    held = _ALL.first(
        session,
        {
            "visit_id": visit_id,
            "photo_id": photo_id,
            "edition_id": visit.edition_id,
            "code": code,
            "sha256": picture.sha256,
        },
    )
    found = _find(visit, held, photo_id, sha256)
    if found is not Bytes.WANTED:
        return found is Bytes.HERE
    if code is not None and held.standard_id is None:
        raise UnknownStandard(standard=code)
    if held.holder:
        forget_photo(session, session.get_one(PhotoRow, photo_id))
    elif held.count >= PHOTO_LIMIT:
        raise TooManyPhotos(number=1, limit=PHOTO_LIMIT)
    row = {
        "id": photo_id,
        "visit_id": visit_id,
        "standard_id": held.standard_id,
        "sha256": picture.sha256,
        "thumbnail_sha256": keep_files(session, picture, laid, held),
        "taken_at": (named and named.taken_at) or picture.taken_at,
        "added_at": datetime.now(UTC),
        "width": picture.width,
        "height": picture.height,
        "byte_count": len(picture.jpeg),
        "caption": named.caption if named else "",
        "received_sha256": sha256,
        "blacked_out": named.blacked_out if named else False,
    }
    insert_soon(session, "photo", [row])
    after = {"visit": str(visit_id), "standard": code, "sha256": picture.sha256}
    insert_soon(session, "event", [event_columns(session, "added", "photo", photo_id, after=after)])
    # Its visit is open: none that is counted has changed.
    note_marks(session, some=False)
    if kept:
        awaited = [other for other in visit.photos_awaited if other is not kept]
        change_soon(session, "visit", visit_id, {"photos_awaited": awaited})
    return True


def _found(both: Any, photo_id: UUID, sha256: str, by: Person) -> Bytes:
    _require_theirs(both, by)
    return _find(both, both, photo_id, sha256)


def _require_theirs(visit: Any, by: Person) -> None:
    if not visit or not changes_visit(by, shopper_id=visit.shopper_id):
        raise VisitNotFound()


def _find(visit: Any, held: Any, photo_id: UUID, sha256: str) -> Bytes:
    """Say what the bytes are, where `held` is what is here under the photo's id."""
    if held.holder and held.holder != visit.id:
        raise OtherPhoto()
    if held.holder and held.received_sha256 == sha256:
        return Bytes.HERE
    if State(visit.state) not in OPEN_STATES:
        raise VisitClosed(state=visit.state)
    awaited = _awaited(visit, photo_id)
    if held.holder and not awaited:
        raise OtherPhoto()
    return Bytes.OTHERS if awaited and awaited["sha256"] != sha256 else Bytes.WANTED


def _awaited(visit: Any, photo_id: UUID) -> dict[str, Any] | None:
    return next((photo for photo in visit.photos_awaited if photo["id"] == str(photo_id)), None)
