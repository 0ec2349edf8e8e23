"""Sessions of the door: opened at sign-in, looked up at every request, ended here or by their age."""

import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import Session, col

from standards.errors import StoreBusy
from standards.people import Person, Role
from storage.awaited import AwaitedReader
from storage.events import note_event
from storage.people import given_to
from storage.questions import Question
from storage.sessions import unwaiting_connection
from storage.tables import NAME_LIMIT, DoorSessionRow, PersonRow

IDLE = timedelta(days=14)
LONGEST = timedelta(days=30)
# An ended session still marks a device as known to a person for this long (see `storage.sign_in`).
KNOWN_DEVICE = timedelta(days=180)
_SEEN_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32


@dataclass(frozen=True)
class DoorSession:
    """One device a person is signed in on. `token_hash` names it and opens nothing."""

    token_hash: str
    device: str
    created_at: datetime
    last_seen_at: datetime

    def is_due(self, at: datetime) -> bool:
        """Say whether it is time to write down again that the device was seen."""
        return at - self.last_seen_at >= _SEEN_EVERY


@dataclass(frozen=True)
class SignedIn:
    """Who a request or a rerun comes from, and through which session."""

    person: Person
    session: DoorSession


def hash_token(token: str) -> str:
    """Return what is stored of a token: who reads the database cannot make the token from it."""
    return sha256(token.encode()).hexdigest()


def open_session(session: Session, person_id: int, *, device: str = "", at: datetime | None = None) -> str:
    """Store a session of a person and return its token, which is shown to nobody but their browser."""
    now = at or datetime.now(UTC)
    token = token_urlsafe(_TOKEN_BYTES)
    session.execute(
        delete(DoorSessionRow).where(
            col(DoorSessionRow.person_id) == person_id, col(DoorSessionRow.created_at) < now - KNOWN_DEVICE
        )
    )
    session.add(
        DoorSessionRow(
            token_hash=hash_token(token),
            person_id=person_id,
            created_at=now,
            last_seen_at=now,
            device=device[:NAME_LIMIT],
        )
    )
    session.flush()
    return token


# Built once: compiling them anew would cost more than asking.
_HELD = select(
    col(DoorSessionRow.token_hash),
    col(DoorSessionRow.device),
    col(DoorSessionRow.created_at),
    col(DoorSessionRow.last_seen_at),
    col(DoorSessionRow.ended_at),
    col(PersonRow.id),
    col(PersonRow.name),
    col(PersonRow.email),
    col(PersonRow.role),
    col(PersonRow.removed_at),
).join(PersonRow, col(PersonRow.id) == col(DoorSessionRow.person_id))
_LOOK_UP = Question(_HELD.where(col(DoorSessionRow.token_hash) == bindparam("token_hash")))
_LOOK_ALL_UP = _HELD.where(col(DoorSessionRow.token_hash).in_(bindparam("hashes", expanding=True)))
_LOOK_ALL_UP_IN_POSTGRESQL = f"{_HELD.compile()} WHERE door_session.token_hash = ANY(%s)"


def find_session(session: Session, token_hash: str, *, at: datetime | None = None) -> SignedIn | None:
    """Return who a session belongs to; None when it is unknown, ended, too old, or its person removed."""
    return find_sessions(session, (token_hash,), at=at).get(token_hash)


def find_sessions(
    session: Session, token_hashes: Collection[str], *, at: datetime | None = None
) -> dict[str, SignedIn]:
    """Return who sessions belong to, by token hash; those that open nothing are left out."""
    rows: Any = session.connection().execute(_LOOK_ALL_UP, {"hashes": list(token_hashes)}).all()
    found = [_signed_in(row, lambda person_id: given_to(session, person_id), at) for row in rows]
    return {one.session.token_hash: one for one in found if one}


def find_session_at_once(token_hash: str, *, at: datetime | None = None) -> SignedIn | None:
    """
    Return the same where it can be told without waiting: quick enough for a thread that serves everybody.

    Raises:
        StoreBusy: it cannot be told so; `find_session` can.
    """
    asked = _LOOK_UP.in_sqlite
    try:
        connection = unwaiting_connection()
        if not connection:
            raise StoreBusy
        rows = connection.execute(asked.statement, asked.bound({"token_hash": token_hash})).fetchall()
    except sqlite3.Error as problem:
        raise StoreBusy from problem
    return _signed_in(asked.row(rows[0]), _not_at_once, at) if rows else None


