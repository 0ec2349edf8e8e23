"""Single sign-on against a real provider: the whole way in, and every way it must not open."""

import re
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

import pytest

from server.oidc import CALLBACK, COOKIE, SECURE_COOKIE
from server.requests import COOKIE as SESSION_COOKIE
from standards.people import Purpose, Role
from storage.events import EventFilter, list_events
from storage.invitations import add_invitation, find_invitation
from storage.people import list_accounts
from storage.sessions import in_session
from tests.oidc import configure, running_provider, sign_in_there
from tests.server.behind_door import HERE, Browser, a_person


@pytest.fixture(scope="session")
def issuer(tmp_path_factory):
    with running_provider(tmp_path_factory.mktemp("oidc") / "log", f"{HERE}{CALLBACK}") as found:
        yield found


@pytest.fixture
def browser(issuer, monkeypatch):
    configure(monkeypatch, issuer)
    return Browser()


def started(browser, path="/oidc/start"):
    """Return where the browser is sent: the provider's address, with what is asked of it."""
    answer = browser.get(path)
    assert answer.status_code == 303
    return answer.headers["location"]


def changed(address, **values):
    """Return an address with some of its query changed; None leaves a value out."""
    parts = urlsplit(address)
    query = {name: found[0] for name, found in parse_qs(parts.query).items()} | values
    kept = {name: value for name, value in query.items() if value is not None}
    return urlunsplit(parts._replace(query=urlencode(kept)))


def sent_back(browser, account, path="/oidc/start"):
    """Go to the provider, sign in there, and return the address it sends the browser back to."""
    return sign_in_there(started(browser, path), account)


def assert_nobody_came_in(browser, answer, code, status=403):
    assert answer.status_code == status
    assert f"({code})" in answer.text
    assert SESSION_COOKIE not in browser.cookies
    assert browser.get("/api/v1/person").status_code == 401
    with in_session(read_only=True) as session:
        assert [a.person.name for a in list_accounts(session) if a.signs_in_elsewhere] == []


def log():
    with in_session(read_only=True) as session:
        return [(event.action, event.after) for event in list_events(session, EventFilter())]


def test_an_allowed_colleague_comes_in_and_where_they_wanted_to_go(browser):
    back = sent_back(browser, "anna", "/oidc/start?next=/read_visits%3Fbrand%3D1")
    answer = browser.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/read_visits?brand=1")
    assert answer.headers["cache-control"] == "no-store"
    who = browser.get("/api/v1/person").json()
    assert (who["name"], who["email"], who["role"]) == ("Anna", "anna@company.example", "shopper")
    assert log()[0] == ("signed in", {"device": "A browser", "by": "single sign-on"})


def test_the_same_person_comes_in_again_from_another_browser(browser):
    browser.get(sent_back(browser, "anna"))
    other = Browser()
    other.get(sent_back(other, "anna"))
    assert other.get("/api/v1/person").json() == browser.get("/api/v1/person").json()


def test_the_provider_is_asked_with_pkce_state_and_nonce_new_each_time(browser):
    asked, again = (parse_qs(urlsplit(started(browser)).query) for _ in range(2))
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{HERE}{CALLBACK}"]
    assert asked["scope"] == ["openid email profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43
        assert asked[name] != again[name]


@pytest.mark.parametrize("secure", [False, True])
def test_what_binds_the_answer_to_the_browser_is_no_business_of_scripts_or_other_sites(secure, browser):
    browser.at = HERE.replace("http:", "https:") if secure else HERE
    cookie = browser.get("/oidc/start").headers["set-cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE if secure else COOKIE}=")
    assert {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure


def test_the_browsers_secret_goes_when_the_answer_has_come(browser):
    browser.get(sent_back(browser, "anna"))
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize(
    "account", ["wrong-audience", "two-audiences", "expired", "wrong-issuer", "foreign-key", "unsigned"]
)
def test_an_id_token_that_proves_nothing_lets_nobody_in(account, browser):
    answer = browser.get(sent_back(browser, account))
    assert_nobody_came_in(browser, answer, "SIGN-ON-2")
    assert log()[0] == ("sign-in refused", {"by": "single sign-on", "problem": "SIGN-ON-2"})


def test_an_id_token_for_another_sign_in_lets_nobody_in(browser):
    asked = changed(started(browser), nonce="x" * 43)
    answer = browser.get(sign_in_there(asked, "anna"))
    assert_nobody_came_in(browser, answer, "SIGN-ON-2")


def test_a_code_that_was_asked_for_elsewhere_lets_nobody_in(browser):
    asked = changed(started(browser), code_challenge="x" * 43)
    answer = browser.get(sign_in_there(asked, "anna"))
    assert_nobody_came_in(browser, answer, "SIGN-ON-2")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"iss": "https://another.example"}, id="another issuer answers"),
        pytest.param({"iss": None}, id="an issuer that names itself leaves its name out"),
        pytest.param({"code": "made-up"}, id="a made-up code"),
        pytest.param({"code": None}, id="no code"),
        pytest.param({"code": None, "error": "access_denied"}, id="the provider said no"),
    ],
)
def test_an_answer_that_was_changed_lets_nobody_in(change, browser):
    answer = browser.get(changed(sent_back(browser, "anna"), **change))
    assert_nobody_came_in(browser, answer, "SIGN-ON-2")


