"""What the API sends: the values of `standards/` as JSON, field by field."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from standards.editions import Edition, Evidence, Kind, Scope, Standard
from standards.measuring import Comparator, Measure, Verdict
from standards.people import ALLOWED, Action, Person, Role
from standards.visits import Channel, Observation, Photo, State, Visit
from storage.events import Event, EventFilter
from storage.names import clean_text
from storage.visit_lists import VisitFilter

LARGEST_PAGE = 100


class _Sent(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SentPerson(_Sent):
    """Who is signed in, and what they may do."""

    id: int
    name: str
    email: str | None
    role: Role
    areas: list[str] = Field(description="Areas given to a viewer to read.")
    channel_ids: list[int] = Field(description="Channels given to a viewer to read.")
    may: list[Action]

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return a person as JSON."""
        return cls(
            id=person.id,
            name=person.name,
            email=person.email,
            role=person.role,
            areas=sorted(person.areas),
            channel_ids=sorted(person.channel_ids),
            may=[action for action in Action if action in ALLOWED[person.role]],
        )


class SentChannel(_Sent):
    """One place or line where customers meet a brand."""

    id: int
    brand_id: int
    brand: str
    is_own: bool
    kind: Kind
    name: str
    area: str
    timezone: str

    @classmethod
    def of(cls, channel: Channel) -> Self:
        """Return a channel as JSON."""
        brand = channel.brand
        return cls(
            id=channel.id,
            brand_id=brand.id,
            brand=brand.name,
            is_own=brand.is_own,
            kind=channel.kind,
            name=channel.name,
            area=channel.area,
            timezone=channel.timezone,
        )


class SentVisit(_Sent):
    """One visit. `shopper` is named to managers and owners only; scores stand once it is submitted."""

    id: UUID
    channel: SentChannel
    edition_id: int
    state: State
    external_id: str | None
    shopper: str | None
    started_at: datetime | None
    left_at: datetime | None
    submitted_at: datetime | None
    visited_on: date | None
    points: float | None
    points_possible: float | None
    score_percent: float | None = Field(description="0–100; null where nothing applied.")
    coverage: float | None = Field(description="0–1: weight answered over weight asked.")
    no_nos_missed: int | None = Field(description="More than 0: the visit is failed.")
    first_impression: str
    last_impression: str
    would_return: int | None = Field(description="0–10.")
    story: str

    @classmethod
    def facts(cls, visit: Visit) -> dict[str, Any]:
        """Return the fields of a visit as its list shows it."""
        same = {name: getattr(visit, name) for name in SentVisit.model_fields if name != "channel"}
        return same | {"channel": SentChannel.of(visit.channel)}


class SentObservation(_Sent):
    """One standard in one visit. `longer_than`: the wait was given up, and is only known to be longer."""

    code: str
    value: float | None = Field(description="In the unit of the standard's target.")
    verdict: Verdict | None
    note: str
    opened_at: datetime | None
    closed_at: datetime | None
    answered_at: datetime | None
    longer_than: bool
    counted_of: int | None

    @classmethod
    def of(cls, observation: Observation) -> Self:
        """Return an observation as JSON."""
        return cls.model_validate(observation)


class SentPhoto(_Sent):
    """One photo; `address` and `thumbnail` are paths on this server."""

    id: UUID
    code: str | None = Field(description="The standard's; null for the visit as a whole.")
    sha256: str
    width: int
    height: int
    byte_count: int
    caption: str
    taken_at: datetime | None
    address: str
    thumbnail: str

    @classmethod
    def of(cls, photo: Photo) -> Self:
        """Return a photo as JSON."""
        same = {name: getattr(photo, name) for name in cls.model_fields if hasattr(photo, name)}
        address = f"/photos/{photo.id}"
        return cls(**same, address=address, thumbnail=f"{address}/thumbnail")


class SentWholeVisit(SentVisit):
    """One visit with its observations, in the edition's order, and its photos."""

    observations: list[SentObservation]
    photos: list[SentPhoto]


