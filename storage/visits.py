"""Visits: started, recorded answer by answer, submitted once, then read-only."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from standards.editions import Standard
from standards.errors import (
    ChannelClosed,
    NothingRecorded,
    UnknownStandard,
    VisitClosed,
    VisitNotFound,
    WaitStillOpen,
)
from standards.scoring import Score, score_visit
from standards.values import Answer
from standards.visits import COUNTED_STATES, State, Visit
from standards.waiting import answer_of_wait
from storage.channels import get_channel
from storage.editions import get_edition, refuse_unless_in_use
from storage.events import note_event
from storage.names import clean_text
from storage.people import find_or_add_person
from storage.tables import ObservationRow, PersonRow, StandardRow, VisitRow
from storage.visit_rows import to_observation, to_visit

IMPRESSIONS = ("first_impression", "last_impression", "would_return", "story")
NOTE_LIMIT = 20_000


def start_visit(
    session: Session,
    visit_id: UUID,
    channel_id: int,
    edition_id: int,
    *,
    shopper: str | None = None,
    shopper_id: int | None = None,
    started_at: datetime | None = None,
) -> bool:
    """
    Store a draft once; False when its id is already stored, as after a second tap or a reload.

    Args:
        shopper: the name of who visits, where it is not the person with `shopper_id`.
    Raises:
        ChannelClosed: nothing was stored.
        EditionNotInUse: the edition is a draft or retired; nothing was stored.
    """
    if session.get(VisitRow, visit_id):
        return False
    channel = get_channel(session, channel_id)
    if channel and channel.closed_on:
        raise ChannelClosed(name=channel.name)
    refuse_unless_in_use(session, edition_id)
    if shopper and shopper.strip():
        shopper_id = find_or_add_person(session, shopper)
    session.add(
        VisitRow(
            id=visit_id,
            channel_id=channel_id,
            edition_id=edition_id,
            shopper_id=shopper_id,
            started_at=started_at or datetime.now(UTC),
        )
    )
    session.flush()
    after = {"channel": channel_id, "edition": edition_id}
    note_event(session, "started", "visit", visit_id, after=after)
    return True


def get_visit(session: Session, visit_id: UUID) -> Visit:
    """
    Return one visit with its observations in the edition's order.

    Raises:
        VisitNotFound: no visit has this id.
    """
    row = session.get(VisitRow, visit_id)
    if not row:
        raise VisitNotFound()
    wanted = (
        select(ObservationRow, StandardRow.code)
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(ObservationRow.visit_id == visit_id)
        .order_by(col(StandardRow.position))
        .execution_options(populate_existing=True)
    )
    observations = [to_observation(found, code) for found, code in session.exec(wanted).all()]
    shopper = session.get(PersonRow, row.shopper_id) if row.shopper_id else None
    channel = get_channel(session, row.channel_id)
    return to_visit(row, channel, shopper.name if shopper else None, observations)


def sheet_of(session: Session, visit: Visit) -> dict[str, Standard]:
    """Return by code what this visit is asked: its own edition's standards for its channel."""
    edition = get_edition(session, visit.edition_id)
    channel = visit.channel
    return {s.code: s for s in edition.sheet(channel.kind, is_own=channel.brand.is_own)}


def locked_row(session: Session, visit_id: UUID) -> VisitRow:
    """
    Return the row of a visit, locked until the transaction ends.

    Raises:
        VisitNotFound: no visit has this id.
    """
    # Read anew under the lock: another device may have changed it since this session read it.
    session.flush()
    row = session.get(VisitRow, visit_id, with_for_update=True, populate_existing=True)
    if not row:
        raise VisitNotFound()
    return row


def open_visit_row(session: Session, visit_id: UUID) -> VisitRow:
    """
    Return the row of a visit that may still be changed, locked until the transaction ends.

    Raises:
        VisitNotFound, VisitClosed: nothing was changed.
    """
    row = locked_row(session, visit_id)
    if State(row.state) not in (State.DRAFT, State.RETURNED):
        raise VisitClosed(state=row.state)
    return row


def count_change(row: VisitRow) -> None:
    """
    Note on a locked visit that it changes, so that a phone's older copy is known to be old.

    A visit that was only planned starts with its first change.
    """
    row.revision += 1
    row.content_hash = None
    row.started_at = row.started_at or datetime.now(UTC)


