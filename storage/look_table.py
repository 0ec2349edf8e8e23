"""The table of how scorecards look: one row, or none while nothing was chosen."""

from sqlalchemy import CheckConstraint, Column, LargeBinary
from sqlmodel import Field, SQLModel

# Many times what a logo takes: nobody puts a film into the database.
LOGO_BYTE_LIMIT = 4 * 1024 * 1024


class ScorecardLookRow(SQLModel, table=True):
    """The logo (a PNG as `storage.logos` writes it) and the colour of who hands scorecards out."""

    __tablename__ = "scorecard_look"
    __table_args__ = (
        CheckConstraint("id = 1", name="there_is_one_look"),
        CheckConstraint("length(colour) = 7", name="look_colour_is_whole"),
        CheckConstraint(f"length(logo) BETWEEN 1 AND {LOGO_BYTE_LIMIT}", name="logo_is_small"),
    )
    id: int = Field(primary_key=True)
    logo: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    colour: str | None = Field(default=None, max_length=7)
