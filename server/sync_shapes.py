"""What phones send and are sent, field by field: the visit document and what a phone records with."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from standards.document_versions import SCHEMA
from standards.documents import NamedPhoto, Sending, VisitDocument
from standards.measuring import Verdict
from standards.visits import Observation, QuickNote, State
from storage.names import clean_text
from storage.photos import CAPTION_LIMIT, PHOTO_LIMIT, clean_caption
from storage.syncing import StoredVisit
from storage.visits import NOTE_LIMIT

# Reads and writes JSON, instants and ids too, without a shape of its own.
ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)

_QUICK_NOTES = 500
_OBSERVATIONS = 1_000
_LARGEST = 2**31 - 1
_LARGEST_MS = 2**53

# A phone's clock may be wrong by years; what no calendar here knows is not read.
_Instant = Annotated[
    AwareDatetime, Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(9000, 1, 1, tzinfo=UTC))
]
_Number = Annotated[int, Field(ge=1, le=_LARGEST)]
_Text = Annotated[str, StringConstraints(max_length=NOTE_LIMIT)]
_Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
_Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


class WrittenNote(BaseModel):
    """A line written down in passing, not yet sorted to a standard."""

    at: _Instant | None
    text: Annotated[str, StringConstraints(max_length=2_000)]


class WrittenObservation(BaseModel):
    """One standard. `verdict` (met, missed) stands only where it was given without a value."""

    code: _Code
    value: float | None = None
    not_applicable: bool = False
    verdict: Verdict | None = None
    longer_than: bool = False
    counted_of: Annotated[int, Field(ge=1, le=_LARGEST)] | None = None
    note: _Text = ""
    opened_at: _Instant | None = None
    closed_at: _Instant | None = None
    answered_at: _Instant | None = None
    clock_disagreed: bool = False


class WrittenPhoto(BaseModel):
    """One photo; `sha256` is of the bytes that are sent."""

    id: UUID
    code: _Code | None
    sha256: _Sha256
    caption: Annotated[str, StringConstraints(max_length=CAPTION_LIMIT)] = ""
    taken_at: _Instant | None = None
    blacked_out: bool = False


class Device(BaseModel):
    """The clock of the device: its time when it sent, its zone, how far it is ahead of the server's."""

    sent_at: _Instant
    time_zone: Annotated[str, StringConstraints(max_length=64)]
    clock_offset_ms: Annotated[int, Field(ge=-_LARGEST_MS, le=_LARGEST_MS)] | None = None


def _codes_once(given: list[WrittenObservation]) -> list[WrittenObservation]:
    if len({observation.code for observation in given}) < len(given):
        raise ValueError("a standard is observed twice")
    return given


def _ids_once(given: list[WrittenPhoto]) -> list[WrittenPhoto]:
    if len({photo.id for photo in given}) < len(given):
        raise ValueError("a photo is named twice")
    return given


class WrittenVisit(BaseModel):
    """A visit document as a phone sends it; what is left out is empty."""

    schema_: int = Field(alias="schema")
    id: UUID
    channel_id: _Number
    edition_id: _Number
    state: Literal["draft", "returned", "submitted"]
    base_revision: Annotated[int, Field(ge=0, le=_LARGEST)]
    app_version: Annotated[str, StringConstraints(max_length=40)]
    device: Device
    started_at: _Instant | None = None
    left_at: _Instant | None = None
    first_impression: _Text = ""
    last_impression: _Text = ""
    would_return: Annotated[int, Field(ge=0, le=10)] | None = None
    story: _Text = ""
    quick_notes: Annotated[list[WrittenNote], Field(max_length=_QUICK_NOTES)] = []
    observations: Annotated[
        list[WrittenObservation], Field(max_length=_OBSERVATIONS), AfterValidator(_codes_once)
    ] = []
    photos: Annotated[list[WrittenPhoto], Field(max_length=PHOTO_LIMIT), AfterValidator(_ids_once)] = []


def read_newest(body: bytes) -> tuple[VisitDocument, Sending] | None:
    """Return a visit document of this version, straight from its JSON; None where it is none."""
    try:
        written = WrittenVisit.model_validate_json(body)
    except ValidationError:
        return None
    return _document(written) if written.schema_ == SCHEMA else None


def read_document(told: dict[str, Any]) -> tuple[VisitDocument, Sending]:
    """
    Return a visit document that has been brought up to this version, and how it was sent.

    Raises:
        ValidationError: it is not of this shape; `errors()` names where.
    """
    return _document(WrittenVisit.model_validate(told))


