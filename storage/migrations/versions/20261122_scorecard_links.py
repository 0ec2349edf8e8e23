"""Links to scorecards: one each, for a time, by the hash of a token"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision: str = "20261122_scorecard_links"
down_revision: str | None = "20261122_sync"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "scorecard_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("card", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("paper", sa.String(length=10), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(token_hash) = 64", name="scorecard_token_hash_is_whole"),
        sa.CheckConstraint("length(name) > 0", name="a_scorecard_link_has_a_name"),
        sa.CheckConstraint("paper IN ('a4', 'letter')", name="paper_is_known"),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_scorecard_link_created_by", "scorecard_link", ["created_by"])


def downgrade() -> None:
    op.drop_table("scorecard_link")
