"""The observations behind a scorecard, for its sheets and files: streamed, without names and hours."""

from collections.abc import Iterator
from uuid import UUID

from sqlmodel import Session

from standards.people import Person
from standards.scorecards import RawObservation
from standards.values import say_target
from storage.comparing import Selection
from storage.editions import editions_of_set, get_edition
from storage.observation_rows import observed_rows
from storage.scorecard_told import cleaner_for, parts_of_day
from storage.scorecards import Asked, channel_of_visit, selection_of
from storage.sessions import in_session
from storage.visits import NOTE_LIMIT, get_visit


def observations_behind(asked: Asked, *, seen_by: Person | None) -> Iterator[RawObservation]:
    """
    Give the observations of a scorecard's counted visits, the oldest day first.

    Every part is read in a transaction of its own, and it takes no more memory however many there are.

    Raises:
        ScorecardNotFound: it is about nothing that is there, or not theirs to read.
    """
    with in_session(read_only=True) as session:
        selection = _selection(session, asked, seen_by)
        cleaner = cleaner_for(session)
        targets = {
            (edition.number, one.code): say_target(one.measure, one.target)
            for edition in editions_of_set(session, selection.set_id)
            for one in edition.standards
        }
    number, last = 0, UUID(int=0)
    for rows in observed_rows(selection, seen_by=seen_by):
        with in_session(read_only=True) as session:
            parts = parts_of_day(session, {row.visit_id for row in rows})
        for row in rows:
            if asked.visit_id not in (None, row.visit_id):
                continue
            # The rows of a visit stand together.
            if row.visit_id != last:
                number, last = number + 1, row.visit_id
            yield RawObservation(
                visit=number,
                visited_on=row.visited_on,
                part_of_day=parts.get(row.visit_id),
                brand=row.brand,
                channel=row.channel,
                kind=row.kind,
                area=row.area,
                edition=row.edition,
                touchpoint=row.touchpoint,
                code=row.code,
                statement=row.statement,
                measure=row.measure,
                target=targets.get((row.edition, row.code), ""),
                weight=row.weight,
                no_no=row.no_no,
                verdict=row.verdict,
                value=row.value,
                unit=row.unit,
                longer_than=row.longer_than,
                is_complete=row.is_complete,
                note=cleaner.clean(row.note, NOTE_LIMIT) if asked.has_words and row.note else "",
            )


def _selection(session: Session, asked: Asked, seen_by: Person | None) -> Selection:
    if asked.visit_id is None:
        return selection_of(session, asked, seen_by=seen_by)[0]
    channel = channel_of_visit(session, asked.visit_id, seen_by=seen_by)
    visit = get_visit(session, asked.visit_id)
    set_id = get_edition(session, visit.edition_id).set_id
    day = visit.visited_on
    return Selection(set_id, channel_ids=(channel.id,), since=day, until=day)
