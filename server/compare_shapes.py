"""What the API sends of a comparison: every figure and sentence of the Compare page, field by field."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from standards.comparing import (
    BrandWaits,
    Funnel,
    FunnelPlace,
    MarkKind,
    OverTime,
    Period,
    Sureness,
    thinned,
)
from standards.editions import Kind, Scope
from standards.measuring import Measure, Verdict

Percent = Annotated[float | None, Field(description="0–100; null where there was no visit.")]


class _Sent(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SentBrand(_Sent):
    """The company itself (`is_own`) or a competitor."""

    id: int
    name: str
    is_own: bool


class SentEstimate(_Sent):
    """A score or a share of so many visits, probably between `low` and `high` (95 %)."""

    visits: int
    percent: Percent
    low: float | None = Field(description="Null where the visits are too few, or too much alike, to say.")
    high: float | None


class SentLead(_Sent):
    """Our own brand against another: by how many points it is ahead (below 0: behind), and how surely."""

    own_id: int
    other_id: int
    points: float
    low: float | None
    high: float | None
    p_value: float | None
    corrected_p_value: float | None = Field(description="Corrected for asking so many at once.")
    sureness: Sureness
    is_even: bool = Field(description="Whether the gap is surely too small to matter.")
    more_visits: int | None = Field(
        description="Visits to each of the two that would probably settle it: 0 where it is settled, null "
        "where no number in reach would."
    )
    sentence: str


class SentAdjusted(_Sent):
    """The same gap as if the same shoppers had visited both brands; null where too few did."""

    raw_points: float
    raw_low: float | None
    raw_high: float | None
    points: float | None
    low: float | None
    high: float | None
    sureness: Sureness | None
    explained_share: float | None = Field(description="0–1: how much of the raw gap was who visited.")
    sentence: str


class SentAsked(_Sent):
    """One standard by its code and words, as the newest edition has them."""

    code: str
    touchpoint: str
    statement: str
    measure: Measure
    no_no: bool


class SentAnswer(_Sent):
    """The first lines of the page, and the figures they are made of."""

    own: SentBrand | None
    rival: SentBrand | None
    own_score: SentEstimate
    rival_score: SentEstimate
    lead: SentLead | None
    adjusted: SentAdjusted | None
    sentences: list[str]


class SentKindScore(_Sent):
    """One brand's score in one kind of channel, and our own against it there."""

    kind: Kind
    score: SentEstimate
    lead: SentLead | None


class SentBrandRow(_Sent):
    """One brand: the mean of its visits' scores, and how many of its visits failed by a no-no."""

    brand: SentBrand
    score: SentEstimate
    failed: int
    lead: SentLead | None
    adjusted: SentAdjusted | None = None
    by_kind: list[SentKindScore]
    sentence: str


class SentBrandRows(_Sent):
    """The brands, our own first."""

    rows: list[SentBrandRow]
    sentences: list[str]


class SentStandardRow(_Sent):
    """One standard: both brands' met-rates, and the gap between them."""

    standard: SentAsked
    own: SentEstimate
    other: SentEstimate
    lead: SentLead | None
    breaks: list[str] = Field(description="Where met before and after are not the same.")
    sentence: str


class SentNoNoSeen(_Sent):
    """How often one brand missed a no-no."""

    brand: SentBrand
    missed: int
    rate: SentEstimate
    up_to_percent: float | None = Field(description="How often it may still be where it was never seen.")
    sentence: str


class SentNoNoRow(_Sent):
    """One no-no: how often each of the two brands missed it."""

    standard: SentAsked
    seen: list[SentNoNoSeen]
    lead: SentLead | None


class SentStandardRows(_Sent):
    """Our own brand against one competitor, the surest gap first; all standards pooled, and no-nos apart."""

    own_brand: SentBrand | None
    other_brand: SentBrand | None
    own: SentEstimate
    other: SentEstimate
    lead: SentLead | None
    rows: list[SentStandardRow]
    no_nos: list[SentNoNoRow]
    tested: int = Field(description="How many gaps were asked about at once.")
    sentences: list[str]


class SentTimePoint(_Sent):
    """One period of one brand; `signal` says why it is more than the usual up and down."""

    starts_on: date
    ends_on: date
    value: SentEstimate
    signal: str


class SentLimits(_Sent):
    """Between what a brand's periods usually vary (XmR), in percent."""

    since: date
    until: date
    mean: float
    lower: float
    upper: float


class SentTimeLine(_Sent):
    """One brand's periods and their limits."""

    brand: SentBrand
    points: list[SentTimePoint]
    limits: list[SentLimits]
    changed_lately: bool
    sentence: str


class SentMark(_Sent):
    """A new edition, a break in a standard, or a note of one's own."""

    kind: MarkKind
    on: date
    text: str
    brand_id: int | None


