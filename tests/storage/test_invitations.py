"""Links that let somebody in: used once, and not for long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from standards.errors import LinkNotUsable
from standards.people import Purpose, Role
from storage.invitations import LIFETIMES, add_invitation, find_invitation, list_invitations, use_invitation
from storage.people import add_account
from storage.sessions import in_session

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def ann(database):
    with in_session() as session:
        return add_account(session, "Ann", "ann@example.com", Role.SHOPPER)


def invited(purpose: Purpose, person_id: int | None = None) -> str:
    with in_session() as session:
        return add_invitation(session, purpose, person_id, at=NOON)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_is_used_once(ann, purpose):
    token = invited(purpose, None if purpose is Purpose.SET_UP else ann.id)
    with in_session() as session:
        found = find_invitation(session, token, at=NOON)
        assert found
        assert found.purpose is purpose
        assert use_invitation(session, token, at=NOON).purpose is purpose
    with in_session() as session:
        assert find_invitation(session, token, at=NOON) is None
        with pytest.raises(LinkNotUsable):
            use_invitation(session, token, at=NOON)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_link_expires(ann, purpose):
    token = invited(purpose, None if purpose is Purpose.SET_UP else ann.id)
    end = NOON + LIFETIMES[purpose]
    with in_session() as session:
        assert find_invitation(session, token, at=end - SECOND)
        assert find_invitation(session, token, at=end) is None
        with pytest.raises(LinkNotUsable):
            use_invitation(session, token, at=end)


def test_of_many_who_use_a_link_at_the_same_instant_one_does(ann):
    token = invited(Purpose.INVITATION, ann.id)

    def use(_) -> bool:
        try:
            with in_session() as session:
                use_invitation(session, token, at=NOON)
        except LinkNotUsable:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1


def test_a_new_link_ends_the_earlier_one_of_the_same_person(ann):
    first, second = invited(Purpose.INVITATION, ann.id), invited(Purpose.PASSWORD, ann.id)
    with in_session(read_only=True) as session:
        assert find_invitation(session, first, at=NOON) is None
        assert find_invitation(session, second, at=NOON)
        assert [one.purpose for one in list_invitations(session, at=NOON)] == [Purpose.PASSWORD]


def test_every_set_up_link_ends_with_the_first_owner(database):
    links = [invited(Purpose.SET_UP), invited(Purpose.SET_UP)]
    with in_session() as session:
        assert all(find_invitation(session, link, at=NOON) for link in links)
        add_account(session, "Olive", "olive@example.com", Role.OWNER)
        assert not any(find_invitation(session, link, at=NOON) for link in links)
        with pytest.raises(LinkNotUsable):
            use_invitation(session, links[0], at=NOON)


@pytest.mark.parametrize("token", ["", "x", "é", "' OR 1=1 --"])
def test_what_is_no_link_opens_nothing(ann, token):
    invited(Purpose.INVITATION, ann.id)
    with in_session() as session, pytest.raises(LinkNotUsable):
        use_invitation(session, token, at=NOON)


def test_the_token_is_not_stored(ann):
    token = invited(Purpose.INVITATION, ann.id)
    with in_session(read_only=True) as session:
        rows = [session.execute(text(f"SELECT * FROM {name}")).all() for name in ("invitation", "event")]
    assert token not in str(rows)
