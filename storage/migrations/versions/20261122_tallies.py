"""Tallies: what comparing reads of each counted visit, marked by triggers when it has to be added up"""

# ruff: noqa: S608 - every part of these statements stands in this file

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_tallies"
down_revision: str | None = "20261122_time_notes"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_COUNTS = "state IN ('submitted', 'approved')"
_WAITS = "ON CONFLICT (visit_id) DO UPDATE SET change = NULL"
# A wait in working days is counted on its channel's calendar, so the zone says whether a clock gave it.
_OF_CHANNEL = f"SELECT id FROM visit WHERE channel_id = NEW.id AND {_COUNTS}"


def upgrade() -> None:
    op.create_table(
        "tally",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("visit_id"),
    )
    op.create_index("ix_tally_change", "tally", ["change"])
    clock = op.create_table(
        "tally_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("life", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name="there_is_one_clock"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(clock, [{"id": 1, "life": uuid4(), "number": 0}])
    # Visits stored before are tallied when the program opens the database.
    op.execute(f"INSERT INTO tally (visit_id) SELECT id FROM visit WHERE {_COUNTS}")
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_triggers()
    else:
        _sqlite_triggers()


def _sqlite_triggers() -> None:
    for name, event, row, counts in (
        ("tally_added_visit", "INSERT", "NEW", f"NEW.{_COUNTS}"),
        ("tally_changed_visit", "UPDATE", "NEW", f"OLD.{_COUNTS} OR NEW.{_COUNTS}"),
        ("tally_removed_visit", "DELETE", "OLD", f"OLD.{_COUNTS}"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON visit WHEN {counts} "
            f"BEGIN INSERT INTO tally (visit_id) VALUES ({row}.id) {_WAITS}; END"
        )
    op.execute(
        "CREATE TRIGGER tally_moved_channel AFTER UPDATE OF timezone ON channel "
        f"WHEN OLD.timezone <> NEW.timezone BEGIN INSERT INTO tally (visit_id) {_OF_CHANNEL} {_WAITS}; END"
    )


def _postgresql_triggers() -> None:
    for function, statement in (
        ("tally_visit", f"INSERT INTO tally (visit_id) VALUES (COALESCE(NEW.id, OLD.id)) {_WAITS}"),
        ("tally_channel", f"INSERT INTO tally (visit_id) {_OF_CHANNEL} {_WAITS}"),
    ):
        op.execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN {statement}; RETURN NULL; END $$"
        )
    for name, event, counts in (
        ("tally_added_visit", "INSERT ON visit", f"WHEN (NEW.{_COUNTS})"),
        ("tally_changed_visit", "UPDATE ON visit", f"WHEN (OLD.{_COUNTS} OR NEW.{_COUNTS})"),
        ("tally_removed_visit", "DELETE ON visit", f"WHEN (OLD.{_COUNTS})"),
    ):
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW {counts} EXECUTE FUNCTION tally_visit()"
        )
    op.execute(
        "CREATE TRIGGER tally_moved_channel AFTER UPDATE OF timezone ON channel FOR EACH ROW "
        "WHEN (OLD.timezone <> NEW.timezone) EXECUTE FUNCTION tally_channel()"
    )


def downgrade() -> None:
    tables = {
        "tally_added_visit": "visit",
        "tally_changed_visit": "visit",
        "tally_removed_visit": "visit",
        "tally_moved_channel": "channel",
    }
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table in tables.items():
        op.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if on_postgresql else ""))
    if on_postgresql:
        op.execute("DROP FUNCTION tally_visit()")
        op.execute("DROP FUNCTION tally_channel()")
    op.drop_table("tally_clock")
    op.drop_table("tally")
