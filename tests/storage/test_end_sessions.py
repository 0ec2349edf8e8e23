"""Signing everybody out on the command line."""

import pytest
from typer.testing import CliRunner

from standards.people import Person, Role
from storage.__main__ import app
from storage.door_sessions import end_session, find_session, hash_token, open_session
from storage.people import add_account, remove_account
from storage.sessions import in_session
from storage.sign_in import set_password, sign_in
from tests.running import run
from tests.storage.builders import events_about

GOOD = "four windy kettles sing"


def people() -> list[Person]:
    with in_session() as session:
        return [
            add_account(session, name, f"{name.lower()}@company.example", role)
            for name, role in (("Anna", Role.OWNER), ("Ben", Role.SHOPPER))
        ]


def devices(person: Person, number: int) -> list[str]:
    with in_session() as session:
        return [open_session(session, person.id) for _ in range(number)]


def test_every_session_of_everybody_ends_and_it_is_noted(database):
    anna, ben = people()
    tokens = devices(anna, 2) + devices(ben, 2)
    done = CliRunner().invoke(app, ["end-sessions"])
    assert (done.exit_code, done.output) == (0, "Signed out: 4 devices.\n")
    with in_session(read_only=True) as session:
        assert [find_session(session, hash_token(token)) for token in tokens] == [None] * 4
    assert [event.action for event in events_about("person", anna.id)].count("signed out") == 2


def test_only_who_is_signed_in_is_counted(database):
    anna, ben = people()
    [token, _] = devices(anna, 2)
    devices(ben, 1)
    with in_session() as session:
        end_session(session, hash_token(token))
        remove_account(session, ben.id)
    assert CliRunner().invoke(app, ["end-sessions"]).output == "Signed out: 1 device.\n"
    again = CliRunner().invoke(app, ["end-sessions"])
    assert (again.exit_code, again.output) == (0, "Signed out: 0 devices.\n")


def test_everybody_may_sign_in_again(database):
    anna, _ = people()
    with in_session() as session:
        set_password(session, anna.id, GOOD)
    CliRunner().invoke(app, ["end-sessions"])
    token = run(sign_in("anna@company.example", GOOD, address="127.0.0.1"))
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(token))


@pytest.mark.parametrize("more", [["anna@company.example"], ["--all"]])
def test_it_ends_all_or_says_that_it_cannot_choose(data_folder, more):
    anna, _ = people()
    [token] = devices(anna, 1)
    assert CliRunner().invoke(app, ["end-sessions", *more]).exit_code == 2
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(token))
