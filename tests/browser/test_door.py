"""In a browser: no page breaks its policy or asks another host, and who comes to the door can use it."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from standards.people import Purpose, Role
from storage.example import load_example
from storage.invitations import add_invitation
from storage.people import add_account
from storage.sessions import close_database, in_session
from tests.browser.conftest import PROJECT, Server, settle, visit_page
from tests.npm import npm_package

GOOD = "four windy kettles sing"
TELL_VIOLATIONS = """document.addEventListener('securitypolicyviolation',
    e => console.error('VIOLATION ' + e.violatedDirective + ' ' + e.blockedURI))"""


def watch(phone: Page, server: Server) -> list[str]:
    """Return a list that fills with broken policies and requests to another host."""
    found: list[str] = []
    own = urlsplit(server.address).netloc
    phone.add_init_script(TELL_VIOLATIONS)
    phone.on("console", lambda said: found.append(said.text) if "VIOLATION" in said.text else None)
    phone.on(
        "request",
        lambda asked: (
            found.append(asked.url)
            if asked.url.startswith(("http", "ws")) and urlsplit(asked.url).netloc != own
            else None
        ),
    )
    return found


def find_barriers(phone: Page) -> list[str]:
    """Return what axe finds on the page as it is shown. The page runs no script; axe stands apart."""
    source = (npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    phone.evaluate(source)
    found = phone.evaluate("async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes[0].html)")
    return [str(one) for one in found]


@pytest.mark.long
@pytest.mark.usefixtures("signed_in")
def test_no_page_breaks_its_policy_or_asks_another_host(server: Server, phone: Page):
    load_example()
    close_database()
    found = watch(phone, server)
    pages = sorted(file.stem for file in (PROJECT / "pages").glob("*.py"))
    for page in ["", *(name for name in pages if name not in ("__init__", "frame", "home"))]:
        visit_page(phone, f"{server.address}/{page}")
        phone.wait_for_timeout(500)
        assert found == [], page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_set_up_and_invitation_have_no_barrier(server: Server, phone: Page, scheme):
    phone.emulate_media(color_scheme=scheme)
    found = watch(phone, server)
    phone.goto(f"{server.address}/sign-in")
    expect(phone).to_have_title("Set up · Second Visit")
    assert find_barriers(phone) == []
    phone.get_by_label("Your name").fill("Olive")
    phone.get_by_label("E-mail address").fill("olive@example.com")
    phone.get_by_label("New password").fill("password12345")
    phone.get_by_label("The same again").fill("password12345")
    phone.get_by_role("button").click()
    expect(phone.get_by_role("alert")).to_contain_text("others try")
    assert find_barriers(phone) == []
    with in_session() as session:
        ben = add_account(session, "Ben", "ben@example.com", Role.OWNER)
        link = add_invitation(session, Purpose.INVITATION, ben.id)
    close_database()
    phone.goto(f"{server.address}/invitation/{link}")
    assert find_barriers(phone) == []
    phone.get_by_label("New password").fill(GOOD)
    phone.get_by_label("The same again").fill(GOOD)
    phone.get_by_role("button").click()
    settle(phone)
    phone.context.clear_cookies()
    phone.goto(f"{server.address}/read_visits")
    expect(phone).to_have_title("Sign in · Second Visit")
    assert find_barriers(phone) == []
    phone.get_by_label("E-mail address").fill("ben@example.com")
    phone.get_by_label("Password").fill(GOOD)
    phone.get_by_role("button").click()
    settle(phone)
    assert urlsplit(phone.url).path == "/read_visits"
    assert found == []
