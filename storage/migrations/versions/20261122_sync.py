"""What phones send: revisions, the device's clock, quick notes, photos awaited, planned visits"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_sync"
down_revision: str | None = "20261122_tallies"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_VISIT = (
    "due_on",
    "quick_notes",
    "revision",
    "content_hash",
    "schema_version",
    "app_version",
    "device_sent_at",
    "device_time_zone",
    "clock_offset_ms",
    "clock_skewed",
    "photos_awaited",
)


def upgrade() -> None:
    # Columns are added in place: a batch would build the tables anew, and with foreign keys on, dropping the
    # old visits would take their observations and photos along.
    moment = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    none_yet, no = sa.text("'[]'"), sa.false()
    op.add_column("visit", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("quick_notes", sa.JSON(), nullable=False, server_default=none_yet))
    op.add_column("visit", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "ALTER TABLE visit ADD COLUMN content_hash VARCHAR(64) CONSTRAINT content_hash_is_whole "
        "CHECK (length(content_hash) = 64)"
    )
    op.add_column("visit", sa.Column("schema_version", sa.Integer(), nullable=True))
    op.add_column("visit", sa.Column("app_version", sa.String(length=40), nullable=True))
    op.execute(f"ALTER TABLE visit ADD COLUMN device_sent_at {moment}")
    op.add_column("visit", sa.Column("device_time_zone", sa.String(length=64), nullable=True))
    op.add_column("visit", sa.Column("clock_offset_ms", sa.BigInteger(), nullable=True))
    op.add_column("visit", sa.Column("clock_skewed", sa.Boolean(), nullable=False, server_default=no))
    op.add_column("visit", sa.Column("photos_awaited", sa.JSON(), nullable=False, server_default=none_yet))
    op.add_column(
        "observation", sa.Column("clock_disagreed", sa.Boolean(), nullable=False, server_default=no)
    )
    op.execute(
        "ALTER TABLE photo ADD COLUMN received_sha256 VARCHAR(64) CONSTRAINT received_sha256_is_whole "
        "CHECK (length(received_sha256) = 64)"
    )
    # Asked for with every photo that is stored or removed: who else uses the same file.
    op.create_index("photo_by_sha256", "photo", ["sha256"])


def downgrade() -> None:
    op.drop_index("photo_by_sha256", "photo")
    for table, columns in (
        ("visit", _VISIT),
        ("observation", ("clock_disagreed",)),
        ("photo", ("received_sha256",)),
    ):
        for column in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
