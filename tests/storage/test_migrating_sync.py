"""A database from before phones could send keeps its visits, observations and photos, and takes documents."""

import json
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from storage.checking import find_faults
from storage.editions import get_edition
from storage.migrating import config, migrate
from storage.photos import photos_of
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings
from storage.sync_documents import document_of
from storage.tables import VisitRow
from storage.visits import get_visit, record_note

pytestmark = pytest.mark.unmigrated

BEFORE = "20261122_tallies"
DRAFT, DONE, PHOTO = (UUID(f"0190a5d2-7e34-7000-8000-00000000000{n}") for n in (1, 2, 3))
FILLED = """
INSERT INTO brand (id, name, is_own, colour, is_example) VALUES (1, 'Ours', true, '#000000', false);
INSERT INTO channel (id, brand_id, kind, name, area, timezone)
    VALUES (1, 1, 'shop', 'Mill Lane', 'North', 'UTC');
INSERT INTO standard_set (id, name, about, is_example) VALUES (1, 'Shop visit', '', false);
INSERT INTO edition (id, set_id, number, published_at, minimum_coverage, revision)
    VALUES (1, 1, 1, {at}, 0.6, 3);
INSERT INTO standard (id, edition_id, code, position, touchpoint, statement, measure, comparator, target,
    unit, weight, no_no, scope, kinds, evidence, job_aid, script, steps, overrulings)
    VALUES (1, 1, 'A', 0, 'Till', 'A receipt', 'yes/no', '=', 1, '', 1, false, 'common', '[]', 'never', '',
    '', '[]', '[]');
INSERT INTO visit (id, channel_id, edition_id, state, started_at, first_impression, last_impression, story)
    VALUES ({draft}, 1, 1, 'draft', {at}, '', '', 'Begun');
INSERT INTO visit (id, channel_id, edition_id, state, submitted_at, visited_on, points, points_possible,
    coverage, no_nos_missed, first_impression, last_impression, story)
    VALUES ({done}, 1, 1, 'submitted', {at}, '2026-01-02', 1, 1, 1, 0, '', '', 'Kept');
INSERT INTO observation (visit_id, standard_id, value, verdict, note, longer_than)
    VALUES ({draft}, 1, 1, 'met', 'Before', false);
INSERT INTO observation (visit_id, standard_id, value, verdict, note, longer_than)
    VALUES ({done}, 1, 1, 'met', '', false);
INSERT INTO photo (id, visit_id, standard_id, sha256, thumbnail_sha256, added_at, width, height, byte_count,
    caption) VALUES ({photo}, {draft}, 1, '{hash}', '{hash}', {at}, 2, 1, 9, 'The till')
"""


def fill(connection: Connection) -> None:
    """Store two visits and a photo as they were then."""
    # SQLite keeps a UUID without dashes, and an instant without its zone.
    on_postgresql = connection.dialect.name == "postgresql"
    filled = FILLED.format(
        at="'2026-01-02 10:00:00+00:00'" if on_postgresql else "'2026-01-02 10:00:00.000000'",
        hash="a" * 64,
        **{
            name: f"'{found if on_postgresql else found.hex}'"
            for name, found in (("draft", DRAFT), ("done", DONE), ("photo", PHOTO))
        },
    )
    for statement in filled.split(";"):
        connection.execute(text(statement))


@pytest.fixture
def old_database(database):
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    with opened.begin() as connection:
        fill(connection)
    opened.dispose()


def test_what_was_recorded_before_is_read_as_it_was_and_by_a_phone_too(old_database):
    with in_session() as session:
        visit = get_visit(session, DRAFT)
        assert (visit.story, visit.due_on, visit.quick_notes, visit.photos_awaited) == ("Begun", None, (), 0)
        assert visit.observation("A").note == "Before"
        assert not visit.observation("A").clock_disagreed
        assert [photo.caption for photo in photos_of(session, DRAFT)] == ["The till"]
        told = document_of(session, session.get_one(VisitRow, DRAFT))
        assert (told.revision, told.observations, told.photos[0].sha256) == (1, visit.observations, "a" * 64)
        assert get_visit(session, DONE).story == "Kept"
        assert [said for said in find_faults(session) if "photo" not in said.lower()] == []


def test_the_new_shape_counts_changes_from_there(old_database):
    with in_session() as session:
        record_note(session, DRAFT, get_edition(session, 1).standards[0], "After")
        assert session.get_one(VisitRow, DRAFT).revision == 2


@pytest.mark.parametrize(
    "refused",
    [
        "UPDATE visit SET content_hash = 'short'",
        "UPDATE visit SET revision = NULL",
        "UPDATE visit SET quick_notes = NULL",
        "UPDATE visit SET photos_awaited = NULL",
        "UPDATE observation SET clock_disagreed = NULL",
        "UPDATE photo SET received_sha256 = 'short'",
    ],
)
def test_the_database_refuses_what_must_not_be(old_database, refused):
    with pytest.raises(IntegrityError), engine().begin() as connection:
        connection.execute(text(refused))


def test_going_back_and_forth_keeps_what_was_there(old_database):
    with engine().begin() as connection:
        connection.execute(
            text("UPDATE visit SET quick_notes = :notes"), {"notes": json.dumps([{"at": None, "text": "x"}])}
        )
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        command.upgrade(made, "head")
    with in_session(read_only=True) as session:
        assert get_visit(session, DRAFT).observation("A").note == "Before"
        assert get_visit(session, DRAFT).quick_notes == ()
        assert len(photos_of(session, DRAFT)) == 1
