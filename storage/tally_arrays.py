"""Tallies as arrays: packed visits unpacked into the columns of their set, kept in order, and changed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standards.comparing import (
    NO_VERDICT,
    VERDICT_MET,
    VERDICT_MISSED,
    ComparedStandard,
    VisitColumns,
    Waits,
)
from standards.editions import Edition, Scope
from standards.measuring import Measure
from storage.tallying import FRESH_BIT, MET, MISSED, VERDICT_BITS, timed_standards

# As `storage.tallying.HEAD` packs it.
_HEAD = (
    ("visit_ids", "S16"),
    ("channel_ids", "<i4"),
    ("shopper_ids", "<i4"),
    ("days", "<i4"),
    ("is_complete", "?"),
)
_VERDICTS = np.full(VERDICT_BITS + 1, NO_VERDICT, np.int8)
_VERDICTS[[MISSED, MET]] = VERDICT_MISSED, VERDICT_MET
# From so many changes on, putting all in order again is quicker than finding each one's place.
_MANY = 1_000
# What is asked of every brand alike; only that is compared.
COMMON_ONLY = frozenset({Scope.COMMON})

Indexes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Arrays:
    """
    Visits of one set: n of them, k common standards, d of these timed. `days` are since 1970.

    What is called fresh is the same as if nobody had given an answer that is not.
    """

    visit_ids: NDArray[np.bytes_]
    channel_ids: NDArray[np.int32]
    shopper_ids: NDArray[np.int32]
    edition_numbers: NDArray[np.int32]
    days: NDArray[np.int32]
    is_complete: NDArray[np.bool_]
    points: NDArray[np.float64]
    possible: NDArray[np.float64]
    failed: NDArray[np.bool_]
    fresh_points: NDArray[np.float64]
    fresh_possible: NDArray[np.float64]
    fresh_failed: NDArray[np.bool_]
    verdicts: NDArray[np.int8]  # (n, k)
    is_fresh: NDArray[np.bool_]  # (n, k)
    seconds: NDArray[np.float64]  # (n, d)
    is_open: NDArray[np.bool_]  # (n, d)

    def __len__(self) -> int:
        """Return how many visits there are."""
        return len(self.days)

    def at(self, rows: Indexes | NDArray[np.bool_]) -> "Arrays":
        """Return some of the visits, by a mask or by their places."""
        return _each(lambda held: held[rows], self)


def _each(change: Callable[..., NDArray[Any]], *some: Arrays) -> Arrays:
    return Arrays(*(change(*(getattr(one, made.name) for one in some)) for made in fields(Arrays)))


@dataclass(frozen=True, eq=False)
class Layout:
    """
    How one edition's packed visits are read into the columns of its set.

    `cells` pairs places in the edition with columns; `waits` pairs places among the packed waits with places
    among the timed columns. Weights (in points) and no-nos are by column.
    """

    number: int
    packed: np.dtype[Any]
    cells: tuple[tuple[int, int], ...]
    waits: tuple[tuple[int, int], ...]
    weights: NDArray[np.float64]
    no_nos: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class KeptVisits:
    """One set's counted visits, the incomplete ones too, oldest first and then by their ids."""

    standards: tuple[ComparedStandard, ...]
    layouts: Mapping[int, Layout]  # by the edition's id
    arrays: Arrays

    @cached_property
    def all_answers(self) -> VisitColumns:
        """The visits as columns, without their brands: a channel says whose it is when it is asked about."""
        return self._columns(self.arrays)

    @cached_property
    def fresh_answers(self) -> VisitColumns:
        """The same, as if nobody had given an answer that is not fresh."""
        held, timed = self.arrays, list(timed_columns(self.standards))
        fresh_waits = held.is_fresh[:, timed]
        return self._columns(
            replace(
                held,
                verdicts=_only_fresh(held.verdicts, held.is_fresh),
                points=held.fresh_points,
                possible=held.fresh_possible,
                failed=held.fresh_failed,
                seconds=np.where(fresh_waits, held.seconds, np.nan),
                is_open=held.is_open & fresh_waits,
            )
        )

    @cached_property
    def visits_by_channel(self) -> Indexes:
        """How many counted visits each channel has, by the channel's id."""
        return np.bincount(self.arrays.channel_ids)

    @cached_property
    def visited_channels(self) -> frozenset[int]:
        """The ids of the channels that have counted visits."""
        return frozenset(np.flatnonzero(self.visits_by_channel).tolist())

    @cached_property
    def visits_by_edition(self) -> Indexes:
        """How many counted visits were made with each edition, by the edition's number."""
        return np.bincount(self.arrays.edition_numbers)

    def _columns(self, held: Arrays) -> VisitColumns:
        waits = enumerate(timed_columns(self.standards))
        return VisitColumns(
            visit_ids=held.visit_ids,
            brand_ids=np.zeros(len(held), np.int32),
            channel_ids=held.channel_ids,
            shopper_ids=held.shopper_ids,
            edition_numbers=held.edition_numbers,
            visited_on=held.days.astype("datetime64[D]"),
            points=held.points,
            possible=held.possible,
            failed=held.failed,
            verdicts=held.verdicts,
            standards=self.standards,
            waits={at: Waits(held.seconds[:, place], held.is_open[:, place]) for place, at in waits},
        )


