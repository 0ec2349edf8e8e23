"""A database from before the time line keeps what it holds, and takes notes and coordinates."""

from datetime import date
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text

from standards.coordinates import Coordinates
from standards.visits import Channel
from storage.channels import get_channel, place_channel
from storage.checking import find_faults
from storage.migrating import config, migrate
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings
from storage.time_notes import add_time_note, list_time_notes
from storage.visits import get_visit

pytestmark = pytest.mark.unmigrated

BEFORE, AFTER = "20261122_workshop", "20261122_time_notes"
A_TIME = "2026-03-10 12:00:00+00:00"
VISIT = uuid4()
# Beyond what the database counts up to by itself here.
SHOP, SET, EDITION, VIEWER = 101, 102, 103, 104
VIENNA = Coordinates(48.2082, 16.3738)


def fill(connection, table, **columns):
    """Insert one row as the old program wrote it."""
    names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), columns)


def the_shop(session) -> Channel:
    channel = get_channel(session, SHOP)
    assert channel
    return channel


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: a channel with a visit, given to a viewer."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    instant = A_TIME if database == "postgresql" else A_TIME.removesuffix("+00:00")
    visit_id = VISIT if database == "postgresql" else VISIT.hex
    with opened.begin() as connection:
        fill(connection, "brand", id=1, name="Ours", is_own=True, colour="#0072B2", is_example=False)
        fill(
            connection, "channel", id=SHOP, brand_id=1, kind="shop", name="High Street", area="North",
            timezone="UTC", closed_on="2026-04-01",
        )  # fmt: skip
        fill(connection, "standard_set", id=SET, name="Shop visit", about="", is_example=False)
        fill(
            connection, "edition", id=EDITION, set_id=SET, number=1, published_at=instant,
            minimum_coverage=0.5, revision=0,
        )  # fmt: skip
        fill(
            connection, "person", id=VIEWER, name="Vera", is_example=False, email="vera@example.com",
            role="viewer",
        )  # fmt: skip
        fill(connection, "person_channel", person_id=VIEWER, channel_id=SHOP)
        fill(
            connection, "visit", id=visit_id, channel_id=SHOP, edition_id=EDITION, state="draft",
            started_at=instant, first_impression="", last_impression="", story="",
        )  # fmt: skip
    opened.dispose()


def test_what_was_there_is_kept_and_stands_nowhere_on_the_map(old_database):
    with in_session(read_only=True) as session:
        shop = the_shop(session)
        assert (shop.name, shop.area, shop.closed_on, shop.coordinates) == (
            "High Street",
            "North",
            date(2026, 4, 1),
            None,
        )
        assert get_visit(session, VISIT).channel == shop
        assert session.execute(text("SELECT channel_id FROM person_channel")).scalar_one() == SHOP
        assert list_time_notes(session, SET, [1]) == []
        assert list(find_faults(session)) == []


def test_notes_and_coordinates_are_taken(old_database):
    with in_session() as session:
        place_channel(session, SHOP, VIENNA)
        add_time_note(session, "New till", date(2026, 5, 3), set_id=SET, brand_id=1)
    with in_session(read_only=True) as session:
        assert the_shop(session).coordinates == VIENNA
        assert [note.text for note in list_time_notes(session, SET, [1])] == ["New till"]


@pytest.mark.parametrize(
    "places",
    ["latitude = 90.1, longitude = 0", "latitude = 0, longitude = -180.1", "latitude = 1", "longitude = 1"],
)
def test_the_rules_of_the_new_columns_are_the_databases_own(old_database, places):
    with pytest.raises(Exception, match=r"(?i)constraint|violates"), engine().begin() as connection:
        connection.execute(text(f"UPDATE channel SET {places}"))


def test_going_back_and_forth_keeps_what_was_there(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        command.upgrade(made, AFTER)
        command.upgrade(made, "head")
    with in_session(read_only=True) as session:
        assert the_shop(session).name == "High Street"
        assert get_visit(session, VISIT).channel.id == SHOP
