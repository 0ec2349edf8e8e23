"""Visit documents: a whole visit as it travels between a phone and the server, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from hashlib import sha256
from typing import Any
from uuid import UUID

from standards.editions import Standard
from standards.errors import UnknownStandard, ValueNotAllowed
from standards.measuring import Measure, Verdict
from standards.values import Answer, answer_of
from standards.visits import Observation, QuickNote, State
from standards.waiting import answer_of_wait

# Whose decision: a phone that is two minutes off is not worth a word; a shopper would not notice either.
SKEW = timedelta(minutes=2)
_NO_ANSWER = Answer(None)


@dataclass(frozen=True)
class NamedPhoto:
    """
    A photo as its visit names it; `sha256` is of the bytes that the phone sends.

    `blacked_out` says that nobody can be recognised on it; a phone that knows nothing of that says no.
    """

    id: UUID
    code: str | None
    sha256: str
    caption: str = ""
    taken_at: datetime | None = None
    blacked_out: bool = False


@dataclass(frozen=True)
class Sending:
    """
    How a document came: by which program, and from a device with which clock.

    `clock_offset_ms` is what the device found its clock to be ahead of the server's; None if it never asked.
    """

    schema: int
    app_version: str
    sent_at: datetime
    time_zone: str
    clock_offset_ms: int | None = None


@dataclass(frozen=True)
class VisitDocument:
    """
    One visit whole: what is left out of it is empty.

    `revision` is the server's count of changes; `base_revision` is the one that a phone's document builds
    on, 0 for a new visit. `due_on` is the server's alone. A `verdict` of an observation stands only where it
    was given without a value; `judged` gives the others theirs.
    """

    id: UUID
    channel_id: int
    edition_id: int
    state: State = State.DRAFT
    revision: int = 0
    base_revision: int = 0
    started_at: datetime | None = None
    left_at: datetime | None = None
    first_impression: str = ""
    last_impression: str = ""
    would_return: int | None = None
    story: str = ""
    due_on: date | None = None
    quick_notes: tuple[QuickNote, ...] = ()
    observations: tuple[Observation, ...] = ()
    photos: tuple[NamedPhoto, ...] = ()

    @property
    def is_submitted(self) -> bool:
        """Whether it is meant to be read-only from now on."""
        return self.state not in (State.DRAFT, State.RETURNED)


def judged(document: VisitDocument, sheet: Mapping[str, Standard], zone: tzinfo) -> VisitDocument:
    """
    Give every observation its verdict, in the sheet's order; what says nothing is left out.

    Args:
        sheet: what the visit is asked, by code.
        zone: the channel's time zone; working days are counted on its calendar.
    Raises:
        UnknownStandard: an observation is about a standard the visit is not asked.
        ValueNotAllowed: a value cannot occur in its standard's measure.
    """
    given = {observation.code: observation for observation in document.observations}
    unknown = next((code for code in given if code not in sheet), None)
    if unknown is not None:
        raise UnknownStandard(standard=unknown)
    every = (_judged(given[code], standard, zone) for code, standard in sheet.items() if code in given)
    return replace(document, observations=tuple(one for one in every if not one.is_empty))


def _judged(given: Observation, standard: Standard, zone: tzinfo) -> Observation:
    opened_at, closed_at = given.opened_at, given.closed_at if given.opened_at else None
    if opened_at and closed_at:
        # An hour lost by a corrected clock must not make a wait negative.
        closed_at = max(closed_at, opened_at)
    answer = _answer(given, standard, opened_at, closed_at, zone)
    if answer and opened_at and not closed_at:
        # Nobody waits for what is already answered.
        closed_at = max(given.answered_at or opened_at, opened_at)
    found = answer or _NO_ANSWER
    # All of it named: `replace` would take three times as long, for each observation of each visit.
    return Observation(
        code=given.code,
        value=found.value,
        verdict=found.verdict,
        note=given.note,
        opened_at=opened_at,
        closed_at=closed_at,
        answered_at=given.answered_at if answer else None,
        longer_than=found.longer_than,
        counted_of=found.counted_of,
        clock_disagreed=given.clock_disagreed,
    )


def _answer(
    given: Observation,
    standard: Standard,
    opened_at: datetime | None,
    closed_at: datetime | None,
    zone: tzinfo,
) -> Answer | None:
    if given.verdict is Verdict.NOT_APPLICABLE:
        return Answer(Verdict.NOT_APPLICABLE)
    if given.value is None:
        return Answer(given.verdict) if given.verdict else None
    longer_than = given.longer_than and standard.measure is Measure.DURATION
    if longer_than and opened_at and closed_at:
        # Given up in working days: its verdict goes by the days that are over in full, its value does not.
        waited = answer_of_wait(standard, opened_at, closed_at, zone, replied=False)
        if waited.value == given.value:
            return waited
    try:
        return answer_of(standard, given.value, longer_than=longer_than, counted_of=given.counted_of)
    except ValueNotAllowed as refused:
        raise ValueNotAllowed(**refused.facts, standard=standard.code) from refused


def content_hash(document: VisitDocument) -> str:
    """
    Return what names the content of a judged document: two that hold the same have the same.

    Which revision it builds on, when it is due and how it was sent are no part of its content.
    """
    told = (
        document.id,
        document.channel_id,
        document.edition_id,
        document.is_submitted,
        _instant(document.started_at),
        _instant(document.left_at),
        document.first_impression,
        document.last_impression,
        document.would_return,
        document.story,
        [(_instant(note.at), note.text) for note in document.quick_notes],
        [_told(observation) for observation in document.observations],
        sorted(_named(photo) for photo in document.photos),
    )
    return sha256(repr(told).encode()).hexdigest()


def _told(observation: Observation) -> tuple[Any, ...]:
    return (
        observation.code,
        None if observation.value is None else float(observation.value),
        observation.verdict and str(observation.verdict),
        observation.longer_than,
        observation.counted_of,
        observation.note,
        _instant(observation.opened_at),
        _instant(observation.closed_at),
        _instant(observation.answered_at),
        observation.clock_disagreed,
    )


def _named(photo: NamedPhoto) -> tuple[Any, ...]:
    told = str(photo.id), photo.code, photo.sha256, photo.caption, _instant(photo.taken_at)
    # Without the mark, content has the name it had before there was one: it is stored with visits.
    return (*told, True) if photo.blacked_out else told


def _instant(at: datetime | None) -> str | None:
    if at is None:
        return None
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat()


def is_skewed(sending: Sending, received_at: datetime) -> bool:
    """Say whether the device's clock stands so far off that its times are to be read with care."""
    offset = timedelta(milliseconds=sending.clock_offset_ms or 0)
    return abs(sending.sent_at - received_at) > SKEW or abs(offset) > SKEW
