"""Signing in: passwords, and the delays that make guessing them slow without shutting anybody out."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from ipaddress import ip_address, ip_network
from math import ceil

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from zxcvbn import zxcvbn

from standards.errors import (
    CurrentPasswordWrong,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    PersonNotFound,
    SignInRefused,
    SignInTooSoon,
)
from standards.people import Purpose
from storage.door_sessions import end_sessions_of, hash_token, is_known_device, open_session
from storage.events import note_event
from storage.sessions import in_session
from storage.tables import InvitationRow, PersonRow, SignInDelayRow

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
# Fewer tries than this and the lists of common passwords, names and words find it (zxcvbn's estimate).
_LEAST_GUESSES_LOG10 = 8.0
# The estimate's cost grows with the cube of the length; a longer password is not guessed from a list.
_ESTIMATED_CHARACTERS = 64

FORGOTTEN_AFTER = timedelta(days=1)
# Each try costs 64 MiB and a core for a moment: no crowd may do it at once.
_AT_ONCE = 2


@dataclass(frozen=True)
class Delay:
    """After `free` failures in a row each further one doubles the wait, from one second to `longest`."""

    free: int
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        """Return how long the next try waits."""
        if failures < self.free:
            return timedelta(0)
        return min(self.longest, timedelta(seconds=2 ** min(failures - self.free, 30)))


# Whose decision: ours. What refuses is about one address; what is about an account alone only slows the
# answer. So a stranger elsewhere cannot shut a colleague out, however often they try.
OF_ACCOUNT_AND_ADDRESS = Delay(free=5, longest=timedelta(minutes=15))
OF_ADDRESS = Delay(free=20, longest=timedelta(minutes=1))
OF_KNOWN_DEVICE = Delay(free=5, longest=timedelta(minutes=15))
OF_ACCOUNT = Delay(free=20, longest=timedelta(seconds=5))


@dataclass(frozen=True)
class Keys:
    """Under which keys a try is counted: those that refuse with their delays, and the one that slows."""

    refusing: dict[str, Delay]
    slowing: str | None


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys_hash() -> str:
    """Return a hash to verify against where there is no account: it costs the same time."""
    return _hasher().hash("nobody signs in with this")


@cache
def _hashing() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sign_in")


def check_new_password(password: str, about: Iterable[str] = ()) -> None:
    """
    Refuse a password that is short, or among the first that others try; ask nothing else of it.

    Args:
        password: as typed; any characters.
        about: the person's name and e-mail address, which make poor passwords too.
    Raises:
        PasswordTooShort, PasswordTooLong, PasswordTooCommon: it is not stored.
    Source:
        NIST SP 800-63B-4, 3.1.1.2: length, a blocklist, no composition rules, no periodic change.
    """
    if len(password) < LEAST_CHARACTERS:
        raise PasswordTooShort(length=len(password), least=LEAST_CHARACTERS)
    if len(password) > MOST_CHARACTERS:
        raise PasswordTooLong(most=MOST_CHARACTERS)
    own_words = ["second visit", "secondvisit", *(word for text in about for word in (text, *text.split()))]
    guessed = zxcvbn(password[:_ESTIMATED_CHARACTERS], user_inputs=own_words)
    if float(guessed["guesses_log10"]) < _LEAST_GUESSES_LOG10:
        raise PasswordTooCommon()


def set_password(session: Session, person_id: int, password: str, *, keep: str | None = None) -> None:
    """
    Store a new password; every session of the person ends, except the one whose token hash is `keep`.

    Raises:
        PersonNotFound, PasswordTooShort, PasswordTooLong, PasswordTooCommon: nothing was changed.
    """
    row = session.get(PersonRow, person_id, populate_existing=True)
    if not row or row.removed_at or row.email is None:
        raise PersonNotFound()
    check_new_password(password, about=(row.name, row.email))
    row.password_hash = _hasher().hash(password)
    now = datetime.now(UTC)
    # A link that was asked for before must not open the door after.
    session.execute(
        update(InvitationRow)
        .where(
            col(InvitationRow.person_id) == person_id,
            col(InvitationRow.purpose) == Purpose.PASSWORD,
            col(InvitationRow.used_at).is_(None),
            col(InvitationRow.expires_at) > now,
        )
        .values(expires_at=now)
    )
    end_sessions_of(session, person_id, but=keep)
    session.flush()
    note_event(session, "changed password", "person", person_id)


def change_password(person_id: int, current: str, new: str, *, keep: str) -> None:
    """
    Let somebody who is signed in choose a new password; their other sessions end.

    Wrong tries are counted by session: who finds a phone open is no faster than at the door.

    Args:
        person_id: who is signed in.
        current: the password as it is, as typed.
        new: the one to be, as typed.
        keep: the token hash of the session it is done in, which stays.
    Raises:
        SignInTooSoon, CurrentPasswordWrong, PersonNotFound, PasswordTooShort, PasswordTooLong,
        PasswordTooCommon: nothing was changed.
    """
    now = datetime.now(UTC)
    key = _key("change", keep)
    with in_session(by=person_id) as session:
        tries = _locked(session, key, now)
        if wait := _seconds_left(tries, OF_KNOWN_DEVICE, now):
            raise SignInTooSoon(seconds=ceil(wait))
        tries.failures, tries.last_failed_at = 1 + _failures(tries, now), now
        row = session.get(PersonRow, person_id)
        stored = row.password_hash if row else None
    fits = _hasher().verify(current[: MOST_CHARACTERS + 1], stored or _nobodys_hash())
    with in_session(by=person_id) as session:
        row = session.get(PersonRow, person_id)
        right = fits and stored is not None and row is not None and row.password_hash == stored
        if right:
            session.execute(delete(SignInDelayRow).where(col(SignInDelayRow.key) == key))
            set_password(session, person_id, new, keep=keep)
        else:
            note_event(session, "password change refused", "person", person_id)
    if not right:
        raise CurrentPasswordWrong()


def has_password(session: Session, person_id: int) -> bool:
    """Say whether a person can sign in by password."""
    row = session.get(PersonRow, person_id, populate_existing=True)
    return bool(row and row.password_hash)


async def sign_in(
    email: str, password: str, *, address: str, device: str = "", earlier_token: str | None = None
) -> str:
    """
    Open a session for who knows the password, and return its token.

    The try is counted before the password is looked at, so that a hundred at the same instant are a
    hundred tries. Hashing takes no transaction: nobody waits for it but the one who signs in.

    Args:
        email: as typed.
        password: as typed.
        address: where the request comes from.
        device: the browser, in words, for the list of devices.
        earlier_token: what this browser's cookie holds; from an earlier session of the same person it
            marks a known device, whose tries are counted by themselves.
    Raises:
        SignInTooSoon: the password was not looked at.
        SignInRefused: there is no such account, or the password is another; the same in every way.
    """
    slowed_seconds = await asyncio.to_thread(count_try, email, address, earlier_token)
    if slowed_seconds:
        await asyncio.sleep(slowed_seconds)
    return await asyncio.get_running_loop().run_in_executor(
        _hashing(), _sign_in, email, password, address, device, earlier_token
    )


def count_try(
    email: str, address: str, earlier_token: str | None = None, *, at: datetime | None = None
) -> float:
    """
    Count a try, and return by how many seconds its answer is to be slowed.

    Raises:
        SignInTooSoon: nothing was counted; a refused try makes no wait longer.
    """
    now = at or datetime.now(UTC)
    with in_session() as session:
        keys = _keys(session, email, address, earlier_token)
        refusing = [(_locked(session, key, now), delay) for key, delay in keys.refusing.items()]
        if longest := max(_seconds_left(row, delay, now) for row, delay in refusing):
            raise SignInTooSoon(seconds=ceil(longest))
        counted = [row for row, _ in refusing]
        slowed = 0.0
        if keys.slowing:
            slowing = _locked(session, keys.slowing, now)
            slowed = OF_ACCOUNT.after(_failures(slowing, now)).total_seconds()
            counted.append(slowing)
        for row in counted:
            row.failures = 1 + _failures(row, now)
            row.last_failed_at = now
        session.flush()
        _sweep(session, now)
    return slowed


def _sign_in(email: str, password: str, address: str, device: str, earlier_token: str | None) -> str:
    with in_session(read_only=True) as session:
        row = _account(session, email)
        person_id = row.id if row else None
        stored = row.password_hash if row else None
    fits, renewed = _hasher().verify_and_update(password[: MOST_CHARACTERS + 1], stored or _nobodys_hash())
    with in_session() as session:
        row = _account(session, email)
        # Read again: the account may have been removed, or the password changed, during the hashing.
        if not fits or not row or row.id is None or not stored or row.password_hash != stored:
            note_event(session, "sign-in refused", "person", person_id or "unknown")
            token = None
        else:
            row.password_hash = renewed or stored
            _forget(session, email, address, earlier_token)
            token = begin_session(session, row.id, device=device)
    if token is None:
        raise SignInRefused()
    return token


def begin_session(session: Session, person_id: int, *, device: str, way: str = "password") -> str:
    """Open a session for somebody who has proved who they are, note it, and return its token."""
    session.info["by"] = person_id
    note_event(session, "signed in", "person", person_id, after={"device": device, "by": way})
    return open_session(session, person_id, device=device)


def _account(session: Session, email: str) -> PersonRow | None:
    if "\x00" in email:  # PostgreSQL refuses to look for it
        return None
    wanted = select(PersonRow).where(
        PersonRow.email == email.strip().lower(), col(PersonRow.removed_at).is_(None)
    )
    return session.exec(wanted).first()


def _keys(session: Session, email: str, address: str, earlier_token: str | None) -> Keys:
    account = email.strip().lower()
    row = _account(session, account)
    if earlier_token and row and row.id is not None:
        token_hash = hash_token(earlier_token)
        if is_known_device(session, token_hash, row.id):
            return Keys({_key("device", account, token_hash): OF_KNOWN_DEVICE}, slowing=None)
    network = network_of(address)
    return Keys(
        {_key("pair", account, network): OF_ACCOUNT_AND_ADDRESS, _key("address", network): OF_ADDRESS},
        slowing=_key("account", account),
    )


def network_of(address: str) -> str:
    """Return what one visitor cannot change at will: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))


