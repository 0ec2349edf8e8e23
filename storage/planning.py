"""Planning: a manager says who visits which channel by when; it waits for the shopper as a draft."""

from datetime import date
from uuid import UUID, uuid4

from sqlmodel import Session

from standards.errors import ChannelClosed, PersonNotFound
from standards.people import Action, Person, may
from standards.visits import Visit
from storage.channels import get_channel
from storage.editions import refuse_unless_in_use
from storage.events import note_event
from storage.people import find_person, list_accounts
from storage.tables import VisitRow
from storage.visit_lists import drafts


def assign_visit(
    session: Session,
    channel_id: int,
    edition_id: int,
    shopper_id: int,
    due_on: date,
    *,
    visit_id: UUID | None = None,
) -> UUID:
    """
    Plan a visit for a shopper and return its id; it starts with the first thing they record.

    Args:
        due_on: the last day it should be made, on the channel's calendar.
        visit_id: made by the page, so that a second tap plans nothing new.
    Raises:
        ChannelClosed, EditionNotInUse: nothing was stored.
        PersonNotFound: who was named is not here any more, or may not record.
    """
    visit_id = visit_id or uuid4()
    if session.get(VisitRow, visit_id):
        return visit_id
    channel = get_channel(session, channel_id)
    if channel and channel.closed_on:
        raise ChannelClosed(name=channel.name)
    refuse_unless_in_use(session, edition_id)
    shopper = find_person(session, shopper_id)
    if not shopper or not may(shopper, Action.RECORD):
        raise PersonNotFound()
    row = VisitRow(
        id=visit_id, channel_id=channel_id, edition_id=edition_id, shopper_id=shopper_id, due_on=due_on
    )
    session.add(row)
    session.flush()
    after = {"channel": channel_id, "edition": edition_id, "shopper": shopper_id, "due_on": str(due_on)}
    note_event(session, "planned", "visit", visit_id, after=after)
    return visit_id


def people_who_visit(session: Session) -> list[Person]:
    """Return who can be asked to visit, by name: everybody who signs in and may record."""
    return [account.person for account in list_accounts(session) if may(account.person, Action.RECORD)]


def planned_visits(session: Session, *, seen_by: Person | None) -> list[Visit]:
    """Return visits that nobody has begun yet, those due first before the others."""
    waiting = [visit for visit in drafts(session, seen_by=seen_by) if not visit.started_at]
    return sorted(waiting, key=lambda visit: (visit.due_on or date.max, str(visit.id)))
