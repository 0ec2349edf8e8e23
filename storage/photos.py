"""Photos: their rows. Their files (`storage.photo_files`) are there before them."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import event, func
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from standards.errors import TooManyPhotos, UnknownStandard
from standards.visits import Photo, State
from storage.events import note_event
from storage.names import clean_text
from storage.photo_files import drop_files, keep_files, photo_path
from storage.pictures import Picture, read_picture
from storage.tables import PhotoRow, PictureRow, StandardRow, VisitRow
from storage.visit_lists import OPEN_STATES
from storage.visits import count_change, locked_row, open_visit_row

PHOTO_LIMIT = 100
CAPTION_LIMIT = 300


def add_photo(
    session: Session,
    visit_id: UUID,
    code: str | None,
    content: bytes | Picture,
    *,
    photo_id: UUID | None = None,
    caption: str = "",
    number: int = 1,
    taken_at: datetime | None = None,
    received_sha256: str | None = None,
) -> Photo:
    """
    Store a photo of one standard, or of the visit as a whole; its files first, then its row.

    Adding it again under the same id changes nothing and returns what is stored.

    Args:
        code: the standard's; None for the visit as a whole.
        content: what was sent, or the picture already read from it: reading takes a second in which
            no other writer should have to wait for this session.
        number: which photo of those sent together it is, for the reader of a Problem.
        taken_at: when it was taken, where whoever sends it knows; else what the camera wrote counts.
        received_sha256: of the bytes a phone sent. It has named the photo in its visit before, so that the
            visit itself does not change.
    Raises:
        PhotoUnreadable, PhotoTooLarge, PhotoTooManyPixels, TooManyPhotos, NoRoomLeft, VisitNotFound,
        VisitClosed, UnknownStandard: nothing was stored, and the visit is as it was.
    """
    if stored := _already_stored(session, visit_id, photo_id):
        return stored
    visit = open_visit_row(session, visit_id)
    # Asked again under the lock: a second tap has waited there for the first.
    if stored := _already_stored(session, visit_id, photo_id):
        return stored
    standard_id = _standard_id(session, visit, code)
    count = session.exec(select(func.count()).where(PhotoRow.visit_id == visit_id)).one()
    if count >= PHOTO_LIMIT:
        raise TooManyPhotos(number=number, limit=PHOTO_LIMIT)
    picture = content if isinstance(content, Picture) else read_picture(content, number)
    row = PhotoRow(
        id=photo_id or uuid4(),
        visit_id=visit_id,
        standard_id=standard_id,
        sha256=picture.sha256,
        thumbnail_sha256=keep_files(session, picture),
        taken_at=taken_at or picture.taken_at,
        added_at=datetime.now(UTC),
        width=picture.width,
        height=picture.height,
        byte_count=len(picture.jpeg),
        caption=clean_caption(caption),
        received_sha256=received_sha256,
    )
    if received_sha256 is None:
        count_change(visit)
    session.add(row)
    session.flush()
    after = {"visit": str(visit_id), "standard": code, "sha256": row.sha256}
    note_event(session, "added", "photo", row.id, after=after)
    return _to_photo(row, code)


def photos_of(session: Session, visit_id: UUID) -> list[Photo]:
    """Return a visit's photos, in the order they were added."""
    wanted = (
        select(PhotoRow, StandardRow.code)
        .join(StandardRow, col(PhotoRow.standard_id) == col(StandardRow.id), isouter=True)
        .where(PhotoRow.visit_id == visit_id)
        .order_by(col(PhotoRow.added_at), col(PhotoRow.id))
    )
    return [_to_photo(row, code) for row, code in session.exec(wanted).all()]


def photo_counts(session: Session, visit_id: UUID) -> dict[str | None, int]:
    """Return how many photos each standard of a visit has, by code; None counts the visit's own."""
    wanted = (
        select(StandardRow.code, func.count())
        .select_from(PhotoRow)
        .join(StandardRow, col(PhotoRow.standard_id) == col(StandardRow.id), isouter=True)
        .where(PhotoRow.visit_id == visit_id)
        .group_by(StandardRow.code)
    )
    return dict(session.exec(wanted).all())


def find_photo_file(session: Session, photo_id: UUID, *, thumbnail: bool) -> tuple[Path, str] | None:
    """Return where a photo's file lies and its own SHA-256; None where there is no such photo."""
    row = session.get(PhotoRow, photo_id)
    if not row:
        return None
    return photo_path(row.sha256, thumbnail=thumbnail), row.thumbnail_sha256 if thumbnail else row.sha256


def keep_picture(session: Session, content: bytes | Picture) -> str:
    """
    Store a picture that belongs to no visit, as best practice or a trial's case; return its SHA-256.

    Raises:
        PhotoUnreadable, PhotoTooLarge, PhotoTooManyPixels, NoRoomLeft: nothing was stored.
    """
    picture = content if isinstance(content, Picture) else read_picture(content, 1)
    thumbnail_sha256 = keep_files(session, picture)
    if not session.get(PictureRow, picture.sha256):
        row = PictureRow(
            sha256=picture.sha256,
            thumbnail_sha256=thumbnail_sha256,
            added_at=datetime.now(UTC),
            width=picture.width,
            height=picture.height,
            byte_count=len(picture.jpeg),
        )
        # Somebody else may have added the same picture at the same instant: one row is enough.
        with suppress(IntegrityError), session.begin_nested():
            session.add(row)
    return picture.sha256


