"""Making an owner on the command line: what is asked, what is refused, and that no password is seen."""

import os
import pty
import subprocess
import sys
from pathlib import Path
from select import select

import pytest
from typer.testing import CliRunner, Result

from standards.errors import Problem
from standards.people import Purpose, Role
from storage.__main__ import app
from storage.door_sessions import find_session, hash_token, open_session
from storage.events import EventFilter, list_events
from storage.invitations import find_invitation
from storage.people import add_account, list_accounts, person_of_email, remove_account
from storage.sessions import close_database, in_session
from storage.sign_in import has_password, set_password, sign_in
from tests.running import run

PROJECT = Path(__file__).parents[2]
GOOD = "four windy kettles sing"
OLIVE = ("add-owner", "Olive", "olive@company.example")


def called(*arguments: str, typed: str = f"{GOOD}\n{GOOD}\n") -> Result:
    """Call a command; what it asks for is typed."""
    return CliRunner().invoke(app, arguments, input=typed)


def accounts() -> list[tuple[str, str | None, Role]]:
    with in_session(read_only=True) as session:
        found = [account.person for account in list_accounts(session)]
    return [(person.name, person.email, person.role) for person in found]


def opens(email: str, password: str) -> bool:
    try:
        run(sign_in(email, password, address="127.0.0.1"))
    except Problem:
        return False
    return True


def test_the_first_owner_is_made_with_a_password_typed_twice(database):
    done = called(*OLIVE)
    assert (done.exit_code, done.exception) == (0, None)
    assert "Olive is an owner." in done.output
    assert accounts() == [("Olive", "olive@company.example", Role.OWNER)]
    assert opens("olive@company.example", GOOD)


def test_a_password_is_never_shown_noted_or_kept(database):
    assert GOOD not in called(*OLIVE).output
    with in_session(read_only=True) as session:
        events = list_events(session, EventFilter())
    assert {event.action for event in events} >= {"added", "changed password"}
    assert GOOD not in str(events)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        pytest.param("short\nshort\n", "PASSWORD-1", id="short"),
        pytest.param("password12345\npassword12345\n", "PASSWORD-3", id="common"),
        pytest.param("olive@company.example\nolive@company.example\n", "PASSWORD-3", id="the address"),
        pytest.param(f"{'x' * 257}\n{'x' * 257}\n", "PASSWORD-2", id="long"),
    ],
)
def test_a_password_that_is_refused_leaves_nobody(database, typed, code):
    done = called(*OLIVE, typed=typed)
    assert isinstance(done.exception, Problem)
    assert done.exception.code == code
    assert done.exit_code == 1
    assert accounts() == []


@pytest.mark.parametrize(
    ("given", "code"),
    [(("Olive", "olive"), "PERSON-1"), ((" ", "olive@company.example"), "NAME-2")],
)
def test_what_names_nobody_is_refused(database, given, code):
    done = called("add-owner", *given)
    assert isinstance(done.exception, Problem)
    assert done.exception.code == code
    assert accounts() == []


@pytest.mark.parametrize(
    "typed", ["", f"{GOOD}\n", f"{GOOD}\nanother\n"], ids=["none", "once", "two of them"]
)
def test_without_the_same_password_twice_nobody_is_made(database, typed):
    done = called(*OLIVE, typed=typed)
    assert done.exit_code == 1
    assert GOOD not in done.output
    assert accounts() == []


def test_a_password_cannot_be_given_where_other_processes_see_it(data_folder):
    for option in ("--password", "-p"):
        assert called(*OLIVE, option, GOOD, typed="").exit_code == 2
    assert called(*OLIVE, GOOD, typed="").exit_code == 2
    assert accounts() == []


