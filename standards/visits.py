"""Brands, channels, visits and observations as the rules see them: plain values without a database."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from standards.coordinates import Coordinates
from standards.editions import Kind
from standards.measuring import Verdict


class State(StrEnum):
    """Where a visit stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    VOID = "void"


def percent_of(points: float, possible: float) -> float | None:
    """Return points earned over points possible, 0–100. Nothing applied: None, never 0."""
    # The quotient of two binary sums may end a hair above 100.
    return min(100 * points / possible, 100.0) if possible else None


COUNTED_STATES = (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True)
class Brand:
    """The company itself (`is_own`) or a competitor. `colour` is a hex colour for charts."""

    id: int
    name: str
    is_own: bool
    colour: str
    is_example: bool = False


@dataclass(frozen=True)
class Channel:
    """One place or line where customers meet a brand."""

    id: int
    brand: Brand
    kind: Kind
    name: str
    area: str
    timezone: str
    closed_on: date | None = None
    coordinates: Coordinates | None = None


@dataclass(frozen=True)
class Observation:
    """
    One standard in one visit.

    `value` is in the unit of the standard's target. `longer_than` marks a wait that was given up:
    the true value is only known to be longer. `counted_of` is the *n* of a share counted as *k of n*.
    `clock_disagreed` marks a stopwatch during which the phone's clock was put forward or back.
    """

    code: str
    value: float | None = None
    verdict: Verdict | None = None
    note: str = ""
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    answered_at: datetime | None = None
    longer_than: bool = False
    counted_of: int | None = None
    clock_disagreed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is recorded: it is as if it were not there."""
        return (
            self.value is None
            and self.verdict is None
            and not self.note
            and self.opened_at is None
            and self.closed_at is None
            and self.answered_at is None
            and not self.longer_than
            and self.counted_of is None
            and not self.clock_disagreed
        )

    @property
    def is_open_wait(self) -> bool:
        """Whether a stopwatch or a long wait was started and has not ended."""
        return self.opened_at is not None and self.closed_at is None


@dataclass(frozen=True)
class Photo:
    """
    One stored photo: `taken_at` as the camera said, `byte_count` of the full picture.

    `blacked_out` says that nobody can be recognised on it.
    """

    id: UUID
    visit_id: UUID
    code: str | None
    sha256: str
    width: int
    height: int
    byte_count: int
    caption: str = ""
    taken_at: datetime | None = None
    blacked_out: bool = False


@dataclass(frozen=True)
class QuickNote:
    """A line written down in passing, not yet sorted to a standard."""

    at: datetime | None
    text: str


@dataclass(frozen=True)
class Visit:
    """
    One shopper, one channel, one edition, one moment; at most one observation a standard.

    One that is only planned has no `started_at` yet; `due_on` is the last day it should be made.
    `photos_awaited` are on a phone still.
    """

    id: UUID
    channel: Channel
    edition_id: int
    state: State = State.DRAFT
    external_id: str | None = None
    shopper: str | None = None
    started_at: datetime | None = None
    left_at: datetime | None = None
    submitted_at: datetime | None = None
    visited_on: date | None = None
    points: float | None = None
    points_possible: float | None = None
    coverage: float | None = None
    no_nos_missed: int | None = None
    first_impression: str = ""
    last_impression: str = ""
    would_return: int | None = None
    story: str = ""
    due_on: date | None = None
    quick_notes: tuple[QuickNote, ...] = ()
    photos_awaited: int = 0
    observations: tuple[Observation, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the shopper may still change it."""
        return self.state in (State.DRAFT, State.RETURNED)

    @property
    def score_percent(self) -> float | None:
        """The stored score, 0–100; None where nothing applied."""
        return None if self.points is None else percent_of(self.points, self.points_possible or 0)

    @property
    def open_waits(self) -> tuple[Observation, ...]:
        """Observations whose stopwatch or wait still runs."""
        return tuple(o for o in self.observations if o.is_open_wait)

    def observation(self, code: str) -> Observation:
        """Return what is recorded for a standard; an empty observation where nothing is."""
        return next((o for o in self.observations if o.code == code), Observation(code))
