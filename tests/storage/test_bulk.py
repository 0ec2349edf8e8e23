"""Rows past the mapper are read through it as if it had written them."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlmodel import col, select

from storage.bulk import change_soon, gather_rows, insert_rows, insert_soon, insert_waiting
from storage.sessions import in_session
from storage.tables import EventRow, VisitRow
from tests.builders import a_brand, a_channel, an_edition

AT = datetime(2026, 3, 29, 1, 59, 59, 123456, UTC)
WORDS = "“Grüße” 😀 \\ \" ' \t;-- {} [] %s :x ?"


@pytest.fixture
def place(database):
    with in_session() as session:
        return a_channel(session, a_brand(session)).id, an_edition(session).id


def columns(place, **changes):
    channel_id, edition_id = place
    return {
        "id": uuid4(),
        "channel_id": channel_id,
        "edition_id": edition_id,
        "state": "submitted",
        "started_at": AT.astimezone(timezone(timedelta(hours=14))),
        "submitted_at": AT,
        "visited_on": date(2026, 3, 29),
        "points": 1.1,
        "points_possible": 3,
        "coverage": 1.0,
        "no_nos_missed": 0,
        "would_return": None,
        "first_impression": WORDS,
        "last_impression": "",
        "story": WORDS * 500,
        "quick_notes": [{"at": None, "text": WORDS}],
        "photos_awaited": [],
        "clock_offset_ms": -(2**53),
        "clock_skewed": True,
        "content_hash": None,
        **changes,
    }


def test_what_is_inserted_is_what_the_mapper_would_have_written(place):
    by_hand, by_mapper = columns(place), columns(place)
    with in_session() as session:
        insert_rows(session.connection(), "visit", [by_hand])
        session.add(VisitRow(**by_mapper))
    with in_session(read_only=True) as session:
        for written in (by_hand, by_mapper):
            row = session.get_one(VisitRow, written["id"])
            assert {name: getattr(row, name) for name in written} == written
            assert row.revision == 1
    if engine_is_sqlite():
        assert raw(by_hand["id"]) == raw(by_mapper["id"])


def engine_is_sqlite():
    with in_session(read_only=True) as session:
        return session.get_bind().dialect.name == "sqlite"


def raw(visit_id):
    """Return what the file itself holds, and in which storage class."""
    names = ("started_at", "visited_on", "points", "points_possible", "clock_skewed", "story", "content_hash")
    asked = ", ".join(f"{name}, typeof({name})" for name in names)
    with in_session(read_only=True) as session:
        found = session.connection().exec_driver_sql(f"SELECT {asked} FROM visit WHERE id = '{visit_id.hex}'")
        return tuple(found.one())


def test_many_rows_go_in_at_once_and_nested_values_come_back(place):
    told = {"observations": {"A": {"value": 1, "note": WORDS}}, "list": [1, 2.5, None, True]}
    rows = [
        {
            "at": AT,
            "person_id": None,
            "action": "sent",
            "thing": "visit",
            "thing_id": str(n),
            "before": None,
            "after": told,
        }
        for n in range(300)
    ]
    with in_session() as session:
        insert_rows(session.connection(), "event", rows)
        insert_rows(session.connection(), "event", [])
    with in_session(read_only=True) as session:
        held = session.exec(
            select(EventRow).where(EventRow.action == "sent").order_by(col(EventRow.id))
        ).all()
    assert [row.thing_id for row in held] == [str(n) for n in range(300)]
    assert {str(row.after) for row in held} == {str(told)}
    assert {row.before for row in held} == {None}


def test_a_column_that_is_not_there_is_a_mistake_and_no_statement(place):
    with pytest.raises(KeyError, match="nonsense"), in_session() as session:
        insert_rows(session.connection(), "event", [{'nonsense"; DROP TABLE event; --': 1}])


def test_the_rules_of_the_tables_hold(place):
    with pytest.raises(Exception, match=r"(?i)constraint|violates"), in_session() as session:
        insert_rows(session.connection(), "visit", [columns(place, state="lost")])


@pytest.mark.parametrize("are_gathered", [True, False])
def test_what_is_changed_is_what_the_mapper_would_have_written(are_gathered, place):
    by_hand, by_mapper, other = columns(place), columns(place), columns(place)
    changes = columns(place, story="Sun", points=None, visited_on=date(2026, 4, 1), would_return=7)
    del changes["id"]
    with in_session() as session:
        insert_rows(session.connection(), "visit", [by_hand, by_mapper, other])
    with in_session() as session:
        if are_gathered:
            gather_rows(session)
        change_soon(session, "visit", by_hand["id"], changes)
        insert_waiting(session)
        for name, value in changes.items():
            setattr(session.get_one(VisitRow, by_mapper["id"]), name, value)
    with in_session(read_only=True) as session:
        for row_id, held in ((by_hand["id"], changes), (by_mapper["id"], changes), (other["id"], other)):
            row = session.get_one(VisitRow, row_id)
            assert {name: getattr(row, name) for name in held} == held
    if engine_is_sqlite():
        assert raw(by_hand["id"]) == raw(by_mapper["id"])


@pytest.mark.parametrize("count", [1, 2, 70])
def test_rows_that_wait_are_inserted_and_changed_together(count, place):
    here, new = ([columns(place) for _ in range(count)] for _ in range(2))
    with in_session() as session:
        insert_rows(session.connection(), "visit", here)
    with in_session() as session:
        gather_rows(session)
        insert_soon(session, "visit", new)
        for at, row in enumerate(here):
            change_soon(session, "visit", row["id"], {"story": f"Changed {at}", "points": at / 64})
        insert_waiting(session)
        insert_waiting(session)
    with in_session(read_only=True) as session:
        told = {row.id: (row.story, row.points) for row in session.exec(select(VisitRow))}
    changed = {row["id"]: (f"Changed {at}", at / 64) for at, row in enumerate(here)}
    assert told == changed | {row["id"]: (row["story"], row["points"]) for row in new}


def test_no_column_is_changed_that_is_not_there(place):
    row = columns(place)
    with in_session() as session:
        insert_rows(session.connection(), "visit", [row])
    for strange in ({"mood": 1}, {"story": "Sun", "story = 'x' --": 1}):
        with pytest.raises(KeyError, match="visit has no"):
            change(row["id"], strange)


def change(visit_id, values):
    with in_session() as session:
        gather_rows(session)
        change_soon(session, "visit", visit_id, values)
        insert_waiting(session)