def test_who_has_the_address_already_becomes_an_owner_and_is_out_everywhere_else(database):
    with in_session() as session:
        ann = add_account(session, "Ann", "olive@company.example", Role.VIEWER, areas=["North"])
        set_password(session, ann.id, "seven lamps under snow")
        token = open_session(session, ann.id)
    assert called("add-owner", "Olive", "OLIVE@Company.example").exit_code == 0
    assert accounts() == [("Olive", "olive@company.example", Role.OWNER)]
    assert opens("olive@company.example", GOOD)
    assert not opens("olive@company.example", "seven lamps under snow")
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(token)) is None


def test_who_was_removed_comes_back_as_an_owner(database):
    with in_session() as session:
        add_account(session, "Ben", "ben@company.example", Role.OWNER)
        gone = add_account(session, "Olive", "olive@company.example", Role.SHOPPER)
        remove_account(session, gone.id)
    assert called(*OLIVE).exit_code == 0
    with in_session(read_only=True) as session:
        found = person_of_email(session, "olive@company.example")
    assert found
    assert (found.id, found.role) == (gone.id, Role.OWNER)


def test_somebody_elses_name_is_not_taken_over(database):
    with in_session() as session:
        add_account(session, "Olive", "another@company.example", Role.SHOPPER)
    done = called(*OLIVE)
    assert isinstance(done.exception, Problem)
    assert done.exception.code == "NAME-1"
    assert accounts() == [("Olive", "another@company.example", Role.SHOPPER)]


def test_a_link_asks_for_no_password_and_leads_to_one(database):
    done = called(*OLIVE, "--link", "--address", "https://visits.example.com/", typed="")
    assert done.exit_code == 0
    token = done.output.split("https://visits.example.com/invitation/")[1].split()[0]
    with in_session(read_only=True) as session:
        found = find_invitation(session, token)
        person = person_of_email(session, "olive@company.example")
    assert found
    assert person
    assert (found.purpose, found.person_id) == (Purpose.PASSWORD, person.id)
    with in_session(read_only=True) as session:
        assert not has_password(session, person.id)


def on_a_terminal(password: str) -> tuple[int, str, list[str]]:
    """
    Run the command on a terminal of its own and type a password where it asks for it, twice.

    Returns:
        Its exit code, all that the terminal showed, and the process list at each question.
    """
    ours, theirs = pty.openpty()
    # A password is asked for on the process's own terminal, not on what its output leads to.
    process = subprocess.Popen(
        ["setsid", "--ctty", "--wait", sys.executable, "-m", "storage", *OLIVE],
        cwd=PROJECT,
        env=os.environ | {"TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    # The space comes last, when what is typed is no longer shown; what is typed before is thrown away.
    shown, listed, asks = b"", [], [b"Password: ", b"confirmation: "]
    try:
        while chunk := _read(ours):
            shown += chunk
            if asks and asks[0] in shown:
                asks.pop(0)
                listed.append(_process_list())
                os.write(ours, f"{password}\n".encode())
        return process.wait(30), shown.decode(), listed
    finally:
        os.close(ours)
        process.kill()
        process.wait()


def _read(terminal: int) -> bytes:
    """Return what the other side has written; nothing when it has closed, or said nothing for long."""
    if not select([terminal], [], [], 60)[0]:
        return b""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def _process_list() -> str:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for facts in ("cmdline", "environ"):
            try:
                found.append((process / facts).read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue
    return "\n".join(found)


def test_on_a_terminal_nobody_who_looks_on_sees_the_password(data_folder):
    close_database()
    code, shown, listed = on_a_terminal(GOOD)
    assert code == 0, shown
    assert "Olive is an owner." in shown
    assert GOOD not in shown
    assert len(listed) == 2
    assert all("add-owner" in line and GOOD not in line for line in listed)
    assert opens("olive@company.example", GOOD)


def test_on_a_terminal_a_refusal_is_words_and_ends_with_1(data_folder):
    code, shown, _ = on_a_terminal("password12345")
    assert code == 1
    assert "(PASSWORD-3)" in shown
    assert "password12345" not in shown
    assert "Traceback" not in shown
    assert accounts() == []