@pytest.mark.parametrize("change", [{"state": "x" * 43}, {"state": None}])
def test_an_answer_that_nobody_asked_for_lets_nobody_in_and_is_not_noted(change, browser):
    answer = browser.get(changed(sent_back(browser, "anna"), **change))
    assert_nobody_came_in(browser, answer, "SIGN-ON-1")
    assert log() == []


def test_an_answer_counts_once(browser):
    back = sent_back(browser, "anna")
    kept = browser.cookies[COOKIE]
    assert browser.get(back).status_code == 303
    thief = Browser()
    thief.cookies.set(COOKIE, kept)
    answer = thief.get(back)
    assert answer.status_code == 403
    assert "(SIGN-ON-1)" in answer.text
    assert SESSION_COOKIE not in thief.cookies


def test_an_answer_counts_only_in_the_browser_that_asked(browser):
    back = sent_back(browser, "anna")
    other = Browser()
    started(other)
    assert_nobody_came_in(other, other.get(back), "SIGN-ON-1")
    assert browser.get(back).status_code == 303


def test_an_unknown_domain_lets_nobody_in(browser):
    assert_nobody_came_in(browser, browser.get(sent_back(browser, "stranger")), "SIGN-ON-4")


def test_an_address_that_is_not_verified_lets_nobody_in(browser):
    assert_nobody_came_in(browser, browser.get(sent_back(browser, "unverified")), "SIGN-ON-5")


def test_a_provider_that_names_itself_differently_is_not_believed(issuer, monkeypatch):
    configure(monkeypatch, issuer.replace("127.0.0.1", "localhost"))
    browser = Browser()
    assert_nobody_came_in(browser, browser.get("/oidc/start"), "SIGN-ON-2")


def test_a_provider_that_does_not_answer_leaves_the_password(monkeypatch):
    configure(monkeypatch, "http://127.0.0.1:9")
    browser = Browser()
    answer = browser.get("/oidc/start")
    assert_nobody_came_in(browser, answer, "SIGN-ON-3", status=502)
    assert 'name="password"' in answer.text


def test_a_wrong_secret_lets_nobody_in(browser, issuer, monkeypatch):
    configure(monkeypatch, issuer, CLIENT_SECRET="another")  # noqa: S106 - it opens nothing
    assert_nobody_came_in(browser, browser.get(sent_back(browser, "anna")), "SIGN-ON-2")


def test_an_invitation_is_used_up_by_single_sign_on(browser, issuer, monkeypatch):
    configure(monkeypatch, issuer, ALLOWED_DOMAINS="")
    mira = a_person("Mira", Role.MANAGER)
    with in_session() as session:
        token = add_invitation(session, Purpose.INVITATION, mira.id)
    link = re.search(r'href="(/oidc/start\?invitation=[^"]+)"', browser.get(f"/invitation/{token}").text)
    assert link
    answer = browser.get(sent_back(browser, "mira", link.group(1)))
    assert answer.status_code == 303
    assert browser.get("/api/v1/person").json()["role"] == "manager"
    with in_session(read_only=True) as session:
        assert find_invitation(session, token) is None


def test_the_claim_gives_the_role(browser, issuer, monkeypatch):
    configure(monkeypatch, issuer, ROLE_CLAIM="groups", ROLES="shop-leads=manager")
    browser.get(sent_back(browser, "mira"))
    assert browser.get("/api/v1/person").json()["role"] == "manager"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_nobody_is_sent_on_to_another_server(wanted, browser):
    back = sent_back(browser, "anna", f"/oidc/start?next={quote(wanted, safe='')}")
    assert browser.get(back).headers["location"] == "/"


def test_who_signs_in_again_leaves_no_open_session_behind(browser):
    browser.sign_in(a_person("Mira", Role.OWNER))
    earlier = browser.cookies[SESSION_COOKIE]
    browser.get(sent_back(browser, "anna"))
    left = Browser()
    left.cookies.set(SESSION_COOKIE, earlier)
    assert left.get("/api/v1/person").status_code == 401


def test_the_sign_in_page_offers_it_where_it_is_set_up(browser, monkeypatch):
    a_person("Mira", Role.OWNER)
    assert "Sign in with the company" in browser.get("/sign-in?next=/export_files").text
    assert 'href="/oidc/start?next=/export_files"' in browser.get("/sign-in?next=/export_files").text
    monkeypatch.delenv("SECOND_VISIT_OIDC_ISSUER")
    assert "/oidc/start" not in browser.get("/sign-in").text


@pytest.mark.parametrize("path", ["/oidc/start", f"{CALLBACK}?code=1&state=2"])
def test_without_settings_its_addresses_lead_nowhere(path):
    assert Browser().get(path).status_code == 404


def test_settings_that_are_not_whole_stop_the_program_at_the_start(monkeypatch):
    monkeypatch.setenv("SECOND_VISIT_OIDC_ISSUER", "https://login.example")
    with pytest.raises(ValueError, match="CLIENT_ID"):
        Browser()
