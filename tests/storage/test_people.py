"""People with accounts: added, changed, removed; somebody always owns the program."""

import pytest
from sqlmodel import select

from standards.errors import EmailNotUsable, EmailTaken, LastOwner, NameMissing, NameTaken, PersonNotFound
from standards.people import Person, Purpose, Role
from storage.door_sessions import find_session, hash_token, open_session
from storage.invitations import add_invitation, find_invitation
from storage.people import (
    add_account,
    change_account,
    clean_email,
    find_or_add_person,
    find_person,
    has_owner,
    list_accounts,
    list_people,
    person_of_email,
    remove_account,
)
from storage.sessions import in_session
from storage.sign_in import set_password
from storage.tables import EventRow
from tests.storage.builders import channel_of


def added(name: str = "Ann", role: Role = Role.SHOPPER, **given) -> Person:
    with in_session() as session:
        return add_account(session, name, f"{name.lower()}@example.com", role, **given)


def test_a_person_comes_back_as_stored(database):
    with in_session() as session:
        channel = channel_of(session)
    person = added(role=Role.VIEWER, areas=["North", "North", "South"], channel_ids=[channel.id])
    assert person.areas == {"North", "South"}
    assert person.channel_ids == {channel.id}
    with in_session(read_only=True) as session:
        assert find_person(session, person.id) == person
        assert person_of_email(session, " ANN@example.com ") == person
        assert [account.person for account in list_accounts(session)] == [person]


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "@example.com", "ann@example", "a b@example.com", "ä@example.com", "x" * 255]
)
def test_what_is_no_address_is_refused(email):
    with pytest.raises(EmailNotUsable):
        clean_email(email)


def test_an_address_is_stored_in_small_letters_and_once(database):
    added()
    with in_session() as session, pytest.raises(EmailTaken):
        add_account(session, "Another", " Ann@Example.COM", Role.SHOPPER)


def test_a_name_is_needed_and_given_once(database):
    added()
    with in_session() as session:
        with pytest.raises(NameMissing):
            add_account(session, "  ", "b@example.com", Role.SHOPPER)
        with pytest.raises(NameTaken):
            add_account(session, "Ann", "b@example.com", Role.SHOPPER)


def test_a_name_from_an_import_becomes_the_account_with_its_visits(database):
    with in_session() as session:
        imported = find_or_add_person(session, "Ann")
        assert list_accounts(session) == []
        assert person_of_email(session, "") is None
    assert added().id == imported


def test_a_name_of_the_example_is_not_taken_over(database):
    with in_session() as session:
        find_or_add_person(session, "Ann", is_example=True)
    with pytest.raises(NameTaken):
        added()


def test_a_change_is_stored_and_noted_with_before_and_after(database):
    owner, ann = added("Olive", Role.OWNER), added()
    with in_session(by=owner.id) as session:
        changed = change_account(session, ann.id, name="Anna", role=Role.VIEWER, areas=["North"])
        assert changed == Person(ann.id, "Anna", "ann@example.com", Role.VIEWER, frozenset({"North"}))
        [event] = [e for e in session.exec(select(EventRow)).all() if e.action == "changed"]
        assert event.person_id == owner.id
        assert event.before
        assert event.after
        assert (event.before["role"], event.after["role"]) == ("shopper", "viewer")


def test_the_last_owner_stays(database):
    olive = added("Olive", Role.OWNER)
    with in_session() as session:
        with pytest.raises(LastOwner):
            remove_account(session, olive.id)
        with pytest.raises(LastOwner):
            change_account(session, olive.id, name="Olive", role=Role.MANAGER)
    oscar = added("Oscar", Role.OWNER)
    with in_session() as session:
        remove_account(session, olive.id)
        assert has_owner(session)
        with pytest.raises(LastOwner):
            remove_account(session, oscar.id)


def test_a_removed_person_has_no_way_in_and_leaves_the_visits(database):
    added("Olive", Role.OWNER)
    ann = added()
    with in_session() as session:
        set_password(session, ann.id, "four windy kettles sing")
        token, link = open_session(session, ann.id), add_invitation(session, Purpose.PASSWORD, ann.id)
    with in_session() as session:
        remove_account(session, ann.id)
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(token)) is None
        assert find_invitation(session, link) is None
        assert find_person(session, ann.id) is None
        assert person_of_email(session, "ann@example.com") is None
        assert list_people(session)[ann.id] == "Ann"
        assert [a.person.name for a in list_accounts(session)] == ["Olive"]
        assert [a.person.name for a in list_accounts(session, include_removed=True)] == ["Ann", "Olive"]


def test_a_removed_person_cannot_be_changed_or_given_a_link(database):
    added("Olive", Role.OWNER)
    ann = added()
    with in_session() as session:
        remove_account(session, ann.id)
        for refused in (
            lambda: remove_account(session, ann.id),
            lambda: change_account(session, ann.id, name="Ann", role=Role.OWNER),
            lambda: add_invitation(session, Purpose.PASSWORD, ann.id),
            lambda: set_password(session, ann.id, "four windy kettles sing"),
        ):
            with pytest.raises(PersonNotFound):
                refused()


def test_who_comes_back_starts_without_the_old_sessions_and_password(database):
    added("Olive", Role.OWNER)
    ann = added()
    with in_session() as session:
        set_password(session, ann.id, "four windy kettles sing")
        token = open_session(session, ann.id)
        remove_account(session, ann.id)
    again = added(role=Role.VIEWER)
    assert again.id == ann.id
    with in_session(read_only=True) as session:
        assert find_session(session, hash_token(token)) is None
        [account] = [a for a in list_accounts(session) if a.person.id == ann.id]
        assert not account.has_password


def test_no_owner_without_an_address(database):
    with in_session() as session:
        find_or_add_person(session, "Ann")
        assert not has_owner(session)
    added("Olive", Role.OWNER)
    with in_session(read_only=True) as session:
        assert has_owner(session)
