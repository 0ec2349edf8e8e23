"""Run by Alembic: the connection and its transaction come from `storage.migrating`."""

from alembic import context
from sqlmodel import SQLModel

import storage.look_table
import storage.tables
import storage.tally_tables  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    compare_type=True,
)
context.run_migrations()
