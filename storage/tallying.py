"""Tallying: each counted visit packed into one row that comparing reads, before its transaction commits."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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

from sqlalchemy import Connection, DateTime, String, bindparam, cast, insert, select, type_coerce, update
from sqlmodel import Session, SQLModel, col

from standards.editions import Edition, Standard
from standards.freshness import is_fresh
from standards.measuring import DAY_UNITS, Measure, Verdict
from standards.scoring import is_complete
from standards.values import DAY
from standards.visits import COUNTED_STATES, Observation
from storage.driver import asked_driver
from storage.editions import readable_editions
from storage.questions import Question
from storage.tables import ChannelRow, EditionRow, ObservationRow, VisitRow
from storage.tally_tables import TallyRow

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
_AHEAD = "tallied_ahead"
_SAID = "said_to_mark"
_MARKED = "marked"

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
    session.flush()
    if not session.info.pop(_MARKED, True):
        return 0
    connection = session.connection()
    ahead: dict[UUID, _Ahead] = session.info.pop(_AHEAD, {})
    if ahead and connection.dialect.name == "postgresql":
        due = _store_ahead(connection, ahead)
        done, ahead = len(ahead.keys() - set(due)), {}
    else:
        due, done = [row.visit_id for row in _DUE.all(session, {})], 0
    number = None
    for start in range(0, len(due), _AT_ONCE):
        chunk = due[start : start + _AT_ONCE]
        tallies: dict[UUID, tuple[int | None, bytes | None]] = dict.fromkeys(chunk, (None, None))
        tallies |= dict(_packed(session, [one for one in chunk if one not in ahead], _published))
        tallies |= {one: (ahead[one].edition_id, ahead[one].packed) for one in chunk if one in ahead}
        if connection.dialect.name == "postgresql" and len(due) <= _AT_ONCE:
            told = [
                {"visit_id": str(visit_id), "edition_id": edition_id, "packed": packed and packed.hex()}
                for visit_id, (edition_id, packed) in tallies.items()
            ]
            asked_driver(connection, _COUNT_ON_AND_STORE, (json.dumps(told),))
            break
        number = number or asked_driver(connection, _COUNT_ON, ()).fetchall()[0][0]
        if connection.dialect.name == "sqlite":
            for visit_id, (edition_id, packed) in tallies.items():
                asked_driver(connection, _STORE_IN_SQLITE, (number, edition_id, packed, visit_id.hex))
            continue
        changes = [
            {"of_visit": visit_id, "change": number, "edition_id": edition_id, "packed": packed}
            for visit_id, (edition_id, packed) in tallies.items()
        ]
        connection.execute(_STORE, changes)
    return done + len(due)


@dataclass(frozen=True)
class CountedVisit:
    """What a tally says of a visit beside its answers; `timezone` is its channel's."""

    id: UUID
    edition_id: int
    channel_id: int
    shopper_id: int | None
    visited_on: date
    left_at: datetime | None
    coverage: float | None
    timezone: str


@dataclass(frozen=True)
class _Ahead:
    """A tally that is known before its visit is marked, and by which zone it was packed."""

    edition_id: int
    packed: bytes
    channel_id: int
    timezone: str


def tally_ahead(
    session: Session, visit: CountedVisit, answers: Iterable[tuple[int, Observation]], layout: "Layout"
) -> None:
    """
    Pack a visit from what this transaction is storing, so that `tally_due` need not read it again.

    Only for a visit whose row this transaction holds, and leaves as it is told here.

    Args:
        answers: all of the visit's observations, by their standards' ids.
    """
    ahead: dict[UUID, _Ahead] = session.info.setdefault(_AHEAD, {})
    packed = _pack(visit, answers, layout)
    ahead[visit.id] = _Ahead(visit.edition_id, packed, visit.channel_id, visit.timezone)


def note_marks(session: Session, *, some: bool) -> None:
    """Say whether what one write of several has done so far marks visits (see `note_write`)."""
    session.info[_SAID] = some or session.info.get(_SAID, False)


def note_write(session: Session) -> None:
    """
    End one of the writes that a transaction consists of: one that said nothing may have marked visits.

    Where all of them have said that they mark none, `tally_due` need not ask.
    """
    session.info[_MARKED] = session.info.pop(_SAID, True) or session.info.get(_MARKED, False)