def _document(written: WrittenVisit) -> tuple[VisitDocument, Sending]:
    document = VisitDocument(
        id=written.id,
        channel_id=written.channel_id,
        edition_id=written.edition_id,
        state=State(written.state),
        base_revision=written.base_revision,
        started_at=_utc(written.started_at),
        left_at=_utc(written.left_at),
        first_impression=clean_text(written.first_impression),
        last_impression=clean_text(written.last_impression),
        would_return=written.would_return,
        story=clean_text(written.story),
        quick_notes=tuple(QuickNote(_utc(note.at), clean_text(note.text)) for note in written.quick_notes),
        observations=tuple(_observation(given) for given in written.observations),
        photos=tuple(_photo(given) for given in written.photos),
    )
    device = written.device
    sending = Sending(
        schema=written.schema_,
        app_version=clean_text(written.app_version),
        sent_at=device.sent_at,
        time_zone=clean_text(device.time_zone),
        clock_offset_ms=device.clock_offset_ms,
    )
    return document, sending


def _observation(given: WrittenObservation) -> Observation:
    return Observation(
        code=given.code,
        value=None if given.not_applicable else given.value,
        verdict=Verdict.NOT_APPLICABLE if given.not_applicable else given.verdict,
        note=clean_text(given.note) if given.note else "",
        opened_at=_utc(given.opened_at),
        closed_at=_utc(given.closed_at),
        answered_at=_utc(given.answered_at),
        longer_than=given.longer_than,
        counted_of=given.counted_of,
        clock_disagreed=given.clock_disagreed,
    )


def _photo(given: WrittenPhoto) -> NamedPhoto:
    caption = clean_caption(given.caption)
    taken_at = _utc(given.taken_at)
    return NamedPhoto(given.id, given.code, given.sha256, caption, taken_at, given.blacked_out)


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


class ToldNote(BaseModel):
    """A line written down in passing."""

    at: datetime | None
    text: str


class ToldObservation(BaseModel):
    """One standard. `verdict` (met, missed) stands only where it was given without a value."""

    code: str
    value: float | None
    not_applicable: bool
    verdict: Verdict | None
    longer_than: bool
    counted_of: int | None
    note: str
    opened_at: datetime | None
    closed_at: datetime | None
    answered_at: datetime | None
    clock_disagreed: bool


class ToldPhoto(BaseModel):
    """One photo; `sha256` is of the bytes that a phone sends, or of what is kept where a desk added it."""

    id: UUID
    code: str | None
    sha256: str
    caption: str
    taken_at: datetime | None
    blacked_out: bool


class ToldVisit(BaseModel):
    """A visit document as the server holds it; sent back as it is, it changes nothing."""

    schema_: int = Field(alias="schema")
    id: UUID
    channel_id: int
    edition_id: int
    state: State
    revision: int
    base_revision: int
    started_at: datetime | None
    left_at: datetime | None
    first_impression: str
    last_impression: str
    would_return: int | None
    story: str
    due_on: date | None
    quick_notes: list[ToldNote]
    observations: list[ToldObservation]
    photos: list[ToldPhoto]


def told_visit(document: VisitDocument) -> dict[str, Any]:
    """Return a document as JSON has it; see `ToldVisit`."""
    same = {name: getattr(document, name) for name in ToldVisit.model_fields if name != "schema_"}
    return {
        "schema": SCHEMA,
        **same,
        "quick_notes": [vars(note) for note in document.quick_notes],
        "observations": [_told_observation(observation) for observation in document.observations],
        "photos": [vars(photo) for photo in document.photos],
    }


def _told_observation(held: Observation) -> dict[str, Any]:
    skipped = held.verdict is Verdict.NOT_APPLICABLE
    stated = held.verdict if held.value is None and not skipped else None
    return {**vars(held), "not_applicable": skipped, "verdict": stated}


class Score(BaseModel):
    """What a submitted visit came to; `percent` is null where nothing applied, `coverage` is 0–1."""

    percent: float | None
    points: float
    points_possible: float
    coverage: float | None
    no_nos_missed: int


class PhotoHere(BaseModel):
    """A photo that the visit names, and whether its bytes are here."""

    id: UUID
    sha256: str
    received: bool


class Kept(BaseModel):
    """What the server holds now. `skewed`: the device's clock is far off; its times are kept as they are."""

    id: UUID
    state: State
    revision: int
    score: Score | None
    photos: list[PhotoHere]
    skewed: bool


def told_kept(stored: StoredVisit) -> dict[str, Any]:
    """Return the answer to a visit that was sent; see `Kept`."""
    score = None
    if stored.points is not None:
        score = {
            "percent": stored.score_percent,
            "points": stored.points,
            "points_possible": stored.points_possible,
            "coverage": stored.coverage,
            "no_nos_missed": stored.no_nos_missed,
        }
    return {
        "id": stored.id,
        "state": stored.state,
        "revision": stored.revision,
        "score": score,
        "photos": [{"id": p.id, "sha256": p.sha256, "received": here} for p, here in stored.photos],
        "skewed": stored.skewed,
    }


class KeptPhoto(BaseModel):
    """
    A photo that was sent; `sha256` and `byte_count` are of the bytes as they came.

    `received` is false where the visit names other bytes: these were damaged on their way, or are outdated.
    """

    id: UUID
    sha256: str
    byte_count: int
    received: bool
