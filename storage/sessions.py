"""The database: one engine a process, migrated when it is first used, and the one transaction."""

import selectors
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from selectors import EVENT_READ
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlmodel import Session

from standards.errors import NoRoomLeft, StoreBusy
from storage.migrating import migrate
from storage.settings import read_settings
from storage.tallying import tally_due

BUSY_TIMEOUT_SECONDS = 30
# As many as SQLAlchemy opens at most by itself; it would close two of three after each use, and opening one
# costs more than what it is used for.
_CONNECTIONS = 15
_RESTED_SECONDS = 30

# One system call, where the default one takes four; Windows has none.
_Selector = getattr(selectors, "PollSelector", selectors.DefaultSelector)

_opening = Lock()


@contextmanager
def in_session(*, read_only: bool = False, single: bool = False, by: int | None = None) -> Iterator[Session]:
    """
    Open the one transaction: it commits when its block ends and rolls back when it raises.

    Args:
        read_only: a reader never waits for a writer and cannot write. A writer takes SQLite's write
            lock at once, so that two never find out at the end that only one of them can win.
        single: what is read are statements that need nothing of each other, as most often one alone. On
            PostgreSQL they then cost one journey each, without one to begin and one to end; nothing but
            their own words keeps them from writing there.
        by: the person acting, for the events.
    Raises:
        StoreBusy, NoRoomLeft: nothing of this transaction is stored.
    """
    try:
        used = _reader() if read_only else engine()
        with Session(used, expire_on_commit=False, info={"by": by}) as session:
            session.connection(execution_options=_options(session, read_only=read_only, single=single))
            yield session
            if not read_only:
                tally_due(session)
            session.commit()
    except OperationalError as error:
        raise _problem_behind(error) from error
    except NoneFreeError as error:
        raise StoreBusy from error


def _options(session: Session, *, read_only: bool, single: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"read_only": read_only}
    if read_only and session.get_bind().dialect.name == "postgresql":
        options["postgresql_readonly"] = True
        if single:
            options["isolation_level"] = "AUTOCOMMIT"
    return options


def _problem_behind(error: OperationalError) -> Exception:
    """Tell apart what passes or an operator can mend from what is a mistake of ours."""
    said = str(error.orig).lower()
    if "disk is full" in said or "no space left" in said:
        return NoRoomLeft()
    if "locked" in said or "connection" in said or "timeout" in said:
        return StoreBusy()
    return error


def engine() -> Engine:
    """Return this process's engine for the database of the settings, migrated."""
    settings = read_settings()
    # A cache does not wait for a first call that still runs: two threads would open two engines.
    with _opening:
        return _engine(settings.database_url)


def _reader() -> Engine:
    """
    Return the engine that readers use.

    SQLite is told by a setting that a connection only reads, and throws away what it has understood of
    every statement when a setting changes: a connection that both read and wrote would read them anew.
    """
    opened = engine()
    database = opened.url.database
    if opened.dialect.name != "sqlite" or not _is_file(database):
        return opened
    with _opening:
        return _reading_engine(str(opened.url))


@cache
def _reading_engine(url: str) -> Engine:
    return open_engine(url)


def unwaiting_connection() -> sqlite3.Connection | None:
    """
    Return a connection that reads and waits for nobody; None where the database is no file of SQLite's.

    Whoever uses it reads to the end at once: half a result would hold on to what was there before.
    """
    opened = engine()
    database = opened.url.database
    if opened.dialect.name != "sqlite" or not _is_file(database):
        return None
    with _opening:
        return _unwaiting(str(database))


@cache
def _unwaiting(database: str) -> sqlite3.Connection:
    connection = sqlite3.connect(database, timeout=0, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only = 1")
    return connection


@cache
def _engine(url: str) -> Engine:
    opened = open_engine(url)
    migrate(opened)
    # What an older program stored, or somebody in the tables by hand, is not tallied yet.
    with Session(opened) as session:
        tally_due(session)
        session.commit()
    return opened


def close_database() -> None:
    """Let go of the database, as before its file is replaced; the next use opens it anew."""
    if _engine.cache_info().currsize:
        engine().dispose()
        _reader().dispose()
        if unwaiting := unwaiting_connection():
            unwaiting.close()
        for opened in (_engine, _reading_engine, _unwaiting):
            opened.cache_clear()


def open_engine(url: str) -> Engine:
    """Connect to a database as the program needs it, without migrating it."""
    if make_url(url).get_backend_name() != "sqlite":
        opened = create_engine(url, pool_size=_CONNECTIONS, max_overflow=0, pool_use_lifo=True)
        event.listen(opened, "connect", _prepare_postgresql)
        event.listen(opened, "checkout", _require_alive)
        event.listen(opened, "checkin", _note_use)
        return opened
    database = make_url(url).database
    if database and _is_file(database):
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    opened = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        **_kept_open(database),
    )
    event.listen(opened, "connect", _prepare_sqlite)
    event.listen(opened, "begin", _begin_sqlite)
    return opened


def _is_file(database: str | None) -> bool:
    return bool(database) and database != ":memory:"


def _kept_open(database: str | None) -> dict[str, Any]:
    # One in memory is another database with each connection, and has a pool of its own kind.
    if not _is_file(database):
        return {}
    return {"pool_size": _CONNECTIONS, "max_overflow": 0, "pool_use_lifo": True}


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used_at"] = monotonic()


def _require_alive(connection: Any, record: Any, _proxy: Any) -> None:
    """
    Have a connection opened anew where its server has gone meanwhile.

    A server that ends says so, and there is something to read on a connection that waits for nothing. What
    has ended without a word is found by asking, which costs a journey: only after a rest.
    """
    rested = monotonic() - record.info.get("used_at", monotonic()) > _RESTED_SECONDS
    try:
        if rested or _has_to_read(connection):
            connection.execute("")
            connection.rollback()
    except (connection.Error, OSError) as gone:
        raise DisconnectionError from gone


def _has_to_read(connection: Any) -> bool:
    with _Selector() as selector:
        selector.register(connection, EVENT_READ)
        return bool(selector.select(0))


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # It would wait for ever for what somebody else holds, and every phone that sends with it.
    connection.execute(f"SET lock_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin or commit by itself: `begin` below decides which lock is taken.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # FULL: what was answered "stored" is on the disk, also when the power fails right after.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    read_only = connection.get_execution_options().get("read_only", False)
    opened = connection.connection.dbapi_connection
    # Past SQLAlchemy, whose way to send a statement costs as much as a small one: each request begins twice.
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    try:
        if connection.info.get("read_only") is not read_only:
            opened.execute(f"PRAGMA query_only = {int(read_only)}")
            connection.info["read_only"] = read_only
        opened.execute(begin)
    except sqlite3.OperationalError as busy:
        raise OperationalError(begin, None, busy) from busy
