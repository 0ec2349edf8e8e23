"""People with roles, their sessions, the links that let them in, and delays after failed sign-ins"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.tables

revision: str = "20261122_people_and_sessions"
down_revision: str | None = "20261122_first_tables"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_ROLE = (
    "ALTER TABLE person ADD COLUMN role VARCHAR(20) DEFAULT 'shopper' NOT NULL "
    "CONSTRAINT role_is_known CHECK (role IN ('shopper', 'viewer', 'manager', 'owner'))"
)
_EMAIL = (
    "ALTER TABLE person ADD COLUMN email VARCHAR(254) "
    "CONSTRAINT email_is_lower_case CHECK (email = lower(email))"
)


def upgrade() -> None:
    # Columns are added in place. A batch would build the table anew, which SQLite refuses while visits
    # point at its rows.
    op.execute(_EMAIL)
    op.execute(_ROLE)
    op.add_column("person", sa.Column("password_hash", sa.String(length=200), nullable=True))
    op.add_column("person", sa.Column("oidc_subject", sa.String(length=600), nullable=True))
    op.add_column("person", sa.Column("removed_at", storage.tables.UtcDateTime(timezone=True), nullable=True))
    op.create_index("person_email_once", "person", ["email"], unique=True)
    op.create_index("person_oidc_subject_once", "person", ["oidc_subject"], unique=True)

    op.create_table(
        "person_area",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "area"),
    )
    op.create_table(
        "person_channel",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "channel_id"),
    )
    op.create_table(
        "door_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.CheckConstraint("length(token_hash) = 64", name="session_token_hash_is_whole"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_door_session_person_id", "door_session", ["person_id"])
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("created_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", storage.tables.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("purpose IN ('set-up', 'invitation', 'password')", name="purpose_is_known"),
        sa.CheckConstraint("length(token_hash) = 64", name="invitation_token_hash_is_whole"),
        sa.CheckConstraint("purpose = 'set-up' OR person_id IS NOT NULL", name="invitation_is_for_somebody"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_invitation_person_id", "invitation", ["person_id"])
    op.create_index("ix_invitation_created_by", "invitation", ["created_by"])
    op.create_table(
        "sign_in_delay",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "oidc_start",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=200), nullable=False),
        sa.Column("code_verifier", sa.String(length=200), nullable=False),
        sa.Column("next_path", sa.String(length=2000), nullable=False),
        sa.Column("created_at", storage.tables.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(state_hash) = 64", name="state_hash_is_whole"),
        sa.PrimaryKeyConstraint("state_hash"),
    )


def downgrade() -> None:
    for table in (
        "oidc_start",
        "sign_in_delay",
        "invitation",
        "door_session",
        "person_channel",
        "person_area",
    ):
        op.drop_table(table)
    op.drop_index("person_oidc_subject_once", "person")
    op.drop_index("person_email_once", "person")
    for column in ("removed_at", "oidc_subject", "password_hash", "role", "email"):
        op.drop_column("person", column)