def find_picture_file(session: Session, sha256: str, *, thumbnail: bool) -> tuple[Path, str] | None:
    """Return where the file of a picture of no visit lies, and its own SHA-256; None without one."""
    row = session.get(PictureRow, sha256)
    if not row:
        return None
    return photo_path(row.sha256, thumbnail=thumbnail), row.thumbnail_sha256 if thumbnail else row.sha256


def is_blacked_out(session: Session, photo_id: UUID) -> bool:
    """Say whether nobody can be recognised on a photo, as far as the phone or a person has said."""
    row = session.get(PhotoRow, photo_id)
    return row is not None and row.blacked_out


def visit_of_photo(session: Session, photo_id: UUID) -> UUID | None:
    """Return which visit a photo belongs to; None where there is no such photo."""
    row = session.get(PhotoRow, photo_id)
    return row.visit_id if row else None


def caption_photo(session: Session, photo_id: UUID, caption: str) -> None:
    """
    Say in a line what a photo shows.

    Raises:
        VisitClosed: nothing was changed.
    """
    row = _open_photo_row(session, photo_id)
    cleaned = clean_caption(caption)
    if not row or row.caption == cleaned:
        return
    count_change(session.get_one(VisitRow, row.visit_id))
    before, after = {"caption": row.caption}, {"caption": cleaned}
    note_event(session, "captioned", "photo", photo_id, before=before, after=after)
    row.caption = cleaned
    session.flush()


def mark_blacked_out(session: Session, photo_id: UUID, *, is_blacked_out: bool) -> None:
    """
    Say whether nobody can be recognised on a photo; its visit may be closed, as nothing observed changes.

    Raises:
        VisitNotFound: nothing was changed.
    """
    row = session.get(PhotoRow, photo_id)
    if not row:
        return
    visit = locked_row(session, row.visit_id)
    # Read anew under the lock: another device may have removed it meanwhile.
    row = session.get(PhotoRow, photo_id, populate_existing=True)
    if not row or row.blacked_out == is_blacked_out:
        return
    # What a phone has sent for good is still what was sent; an open visit's phone has to know.
    if State(visit.state) in OPEN_STATES:
        count_change(visit)
    row.blacked_out = is_blacked_out
    session.flush()
    of_visit = {"visit": str(row.visit_id)}
    action = "blacked out" if is_blacked_out else "not blacked out"
    note_event(session, action, "photo", photo_id, after=of_visit)


def remove_photo(session: Session, photo_id: UUID) -> None:
    """
    Take a photo away from a visit that is still open; removing it again changes nothing.

    Its files go once the transaction has committed, and only if no other row uses them: a server that
    dies in between leaves a file without a row (`sweep_orphans` finds it), never a row without its file.

    Raises:
        VisitClosed: nothing was changed.
    """
    row = _open_photo_row(session, photo_id)
    if not row:
        return
    count_change(session.get_one(VisitRow, row.visit_id))
    forget_photo(session, row)


def forget_photo(session: Session, row: PhotoRow) -> None:
    """Delete the row of a photo whose visit is locked, and note it; its files go as `remove_photo` says."""
    sha256 = row.sha256
    before = {"visit": str(row.visit_id), "sha256": sha256}
    session.delete(row)
    session.flush()
    note_event(session, "removed", "photo", row.id, before=before)
    event.listen(session, "after_commit", lambda _session: drop_files(sha256), once=True)


def _already_stored(session: Session, visit_id: UUID, photo_id: UUID | None) -> Photo | None:
    row = session.get(PhotoRow, photo_id, populate_existing=True) if photo_id else None
    if not row or row.visit_id != visit_id:
        return None
    standard = session.get(StandardRow, row.standard_id) if row.standard_id else None
    return _to_photo(row, standard.code if standard else None)


def _open_photo_row(session: Session, photo_id: UUID) -> PhotoRow | None:
    row = session.get(PhotoRow, photo_id)
    if not row:
        return None
    open_visit_row(session, row.visit_id)
    # Read anew under the lock: another device may have removed it meanwhile.
    return session.get(PhotoRow, photo_id, populate_existing=True)


def _to_photo(row: PhotoRow, code: str | None) -> Photo:
    return Photo(
        id=row.id,
        visit_id=row.visit_id,
        code=code,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        byte_count=row.byte_count,
        caption=row.caption,
        taken_at=row.taken_at,
        blacked_out=row.blacked_out,
    )


def _standard_id(session: Session, visit: VisitRow, code: str | None) -> int | None:
    if code is None:
        return None
    wanted = select(StandardRow.id).where(
        StandardRow.edition_id == visit.edition_id, StandardRow.code == code
    )
    found = session.exec(wanted).first()
    if found is None:
        raise UnknownStandard(standard=code)
    return found


def clean_caption(caption: str) -> str:
    """Return a caption as it is stored: one line, not too long."""
    return " ".join(clean_text(caption).split())[:CAPTION_LIMIT]
