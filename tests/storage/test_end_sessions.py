"""After a break-in: one command signs everybody out."""

from typer.testing import CliRunner

from standards.people import Role
from storage.__main__ import app
from storage.door_sessions import find_session, hash_token, open_session
from storage.people import add_account
from storage.sessions import in_session
from tests.storage.builders import events_about


def test_every_session_of_everybody_ends_and_it_is_noted(database):
    with in_session() as session:
        people = [
            add_account(session, name, f"{name.lower()}@company.example", Role.OWNER)
            for name in ("Anna", "Ben")
        ]
        tokens = [open_session(session, person.id) for person in people for _ in range(2)]
    done = CliRunner().invoke(app, ["end-sessions"])
    assert done.exception is None
    assert "4 devices" in done.output
    with in_session(read_only=True) as session:
        assert [find_session(session, hash_token(token)) for token in tokens] == [None] * 4
    assert [event.action for event in events_about("person", people[0].id)].count("signed out") == 2
