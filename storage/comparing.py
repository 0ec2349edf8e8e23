"""
What comparing needs, summed in the database: only complete visits, only standards common to all brands.

Each function takes who reads (`seen_by`) and sums only what that person may compare; None is the operator.
No shopper is ever among what it returns.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from standards.comparing import MetCount, VisitScore
from standards.editions import Kind, Scope
from standards.measuring import Measure, Verdict
from standards.people import Person
from standards.visits import COUNTED_STATES, Brand
from storage.brands import to_brand
from storage.editions import StandardSet, list_sets
from storage.tables import BrandRow, ChannelRow, EditionRow, ObservationRow, StandardRow, VisitRow
from storage.visibility import compared_visits, seen_visits

# A coverage of exactly the minimum counts, as in `standards.scoring.is_complete`.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Selection:
    """Which visits are compared; an empty tuple or None leaves that side open. Dates count themselves in."""

    set_id: int
    brand_ids: tuple[int, ...] = ()
    kinds: tuple[Kind, ...] = ()
    areas: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


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


def _is_counted() -> Any:
    return col(VisitRow.state).in_(COUNTED_STATES)


def _is_complete() -> Any:
    return col(VisitRow.coverage) >= col(EditionRow.minimum_coverage) - _ROUNDING


def _chosen(selection: Selection, seen_by: Person | None) -> list[Any]:
    """Return the selection, and who reads it, as conditions on visit, channel and edition."""
    conditions = [
        _is_counted(),
        col(EditionRow.set_id) == selection.set_id,
        *compared_visits(seen_by),
    ]
    if selection.brand_ids:
        conditions.append(col(ChannelRow.brand_id).in_(selection.brand_ids))
    if selection.kinds:
        conditions.append(col(ChannelRow.kind).in_(selection.kinds))
    if selection.areas:
        conditions.append(col(ChannelRow.area).in_(selection.areas))
    if selection.since:
        conditions.append(col(VisitRow.visited_on) >= selection.since)
    if selection.until:
        conditions.append(col(VisitRow.visited_on) <= selection.until)
    return conditions


def sets_in_use(session: Session, *, seen_by: Person | None) -> list[SetInUse]:
    """
    Return the sets that have visits, the one to open first at the head.

    Own sets come before the example's, and the most visited before the others.
    """
    wanted = (
        select(col(EditionRow.set_id), func.count())
        .join(VisitRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .where(_is_counted(), *compared_visits(seen_by))
        .group_by(col(EditionRow.set_id))
    )
    visits: dict[int, int] = {row[0]: row[1] for row in session.execute(wanted)}
    used = [SetInUse(found, visits[found.id]) for found in list_sets(session) if found.id in visits]
    return sorted(used, key=lambda use: (use.set.is_example, -use.visits, use.set.name))


def brands_in_set(session: Session, set_id: int, *, seen_by: Person | None) -> list[Brand]:
    """Return the brands visited with a set, our own first, then by name."""
    visited = (
        select(col(ChannelRow.brand_id))
        .join(VisitRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .where(*_chosen(Selection(set_id), seen_by))
    )
    wanted = (
        select(BrandRow)
        .where(col(BrandRow.id).in_(visited))
        .order_by(col(BrandRow.is_own).desc(), col(BrandRow.name))
    )
    return [to_brand(row) for row in session.scalars(wanted).all()]


def places_of(session: Session, set_id: int | None = None, *, seen_by: Person | None) -> Places:
    """Return the kinds and areas of the channels compared by one set; without it, of all visits seen."""
    wanted = (
        select(col(ChannelRow.kind), col(ChannelRow.area))
        .join(VisitRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .distinct()
    )
    mine = seen_visits(seen_by) if set_id is None else _chosen(Selection(set_id), seen_by)
    wanted = wanted.where(*mine)
    found = session.execute(wanted).all()
    kinds = {kind for kind, _ in found}
    areas = sorted({area for _, area in found if area})
    return Places(tuple(kind for kind in Kind if kind in kinds), tuple(areas))


def count_compared(session: Session, selection: Selection, *, seen_by: Person | None) -> Compared:
    """Count the selected visits that are complete, and those that are not."""
    wanted = (
        select(func.count(), func.coalesce(func.sum(case((_is_complete(), 1), else_=0)), 0))
        .select_from(VisitRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .where(*_chosen(selection, seen_by))
    )
    total, complete = session.execute(wanted).one()
    return Compared(int(complete), int(total) - int(complete))


def _over_judged(
    wanted: Select[*tuple[Any, ...]], selection: Selection, seen_by: Person | None
) -> Select[*tuple[Any, ...]]:
    """Run over the met and missed common standards of the selection's complete visits."""
    return (
        wanted.select_from(VisitRow)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(EditionRow, col(VisitRow.edition_id) == col(EditionRow.id))
        .join(ObservationRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(
            *_chosen(selection, seen_by),
            _is_complete(),
            col(StandardRow.scope) == Scope.COMMON,
            col(ObservationRow.verdict).in_((Verdict.MET, Verdict.MISSED)),
        )
    )


def visit_scores(session: Session, selection: Selection, *, seen_by: Person | None) -> list[VisitScore]:
    """
    Return every compared visit's points over common standards, by date and brand.

    A stored score of an own channel holds standards that only our own brand is asked; comparing adds up
    again without them. A visit where no common standard applied has no score and is left out.
    """
    possible = func.sum(col(StandardRow.weight))
    missed = ObservationRow.verdict == Verdict.MISSED
    columns = (
        col(ChannelRow.brand_id),
        col(VisitRow.visited_on),
        func.sum(case((col(ObservationRow.verdict) == Verdict.MET, col(StandardRow.weight)), else_=0)),
        possible,
        func.max(case((col(StandardRow.no_no) & missed, 1), else_=0)),
    )
    wanted = (
        _over_judged(select(*columns), selection, seen_by)
        .group_by(col(VisitRow.id), col(ChannelRow.brand_id), col(VisitRow.visited_on))
        .having(possible > 0)
        .order_by(col(VisitRow.visited_on), col(ChannelRow.brand_id), col(VisitRow.id))
    )
    return [
        VisitScore(brand_id, visited_on, points, total, bool(failed))
        for brand_id, visited_on, points, total, failed in session.execute(wanted).all()
    ]


def met_counts(session: Session, selection: Selection, *, seen_by: Person | None) -> list[MetCount]:
    """
    Count met and missed by brand and common standard, in the edition's order.

    A code whose measure changed from one edition to the next is counted as two standards; a moved target
    is one, and a break in it (`standards.changes.history_breaks`).
    """
    met = func.sum(case((col(ObservationRow.verdict) == Verdict.MET, 1), else_=0))
    brand_id, code, measure = col(ChannelRow.brand_id), col(StandardRow.code), col(StandardRow.measure)
    wanted = (
        _over_judged(select(brand_id, code, measure, met, func.count() - met), selection, seen_by)
        .group_by(brand_id, code, measure)
        .order_by(func.min(col(StandardRow.position)), code, brand_id)
    )
    return [
        MetCount(brand, standard, Measure(measured), int(met_count), int(missed_count))
        for brand, standard, measured, met_count, missed_count in session.execute(wanted).all()
    ]
