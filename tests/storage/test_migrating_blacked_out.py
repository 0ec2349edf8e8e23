"""A database from before photos could be marked as blacked out keeps them, and takes the mark."""

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage.migrating import config, migrate
from storage.photos import mark_blacked_out, photos_of
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings
from tests.storage.test_migrating_sync import DRAFT, PHOTO, fill

pytestmark = pytest.mark.unmigrated

BEFORE, AFTER = "20261122_scorecard_look", "20261122_blacked_out"


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: two visits, and a photo."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    with opened.begin() as connection:
        fill(connection)
        assert "blacked_out" not in {one["name"] for one in inspect(connection).get_columns("photo")}
    opened.dispose()


def test_of_what_was_there_nobody_has_said_that_it_may_be_shown(old_database):
    with in_session(read_only=True) as session:
        [photo] = photos_of(session, DRAFT)
        assert (photo.caption, photo.blacked_out) == ("The till", False)


def test_the_mark_is_taken(old_database):
    with in_session() as session:
        mark_blacked_out(session, PHOTO, is_blacked_out=True)
    with in_session(read_only=True) as session:
        assert photos_of(session, DRAFT)[0].blacked_out


def test_the_database_refuses_a_photo_of_which_that_is_not_known(old_database):
    with pytest.raises(IntegrityError), engine().begin() as connection:
        connection.execute(text("UPDATE photo SET blacked_out = NULL"))


def test_it_goes_back_and_forth(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        assert "blacked_out" not in {one["name"] for one in inspect(connection).get_columns("photo")}
        command.upgrade(made, AFTER)
        assert connection.execute(text("SELECT caption FROM photo")).scalar_one() == "The till"
