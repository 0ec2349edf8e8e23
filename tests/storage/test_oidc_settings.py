"""Single sign-on's settings: complete and safe, or the program does not start."""

import pytest

from standards.people import Role
from storage.oidc_settings import OidcSettings, read_oidc_settings
from tests.oidc import CLIENT_SECRET, configure

ISSUER = "https://login.example/tenant"


def settings_of(monkeypatch, **others):
    configure(monkeypatch, ISSUER, **others)
    settings = read_oidc_settings()
    assert settings
    return settings


def test_without_an_issuer_there_is_no_single_sign_on():
    assert read_oidc_settings() is None


def test_an_issuer_without_a_client_id_is_refused(monkeypatch):
    with pytest.raises(ValueError, match="CLIENT_ID is not"):
        settings_of(monkeypatch, CLIENT_ID=" ")


@pytest.mark.parametrize(
    "issuer", ["http://login.example", "login.example", "ftp://login.example", "http://"]
)
def test_a_provider_that_is_asked_in_the_open_is_refused(issuer, monkeypatch):
    with pytest.raises(ValueError, match="needs https"):
        settings_of(monkeypatch, ISSUER=issuer)


@pytest.mark.parametrize("issuer", ["http://localhost:9000", "http://127.0.0.1:9000", "http://[::1]:9000"])
def test_a_provider_on_this_machine_needs_no_https(issuer, monkeypatch):
    assert settings_of(monkeypatch, ISSUER=issuer).issuer == issuer


def test_the_secret_is_not_told_when_the_settings_are(monkeypatch):
    assert CLIENT_SECRET not in repr(settings_of(monkeypatch))


@pytest.mark.parametrize(
    ("email", "allowed"),
    [
        pytest.param("anna@company.example", True, id="listed"),
        pytest.param("anna@COMPANY.example", True, id="whatever the case"),
        pytest.param("anna@shops.company.example", False, id="a part of it is another domain"),
        pytest.param("anna@evilcompany.example", False, id="ends alike"),
        pytest.param("anna@company.example.evil.example", False, id="begins alike"),
        pytest.param("company.example", False, id="no address"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_domain_is_allowed_to_the_letter(email, allowed, monkeypatch):
    settings = settings_of(monkeypatch, ALLOWED_DOMAINS=" @Company.Example , other.example")
    assert settings.allows(email) is allowed


def test_no_allowed_domain_lets_in_nobody_uninvited(monkeypatch):
    settings = settings_of(monkeypatch, ALLOWED_DOMAINS="")
    assert not settings.allows("anna@company.example")
    assert not settings.allows("anna@")


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        pytest.param({"groups": ["staff", "shop-leads"]}, Role.MANAGER, id="one of several"),
        pytest.param({"groups": ["shop-leads", "board"]}, Role.OWNER, id="the highest"),
        pytest.param({"groups": "board"}, Role.OWNER, id="a single word"),
        pytest.param({"groups": ["staff"]}, Role.SHOPPER, id="none that counts"),
        pytest.param({"groups": ["owner"]}, Role.SHOPPER, id="a role's own name where others were given"),
        pytest.param({"groups": [["board"], 1, None]}, Role.SHOPPER, id="nonsense"),
        pytest.param({}, Role.SHOPPER, id="no claim"),
    ],
)
def test_the_claim_gives_the_highest_role_it_names(claims, role, monkeypatch):
    settings = settings_of(monkeypatch, ROLE_CLAIM="groups", ROLES="shop-leads=manager, board=owner")
    assert settings.role_of(claims) is role


def test_without_other_words_a_role_goes_by_its_own_name():
    settings = OidcSettings(ISSUER, "us", role_claim="role")
    assert settings.role_of({"role": "manager"}) is Role.MANAGER


def test_without_a_claim_the_provider_has_no_say_about_roles(monkeypatch):
    assert settings_of(monkeypatch).role_of({"groups": ["owner"]}) is None


@pytest.mark.parametrize("roles", ["board", "board=boss", "=owner"])
def test_a_role_that_does_not_exist_is_refused(roles, monkeypatch):
    with pytest.raises(ValueError, match="OIDC_ROLES"):
        settings_of(monkeypatch, ROLE_CLAIM="groups", ROLES=roles)
