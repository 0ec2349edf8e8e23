"""What the figures of a comparison are made of: a selection's complete visits as columns."""

from dataclasses import replace

from sqlmodel import Session

from standards.comparing import VisitColumns
from standards.people import Person
from storage.comparing import Selection, choose_visits
from storage.tally_arrays import without_visits


def compared_columns(session: Session, selection: Selection, *, seen_by: Person | None) -> VisitColumns:
    """
    Return the selection's complete visits that the reader may compare, oldest first.

    A wait in days is given in seconds, a working day as 24 hours like any other. With `fresh_only` what is
    not fresh is as if it had not been answered; a visit stays complete. The arrays may be the ones that this
    process keeps, and nobody writes into them.
    """
    chosen = choose_visits(session, selection, seen_by=seen_by)
    if not chosen:
        return without_visits([]).all_answers
    kept, places = chosen.kept, chosen.places
    columns = kept.fresh_answers if selection.fresh_only else kept.all_answers
    places = places[kept.arrays.is_complete[places] & (columns.possible[places] > 0)]
    if len(places) < len(columns):
        columns = columns.where(places)
    return replace(columns, brand_ids=chosen.brand_ids[columns.channel_ids])
