"""The observations behind a scorecard, for its sheets and files: streamed, without names and hours."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlmodel import Session, col

from standards.editions import Edition, Kind, Standard
from standards.measuring import Verdict
from standards.people import Person
from standards.scorecards import Cleaner, PartOfDay, RawObservations
from standards.scorecards.raw import Coded
from standards.scoring import is_complete
from standards.values import say_target
from storage.comparing import Selection
from storage.editions import editions_of_set, get_edition
from storage.observation_rows import read_by
from storage.scorecard_told import cleaner_for, part_of_day
from storage.scorecards import Asked, channel_of_visit, selection_of
from storage.sessions import in_session
from storage.tables import BrandRow, ChannelRow, ObservationRow, VisitRow
from storage.visits import NOTE_LIMIT, get_visit

# So many lie in memory at once, with all their observations.
VISITS_AT_ONCE = 500
_HEADS_AT_ONCE = 1_000
_ROWS_AT_ONCE = 500
_ID_BYTES = 16
_PARTS: tuple[PartOfDay | None, ...] = (None, *PartOfDay)
_VERDICTS: tuple[Verdict | None, ...] = (None, *Verdict)
_VERDICT_PLACES = {verdict and verdict.value: place for place, verdict in enumerate(_VERDICTS)}
_NO_AND_YES = (False, True)


@dataclass(frozen=True)
class _Channels:
    """The channels of a scorecard, and where each stands by its id."""

    rows: tuple[tuple[ChannelRow, str], ...]
    places: dict[int, int]


@dataclass(frozen=True)
class _Standards:
    """The standards of every edition, in its order, and where each stands by its id."""

    all: tuple[Standard, ...]
    places: dict[int, int]


class _Heads:
    """The visits of a scorecard, the oldest first, some thirty bytes each: a million of them fit."""

    def __init__(self) -> None:
        self.ids = bytearray()
        self.days, self.channels, self.editions = array("i"), array("i"), array("i")
        self.parts, self.complete = bytearray(), bytearray()

    def __len__(self) -> int:
        return len(self.days)


def observations_behind(asked: Asked, *, seen_by: Person | None) -> Iterator[RawObservations]:
    """
    Give the observations of a scorecard's counted visits, those of some visits at a time, the oldest first.

    Every part is read in a transaction of its own, so that a slow reader keeps nobody waiting.

    Raises:
        ScorecardNotFound: it is about nothing that is there, or not theirs to read.
    """
    with in_session(read_only=True) as session:
        selection = _selection(session, asked, seen_by)
        editions = editions_of_set(session, selection.set_id)
        standards = _standards(editions)
        heads = _heads(session, selection, asked.visit_id, seen_by, editions)
        channels = _channels(session)
        cleaner = cleaner_for(session)
    for first in range(0, len(heads), VISITS_AT_ONCE):
        visits = range(first, min(first + VISITS_AT_ONCE, len(heads)))
        found = _answers(
            [UUID(bytes=bytes(heads.ids[at * _ID_BYTES : (at + 1) * _ID_BYTES])) for at in visits]
        )
        if found:
            yield _columns(found, visits, heads, channels, standards, cleaner if asked.has_words else None)


def _selection(session: Session, asked: Asked, seen_by: Person | None) -> Selection:
    if asked.visit_id is None:
        return selection_of(session, asked, seen_by=seen_by)[0]
    channel = channel_of_visit(session, asked.visit_id, seen_by=seen_by)
    visit = get_visit(session, asked.visit_id)
    return Selection(get_edition(session, visit.edition_id).set_id, channel_ids=(channel.id,))


def _channels(session: Session) -> _Channels:
    wanted = (
        select(ChannelRow, col(BrandRow.name))
        .join(BrandRow, col(ChannelRow.brand_id) == col(BrandRow.id))
        .order_by(col(ChannelRow.id))
    )
    rows = tuple((channel, brand) for channel, brand in session.execute(wanted))
    return _Channels(rows, {channel.id or 0: place for place, (channel, _) in enumerate(rows)})


def _standards(editions: Sequence[Edition]) -> _Standards:
    every = tuple(standard for edition in editions for standard in edition.standards)
    return _Standards(every, {standard.id or 0: place for place, standard in enumerate(every)})


def _heads(
    session: Session,
    selection: Selection,
    visit_id: UUID | None,
    seen_by: Person | None,
    editions: Sequence[Edition],
) -> _Heads:
    asked_for = {edition.id: (edition.number, edition.minimum_coverage) for edition in editions}
    day, heads = col(VisitRow.visited_on), _Heads()
    columns = (
        col(VisitRow.id), day, col(VisitRow.channel_id), col(VisitRow.edition_id),
        col(VisitRow.started_at), col(VisitRow.coverage), col(ChannelRow.timezone),
    )  # fmt: skip
    wanted = read_by(seen_by, selection, select(*columns)).order_by(day, col(VisitRow.id))
    if visit_id is not None:
        wanted = wanted.where(col(VisitRow.id) == visit_id)
    for found in session.execute(wanted, execution_options={"yield_per": _HEADS_AT_ONCE}):
        one, visited_on, channel_id, edition_id, started_at, coverage, timezone = found
        if edition_id not in asked_for:
            continue
        number, minimum = asked_for[edition_id]
        heads.ids += one.bytes
        heads.days.append(visited_on.toordinal())
        heads.channels.append(channel_id)
        heads.editions.append(number)
        heads.parts.append(_PARTS.index(part_of_day(started_at, timezone)) if started_at else 0)
        heads.complete.append(is_complete(coverage, minimum))
    return heads


@dataclass(frozen=True)
class _Answers:
    """Answers as they are stored, a column each; `visits` counts them within what was asked for."""

    visits: NDArray[np.int64]
    standard_ids: list[int]
    values: list[float | None]
    verdicts: list[str | None]
    longer_than: list[bool]
    notes: list[str]


def _answers(visit_ids: Sequence[UUID]) -> _Answers | None:
    columns = (
        col(ObservationRow.visit_id), col(ObservationRow.standard_id), col(ObservationRow.value),
        col(ObservationRow.verdict), col(ObservationRow.longer_than), col(ObservationRow.note),
    )  # fmt: skip
    wanted = select(*columns).where(col(ObservationRow.visit_id).in_(visit_ids))
    ids, *others = stored = tuple[list[Any], ...]([] for _ in columns)
    with in_session(read_only=True) as session:
        cursor = session.connection().execute(wanted).cursor
        assert cursor
        # As the driver has them, and so few at once that Python never begins to look for what it may drop:
        # either would take longer than to read them.
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            for column, held in zip(stored, zip(*rows, strict=True), strict=True):
                column.extend(held)
    if not ids:
        return None
    # PostgreSQL has ids as such, SQLite as their digits.
    as_stored = visit_ids if isinstance(ids[0], UUID) else [visit_id.hex for visit_id in visit_ids]
    places = {stored: place for place, stored in enumerate(as_stored)}
    return _Answers(np.fromiter(map(places.__getitem__, ids), np.int64, len(ids)), *others)


def _columns(
    found: _Answers,
    visits: range,
    heads: _Heads,
    channels: _Channels,
    standards: _Standards,
    cleaner: Cleaner | None,
) -> RawObservations:
    """Put answers into their order and beside them what is known of their visits and standards."""
    count = len(found.visits)
    asked = np.fromiter(map(standards.places.__getitem__, found.standard_ids), np.int64, count)
    order = np.lexsort((asked, found.visits))
    asked, visit_of = asked[order], found.visits[order]

    def of_visit(values: Sequence[Any]) -> Coded[Any]:
        return Coded(values, visit_of)

    def of_channel(values: Sequence[Any]) -> Coded[Any]:
        return Coded(values, channel_of)

    def of_standard(values: Sequence[Any]) -> Coded[Any]:
        return Coded(values, asked)

    chosen = slice(visits.start, visits.stop)
    channel_of = np.array([channels.places[one] for one in heads.channels[chosen]])[visit_of]
    rows, every = channels.rows, standards.all
    return RawObservations(
        visit=of_visit([at + 1 for at in visits]),
        visited_on=of_visit([date.fromordinal(day) for day in heads.days[chosen]]),
        part_of_day=of_visit([_PARTS[place] for place in heads.parts[chosen]]),
        brand=of_channel([brand for _, brand in rows]),
        channel=of_channel([channel.name for channel, _ in rows]),
        kind=of_channel([Kind(channel.kind) for channel, _ in rows]),
        area=of_channel([channel.area for channel, _ in rows]),
        edition=of_visit(heads.editions[chosen].tolist()),
        touchpoint=of_standard([one.touchpoint for one in every]),
        code=of_standard([one.code for one in every]),
        statement=of_standard([one.statement for one in every]),
        measure=of_standard([one.measure for one in every]),
        target=of_standard([say_target(one.measure, one.target) for one in every]),
        weight=of_standard([one.weight for one in every]),
        no_no=of_standard([one.no_no for one in every]),
        verdict=Coded(
            _VERDICTS, np.fromiter(map(_VERDICT_PLACES.__getitem__, found.verdicts), np.int64, count)[order]
        ),
        value=Coded(found.values, order),
        unit=of_standard([one.target.unit for one in every]),
        longer_than=Coded(_NO_AND_YES, np.fromiter(found.longer_than, np.int64, count)[order]),
        is_complete=of_visit([bool(held) for held in heads.complete[chosen]]),
        note=_notes(found.notes, order, cleaner),
    )


def _notes(notes: Sequence[str], order: NDArray[Any], cleaner: Cleaner | None) -> Coded[str]:
    held, places = [""], np.zeros(len(notes), np.int64)
    if cleaner:
        written = [at for at, note in enumerate(notes) if note]
        held += [cleaner.clean(notes[at], NOTE_LIMIT) for at in written]
        places[written] = range(1, len(written) + 1)
    return Coded(held, places[order])
