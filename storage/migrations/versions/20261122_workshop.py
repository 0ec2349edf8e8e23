"""Drafts, retired editions, overrulings, best-practice pictures and trials"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.tables

revision: str = "20261122_workshop"
down_revision: str | None = "20261122_people_and_sessions"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "picture",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("thumbnail_sha256", sa.String(length=64), nullable=False),
        sa.Column("added_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name="picture_sha256_is_whole"),
        sa.PrimaryKeyConstraint("sha256"),
    )
    # Columns are added in place. Alembic's way on SQLite, a new table under the old name, drops the old one,
    # and with foreign keys on that would take every standard of every edition along.
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(
        f"ALTER TABLE edition ADD COLUMN retired_at {moment} CONSTRAINT only_a_published_one_retires "
        "CHECK (retired_at IS NULL OR published_at IS NOT NULL)"
    )
    op.add_column("edition", sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("standard", sa.Column("overrulings", sa.JSON(), nullable=False, server_default="[]"))
    op.execute("ALTER TABLE standard ADD COLUMN picture VARCHAR(64) REFERENCES picture (sha256)")
    op.create_index("ix_standard_picture", "standard", ["picture"])
    op.create_table(
        "trial",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("case_text", sa.String(), nullable=False),
        sa.Column("picture", sa.String(length=64), nullable=True),
        sa.Column("opened_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(case_text) > 0 OR picture IS NOT NULL", name="a_trial_has_a_case"),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["picture"], ["picture.sha256"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_trial_edition_id", "trial", ["edition_id"])
    op.create_index("ix_trial_picture", "trial", ["picture"])
    op.create_table(
        "trial_verdict",
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("given_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('met', 'missed', 'not applicable')", name="verdict_is_known"),
        sa.ForeignKeyConstraint(["trial_id"], ["trial.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["standard_id"], ["standard.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("trial_id", "standard_id", "person_id"),
    )


def downgrade() -> None:
    op.drop_table("trial_verdict")
    op.drop_table("trial")
    op.drop_index("ix_standard_picture", "standard")
    op.execute("ALTER TABLE standard DROP COLUMN picture")
    op.execute("ALTER TABLE standard DROP COLUMN overrulings")
    op.drop_table("picture")
    op.execute("ALTER TABLE edition DROP COLUMN revision")
    op.execute("ALTER TABLE edition DROP COLUMN retired_at")
