"""People: invited by a link that is shown once, changed, signed out, removed; one owner always stays."""

import re

import pytest

from standards.people import Purpose, Role
from storage.door_sessions import find_session, list_sessions
from storage.invitations import find_invitation
from storage.people import find_person, list_accounts, person_of_email
from storage.sessions import in_session
from tests.builders import a_brand, a_channel
from tests.pages.app import a_person, open_page, page_of, said_on, tap, user_of
from tests.storage.builders import events_about


def link_on(test):
    """Return the token of the link a page shows."""
    return re.findall(r"/invitation/([\w-]+)", test.code[0].value)[0]


def invite(name="Nora", email="nora@example.com", role=Role.SHOPPER, **given):
    test = open_page("manage_people.py")
    test.text_input(key="people_name").set_value(name)
    test.text_input(key="people_email").set_value(email)
    test.radio(key="people_role").set_value(role).run()
    for key, values in given.items():
        test.multiselect(key=f"people_{key}").set_value(values)
    return tap(test, "Make the invitation")


def opened(person):
    """Open the People page as an owner, with the card of a person open."""
    test = page_of()
    test.session_state[f"person_{person.id}"] = True
    test.switch_page("manage_people.py").run()
    assert not test.exception
    return test


def stored(person_id):
    with in_session(read_only=True) as session:
        return find_person(session, person_id)


def test_an_invitation_is_a_link_and_a_picture_and_names_its_role():
    test = invite(role=Role.MANAGER)
    with in_session(read_only=True) as session:
        person = person_of_email(session, "nora@example.com")
        invitation = find_invitation(session, link_on(test))
    assert person
    assert invitation
    assert person.role is Role.MANAGER
    assert (invitation.purpose, invitation.person_id) == (Purpose.INVITATION, person.id)
    assert "data:image/png;base64," in said_on(test)
    tap(test, "Done: hide it")
    assert not test.code


def test_a_viewer_is_given_areas_and_channels():
    with in_session() as session:
        channel = a_channel(session, a_brand(session), "High Street", area="North")
    invite(role=Role.VIEWER, areas=["North"], channels=[channel.id])
    with in_session(read_only=True) as session:
        person = person_of_email(session, "nora@example.com")
    assert person
    assert person.areas == {"North"}
    assert person.channel_ids == {channel.id}


@pytest.mark.parametrize(
    ("name", "email", "code"), [("Nora", "nora", "PERSON-1"), (" ", "nora@example.com", "NAME-2")]
)
def test_an_invitation_that_cannot_be_made_says_why_and_stores_nobody(name, email, code):
    test = invite(name, email)
    assert code in test.error[0].value
    assert not test.code
    with in_session(read_only=True) as session:
        assert len(list_accounts(session)) == 1


def test_a_new_link_ends_the_one_before():
    first = link_on(invite())
    with in_session(read_only=True) as session:
        nora = person_of_email(session, "nora@example.com")
    second = link_on(tap(opened(nora), "New invitation"))
    with in_session(read_only=True) as session:
        assert find_invitation(session, first) is None
        assert find_invitation(session, second)


def test_who_came_in_once_gets_a_link_for_a_new_password():
    shopper = a_person(Role.SHOPPER)
    user_of(shopper)
    token = link_on(tap(opened(shopper), "Link for a new password"))
    with in_session(read_only=True) as session:
        invitation = find_invitation(session, token)
    assert invitation
    assert invitation.purpose is Purpose.PASSWORD


def test_a_role_is_changed_and_noted():
    shopper, owner = a_person(Role.SHOPPER), a_person(Role.OWNER)
    test = opened(shopper)
    test.radio(key=f"person_{shopper.id}_role").set_value(Role.MANAGER).run()
    tap(test, "Save")
    assert stored(shopper.id).role is Role.MANAGER
    changed = [event for event in events_about("person", shopper.id) if event.action == "changed"]
    assert [event.person_id for event in changed] == [owner.id]


def test_the_only_owner_is_neither_demoted_nor_removed():
    owner = a_person(Role.OWNER)
    test = opened(owner)
    test.radio(key=f"person_{owner.id}_role").set_value(Role.SHOPPER).run()
    assert "PERSON-3" in tap(test, "Save").error[0].value
    assert "PERSON-3" in tap(opened(owner), "Remove for good").error[0].value
    assert stored(owner.id).role is Role.OWNER


def test_of_two_owners_one_may_go():
    owner, other = a_person(Role.OWNER), a_person(Role.OWNER, "Another owner")
    tap(opened(other), "Remove for good")
    assert stored(other.id) is None
    assert stored(owner.id).role is Role.OWNER


def test_an_owner_signs_anybody_out():
    shopper = a_person(Role.SHOPPER)
    user_of(shopper)
    user_of(shopper)
    tap(opened(shopper), "Sign out all of them")
    with in_session(read_only=True) as session:
        assert list_sessions(session, shopper.id) == []


def test_a_removed_person_is_signed_out_and_gone_from_the_list():
    shopper = a_person(Role.SHOPPER)
    user = user_of(shopper)
    test = tap(opened(shopper), "Remove for good")
    assert "1 person may come in" in said_on(test)
    with in_session(read_only=True) as session:
        assert find_session(session, user["session"]) is None
