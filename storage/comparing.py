"""
What comparing reads, from this process's copy of the tallies: only what the reader may compare.

Each function takes who reads (`seen_by`); None is the operator. No shopper is ever named in what it returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row, exists, select
from sqlmodel import Session, col

from standards.editions import Kind
from standards.people import Person
from standards.visits import Brand, Channel
from storage.brands import list_brands
from storage.channels import list_channels
from storage.editions import StandardSet, list_sets
from storage.tables import ChannelRow, VisitRow
from storage.tally_arrays import KeptVisits
from storage.tally_copies import asked_once, current_copy
from storage.visibility import compared_visits, seen_visits

NOT_CHOSEN = -1


@dataclass(frozen=True)
class Selection:
    """
    Which visits are compared; an empty tuple or None leaves that side open. Dates count themselves in.

    `editions` are numbers. `fresh_only` leaves out every answer that is not fresh (`standards.freshness`).
    """

    set_id: int
    brand_ids: tuple[int, ...] = ()
    kinds: tuple[Kind, ...] = ()
    areas: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    channel_ids: tuple[int, ...] = ()
    editions: tuple[int, ...] = ()
    fresh_only: bool = False


@dataclass(frozen=True)
class SetInUse:
    """A standard set with how many of its visits are submitted or approved."""

    set: StandardSet
    visits: int


@dataclass(frozen=True)
class Places:
    """Kinds and areas of visited channels: what a filter offers."""

    kinds: tuple[Kind, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """How many visits of a selection are compared, and how many stay out because they are incomplete."""

    complete: int
    incomplete: int


@dataclass(frozen=True, eq=False)
class ChosenVisits:
    """
    What a selection holds of its set.

    `places` are those of its visits among all that are kept, the incomplete ones too; `brand_ids` gives by a
    channel's id whose it is, and NOT_CHOSEN for the channels that are not chosen or not seen.
    """

    kept: KeptVisits
    places: NDArray[np.intp]
    brand_ids: NDArray[np.int32]


def choose_visits(session: Session, selection: Selection, *, seen_by: Person | None) -> ChosenVisits | None:
    """Find the selection's counted visits that the reader may compare; None where its set has no edition."""
    kept = current_copy(session).sets.get(selection.set_id)
    if not kept:
        return None
    held = kept.arrays
    brand_ids = np.full(len(kept.visits_by_channel), NOT_CHOSEN, np.int32)
    for channel in _visited(kept, _channels(session, seen_by)):
        if _is_chosen(channel, selection):
            brand_ids[channel.id] = channel.brand_id
    first, end = 0, len(held)
    if selection.since:
        first = int(np.searchsorted(held.days, _day(selection.since)))
    if selection.until:
        end = int(np.searchsorted(held.days, _day(selection.until), side="right"))
    chosen = brand_ids[held.channel_ids[first:end]] != NOT_CHOSEN
    if selection.editions:
        chosen &= np.isin(held.edition_numbers[first:end], selection.editions)
    return ChosenVisits(kept, first + np.flatnonzero(chosen), brand_ids)


def _day(day: date) -> np.int32:
    return np.datetime64(day, "D").astype(np.int32)


def _channels(session: Session, seen_by: Person | None) -> Sequence[Row[Any]]:
    """Return the channels that a person compares."""
    # What a person compares is said of channels alone, so no visit is joined.
    wanted = select(
        col(ChannelRow.id), col(ChannelRow.brand_id), col(ChannelRow.kind), col(ChannelRow.area)
    ).where(*compared_visits(seen_by))
    return asked_once(session, ("channels", seen_by), lambda: session.execute(wanted).all())


def _is_chosen(channel: Row[Any], selection: Selection) -> bool:
    return (
        channel.brand_id in (selection.brand_ids or (channel.brand_id,))
        and channel.kind in (selection.kinds or (channel.kind,))
        and channel.area in (selection.areas or (channel.area,))
        and channel.id in (selection.channel_ids or (channel.id,))
    )


def _visited(kept: KeptVisits, channels: Sequence[Row[Any]]) -> list[Row[Any]]:
    return [channel for channel in channels if channel.id in kept.visited_channels]


def sets_in_use(session: Session, *, seen_by: Person | None) -> list[SetInUse]:
    """
    Return the sets that have visits, the one to open first at the head.

    Own sets come before the example's, and the most visited before the others.
    """
    copy, channels = current_copy(session), _channels(session, seen_by)
    visits = {
        set_id: sum(int(kept.visits_by_channel[channel.id]) for channel in _visited(kept, channels))
        for set_id, kept in copy.sets.items()
    }
    used = [SetInUse(found, visits[found.id]) for found in list_sets(session) if visits.get(found.id)]
    return sorted(used, key=lambda use: (use.set.is_example, -use.visits, use.set.name))


def brands_in_set(session: Session, set_id: int, *, seen_by: Person | None) -> list[Brand]:
    """Return the brands visited with a set, our own first, then by name."""
    visited = {channel.brand_id for channel in _channels_in(session, set_id, seen_by)}
    return [brand for brand in list_brands(session) if brand.id in visited]


def channels_in_set(session: Session, set_id: int, *, seen_by: Person | None) -> dict[int, Channel]:
    """Return the channels visited with a set, by id, in the order of a list of channels."""
    visited = {channel.id for channel in _channels_in(session, set_id, seen_by)}
    return {one.id: one for one in list_channels(session, include_closed=True) if one.id in visited}


def editions_in_set(session: Session, set_id: int) -> list[int]:
    """Return the numbers of the editions that counted visits of a set were made with."""
    kept = current_copy(session).sets.get(set_id)
    return np.flatnonzero(kept.visits_by_edition).tolist() if kept else []


def places_of(session: Session, set_id: int | None = None, *, seen_by: Person | None) -> Places:
    """Return the kinds and areas of the channels compared by one set; without it, of all visits seen."""
    if set_id is None:
        of_visits = exists().where(col(VisitRow.channel_id) == col(ChannelRow.id), *seen_visits(seen_by))
        wanted = select(col(ChannelRow.kind), col(ChannelRow.area)).where(of_visits)
        found = [(row.kind, row.area) for row in session.execute(wanted)]
    else:
        found = [(channel.kind, channel.area) for channel in _channels_in(session, set_id, seen_by)]
    kinds = {kind for kind, _ in found}
    areas = sorted({area for _, area in found if area})
    return Places(tuple(kind for kind in Kind if kind in kinds), tuple(areas))


def _channels_in(session: Session, set_id: int, seen_by: Person | None) -> list[Row[Any]]:
    kept = current_copy(session).sets.get(set_id)
    return _visited(kept, _channels(session, seen_by)) if kept else []


def count_compared(session: Session, selection: Selection, *, seen_by: Person | None) -> Compared:
    """Count the selected visits that are complete, and those that are not."""
    chosen = choose_visits(session, selection, seen_by=seen_by)
    if not chosen:
        return Compared(0, 0)
    complete = int(chosen.kept.arrays.is_complete[chosen.places].sum())
    return Compared(complete, len(chosen.places) - complete)
