"""Links to scorecards keep the look they were shared with"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_shared_look"
down_revision: str | None = "20261122_blacked_out"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("scorecard_link", sa.Column("logo", sa.LargeBinary(), nullable=True))
    op.execute(
        "ALTER TABLE scorecard_link ADD COLUMN colour VARCHAR(7) CONSTRAINT shared_colour_is_whole "
        "CHECK (length(colour) = 7)"
    )
    # What opens already goes on to look as it does today.
    op.execute(
        "UPDATE scorecard_link SET logo = (SELECT logo FROM scorecard_look), "
        "colour = (SELECT colour FROM scorecard_look) WHERE card IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE scorecard_link DROP COLUMN logo")
    op.execute("ALTER TABLE scorecard_link DROP COLUMN colour")
