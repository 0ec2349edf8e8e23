"""Single sign-on: what was asked of the provider, answered once, and who may come in with its answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from standards.errors import EmailNotVerified, LastOwner, LinkNotUsable, NotInvited, SignOnStale
from standards.people import Person, Purpose, Role
from storage.door_sessions import hash_token
from storage.invitations import find_invitation, use_invitation
from storage.oidc_settings import OidcSettings
from storage.people import (
    add_account,
    bind_subject,
    change_account,
    clean_email,
    find_person,
    person_of_subject,
)
from storage.tables import InvitationRow, OidcStartRow, PersonRow

LIFETIME = timedelta(minutes=10)
# With room for “(address)” behind it.
_NAME_LENGTH = 100


@dataclass(frozen=True)
class OidcAccount:
    """Who somebody is to the provider. `email` is in small letters; `claims` is all that was said."""

    subject: str
    email: str
    email_verified: bool
    name: str
    claims: dict[str, Any]


@dataclass(frozen=True)
class OidcStart:
    """What the answer to a sign-in is held against, and where the person wanted to go."""

    nonce: str
    code_verifier: str
    next_path: str


def begin_sign_on(
    session: Session, state: str, browser: str, begun: OidcStart, *, at: datetime | None = None
) -> None:
    """
    Keep what was asked of the provider until its answer comes.

    Args:
        state: goes to the provider and comes back with its answer; only its hash is stored.
        browser: stays with the browser, as a cookie; only its hash is stored.
    """
    now = at or datetime.now(UTC)
    session.execute(delete(OidcStartRow).where(col(OidcStartRow.created_at) <= now - LIFETIME))
    session.add(
        OidcStartRow(
            state_hash=hash_token(state),
            browser_hash=hash_token(browser),
            nonce=begun.nonce,
            code_verifier=begun.code_verifier,
            next_path=begun.next_path,
            created_at=now,
        )
    )
    session.flush()


def take_sign_on(session: Session, state: str, browser: str, *, at: datetime | None = None) -> OidcStart:
    """
    Return what was kept for an answer, and forget it: of two answers with one state, one finds it.

    Raises:
        SignOnStale: nothing was begun so, or not in this browser, or too long ago, or it was answered.
    """
    now = at or datetime.now(UTC)
    taken = session.execute(
        delete(OidcStartRow)
        .where(
            col(OidcStartRow.state_hash) == hash_token(state),
            col(OidcStartRow.browser_hash) == hash_token(browser),
            col(OidcStartRow.created_at) > now - LIFETIME,
        )
        .returning(col(OidcStartRow.nonce), col(OidcStartRow.code_verifier), col(OidcStartRow.next_path))
    ).first()
    if not taken:
        raise SignOnStale(minutes=LIFETIME // timedelta(minutes=1))
    return OidcStart(*taken)


def admit(session: Session, settings: OidcSettings, account: OidcAccount, *, invitation: str = "") -> Person:
    """
    Return the person behind a provider's account, where they may come in.

    Known by the provider's own name for them, or else by a verified e-mail address that was invited or
    stands in an allowed domain. Nobody who was removed comes back this way. Where a claim gives the
    role, it does so at every sign-in; only the last owner keeps theirs.

    Args:
        invitation: the token of the link they came with.
    Raises:
        NotInvited, EmailNotVerified, LinkNotUsable, EmailNotUsable: nothing was changed.
    """
    subject = f"{settings.issuer} {account.subject}"
    person = person_of_subject(session, subject)
    if not person:
        person = _first_time(session, settings, account, invitation)
        bind_subject(session, person.id, subject)
    role = settings.role_of(account.claims)
    return person if role in (None, person.role) else _in_role(session, person, role)


def _first_time(session: Session, settings: OidcSettings, account: OidcAccount, invitation: str) -> Person:
    if not account.email_verified:
        raise EmailNotVerified(provider=settings.name)
    email = clean_email(account.email)
    row = session.exec(select(PersonRow).where(PersonRow.email == email)).first()
    if invitation:
        return _invited(session, row, email, invitation)
    if not row:
        if not settings.allows(email):
            raise NotInvited(email=email)
        return add_account(session, _free_name(session, account.name, email), email, Role.SHOPPER)
    # Another account of the same provider has this address now: it changed hands.
    changed_hands = (row.oidc_subject or "").startswith(f"{settings.issuer} ")
    may_come = settings.allows(email) or row.password_hash or _open_invitations(session, row.id)
    if row.removed_at or changed_hands or not may_come:
        raise NotInvited(email=email)
    for waiting in _open_invitations(session, row.id):
        waiting.used_at = datetime.now(UTC)
    assert row.id is not None
    return _found(session, row.id)


def _invited(session: Session, row: PersonRow | None, email: str, invitation: str) -> Person:
    found = find_invitation(session, invitation)
    if not found or found.purpose is not Purpose.INVITATION or found.person_id is None:
        raise LinkNotUsable()
    if not row or row.id != found.person_id:
        raise NotInvited(email=email)
    use_invitation(session, invitation)
    return _found(session, found.person_id)


def _open_invitations(session: Session, person_id: int | None) -> list[InvitationRow]:
    wanted = select(InvitationRow).where(
        InvitationRow.person_id == person_id,
        InvitationRow.purpose == Purpose.INVITATION,
        col(InvitationRow.used_at).is_(None),
        col(InvitationRow.expires_at) > datetime.now(UTC),
    )
    return list(session.exec(wanted).all())


def _found(session: Session, person_id: int) -> Person:
    person = find_person(session, person_id)
    assert person is not None
    return person


def _free_name(session: Session, name: str, email: str) -> str:
    """
    Return a name that nobody has.

    Not even somebody without an account: their visits are no newcomer's, whatever name they brought.
    """
    wanted = name[:_NAME_LENGTH].strip() or email
    taken = session.exec(select(PersonRow.id).where(PersonRow.name == wanted)).first()
    return f"{wanted[: _NAME_LENGTH - 1]} ({email})"[:200] if taken is not None else wanted


def _in_role(session: Session, person: Person, role: Role) -> Person:
    try:
        return change_account(
            session,
            person.id,
            name=person.name,
            role=role,
            areas=person.areas,
            channel_ids=person.channel_ids,
        )
    except LastOwner:
        return person
