"""Each process's copy of the tallies, brought up to date whenever something is asked of it."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from storage.editions import readable_editions
from storage.tables import EditionRow
from storage.tally_arrays import (
    Arrays,
    KeptVisits,
    together,
    unpack,
    with_changes,
    with_visits,
    without_visits,
)
from storage.tally_tables import TallyClockRow, TallyRow
from storage.tallying import tally_due

_AT_ONCE = 5_000
_ASKED = "asked once"
_Found = TypeVar("_Found")


@dataclass(frozen=True, eq=False)
class Copy:
    """
    All tallies up to and with a change, by the id of their set.

    `life` is that of the tables: restoring a backup begins another. `published` are the ids of the published
    editions: with another one, columns are others.
    """

    life: UUID
    number: int
    published: tuple[int, ...]
    sets: Mapping[int, KeptVisits]


@dataclass(eq=False)
class _Holder:
    """What the threads of a process share: whoever finds the copy behind brings it up to date for all."""

    lock: Lock = field(default_factory=Lock)
    copy: Copy | None = None


# Closing a database drops its engine, and with it the copy.
_held: WeakKeyDictionary[Engine, _Holder] = WeakKeyDictionary()
_holding = Lock()


def current_copy(session: Session) -> Copy:
    """
    Return the tallies that this transaction may see, or newer ones that are committed.

    A transaction that may write sees its own changes, which nobody else does yet: it reads all tallies into
    a copy of its own, and takes its time where there are many.
    """
    if not _only_reads(session):
        tally_due(session)
        return _read_all(session)
    with _holding:
        holder = _held.setdefault(session.connection().engine, _Holder())
    with holder.lock:
        holder.copy = _up_to_date(session, holder.copy)
        return holder.copy


def _only_reads(session: Session) -> bool:
    return bool(session.connection().get_execution_options().get("read_only", False))


def asked_once(session: Session, key: Hashable, ask: Callable[[], _Found]) -> _Found:
    """
    Ask for something small once in a transaction that only reads; one that may write may have changed it.

    What is large would live as long as the session, which may wait long for its memory to be given back.
    """
    if not _only_reads(session):
        return ask()
    transaction, known = session.info.get(_ASKED, (None, {}))
    if transaction is not session.get_transaction():
        known = {}
        session.info[_ASKED] = session.get_transaction(), known
    if key not in known:
        known[key] = ask()
    found: _Found = known[key]
    return found


def _up_to_date(session: Session, held: Copy | None) -> Copy:
    life, number = asked_once(session, "clock", lambda: _clock(session))
    published = asked_once(session, "published", lambda: _published(session))
    if held is None or held.life != life or held.published != published:
        return _read_all(session)
    # A transaction that began before another thread's may see less than that one has read.
    if number <= held.number:
        return held
    # One statement sees one moment: of what is committed meanwhile, all of it or nothing. The clock was
    # read before, so whatever is newer is read once more.
    wanted = select(col(TallyRow.edition_id), col(TallyRow.packed), col(TallyRow.visit_id))
    changed = session.execute(wanted.where(col(TallyRow.change) > held.number)).all()
    ids = np.array([visit_id.bytes for _, _, visit_id in changed], "S16")
    added = _unpacked(held.sets, [(edition_id, packed) for edition_id, packed, _ in changed])
    sets = {set_id: with_changes(kept, ids, added.get(set_id)) for set_id, kept in held.sets.items()}
    return replace(held, number=number, sets=sets)


def _read_all(session: Session) -> Copy:
    life, number = _clock(session)
    published = _published(session)
    editions = readable_editions(session, published).values()
    sets = {
        set_id: without_visits(edition for edition in editions if edition.set_id == set_id)
        for set_id in {edition.set_id for edition in editions}
    }
    wanted = select(col(TallyRow.edition_id), col(TallyRow.packed)).where(col(TallyRow.change).is_not(None))
    found: dict[int, list[Arrays]] = {}
    for part in session.execute(wanted, execution_options={"yield_per": _AT_ONCE}).partitions():
        for set_id, arrays in _unpacked(sets, part).items():
            found.setdefault(set_id, []).append(arrays)
    # Taken out one by one, so that not everything lies in memory twice.
    return Copy(life, number, published, {id_: with_visits(sets[id_], found.pop(id_, [])) for id_ in sets})


def _clock(session: Session) -> tuple[UUID, int]:
    found = session.execute(select(col(TallyClockRow.life), col(TallyClockRow.number))).one()
    return found.life, found.number


def _published(session: Session) -> tuple[int, ...]:
    wanted = select(col(EditionRow.id)).where(col(EditionRow.published_at).is_not(None))
    return tuple(session.execute(wanted.order_by(col(EditionRow.id))).scalars())


def _unpacked(
    sets: Mapping[int, KeptVisits], rows: Iterable[tuple[int | None, bytes | None]]
) -> dict[int, Arrays]:
    """Unpack visits by their set; what counts no more, or is of an edition nobody can read, is left out."""
    of_edition = {edition_id: set_id for set_id, kept in sets.items() for edition_id in kept.layouts}
    packed: dict[int, list[bytes]] = {}
    for edition_id, held in rows:
        if held is not None and edition_id in of_edition:
            packed.setdefault(edition_id, []).append(held)
    found: dict[int, list[Arrays]] = {}
    for edition_id, some in packed.items():
        kept = sets[of_edition[edition_id]]
        found.setdefault(of_edition[edition_id], []).append(unpack(some, kept.layouts[edition_id], kept))
    return {set_id: together(parts) for set_id, parts in found.items()}
