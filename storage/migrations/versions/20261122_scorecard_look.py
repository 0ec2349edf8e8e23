"""How scorecards look: a logo and a colour"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_scorecard_look"
down_revision: str | None = "20261122_scorecard_links"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "scorecard_look",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("colour", sa.String(length=7), nullable=True),
        sa.CheckConstraint("id = 1", name="there_is_one_look"),
        sa.CheckConstraint("length(colour) = 7", name="look_colour_is_whole"),
        sa.CheckConstraint("length(logo) BETWEEN 1 AND 4194304", name="logo_is_small"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("scorecard_look")
