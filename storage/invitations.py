"""Links that are used once and expire: to set up the first owner, to invite, to choose a new password."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from standards.errors import LinkNotUsable, PersonNotFound
from standards.people import Purpose
from storage.door_sessions import hash_token
from storage.events import note_event
from storage.people import find_person, has_owner
from storage.tables import InvitationRow, PersonRow

LIFETIMES = {
    Purpose.SET_UP: timedelta(days=1),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.PASSWORD: timedelta(days=1),
}
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class Invitation:
    """A link that may still be used. `person_id` is None for the set-up of the first owner."""

    purpose: Purpose
    person_id: int | None
    created_at: datetime
    expires_at: datetime
    created_by: int | None


def add_invitation(
    session: Session, purpose: Purpose, person_id: int | None = None, *, at: datetime | None = None
) -> str:
    """
    Store a link and return its token, which is shown once; a person's earlier link ends now.

    Raises:
        PersonNotFound: nothing was stored.
    """
    now = at or datetime.now(UTC)
    if person_id is not None and not find_person(session, person_id):
        raise PersonNotFound()
    if person_id is not None:
        # Of set-up links several may be open: one is printed, another opened on the same machine.
        session.execute(
            update(InvitationRow)
            .where(
                col(InvitationRow.person_id) == person_id,
                col(InvitationRow.used_at).is_(None),
                col(InvitationRow.expires_at) > now,
            )
            .values(expires_at=now)
        )
    token = token_urlsafe(_TOKEN_BYTES)
    session.add(
        InvitationRow(
            token_hash=hash_token(token),
            person_id=person_id,
            purpose=purpose,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
            created_by=session.info.get("by"),
        )
    )
    session.flush()
    if person_id is not None:
        note_event(session, "invited", "person", person_id, after={"purpose": str(purpose)})
    return token


def find_invitation(session: Session, token: str, *, at: datetime | None = None) -> Invitation | None:
    """Return the invitation behind a link that may still be used, or None."""
    row = session.get(InvitationRow, hash_token(token), populate_existing=True)
    if not row or row.used_at or row.expires_at <= (at or datetime.now(UTC)):
        return None
    # A set-up link ends with the first owner, a personal one with its person.
    gone = has_owner(session) if row.person_id is None else not find_person(session, row.person_id)
    if gone:
        return None
    return _to_invitation(row)


def use_invitation(session: Session, token: str, *, at: datetime | None = None) -> Invitation:
    """
    Use a link up. Of two who use it at the same instant, one does.

    Raises:
        LinkNotUsable: it was used, has expired, or never was.
    """
    now = at or datetime.now(UTC)
    found = find_invitation(session, token, at=now)
    taken = session.execute(
        update(InvitationRow)
        .where(
            col(InvitationRow.token_hash) == hash_token(token),
            col(InvitationRow.used_at).is_(None),
            col(InvitationRow.expires_at) > now,
        )
        .values(used_at=now)
    )
    if not found or not isinstance(taken, CursorResult) or taken.rowcount != 1:
        raise LinkNotUsable()
    return found


def list_invitations(session: Session, *, at: datetime | None = None) -> list[Invitation]:
    """Return the links that may still be used, for people who were not removed, newest first."""
    wanted = (
        select(InvitationRow)
        .join(PersonRow, col(PersonRow.id) == col(InvitationRow.person_id))
        .where(
            col(InvitationRow.used_at).is_(None),
            col(InvitationRow.expires_at) > (at or datetime.now(UTC)),
            col(PersonRow.removed_at).is_(None),
        )
        .order_by(col(InvitationRow.created_at).desc())
    )
    return [_to_invitation(row) for row in session.exec(wanted).all()]


def _to_invitation(row: InvitationRow) -> Invitation:
    return Invitation(
        purpose=Purpose(row.purpose),
        person_id=row.person_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        created_by=row.created_by,
    )
