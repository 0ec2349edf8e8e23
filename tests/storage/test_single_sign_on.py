"""Single sign-on: an answer counts once, and only who was invited or allowed comes in."""

from datetime import UTC, datetime, timedelta

import pytest

from standards.errors import EmailNotUsable, EmailNotVerified, LinkNotUsable, NotInvited, SignOnStale
from standards.people import Purpose, Role
from storage.invitations import add_invitation, find_invitation
from storage.oidc_settings import OidcSettings
from storage.people import add_account, find_or_add_person, person_of_email, remove_account
from storage.sessions import in_session
from storage.sign_in import set_password
from storage.single_sign_on import (
    LIFETIME,
    OidcAccount,
    OidcStart,
    admit,
    begin_sign_on,
    take_sign_on,
)
from tests.storage.builders import events_about

SETTINGS = OidcSettings("https://login.example", "us", allowed_domains=frozenset({"company.example"}))
CLOSED = OidcSettings("https://login.example", "us")
BEGUN = OidcStart("nonce", "verifier", "/read_visits?brand=1")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def account_of(subject="anna", **others):
    facts = {
        "email": f"{subject}@company.example",
        "email_verified": True,
        "name": subject.title(),
        "claims": {},
    }
    return OidcAccount(subject, **facts | others)


def begun(state="state", browser="browser", at=NOW):
    with in_session() as session:
        begin_sign_on(session, state, browser, BEGUN, at=at)


def taken(state="state", browser="browser", at=NOW):
    with in_session() as session:
        return take_sign_on(session, state, browser, at=at)


def admitted(account, settings=SETTINGS, **others):
    with in_session() as session:
        return admit(session, settings, account, **others)


def test_an_answer_finds_what_was_begun_and_no_second_one_does(database):
    begun()
    assert taken() == BEGUN
    with pytest.raises(SignOnStale):
        taken()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"browser": "another"}, id="another browser"),
        pytest.param({"state": "another"}, id="another state"),
        pytest.param({"state": "", "browser": ""}, id="neither"),
        pytest.param({"at": NOW + LIFETIME}, id="too late"),
    ],
)
def test_an_answer_to_something_else_is_refused(answer, database):
    begun()
    with pytest.raises(SignOnStale):
        taken(**answer)


def test_an_answer_in_another_browser_does_not_use_up_the_first(database):
    begun()
    with pytest.raises(SignOnStale):
        taken(browser="another")
    assert taken() == BEGUN


def test_what_nobody_answered_is_forgotten(database):
    begun("old")
    begun("new", at=NOW + LIFETIME + timedelta(seconds=1))
    with pytest.raises(SignOnStale):
        taken("old")


def test_an_allowed_domain_lets_a_newcomer_in_as_a_shopper(database):
    person = admitted(account_of())
    assert (person.name, person.email, person.role) == ("Anna", "anna@company.example", Role.SHOPPER)
    assert admitted(account_of()) == person


def test_another_domain_is_not_let_in(database):
    with pytest.raises(NotInvited):
        admitted(account_of(email="anna@elsewhere.example"))
    with in_session(read_only=True) as session:
        assert person_of_email(session, "anna@elsewhere.example") is None


@pytest.mark.parametrize("settings", [SETTINGS, CLOSED])
@pytest.mark.parametrize("account", [{"email_verified": False}, {"email": "", "email_verified": False}])
def test_an_address_that_is_not_verified_lets_nobody_in(account, settings, database):
    with in_session() as session:
        set_password(
            session, add_account(session, "Anna", "anna@company.example", Role.OWNER).id, "q" * 9 + "7Kt!xz"
        )
    with pytest.raises(EmailNotVerified):
        admitted(account_of(**account), settings)


def test_who_was_invited_comes_in_from_any_domain(database):
    with in_session() as session:
        invited = add_account(session, "Mira", "mira@elsewhere.example", Role.MANAGER)
        token = add_invitation(session, Purpose.INVITATION, invited.id)
    person = admitted(account_of("mira", email="mira@elsewhere.example"), CLOSED, invitation=token)
    assert person == invited
    with in_session(read_only=True) as session:
        assert find_invitation(session, token) is None


def test_who_was_invited_comes_in_without_the_link_and_uses_it_up(database):
    with in_session() as session:
        invited = add_account(session, "Mira", "mira@elsewhere.example", Role.MANAGER)
        token = add_invitation(session, Purpose.INVITATION, invited.id)
    assert admitted(account_of("mira", email="mira@elsewhere.example"), CLOSED) == invited
    with in_session(read_only=True) as session:
        assert find_invitation(session, token) is None


