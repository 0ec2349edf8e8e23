"""Signing in: good passwords, slow guessing, and nobody shut out by somebody else."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import text
from sqlmodel import select

from standards.errors import (
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    SignInRefused,
    SignInTooSoon,
)
from standards.people import Person, Purpose, Role
from storage.door_sessions import find_session, hash_token, open_session
from storage.invitations import add_invitation, find_invitation
from storage.people import add_account, remove_account
from storage.sessions import in_session
from storage.sign_in import (
    OF_ACCOUNT,
    OF_ACCOUNT_AND_ADDRESS,
    OF_ADDRESS,
    Delay,
    check_new_password,
    count_try,
    has_password,
    network_of,
    set_password,
    sign_in,
)
from storage.tables import EventRow, PersonRow
from tests.running import run

GOOD = "four windy kettles sing"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def ann(database) -> Person:
    with in_session() as session:
        person = add_account(session, "Annabelle", "ann@example.com", Role.SHOPPER)
        set_password(session, person.id, GOOD)
    return person


def try_in(password: str = GOOD, email: str = "ann@example.com", address: str = HERE, **others) -> str:
    return run(sign_in(email, password, address=address, **others))


def fails(times: int, address: str = HERE, email: str = "ann@example.com", token: str | None = None) -> None:
    for _ in range(times):
        count_try(email, address, token, at=NOON)


@pytest.mark.parametrize("password", ["", "short", "elevenchars"])
def test_a_short_password_is_refused(password):
    with pytest.raises(PasswordTooShort):
        check_new_password(password)


def test_an_endless_password_is_refused():
    with pytest.raises(PasswordTooLong):
        check_new_password("kettle wind " * 30)


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "password12345",
        "passwordpassword",
        "qwertyuiop12",
        "iloveyou123456",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "P@ssw0rd1234",
        "secondvisit2026",
        "Annabelle Miller",
        "annabelle@example.com",
    ],
)
def test_a_password_that_others_try_first_is_refused(password):
    with pytest.raises(PasswordTooCommon):
        check_new_password(password, about=("Annabelle Miller", "annabelle@example.com"))


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "nur kleine buchstaben",
        "七つの窓から冷たい風が吹く",
        "x7" * 2 + "kQ9vLm2wZ",
    ],
)
def test_no_composition_is_asked_for(password):
    check_new_password(password, about=("Annabelle", "ann@example.com"))


@given(some.text(min_size=12, max_size=256))
def test_any_text_is_accepted_or_refused_as_too_common(password):
    with suppress(PasswordTooCommon):
        check_new_password(password)


def test_who_knows_the_password_comes_in(ann):
    token = try_in(email=" ANN@example.com", device="Firefox on Linux")
    with in_session(read_only=True) as session:
        found = find_session(session, hash_token(token))
        [event] = session.exec(select(EventRow).where(EventRow.action == "signed in")).all()
    assert found
    assert event.after
    assert found.person == ann
    assert found.session.device == "Firefox on Linux"
    assert (event.person_id, event.after["device"]) == (ann.id, "Firefox on Linux")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@example.com", "four windy kettles sink"),
        ("ann@example.com", ""),
        ("ann@example.com", GOOD.upper()),
        ("ann@example.com", GOOD + "\x00"),
        ("nobody@example.com", GOOD),
        ("", ""),
    ],
)
def test_nobody_else_does_and_all_are_told_the_same(ann, email, password):
    with pytest.raises(SignInRefused) as refused:
        try_in(password, email)
    assert str(refused.value) == str(SignInRefused())
    with in_session(read_only=True) as session:
        assert session.exec(select(EventRow).where(EventRow.action == "sign-in refused")).one()


def test_an_invited_person_without_a_password_cannot_sign_in(database):
    with in_session() as session:
        person = add_account(session, "Ben", "ben@example.com", Role.OWNER)
        assert not has_password(session, person.id)
    for password in ("", GOOD, "nobody signs in with this"):
        with pytest.raises(SignInRefused):
            try_in(password, "ben@example.com")


def test_a_removed_person_cannot_sign_in(ann):
    with in_session() as session:
        remove_account(session, ann.id)
    with pytest.raises(SignInRefused):
        try_in()


def test_an_answer_takes_as_long_without_an_account():
    with in_session() as session:
        person = add_account(session, "Ann", "ann@example.com", Role.SHOPPER)
        set_password(session, person.id, GOOD)

    def seconds(email: str) -> float:
        start = perf_counter()
        with pytest.raises(SignInRefused):
            try_in("four windy kettles sink", email, address=str(start))
        return perf_counter() - start

    seconds("ann@example.com")
    known, unknown = zip(
        *((seconds("ann@example.com"), seconds(f"nobody{turn}@example.com")) for turn in range(5)),
        strict=True,
    )
    # Argon2 is nearly all of it: without it an unknown account would answer ten times as fast.
    assert 0.5 < median(known) / median(unknown) < 2


def test_only_an_argon2id_hash_of_the_password_is_stored(ann):
    with in_session(read_only=True) as session:
        stored = session.get_one(PersonRow, ann.id).password_hash
        rows = session.execute(text("SELECT * FROM event")).all()
    assert stored
    assert stored.startswith("$argon2id$")
    assert GOOD not in str(rows)
    assert "argon2" not in str(rows)


def test_a_new_password_ends_other_sessions_the_old_password_and_open_links(ann):
    with in_session() as session:
        here, there = open_session(session, ann.id), open_session(session, ann.id)
        link = add_invitation(session, Purpose.PASSWORD, ann.id)
    with in_session() as session:
        set_password(session, ann.id, "seven lamps under snow", keep=hash_token(here))
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(here))
        assert find_session(session, hash_token(there)) is None
        assert find_invitation(session, link) is None
    with pytest.raises(SignInRefused):
        try_in(GOOD)
    assert try_in("seven lamps under snow")


def test_a_refused_password_changes_nothing(ann):
    with in_session() as session:
        token = open_session(session, ann.id)
    with in_session() as session, pytest.raises(PasswordTooCommon):
        set_password(session, ann.id, "password12345")
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(token))
    assert try_in(GOOD)


def test_the_wait_grows_and_has_an_end():
    delay = Delay(free=3, longest=timedelta(minutes=1))
    waits = [delay.after(failures).total_seconds() for failures in range(11)]
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert delay.after(10**9) == timedelta(minutes=1)


def test_guessing_one_account_from_one_address_is_refused_ever_longer(ann):
    fails(OF_ACCOUNT_AND_ADDRESS.free)
    at, waits = NOON, []
    for _ in range(5):
        with pytest.raises(SignInTooSoon) as refused:
            count_try("ann@example.com", HERE, at=at)
        waits.append(refused.value.facts["seconds"])
        at += timedelta(seconds=waits[-1])
        count_try("ann@example.com", HERE, at=at)
    assert waits == [1, 2, 4, 8, 16]


def test_the_right_password_is_not_looked_at_while_waiting(ann):
    for _ in range(OF_ACCOUNT_AND_ADDRESS.free + 3):
        try:
            count_try("ann@example.com", HERE)
        except SignInTooSoon:
            break
    with pytest.raises(SignInTooSoon):
        try_in(GOOD)


def test_a_refused_try_makes_no_wait_longer(ann):
    fails(OF_ACCOUNT_AND_ADDRESS.free)
    for _ in range(50):
        with pytest.raises(SignInTooSoon):
            count_try("ann@example.com", HERE, at=NOON)
    assert count_try("ann@example.com", HERE, at=NOON + timedelta(seconds=1)) == 0


def test_trying_many_accounts_from_one_address_is_refused(ann):
    for turn in range(OF_ADDRESS.free):
        count_try(f"person{turn}@example.com", HERE, at=NOON)
    with pytest.raises(SignInTooSoon):
        count_try("another@example.com", HERE, at=NOON)


def test_a_stranger_elsewhere_never_shuts_a_colleague_out(ann):
    for turn in range(200):
        count_try("ann@example.com", f"203.0.{turn}.1", at=NOON)
    # From a new device: let in, after a pause of a few seconds.
    slowed = count_try("ann@example.com", ELSEWHERE, at=NOON)
    assert 0 < slowed <= OF_ACCOUNT.longest.total_seconds()


def test_a_known_device_does_not_even_wait(ann):
    with in_session() as session:
        token = open_session(session, ann.id, at=NOON)
    for turn in range(200):
        count_try("ann@example.com", f"203.0.{turn}.1", at=NOON)
    fails(OF_ACCOUNT_AND_ADDRESS.free)
    assert count_try("ann@example.com", HERE, token, at=NOON) == 0


def test_a_stolen_cookie_buys_a_few_tries_only(ann):
    with in_session() as session:
        token = open_session(session, ann.id, at=NOON)
    fails(5, token=token)
    with pytest.raises(SignInTooSoon):
        count_try("ann@example.com", ELSEWHERE, token, at=NOON)


def test_a_cookie_of_somebody_else_buys_nothing(ann):
    with in_session() as session:
        other = add_account(session, "Ben", "ben@example.com", Role.SHOPPER)
        token = open_session(session, other.id, at=NOON)
    fails(OF_ACCOUNT_AND_ADDRESS.free)
    with pytest.raises(SignInTooSoon):
        count_try("ann@example.com", HERE, token, at=NOON)


def test_coming_in_forgets_the_slips_before(ann):
    for _ in range(3):
        with pytest.raises(SignInRefused):
            try_in("four windy kettles sink")
    try_in()
    for _ in range(OF_ACCOUNT_AND_ADDRESS.free):
        count_try("ann@example.com", HERE)


def test_tries_are_forgotten_after_a_day(ann):
    fails(OF_ACCOUNT_AND_ADDRESS.free)
    assert count_try("ann@example.com", HERE, at=NOON + timedelta(days=1)) == 0
    with in_session(read_only=True) as session:
        assert session.execute(text("SELECT max(failures) FROM sign_in_delay")).scalar() == 1


def test_tries_at_the_same_instant_all_count(ann):
    async def storm() -> list[object]:
        tries = (asyncio.to_thread(count_try, "ann@example.com", HERE, at=NOON) for _ in range(12))
        return await asyncio.gather(*tries, return_exceptions=True)

    answers = run(storm())
    assert sum(answer == 0 for answer in answers) == OF_ACCOUNT_AND_ADDRESS.free
    assert sum(isinstance(answer, SignInTooSoon) for answer in answers) == 12 - OF_ACCOUNT_AND_ADDRESS.free


def test_nobody_reads_from_the_table_who_was_tried(ann):
    count_try("ann@example.com", HERE, at=NOON)
    with in_session(read_only=True) as session:
        rows = str(session.execute(text("SELECT * FROM sign_in_delay")).all())
    assert "ann" not in rows
    assert HERE not in rows


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_what_one_visitor_cannot_change_at_will_is_counted(address, network):
    assert network_of(address) == network