def _store_ahead(connection: Connection, ahead: Mapping[UUID, _Ahead]) -> list[UUID]:
    """Store what is known of the visits marked here; return those that are left, as `_DUE` does."""
    told = [
        {"visit_id": str(visit_id), **vars(one), "packed": one.packed.hex()}
        for visit_id, one in ahead.items()
    ]
    return [row[0] for row in asked_driver(connection, _STORE_AHEAD, (json.dumps(told),))]


def retally(session: Session) -> int:
    """Tally every counted visit anew, as where a tally was found to differ; return how many."""
    session.execute(update(TallyRow).values(change=None))
    held = select(col(TallyRow.visit_id))
    missing = select(col(VisitRow.id)).where(_is_counted(), col(VisitRow.id).not_in(held))
    session.execute(insert(TallyRow).from_select(["visit_id"], missing))
    _published.clear()
    return tally_due(session)


def wrong_tallies(session: Session, editions: Mapping[int, Edition]) -> Iterator[str]:
    """
    Say which visits' tallies are not what adding them up anew gives.

    Args:
        editions: those that can be read; visits with others are left out.
    """
    layouts = _Layouts()
    counted = select(col(VisitRow.id)).where(_is_counted(), col(VisitRow.edition_id).in_(editions))
    held = select(col(TallyRow.visit_id), col(TallyRow.change), col(TallyRow.packed))
    ids = session.execute(counted).scalars().all()
    for start in range(0, len(ids), _AT_ONCE):
        chunk = ids[start : start + _AT_ONCE]
        rows = session.execute(held.where(col(TallyRow.visit_id).in_(chunk))).all()
        stored = {row.visit_id: row.packed for row in rows if row.change is not None}
        for visit_id, (_, packed) in _packed(session, chunk, layouts):
            if stored.get(visit_id) != packed:
                yield f"Tally differs: visit {visit_id} is compared with what it held before."
    every = select(col(VisitRow.id)).where(_is_counted())
    outlived = held.where(col(TallyRow.packed).is_not(None), col(TallyRow.visit_id).not_in(every))
    for row in session.execute(outlived):
        yield f"Tally differs: visit {row.visit_id} is compared and does not count."


def _is_counted() -> Any:
    return col(VisitRow.state).in_([state.value for state in COUNTED_STATES])


@dataclass(frozen=True)
class Layout:
    """Where an edition's standards stand in a packed visit."""

    standards: Mapping[int, tuple[int, Standard]]
    waits: Mapping[int, int]
    minimum_coverage: float
    tail: Struct

    @classmethod
    def of(cls, edition: Edition) -> "Layout":
        """Return the layout of a published edition."""
        timed = timed_standards(edition)
        return cls(
            standards={s.id: (at, s) for at, s in enumerate(edition.standards) if s.id is not None},
            waits={at: place for place, at in enumerate(timed)},
            minimum_coverage=edition.minimum_coverage,
            tail=Struct(f"<{len(timed)}d"),
        )


class _Layouts:
    """
    Layouts by edition. Reading one takes longer than packing a visit, and a published one never changes.

    An edition's id may be given again after an example was removed: the instant tells the two apart.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[Any, ...], Layout] = {}

    def clear(self) -> None:
        self._kept.clear()

    def of(self, session: Session, heads: Sequence[Any]) -> dict[int, Layout]:
        """Return the layouts of some visits' editions, by their ids; of those that can be read."""
        url = str(session.get_bind().engine.url)
        wanted = {(url, head.edition_id, head.set_id, head.number, head.published_at) for head in heads}
        unknown = {key[1]: key for key in wanted - self._kept.keys()}
        for edition_id, edition in readable_editions(session, unknown).items():
            self._kept[unknown[edition_id]] = Layout.of(edition)
        return {key[1]: self._kept[key] for key in wanted & self._kept.keys()}


_published = _Layouts()