def test_an_invitation_that_has_expired_lets_nobody_in(database):
    long_ago = datetime.now(UTC) - timedelta(days=60)
    with in_session() as session:
        invited = add_account(session, "Mira", "mira@elsewhere.example", Role.MANAGER)
        token = add_invitation(session, Purpose.INVITATION, invited.id, at=long_ago)
    account = account_of("mira", email="mira@elsewhere.example")
    with pytest.raises(LinkNotUsable):
        admitted(account, CLOSED, invitation=token)
    with pytest.raises(NotInvited):
        admitted(account, CLOSED)


def test_somebody_elses_invitation_is_no_use(database):
    with in_session() as session:
        invited = add_account(session, "Mira", "mira@elsewhere.example", Role.MANAGER)
        token = add_invitation(session, Purpose.INVITATION, invited.id)
    with pytest.raises(NotInvited):
        admitted(account_of(), invitation=token)
    with in_session(read_only=True) as session:
        assert find_invitation(session, token) is not None


def test_a_link_for_a_new_password_is_no_invitation(database):
    with in_session() as session:
        person = add_account(session, "Mira", "mira@elsewhere.example", Role.MANAGER)
        token = add_invitation(session, Purpose.PASSWORD, person.id)
    with pytest.raises(LinkNotUsable):
        admitted(account_of("mira", email="mira@elsewhere.example"), CLOSED, invitation=token)


@pytest.mark.parametrize("known_by", ["subject", "address"])
def test_who_was_removed_does_not_come_back_this_way(known_by, database):
    with in_session() as session:
        owner = add_account(session, "Owner", "owner@company.example", Role.OWNER)
        assert owner
    if known_by == "subject":
        person = admitted(account_of())
    else:
        with in_session() as session:
            person = add_account(session, "Anna", "anna@company.example", Role.SHOPPER)
    with in_session() as session:
        remove_account(session, person.id)
    with pytest.raises(NotInvited):
        admitted(account_of())


def test_the_providers_name_for_a_person_holds_when_their_address_changes(database):
    person = admitted(account_of())
    again = admitted(account_of(email="anna.new@elsewhere.example", email_verified=False))
    assert again == person


def test_an_address_that_changed_hands_does_not_hand_over_the_account(database):
    admitted(account_of())
    with pytest.raises(NotInvited):
        admitted(account_of("another-anna", email="anna@company.example"))


def test_another_provider_may_take_over(database):
    person = admitted(account_of())
    other = OidcSettings("https://new.example", "us", allowed_domains=SETTINGS.allowed_domains)
    assert admitted(account_of("77", email="anna@company.example"), other) == person


def test_a_newcomer_never_gets_the_visits_of_a_name(database):
    with in_session() as session:
        known = find_or_add_person(session, "Anna")
    person = admitted(account_of())
    assert person.id != known
    assert person.name == "Anna (anna@company.example)"


@pytest.mark.parametrize("name", ["", "   ", "x" * 500])
def test_a_name_that_cannot_be_stored_is_mended(name, database):
    assert 0 < len(admitted(account_of(name=name)).name) <= 200


def test_an_address_that_cannot_be_stored_is_refused(database):
    with pytest.raises(EmailNotUsable):
        admitted(account_of(email="a b@company.example"))


def with_claim(*groups):
    settings = OidcSettings(
        SETTINGS.issuer,
        "us",
        allowed_domains=SETTINGS.allowed_domains,
        role_claim="groups",
        roles={"leads": Role.MANAGER},
    )
    return account_of(claims={"groups": list(groups)}), settings


def test_the_claim_gives_the_role_at_every_sign_in_and_it_is_noted(database):
    assert admitted(*with_claim("leads")).role is Role.MANAGER
    person = admitted(*with_claim())
    assert person.role is Role.SHOPPER
    changed = [event for event in events_about("person", person.id) if event.action == "changed"]
    assert [(event.after or {})["role"] for event in changed] == ["manager", "shopper"]


def test_the_claim_never_takes_the_last_owner_away(database):
    with in_session() as session:
        add_account(session, "Anna", "anna@company.example", Role.OWNER)
    assert admitted(*with_claim()).role is Role.OWNER


def test_without_a_claim_a_role_given_here_stays(database):
    with in_session() as session:
        add_account(session, "Anna", "anna@company.example", Role.VIEWER, areas=["North"])
    person = admitted(account_of())
    assert (person.role, person.areas) == (Role.VIEWER, frozenset({"North"}))
