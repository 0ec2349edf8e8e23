"""What a comparison hands out: figures in percent, how sure they are, and which visits stand behind them."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from standards.comparing.sureness import Sureness
from standards.editions import Kind
from standards.measuring import Measure, Verdict


@dataclass(frozen=True)
class Estimate:
    """
    A share or a mean score in percent (0–100) of so many visits, probably between `low` and `high` (95 %).

    `percent` is None where there was no visit; `low` and `high` are None where the visits are too few, or
    too much alike, to say how far it may be off.
    """

    visits: int
    percent: float | None = None
    low: float | None = None
    high: float | None = None


NOTHING_SEEN = Estimate(0)


@dataclass(frozen=True)
class Lead:
    """
    One brand set beside another: by how many points of percent it is ahead (below 0: behind), and how surely.

    `low` and `high` are the 95 % interval of `points`. `p_value` is how often chance alone would make a gap
    as wide; `corrected_p_value` is the same after asking so many questions at once (Benjamini–Hochberg), and
    `sureness` goes by it. `is_even`: the gap is surely too small to matter. `more_visits` is how many further
    visits to each of the two would probably settle it: 0 where it is settled, None where no number in
    reach would.
    """

    own_id: int
    other_id: int
    points: float
    low: float | None
    high: float | None
    p_value: float | None
    corrected_p_value: float | None
    sureness: Sureness
    is_even: bool
    more_visits: int | None
    sentence: str

    @property
    def leader_id(self) -> int | None:
        """The brand that is ahead, however surely; None where they are level."""
        if self.points == 0:
            return None
        return self.own_id if self.points > 0 else self.other_id


@dataclass(frozen=True)
class Adjusted:
    """
    The same gap as if the same shoppers had visited both brands; points of percent, own minus other.

    `points`, `low`, `high` and `sureness` are None where shoppers and brands overlap too little to say.
    `explained_share` is how much of the raw gap was who visited (0–1), where that can be said.
    """

    raw_points: float
    raw_low: float | None
    raw_high: float | None
    points: float | None
    low: float | None
    high: float | None
    sureness: Sureness | None
    explained_share: float | None
    sentence: str


@dataclass(frozen=True)
class Behind:
    """
    Which visits stand behind a figure; None (or False) leaves that side open. Dates count themselves in.

    With a `code` (and its measure) only visits where that standard was met or missed, or had this `verdict`;
    with a `touchpoint` only those where one of its standards was; `failed` those with a missed no-no.
    """

    brand_id: int | None = None
    channel_id: int | None = None
    kind: Kind | None = None
    code: str | None = None
    measure: Measure | None = None
    touchpoint: str | None = None
    verdict: Verdict | None = None
    since: date | None = None
    until: date | None = None
    failed: bool = False


class Note(Protocol):
    """What somebody wrote on the time line: `new till`; about one brand, or about all (None)."""

    @property
    def noted_on(self) -> date:
        """The day it is about."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def brand_id(self) -> int | None:
        """The brand it is about, or None."""
