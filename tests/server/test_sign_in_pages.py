"""Sign-in, sign-out, set-up and links, as a browser meets them."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from server.requests import COOKIE, PERSON_COOKIE, SECURE_COOKIE
from server.starting import words_at_start
from standards.people import Purpose, Role
from storage.door_sessions import find_session, hash_token, list_sessions
from storage.invitations import add_invitation
from storage.people import list_accounts, person_of_email, remove_account
from storage.sessions import in_session
from storage.sign_in import set_password
from tests.server.behind_door import Browser, a_person

GOOD = "four windy kettles sing"
ANN = {"email": "ann@company.example", "password": GOOD}
OLIVE = {"name": "Olive", "email": "olive@example.com", "password": GOOD, "password_again": GOOD}


@pytest.fixture
def ann():
    a_person("Olive", Role.OWNER)
    person = a_person("Ann", Role.SHOPPER)
    with in_session() as session:
        set_password(session, person.id, GOOD)
    return person


def link(purpose: Purpose, person_id: int | None = None, *, at: datetime | None = None) -> str:
    with in_session() as session:
        return add_invitation(session, purpose, person_id, at=at)


def test_who_knows_the_password_comes_in_and_goes_on(ann):
    browser = Browser()
    answer = browser.post("/sign-in", ANN | {"next": "/read_visits?visit=1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/read_visits?visit=1")
    with in_session(read_only=True) as session:
        found = find_session(session, hash_token(browser.cookies[COOKIE]))
    assert found
    assert found.person == ann


def test_the_cookie_is_for_this_server_and_no_script(ann):
    cookie = Browser().post("/sign-in", ANN).headers.get_list("set-cookie")[0].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie
    assert "secure" not in cookie


def test_the_recorder_is_told_who_signed_in_and_when_nobody_is(ann):
    browser = Browser()
    [_, told] = browser.post("/sign-in", ANN).headers.get_list("set-cookie")
    assert told.startswith(f"{PERSON_COOKIE}={ann.id}; ")
    assert "; Path=/recorder/; " in told
    assert "HttpOnly" not in told
    [told] = browser.post("/sign-out", {}).headers.get_list("set-cookie")
    assert told.startswith(f"{PERSON_COOKIE}=0; ")
    assert "; Path=/recorder/; " in told


def test_over_https_no_other_host_can_set_it(ann):
    cookie = Browser(at="https://127.0.0.1:18999").post("/sign-in", ANN).headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert "; Secure" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "wrong", [{"password": "four windy kettles sink"}, {"email": "nobody@company.example"}, {"password": ""}]
)
def test_nobody_else_does_and_the_page_is_the_same(ann, wrong):
    answer = Browser().post("/sign-in", ANN | wrong)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "do not belong together" in answer.text
    assert GOOD not in answer.text
    typed = (ANN | wrong)["email"]
    other = Browser().post("/sign-in", {"email": "x@company.example", "password": "y"}).text
    assert answer.text.replace(typed, "") == other.replace("x@company.example", "")


def test_too_many_tries_are_told_how_long_to_wait(ann):
    browser = Browser()
    answers = (browser.post("/sign-in", ANN | {"password": "wrong"}) for _ in range(20))
    answer = next(answer for answer in answers if answer.status_code != 403)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert "Wait" in answer.text


@pytest.mark.parametrize("where", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_led_to_another_server(ann, where):
    assert Browser().post("/sign-in", ANN | {"next": where}).headers["location"] == "/"
    assert "evil.example" not in Browser().get(f"/sign-in?next={where}").text


def test_what_was_typed_never_becomes_html(ann):
    typed = '"><script>alert(1)</script>'
    text = Browser().post("/sign-in", {"email": typed, "password": "x", "next": f"/{typed}"}).text
    assert "<script" not in text
    assert typed in unescape(text)


def test_a_form_from_another_site_is_refused(ann):
    browser = Browser()
    assert browser.post("/sign-in", ANN, Origin="https://evil.example").status_code == 403
    assert not browser.cookies


def test_signing_out_ends_the_session_and_the_cookie_opens_nothing_again(ann):
    browser = Browser()
    browser.post("/sign-in", ANN)
    token = browser.cookies[COOKIE]
    assert browser.get("/api/v1/person").status_code == 200
    assert browser.get("/sign-in").headers["location"] == "/"
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    replayed = Browser()
    replayed.cookies.set(COOKIE, token)
    assert replayed.get("/api/v1/person").status_code == 401
    assert replayed.get("/sign-in").status_code == 200


def test_signing_in_again_ends_the_session_before_and_makes_a_new_token(ann):
    browser = Browser()
    browser.post("/sign-in", ANN)
    first = browser.cookies[COOKIE]
    browser.post("/sign-in", ANN)
    assert browser.cookies[COOKIE] != first
    with in_session(read_only=True) as session:
        assert len(list_sessions(session, ann.id)) == 1


def test_a_cookie_that_somebody_planted_is_not_kept(ann):
    answer = Browser().post("/sign-in", ANN, Cookie=f"{COOKIE}=planted")
    assert answer.status_code == 303
    assert "planted" not in answer.headers["set-cookie"]


def test_before_the_first_owner_this_machine_is_led_to_set_up():
    browser = Browser()
    where = browser.get("/sign-in").headers["location"]
    assert where.startswith("/set-up/")
    assert browser.get(where).status_code == 200
    answer = browser.post(where, OLIVE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    with in_session(read_only=True) as session:
        [account] = list_accounts(session)
    assert (account.person.name, account.person.role) == ("Olive", Role.OWNER)
    assert browser.get("/api/v1/person").json()["role"] == "owner"


def test_before_the_first_owner_nobody_else_is():
    answer = Browser().get("/sign-in", **{"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 200
    assert "set-up link" in answer.text
    assert Browser(at="http://192.168.1.5").get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("ALLOWED_HOSTS", "visits.example.com"),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        ("TRUSTED_PROXIES", "10.0.0.0/8"),
    ],
)
def test_behind_a_proxy_the_first_visitor_needs_the_printed_link(monkeypatch, setting, value):
    monkeypatch.setenv(f"SECOND_VISIT_{setting}", value)
    answer = Browser().get("/sign-in")
    assert answer.status_code == 200
    assert "set-up link" in answer.text


def test_there_is_no_second_set_up():
    first, second = link(Purpose.SET_UP), link(Purpose.SET_UP)
    assert Browser().post(f"/set-up/{first}", OLIVE).status_code == 303
    for token in (first, second, "guessed"):
        assert Browser().get(f"/set-up/{token}").status_code == 404
        mallory = OLIVE | {"name": "Mallory", "email": "mallory@example.com"}
        assert Browser().post(f"/set-up/{token}", mallory).status_code == 404
    with in_session(read_only=True) as session:
        assert len(list_accounts(session)) == 1
    assert Browser().get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short", "password_again": "short"}, "needs at least 12"),
        ({"password": "password12345", "password_again": "password12345"}, "others try"),
        ({"password_again": "another"}, "not the same"),
        ({"email": "olive"}, "not an e-mail address"),
        ({"name": " "}, "no name"),
    ],
)
def test_a_set_up_that_is_refused_can_be_done_again(wrong, said):
    token = link(Purpose.SET_UP)
    answer = Browser().post(f"/set-up/{token}", OLIVE | wrong)
    assert answer.status_code == 422
    assert said in answer.text
    assert GOOD not in answer.text
    assert Browser().post(f"/set-up/{token}", OLIVE).status_code == 303


def test_the_program_prints_a_set_up_link_until_there_is_an_owner():
    said = "\n".join(words_at_start(()))
    assert "only over HTTPS" in said.lower().replace("https", "HTTPS")
    token = said.split("/set-up/")[1].split()[0]
    assert Browser().post(f"/set-up/{token}", OLIVE).status_code == 303
    assert "/set-up/" not in "\n".join(words_at_start(()))
    assert "https://visits.example.com/set-up/" not in "\n".join(words_at_start(("visits.example.com",)))


def test_an_invited_person_chooses_a_password_and_is_in(ann):
    ben = a_person("Ben", Role.VIEWER)
    token = link(Purpose.INVITATION, ben.id)
    browser = Browser()
    # Looking, as programs that preview links do, does not use it up.
    assert [browser.get(f"/invitation/{token}").status_code for _ in range(2)] == [200, 200]
    assert "Ben" in browser.get(f"/invitation/{token}").text
    refused = browser.post(f"/invitation/{token}", {"password": "short", "password_again": "short"})
    assert refused.status_code == 422
    chosen = {"password": "seven lamps under snow", "password_again": "seven lamps under snow"}
    assert browser.post(f"/invitation/{token}", chosen).status_code == 303
    assert browser.get("/api/v1/person").json()["name"] == "Ben"
    again = Browser().post(f"/invitation/{token}", chosen)
    assert again.status_code == 404
    assert "set-cookie" not in again.headers


def test_a_lost_password_is_the_same_kind_of_link_and_ends_other_sessions(ann):
    lost = Browser().sign_in(ann)
    token = link(Purpose.PASSWORD, ann.id)
    browser = Browser()
    chosen = {"password": "seven lamps under snow", "password_again": "seven lamps under snow"}
    assert browser.post(f"/invitation/{token}", chosen).status_code == 303
    assert browser.get("/api/v1/person").status_code == 200
    assert lost.get("/api/v1/person").status_code == 401
    assert Browser().post("/sign-in", ANN).status_code == 403


def test_an_expired_link_and_one_of_a_removed_person_do_not_open(ann):
    ben = a_person("Ben", Role.SHOPPER)
    expired = link(Purpose.PASSWORD, ann.id, at=datetime.now(UTC) - timedelta(days=2))
    removed = link(Purpose.INVITATION, ben.id)
    with in_session() as session:
        remove_account(session, ben.id)
    pages = set()
    for token in (expired, removed, "guessed"):
        answers = [Browser().get(f"/invitation/{token}"), Browser().post(f"/invitation/{token}", OLIVE)]
        assert [answer.status_code for answer in answers] == [404, 404]
        pages |= {answer.text for answer in answers}
    # Nobody learns which of these it was.
    assert len(pages) == 1


def test_a_link_opens_only_what_it_is_for(ann):
    assert Browser().get(f"/set-up/{link(Purpose.PASSWORD, ann.id)}").status_code == 404
    token = link(Purpose.INVITATION, ann.id)
    assert Browser().post(f"/set-up/{token}", OLIVE).status_code == 404
    with in_session(read_only=True) as session:
        assert person_of_email(session, OLIVE["email"]) is None


@pytest.mark.parametrize("name", ["door.css", "icon.svg"])
def test_their_own_files_are_open(name):
    assert Browser().get(f"/door/{name}").status_code == 200


@pytest.mark.parametrize("name", ["../sign_in.py", "..%2Fsign_in.py", "nothing.css", "base.html"])
def test_and_no_other_file_is(name):
    assert Browser().get(f"/door/{name}").status_code in (401, 404)
