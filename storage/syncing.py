"""Syncing: a visit from a phone is stored whole or not at all, once, and over nothing it has not seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import delete
from sqlmodel import Session, SQLModel

from standards.documents import NamedPhoto, Sending, VisitDocument, content_hash, is_skewed, judged
from standards.errors import ChannelClosed, PhotosNotThere, UnknownStandard, VisitMoved, VisitNotFound
from standards.people import Person, changes_visit
from standards.scoring import Score
from standards.visits import Observation, State, Visit, percent_of
from storage.asked import Place
from storage.bulk import change_soon, insert_soon
from storage.events import event_columns
from storage.held_visits import place_and_visit
from storage.photos import forget_photo
from storage.sync_documents import document_of, name_of, to_named
from storage.tables import PhotoRow
from storage.tallying import CountedVisit, note_marks, tally_ahead
from storage.visit_lists import OPEN_STATES
from storage.visits import closed_draft, told_score

_HEAD = ("started_at", "left_at", "first_impression", "last_impression", "would_return", "story")
_WHOLE = (*_HEAD, "quick_notes", "photos")

_ANYTHING: TypeAdapter[Any] = TypeAdapter(Any)
# Past the mapper, which costs more than the database does: phones may send by the hundred.
_OBSERVATION = SQLModel.metadata.tables["observation"]


@dataclass(frozen=True)
class StoredVisit:
    """
    What the server holds after a phone has sent a visit. The score's parts are None before it is submitted.

    `photos` are those the visit names, each with whether its bytes are here.
    """

    id: UUID
    state: State
    revision: int
    is_new: bool
    skewed: bool
    photos: tuple[tuple[NamedPhoto, bool], ...]
    points: float | None
    points_possible: float | None
    coverage: float | None
    no_nos_missed: int | None

    @property
    def score_percent(self) -> float | None:
        """The score, 0–100; None where nothing applied."""
        return None if self.points is None else percent_of(self.points, self.points_possible or 0)


def put_visit(
    session: Session, document: VisitDocument, sending: Sending, *, by: Person, received_at: datetime
) -> StoredVisit:
    """
    Store a visit as a phone has it, in place of what that phone has last seen of it.

    What is stored already is answered as it was the first time: a phone sends again until it is answered.
    At the same instant, the primary key refuses one of two; the next try finds the other.

    Raises:
        PlaceUnknown, UnknownStandard, ValueNotAllowed, ChannelClosed, VisitNotFound, VisitMoved,
        PhotosNotThere, WaitStillOpen, NothingRecorded: nothing was changed.
    """
    place, held = place_and_visit(session, document.id, document.channel_id, document.edition_id)
    document = _fitting(document, place)
    named = content_hash(document)
    if held is None:
        _refuse_closed(document, place, received_at)
        there, values = None, _new_values(document, by)
    else:
        if not changes_visit(by, shopper_id=held.shopper_id):
            raise VisitNotFound()
        if held.content_hash == named:
            return _stored(held._asdict(), document.photos)
        is_same_place = (held.channel_id, held.edition_id) == (document.channel_id, document.edition_id)
        there = document_of(session, held, place if is_same_place else None)
        if content_hash(there) == named:
            return _stored(held._asdict(), document.photos)
        is_open = State(held.state) in OPEN_STATES
        if not is_same_place or not is_open or held.revision != document.base_revision:
            raise VisitMoved(visit=there)
        awaited = _settle_photos(session, held, there, document, place)
        values = {"revision": held.revision + 1, "photos_awaited": _plain(awaited)}
    values |= _values(document, sending, received_at) | {"content_hash": named}
    changed = _changed_codes(there, document)
    events = [event_columns(session, "sent", "visit", document.id, **_told(there, document, changed))]
    if document.is_submitted:
        score, closed = _submission(document, place, values["photos_awaited"], held, received_at)
        values |= closed
        before = {"state": held.state if held else State.DRAFT.value}
        after = told_score(score)
        events.append(event_columns(session, "submitted", "visit", document.id, before=before, after=after))
    insert_soon(session, "event", events)
    # Until here it was open, and none that is open is counted.
    note_marks(session, some=document.is_submitted)
    if held is None:
        insert_soon(session, "visit", [values])
    else:
        change_soon(session, "visit", document.id, values)
    _write_observations(session, document, place, changed, is_new=held is None)
    if document.is_submitted and (held is None or place.sheet.is_whole):
        _tally_ahead(session, document, place, {**(held._asdict() if held else {}), **values})
    return _stored({**(held._asdict() if held else {}), **values}, document.photos, is_new=held is None)


def _plain(value: Any) -> Any:
    """Return a value as JSON columns keep it."""
    return _ANYTHING.dump_python(value, mode="json")


def _fitting(document: VisitDocument, place: Place) -> VisitDocument:
    strange = next((p.code for p in document.photos if p.code and p.code not in place.sheet.ids), None)
    if strange:
        raise UnknownStandard(standard=strange)
    return judged(document, place.sheet.standards, ZoneInfo(place.channel.timezone))


def _refuse_closed(document: VisitDocument, place: Place, received_at: datetime) -> None:
    """Take a new visit to a channel that is closed only if it was begun before."""
    started_at = (document.started_at or received_at).astimezone(ZoneInfo(place.channel.timezone))
    closed_on = place.channel.closed_on
    if closed_on and started_at.date() > closed_on:
        raise ChannelClosed(name=place.channel.name)


def _new_values(document: VisitDocument, by: Person) -> dict[str, Any]:
    return {
        "id": document.id,
        "channel_id": document.channel_id,
        "edition_id": document.edition_id,
        "shopper_id": by.id,
        "state": State.DRAFT.value,
        "revision": 1,
        "photos_awaited": _plain(document.photos),
    }


def _values(document: VisitDocument, sending: Sending, received_at: datetime) -> dict[str, Any]:
    return {
        **{name: getattr(document, name) for name in _HEAD},
        "quick_notes": _plain(document.quick_notes),
        "received_at": received_at,
        "schema_version": sending.schema,
        "app_version": sending.app_version,
        "device_sent_at": sending.sent_at,
        "device_time_zone": sending.time_zone,
        "clock_offset_ms": sending.clock_offset_ms,
        "clock_skewed": is_skewed(sending, received_at),
    }


def _settle_photos(
    session: Session, held: Any, there: VisitDocument, document: VisitDocument, place: Place
) -> list[NamedPhoto]:
    """Keep, caption or remove each photo as the document names it; return those whose bytes are to come."""
    before, to_come = {photo.id: photo for photo in there.photos}, []
    awaited = {photo["id"] for photo in held.photos_awaited}
    for gone in before.keys() - {photo.id for photo in document.photos}:
        if row := session.get(PhotoRow, gone):
            forget_photo(session, row)
    for photo in document.photos:
        if before.get(photo.id) == photo and str(photo.id) not in awaited:
            continue
        row = session.get(PhotoRow, photo.id)
        if not row or row.visit_id != document.id or name_of(row, None).sha256 != photo.sha256:
            to_come.append(photo)
        else:
            row.standard_id = place.sheet.ids[photo.code] if photo.code else None
            row.caption = photo.caption
            row.taken_at = photo.taken_at or row.taken_at
            row.blacked_out = photo.blacked_out
    return to_come


def _changed_codes(there: VisitDocument | None, document: VisitDocument) -> list[str]:
    before = {o.code: o for o in there.observations} if there else {}
    after = {o.code: o for o in document.observations}
    return [code for code in before | after if before.get(code) != after.get(code)]


def _told(
    there: VisitDocument | None, document: VisitDocument, changed: list[str]
) -> dict[str, dict[str, Any] | None]:
    """Say for the log what was there before and is there now; of a new visit, that it was not there."""
    if there is None:
        new = {"channel": document.channel_id, "edition": document.edition_id, "answers": len(changed)}
        return {"before": None, "after": new}
    names = [name for name in _WHOLE if getattr(there, name) != getattr(document, name)]
    told = {
        side: {name: getattr(held, name) for name in names}
        | {"revision": revision, "observations": {code: _said(held, code) for code in changed}}
        for side, held, revision in (
            ("before", there, there.revision),
            ("after", document, there.revision + 1),
        )
    }
    return dict(_plain(told))


def _said(document: VisitDocument, code: str) -> dict[str, Any]:
    """Return what is said of one standard; what is empty is left out."""
    empty = Observation(code)
    found = next((o for o in document.observations if o.code == code), empty)
    return {name: value for name, value in vars(found).items() if value != getattr(empty, name)}


def _submission(
    document: VisitDocument,
    place: Place,
    awaited: list[dict[str, Any]],
    held: Any,
    received_at: datetime,
) -> tuple[Score, dict[str, Any]]:
    if awaited:
        missing = [to_named(photo).id for photo in awaited]
        raise PhotosNotThere(count=len(missing), photos=missing)
    visit = Visit(
        document.id,
        place.channel,
        place.edition_id,
        State(held.state) if held else State.DRAFT,
        started_at=document.started_at,
        left_at=document.left_at,
        submitted_at=held.submitted_at if held else None,
        visited_on=held.visited_on if held else None,
        observations=document.observations,
    )
    return closed_draft(visit, place.sheet.standards, received_at)


def _write_observations(
    session: Session, document: VisitDocument, place: Place, changed: list[str], *, is_new: bool
) -> None:
    ids = place.sheet.ids
    if changed and not is_new:
        gone = _OBSERVATION.c.standard_id.in_([ids[code] for code in changed])
        session.connection().execute(delete(_OBSERVATION).where(_OBSERVATION.c.visit_id == document.id, gone))
    wanted = set(changed)
    rows = [
        {
            "visit_id": document.id,
            "standard_id": ids[one.code],
            "value": one.value,
            "verdict": str(one.verdict) if one.verdict else None,
            "note": one.note,
            "opened_at": one.opened_at,
            "closed_at": one.closed_at,
            "answered_at": one.answered_at,
            "longer_than": one.longer_than,
            "counted_of": one.counted_of,
            "clock_disagreed": one.clock_disagreed,
        }
        for one in document.observations
        if one.code in wanted
    ]
    insert_soon(session, "observation", rows)


def _tally_ahead(session: Session, document: VisitDocument, place: Place, held: Mapping[str, Any]) -> None:
    told = ("id", "edition_id", "channel_id", "shopper_id", "visited_on", "left_at", "coverage")
    visit = CountedVisit(**{name: held[name] for name in told}, timezone=place.channel.timezone)
    answers = ((place.sheet.ids[one.code], one) for one in document.observations)
    tally_ahead(session, visit, answers, place.sheet.layout)


def _stored(held: Mapping[str, Any], photos: tuple[NamedPhoto, ...], *, is_new: bool = False) -> StoredVisit:
    awaited = {photo["id"] for photo in held["photos_awaited"]}
    return StoredVisit(
        id=held["id"],
        state=State(held["state"]),
        revision=held["revision"],
        is_new=is_new,
        skewed=held["clock_skewed"],
        photos=tuple((photo, str(photo.id) not in awaited) for photo in photos),
        points=held.get("points"),
        points_possible=held.get("points_possible"),
        coverage=held.get("coverage"),
        no_nos_missed=held.get("no_nos_missed"),
    )
