"""What a scorecard is made of: visits as columns, and what was said and photographed in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from standards.comparing import VisitColumns
from standards.comparing.figures import Note
from standards.editions import Edition
from standards.measuring import Verdict
from standards.scorecards.own_words import Cleaner
from standards.scorecards.values import PartOfDay, Span, Subject
from standards.visits import Brand, Channel, Photo, Visit


@dataclass(frozen=True)
class Told:
    """
    What a shopper wrote in one visit, as it was written.

    It is about a standard and its verdict there, or (without `code`) about the visit as a whole.
    """

    visit_id: UUID
    visited_on: date
    channel: str
    words: str
    code: str | None = None
    verdict: Verdict | None = None
    would_return: int | None = None


@dataclass(frozen=True)
class Pictured:
    """One photo that may be shown, and the verdict of the standard it shows."""

    photo: Photo
    visited_on: date
    verdict: Verdict | None


@dataclass(frozen=True, eq=False)
class Material:
    """
    What the scorecard of a brand, an area or a channel is made of.

    `columns` are the subject's complete visits up to the period's end, over every standard it is asked.
    `common` are those of the period over the standards common to all brands, the chosen competitors' too.
    `coverage_percent` is the mean of the period's
    complete visits, `incomplete` how many others there are. `told` and `pictured` have the newest first.
    """

    subject: Subject
    brand_id: int
    span: Span
    before: Span | None
    set_name: str
    columns: VisitColumns
    common: VisitColumns
    rivals: tuple[Brand, ...]
    channels: Mapping[int, Channel]
    editions: Sequence[Edition]
    notes: Sequence[Note]
    coverage_percent: float | None
    incomplete: int
    told: tuple[Told, ...]
    pictured: tuple[Pictured, ...]
    parts_of_day: Mapping[UUID, PartOfDay]
    cleaner: Cleaner
    left_out: tuple[str, ...]
    made_on: date


@dataclass(frozen=True, eq=False)
class VisitMaterial:
    """What the scorecard of one visit is made of; it names nobody."""

    subject: Subject
    visit: Visit
    edition: Edition
    part_of_day: PartOfDay | None
    pictured: tuple[Pictured, ...]
    cleaner: Cleaner
    left_out: tuple[str, ...]
    made_on: date