def compared_standards(
    editions: Iterable[Edition], scopes: Collection[Scope] = COMMON_ONLY
) -> tuple[ComparedStandard, ...]:
    """
    Return the standards common to all brands, each as the newest edition that asks it words it.

    Args:
        editions: of one set, newest first.
        scopes: those of the standards wanted, where not only the common ones are.
    Returns:
        In the newest edition's order; what only older editions ask comes after it.
    """
    found: dict[tuple[str, Measure], ComparedStandard] = {}
    for edition in editions:
        for standard in edition.standards:
            if standard.scope in scopes:
                key = standard.code, standard.measure
                found.setdefault(key, ComparedStandard(standard.code, standard.measure, standard))
    return tuple(found.values())


def timed_columns(standards: Sequence[ComparedStandard]) -> tuple[int, ...]:
    """Return the columns of duration standards."""
    return tuple(at for at, one in enumerate(standards) if one.measure is Measure.DURATION)


def without_visits(editions: Iterable[Edition], scopes: Collection[Scope] = COMMON_ONLY) -> KeptVisits:
    """Return an empty set of these editions, in any order, ready to take visits."""
    newest_first = sorted(editions, key=lambda edition: -edition.number)
    standards = compared_standards(newest_first, scopes)
    layouts = {edition.id: _layout_of(edition, standards, scopes) for edition in newest_first}
    return KeptVisits(standards, layouts, _empty(len(standards), len(timed_columns(standards))))


def _empty(width: int, timed: int) -> Arrays:
    numbers, yes_or_no = np.empty(0, np.int32), np.empty(0, np.bool_)
    return Arrays(
        visit_ids=np.empty(0, "S16"),
        channel_ids=numbers,
        shopper_ids=numbers,
        edition_numbers=numbers,
        days=numbers,
        is_complete=yes_or_no,
        points=np.empty(0),
        possible=np.empty(0),
        failed=yes_or_no,
        fresh_points=np.empty(0),
        fresh_possible=np.empty(0),
        fresh_failed=yes_or_no,
        verdicts=np.empty((0, width), np.int8),
        is_fresh=np.empty((0, width), np.bool_),
        seconds=np.empty((0, timed)),
        is_open=np.empty((0, timed), np.bool_),
    )


def _layout_of(edition: Edition, standards: Sequence[ComparedStandard], scopes: Collection[Scope]) -> Layout:
    columns = {(one.code, one.measure): at for at, one in enumerate(standards)}
    timed = timed_columns(standards)
    cells = {
        at: columns[standard.code, standard.measure]
        for at, standard in enumerate(edition.standards)
        if standard.scope in scopes
    }
    packed_waits = timed_standards(edition)
    weights, no_nos = np.zeros(len(standards)), np.zeros(len(standards), np.bool_)
    for at, column in cells.items():
        weights[column], no_nos[column] = edition.standards[at].weight, edition.standards[at].no_no
    of_cells, of_waits = (len(edition.standards),), (len(packed_waits),)
    return Layout(
        number=edition.number,
        packed=np.dtype([*_HEAD, ("cells", "u1", of_cells), ("waits", "<f8", of_waits)]),
        cells=tuple(cells.items()),
        waits=tuple((n, timed.index(cells[at])) for n, at in enumerate(packed_waits) if at in cells),
        weights=weights,
        no_nos=no_nos,
    )


