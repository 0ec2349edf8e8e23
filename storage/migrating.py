"""Migrations run by themselves when the database is first used, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from standards.errors import DatabaseTooNew

# Any number will do, as long as nothing else in the same PostgreSQL database uses it.
_LOCK = 7325661


def config() -> Config:
    """Return Alembic's configuration; it needs no file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


def migrate(engine: Engine, revision: str = "head") -> None:
    """
    Bring the database to a revision, under a lock and in one transaction.

    Raises:
        DatabaseTooNew: a newer program has written it.
    """
    # On SQLite the transaction itself is the lock: it begins IMMEDIATE. A busy timeout lets others wait.
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # However long another process takes for its migration.
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        stands_at = revision_of(connection)
        script = ScriptDirectory.from_config(config())
        known = {step.revision for step in script.walk_revisions()}
        if stands_at and stands_at not in known:
            raise DatabaseTooNew(revision=stands_at)
        wanted = script.get_current_head() if revision == "head" else revision
        if stands_at == wanted:
            return
        with_connection = config()
        with_connection.attributes["connection"] = connection
        command.upgrade(with_connection, revision)


def revision_of(connection: Connection) -> str | None:
    """Return the revision the database stands at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()
