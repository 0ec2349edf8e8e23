"""People and sessions come to a database that holds visits already, and nothing of those is touched."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from standards.people import Person, Role
from storage.migrating import config, migrate
from storage.people import add_account, find_person, has_owner, list_accounts
from storage.sessions import in_session, open_engine
from storage.settings import read_settings
from storage.visit_lists import VisitFilter, list_visits

pytestmark = pytest.mark.unmigrated

DAYS = "'2026-01-01 00:00:00+00:00', '2026-01-02 00:00:00+00:00'"
OLD = "20261122_first_tables"
FILLED = """
INSERT INTO brand (id, name, is_own, colour, is_example) VALUES (1, 'Ours', true, '#000000', false);
INSERT INTO channel (id, brand_id, kind, name, area, timezone)
    VALUES (1, 1, 'shop', 'Mill Lane', 'North', 'UTC');
INSERT INTO standard_set (id, name, about, is_example) VALUES (1, 'Shop visit', '', false);
INSERT INTO edition (id, set_id, number, published_at, minimum_coverage)
    VALUES (1, 1, 1, '2026-01-01 00:00:00+00:00', 0.6);
INSERT INTO person (id, name, is_example) VALUES (1, 'Ann', false);
INSERT INTO person (id, name, is_example) VALUES (2, 'Example shopper', true);
INSERT INTO visit (id, channel_id, edition_id, shopper_id, state, submitted_at, visited_on, points,
    points_possible, coverage, no_nos_missed, first_impression, last_impression, story)
    VALUES ('{visit}', 1, 1, 1, 'submitted', '2026-01-02 10:00:00+00:00', '2026-01-02', 1,
    2, 1, 0, '', '', 'Kept');
INSERT INTO event (at, person_id, action, thing, thing_id)
    VALUES ('2026-01-02 10:00:00+00:00', 1, 'submitted', 'visit', '1')
"""


@pytest.fixture
def old_database(database):
    opened = open_engine(read_settings().database_url)
    migrate(opened, OLD)
    visit = "0190a5d2-7e34-7000-8000-000000000001"
    # SQLite keeps a UUID without dashes.
    filled = FILLED.format(visit=visit if database == "postgresql" else visit.replace("-", ""))
    with opened.begin() as connection:
        for statement in filled.split(";"):
            connection.execute(text(statement))
        if database == "postgresql":
            connection.execute(text("SELECT setval('person_id_seq', 2)"))
    yield opened
    opened.dispose()


def test_what_was_stored_is_kept_and_nobody_can_sign_in_yet(old_database):
    migrate(old_database)
    with in_session(read_only=True) as session:
        [visit] = list_visits(session, VisitFilter(), seen_by=None)
        assert (visit.shopper, visit.story) == ("Ann", "Kept")
        assert find_person(session, 1) == Person(1, "Ann", None, Role.SHOPPER)
        assert list_accounts(session) == []
        assert not has_owner(session)


def test_the_new_shape_takes_people(old_database):
    migrate(old_database)
    with in_session() as session:
        # Who visited before gets an account, and the visits with it.
        ann = add_account(session, "Ann", "ann@example.com", Role.VIEWER, areas=["North"], channel_ids=[1])
        assert ann.id == 1
        assert has_owner(session) is False


@pytest.mark.parametrize(
    "refused",
    [
        "UPDATE person SET role = 'king' WHERE id = 1",
        "UPDATE person SET email = 'Ann@example.com' WHERE id = 1",
        "UPDATE person SET email = 'a@example.com'",
        "INSERT INTO person_area (person_id, area) VALUES (99, 'North')",
        "INSERT INTO person_channel (person_id, channel_id) VALUES (1, 99)",
        f"INSERT INTO invitation VALUES ('{64 * 'a'}', NULL, 'password', {DAYS}, NULL, NULL)",
        f"INSERT INTO invitation VALUES ('{64 * 'a'}', 1, 'a favour', {DAYS}, NULL, NULL)",
        f"INSERT INTO door_session VALUES ('short', 1, {DAYS}, NULL, '')",
        f"INSERT INTO door_session VALUES ('{64 * 'a'}', 99, {DAYS}, NULL, '')",
    ],
)
def test_the_database_refuses_what_must_not_be(old_database, refused):
    migrate(old_database)
    with pytest.raises(IntegrityError), in_session() as session:
        session.execute(text(refused))


def test_the_way_back_keeps_the_visits(old_database):
    from alembic import command  # noqa: PLC0415 - only here a migration is undone

    migrate(old_database)
    with old_database.begin() as connection:
        back = config()
        back.attributes["connection"] = connection
        command.downgrade(back, OLD)
        assert connection.execute(text("SELECT name FROM person ORDER BY id")).scalars().all() == [
            "Ann",
            "Example shopper",
        ]
    migrate(old_database)
    with in_session(read_only=True) as session:
        assert len(list_visits(session, VisitFilter(), seen_by=None)) == 1
