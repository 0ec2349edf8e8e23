"""A database from before scorecards had a look of their own keeps what it holds, and takes one."""

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage.checking import find_faults
from storage.forms.look import Look
from storage.looks import choose_colour, choose_logo, chosen_look
from storage.migrating import config, migrate
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings
from tests.storage.test_logos import drawn_logo

pytestmark = pytest.mark.unmigrated

BEFORE, AFTER = "20261122_scorecard_links", "20261122_scorecard_look"


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: a brand, and a link to its scorecard that has ended."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    with opened.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO brand (id, name, is_own, colour, is_example) "
                "VALUES (1, 'Ours', true, '#0072B2', false)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO scorecard_link (token_hash, name, paper, created_at, expires_at) VALUES "
                f"('{64 * 'a'}', 'Ours, 2026', 'a4', "
                "'2026-03-10 12:00:00+00:00', '2026-04-10 12:00:00+00:00')"
            )
        )
        assert "scorecard_look" not in inspect(connection).get_table_names()
    opened.dispose()


def test_what_was_there_is_kept_and_scorecards_look_as_usual(old_database):
    with in_session(read_only=True) as session:
        assert session.execute(text("SELECT name FROM brand")).scalar_one() == "Ours"
        assert session.execute(text("SELECT name FROM scorecard_link")).scalar_one() == "Ours, 2026"
        assert chosen_look(session) == Look()
        assert list(find_faults(session)) == []


def test_a_look_is_taken(old_database):
    with in_session() as session:
        choose_logo(session, drawn_logo())
        choose_colour(session, "#336633")
    with in_session(read_only=True) as session:
        assert chosen_look(session).colour == "#336633"
        assert chosen_look(session).logo


@pytest.mark.parametrize("values", ["2, NULL, NULL", "1, NULL, 'green'", "1, NULL, ''"])
def test_the_database_refuses_a_look_that_is_none(old_database, values):
    with pytest.raises(IntegrityError), in_session() as session:
        session.execute(text(f"INSERT INTO scorecard_look (id, logo, colour) VALUES ({values})"))


def test_it_goes_back_and_forth(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        assert "scorecard_look" not in inspect(connection).get_table_names()
        command.upgrade(made, AFTER)
        assert "scorecard_look" in inspect(connection).get_table_names()
