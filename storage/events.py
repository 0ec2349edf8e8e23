"""Events: append-only; who did what to which thing, when, before and after. Never a secret."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from storage.tables import EventRow


def note_event(
    session: Session,
    action: str,
    thing: str,
    thing_id: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """
    Append what was done to a stored thing; `before` and `after` hold plain JSON values.

    Who did it is the session's `by` (see `in_session`): None where nobody is signed in.
    """
    session.add(
        EventRow(
            at=datetime.now(UTC),
            person_id=session.info.get("by"),
            action=action,
            thing=thing,
            thing_id=str(thing_id),
            before=before,
            after=after,
        )
    )
