"""A database from before links kept their look: what opens goes on to look as it does, and keeps that."""

import pytest
from alembic import command
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from storage.looks import choose_colour, choose_logo
from storage.migrating import config, migrate
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings
from storage.tables import ScorecardLinkRow
from tests.storage.test_logos import drawn_logo

pytestmark = pytest.mark.unmigrated

BEFORE, AFTER = "20261122_blacked_out", "20261122_shared_look"
OPEN, ENDED = 64 * "a", 64 * "b"
LOGO = drawn_logo()


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: a look, a link that opens, and one that has ended."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    with opened.begin() as connection:
        connection.execute(
            text("INSERT INTO scorecard_look (id, logo, colour) VALUES (1, :logo, '#336633')"), {"logo": LOGO}
        )
        for token_hash, card in ((OPEN, "'{}'"), (ENDED, "NULL")):
            connection.execute(
                text(
                    "INSERT INTO scorecard_link (token_hash, name, card, paper, created_at, expires_at) "
                    f"VALUES ('{token_hash}', 'Ours, 2026', {card}, 'a4', "
                    "'2026-03-10 12:00:00+00:00', '2099-04-10 12:00:00+00:00')"
                )
            )
    opened.dispose()


def looks() -> dict[str, tuple[bytes | None, str | None]]:
    with in_session(read_only=True) as session:
        rows = [session.get_one(ScorecardLinkRow, token_hash) for token_hash in (OPEN, ENDED)]
        return {row.token_hash: (row.logo, row.colour) for row in rows}


def test_what_opens_keeps_the_look_of_that_day_and_what_has_ended_has_none(old_database):
    kept = {OPEN: (LOGO, "#336633"), ENDED: (None, None)}
    assert looks() == kept
    with in_session() as session:
        choose_logo(session, drawn_logo((90, 90)))
        choose_colour(session, "#663333")
    assert looks() == kept


def test_the_database_refuses_a_colour_that_is_none(old_database):
    with pytest.raises(IntegrityError), engine().begin() as connection:
        connection.execute(text("UPDATE scorecard_link SET colour = 'green'"))


def test_it_goes_back_and_forth(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        assert "logo" not in {one["name"] for one in inspect(connection).get_columns("scorecard_link")}
        command.upgrade(made, AFTER)
        assert connection.execute(text("SELECT count(*) FROM scorecard_link")).scalar_one() == 2
