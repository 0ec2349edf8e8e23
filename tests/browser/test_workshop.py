"""A charter in a real browser: pasted, mended, published, used in a visit, and published once more."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from standards.measuring import Comparator, Target
from standards.scoring import score_visit
from storage.brands import add_brand
from storage.editions import editions_of_set, get_edition, latest_edition
from storage.sessions import in_session
from storage.visits import get_visit
from tests.browser.conftest import Server, settle, sign_in, visit_page

CHARTER = (
    "The opening hours stand on the door",
    "Customers are greeted promptly",
    "Staff are friendly",
    "Every member of staff wears a name badge",
    "At most 3 people wait at a till",
    "The soup is at least 65 °C",
    "At least 95 % of the shelf labels show a price",
    "Staff never eat at the counter",
    "The receipt is offered quickly",
    "A second till opens as soon as four people queue",
    "A bag costs no more than €0.50",
    "The cashier says goodbye",
)
MENDED = {
    "I2": "A member of staff greets the customer within 30 seconds",
    "I3": "A member of staff looks at the customer and says a greeting",
    "I9": "The receipt is offered within 10 seconds of paying",
}


@pytest.fixture(params=[390, 1280], ids=["phone", "screen"])
def page(request: pytest.FixtureRequest, chromium: Browser, server: Server, tmp_path):
    """Open a page at both widths; its last sight stays in `tmp_path`."""
    width = request.param
    size = ViewportSize(width=width, height=844 if width < 500 else 900)
    context = chromium.new_context(viewport=size, timezone_id="Europe/Berlin", locale="en-GB")
    opened = context.new_page()
    sign_in(opened, server)
    yield opened
    opened.screenshot(path=tmp_path / "last_sight.png")
    context.close()


def tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()
    settle(page)


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    settle(page)


def fill(page: Page, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).blur()
    settle(page)


def choose_new(page: Page, label: str, name: str) -> None:
    page.get_by_label(label).click()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    settle(page)


def step(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def fits(page: Page) -> bool:
    return bool(
        page.evaluate(
            """() => { const main = document.querySelector('[data-testid="stMain"]');
                       return main.scrollWidth <= main.clientWidth; }"""
        )
    )


def record(page: Page, server: Server, *, count: int) -> UUID:
    """Record a visit in which every yes/no standard is met and `count` people wait; submit it."""
    visit_page(page, f"{server.address}/record_visit")
    choose_new(page, "Brand", "Rival")
    choose_new(page, "Channel", "Market Square 1")
    tap(page, "Start the visit")
    visit_id = UUID(parse_qs(urlsplit(page.url).query)["visit"][0])
    step(page, "Your first impression")
    tap(page, "Next")
    step(page, "Inside")
    yes = page.get_by_role("button", name="Yes", exact=True)
    for at in range(yes.count()):
        yes.nth(at).click()
        settle(page)
    typed = [
        ("Or type how long it took", 0, "20 s"),
        ("What you measured, in °C", 0, "66"),
        ("Percent, or counted as k of n", 0, "19 of 20"),
        ("Or type how long it took", 1, "8 s"),
        ("What you measured, in €", 0, "0.4"),
        ("How many, in people", 0, str(count)),
    ]
    for label, place, text in typed:
        field = page.get_by_label(label).nth(place)
        field.fill(text)
        field.press("Enter")
        settle(page)
    tap(page, "Next")
    step(page, "Your last impression")
    tap(page, "Next")
    step(page, "Review and submit")
    tap(page, "Submit visit")
    expect(page.get_by_role("heading", name="Visit submitted")).to_be_visible()
    return visit_id


@pytest.mark.long
def test_a_charter_becomes_two_editions_and_each_visit_is_scored_by_its_own(server: Server, page: Page):
    with in_session() as session:
        add_brand(session, "Own brand", is_own=True)

    visit_page(page, f"{server.address}/shape_standards")
    fill(page, "A new set", "Our charter")
    tap(page, "Start this set")
    choose_new(page, "Touchpoint that new sentences belong to", "Inside")
    page.get_by_text("Paste a whole charter").click()
    settle(page)
    fill(page, "Charter", "\n".join(CHARTER))
    expect(page.get_by_text("12 sentences, 3 of them to be mended.")).to_be_visible()
    # Twice, as a finger in a hurry does: the sentences are added once.
    page.get_by_role("button", name="Add 12 sentences", exact=True).dblclick()
    settle(page)
    expect(page.get_by_text("12 standards").first).to_be_visible()
    assert fits(page)

    view(page, "Publish")
    tap(page, "Publish edition 1")
    expect(page.get_by_text("cannot be measured yet").first).to_be_visible()

    view(page, "Write")
    for code, sentence in MENDED.items():
        fill(page, f"Sentence of {code}", sentence)
    expect(page.get_by_text("0 unmeasured").first).to_be_visible()
    view(page, "Preview")
    expect(page.get_by_text("Standard 2 of 12")).to_be_visible()
    assert fits(page)
    view(page, "Publish")
    tap(page, "Publish edition 1")
    expect(page.get_by_text("Edition 1", exact=True)).to_be_visible()
    with in_session(read_only=True) as session:
        first = latest_edition(session, "Our charter")
    assert [s.statement for s in first.standards] == [
        MENDED.get(f"I{at}", sentence) for at, sentence in enumerate(CHARTER, 1)
    ]

    early = record(page, server, count=3)

    visit_page(page, f"{server.address}/shape_standards")
    tap(page, "Draft edition 2")
    fill(page, "Target of I5", "2")
    view(page, "Publish")
    expect(page.get_by_text("target moved").first).to_be_visible()
    expect(page.get_by_text("The history of I5 has a break here")).to_be_visible()
    assert fits(page)
    tap(page, "Publish edition 2")
    expect(page.get_by_text("Edition 2", exact=True)).to_be_visible()

    late = record(page, server, count=3)

    with in_session(read_only=True) as session:
        newest, oldest = editions_of_set(session, first.set_id)
        visits = {visit_id: get_visit(session, visit_id) for visit_id in (early, late)}
        scores = {
            visit_id: score_visit(visit.observations, get_edition(session, visit.edition_id).by_code())
            for visit_id, visit in visits.items()
        }
    assert oldest.standards == first.standards
    assert newest.by_code()["I5"].target == Target(Comparator.AT_MOST, 2, "people")
    assert [visits[visit_id].edition_id for visit_id in (early, late)] == [oldest.id, newest.id]
    assert (visits[early].points, visits[early].points_possible) == (12, 12)
    assert (visits[late].points, visits[late].points_possible) == (11, 12)
    assert [scores[visit_id].points for visit_id in (early, late)] == [12, 11]
