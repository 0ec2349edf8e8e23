"""A database from before links to scorecards keeps what it holds, and takes them."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage.checking import find_faults
from storage.migrating import config, migrate
from storage.scorecard_links import list_links
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings

pytestmark = pytest.mark.unmigrated

BEFORE, AFTER = "20261122_sync", "20261122_scorecard_links"
LATER = datetime(2099, 1, 1, tzinfo=UTC)
COLUMNS = "token_hash, name, card, paper, created_by, created_at, expires_at, revoked_at, opened_at"
INSTANTS = "'2026-03-10 12:00:00+00:00', '2099-04-10 12:00:00+00:00', NULL, NULL"


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: a brand."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    with opened.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO brand (id, name, is_own, colour, is_example) "
                "VALUES (1, 'Ours', true, '#0072B2', false)"
            )
        )
        assert "scorecard_link" not in inspect(connection).get_table_names()
    opened.dispose()


def test_what_was_there_is_kept_and_nothing_is_shared(old_database):
    with in_session(read_only=True) as session:
        assert session.execute(text("SELECT name FROM brand")).scalar_one() == "Ours"
        assert list_links(session) == []
        assert list(find_faults(session)) == []


def test_the_database_refuses_a_link_that_is_none(old_database):
    for values in (
        f"'short', 'Ours, 2026', NULL, 'a4', NULL, {INSTANTS}",
        f"'{64 * 'a'}', '', NULL, 'a4', NULL, {INSTANTS}",
        f"'{64 * 'a'}', 'Ours, 2026', NULL, 'wall', NULL, {INSTANTS}",
        f"'{64 * 'a'}', 'Ours, 2026', NULL, 'a4', 99, {INSTANTS}",
    ):
        with pytest.raises(IntegrityError), in_session() as session:
            session.execute(text(f"INSERT INTO scorecard_link ({COLUMNS}) VALUES ({values})"))


def test_it_goes_back_and_forth(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        assert "scorecard_link" not in inspect(connection).get_table_names()
        command.upgrade(made, AFTER)
        assert "scorecard_link" in inspect(connection).get_table_names()
