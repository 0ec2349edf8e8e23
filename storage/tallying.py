"""Tallying: each counted visit packed into one row that comparing reads, before its transaction commits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby
from math import copysign, nan
from operator import itemgetter
from struct import Struct
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, Row, String, bindparam, cast, insert, select, type_coerce, update
from sqlmodel import Session, col

from standards.editions import Edition, Standard
from standards.freshness import is_fresh
from standards.measuring import DAY_UNITS, Measure, Verdict
from standards.scoring import is_complete
from standards.values import DAY
from standards.visits import COUNTED_STATES, Observation
from storage.editions import readable_editions
from storage.tables import ChannelRow, ObservationRow, TallyClockRow, TallyRow, VisitRow

# A packed visit, little-endian: its id, channel, shopper, days since 1970 and whether it is complete; a
# cell of one byte a standard in the edition's order; a number of eight bytes for each duration standard,
# the wait in seconds, negative where it was given up, not a number where nothing was timed.
HEAD = Struct("<16siii?")
MISSED, MET, NOT_APPLICABLE = 1, 2, 3
VERDICT_BITS, FRESH_BIT = 3, 4
NOBODY = 0
_CELLS = {Verdict.MISSED: MISSED, Verdict.MET: MET, Verdict.NOT_APPLICABLE: NOT_APPLICABLE}
_EPOCH = date(1970, 1, 1)
_AT_ONCE = 1_000

_STORE = (
    update(TallyRow)
    .where(col(TallyRow.visit_id) == bindparam("of_visit"))
    .values({name: bindparam(name) for name in ("change", "edition_id", "packed")})
)

zone_of = cache(ZoneInfo)


def timed_standards(edition: Edition) -> tuple[int, ...]:
    """Return the places in an edition of the standards whose waits are packed."""
    return tuple(at for at, s in enumerate(edition.standards) if s.measure is Measure.DURATION)


def tally_due(session: Session) -> int:
    """
    Tally the visits that triggers have marked in this transaction; return how many.

    It is the last thing before a commit: the clock's row is held from here on, so that changes are
    numbered in the order in which they become visible. A reader who has seen one has seen all before it.
    """
    due = _due(session)
    if not due:
        return 0
    number = None
    layouts: dict[int, _Layout] = {}
    for start in range(0, len(due), _AT_ONCE):
        chunk = due[start : start + _AT_ONCE]
        tallies = list(_packed(session, chunk, layouts))
        gone = set(chunk) - {tally["of_visit"] for tally in tallies}
        tallies += [{"of_visit": visit_id, "edition_id": None, "packed": None} for visit_id in gone]
        number = number or _next_number(session)
        session.connection().execute(_STORE, [tally | {"change": number} for tally in tallies])
    return len(due)


def retally(session: Session) -> int:
    """Tally every counted visit anew, as where a tally was found to differ; return how many."""
    session.execute(update(TallyRow).values(change=None))
    held = select(col(TallyRow.visit_id))
    missing = select(col(VisitRow.id)).where(_is_counted(), col(VisitRow.id).not_in(held))
    session.execute(insert(TallyRow).from_select(["visit_id"], missing))
    return tally_due(session)


def wrong_tallies(session: Session, editions: Mapping[int, Edition]) -> Iterator[str]:
    """
    Say which visits' tallies are not what adding them up anew gives.

    Args:
        editions: those that can be read; visits with others are left out.
    """
    layouts = {edition_id: _Layout.of(edition) for edition_id, edition in editions.items()}
    counted = select(col(VisitRow.id)).where(_is_counted(), col(VisitRow.edition_id).in_(layouts))
    held = select(col(TallyRow.visit_id), col(TallyRow.change), col(TallyRow.packed))
    ids = session.execute(counted).scalars().all()
    for start in range(0, len(ids), _AT_ONCE):
        chunk = ids[start : start + _AT_ONCE]
        rows = session.execute(held.where(col(TallyRow.visit_id).in_(chunk))).all()
        stored = {row.visit_id: row.packed for row in rows if row.change is not None}
        for tally in _packed(session, chunk, layouts):
            if stored.get(tally["of_visit"]) != tally["packed"]:
                yield f"Tally differs: visit {tally['of_visit']} is compared with what it held before."
    every = select(col(VisitRow.id)).where(_is_counted())
    outlived = held.where(col(TallyRow.packed).is_not(None), col(TallyRow.visit_id).not_in(every))
    for row in session.execute(outlived):
        yield f"Tally differs: visit {row.visit_id} is compared and does not count."


def _is_counted() -> Any:
    return col(VisitRow.state).in_([state.value for state in COUNTED_STATES])


def _due(session: Session) -> Sequence[UUID]:
    # All at once: what a transaction has tallied stays in its way each time it looks for what is left.
    wanted = select(col(TallyRow.visit_id)).where(col(TallyRow.change).is_(None))
    # What another transaction holds, it tallies itself. Waited for, it might be waiting for us.
    wanted = wanted.with_for_update(skip_locked=True)
    return session.execute(wanted).scalars().all()


def _next_number(session: Session) -> int:
    counted_on = update(TallyClockRow).values(number=col(TallyClockRow.number) + 1)
    return int(session.execute(counted_on.returning(col(TallyClockRow.number))).scalar_one())


@dataclass(frozen=True)
class _Layout:
    """Where an edition's standards stand in a packed visit."""

    standards: Mapping[int, tuple[int, Standard]]
    waits: Mapping[int, int]
    minimum_coverage: float
    tail: Struct

    @classmethod
    def of(cls, edition: Edition) -> "_Layout":
        timed = timed_standards(edition)
        return cls(
            standards={s.id: (at, s) for at, s in enumerate(edition.standards) if s.id is not None},
            waits={at: place for place, at in enumerate(timed)},
            minimum_coverage=edition.minimum_coverage,
            tail=Struct(f"<{len(timed)}d"),
        )


