"""Visits held by a transaction that is about to change them: looked up together, each used once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlmodel import Session, SQLModel

from storage.bulk import insert_waiting

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
    return session.connection().execute(_LOCKED, {"visit_id": visit_id}).first()