async def find_sessions_awaited(
    reader: AwaitedReader, token_hashes: Collection[str], *, at: datetime | None = None
) -> dict[str, SignedIn]:
    """
    Return what `find_sessions` does, without a thread.

    Raises:
        StoreBusy: it cannot be told so; `find_sessions` can.
    """
    rows = await reader.rows(_LOOK_ALL_UP_IN_POSTGRESQL, (list(token_hashes),))
    found = [_signed_in(row, _not_at_once, at) for row in rows]
    return {one.session.token_hash: one for one in found if one}


def _not_at_once(_person_id: int) -> Any:
    raise StoreBusy


def _signed_in(
    found: Any, given: Callable[[int], tuple[frozenset[str], frozenset[int]]], at: datetime | None
) -> SignedIn | None:
    now = at or datetime.now(UTC)
    stored, device, created_at, last_seen_at, ended_at, person_id, name, email, role, removed_at = found
    if ended_at or removed_at or now - last_seen_at > IDLE or now - created_at > LONGEST:
        return None
    areas, channel_ids = given(person_id) if role == Role.VIEWER else (frozenset[str](), frozenset[int]())
    return SignedIn(
        Person(person_id, name, email, Role(role), areas, channel_ids),
        DoorSession(stored, device, created_at, last_seen_at),
    )


def note_seen(session: Session, token_hash: str, *, at: datetime | None = None) -> None:
    """Write down that a device was seen, at most once a minute."""
    now = at or datetime.now(UTC)
    session.execute(
        update(DoorSessionRow)
        .where(
            col(DoorSessionRow.token_hash) == token_hash,
            col(DoorSessionRow.ended_at).is_(None),
            col(DoorSessionRow.last_seen_at) <= now - _SEEN_EVERY,
        )
        .values(last_seen_at=now)
    )


def end_session(session: Session, token_hash: str, *, at: datetime | None = None) -> bool:
    """End one session; False when there is none to end."""
    return _end(session, at, col(DoorSessionRow.token_hash) == token_hash) == 1


def end_sessions_of(
    session: Session, person_id: int, *, but: str | None = None, at: datetime | None = None
) -> int:
    """End a person's sessions, except the one whose token hash is `but`; return how many."""
    return _end(
        session,
        at,
        col(DoorSessionRow.person_id) == person_id,
        *([col(DoorSessionRow.token_hash) != but] if but else []),
    )


def _end(session: Session, at: datetime | None, *conditions: Any) -> int:
    wanted = (
        select(col(DoorSessionRow.token_hash), col(DoorSessionRow.person_id), col(DoorSessionRow.device))
        .where(col(DoorSessionRow.ended_at).is_(None), *conditions)
        .with_for_update()
    )
    found = session.execute(wanted).all()
    for token_hash, person_id, device in found:
        session.execute(
            update(DoorSessionRow)
            .where(col(DoorSessionRow.token_hash) == token_hash)
            .values(ended_at=at or datetime.now(UTC))
        )
        note_event(session, "signed out", "person", person_id, after={"device": device})
    return len(found)


def list_sessions(session: Session, person_id: int, *, at: datetime | None = None) -> list[DoorSession]:
    """Return the devices a person is signed in on, the one seen last first."""
    now = at or datetime.now(UTC)
    wanted = (
        select(
            col(DoorSessionRow.token_hash),
            col(DoorSessionRow.device),
            col(DoorSessionRow.created_at),
            col(DoorSessionRow.last_seen_at),
        )
        .where(
            col(DoorSessionRow.person_id) == person_id,
            col(DoorSessionRow.ended_at).is_(None),
            col(DoorSessionRow.last_seen_at) >= now - IDLE,
            col(DoorSessionRow.created_at) >= now - LONGEST,
        )
        .order_by(col(DoorSessionRow.last_seen_at).desc())
    )
    return [DoorSession(*row) for row in session.execute(wanted).all()]


def is_known_device(session: Session, token_hash: str, person_id: int, *, at: datetime | None = None) -> bool:
    """Say whether a person has signed in with this browser before, also where that session has ended."""
    now = at or datetime.now(UTC)
    wanted = select(col(DoorSessionRow.token_hash)).where(
        col(DoorSessionRow.token_hash) == token_hash,
        col(DoorSessionRow.person_id) == person_id,
        col(DoorSessionRow.created_at) >= now - KNOWN_DEVICE,
    )
    return session.execute(wanted).first() is not None
