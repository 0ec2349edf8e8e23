"""Over the whole recorder: no screen breaks the policy or asks another host, by thumb from start to photo."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from tests.pictures import sent
from tests.recorder.conftest import Place
from tests.recorder.sheet import begin, card, go_to, open_recorder, publish_every_measure

TELL_VIOLATIONS = """document.addEventListener('securitypolicyviolation',
    e => console.error('VIOLATION ' + e.violatedDirective + ' ' + e.blockedURI))"""


@pytest.fixture
def found(phone: BrowserContext, place: Place) -> list[str]:
    """Return a list that fills with broken policies, errors and requests to another host or to Streamlit."""
    publish_every_measure()
    noted: list[str] = []
    own = urlsplit(place.address).netloc
    phone.add_init_script(TELL_VIOLATIONS)

    def watch(page: Page) -> None:
        page.on("console", lambda said: noted.append(said.text) if "VIOLATION" in said.text else None)
        page.on("pageerror", lambda error: noted.append(str(error)))

    def ask(url: str) -> None:
        asked = urlsplit(url)
        is_ours = asked.netloc == own and not asked.path.startswith(("/static/", "/_stcore/"))
        if asked.scheme in ("http", "https", "ws", "wss") and not is_ours:
            noted.append(url)

    phone.on("page", watch)
    phone.on("request", lambda asked: ask(asked.url))
    return noted


def test_line_35_no_screen_breaks_its_policy_or_asks_another_host(place, phone, found):
    page = open_recorder(phone, place.address)
    visit_id = begin(page)
    go_to(page, "Entrance")
    with page.expect_file_chooser() as opened:
        card(page, "DOOR").get_by_text("Choose").tap()
    opened.value.set_files(FilePayload(name="1.jpg", mimeType="image/jpeg", buffer=sent()))
    card(page, "DOOR").locator(".picture").tap()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Black out").click()
    dialog.get_by_role("button", name="Add a box").click()
    dialog.get_by_role("button", name="Keep black").click()
    expect(dialog).to_contain_text("Blacked out.")
    dialog.get_by_role("button", name="Close").click()
    for screen in ("#", "#new", "#phone", "#shared", f"#conflict={visit_id}", f"#visit={visit_id}"):
        page.goto(f"{place.address}/recorder/{screen}")
        page.wait_for_timeout(300)
    for path in ("offline.html", "recover", "?from=home-screen"):
        page.goto(f"{place.address}/recorder/{path}")
        page.wait_for_timeout(300)
    assert found == []


def test_what_breaks_the_policy_is_seen_and_stopped(place, phone, found):
    page = open_recorder(phone, place.address)
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "globalThis.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>red</p>");
            fetch("https://elsewhere.example/").catch(() => undefined);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.evaluate("() => globalThis.ran === undefined")
    assert len([one for one in found if "VIOLATION" in one]) == 3
