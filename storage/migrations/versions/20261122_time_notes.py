"""Notes on the time line, and where channels are on the map"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision: str = "20261122_time_notes"
down_revision: str | None = "20261122_workshop"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "time_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=True),
        sa.Column("brand_id", sa.Integer(), nullable=True),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("added_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(set_id IS NULL) <> (brand_id IS NULL)", name="a_time_note_is_about_one_thing"),
        sa.CheckConstraint("length(text) > 0", name="a_time_note_says_something"),
        sa.ForeignKeyConstraint(["set_id"], ["standard_set.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("set_id", "brand_id", "added_by"):
        op.create_index(f"ix_time_note_{column}", "time_note", [column])
    # Columns are added in place: Alembic's way on SQLite makes a new table and drops the old one, which
    # the visits and the viewers' channels point to.
    op.execute(
        "ALTER TABLE channel ADD COLUMN latitude FLOAT CONSTRAINT latitude_is_on_the_globe "
        "CHECK (latitude BETWEEN -90 AND 90)"
    )
    op.execute(
        "ALTER TABLE channel ADD COLUMN longitude FLOAT CONSTRAINT longitude_is_on_the_globe "
        "CHECK (longitude BETWEEN -180 AND 180) CONSTRAINT coordinates_come_in_pairs "
        "CHECK ((latitude IS NULL) = (longitude IS NULL))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE channel DROP COLUMN longitude")
    op.execute("ALTER TABLE channel DROP COLUMN latitude")
    op.drop_table("time_note")
