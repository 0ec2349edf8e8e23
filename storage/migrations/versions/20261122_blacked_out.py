"""Photos on which nobody can be recognised"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_blacked_out"
down_revision: str | None = "20261122_scorecard_look"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Of what is here already nobody has said so.
    op.add_column("photo", sa.Column("blacked_out", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute("ALTER TABLE photo DROP COLUMN blacked_out")
