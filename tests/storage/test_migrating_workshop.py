"""A database from before the workshop keeps its editions, standards and visits, and takes drafts."""

import json
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import text

from standards.drafting import DraftStandard, overrule, reworded
from standards.measuring import Comparator, Measure, Target, Verdict
from storage.checking import find_faults
from storage.drafts import change_standard, open_draft, publish_draft
from storage.editions import editions_of_set, latest_edition
from storage.migrating import config, migrate
from storage.sessions import close_database, engine, in_session, open_engine
from storage.settings import read_settings
from storage.visits import get_visit

pytestmark = pytest.mark.unmigrated

BEFORE = "20261122_first_tables"
A_TIME = "2026-03-10 12:00:00+00:00"
VISIT = uuid4()
# Beyond what the database counts up to by itself here.
FIRST, W, F = 101, 101, 102


def fill(connection, table, **columns):
    """Insert one row as the old program wrote it."""
    names, places = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), columns)


@pytest.fixture
def old_database(database):
    """Fill the tables as they were: an edition of two standards, and a visit that answers both."""
    opened = open_engine(read_settings().database_url)
    migrate(opened, BEFORE)
    instant = A_TIME if database == "postgresql" else A_TIME.removesuffix("+00:00")
    visit_id = VISIT if database == "postgresql" else VISIT.hex
    with opened.begin() as connection:
        fill(connection, "brand", id=1, name="Ours", is_own=True, colour="#0072B2", is_example=False)
        fill(
            connection, "channel", id=1, brand_id=1, kind="shop", name="High Street", area="", timezone="UTC"
        )
        fill(connection, "standard_set", id=1, name="Shop visit", about="", is_example=False)
        fill(connection, "edition", id=FIRST, set_id=1, number=1, published_at=instant, minimum_coverage=0.5)
        rest = {
            "edition_id": FIRST,
            "scope": "common",
            "kinds": "[]",
            "evidence": "never",
            "job_aid": "Look.",
        }
        rest |= {"script": "", "steps": json.dumps([]), "no_no": False, "weight": 2, "touchpoint": "Till"}
        wait = {"measure": "duration", "comparator": "<=", "target": 180, "unit": "seconds"}
        friendly = {"measure": "yes/no", "comparator": "=", "target": 1, "unit": ""}
        fill(
            connection, "standard", id=W, code="W", position=0, statement="Paid in 3 minutes", **wait, **rest
        )
        fill(
            connection,
            "standard",
            id=F,
            code="F",
            position=1,
            statement="Staff are friendly",
            **friendly,
            **rest,
        )
        fill(
            connection, "visit", id=visit_id, channel_id=1, edition_id=FIRST, state="submitted",
            started_at=instant, submitted_at=instant, visited_on="2026-03-10", points=2, points_possible=4,
            coverage=1, no_nos_missed=0, first_impression="", last_impression="", story="",
        )  # fmt: skip
        both = {"visit_id": visit_id, "note": "", "longer_than": False, "answered_at": instant}
        fill(connection, "observation", standard_id=W, value=95, verdict="met", **both)
        fill(connection, "observation", standard_id=F, value=0, verdict="missed", **both)
    opened.dispose()


def test_what_was_published_before_is_read_as_it_was(old_database):
    with in_session() as session:
        edition = latest_edition(session, "Shop visit")
        assert (edition.number, edition.minimum_coverage, edition.retired_at) == (1, 0.5, None)
        wait, friendly = edition.standards
        assert (wait.measure, wait.target) == (Measure.DURATION, Target(Comparator.AT_MOST, 180, "seconds"))
        assert (wait.job_aid, wait.weight, wait.id, friendly.id) == ("Look.", 2, W, F)
        visit = get_visit(session, VISIT)
        assert (visit.points, visit.points_possible) == (2, 4)
        assert [one.verdict for one in visit.observations] == [Verdict.MET, Verdict.MISSED]
        assert list(find_faults(session)) == []


def test_the_next_edition_is_drafted_from_it_and_the_visit_keeps_its_own(old_database):
    with in_session() as session:
        draft = open_draft(session, "Shop visit")
        assert [one.picture for one in draft.standards] == [None, None]
        assert all(isinstance(one, DraftStandard) and one.overruled == () for one in draft.standards)
        let_stand = overrule(draft.by_code()["F"], "friendly", "As on the photo in the job aid")
        draft = change_standard(session, draft, "F", let_stand)
        faster = reworded(draft.by_code()["W"], "Paid in 2 minutes")
        draft = change_standard(session, draft, "W", faster)
        assert publish_draft(session, draft).number == 2
    with in_session(read_only=True) as session:
        newest, first = editions_of_set(session, 1)
        assert [newest.number, first.number] == [2, 1]
        assert get_visit(session, VISIT).edition_id == first.id
        assert list(find_faults(session)) == []


def test_the_rules_of_the_new_columns_are_the_databases_own(old_database):
    engine()
    breaks = [
        "UPDATE edition SET published_at = NULL, retired_at = '2026-03-10 12:00:00'",
        "UPDATE standard SET picture = 'of nothing'",
        "INSERT INTO trial (edition_id, case_text, opened_at) VALUES (101, '', '2026-03-10 12:00:00')",
        "INSERT INTO trial (edition_id, case_text, opened_at) VALUES (9, 'A case', '2026-03-10 12:00:00')",
    ]
    for statement in breaks:
        with pytest.raises(Exception, match=r"(?i)constraint|violates"), engine().begin() as connection:
            connection.execute(text(statement))


def test_going_back_and_forth_keeps_what_was_there(old_database):
    with engine().begin() as connection:
        made = config()
        made.attributes["connection"] = connection
        command.downgrade(made, BEFORE)
        command.upgrade(made, "head")
    # Opened anew, as by the program: what older tables held is tallied then.
    close_database()
    with in_session(read_only=True) as session:
        assert [one.code for one in latest_edition(session, "Shop visit").standards] == ["W", "F"]
        assert list(find_faults(session)) == []