class SentOverTime(_Sent):
    """Every brand over the same periods: the score, or the met-rate of the standard that was asked for."""

    period: Period
    standard: SentAsked | None
    lines: list[SentTimeLine]
    marks: list[SentMark]
    sentence: str

    @classmethod
    def of(cls, found: OverTime) -> Self:
        """Return lines without the periods that had no visit."""
        sent = cls.model_validate(found)
        for line in sent.lines:
            line.points = [point for point in line.points if point.value.visits]
        return sent


class SentStep(_Sent):
    """One touchpoint: the share of its points earned, of both brands."""

    touchpoint: str
    standards: int
    own: SentEstimate
    other: SentEstimate
    lead: SentLead | None
    is_weakest: bool
    sentence: str


class SentWalk(_Sent):
    """The touchpoints in the order a customer meets them."""

    steps: list[SentStep]
    sentences: list[str]


class SentWaited(BaseModel):
    """The share of waits answered by a moment."""

    seconds: float
    share: float = Field(description="0–1.")
    low: float
    high: float


class SentBrandWaits(BaseModel):
    """One brand's waits for one standard; those given up count as long as they lasted."""

    brand: SentBrand
    waits: int
    open_waits: int = Field(description="Given up, or never answered.")
    by_target: SentEstimate | None
    never: SentEstimate | None = Field(description="Not answered within `never_within_seconds`.")
    never_within_seconds: float | None
    curve: list[SentWaited] = Field(description="At most 200 moments.")
    sentence: str

    @classmethod
    def of(cls, found: BrandWaits) -> Self:
        """Return one brand's waits as JSON."""
        curve = thinned(found.curve)
        moments = zip(curve.seconds, curve.answered_share, curve.low, curve.high, strict=True)
        return cls(
            brand=SentBrand.model_validate(found.brand),
            waits=curve.waits,
            open_waits=curve.open_waits,
            by_target=SentEstimate.model_validate(found.by_target) if found.by_target else None,
            never=SentEstimate.model_validate(found.never) if found.never else None,
            never_within_seconds=found.never_within_seconds,
            curve=[
                SentWaited(seconds=at, share=share, low=low, high=high) for at, share, low, high in moments
            ],
            sentence=found.sentence,
        )


class SentWaits(BaseModel):
    """One duration standard: both brands' waits, and the shares answered by its target."""

    standard: SentAsked
    target_seconds: float
    brands: list[SentBrandWaits]
    lead: SentLead | None
    sentence: str

    @classmethod
    def of(cls, row: Any) -> Self:
        """Return one standard's waits as JSON."""
        return cls(
            standard=SentAsked.model_validate(row.standard),
            target_seconds=row.target_seconds,
            brands=[SentBrandWaits.of(found) for found in row.brands],
            lead=SentLead.model_validate(row.lead) if row.lead else None,
            sentence=row.sentence,
        )


class SentChannelPoint(_Sent):
    """One channel and whether chance explains where it lies: within -1 and 1 it may."""

    channel_id: int
    name: str
    area: str
    value: SentEstimate
    place: FunnelPlace = Field(description="-2 far below, -1 below, 0 within, 1 above, 2 far above.")
    sentence: str


class SentFunnel(BaseModel):
    """The channels of one brand and kind around their common centre (percent)."""

    brand: SentBrand
    kind: Kind
    centre: float
    channels: list[SentChannelPoint]
    sentence: str

    @classmethod
    def of(cls, funnel: Funnel) -> Self:
        """Return a funnel as JSON."""
        return cls(
            brand=SentBrand.model_validate(funnel.brand),
            kind=funnel.kind,
            centre=funnel.centre,
            channels=[
                SentChannelPoint(
                    channel_id=point.channel.id,
                    name=point.channel.name,
                    area=point.channel.area,
                    value=SentEstimate.model_validate(point.value),
                    place=point.place,
                    sentence=point.sentence,
                )
                for point in funnel.points
            ],
            sentence=funnel.sentence,
        )


class SentComparison(BaseModel):
    """All that the Compare page says of one selection of complete visits."""

    set: str = Field(examples=["Shop visit"])
    visits: int = Field(description="Complete visits that are compared.", examples=[189])
    incomplete: int = Field(description="Visits that match and are left out.", examples=[2])
    answer: SentAnswer
    brands: SentBrandRows
    standards: SentStandardRows
    over_time: SentOverTime
    walk: SentWalk
    waits: list[SentWaits]
    channels: list[SentFunnel]


class SentObservedRow(_Sent):
    """One observation of one counted visit, with all that a table of them is counted by."""

    visit_id: UUID
    external_id: str
    brand: str
    is_own: bool
    channel: str
    kind: Kind
    area: str
    visited_on: date
    set: str
    edition: int
    code: str
    touchpoint: str
    statement: str
    measure: Measure
    unit: str = Field(description="Of `value`; a duration without one is in seconds.")
    weight: float
    no_no: bool
    scope: Scope
    value: float | None
    longer_than: bool = Field(description="The wait was given up: it is only known to be longer.")
    verdict: Verdict | None
    is_fresh: bool = Field(description="Answered in the visit, within an hour after, or by a clock.")
    is_complete: bool = Field(description="Only complete visits are compared.")
    note: str