def _key(*parts: str) -> str:
    # Hashed, so that the table tells nobody which addresses were tried.
    return sha256("\x00".join(parts).encode()).hexdigest()


def _locked(session: Session, key: str, now: datetime) -> SignInDelayRow:
    """Return a key's row, locked until the transaction ends, so that tries at one instant all count."""
    if session.get(SignInDelayRow, key) is None:
        # Two first tries at the same instant: on PostgreSQL one of them finds the other's row.
        with suppress(IntegrityError), session.begin_nested():
            session.add(SignInDelayRow(key=key, failures=0, last_failed_at=now))
    return session.get_one(SignInDelayRow, key, with_for_update=True, populate_existing=True)


def _failures(row: SignInDelayRow, now: datetime) -> int:
    return row.failures if now - row.last_failed_at < FORGOTTEN_AFTER else 0


def _seconds_left(row: SignInDelayRow, delay: Delay, now: datetime) -> float:
    waits_until = row.last_failed_at + delay.after(_failures(row, now))
    return max(0.0, (waits_until - now).total_seconds())


def _sweep(session: Session, now: datetime) -> None:
    forgotten = (
        select(SignInDelayRow.key)
        .where(col(SignInDelayRow.last_failed_at) < now - FORGOTTEN_AFTER)
        .with_for_update(skip_locked=True)
    )
    keys = session.exec(forgotten).all()
    session.execute(delete(SignInDelayRow).where(col(SignInDelayRow.key).in_(keys)))


def _forget(session: Session, email: str, address: str, earlier_token: str | None) -> None:
    """Take back the count of a try that was no failure: of the pair and the device all, of others one."""
    keys = _keys(session, email, address, earlier_token)
    shared = {_key("address", network_of(address)), keys.slowing}
    for key in [*keys.refusing, *([keys.slowing] if keys.slowing else [])]:
        row = session.get(SignInDelayRow, key, populate_existing=True)
        if row and key in shared and row.failures > 1:
            row.failures -= 1
        elif row:
            session.delete(row)
    session.flush()
