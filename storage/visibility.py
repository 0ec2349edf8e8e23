"""Who sees which visits, as conditions of a query: what is not yours is never read in the first place."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, false, or_
from sqlmodel import Session, col, select

from standards.errors import VisitNotFound
from standards.people import Action, Person, Role, changes_visit, may, sees_shoppers
from standards.visits import COUNTED_STATES, Visit
from storage.tables import BrandRow, ChannelRow, VisitRow
from storage.visits import get_visit


def seen_visits(person: Person | None) -> list[Any]:
    """
    Return `standards.people.sees_visit` as conditions on visits joined with their channels.

    None is the operator at the command line, who sees everything.
    """
    if person is None or person.role in (Role.MANAGER, Role.OWNER):
        return []
    if person.role is Role.SHOPPER:
        return [col(VisitRow.shopper_id) == person.id]
    return [col(VisitRow.state).in_(COUNTED_STATES), _given(person)]


def compared_visits(person: Person | None) -> list[Any]:
    """
    Return what a person compares as conditions on visits joined with their channels.

    A viewer who was given one of our channels by itself compares it with competitors of its area, too.
    """
    if person is None or person.role in (Role.MANAGER, Role.OWNER):
        return []
    if not may(person, Action.COMPARE):
        return [false()]
    if not person.channel_ids:
        return [_given(person)]
    their_areas = select(ChannelRow.area).where(
        col(ChannelRow.id).in_(person.channel_ids), col(ChannelRow.area) != ""
    )
    competitors = select(BrandRow.id).where(col(BrandRow.is_own).is_(False))
    beside = and_(col(ChannelRow.brand_id).in_(competitors), col(ChannelRow.area).in_(their_areas))
    return [or_(_given(person), beside)]


def _given(person: Person) -> Any:
    by_area = and_(col(ChannelRow.area) != "", col(ChannelRow.area).in_(person.areas))
    return or_(col(ChannelRow.id).in_(person.channel_ids), by_area)


def require_seen(session: Session, visit_id: UUID, person: Person) -> None:
    """
    Go on only with a visit the person may read.

    Raises:
        VisitNotFound: there is none, or it is not theirs to read; nobody can tell which.
    """
    found = (
        select(VisitRow.id)
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .where(VisitRow.id == visit_id, *seen_visits(person))
    )
    if session.exec(found).first() is None:
        raise VisitNotFound()


def require_changed_by(session: Session, visit_id: UUID, person: Person) -> bool:
    """
    Go on only with a visit the person may answer in.

    Returns:
        Whether it is their own, which their phone has, too.
    Raises:
        VisitNotFound: there is none, or it is not theirs to change; nobody can tell which.
    """
    found = session.exec(select(VisitRow.shopper_id).where(VisitRow.id == visit_id)).all()
    if not found or not changes_visit(person, shopper_id=found[0]):
        raise VisitNotFound()
    return found[0] == person.id


def visit_seen_by(session: Session, visit_id: UUID, person: Person) -> Visit:
    """
    Return one visit as a person may read it: who recorded it is named to those who look after visits.

    Raises:
        VisitNotFound: there is none, or it is not theirs to read; nobody can tell which.
    """
    require_seen(session, visit_id, person)
    visit = get_visit(session, visit_id)
    return visit if sees_shoppers(person) else replace(visit, shopper=None)