class SentVisits(_Sent):
    """One page of visits, newest first; drafts stand before dated ones."""

    visits: list[SentVisit]
    total: int
    page: int
    pages: int


class SentStandard(_Sent):
    """One statement a shopper can observe, with its measure and target."""

    code: str
    touchpoint: str
    statement: str
    measure: Measure
    comparator: Comparator
    target: float
    unit: str
    weight: float
    no_no: bool
    scope: Scope
    kinds: list[Kind] = Field(description="Channel kinds it is asked at; none means all.")
    evidence: Evidence
    job_aid: str
    script: str
    steps: list[str] = Field(description="A rating's five steps in words, lowest first.")

    @classmethod
    def of(cls, standard: Standard) -> Self:
        """Return a standard as JSON."""
        return cls(
            code=standard.code,
            touchpoint=standard.touchpoint,
            statement=standard.statement,
            measure=standard.measure,
            comparator=standard.target.comparator,
            target=standard.target.value,
            unit=standard.target.unit,
            weight=standard.weight,
            no_no=standard.no_no,
            scope=standard.scope,
            kinds=sorted(standard.kinds),
            evidence=standard.evidence,
            job_aid=standard.job_aid,
            script=standard.script,
            steps=list(standard.steps),
        )


class SentEdition(_Sent):
    """One published, never-changing version of a standard set; its standards in visiting order."""

    id: int
    set_id: int
    set_name: str
    number: int
    published_at: datetime | None
    minimum_coverage: float
    is_example: bool
    standards: list[SentStandard]

    @classmethod
    def of(cls, edition: Edition) -> Self:
        """Return an edition as JSON."""
        same = {name: getattr(edition, name) for name in cls.model_fields if name != "standards"}
        return cls(**same, standards=[SentStandard.of(standard) for standard in edition.standards])


class SentStandards(_Sent):
    """Editions, by the name of their set, newest first."""

    editions: list[SentEdition]


class SentEvent(_Sent):
    """Who did what to which thing, when, and what was there before and after."""

    id: int
    at: datetime
    person: str | None = Field(description="Who did it; null where nobody was signed in.")
    action: str
    thing: str
    thing_id: str
    about: str = Field(description="The thing by its name, where it has one.")
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return an event as JSON."""
        return cls.model_validate(event)


class SentEvents(_Sent):
    """One page of events, newest first."""

    events: list[SentEvent]
    total: int
    page: int
    pages: int


class Paging(BaseModel):
    """Which part of a long list is asked for."""

    model_config = ConfigDict(extra="forbid")

    page: int = Field(default=1, ge=1, le=100_000)
    per_page: int = Field(default=25, ge=1, le=LARGEST_PAGE)

    @property
    def offset(self) -> int:
        """How many come before this page."""
        return (self.page - 1) * self.per_page

    def pages(self, total: int) -> int:
        """Return how many pages so many make; an empty list is one page."""
        return max(1, -(-total // self.per_page))


_Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class WantedEvents(Paging):
    """Which events are asked for; what is left out leaves that side open. Days are in UTC."""

    person_id: _Number | None = None
    since: _Day | None = None
    until: _Day | None = None

    @property
    def filter(self) -> EventFilter:
        """The same as storage knows it."""
        return EventFilter(person_id=self.person_id, since=self.since, until=self.until)


class WantedVisits(Paging):
    """Which visits are asked for; what is left out leaves that side open."""

    kind: list[Kind] = Field(default=[], max_length=50)
    area: list[str] = Field(default=[], max_length=50)
    state: list[State] = Field(default=[], max_length=50)
    brand_id: list[_Number] = Field(default=[], max_length=50)
    since: _Day | None = None
    until: _Day | None = None
    text: str = Field(default="", max_length=200, description="Looked for in notes, story and impressions.")

    @property
    def filter(self) -> VisitFilter:
        """The same as storage knows it."""
        return VisitFilter(
            brand_ids=tuple(self.brand_id),
            kinds=tuple(self.kind),
            areas=tuple(clean_text(area) for area in self.area),
            states=tuple(self.state),
            since=self.since,
            until=self.until,
            text=clean_text(self.text),
        )
