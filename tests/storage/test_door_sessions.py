"""Sessions: only a hash is stored, and each ends by age, by idleness, or at once by hand."""

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from standards.errors import StoreBusy
from standards.people import Role
from storage.door_sessions import (
    end_session,
    end_sessions_of,
    find_session,
    find_session_at_once,
    hash_token,
    is_known_device,
    list_sessions,
    note_seen,
    open_session,
)
from storage.people import add_account, change_account
from storage.sessions import engine, in_session
from storage.settings import read_settings
from storage.tables import EventRow

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture(params=[Role.VIEWER, Role.SHOPPER])
def ann(database, request):
    areas = ["North"] if request.param is Role.VIEWER else []
    with in_session() as session:
        return add_account(session, "Ann", "ann@example.com", request.param, areas=areas)


@pytest.fixture
def ben(database):
    with in_session() as session:
        return add_account(session, "Ben", "ben@example.com", Role.SHOPPER)


def opened(person, device: str = "Firefox on Linux", at: datetime = NOON) -> str:
    with in_session() as session:
        return open_session(session, person.id, device=device, at=at)


def found(token: str, at: datetime = NOON):
    """Ask both ways, which have to say the same."""
    with in_session(read_only=True) as session:
        told = find_session(session, hash_token(token), at=at)
    with suppress(StoreBusy):
        assert find_session_at_once(hash_token(token), at=at) == told
    return told


def test_a_session_gives_its_person_as_they_are_now(ann):
    token = opened(ann)
    came_in = found(token)
    assert came_in.person == ann
    assert came_in.session.device == "Firefox on Linux"
    with in_session() as session:
        changed = change_account(session, ann.id, name="Ann", role=Role.VIEWER, areas=["South"])
    assert found(token).person == changed


def test_the_token_is_long_new_each_time_and_not_stored(ann):
    tokens = {opened(ann) for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens)
    with in_session(read_only=True) as session:
        rows = session.execute(text("SELECT * FROM door_session")).all()
        events = session.execute(text("SELECT * FROM event")).all()
    assert not [token for token in tokens if token in str(rows) + str(events)]


@pytest.mark.parametrize("token", ["", "x", "é", "\x00", "' OR 1=1 --", "A" * 5000])
def test_what_is_no_token_opens_nothing(ann, token):
    opened(ann)
    assert found(token) is None


def test_the_stored_hash_is_no_token(ann):
    assert found(hash_token(opened(ann))) is None


@pytest.mark.parametrize(
    ("seen_every_days", "last_days", "is_open"),
    [
        pytest.param(1, 13, True, id="used daily"),
        pytest.param(0, 13.9, True, id="idle for nearly 14 days"),
        pytest.param(0, 14.1, False, id="idle for more than 14 days"),
        pytest.param(1, 29.9, True, id="used daily for nearly 30 days"),
        pytest.param(1, 30.1, False, id="used daily for more than 30 days"),
    ],
)
def test_a_session_ends_by_age(ann, seen_every_days, last_days, is_open):
    token = opened(ann)
    for day in range(1, int(last_days) + 1) if seen_every_days else ():
        with in_session() as session:
            note_seen(session, hash_token(token), at=NOON + timedelta(days=day))
    assert (found(token, NOON + timedelta(days=last_days)) is not None) is is_open


def test_a_device_is_written_down_at_most_once_a_minute(ann):
    token = opened(ann)
    for seconds in (30, 59, 61, 90):
        with in_session() as session:
            note_seen(session, hash_token(token), at=NOON + timedelta(seconds=seconds))
    assert found(token).session.last_seen_at == NOON + timedelta(seconds=61)
    assert not found(token).session.is_due(NOON + timedelta(seconds=100))
    assert found(token).session.is_due(NOON + timedelta(seconds=121))


def test_one_device_is_ended_and_the_others_stay(ann):
    phone, desk = opened(ann, "Chrome on Android"), opened(ann)
    with in_session(by=ann.id) as session:
        assert end_session(session, hash_token(phone))
        assert not end_session(session, hash_token(phone))
        note_seen(session, hash_token(phone))
    assert found(phone) is None
    assert found(desk) is not None
    with in_session(read_only=True) as session:
        assert [one.token_hash for one in list_sessions(session, ann.id, at=NOON)] == [hash_token(desk)]
        [event] = [e for e in session.exec(select(EventRow)).all() if e.action == "signed out"]
        assert event.after == {"device": "Chrome on Android"}


def test_all_devices_but_this_one_are_ended(ann, ben):
    here, there, his = opened(ann), opened(ann), opened(ben)
    with in_session() as session:
        assert end_sessions_of(session, ann.id, but=hash_token(here)) == 1
    assert found(here)
    assert found(his)
    assert found(there) is None


def test_an_ended_session_marks_a_known_device_of_its_person_only(ann, ben):
    token = opened(ann)
    with in_session() as session:
        end_session(session, hash_token(token))
        assert is_known_device(session, hash_token(token), ann.id, at=NOON + timedelta(days=179))
        assert not is_known_device(session, hash_token(token), ann.id, at=NOON + timedelta(days=181))
        assert not is_known_device(session, hash_token(token), ben.id, at=NOON)
        assert not is_known_device(session, hash_token("guessed"), ann.id, at=NOON)


def test_sqlite_tells_at_once_and_lets_go_of_what_it_has_read(database, ben):
    token = hash_token(opened(ben))
    if database == "postgresql":
        return
    for _ in range(2):
        came_in = find_session_at_once(token, at=NOON)
        assert came_in
        assert came_in.person == ben
        with closing(sqlite3.connect(read_settings().data / "second_visit.db")) as other:
            other.execute("UPDATE person SET name = name || '!'")
            other.commit()
            # Nobody still reads what was there before: all of it goes into the database, and the log ends.
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)
        with in_session() as session:
            ben = change_account(session, ben.id, name="Ben", role=Role.SHOPPER)


def test_what_cannot_be_told_at_once_is_not_waited_for(database, ben):
    token = hash_token(opened(ben))
    engine().dispose()
    if database == "sqlite":
        with closing(sqlite3.connect(read_settings().data / "second_visit.db", timeout=0)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusy):
                find_session_at_once(token, at=NOON)
        assert find_session_at_once(token, at=NOON)
    else:
        with pytest.raises(StoreBusy):
            find_session_at_once(token, at=NOON)
