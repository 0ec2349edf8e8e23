"""Whose phone it is: the session that syncing needs, per device and for so long (contract line 34)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from server.requests import COOKIE, SECURE_COOKIE
from standards.people import Role
from storage.door_sessions import end_session, hash_token, open_session
from storage.sessions import in_session
from storage.sign_in import set_password
from storage.tables import DoorSessionRow
from tests.server.behind_door import HERE, Browser, a_person
from tests.server.phone import Phone, a_phone, rows_of

OVER_TLS = HERE.replace("http:", "https:")
PASSWORD = "four windy kettles sing"  # noqa: S105 - of this test


@pytest.fixture
def phone(database) -> Phone:
    return a_phone()


def with_cookie(phone: Phone, name: str, token: str, *, at: str = HERE) -> Phone:
    """Return the same person's phone with this cookie only."""
    browser = Browser(at=at)
    browser.cookies.set(name, token)
    return Phone(browser.ask, phone.person, phone.channel, phone.edition)


def a_token(phone: Phone, **opened: datetime) -> str:
    with in_session() as session:
        return open_session(session, phone.person.id, device="A phone", **opened)


def test_line_34_over_https_signing_in_gives_a_cookie_for_this_server_and_no_script(database):
    person = a_person("Ann", Role.SHOPPER)
    with in_session() as session:
        set_password(session, person.id, PASSWORD)
    form = {"email": "ann@company.example", "password": PASSWORD}
    said = [Browser(at=OVER_TLS).post("/sign-in", form).headers.get_list("set-cookie") for _ in range(2)]
    cookies = [[one for one in answer if "__Host-second_visit=" in one] for answer in said]
    assert [len(each) for each in cookies] == [1, 1]
    for (cookie,) in cookies:
        value, *rest = cookie.split("; ")
        assert value.startswith("__Host-second_visit=")
        assert {part.lower() for part in rest} == {
            "httponly",
            "secure",
            "samesite=lax",
            "path=/",
            f"max-age={30 * 24 * 3600}",
        }
    # Opaque: nothing of it can be foretold, and the database holds none of it.
    tokens = [cookie.split("; ")[0].partition("=")[2] for (cookie,) in cookies]
    assert len(set(tokens)) == 2
    assert min(map(len, tokens)) >= 43
    with in_session(read_only=True) as session:
        stored = [row.token_hash for row in session.exec(select(DoorSessionRow))]
    assert set(stored) == {hash_token(token) for token in tokens}


def test_line_34_over_https_only_the_cookie_that_no_other_host_can_set_syncs(phone):
    token = a_token(phone)
    document = phone.document()
    assert with_cookie(phone, COOKIE, token, at=OVER_TLS).put(document).status_code == 401
    assert rows_of(document["id"])["visits"] == 0
    assert with_cookie(phone, SECURE_COOKIE, token, at=OVER_TLS).put(document).status_code == 201


def test_line_34_one_device_is_ended_and_the_others_go_on(phone):
    lost, kept = a_token(phone), a_token(phone)
    document = phone.document()
    with_cookie(phone, COOKIE, lost).stored(document)
    with in_session() as session:
        end_session(session, hash_token(lost))
    changed = document | {"base_revision": 1, "story": "From the lost phone"}
    refused = with_cookie(phone, COOKIE, lost).put(changed)
    assert (refused.status_code, refused.headers["content-type"]) == (401, "application/problem+json")
    assert with_cookie(phone, COOKIE, lost).get("sheets").status_code == 401
    assert with_cookie(phone, COOKIE, kept).stored(changed)["revision"] == 2


@pytest.mark.parametrize(
    ("opened_days_ago", "seen_days_ago", "status"),
    [(13.9, 13.9, 201), (14.1, 14.1, 401), (29.9, 0, 201), (30.1, 0, 401)],
)
def test_line_34_a_session_ends_after_14_idle_days_and_after_30(
    opened_days_ago, seen_days_ago, status, phone
):
    now = datetime.now(UTC)
    token = a_token(phone, at=now - timedelta(days=opened_days_ago))
    with in_session() as session:
        row = session.get_one(DoorSessionRow, hash_token(token))
        row.last_seen_at = now - timedelta(days=seen_days_ago)
    assert with_cookie(phone, COOKIE, token).put(phone.document()).status_code == status
