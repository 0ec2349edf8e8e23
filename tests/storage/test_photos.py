"""A photo is stored in full or not at all: its files, then its row; a row never lacks its file."""

import errno
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from standards.errors import (
    NoRoomLeft,
    PhotosUnknown,
    PhotoUnreadable,
    Problem,
    TooManyPhotos,
    UnknownStandard,
    VisitClosed,
    VisitNotFound,
)
from storage.photo_files import keep_files, lay_files, photo_path, sweep_orphans
from storage.photos import (
    PHOTO_LIMIT,
    add_photo,
    caption_photo,
    mark_blacked_out,
    photo_counts,
    photos_of,
    remove_photo,
)
from storage.pictures import Picture, read_picture
from storage.sessions import close_database, in_session
from storage.settings import read_settings
from storage.tables import EventRow, PhotoRow, VisitRow
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import BOMBS, HIDDEN, NO_PHOTOS, noise, sent, upright


def a_draft(session: Session) -> UUID:
    """Store a visit that is still open; its edition has the standards A and B."""
    channel = a_channel(session, a_brand(session))
    return a_visit(session, channel, an_edition(session), submitted=False).id


@pytest.fixture
def draft(database) -> UUID:
    with in_session() as session:
        return a_draft(session)


@pytest.fixture
def sqlite_draft() -> UUID:
    with in_session() as session:
        return a_draft(session)


def files() -> list[Path]:
    """Return every file of the photo store, those half written too."""
    return sorted(path for path in read_settings().photos.rglob("*") if path.is_file())


def photos(visit_id: UUID):
    with in_session(read_only=True) as session:
        return photos_of(session, visit_id)


def add(visit_id: UUID, content: bytes | Picture | None = None, code: str | None = None, **facts):
    with in_session() as session:
        return add_photo(session, visit_id, code, content or sent("JPEG"), **facts)


def test_a_photo_is_stored_with_its_thumbnail_under_its_own_hash(draft):
    photo = add(draft, code="A", caption="  The till\n by the door ")
    full, thumbnail = photo_path(photo.sha256), photo_path(photo.sha256, thumbnail=True)
    assert files() == sorted([full, thumbnail])
    assert full.name == f"{photo.sha256}.jpg"
    assert full.parent.name == photo.sha256[:2]
    assert sha256(full.read_bytes()).hexdigest() == photo.sha256
    assert full.stat().st_size == photo.byte_count
    assert photos(draft) == [photo]
    assert (photo.code, photo.caption) == ("A", "The till by the door")
    with in_session(read_only=True) as session:
        row = session.get_one(PhotoRow, photo.id)
    assert sha256(thumbnail.read_bytes()).hexdigest() == row.thumbnail_sha256


def test_photos_come_in_the_order_they_were_added_and_are_counted_by_standard(draft):
    added = [add(draft, code=code) for code in ("A", None, "A", "B", None)]
    assert photos(draft) == added
    with in_session(read_only=True) as session:
        assert photo_counts(session, draft) == {"A": 2, "B": 1, None: 2}


@pytest.mark.parametrize("content", [content for content, _ in NO_PHOTOS.values()], ids=NO_PHOTOS)
def test_what_is_no_photo_leaves_nothing(content, sqlite_draft):
    with pytest.raises(PhotoUnreadable), in_session() as session:
        add_photo(session, sqlite_draft, "A", content)
    assert files() == []
    assert photos(sqlite_draft) == []


