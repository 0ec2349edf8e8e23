"""Connections to the database: kept, and opened anew where the server has gone meanwhile."""

import psycopg
import pytest
from sqlalchemy import event, text

from standards.errors import StoreBusy
from storage.brands import add_brand
from storage.sessions import in_session
from storage.settings import read_settings


def ended_by_the_server(database: str) -> int:
    """End every connection of this process as a server does that goes down; return how many."""
    if database != "postgresql":
        return 0
    url = read_settings().database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        ).fetchall()
    return len(found)


@pytest.mark.parametrize("options", [{}, {"read_only": True}, {"read_only": True, "single": True}])
def test_a_server_that_was_started_anew_is_not_noticed(database, options):
    with in_session(**options) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1
    ended = ended_by_the_server(database)
    assert ended or database != "postgresql"
    with in_session(**options) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_many_readers_at_once_leave_their_connections_open_for_the_next(database):
    opened: list[int] = []
    with in_session(read_only=True) as session:
        event.listen(session.get_bind().engine, "connect", lambda *_: opened.append(1))
    for _ in range(3):
        readers = [in_session(read_only=True) for _ in range(12)]
        for reader in readers:
            reader.__enter__().execute(text("SELECT 1"))
        for reader in readers:
            reader.__exit__(None, None, None)
    assert len(opened) == 11


def test_who_finds_every_connection_in_use_is_told_to_try_again(database, monkeypatch):
    with in_session(read_only=True) as session:
        monkeypatch.setattr(session.get_bind().engine.pool, "_timeout", 0.1)
    readers = [in_session(read_only=True) for _ in range(15)]
    for reader in readers:
        reader.__enter__()
    with pytest.raises(StoreBusy), in_session(read_only=True):
        pass
    for reader in readers:
        reader.__exit__(None, None, None)
    with in_session(read_only=True) as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_what_somebody_else_holds_is_waited_for_no_longer_than_said(database, monkeypatch):
    monkeypatch.setattr("storage.sessions.BUSY_TIMEOUT_SECONDS", 1)
    rename = text("UPDATE brand SET name = name || '!'")
    with in_session() as session:
        add_brand(session, "Brand")
    with in_session() as holder:
        holder.execute(rename)
        with pytest.raises(StoreBusy), in_session() as other:
            other.execute(rename)
    with in_session(read_only=True) as session:
        assert session.execute(text("SELECT name FROM brand")).scalar_one() == "Brand!"


def test_sqlite_keeps_the_statements_it_has_understood(database):
    if database == "postgresql":
        return
    said: list[str] = []
    for options in ({}, {"read_only": True}):
        with in_session(**options) as session:
            used = session.get_bind().engine
        event.listen(used, "checkout", lambda opened, *_: opened.set_trace_callback(said.append))
    for _ in range(3):
        for options in ({}, {"read_only": True}):
            with in_session(**options) as session:
                session.execute(text("SELECT 1"))
    assert said.count("SELECT 1") == 6
    # A setting that changes makes SQLite forget them.
    assert not [one for one in said if "PRAGMA" in one]
