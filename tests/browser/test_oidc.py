"""Single sign-on as a person sees it: a button, the provider's own page, and the page they wanted."""

import re

import pytest
from playwright.sync_api import Page, expect

from server.oidc import CALLBACK
from standards.people import Role
from storage.people import add_account, person_of_email
from storage.sessions import in_session
from tests.browser.conftest import Server, settle
from tests.oidc import configure, running_provider


@pytest.fixture
def company_server(data_folder, tmp_path, monkeypatch):
    """Start the program with single sign-on at a real provider."""
    started = Server(data_folder)
    with running_provider(tmp_path / "provider.log", f"{started.address}{CALLBACK}") as issuer:
        configure(monkeypatch, issuer)
        with in_session() as session:
            add_account(session, "Olga", "olga@company.example", Role.OWNER)
        started.start()
        yield started
        started.kill()


def sign_in_there(page: Page, account: str) -> None:
    page.get_by_role("link", name="Sign in with the company").tap()
    page.locator('input[name="login"]').fill(account)
    page.locator('input[name="password"]').fill("any")
    page.locator('button[type="submit"]').first.tap()


def test_a_colleague_comes_in_through_the_company_and_stays_in(company_server: Server, phone: Page):
    phone.goto(f"{company_server.address}/read_visits")
    expect(phone).to_have_url(re.compile(r"/sign-in\?next="))
    sign_in_there(phone, "anna")
    expect(phone).to_have_url(f"{company_server.address}/read_visits", timeout=30_000)
    phone.wait_for_selector('[data-testid="stMain"]', timeout=30_000)
    settle(phone)
    expect(phone.get_by_role("heading", name="Visits", exact=True)).to_be_visible()
    with in_session(read_only=True) as session:
        person = person_of_email(session, "anna@company.example")
    assert person
    assert person.role is Role.SHOPPER
    [cookie] = [c for c in phone.context.cookies() if c["name"] == "second_visit"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_a_stranger_is_told_why_they_stay_outside(company_server: Server, phone: Page):
    phone.goto(company_server.address)
    sign_in_there(phone, "stranger")
    expect(phone.get_by_role("alert")).to_contain_text("has no access to Second Visit", timeout=30_000)
    expect(phone.get_by_role("alert")).to_contain_text("Ask an owner for an invitation")
    assert "second_visit" not in {cookie["name"] for cookie in phone.context.cookies()}
    phone.goto(f"{company_server.address}/read_visits")
    expect(phone).to_have_url(re.compile(r"/sign-in"))
