"""Compare in a browser, as a manager's thumb meets it: scrolled past, tapped, sent on as a link."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from server.requests import COOKIE
from standards.measuring import Verdict
from storage.door_sessions import open_session
from storage.example import load_example
from storage.people import person_of_email
from storage.photos import add_photo
from storage.sessions import close_database, in_session
from storage.visits import submit_visit
from tests.browser.conftest import PHONE, Server, settle, visit_page
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.npm import npm_package

pytestmark = pytest.mark.usefixtures("signed_in")

SWIPE_PIXELS, STEPS = 200, 10
CHARTS = ("brands", "standards", "no_nos", "time", "walk", "waits", "funnel")
CHART = '[class*="st-key-compare_chart_{}"] .js-plotly-plot'
SCROLLED = """() => document.querySelector('[data-testid="stMain"]').scrollTop"""
FITS = """() => { const main = document.querySelector('[data-testid="stMain"]');
                  return main.scrollWidth <= main.clientWidth; }"""
# Streamlit's own list of pages has a heading among its items, which is not ours to mend.
BARRIERS = """async () => (await axe.run('[data-testid="stMain"]')).violations.map(
    v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))"""


@pytest.fixture
def example():
    load_example()
    close_database()


def picture() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(drawn, "JPEG")
    return drawn.getvalue()


@pytest.fixture
def gap():
    """Store visits of which our own miss B, the last of them with a photo of it."""
    with in_session() as session:
        edition = an_edition(session)
        for at, brand in enumerate(("Ours", "Theirs")):
            shop = a_channel(session, a_brand(session, brand, is_own=not at))
            for day in range(1, 9):
                answers = {"A": Verdict.MET, "B": Verdict.MET if at else Verdict.MISSED}
                visit = a_visit(session, shop, edition, answers, on=date(2026, 3, day), submitted=False)
                if not at and day == 8:
                    add_photo(session, visit.id, "B", picture(), caption="Crumbs under the till")
                submit_visit(session, visit.id)
    close_database()


def swipe_up(page: Page, x: float, y: float) -> None:
    """Draw a finger upwards from a point, as a thumb scrolls."""
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, STEPS + 1):
        at = {"x": x, "y": y - SWIPE_PIXELS * step / STEPS}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
        page.wait_for_timeout(16)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(500)


def in_reach(page: Page, name: str) -> tuple[float, float]:
    """Bring a chart to the middle of the screen; return a point in the middle of what is seen of it."""
    chart = page.locator(CHART.format(name)).first
    chart.wait_for(timeout=30_000)
    chart.evaluate("chart => chart.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(400)
    box = chart.bounding_box()
    assert box
    top, bottom = max(box["y"], 80), min(box["y"] + box["height"], PHONE["height"] - 120)
    return box["x"] + box["width"] / 2, (top + bottom) / 2


def said_on(page: Page) -> list[str]:
    """Return what the page says of the visits, paragraph by paragraph."""
    return page.locator('[data-testid="stMain"] [data-testid="stHtml"] p').all_inner_texts()


@pytest.mark.usefixtures("example")
def test_the_finger_scrolls_past_every_chart_and_nothing_moves_sideways(server: Server, phone: Page):
    visit_page(phone, f"{server.address}/compare_brands?look=everything")
    for name in CHARTS:
        x, y = in_reach(phone, name)
        before = phone.evaluate(SCROLLED)
        swipe_up(phone, x, y)
        assert phone.evaluate(SCROLLED) > before + SWIPE_PIXELS / 2, name
        assert phone.evaluate(FITS), name
        assert phone.get_by_role("dialog").count() == 0, name


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(server: Server, phone: Page, scheme):
    phone.emulate_media(color_scheme=scheme)
    visit_page(phone, f"{server.address}/compare_brands?look=everything")
    in_reach(phone, "funnel")
    phone.evaluate((npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    assert phone.evaluate(BARRIERS) == []


@pytest.mark.usefixtures("example")
def test_a_link_opens_the_same_view_in_another_browser(server: Server, phone: Page, chromium: Browser):
    visit_page(phone, f"{server.address}/compare_brands")
    phone.get_by_role("radio", name="over time").click()
    settle(phone)
    phone.get_by_role("radio", name="quarter").click()
    settle(phone)
    phone.get_by_text("Filters", exact=True).click()
    settle(phone)
    phone.get_by_text("Fresh answers only").click()
    settle(phone)
    phone.get_by_text("Adjust gaps for who visited").click()
    settle(phone)
    phone.get_by_role("combobox", name="Competitors").focus()
    phone.keyboard.type("Quillstone")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Escape")
    settle(phone)
    phone.get_by_text("Filters", exact=True).click()
    phone.locator(CHART.format("time")).first.wait_for(timeout=30_000)
    settle(phone)
    link, seen = phone.url, said_on(phone)
    chosen = ("look=over+time", "compare_period=quarter", "fresh=true", "adjusted=false", "competitor=")
    assert [part for part in chosen if part not in link] == []
    with in_session() as session:
        person = person_of_email(session, "olive@example.com")
        assert person
        token = open_session(session, person.id, device="Another")
    close_database()
    other = chromium.new_context(viewport=PHONE, timezone_id="Europe/Berlin", locale="en-GB")
    other.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])
    page = other.new_page()
    visit_page(page, link)
    page.locator(CHART.format("time")).first.wait_for(timeout=30_000)
    expect(page.get_by_text("Quillstone · fresh answers only")).to_be_visible()
    assert len(seen) > 4
    assert said_on(page) == seen
    other.close()


@pytest.mark.usefixtures("gap")
def test_tapping_a_gap_leads_to_its_photos_and_back(server: Server, phone: Page):
    visit_page(phone, f"{server.address}/compare_brands")
    in_reach(phone, "standards")
    dots = phone.locator(f"{CHART.format('standards')} .point")
    # Theirs are drawn first; B, where the gap is, stands above A.
    place = dots.nth(2).bounding_box()
    assert place
    for _ in range(2):
        phone.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        dialog = phone.get_by_role("dialog")
        expect(dialog.get_by_text("8 visits, newest first.")).to_be_visible()
        photo = dialog.get_by_role("img", name="Crumbs under the till")
        expect(photo).to_be_visible()
        assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        settle(phone)
        phone.go_back()
        expect(dialog).to_have_count(0)
        settle(phone)


@pytest.mark.usefixtures("gap")
def test_the_keyboard_reaches_the_visits_behind_a_figure(server: Server, phone: Page):
    visit_page(phone, f"{server.address}/compare_brands")
    settle(phone)
    box = phone.get_by_label("See the visits behind a figure").last
    box.focus()
    phone.keyboard.type("B · Ours")
    expect(phone.get_by_role("option")).to_have_count(1)
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("Enter")
    dialog = phone.get_by_role("dialog")
    expect(dialog.get_by_text("8 visits, newest first.")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    settle(phone)
    assert "evidence" not in phone.url