def _change_observation(
    session: Session, visit_id: UUID, standard: Standard, action: str, **changes: Any
) -> None:
    """Write what changes of one observation, and note it; an unchanged one leaves no event."""
    visit = open_visit_row(session, visit_id)
    if standard.id is None or session.get_one(StandardRow, standard.id).edition_id != visit.edition_id:
        raise UnknownStandard(standard=standard.code)
    channel = get_channel(session, visit.channel_id)
    if not channel or not standard.applies_to(channel.kind, is_own=channel.brand.is_own):
        raise UnknownStandard(standard=standard.code)
    row = session.get(ObservationRow, (visit_id, standard.id), populate_existing=True)
    row = row or ObservationRow(visit_id=visit_id, standard_id=standard.id)
    before = {name: getattr(row, name) for name in changes}
    if before == changes:
        return
    count_change(visit)
    session.add(row)
    for name, value in changes.items():
        setattr(row, name, value)
    session.flush()
    note_event(
        session,
        action,
        "observation",
        f"{visit_id}/{standard.code}",
        before=_plain(before),
        after=_plain(changes),
    )


def _running(session: Session, visit_id: UUID, standard: Standard) -> ObservationRow | None:
    """Return the observation whose stopwatch runs, read under the visit's lock; None where none does."""
    open_visit_row(session, visit_id)
    row = session.get(ObservationRow, (visit_id, standard.id), populate_existing=True)
    return row if row and row.opened_at and not row.closed_at else None


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: v.isoformat() if isinstance(v, datetime) else v for name, v in values.items()}


def record_answer(
    session: Session, visit_id: UUID, standard: Standard, answer: Answer | None, *, at: datetime | None = None
) -> None:
    """
    Store one answer the moment it is given; None takes it back. Note and photos stay.

    An answer ends a stopwatch that still runs: nobody waits for what is already answered.

    Raises:
        VisitNotFound, VisitClosed, UnknownStandard: nothing was changed.
    """
    given = answer or Answer(None)
    given_at = at or datetime.now(UTC)
    runs = _running(session, visit_id, standard)
    ended = {"closed_at": max(given_at, runs.opened_at)} if answer and runs and runs.opened_at else {}
    _change_observation(
        session,
        visit_id,
        standard,
        "answered" if answer else "cleared",
        value=given.value,
        verdict=given.verdict.value if given.verdict else None,
        longer_than=given.longer_than,
        counted_of=given.counted_of,
        answered_at=given_at if answer else None,
        **ended,
    )


def record_note(session: Session, visit_id: UUID, standard: Standard, note: str) -> None:
    """
    Store what the shopper wrote beside one standard.

    Raises:
        VisitNotFound, VisitClosed, UnknownStandard: nothing was changed.
    """
    _change_observation(session, visit_id, standard, "noted", note=clean_text(note)[:NOTE_LIMIT])


def open_wait(session: Session, visit_id: UUID, standard: Standard, *, at: datetime | None = None) -> None:
    """
    Start a stopwatch or a long wait: the instant is stored, so that no reload or lock stops it.

    One that runs goes on: a second tap must not cost the time already waited.

    Raises:
        VisitNotFound, VisitClosed, UnknownStandard: nothing was changed.
    """
    if _running(session, visit_id, standard):
        return
    _change_observation(
        session,
        visit_id,
        standard,
        "started waiting",
        opened_at=at or datetime.now(UTC),
        closed_at=None,
        value=None,
        verdict=None,
        longer_than=False,
        counted_of=None,
        answered_at=None,
    )


def close_wait(
    session: Session,
    visit_id: UUID,
    standard: Standard,
    *,
    replied: bool = True,
    at: datetime | None = None,
) -> None:
    """
    End a stopwatch or a long wait; the value is the time between its two instants.

    Args:
        replied: False gives the wait up, so that its value is only known to be *longer than* that. Once
            the target has passed this is missed; before, it leaves the standard unanswered.
    Raises:
        VisitNotFound, VisitClosed, UnknownStandard: nothing was changed.
    """
    row = _running(session, visit_id, standard)
    if not row or not row.opened_at:
        return
    # An hour lost by a corrected clock must not make a wait negative.
    ended_at = max(at or datetime.now(UTC), row.opened_at)
    zone = get_visit(session, visit_id).channel.timezone
    answer = answer_of_wait(standard, row.opened_at, ended_at, ZoneInfo(zone), replied=replied)
    _change_observation(
        session,
        visit_id,
        standard,
        "stopped waiting" if replied else "gave up waiting",
        closed_at=ended_at,
        value=answer.value,
        verdict=answer.verdict.value if answer.verdict else None,
        longer_than=answer.longer_than,
        answered_at=ended_at,
    )


