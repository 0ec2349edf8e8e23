"""The database refuses what must not be, before any code does: tried with plain SQL."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.sessions import in_session
from storage.visits import submit_visit
from tests.storage.builders import answer, channel_of, draft_of, events_about


@dataclass(frozen=True)
class Facts:
    """Ids of what the refused statements point at."""

    visit: str
    brand: int
    channel: int
    edition: int
    standard: int | None
    set_id: int


@pytest.fixture
def facts(database):
    visit_id, asked = draft_of(brand="Ours", is_own=True)
    answer(visit_id, asked["greet"], "yes")
    with in_session() as session:
        submit_visit(session, visit_id)
        channel_of(session, brand="Rival", name="Theirs")
        row = session.execute(text("SELECT id, channel_id, edition_id FROM visit")).one()
        brand = session.execute(text("SELECT id FROM brand WHERE name = 'Ours'")).scalar_one()
        set_id = session.execute(text("SELECT set_id FROM edition")).scalar_one()
    return Facts(row.id, brand, row.channel_id, row.edition_id, asked["greet"].id, set_id)


# Values of columns that a row needs and this test does not look at.
FILLED: dict[str, dict[str, object]] = {
    "brand": {"name": "New", "is_own": False, "colour": "#000000", "is_example": False},
    "channel": {"brand_id": "brand", "kind": "shop", "name": "New", "area": "", "timezone": "UTC"},
    "standard_set": {"name": "New", "about": "", "is_example": False},
    "edition": {"set_id": "set_id", "number": 2, "minimum_coverage": 0.6},
    "standard": {
        "edition_id": "edition",
        "code": "new",
        "position": 1,
        "touchpoint": "Till",
        "statement": "A bill",
        "measure": "yes/no",
        "comparator": "=",
        "target": 1,
        "unit": "",
        "weight": 1,
        "no_no": False,
        "scope": "common",
        "kinds": "[]",
        "evidence": "never",
        "job_aid": "",
        "script": "",
        "steps": "[]",
    },
    "person": {"name": "New", "is_example": False},
    "visit": {
        "id": "new id",
        "channel_id": "channel",
        "edition_id": "edition",
        "state": "draft",
        "first_impression": "",
        "last_impression": "",
        "story": "",
    },
    "observation": {"visit_id": "visit", "standard_id": "standard", "note": "", "longer_than": False},
    "photo": {
        "id": "new id",
        "visit_id": "visit",
        "sha256": "0" * 64,
        "thumbnail_sha256": "0" * 64,
        "added_at": datetime(2026, 3, 6, tzinfo=UTC),
        "width": 1,
        "height": 1,
        "byte_count": 1,
        "caption": "",
    },
    "event": {"at": datetime(2026, 3, 6, tzinfo=UTC), "action": "x", "thing": "x", "thing_id": "x"},
}


def insert(facts: Facts, table: str, **changes) -> None:
    """Insert one row with plain SQL, taking ids by name from the facts."""

    def filled(value):
        if value == "new id":
            return uuid4().hex
        return getattr(facts, value) if isinstance(value, str) and value in vars(facts) else value

    values = {name: filled(value) for name, value in (FILLED[table] | changes).items()}
    names, places = ", ".join(values), ", ".join(f":{name}" for name in values)
    with in_session() as session:
        # The database drivers differ in which text they take for an instant; both take this one.
        texts = {n: v.isoformat(" ") if isinstance(v, datetime) else v for n, v in values.items()}
        session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), texts)


@pytest.mark.parametrize("table", [table for table in FILLED if table != "observation"])
def test_a_row_that_may_be_is_taken(facts, table):
    insert(facts, table)


REFUSED = [
    ("brand", {"name": "Ours"}, "a name twice"),
    ("brand", {"name": ""}, "no name"),
    ("brand", {"name": None}, "a name that is not there"),
    ("brand", {"is_own": True}, "a second own brand"),
    ("channel", {"brand_id": 999}, "a channel of no brand"),
    ("channel", {"kind": "kiosk"}, "an unknown kind"),
    ("channel", {"name": ""}, "a channel without a name"),
    ("standard_set", {"name": "Shop visit"}, "a set's name twice"),
    ("edition", {"number": 1}, "an edition's number twice"),
    ("edition", {"set_id": 999}, "an edition of no set"),
    ("edition", {"minimum_coverage": 1.1}, "a coverage above all"),
    ("edition", {"minimum_coverage": -0.1}, "a coverage below nothing"),
    ("standard", {"code": "greet"}, "a code twice in one edition"),
    ("standard", {"edition_id": 999}, "a standard of no edition"),
    ("standard", {"measure": "mood"}, "an unknown measure"),
    ("standard", {"comparator": "~"}, "an unknown comparator"),
    ("standard", {"scope": "theirs"}, "an unknown scope"),
    ("standard", {"evidence": "sometimes"}, "an unknown evidence"),
    ("standard", {"weight": -1}, "a weight below nothing"),
    ("visit", {"id": "visit"}, "a visit's id twice"),
    ("visit", {"channel_id": 999}, "a visit to no channel"),
    ("visit", {"edition_id": 999}, "a visit with no edition"),
    ("visit", {"shopper_id": 999}, "a visit by nobody known"),
    ("visit", {"state": "lost"}, "an unknown state"),
    ("visit", {"state": "submitted"}, "a submitted visit without its day"),
    ("visit", {"state": "approved", "visited_on": "2026-03-06"}, "an approved visit never submitted"),
    ("visit", {"would_return": 11}, "an eleven of ten"),
    ("visit", {"would_return": -1}, "less than nothing of ten"),
    ("visit", {"coverage": 1.5}, "more answered than asked"),
    ("visit", {"points": 3, "points_possible": 2}, "more points than possible"),
    ("observation", {}, "a standard twice in one visit"),
    ("observation", {"standard_id": 999}, "an observation of no standard"),
    ("observation", {"visit_id": "new id"}, "an observation in no visit"),
    ("photo", {"visit_id": "new id"}, "a photo of no visit"),
    ("photo", {"standard_id": 999}, "a photo of no standard"),
    ("photo", {"sha256": "abc"}, "half a hash"),
    ("event", {"person_id": 999}, "an event by nobody known"),
    ("event", {"at": None}, "an event at no time"),
]


@pytest.mark.parametrize(
    ("table", "changes"), [pytest.param(t, c, id=f"{t}: {why}") for t, c, why in REFUSED]
)
def test_a_row_that_must_not_be_is_refused(facts, table, changes):
    with pytest.raises(IntegrityError):
        insert(facts, table, **changes)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE observation SET verdict = 'fine'", id="an unknown verdict"),
        pytest.param(
            "UPDATE observation SET closed_at = '2026-03-06 12:00:00+00'", id="closed, never opened"
        ),
        pytest.param("UPDATE visit SET visited_on = NULL", id="a submitted visit loses its day"),
        pytest.param(
            "UPDATE channel SET name = 'Theirs', brand_id = (SELECT id FROM brand WHERE name = 'Rival')"
            " WHERE name <> 'Theirs'",
            id="a channel's name twice a brand",
        ),
        pytest.param("DELETE FROM brand WHERE name = 'Ours'", id="a brand with channels"),
        pytest.param("DELETE FROM channel WHERE name <> 'Theirs'", id="a channel with visits"),
        pytest.param("DELETE FROM standard_set", id="a set with visits"),
        pytest.param("DELETE FROM edition", id="an edition with visits"),
        pytest.param("DELETE FROM standard WHERE code = 'greet'", id="a standard with observations"),
    ],
)
def test_a_change_that_must_not_be_is_refused(facts, statement):
    with pytest.raises(IntegrityError), in_session() as session:
        session.execute(text(statement))


def test_a_visit_that_is_removed_takes_its_observations_and_leaves_its_events(facts):
    with in_session() as session:
        session.execute(text("DELETE FROM visit"))
        assert session.execute(text("SELECT count(*) FROM observation")).scalar() == 0
    assert [event.action for event in events_about("visit")] == ["started", "submitted"]