def _packed(
    session: Session, visit_ids: Sequence[UUID], layouts: _Layouts
) -> Iterator[tuple[UUID, tuple[int, bytes]]]:
    """Give edition and packed tally of those visits that count and can be read."""
    if not visit_ids:
        return
    connection = session.connection()
    # Whether they count is seen here: asked for it, SQLite would look through all that count for these few.
    heads = [
        head for head in connection.execute(_HEADS, {"visit_ids": visit_ids}) if head.state in COUNTED_STATES
    ]
    if not heads:
        return
    known = layouts.of(session, heads)
    rows = connection.execute(_ANSWERS, {"visit_ids": [head.id for head in heads]})
    answers = {visit_id: list(group) for visit_id, group in groupby(rows, key=itemgetter(0))}
    for head in heads:
        if layout := known.get(head.edition_id):
            found = ((row.standard_id, row) for row in answers.get(head.text, []))
            yield head.id, (head.edition_id, _pack(head, found, layout))


def _as_text(visit_id: Any) -> Any:
    # A UUID made for each of millions of observations would take longer than all else.
    return cast(visit_id, String).label("text")


def _as_kept(instant: Any) -> Any:
    # SQLite gives instants in UTC without their zone: enough to say which was first, and a zone for each of
    # millions takes longer than all else.
    return type_coerce(instant, DateTime(timezone=True)).label(instant.key)


def _in_utc(kept: datetime | None) -> datetime | None:
    return kept.replace(tzinfo=UTC) if kept and kept.tzinfo is None else kept


# Built once, and past the mapper: every visit that phones send is tallied before it is answered.
_TALLY = SQLModel.metadata.tables["tally"]
# All at once: what a transaction has tallied stays in its way each time it looks for what is left. What
# another transaction holds, it tallies itself. Waited for, it might be waiting for us.
_DUE = Question(select(_TALLY.c.visit_id).where(_TALLY.c.change.is_(None)).with_for_update(skip_locked=True))
_COUNT_ON = "UPDATE tally_clock SET number = number + 1 RETURNING number"
_STORE_IN_SQLITE = "UPDATE tally SET change = ?, edition_id = ?, packed = ? WHERE visit_id = ?"
_STORE = update(_TALLY).where(_TALLY.c.visit_id == bindparam("of_visit"))
# Both of them in one journey.
_COUNT_ON_AND_STORE = """
    WITH clock AS (UPDATE tally_clock SET number = number + 1 RETURNING number)
    UPDATE tally
    SET change = clock.number, edition_id = told.edition_id, packed = decode(told.packed, 'hex')
    FROM clock, json_to_recordset(%s::json) AS told(visit_id uuid, edition_id integer, packed text)
    WHERE tally.visit_id = told.visit_id
"""
# A channel whose zone was changed after it was read has its visits packed from what is stored.
_STORE_AHEAD = """
    WITH told AS (
        SELECT told.* FROM json_to_recordset(%s::json)
            AS told(visit_id uuid, edition_id integer, packed text, channel_id integer, timezone text)
        JOIN channel ON channel.id = told.channel_id AND channel.timezone = told.timezone
    ),
    clock AS (UPDATE tally_clock SET number = number + 1 RETURNING number),
    stored AS (
        UPDATE tally
        SET change = clock.number, edition_id = told.edition_id, packed = decode(told.packed, 'hex')
        FROM clock, told
        WHERE tally.visit_id = told.visit_id AND tally.change IS NULL
        RETURNING tally.visit_id
    ),
    due AS (SELECT visit_id FROM tally WHERE change IS NULL FOR UPDATE SKIP LOCKED)
    SELECT visit_id FROM due WHERE visit_id NOT IN (SELECT visit_id FROM stored)
"""
_HEADS = (
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
        col(EditionRow.set_id),
        col(EditionRow.number),
        col(EditionRow.published_at),
        _as_text(VisitRow.id),
    )
    .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
    .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
    .where(col(VisitRow.id).in_(bindparam("visit_ids", expanding=True)))
)
_ANSWERS = (
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
    .where(col(ObservationRow.visit_id).in_(bindparam("visit_ids", expanding=True)))
    .order_by(col(ObservationRow.visit_id))
)


def _pack(head: Any, answers: Iterable[tuple[int, Any]], layout: Layout) -> bytes:
    cells = bytearray(len(layout.standards))
    waits = [nan] * len(layout.waits)
    zone = zone_of(head.timezone)
    for standard_id, row in answers:
        found = layout.standards.get(standard_id)
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


def _is_fresh(row: Any, standard: Standard, head: Any, zone: ZoneInfo) -> bool:
    if row.opened_at is None or isinstance(row, Observation):
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
