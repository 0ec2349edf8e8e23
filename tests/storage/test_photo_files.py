"""Files asked about together with other things: held as long, and never taken for what they were before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, literal, select, update
from sqlmodel import Session, col

from storage.photo_files import keep_files, photo_path, sweep_orphans, with_files
from storage.photos import add_photo
from storage.pictures import Picture, read_picture
from storage.sessions import engine, in_session
from storage.tables import PhotoRow
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import sent

ASKED = with_files(select(literal(7).label("seven")))


@pytest.fixture
def draft(database) -> UUID:
    with in_session() as session:
        channel = a_channel(session, a_brand(session))
        return a_visit(session, channel, an_edition(session), submitted=False).id


@pytest.fixture
def picture() -> Picture:
    return read_picture(sent("JPEG"))


def asked_about(session: Session, picture: Picture):
    answer = ASKED.first(session, {"sha256": picture.sha256})
    assert answer.seven == 7
    return answer


def another_thumbnail(draft: UUID, picture: Picture) -> str:
    """Store a photo as another version of Pillow would have, with its files; return its thumbnail's hash."""
    other = "0" * 64
    with in_session() as session:
        add_photo(session, draft, None, picture)
        session.execute(update(PhotoRow).values(thumbnail_sha256=other))
    return other


def test_a_thumbnail_that_was_there_before_is_kept_with_its_hash(draft, picture):
    other = another_thumbnail(draft, picture)
    photo_path(picture.sha256, thumbnail=True).write_bytes(b"As another version of Pillow writes it.")
    with in_session() as session:
        asked = asked_about(session, picture)
        assert asked.known_thumbnail == other
        assert keep_files(session, picture, asked=asked) == other
    assert photo_path(picture.sha256, thumbnail=True).read_bytes().startswith(b"As another")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_thumbnail_that_went_with_its_row_after_the_answer_is_not_counted_on(draft, picture):
    another_thumbnail(draft, picture)
    with in_session() as session:
        asked = asked_about(session, picture)
        with engine().begin() as meanwhile:
            meanwhile.execute(delete(PhotoRow))
        photo_path(picture.sha256, thumbnail=True).unlink()
        assert keep_files(session, picture, asked=asked) == picture.thumbnail_sha256
    assert photo_path(picture.sha256, thumbnail=True).read_bytes() == picture.thumbnail


def test_nobody_deletes_files_from_the_answer_on(draft, picture):
    def sweep() -> int:
        with in_session() as session:
            return sweep_orphans(session, older_than=timedelta(0), even_all=True)

    with ThreadPoolExecutor(1) as pool:
        with in_session() as session:
            asked = asked_about(session, picture)
            keep_files(session, picture, asked=asked)
            sweeping = pool.submit(sweep)
            with pytest.raises(TimeoutError):
                sweeping.result(0.5)
            row = PhotoRow(
                id=uuid4(),
                visit_id=draft,
                sha256=picture.sha256,
                thumbnail_sha256=picture.thumbnail_sha256,
                added_at=datetime.now(UTC),
                width=picture.width,
                height=picture.height,
                byte_count=len(picture.jpeg),
            )
            session.add(row)
        assert sweeping.result(60) == 0
    assert photo_path(picture.sha256).read_bytes() == picture.jpeg
    with in_session(read_only=True) as session:
        assert session.execute(select(col(PhotoRow.sha256))).scalars().all() == [picture.sha256]
