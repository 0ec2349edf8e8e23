"""Visits held, and what is asked at their place: told by one question what two would have told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from standards.errors import PlaceUnknown
from storage import questions
from storage.asked import find_place
from storage.bulk import change_soon, gather_rows, insert_rows, insert_soon
from storage.driver import asked_driver
from storage.held_visits import held_visit, hold_visits, place_and_visit
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, an_edition


@pytest.fixture
def place(database) -> tuple[int, int]:
    with in_session() as session:
        return a_channel(session, a_brand(session)).id, an_edition(session).id


@pytest.fixture
def visit(place) -> dict[str, Any]:
    columns = {
        "id": uuid4(),
        "channel_id": place[0],
        "edition_id": place[1],
        "state": "draft",
        "first_impression": "",
        "last_impression": "",
        "story": "It rained.",
        "quick_notes": [{"at": None, "text": "An umbrella"}],
        "photos_awaited": [],
        "revision": 3,
        "clock_skewed": False,
    }
    with in_session() as session:
        insert_rows(session.connection(), "visit", [columns])
    return columns


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """Collect what the driver is asked about visits and places."""
    found: list[str] = []

    def note(connection: Connection, statement: str, values: Any) -> Any:
        if "FROM visit" in statement or "FROM channel" in statement:
            found.append(statement)
        return asked_driver(connection, statement, values)

    monkeypatch.setattr(questions, "asked_driver", note)
    return found


def test_both_are_told_by_one_question_as_by_two(place, visit, asked):
    with in_session() as session:
        together = place_and_visit(session, visit["id"], *place)
        assert len(asked) == 1
    with in_session() as session:
        apart = find_place(session, *place), held_visit(session, visit["id"])
        assert len(asked) == 3
    assert together[0] == apart[0]
    names = SQLModel.metadata.tables["visit"].columns.keys()
    assert [getattr(together[1], name) for name in names] == [getattr(apart[1], name) for name in names]
    assert {name: together[1]._asdict()[name] for name in visit} == visit


def test_a_visit_that_is_not_here_has_a_place_all_the_same(place):
    with in_session() as session:
        found, held = place_and_visit(session, uuid4(), *place)
        assert found == find_place(session, *place)
    assert held is None


@pytest.mark.parametrize("strange", [(1_000_000, None), (None, 1_000_000)])
def test_a_place_that_is_not_here_is_told(strange, place, visit):
    asked = [wrong or right for wrong, right in zip(strange, place, strict=True)]
    with in_session() as session, pytest.raises(PlaceUnknown):
        place_and_visit(session, visit["id"], *asked)


def test_what_this_transaction_knows_already_is_not_asked_again(place, visit, asked):
    with in_session() as session:
        hold_visits(session, [visit["id"]])
        place_and_visit(session, visit["id"], *place)
        assert len(asked) == 1
        place_and_visit(session, uuid4(), *place)
    assert len(asked) == 2
    assert "FROM channel" in asked[0]
    assert "FROM channel" not in asked[1]


def test_a_visit_that_waits_to_be_stored_is_found(place, visit):
    with in_session() as session:
        gather_rows(session)
        new = visit | {"id": uuid4()}
        insert_soon(session, "visit", [new])
        _, held = place_and_visit(session, new["id"], *place)
        assert held.story == "It rained."


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_it_is_held_against_others_until_the_transaction_ends(place, visit):
    def is_held() -> bool:
        asked = text("SELECT id FROM visit WHERE id = :id FOR UPDATE SKIP LOCKED")
        with in_session() as session:
            return session.execute(asked, {"id": visit["id"]}).first() is None

    assert not is_held()
    with in_session() as session:
        place_and_visit(session, visit["id"], *place)
        assert is_held()
    assert not is_held()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_has_waited_for_another_sees_what_that_one_has_done(place, visit):
    def look() -> int:
        with in_session() as session:
            return int(place_and_visit(session, visit["id"], *place)[1].revision)

    with ThreadPoolExecutor(1) as pool:
        with in_session() as session:
            place_and_visit(session, visit["id"], *place)
            looking = pool.submit(look)
            with pytest.raises(TimeoutError):
                looking.result(0.3)
            change_soon(session, "visit", visit["id"], {"revision": 4})
        assert looking.result(60) == 4
