"""Rows of visits and observations as the rules see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from standards.measuring import Verdict
from standards.visits import Observation, QuickNote, State, Visit
from storage.tables import ObservationRow, VisitRow


def to_observation(row: ObservationRow, code: str) -> Observation:
    """Return a row as the rules see it."""
    return Observation(
        code=code,
        value=row.value,
        verdict=Verdict(row.verdict) if row.verdict else None,
        note=row.note,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        answered_at=row.answered_at,
        longer_than=row.longer_than,
        counted_of=row.counted_of,
        clock_disagreed=row.clock_disagreed,
    )


def to_visit(
    row: VisitRow, channel: Any, shopper: str | None, observations: Iterable[Observation] = ()
) -> Visit:
    """Return a row, its channel and its observations as the rules see them."""
    return Visit(
        id=row.id,
        channel=channel,
        edition_id=row.edition_id,
        state=State(row.state),
        external_id=row.external_id,
        shopper=shopper,
        started_at=row.started_at,
        left_at=row.left_at,
        submitted_at=row.submitted_at,
        visited_on=row.visited_on,
        points=row.points,
        points_possible=row.points_possible,
        coverage=row.coverage,
        no_nos_missed=row.no_nos_missed,
        first_impression=row.first_impression,
        last_impression=row.last_impression,
        would_return=row.would_return,
        story=row.story,
        due_on=row.due_on,
        quick_notes=to_quick_notes(row.quick_notes),
        photos_awaited=len(row.photos_awaited),
        observations=tuple(observations),
    )


def to_quick_notes(kept: list[dict[str, Any]]) -> tuple[QuickNote, ...]:
    """Return quick notes, which are kept as JSON, as the rules see them."""
    return tuple(
        QuickNote(datetime.fromisoformat(note["at"]) if note["at"] else None, note["text"]) for note in kept
    )
