"""People: who visits, who reads, who looks after both. A shopper is never named in what a brand reads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from standards.errors import EmailNotUsable, EmailTaken, LastOwner, NameTaken, PersonNotFound
from standards.people import Person, Role
from storage.events import note_event
from storage.names import clean_name
from storage.tables import (
    EMAIL_LIMIT,
    DoorSessionRow,
    InvitationRow,
    PersonAreaRow,
    PersonChannelRow,
    PersonRow,
)

# Whether an address can be written to, only the mail that arrives can say; this finds slips of the finger.
_EMAIL = re.compile(r"[^@\s\x00-\x1f<>\"]+@[^@\s\x00-\x1f<>\"]+\.[^@\s\x00-\x1f<>\".]+")


@dataclass(frozen=True)
class Account:
    """A person with an e-mail address, as the owner sees them."""

    person: Person
    has_password: bool
    signs_in_elsewhere: bool
    last_seen_at: datetime | None
    removed_at: datetime | None


def find_or_add_person(session: Session, name: str, *, is_example: bool = False) -> int:
    """
    Return the id of the person of this name, storing them first where they are new.

    Raises:
        NameMissing: nothing was stored.
    """
    cleaned = clean_name(name, "person")
    row = session.exec(select(PersonRow).where(PersonRow.name == cleaned)).first()
    if not row:
        row = PersonRow(name=cleaned, is_example=is_example)
        session.add(row)
        session.flush()
    assert row.id is not None
    return row.id


def list_people(session: Session) -> dict[int, str]:
    """Return names by id, in order of the names."""
    rows = session.exec(select(PersonRow).order_by(PersonRow.name)).all()
    return {row.id: row.name for row in rows if row.id is not None}


def clean_email(email: str) -> str:
    """
    Return an e-mail address as it is stored: lower case, no space around it.

    Raises:
        EmailNotUsable: it is none.
    """
    cleaned = email.strip().lower()
    if len(cleaned) > EMAIL_LIMIT or not cleaned.isascii() or not _EMAIL.fullmatch(cleaned):
        raise EmailNotUsable(email=email.strip()[:EMAIL_LIMIT])
    return cleaned


def find_person(session: Session, person_id: int) -> Person | None:
    """Return one person who was not removed, or None."""
    row = session.get(PersonRow, person_id, populate_existing=True)
    return _to_person(session, row) if row and not row.removed_at else None


def person_of_email(session: Session, email: str) -> Person | None:
    """Return the person with this e-mail address, who was not removed; None where there is none."""
    wanted = select(PersonRow).where(
        PersonRow.email == email.strip().lower(), col(PersonRow.removed_at).is_(None)
    )
    row = session.exec(wanted).first()
    return _to_person(session, row) if row else None


def has_owner(session: Session) -> bool:
    """Say whether somebody can look after people; before that, only the set-up link opens anything."""
    return bool(session.scalar(_owners()))


def list_accounts(session: Session, *, include_removed: bool = False) -> list[Account]:
    """Return the people who may sign in, or may have, by name."""
    last_seen = (
        select(DoorSessionRow.person_id, func.max(DoorSessionRow.last_seen_at).label("at"))
        .group_by(col(DoorSessionRow.person_id))
        .subquery()
    )
    wanted = (
        select(PersonRow, last_seen.c.at)
        .outerjoin(last_seen, last_seen.c.person_id == col(PersonRow.id))
        .where(col(PersonRow.email).is_not(None))
        .order_by(PersonRow.name)
    )
    if not include_removed:
        wanted = wanted.where(col(PersonRow.removed_at).is_(None))
    rows: Any = session.exec(wanted).all()
    return [
        Account(
            person=_to_person(session, row),
            has_password=row.password_hash is not None,
            signs_in_elsewhere=row.oidc_subject is not None,
            last_seen_at=seen,
            removed_at=row.removed_at,
        )
        for row, seen in rows
    ]


def add_account(
    session: Session,
    name: str,
    email: str,
    role: Role,
    *,
    areas: Iterable[str] = (),
    channel_ids: Iterable[int] = (),
) -> Person:
    """
    Store a person who may sign in, once an invitation or a provider has let them.

    A name that visits were recorded under already, without an account, becomes this person's with
    those visits. Somebody removed comes back under their address, with the role given now.

    Raises:
        NameMissing, NameTaken, EmailNotUsable, EmailTaken: nothing was stored.
    """
    cleaned, address = clean_name(name, "person"), clean_email(email)
    by_email = session.exec(select(PersonRow).where(PersonRow.email == address)).first()
    if by_email and not by_email.removed_at:
        raise EmailTaken(email=address)
    by_name = session.exec(select(PersonRow).where(PersonRow.name == cleaned)).first()
    if by_name and by_name is not by_email and (by_name.email or by_name.is_example or by_email):
        raise NameTaken(thing="person", name=cleaned)
    row = by_email or by_name or PersonRow(name=cleaned)
    row.name, row.email, row.role = cleaned, address, role
    row.removed_at = row.password_hash = row.oidc_subject = None
    session.add(row)
    session.flush()
    assert row.id is not None
    _give(session, row.id, areas, channel_ids)
    person = _to_person(session, row)
    note_event(session, "added", "person", row.id, after=_plain(person))
    return person


def change_account(
    session: Session,
    person_id: int,
    *,
    name: str,
    role: Role,
    areas: Iterable[str] = (),
    channel_ids: Iterable[int] = (),
) -> Person:
    """
    Rename a person, or give them another role or other areas and channels; it holds from the next request.

    Raises:
        PersonNotFound, NameMissing, NameTaken, LastOwner: nothing was changed.
    """
    row = _account_row(session, person_id)
    cleaned = clean_name(name, "person")
    if cleaned != row.name and session.exec(select(PersonRow).where(PersonRow.name == cleaned)).first():
        raise NameTaken(thing="person", name=cleaned)
    if role is not Role.OWNER:
        _refuse_last_owner(session, row)
    before = _plain(_to_person(session, row))
    row.name, row.role = cleaned, role
    session.flush()
    _give(session, person_id, areas, channel_ids)
    person = _to_person(session, row)
    if before != _plain(person):
        note_event(session, "changed", "person", person_id, before=before, after=_plain(person))
    return person


def remove_account(session: Session, person_id: int) -> None:
    """
    Take away a person's way in: sessions, open links, password. Their visits stay.

    Raises:
        PersonNotFound, LastOwner: nothing was changed.
    """
    row = _account_row(session, person_id)
    _refuse_last_owner(session, row)
    now = datetime.now(UTC)
    row.removed_at, row.password_hash, row.oidc_subject = now, None, None
    session.execute(
        update(DoorSessionRow)
        .where(col(DoorSessionRow.person_id) == person_id, col(DoorSessionRow.ended_at).is_(None))
        .values(ended_at=now)
    )
    session.execute(
        update(InvitationRow)
        .where(col(InvitationRow.person_id) == person_id, col(InvitationRow.expires_at) > now)
        .values(expires_at=now)
    )
    session.flush()
    note_event(session, "removed", "person", person_id)


def bind_subject(session: Session, person_id: int, subject: str) -> None:
    """Keep by which name an OpenID provider knows a person: “issuer subject”."""
    _account_row(session, person_id).oidc_subject = subject
    session.flush()


def person_of_subject(session: Session, subject: str) -> Person | None:
    """Return the person an OpenID provider knows by this name, who was not removed; or None."""
    wanted = select(PersonRow).where(PersonRow.oidc_subject == subject, col(PersonRow.removed_at).is_(None))
    row = session.exec(wanted).first()
    return _to_person(session, row) if row else None


def given_to(session: Session, person_id: int) -> tuple[frozenset[str], frozenset[int]]:
    """Return the areas and the channel ids a person was given to read."""
    areas = session.exec(select(PersonAreaRow.area).where(PersonAreaRow.person_id == person_id)).all()
    channels = session.exec(
        select(PersonChannelRow.channel_id).where(PersonChannelRow.person_id == person_id)
    ).all()
    return frozenset(areas), frozenset(channels)


def _owners() -> Any:
    return select(func.count()).where(
        PersonRow.role == Role.OWNER,
        col(PersonRow.removed_at).is_(None),
        col(PersonRow.email).is_not(None),
    )


def _account_row(session: Session, person_id: int) -> PersonRow:
    row = session.get(PersonRow, person_id, with_for_update=True, populate_existing=True)
    if not row or row.email is None or row.removed_at:
        raise PersonNotFound()
    return row


def _refuse_last_owner(session: Session, row: PersonRow) -> None:
    if row.role != Role.OWNER:
        return
    # Locked together: of two owners who remove each other at the same instant, one stays.
    owners = session.exec(
        select(PersonRow)
        .where(PersonRow.role == Role.OWNER, col(PersonRow.removed_at).is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not [owner for owner in owners if owner.id != row.id and owner.email]:
        raise LastOwner(name=row.name)


def _give(session: Session, person_id: int, areas: Iterable[str], channel_ids: Iterable[int]) -> None:
    session.execute(delete(PersonAreaRow).where(col(PersonAreaRow.person_id) == person_id))
    session.execute(delete(PersonChannelRow).where(col(PersonChannelRow.person_id) == person_id))
    session.add_all(PersonAreaRow(person_id=person_id, area=area) for area in sorted(set(areas)))
    session.add_all(
        PersonChannelRow(person_id=person_id, channel_id=channel) for channel in sorted(set(channel_ids))
    )
    session.flush()


def _to_person(session: Session, row: PersonRow) -> Person:
    assert row.id is not None
    areas, channel_ids = given_to(session, row.id)
    return Person(row.id, row.name, row.email, Role(row.role), areas, channel_ids)


def _plain(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "role": str(person.role),
        "areas": sorted(person.areas),
        "channels": sorted(person.channel_ids),
    }