def record_impressions(session: Session, visit_id: UUID, **written: str | int | None) -> None:
    """
    Store first and last impression, would_return (0–10) or story; what is not named stays.

    Raises:
        VisitNotFound, VisitClosed: nothing was changed.
    """
    row = open_visit_row(session, visit_id)
    unknown = set(written) - set(IMPRESSIONS)
    if unknown:
        raise TypeError(f"not an impression: {sorted(unknown)}")
    kept = {n: clean_text(v)[:NOTE_LIMIT] if isinstance(v, str) else v for n, v in written.items()}
    before = {name: getattr(row, name) for name in kept}
    if before == kept:
        return
    count_change(row)
    for name, value in kept.items():
        setattr(row, name, value)
    note_event(session, "described", "visit", visit_id, before=before, after=kept)


def submit_visit(session: Session, visit_id: UUID, *, at: datetime | None = None) -> Score:
    """
    Close a draft and store its score; submitting it again returns the same score.

    Raises:
        VisitNotFound, VisitClosed, WaitStillOpen, NothingRecorded: the draft stays as it is.
    """
    row = locked_row(session, visit_id)
    visit = get_visit(session, visit_id)
    sheet = sheet_of(session, visit)
    if visit.state in COUNTED_STATES:
        return score_visit(visit.observations, sheet)
    if not visit.is_open:
        raise VisitClosed(state=visit.state)
    score, closed = closed_draft(visit, sheet, at or datetime.now(UTC))
    count_change(row)
    for name, value in closed.items():
        setattr(row, name, value)
    session.flush()
    before = {"state": visit.state}
    note_event(session, "submitted", "visit", visit_id, before=before, after=told_score(score))
    return score


def closed_draft(visit: Visit, sheet: Mapping[str, Standard], at: datetime) -> tuple[Score, dict[str, Any]]:
    """
    Return what submitting a draft comes to, and what its row then holds, whichever door it came through.

    Args:
        sheet: what the visit is asked, by code, in the edition's order.
    Raises:
        WaitStillOpen, NothingRecorded: it is not to be submitted.
    """
    if visit.open_waits:
        raise WaitStillOpen(count=len(visit.open_waits))
    if not any(observation.verdict for observation in visit.observations):
        raise NothingRecorded()
    score = score_visit(visit.observations, sheet)
    started_at = visit.started_at or at
    return score, {
        "state": State.SUBMITTED,
        "submitted_at": visit.submitted_at or at,
        "received_at": at,
        "left_at": visit.left_at or at,
        "visited_on": visit.visited_on or started_at.astimezone(ZoneInfo(visit.channel.timezone)).date(),
        **score_columns(score),
    }


def told_score(score: Score) -> dict[str, Any]:
    """Return what the log says of a score."""
    no_nos = list(score.no_nos_missed)
    return {"points": score.points, "points_possible": score.possible, "no_nos_missed": no_nos}


def score_columns(score: Score) -> dict[str, Any]:
    """Return what a visit's row keeps of its score; `storage.checking` recomputes it."""
    return {
        "points": score.points,
        "points_possible": score.possible,
        "coverage": score.coverage,
        "no_nos_missed": len(score.no_nos_missed),
    }


def store_score(row: VisitRow, score: Score) -> None:
    """Keep on the visit what its score came to."""
    for name, value in score_columns(score).items():
        setattr(row, name, value)


def void_visit(session: Session, visit_id: UUID, reason: str) -> None:
    """Take a visit out of everything that is compared; what it holds is kept."""
    row = locked_row(session, visit_id)
    before, after = {"state": row.state}, {"reason": clean_text(reason)}
    note_event(session, "voided", "visit", visit_id, before=before, after=after)
    row.state = State.VOID
    row.revision += 1
    row.content_hash = None
