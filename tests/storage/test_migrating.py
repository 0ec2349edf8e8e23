"""Migrations run by themselves, once, also when several processes start together."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from standards.errors import DatabaseTooNew
from storage.migrating import migrate, revision_of
from storage.sessions import engine, in_session, open_engine
from storage.settings import read_settings

pytestmark = pytest.mark.unmigrated


def test_every_test_of_a_migration_begins_without_tables(database):
    opened = open_engine(read_settings().database_url)
    with opened.connect() as connection:
        assert revision_of(connection) is None
    opened.dispose()
    # On the newest tables an older shape can be filled too: such a test would show nothing, and pass.
    for file in Path(__file__).parent.glob("test_migrating*.py"):
        assert "\npytestmark = pytest.mark.unmigrated\n" in file.read_text(encoding="utf-8"), file.name


def test_the_migrations_make_the_tables(database):
    with engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_processes_that_start_together_migrate_once(database):
    def start(_):
        opened = open_engine(read_settings().database_url)
        migrate(opened)
        opened.dispose()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))
    with in_session(read_only=True) as session:
        assert session.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_threads_that_use_it_first_together_share_one_engine(database):
    together = Barrier(8)

    def first_use(_):
        together.wait()
        return engine()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(first_use, range(8)))) == 1


def test_a_database_of_a_newer_program_is_left_alone(database):
    with in_session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'from_the_future'"))
    opened = open_engine(read_settings().database_url)
    with pytest.raises(DatabaseTooNew, match="from_the_future"):
        migrate(opened)
    opened.dispose()


def test_a_reader_cannot_write(database):
    with pytest.raises(Exception, match=r"read-?only"), in_session(read_only=True) as session:
        session.execute(text("DELETE FROM brand"))


def test_sqlite_keeps_what_it_answered():
    with in_session() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}