def _packed(
    session: Session, visit_ids: Sequence[UUID], layouts: dict[int, _Layout]
) -> Iterator[dict[str, Any]]:
    """Give the tallies of those visits that count and can be read; missing layouts are read and kept."""
    of_visits = session.execute(
        select(
            col(VisitRow.id),
            col(VisitRow.state),
            col(VisitRow.edition_id),
            col(VisitRow.channel_id),
            col(VisitRow.shopper_id),
            col(VisitRow.visited_on),
            _as_kept(VisitRow.left_at),
            col(VisitRow.coverage),
            col(ChannelRow.timezone),
            _as_text(VisitRow.id),
        )
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .where(col(VisitRow.id).in_(visit_ids))
    )
    # Asked of the database, SQLite would look through all that count for these few.
    heads = [head for head in of_visits if head.state in COUNTED_STATES]
    unknown = {head.edition_id for head in heads} - set(layouts)
    found = readable_editions(session, unknown).items()
    layouts |= {edition_id: _Layout.of(edition) for edition_id, edition in found}
    answers = _answers(session, [head.id for head in heads])
    for head in heads:
        if not (layout := layouts.get(head.edition_id)):
            continue
        packed = _pack(head, answers.get(head.text, []), layout)
        yield {"of_visit": head.id, "edition_id": head.edition_id, "packed": packed}


def _as_text(visit_id: Any) -> Any:
    # A UUID made for each of millions of observations would take longer than all else.
    return cast(visit_id, String).label("text")


def _as_kept(instant: Any) -> Any:
    # SQLite gives instants in UTC without their zone: enough to say which was first, and a zone for each of
    # millions takes longer than all else.
    return type_coerce(instant, DateTime(timezone=True)).label(instant.key)


def _in_utc(kept: datetime | None) -> datetime | None:
    return kept.replace(tzinfo=UTC) if kept and kept.tzinfo is None else kept


def _answers(session: Session, visit_ids: Sequence[UUID]) -> dict[str, list[Row[Any]]]:
    wanted = (
        select(
            _as_text(ObservationRow.visit_id),
            col(ObservationRow.standard_id),
            col(ObservationRow.value),
            col(ObservationRow.verdict),
            col(ObservationRow.longer_than),
            _as_kept(ObservationRow.opened_at),
            _as_kept(ObservationRow.closed_at),
            _as_kept(ObservationRow.answered_at),
        )
        .where(col(ObservationRow.visit_id).in_(visit_ids))
        .order_by(col(ObservationRow.visit_id))
    )
    # Past the session, which is made for rows of one table and takes as long again.
    rows = session.connection().execute(wanted)
    return {visit_id: list(group) for visit_id, group in groupby(rows, key=itemgetter(0))}


def _pack(head: Row[Any], answers: Sequence[Any], layout: _Layout) -> bytes:
    cells = bytearray(len(layout.standards))
    waits = [nan] * len(layout.waits)
    zone = zone_of(head.timezone)
    for row in answers:
        found = layout.standards.get(row.standard_id)
        if not found:
            continue
        at, standard = found
        cells[at] = _CELLS.get(row.verdict, 0)
        if row.answered_at and _is_fresh(row, standard, head, zone):
            cells[at] |= FRESH_BIT
        if row.value is not None and at in layout.waits:
            seconds = row.value * (DAY if standard.target.unit in DAY_UNITS else 1)
            waits[layout.waits[at]] = copysign(seconds, -1 if row.longer_than else 1)
    complete = is_complete(head.coverage, layout.minimum_coverage)
    days = (head.visited_on - _EPOCH).days
    begun = HEAD.pack(head.id.bytes, head.channel_id, head.shopper_id or NOBODY, days, complete)
    return begun + bytes(cells) + layout.tail.pack(*waits)


def _is_fresh(row: Any, standard: Standard, head: Row[Any], zone: ZoneInfo) -> bool:
    if row.opened_at is None:
        return is_fresh(row, standard, left_at=head.left_at, zone=zone)
    timed = Observation(
        standard.code,
        value=row.value,
        opened_at=_in_utc(row.opened_at),
        closed_at=_in_utc(row.closed_at),
        answered_at=_in_utc(row.answered_at),
        longer_than=row.longer_than,
    )
    return is_fresh(timed, standard, left_at=_in_utc(head.left_at), zone=zone)
