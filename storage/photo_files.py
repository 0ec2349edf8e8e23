"""The files of photos: in one folder, named by what they hold. A row never lacks its file."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

from sqlalchemy import Select, bindparam, func, text, union_all
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from standards.errors import NoRoomLeft, PhotosUnknown, StoreBusy
from storage.pictures import Picture
from storage.questions import Question
from storage.sessions import in_session
from storage.settings import read_settings
from storage.tables import PhotoRow, PictureRow

ORPHAN_AGE = timedelta(hours=1)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Files by what no other file has.
Laid = frozenset[tuple[int, ...]]
# Any number will do, as long as nothing else in the same PostgreSQL database uses it.
_LOCK = 7325662

# Built once: compiling it anew would cost more than asking.
_THUMBNAILS = union_all(
    *(
        select(col(table.thumbnail_sha256)).where(col(table.sha256) == bindparam("sha256"))
        for table in (PhotoRow, PictureRow)
    )
)
_KNOWN_THUMBNAIL = _THUMBNAILS.limit(1).scalar_subquery().label("known_thumbnail")
_HOLDING = func.pg_advisory_xact_lock_shared(_LOCK).label("holding")


def photo_path(sha256: str, thumbnail: bool = False) -> Path:
    """Return where a photo's file lies, by the SHA-256 of the full picture."""
    folder = read_settings().photos / sha256[:2]
    return folder / f"{sha256}{'.thumb' if thumbnail else ''}.jpg"


def lay_files(picture: Picture) -> Laid:
    """
    Write a picture's files ahead of its row, so that no other writer waits for the disk meanwhile.

    `keep_files` looks for them again under its lock. What never gets a row is swept.

    Returns:
        What was written and is on the disk, by which `keep_files` knows it again.
    Raises:
        NoRoomLeft: no file is there by half.
    """
    full = photo_path(picture.sha256)
    written = set()
    with _telling_room():
        for path, content in (
            (photo_path(picture.sha256, thumbnail=True), picture.thumbnail),
            (full, picture.jpeg),
        ):
            if not path.exists():
                _write(path, content)
                written.add(_named(path))
        _sync_folders(full)
    return frozenset(name for name in written if name)


def with_files(wanted: Select[Any]) -> Question:
    """
    Return a question with which `keep_files` need not ask one of its own.

    It asks for the `sha256` of the picture, too, and keeps others from deleting files from its answer on.
    """
    wanted = wanted.add_columns(_KNOWN_THUMBNAIL)
    return Question(wanted, in_postgresql=wanted.add_columns(_HOLDING))


def keep_files(session: Session, picture: Picture, laid: Laid = frozenset(), asked: Any = None) -> str:
    """
    Have a picture's files lie where they belong; return the SHA-256 of the thumbnail beside it.

    Args:
        laid: what `lay_files` has written of it: what is still the same file need not be read or written.
        asked: the answer to a question of `with_files`, asked in this transaction.
    Raises:
        NoRoomLeft: no file is there by half.
    """
    if asked is None:
        _hold_files(session, shared=True)
    # The answer was read before the files were held: another thumbnail may have gone with its row since.
    if asked is None or asked.known_thumbnail not in (None, picture.thumbnail_sha256):
        known = session.connection().execute(_THUMBNAILS, {"sha256": picture.sha256}).scalar()
    else:
        known = asked.known_thumbnail
    full, thumbnail = photo_path(picture.sha256), photo_path(picture.sha256, thumbnail=True)
    if laid >= {_named(full), _named(thumbnail)}:
        return known or picture.thumbnail_sha256
    with _telling_room():
        # Another version of Pillow may have shrunk the same photo to other bytes: older rows count on those.
        if known in (None, picture.thumbnail_sha256) and not _holds(thumbnail, picture.thumbnail):
            _write(thumbnail, picture.thumbnail)
        if not _holds(full, picture.jpeg):
            _write(full, picture.jpeg)
        _sync_folders(full)
    return known or picture.thumbnail_sha256


def sweep_orphans(session: Session, *, older_than: timedelta = ORPHAN_AGE, even_all: bool = False) -> int:
    """
    Delete files that no row uses, as a server killed between file and row leaves them; return how many.

    Call it in a transaction of its own: rows deleted before it in the same one might come back.

    Raises:
        PhotosUnknown: no row uses any of them, and `even_all` does not say that this is right.
    """
    _hold_files(session)
    used = {*session.exec(select(PhotoRow.sha256)).all(), *session.exec(select(PictureRow.sha256)).all()}
    made_before = (datetime.now(UTC) - older_than).timestamp()
    folder = read_settings().photos
    due = [
        path
        for path in sorted(folder.glob("??/*"))
        if path.name.split(".")[0] not in used and _is_made_before(made_before, path)
    ]
    # Another database's, as likely as not.
    if due and not used and not even_all:
        raise PhotosUnknown(count=len(due), folder=folder)
    swept = 0
    for path in due:
        with suppress(FileNotFoundError):
            path.unlink()
            swept += 1
    return swept


def _is_made_before(instant: float, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime <= instant
    return False


def drop_files(sha256: str) -> None:
    """Delete a photo's files unless a row uses them; what cannot be deleted now is left to be swept."""
    with suppress(OSError, SQLAlchemyError, StoreBusy, NoRoomLeft), in_session() as session:
        _hold_files(session)
        if session.exec(select(PhotoRow.id).where(PhotoRow.sha256 == sha256)).first():
            return
        if session.get(PictureRow, sha256):
            return
        photo_path(sha256, thumbnail=True).unlink(missing_ok=True)
        photo_path(sha256).unlink(missing_ok=True)


def _hold_files(session: Session, *, shared: bool = False) -> None:
    """
    Keep others from deleting files until this transaction ends; those who add only keep out deleters.

    On SQLite a writing transaction keeps out everybody else as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        session.execute(text(f"SELECT {lock}(:lock)"), {"lock": _LOCK})


def _named(path: Path) -> tuple[int, ...] | None:
    """Return what no other file has, not even one of the same name; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except FileNotFoundError:
        return False


@contextmanager
def _telling_room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise NoRoomLeft from error
        raise


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there in full or not at all."""
    written: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.parent / f"{token_hex(16)}.part"
        # Not by `tempfile`, which takes as long as the disk does.
        with open(part, "xb", opener=_for_us_alone) as file:
            written = part
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
    except OSError:
        if written:
            written.unlink(missing_ok=True)
        raise


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folders(path: Path) -> None:
    """Put the names of new files on the disk, too: the power may fail right after."""
    for folder in (path.parent, path.parent.parent):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