@pytest.mark.parametrize(("bomb", "code"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_leaves_nothing_and_the_next_photo_is_stored(bomb, code, sqlite_draft):
    with pytest.raises(Problem, match=code), in_session() as session:
        add_photo(session, sqlite_draft, "A", bomb())
    assert files() == []
    assert photos(sqlite_draft) == []
    photo = add(sqlite_draft)
    assert photos(sqlite_draft) == [photo]


def test_the_same_id_is_stored_once(draft):
    photo_id = uuid4()
    first = add(draft, code="A", photo_id=photo_id)
    assert add(draft, noise((30, 30)), code="A", photo_id=photo_id) == first
    assert photos(draft) == [first]


def test_an_id_sent_again_after_submitting_is_answered_with_what_is_stored(draft):
    first = add(draft, code="A", photo_id=uuid4())
    with in_session() as session:
        submit_visit(session, draft)
    assert add(draft, code="A", photo_id=first.id) == first


def test_phones_that_send_at_the_same_instant_are_all_stored(draft):
    with in_session() as session:
        other = a_draft(session)
    same_id = uuid4()
    jobs = [(draft, None), (other, None), (draft, same_id), (draft, same_id), (other, None), (draft, None)]
    with ThreadPoolExecutor(len(jobs)) as pool:
        stored = list(pool.map(lambda job: add(job[0], photo_id=job[1]), jobs))
    assert {photo.id for photo in photos(draft)} == {stored[at].id for at in (0, 2, 5)}
    assert len(photos(other)) == 2
    assert len(files()) == 2


def test_adding_and_removing_the_same_bytes_never_leaves_a_row_without_its_file(draft):
    content = read_picture(sent("JPEG"))

    def add_and_remove(_):
        photo = add(draft, content)
        with in_session() as session:
            remove_photo(session, photo.id)
        return add(draft, content)

    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(add_and_remove, range(8)))
    assert {photo.id for photo in photos(draft)} == {photo.id for photo in kept}
    assert len(files()) == 2


def test_a_removal_waits_for_whoever_is_adding_the_same_bytes(draft):
    with in_session() as session:
        other = a_draft(session)
    photo = add(other)

    def remove():
        with in_session() as session:
            remove_photo(session, photo.id)

    with ThreadPoolExecutor(1) as pool:
        with in_session() as session:
            add_photo(session, draft, None, sent("JPEG"))
            removal = pool.submit(remove)
            # On both databases the removal is now waiting; half a second would be enough for it to finish.
            time.sleep(0.5)
            assert len(files()) == 2
        removal.result()
    assert photos(other) == []
    assert len(photos(draft)) == 1
    assert len(files()) == 2


def test_a_photo_used_twice_keeps_its_file_until_the_last_is_removed(draft):
    first, second = add(draft, code="A"), add(draft, code="B")
    assert first.sha256 == second.sha256
    for photo, before, after in ((first, 2, 2), (second, 2, 0), (second, 0, 0)):
        with in_session() as session:
            remove_photo(session, photo.id)
            assert len(files()) == before
        assert len(files()) == after


def test_a_removal_that_is_rolled_back_keeps_the_file(draft):
    photo = add(draft)
    with in_session() as session:
        remove_photo(session, photo.id)
        session.rollback()
    assert photos(draft) == [photo]
    assert len(files()) == 2


KILLED = """
import os, sys
from pathlib import Path
from uuid import UUID
from storage.photos import add_photo
from storage.sessions import in_session

with in_session() as session:
    add_photo(session, UUID(sys.argv[1]), None, Path(sys.argv[2]).read_bytes())
    os._exit(9)
"""


def test_a_server_killed_between_file_and_row_leaves_nothing_to_see(draft, tmp_path):
    (tmp_path / "sent").write_bytes(sent("JPEG"))
    command = [sys.executable, "-c", KILLED, str(draft), str(tmp_path / "sent")]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == 9
    assert photos(draft) == []
    assert len(files()) == 2

    with in_session() as session:
        assert sweep_orphans(session) == 0
    an_hour_ago = time.time() - 3601
    for path in files():
        os.utime(path, (an_hour_ago, an_hour_ago))
    kept = add(draft, noise((30, 30)))
    with in_session() as session:
        assert sweep_orphans(session) == 2
    assert files() == sorted([photo_path(kept.sha256), photo_path(kept.sha256, thumbnail=True)])


@pytest.mark.parametrize("gone", ["swept", "other bytes", "not laid"])
def test_files_laid_ahead_are_believed_only_as_long_as_they_are_the_same(gone, draft):
    picture = read_picture(sent("JPEG"))
    full, thumbnail = photo_path(picture.sha256), photo_path(picture.sha256, thumbnail=True)
    if gone == "not laid":
        # As a disk that failed may leave it: a file that was there before is read.
        full.parent.mkdir(parents=True)
        full.write_bytes(picture.jpeg[:-1])
    laid = lay_files(picture)
    if gone == "swept":
        thumbnail.unlink()
    elif gone == "other bytes":
        time.sleep(0.02)
        full.write_bytes(picture.jpeg[:-1] + b"?")
    with in_session() as session:
        assert keep_files(session, picture, laid) == picture.thumbnail_sha256
    assert full.read_bytes() == picture.jpeg
    assert thumbnail.read_bytes() == picture.thumbnail


def test_files_laid_ahead_are_not_written_or_waited_for_again(draft, monkeypatch):
    picture = read_picture(sent("JPEG"))
    waits: list[int] = []
    laid = lay_files(picture)
    monkeypatch.setattr(os, "fsync", waits.append)
    with in_session() as session:
        keep_files(session, picture, laid)
        assert waits == []
        keep_files(session, picture)
    # Somebody else's: their names may not be on the disk yet.
    assert len(waits) == 2


def test_files_that_are_held_when_their_photo_goes_are_left_to_be_swept(draft, monkeypatch):
    photo = add(draft)
    close_database()
    monkeypatch.setattr("storage.sessions.BUSY_TIMEOUT_SECONDS", 1)
    others = in_session()

    def hold(_session: Session) -> None:
        sweep_orphans(others.__enter__())

    with in_session() as session:
        event.listen(session, "after_commit", hold, once=True)
        remove_photo(session, photo.id)
    others.__exit__(None, None, None)
    assert photos(draft) == []
    with in_session() as session:
        assert sweep_orphans(session, older_than=timedelta(0), even_all=True) == 2
    assert files() == []


def test_a_sweep_beside_another_database_deletes_nothing(draft, monkeypatch, tmp_path):
    add(draft)
    close_database()
    monkeypatch.setenv("SECOND_VISIT_DATABASE_URL", f"sqlite:///{tmp_path / 'another.db'}")
    with pytest.raises(PhotosUnknown, match="none of the 2 photo files"), in_session() as session:
        sweep_orphans(session, older_than=timedelta(0))
    assert len(files()) == 2
    with in_session() as session:
        assert sweep_orphans(session, older_than=timedelta(0), even_all=True) == 2


def test_a_sweep_takes_no_file_of_a_row_however_old(draft):
    add(draft)
    for path in files():
        os.utime(path, (0, 0))
    with in_session() as session:
        assert sweep_orphans(session, older_than=timedelta(0)) == 0
    assert len(files()) == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_and_leaves_nothing(number, draft, monkeypatch):
    def full(_file):
        raise OSError(number, os.strerror(number))

    with in_session() as session:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(NoRoomLeft, match="no room left"):
                add_photo(session, draft, None, sent("JPEG"))
        assert files() == []
    assert photos(draft) == []


def test_only_an_open_visit_takes_and_gives_photos(draft):
    photo = add(draft, caption="before")
    with in_session() as session:
        submit_visit(session, draft)
    for change in (
        lambda session: add_photo(session, draft, None, sent("PNG")),
        lambda session: remove_photo(session, photo.id),
        lambda session: caption_photo(session, photo.id, "after"),
    ):
        with pytest.raises(VisitClosed), in_session() as session:
            change(session)
    assert photos(draft) == [photo]
    assert len(files()) == 2


def test_a_photo_belongs_to_a_visit_and_to_a_standard_of_its_edition(draft):
    with pytest.raises(UnknownStandard), in_session() as session:
        add_photo(session, draft, "Z", sent("JPEG"))
    with pytest.raises(VisitNotFound), in_session() as session:
        add_photo(session, uuid4(), None, sent("JPEG"))
    assert files() == []


def test_a_visit_takes_a_hundred_photos(draft):
    picture = read_picture(sent("JPEG"))
    with in_session() as session:
        for _ in range(PHOTO_LIMIT):
            add_photo(session, draft, "A", picture)
        with pytest.raises(TooManyPhotos, match="already has 100 photos, which is the limit, so photo 7 "):
            add_photo(session, draft, "A", picture, number=7)
    assert len(photos(draft)) == PHOTO_LIMIT


def test_a_caption_is_one_line(draft):
    photo = add(draft)
    with in_session() as session:
        caption_photo(session, photo.id, " Two\nlines\x00 ")
        caption_photo(session, uuid4(), "no such photo")
    assert photos(draft)[0].caption == "Two lines"


def test_a_photo_of_any_visit_can_be_marked_and_an_open_ones_phone_has_to_know(draft):
    photo = add(draft)

    def revision() -> int:
        with in_session(read_only=True) as session:
            return session.get_one(VisitRow, draft).revision

    def mark(is_blacked_out: bool) -> None:
        with in_session() as session:
            mark_blacked_out(session, photo.id, is_blacked_out=is_blacked_out)
            mark_blacked_out(session, uuid4(), is_blacked_out=is_blacked_out)

    assert not photos(draft)[0].blacked_out
    before = revision()
    mark(True)
    mark(True)
    assert photos(draft)[0].blacked_out
    assert revision() == before + 1
    with in_session() as session:
        submit_visit(session, draft)
    before = revision()
    mark(False)
    assert not photos(draft)[0].blacked_out
    assert revision() == before
    with in_session(read_only=True) as session:
        wanted = select(EventRow.action).where(EventRow.thing_id == str(photo.id)).order_by(col(EventRow.id))
        assert list(session.exec(wanted)) == ["added", "blacked out", "not blacked out"]


def test_what_is_done_to_a_photo_leaves_an_event_without_its_place(draft):
    with in_session() as session:
        photo = add_photo(session, draft, "A", sent("JPEG", upright()))
        caption_photo(session, photo.id, "The till")
        caption_photo(session, photo.id, "The till")
        remove_photo(session, photo.id)
    with in_session(read_only=True) as session:
        wanted = select(EventRow).where(EventRow.thing_id == str(photo.id)).order_by(col(EventRow.id))
        events = session.exec(wanted).all()
    assert [event.action for event in events] == ["added", "captioned", "removed"]
    assert HIDDEN not in "".join(str((event.before, event.after)) for event in events)
