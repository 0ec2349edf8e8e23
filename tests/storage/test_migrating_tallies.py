"""A database from before the tallies is tallied when the program opens it, and goes on being so."""

from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text

from storage.checking import find_faults
from storage.comparing import Selection
from storage.editions import latest_edition
from storage.migrating import config, migrate
from storage.sessions import close_database, engine, in_session, open_engine
from storage.settings import read_settings
from storage.tallies import compared_columns
from storage.visits import void_visit
from tests.builders import a_brand, a_channel, a_visit
from tests.storage.recomputing import assert_same, recomputed_columns
from tests.storage.test_migrating_workshop import fill

pytestmark = pytest.mark.unmigrated

BEFORE = "20261122_time_notes"
A_TIME = "2026-03-10 12:00:00+00:00"
VISITS = {state: uuid4() for state in ("submitted", "approved", "void", "draft", "returned")}


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: one visit in each state, each with one answer."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    on_postgresql = database == "postgresql"
    instant = A_TIME if on_postgresql else A_TIME.removesuffix("+00:00")
    with opened.begin() as connection:
        fill(connection, "brand", id=101, name="Ours", is_own=True, colour="#0072B2", is_example=False)
        fill(
            connection,
            "channel",
            id=101,
            brand_id=101,
            kind="shop",
            name="High Street",
            area="",
            timezone="UTC",
        )
        fill(connection, "standard_set", id=1, name="Shop visit", about="", is_example=False)
        fill(connection, "edition", id=1, set_id=1, number=1, published_at=instant, minimum_coverage=0.5,
             revision=0)  # fmt: skip
        fill(
            connection, "standard", id=1, edition_id=1, code="W", position=0, touchpoint="Till",
            statement="Paid in 3 minutes", measure="duration", comparator="<=", target=180, unit="seconds",
            weight=2, no_no=False, scope="common", kinds="[]", evidence="never", job_aid="", script="",
            steps="[]", overrulings="[]",
        )  # fmt: skip
        for state, visit_id in VISITS.items():
            known = visit_id if on_postgresql else visit_id.hex
            fill(
                connection, "visit", id=known, channel_id=101, edition_id=1, state=state, started_at=instant,
                left_at=instant, submitted_at=instant, visited_on="2026-03-10", points=2, points_possible=2,
                coverage=1, no_nos_missed=0, first_impression="", last_impression="", story="",
            )  # fmt: skip
            fill(
                connection, "observation", visit_id=known, standard_id=1, value=95, verdict="met", note="",
                longer_than=False, answered_at=instant,
            )  # fmt: skip
    opened.dispose()


def compared():
    """Return the ids of the visits compared, which are those of a recomputation."""
    with in_session(read_only=True) as session:
        found = compared_columns(session, Selection(1), seen_by=None)
        assert_same(found, recomputed_columns(session, Selection(1)))
        assert list(find_faults(session)) == []
        return {found.visit_id(at) for at in range(len(found))}


def test_what_counted_before_is_compared_from_the_start(old_database):
    assert compared() == {VISITS["submitted"], VISITS["approved"]}


def test_what_comes_and_goes_afterwards_is_compared_too(old_database):
    with in_session() as session:
        channel = a_channel(session, a_brand(session), "Low Street")
        edition = latest_edition(session, "Shop visit")
        added = a_visit(session, channel, edition)
        void_visit(session, VISITS["approved"], "twice")
    assert compared() == {VISITS["submitted"], added.id}


def test_going_back_and_forth_keeps_what_is_compared(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        connection.execute(text("UPDATE visit SET state = 'void' WHERE state = 'approved'"))
        command.upgrade(made, "head")
    close_database()
    assert compared() == {VISITS["submitted"]}
