"""You: who one is, another password, devices to sign out from afar, the way out."""

import pytest

from standards.people import Role
from storage.door_sessions import find_session, list_sessions
from storage.sessions import in_session
from storage.sign_in import set_password
from tests.builders import a_brand, a_channel
from tests.pages.app import a_person, open_in, page_of, said_on, tap, user_of
from tests.storage.builders import events_about

OLD, NEW = "quiet river lamp sixteen", "seven slow copper kites"


@pytest.fixture
def shopper():
    person = a_person(Role.SHOPPER)
    with in_session() as session:
        set_password(session, person.id, OLD)
    return person


def account_of(person):
    return open_in(page_of(person), "your_account.py")


def change(person, current, new):
    test = account_of(person)
    test.text_input(key="you_current").set_value(current)
    test.text_input(key="you_new").set_value(new)
    return tap(test, "Change the password")


def test_it_says_who_one_is_and_what_that_allows(shopper):
    said = said_on(account_of(shopper))
    assert "The shopper" in said
    assert "records visits and sees their own" in said
    assert 'action="/sign-out"' in said


def test_a_viewer_reads_what_was_given():
    with in_session() as session:
        channel = a_channel(session, a_brand(session), "High Street")
    viewer = a_person(Role.VIEWER, areas=["North"], channel_ids=[channel.id])
    assert "Given to you: North, High Street." in said_on(account_of(viewer))


def test_a_device_is_signed_out_from_another(shopper):
    other = user_of(shopper)
    tap(account_of(shopper), "Sign out")
    with in_session(read_only=True) as session:
        assert find_session(session, other["session"]) is None
        assert len(list_sessions(session, shopper.id)) == 1


def test_a_new_password_keeps_this_device_and_signs_out_the_others(shopper):
    other = user_of(shopper)
    test = change(shopper, OLD, NEW)
    assert not test.error
    assert title(test) == "You"
    with in_session(read_only=True) as session:
        assert find_session(session, other["session"]) is None
    assert "PASSWORD-4" in change(shopper, OLD, NEW).error[0].value


def title(test):
    return test.title[0].value


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [(NEW, NEW, "PASSWORD-4"), (OLD, "short", "PASSWORD-1"), (OLD, "passwordpassword", "PASSWORD-3")],
)
def test_a_password_that_is_not_changed_says_why(shopper, current, new, code):
    test = change(shopper, current, new)
    assert code in test.error[0].value
    assert not change(shopper, OLD, NEW).error


def test_wrong_passwords_are_counted_and_wait(shopper):
    test = account_of(shopper)
    for _ in range(6):
        test.text_input(key="you_current").set_value("wrong wrong wrong wrong")
        test.text_input(key="you_new").set_value(NEW)
        tap(test, "Change the password")
    assert "SIGN-IN-2" in test.error[0].value
    refused = [e for e in events_about("person", shopper.id) if e.action == "password change refused"]
    assert len(refused) == 5


def test_without_a_password_none_is_asked_for():
    test = account_of(a_person(Role.MANAGER))
    assert "without a password" in said_on(test)
    assert not [box for box in test.text_input if box.key == "you_current"]
