"""Notes on the time line: stored once, read by those who see what they are about, taken off again."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from standards.errors import TimeNoteEmpty
from standards.people import Role
from storage.people import add_account
from storage.sessions import close_database, in_session
from storage.time_notes import add_time_note, list_time_notes, remove_time_note
from tests.builders import a_brand
from tests.storage.builders import edition_of, events_about

THE_DAY = date(2026, 5, 3)


@pytest.fixture
def facts(database):
    with in_session() as session:
        return edition_of(session).set_id, a_brand(session, is_own=True).id, a_brand(session, "Rival").id


def test_a_note_outlives_the_process_and_is_read_by_day(facts):
    set_id, own, rival = facts
    with in_session() as session:
        add_time_note(session, " New\ntill ", THE_DAY, set_id=set_id, brand_id=own)
        add_time_note(session, "Visits on Saturdays, too", date(2026, 4, 1), set_id=set_id)
    close_database()
    with in_session(read_only=True) as session:
        notes = list_time_notes(session, set_id, [own, rival])
    assert [(n.noted_on, n.text, n.brand_id) for n in notes] == [
        (date(2026, 4, 1), "Visits on Saturdays, too", None),
        (THE_DAY, "New till", own),
    ]


def test_a_note_stands_only_where_its_brand_or_its_set_is_shown(facts):
    set_id, own, rival = facts
    with in_session() as session:
        other = edition_of(session, name="Phone call").set_id
        add_time_note(session, "New till", THE_DAY, set_id=set_id, brand_id=own)
        add_time_note(session, "They moved", THE_DAY, set_id=set_id, brand_id=rival)
        add_time_note(session, "New shoppers", THE_DAY, set_id=set_id)
    with in_session(read_only=True) as session:
        assert [note.text for note in list_time_notes(session, other, [own])] == ["New till"]
        assert [note.text for note in list_time_notes(session, set_id, [])] == ["New shoppers"]


def test_the_same_note_twice_is_one_note(facts):
    set_id, own, _ = facts
    for _ in range(2):
        with in_session() as session:
            add_time_note(session, "New till", THE_DAY, set_id=set_id, brand_id=own)
    with in_session() as session:
        assert len(list_time_notes(session, set_id, [own])) == 1
        add_time_note(session, "New till", THE_DAY, set_id=set_id)
        assert len(list_time_notes(session, set_id, [own])) == 2


@pytest.mark.parametrize("said", ["", " \n\x00", "x" * 201])
def test_a_note_says_something_and_not_too_much(facts, said):
    with in_session() as session:
        with pytest.raises(TimeNoteEmpty, match="Nothing was stored"):
            add_time_note(session, said, THE_DAY, set_id=facts[0])
        assert list_time_notes(session, facts[0], []) == []


def test_adding_and_removing_are_noted_with_who_did_it(facts):
    set_id, own, _ = facts
    with in_session() as session:
        manager = add_account(session, "Mina", "mina@example.com", Role.MANAGER)
    with in_session(by=manager.id) as session:
        note = add_time_note(session, "New till", THE_DAY, set_id=set_id, brand_id=own)
        assert session.execute(text("SELECT added_by FROM time_note")).scalar_one() == manager.id
    for _ in range(2):
        with in_session(by=manager.id) as session:
            remove_time_note(session, note.id)
    with in_session(read_only=True) as session:
        assert list_time_notes(session, set_id, [own]) == []
    added, removed = events_about("time note", note.id)
    assert [added.action, removed.action] == ["added", "removed"]
    assert {added.person_id, removed.person_id} == {manager.id}
    assert added.after == removed.before
    assert (added.after or {}).items() >= {"name": "New till", "on": "2026-05-03"}.items()


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({}, id="about nothing"),
        pytest.param({"set_id": "set", "brand_id": "brand"}, id="about two things"),
        pytest.param({"set_id": "set", "text": ""}, id="without a word"),
        pytest.param({"set_id": 999}, id="about no set"),
        pytest.param({"brand_id": 999}, id="about no brand"),
        pytest.param({"set_id": "set", "noted_on": None}, id="on no day"),
    ],
)
def test_the_database_refuses_a_note(facts, columns):
    named = {"set": facts[0], "brand": facts[1]}
    row = {"noted_on": "2026-05-03", "text": "New till", "added_at": "2026-05-03 12:00:00"} | {
        name: named.get(value, value) for name, value in columns.items()
    }
    names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    with pytest.raises(IntegrityError), in_session() as session:
        session.execute(text(f"INSERT INTO time_note ({names}) VALUES ({places})"), row)


def test_a_set_or_brand_that_goes_takes_its_notes_along(facts):
    set_id, own, rival = facts
    with in_session() as session:
        add_time_note(session, "New till", THE_DAY, set_id=set_id, brand_id=own)
        add_time_note(session, "New shoppers", THE_DAY, set_id=set_id)
        add_time_note(session, "They moved", THE_DAY, set_id=set_id, brand_id=rival)
    with in_session() as session:
        session.execute(text("DELETE FROM standard_set"))
        session.execute(text("DELETE FROM brand WHERE is_own"))
    with in_session(read_only=True) as session:
        assert [note.text for note in list_time_notes(session, set_id, [own, rival])] == ["They moved"]
