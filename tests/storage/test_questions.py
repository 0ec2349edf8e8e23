"""Questions to the driver itself: answered, and gone wrong, as SQLAlchemy would tell it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlmodel import SQLModel

from standards.errors import StoreBusy
from storage.bulk import insert_rows
from storage.questions import Question
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, an_edition
from tests.storage.test_sessions import ended_by_the_server

VISIT = SQLModel.metadata.tables["visit"]
WANTED = select(VISIT).where(VISIT.c.id == bindparam("visit_id"))
ASKED = Question(WANTED)
NAMED = Question(
    select(VISIT.c.id, VISIT.c.story)
    .where(VISIT.c.state == "draft", VISIT.c.story != bindparam("story"))
    .order_by(VISIT.c.story)
)


@pytest.fixture
def visits(database) -> list[dict[str, Any]]:
    with in_session() as session:
        channel_id, edition_id = a_channel(session, a_brand(session)).id, an_edition(session).id
        written = [
            {
                "id": uuid4(),
                "channel_id": channel_id,
                "edition_id": edition_id,
                "state": state,
                "started_at": datetime(2026, 3, 29, 1, 59, 59, 123456, UTC),
                "submitted_at": datetime(2026, 7, 1, 23, 30, tzinfo=UTC),
                "visited_on": date(2026, 3, 29),
                "points": 1.1,
                "coverage": 1.0,
                "no_nos_missed": 0,
                "would_return": None,
                "first_impression": "“Grüße” 😀 %s :x ?",
                "last_impression": "",
                "story": story,
                "quick_notes": [{"at": None, "text": "An umbrella"}],
                "photos_awaited": [],
                "clock_offset_ms": -(2**53),
                "clock_skewed": True,
            }
            for state, story in (
                ("submitted", "Sun"),
                ("draft", "Hail"),
                ("draft", "Rain"),
                ("draft", "Snow"),
            )
        ]
        insert_rows(session.connection(), "visit", written)
    return written


def test_a_row_is_what_sqlalchemy_would_give(visits):
    with in_session() as session:
        if session.get_bind().dialect.name == "postgresql":
            # It gives instants as of here; the program's are UTC.
            session.execute(text("SET LOCAL TIME ZONE 'Asia/Kolkata'"))
        asked_for = {"visit_id": visits[0]["id"]}
        found = ASKED.first(session, asked_for)._asdict()
        wanted = session.connection().execute(WANTED, asked_for).one()._asdict()
        assert found == wanted
        assert {name: found[name] for name in visits[0]} == visits[0]
        assert {type(value) for value in found.values()} == {type(value) for value in wanted.values()}
        assert found["started_at"].utcoffset() == timedelta(0)
        assert ASKED.first(session, {"visit_id": uuid4()}) is None


def test_what_stands_in_the_question_is_asked_with_what_is_given(visits):
    with in_session(read_only=True) as session:
        assert [row.story for row in NAMED.all(session, {"story": "Rain"})] == ["Hail", "Snow"]
        assert NAMED.first(session, {"story": "Hail"}).story == "Rain"
        assert isinstance(NAMED.first(session, {"story": ""}).id, UUID)
        assert NAMED.all(session, {"story": "Rain"})[0][1] == "Hail"


def test_a_database_is_asked_what_it_understands(database):
    question = Question(select(literal(1).label("one")), in_postgresql=select(literal(2).label("one")))
    with in_session(read_only=True) as session:
        assert question.first(session, {}).one == (1 if database == "sqlite" else 2)


def test_of_two_columns_with_one_name_each_has_its_place(database):
    question = Question(select(literal("a").label("name"), literal("b").label("name")))
    with in_session(read_only=True) as session:
        assert tuple(question.first(session, {})) == ("a", "b")


def test_what_goes_wrong_is_told_as_sqlalchemy_tells_it(visits):
    with pytest.raises(IntegrityError), in_session() as session:
        insert_rows(session.connection(), "visit", visits[:1])
    unknown = Question(select(VISIT.c.id).where(text("nonsense = 1")))
    with pytest.raises((OperationalError, ProgrammingError), match="nonsense"), in_session() as session:
        unknown.first(session, {})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_what_somebody_else_holds_is_waited_for_no_longer_than_said(database, visits, monkeypatch):
    monkeypatch.setattr("storage.sessions.BUSY_TIMEOUT_SECONDS", 1)
    locked = Question(WANTED.with_for_update())
    asked_for = {"visit_id": visits[0]["id"]}
    with in_session() as holder:
        assert locked.first(holder, asked_for)
        with pytest.raises(StoreBusy), in_session() as other:
            locked.first(other, asked_for)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_goes_meanwhile_costs_this_transaction_alone(database, visits):
    asked_for = {"visit_id": visits[0]["id"]}

    found: list[bool] = []

    def ask_on() -> None:
        with in_session() as session:
            assert ASKED.first(session, asked_for)
            used = session.connection()
            assert ended_by_the_server(database)
            try:
                ASKED.first(session, asked_for)
            except DBAPIError as gone:
                found.extend((gone.connection_invalidated, used.invalidated))
                raise

    with pytest.raises(StoreBusy):
        ask_on()
    assert found == [True, True]
    with in_session() as session:
        assert ASKED.first(session, asked_for).story == "Sun"
