"""Visits held by a transaction that is about to change them: looked up together, each used once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, true
from sqlmodel import Session, SQLModel

from standards.errors import PlaceUnknown
from storage.asked import PLACE_HEAD, Place, find_place, known_place, place_of
from storage.bulk import insert_waiting
from storage.questions import Question

_HELD = "visits_held"
# Past the mapper, and built once: compiling them anew would cost more than asking.
_VISIT = SQLModel.metadata.tables["visit"]
_LOCKED = select(_VISIT).where(_VISIT.c.id == bindparam("visit_id")).with_for_update()
# In one order, so that two transactions do not wait for each other.
_ALL_LOCKED = (
    select(_VISIT)
    .where(_VISIT.c.id.in_(bindparam("visit_ids", expanding=True)))
    .order_by(_VISIT.c.id)
    .with_for_update()
)
_LOCKED_ONE = Question(_LOCKED)
_LOCKED_THERE = _LOCKED.subquery("held")
_PLACE_COLUMNS = len(PLACE_HEAD.selected_columns)
_PLACE_AND_VISIT = Question(
    PLACE_HEAD.join(_LOCKED_THERE, true(), isouter=True).with_only_columns(
        *(column.label(f"place_{at}") for at, column in enumerate(PLACE_HEAD.selected_columns)),
        *_LOCKED_THERE.c,
    )
)


def hold_visits(session: Session, visit_ids: Collection[UUID]) -> None:
    """Lock those of these visits that are here and keep what they hold for `held_visit`."""
    if not visit_ids:
        return
    found = session.connection().execute(_ALL_LOCKED, {"visit_ids": sorted(set(visit_ids))})
    session.info[_HELD] = dict.fromkeys(visit_ids) | {row.id: row for row in found}


def held_visit(session: Session, visit_id: UUID) -> Any:
    """
    Lock a visit and return its row; None where it is not here.

    What was looked up ahead serves once: who asks next in the same transaction sees what was done with it,
    after the rows that wait (`storage.bulk`) are inserted.
    """
    ahead: dict[UUID, Any] = session.info.get(_HELD, {})
    if visit_id in ahead:
        return ahead.pop(visit_id)
    insert_waiting(session)
    return _LOCKED_ONE.first(session, {"visit_id": visit_id})


def place_and_visit(session: Session, visit_id: UUID, channel_id: int, edition_id: int) -> tuple[Place, Any]:
    """
    Return what `find_place` and `held_visit` do; in one question, where neither is known.

    Raises:
        PlaceUnknown: there is no such place.
    """
    if visit_id in session.info.get(_HELD, {}) or known_place(session, channel_id, edition_id):
        return find_place(session, channel_id, edition_id), held_visit(session, visit_id)
    insert_waiting(session)
    asked_for = {"visit_id": visit_id, "channel_id": channel_id, "edition_id": edition_id}
    found = _PLACE_AND_VISIT.first(session, asked_for)
    if not found:
        raise PlaceUnknown()
    place = place_of(session, channel_id, edition_id, found[:_PLACE_COLUMNS])
    return place, found if found.id else None
