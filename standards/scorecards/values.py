"""
The scorecard as a value: every figure once, unrounded, and every text as plain words without names.

All forms (PDF, XLSX, CSV, picture, page) read these values and say figures with
`standards.scorecards.shown`, so that none can differ from another.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from standards.comparing import Estimate, Lead, Period, Sureness
from standards.editions import Kind
from standards.measuring import Measure, Verdict


class SubjectKind(StrEnum):
    """What a scorecard is about."""

    BRAND = "brand"
    AREA = "area"
    CHANNEL = "channel"
    VISIT = "visit"


class PartOfDay(StrEnum):
    """When a visit was made, without telling who was on duty: never the hour."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True)
class Subject:
    """
    Whom a scorecard is about.

    `name` is its heading; `about` the line below it, such as `Shop of Northwind, area North`. `colour` is
    the brand's, as `#rrggbb`.
    """

    kind: SubjectKind
    name: str
    about: str
    brand: str
    colour: str
    is_own: bool


@dataclass(frozen=True)
class Span:
    """A period of days, both counted in, and its name: `3rd quarter of 2026`, `5 May to 2 July 2026`."""

    since: date
    until: date
    name: str


@dataclass(frozen=True)
class Change:
    """
    A figure now against the same figure in the last period, in points of percent (below 0: lower than then).

    `before` is the figure then; `low` and `high` are the 95 % interval of `points`. `more_visits` is how
    many further visits in each period would probably settle it: None where no number in reach would.
    """

    before: Estimate
    points: float
    low: float | None
    high: float | None
    sureness: Sureness
    is_even: bool
    more_visits: int | None
    sentence: str


@dataclass(frozen=True)
class Headline:
    """
    What is read first.

    `score` is over all standards that were asked, in percent, of complete visits; of a single visit it has
    no interval. `coverage_percent` is the mean of these visits. `failed` counts visits that missed a no-no,
    `incomplete` those left out. `is_complete` is false for a single visit covered too little to compare.
    """

    score: Estimate
    coverage_percent: float | None
    failed: int
    incomplete: int
    is_complete: bool
    sentence: str


@dataclass(frozen=True)
class FailedVisit:
    """One visit that missed a no-no; `no_nos` are their statements. The hour is never told."""

    visited_on: date
    part_of_day: PartOfDay | None
    channel: str
    score_percent: float | None
    no_nos: tuple[str, ...]


@dataclass(frozen=True)
class TouchpointLine:
    """One touchpoint, in the order a customer meets them: the mean share of its points earned there."""

    name: str
    standards: int
    score: Estimate
    change: Change | None
    is_weakest: bool


@dataclass(frozen=True)
class RivalRate:
    """How a competitor meets one standard common to all; `lead` is the subject against it."""

    name: str
    rate: Estimate
    lead: Lead | None


@dataclass(frozen=True)
class StandardLine:
    """
    One standard: how often it was met, in percent of the visits that judged it.

    `target` is in words (`at most 3 min`). For a single visit `verdict` and `value` say what was recorded,
    and `rate` has no interval. Of a no-no, `up_to_percent` is how often it could still be missed where it was
    never seen. `rivals` follow the order of `Scorecard.rivals`; empty for a standard asked of us only.
    """

    code: str
    touchpoint: str
    statement: str
    measure: Measure
    target: str
    weight: float
    no_no: bool
    is_common: bool
    rate: Estimate
    up_to_percent: float | None
    change: Change | None
    rivals: tuple[RivalRate, ...]
    verdict: Verdict | None = None
    value: str = ""
    note: str = ""


@dataclass(frozen=True)
class RivalLine:
    """
    One chosen competitor, on the standards common to all and the same kinds of channel.

    `own` is the subject's score on these standards: it may differ from the headline, which counts all.
    `where` says which of the competitor's visits are counted, such as `4 shops in North and West`.
    """

    name: str
    colour: str
    where: str
    own: Estimate
    score: Estimate
    lead: Lead | None


@dataclass(frozen=True)
class TrendPoint:
    """One month (or quarter) of the trend; `value.percent` is None where nobody visited."""

    starts_on: date
    ends_on: date
    name: str
    value: Estimate
    signal: str


@dataclass(frozen=True)
class TrendLimits:
    """Between what the points usually vary (XmR), from one day to another; in percent."""

    since: date
    until: date
    mean: float
    lower: float
    upper: float


@dataclass(frozen=True)
class TrendMark:
    """A new edition or a note of one's own, on the day it is about."""

    on: date
    text: str


@dataclass(frozen=True)
class Trend:
    """The score over time up to the period's end; limits are empty where it is too early to draw any."""

    period: Period
    points: tuple[TrendPoint, ...]
    limits: tuple[TrendLimits, ...]
    marks: tuple[TrendMark, ...]
    sentence: str


@dataclass(frozen=True)
class WaitLine:
    """
    One wait: the share answered by its target, in percent; None where nobody waited that long.

    `never` is the share not answered within `never_within` (in words); None where every wait was answered.
    """

    code: str
    statement: str
    target: str
    waits: int
    by_target: Estimate | None
    never: Estimate | None
    never_within: str
    sentence: str


@dataclass(frozen=True)
class Quote:
    """A shopper's own words, without names or the time of the visit."""

    words: str
    visited_on: date
    channel: str


@dataclass(frozen=True)
class Highlight:
    """
    One thing that went best, or worst: a standard, how often it was met, and what shoppers said of it.

    `verdict` is that of a single visit; else None.
    """

    code: str
    touchpoint: str
    statement: str
    rate: Estimate
    verdict: Verdict | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class PhotoLine:
    """
    One photo to show; its bytes are read by its id. `alt` says in words what it is, and is never empty.

    `caption` is the shopper's; `verdict` that of the standard it shows.
    """

    photo_id: UUID
    sha256: str
    width: int
    height: int
    caption: str
    alt: str
    verdict: Verdict | None
    visited_on: date


@dataclass(frozen=True)
class NextStep:
    """One thing to do, in words; `aid` is the standard's job aid, or empty."""

    words: str
    aid: str = ""


@dataclass(frozen=True)
class Scorecard:
    """
    One scorecard, whole: what every form shows.

    No name of a shopper or of staff, no hour and no photo of a competitor is in it. `best` has as many
    entries as `worst`, or more. `measured` is two lines. `left_out` says what was left out on purpose.
    `made_on` is the day the figures are of: the same value gives the same bytes.
    """

    subject: Subject
    span: Span
    before: Span | None
    set_name: str
    editions: tuple[int, ...]
    kinds: tuple[Kind, ...]
    headline: Headline
    change: Change | None
    failed_visits: tuple[FailedVisit, ...]
    failed_not_listed: int
    touchpoints: tuple[TouchpointLine, ...]
    standards: tuple[StandardLine, ...]
    common_standards: int
    rivals: tuple[RivalLine, ...]
    trend: Trend | None
    waits: tuple[WaitLine, ...]
    best: tuple[Highlight, ...]
    worst: tuple[Highlight, ...]
    impressions: tuple[Quote, ...]
    photos: tuple[PhotoLine, ...]
    next_steps: tuple[NextStep, ...]
    measured: tuple[str, str]
    left_out: tuple[str, ...]
    made_on: date