def unpack(packed: Sequence[bytes], layout: Layout, kept: KeptVisits) -> Arrays:
    """Return packed visits of one edition as arrays over the columns of their set."""
    rows = np.frombuffer(b"".join(packed), layout.packed)
    width, timed = len(kept.standards), kept.arrays.seconds.shape[1]
    verdicts = np.full((len(rows), width), NO_VERDICT, np.int8)
    is_fresh = np.zeros((len(rows), width), np.bool_)
    seconds, is_open = np.full((len(rows), timed), np.nan), np.zeros((len(rows), timed), np.bool_)
    for at, column in layout.cells:
        cells = rows["cells"][:, at]
        verdicts[:, column] = _VERDICTS[cells & VERDICT_BITS]
        is_fresh[:, column] = cells & FRESH_BIT
    for at, place in layout.waits:
        waits = rows["waits"][:, at]
        seconds[:, place] = np.abs(waits)
        is_open[:, place] = np.signbit(waits) & ~np.isnan(waits)
    points, possible, failed = _scores(verdicts, layout)
    of_fresh = _scores(_only_fresh(verdicts, is_fresh), layout)
    return Arrays(
        # A copy each: a view would keep all that was packed.
        **{name: rows[name].copy() for name, _ in _HEAD},
        edition_numbers=np.full(len(rows), layout.number, np.int32),
        points=points,
        possible=possible,
        failed=failed,
        fresh_points=of_fresh[0],
        fresh_possible=of_fresh[1],
        fresh_failed=of_fresh[2],
        verdicts=verdicts,
        is_fresh=is_fresh,
        seconds=seconds,
        is_open=is_open,
    )


def _only_fresh(verdicts: NDArray[np.int8], is_fresh: NDArray[np.bool_]) -> NDArray[np.int8]:
    return np.where(is_fresh, verdicts, np.int8(NO_VERDICT))


def _scores(
    verdicts: NDArray[np.int8], layout: Layout
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Add up points earned and possible, and say which visits missed a no-no."""
    met, judged = verdicts == VERDICT_MET, verdicts != NO_VERDICT
    failed = (verdicts[:, layout.no_nos] == VERDICT_MISSED).any(axis=1)
    return met @ layout.weights, judged @ layout.weights, failed


def together(parts: Sequence[Arrays]) -> Arrays:
    """Return visits of one set, in one part, in any order."""
    return _each(lambda *held: np.concatenate(held), *parts)


def with_visits(kept: KeptVisits, added: Sequence[Arrays]) -> KeptVisits:
    """Return a set with visits it does not hold yet, in order."""
    return replace(kept, arrays=_in_order(together([kept.arrays, *added])))


def with_changes(kept: KeptVisits, changed: NDArray[np.bytes_], added: Arrays | None) -> KeptVisits:
    """Return a set without the visits of some ids, and with others, which may be the same ones."""
    held = _find(kept.arrays.visit_ids, changed)
    left = replace(kept, arrays=kept.arrays.at(~held)) if held.any() else kept
    if added is None:
        return left
    if len(added) > _MANY:
        return with_visits(left, [added])
    ordered = _in_order(added)
    places = _places_for(left.arrays, ordered)
    return replace(
        left, arrays=_each(lambda old, new: np.insert(old, places, new, axis=0), left.arrays, ordered)
    )


def _in_order(visits: Arrays) -> Arrays:
    high, low = _halves(visits.visit_ids)
    return visits.at(np.lexsort((low, high, visits.days)))


def _halves(ids: NDArray[np.bytes_]) -> Iterator[NDArray[np.uint64]]:
    """Give ids as two numbers each, which sort as their bytes do and far quicker."""
    numbers = ids.view(">u8").reshape(-1, 2)
    return (numbers[:, at].astype(np.uint64) for at in (0, 1))


def _find(ids: NDArray[np.bytes_], wanted: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    high, _ = _halves(ids)
    among, _ = _halves(wanted)
    found = np.isin(high, among)
    found[found] = np.isin(ids[found], wanted)
    return found


def _places_for(held: Arrays, added: Arrays) -> Indexes:
    """Return before which of the visits held each of those added belongs; both are in order."""
    places = []
    for day, visit_id in zip(added.days, added.visit_ids, strict=True):
        first, end = np.searchsorted(held.days, [day, day + 1])
        places.append(first + np.searchsorted(held.visit_ids[first:end], visit_id))
    return np.array(places, np.intp)
