"""Our own visits as columns over every standard they were asked, ours only too, for scorecards."""

import numpy as np
from sqlalchemy import select
from sqlmodel import Session, col

from standards.comparing import VisitColumns
from standards.editions import Edition, Scope
from standards.people import Person
from storage.comparing import NOT_CHOSEN, Selection, choose_visits
from storage.tables import VisitRow
from storage.tallies import compared_columns
from storage.tally_arrays import unpack, with_visits, without_visits
from storage.tally_tables import TallyRow

_AT_ONCE = 5_000


def asked_columns(
    session: Session, selection: Selection, editions: list[Edition], *, seen_by: Person | None
) -> VisitColumns:
    """
    Return the selection's complete visits over all standards that were asked, oldest first.

    Where every standard is common to all brands they are those that are compared; otherwise the visits'
    tallies are read, which hold all answers, also those that nobody compares with another brand.

    Args:
        selection: of one brand; its dates are looked at.
        editions: the published ones of its set.
    """
    if all(standard.scope is Scope.COMMON for edition in editions for standard in edition.standards):
        return compared_columns(session, selection, seen_by=seen_by)
    chosen = choose_visits(session, selection, seen_by=seen_by)
    kept = without_visits(editions, frozenset(Scope))
    if chosen:
        packed: dict[int, list[bytes]] = {}
        channel_ids = np.flatnonzero(chosen.brand_ids != NOT_CHOSEN).tolist()
        wanted = (
            select(col(TallyRow.edition_id), col(TallyRow.packed))
            .join(VisitRow, col(VisitRow.id) == col(TallyRow.visit_id))
            .where(
                col(VisitRow.channel_id).in_(channel_ids),
                col(TallyRow.edition_id).in_(kept.layouts),
                col(TallyRow.packed).is_not(None),
            )
        )
        if selection.since:
            wanted = wanted.where(col(VisitRow.visited_on) >= selection.since)
        if selection.until:
            wanted = wanted.where(col(VisitRow.visited_on) <= selection.until)
        rows = session.execute(wanted, execution_options={"yield_per": _AT_ONCE})
        for edition_id, found in rows:
            if edition_id is not None and found is not None:
                packed.setdefault(edition_id, []).append(found)
        kept = with_visits(
            kept, [unpack(some, kept.layouts[edition_id], kept) for edition_id, some in packed.items()]
        )
    columns = kept.all_answers
    columns = columns.where(kept.arrays.is_complete & (columns.possible > 0))
    # Every visit of a selection of one brand is that brand's.
    columns.brand_ids[:] = selection.brand_ids[0] if selection.brand_ids else 0
    return columns
