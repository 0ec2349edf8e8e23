"""The tables that comparing reads: a row for each counted visit, and the clock that numbers its changes."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel


class TallyRow(SQLModel, table=True):
    """
    What comparing reads of one counted visit. Without `change` the visit waits to be tallied.

    Triggers take that number away from every visit that begins to count, changes or goes, so no reference
    holds a row back: it outlives its visit, without `packed`, to tell other processes that it is gone.
    """

    __tablename__ = "tally"
    visit_id: UUID = Field(primary_key=True)
    change: int | None = Field(default=None, index=True)
    edition_id: int | None = None
    packed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class TallyClockRow(SQLModel, table=True):
    """One row: how many transactions have changed tallies, and in which life of the tables."""

    __tablename__ = "tally_clock"
    __table_args__ = (CheckConstraint("id = 1", name="there_is_one_clock"),)
    id: int = Field(primary_key=True)
    life: UUID
    number: int
