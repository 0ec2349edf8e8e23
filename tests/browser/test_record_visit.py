"""A person with a phone records a visit to a competitor's shop, and nothing of it is lost on the way."""

import io
import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from standards.editions import Evidence, Standard
from standards.measuring import Comparator, Measure, Target, Verdict
from storage.brands import add_brand
from storage.editions import publish_edition
from storage.photo_files import photo_path
from storage.photos import photos_of
from storage.sessions import in_session
from storage.visits import get_visit
from tests.browser.conftest import Server, settle, visit_page


def measured(code, touchpoint, statement, measure, comparator, target, unit):
    return Standard(code, touchpoint, statement, measure, Target(comparator, target, unit))


STANDARDS = [
    Standard("S01", "Door", "The opening hours stand on the door"),
    Standard("S02", "Door", "Nobody on duty eats at the entrance", no_no=True),
    measured(
        "S03",
        "Welcome",
        "A member of staff greets the customer within 30 seconds",
        Measure.DURATION,
        Comparator.AT_MOST,
        30,
        "seconds",
    ),
    measured("S04", "Welcome", "At most 3 people wait", Measure.COUNT, Comparator.AT_MOST, 3, "people"),
    Standard("S05", "Advice", "The member of staff names two products", evidence=Evidence.IF_MISSED),
    measured("S06", "Advice", "Advice is rated 4 or more", Measure.RATING, Comparator.AT_LEAST, 4, "of 5"),
    measured("S07", "Shelf", "Labels match the till", Measure.SHARE, Comparator.AT_LEAST, 95, "percent"),
    measured("S08", "Shelf", "Soup is at 65 °C or above", Measure.NUMBER, Comparator.AT_LEAST, 65, "°C"),
    Standard("S09", "Till", "A receipt is offered"),
    Standard("S10", "Farewell", "The cashier says thank you"),
]


def photo_from_a_phone() -> bytes:
    """A photo held upright: stored lying, turned by EXIF orientation 6, with the place it was taken."""
    lying = Image.new("RGB", (640, 480), "white")
    # What is red at the left edge as stored is red at the top edge once turned.
    lying.paste("red", (0, 0, 80, 480))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    sent = io.BytesIO()
    lying.save(sent, "JPEG", quality=95, exif=exif)
    assert b"Exif" in sent.getvalue()
    return sent.getvalue()


def card(page: Page, statement: str):
    return page.locator('[data-testid="stVerticalBlock"]', has_text=statement).last


def tap(page: Page, name: str, within=None) -> None:
    (within or page).get_by_role("button", name=name, exact=True).tap()
    settle(page)


def step(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def choose_new(page: Page, label: str, name: str) -> None:
    page.get_by_label(label).tap()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    settle(page)


def typed(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label)
    field.fill(text)
    field.press("Enter")
    settle(page)


@pytest.mark.long
@pytest.mark.usefixtures("signed_in")
def test_a_visit_survives_a_reload_and_a_killed_server(server: Server, phone: Page):
    with in_session() as session:
        add_brand(session, "Own brand", is_own=True)
        publish_edition(session, "Shop visit", STANDARDS)

    visit_page(phone, server.address)
    tap(phone, "Start a visit")
    choose_new(phone, "Brand", "Competitor")
    choose_new(phone, "Channel", "Market Square 1")
    tap(phone, "Start the visit")
    visit_id = UUID(parse_qs(urlsplit(phone.url).query)["visit"][0])

    step(phone, "Your first impression")
    phone.get_by_label("First impression").fill("Boxes beside the door")
    tap(phone, "Next")
    step(phone, "Door")
    tap(phone, "Yes", card(phone, "The opening hours stand on the door"))
    tap(phone, "Yes", card(phone, "Nobody on duty eats"))
    tap(phone, "Next")
    step(phone, "Welcome")
    tap(phone, "Start the stopwatch")

    phone.reload()
    settle(phone)
    step(phone, "Welcome")
    expect(phone.get_by_text("2 of 10 answered")).to_be_visible()

    # The page stays open: it finds the new server by itself, and its first tap there counts.
    server.kill()
    server.start()
    settle(phone)
    step(phone, "Welcome")
    tap(phone, "Stop")
    expect(phone.get_by_role("button", name="Measure again")).to_be_visible()
    phone.get_by_label("How many, in people").fill("2")
    phone.get_by_label("How many, in people").press("Enter")
    settle(phone)
    tap(phone, "Next")

    step(phone, "Advice")
    advice = card(phone, "names two products")
    tap(phone, "No", advice)
    phone.get_by_text("Note and photos").first.tap()
    settle(phone)
    phone.get_by_label("Note for S05").fill("Named one product only")
    settle(phone)
    phone.locator('input[type="file"]').first.set_input_files(
        {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": photo_from_a_phone()}
    )
    expect(phone.locator('img[src^="/photos/"]')).to_be_visible(timeout=15_000)
    settle(phone)
    phone.get_by_text(re.compile("^4 · ")).tap()
    settle(phone)
    tap(phone, "Next")

    step(phone, "Shelf")
    typed(phone, "Percent, or counted as k of n", "19 of 20")
    typed(phone, "What you measured, in °C", "61.5")
    tap(phone, "Next")
    step(phone, "Till")
    tap(phone, "Not applicable")
    tap(phone, "Next")
    step(phone, "Farewell")
    tap(phone, "Yes")
    tap(phone, "Next")
    step(phone, "Your last impression")
    phone.get_by_label("Last impression").fill("A thank-you at the till")
    phone.get_by_role("radio", name="8", exact=True).tap()
    settle(phone)
    tap(phone, "Next")
    step(phone, "Review and submit")
    expect(phone.get_by_text("Every standard is answered")).to_be_visible()
    tap(phone, "Submit visit")
    expect(phone.get_by_role("heading", name="Visit submitted")).to_be_visible()

    with in_session(read_only=True) as session:
        visit = get_visit(session, visit_id)
        photos = photos_of(session, visit_id)
    verdicts = {o.code: (o.verdict, o.value) for o in visit.observations}
    waited = verdicts.pop("S03")
    assert waited[0] is Verdict.MET
    assert waited[1] is not None
    assert 0 < waited[1] < 30
    assert verdicts == {
        "S01": (Verdict.MET, 1),
        "S02": (Verdict.MET, 1),
        "S04": (Verdict.MET, 2),
        "S05": (Verdict.MISSED, 0),
        "S06": (Verdict.MET, 4),
        "S07": (Verdict.MET, 95),
        "S08": (Verdict.MISSED, 61.5),
        "S09": (Verdict.NOT_APPLICABLE, None),
        "S10": (Verdict.MET, 1),
    }
    assert visit.observation("S05").note == "Named one product only"
    assert visit.first_impression == "Boxes beside the door"
    assert visit.last_impression == "A thank-you at the till"
    assert visit.would_return == 8
    assert visit.score_percent == 100 * 7 / 9
    [photo] = photos
    assert (photo.code, photo.width, photo.height) == ("S05", 480, 640)
    with Image.open(photo_path(photo.sha256)) as stored:
        at_the_top = stored.convert("RGB").crop((230, 5, 250, 15)).resize((1, 1)).tobytes()
        assert at_the_top[0] > 200
        assert max(at_the_top[1:]) < 60
        assert not stored.getexif()
        assert set(stored.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }

    visit_page(phone, f"{server.address}/compare_brands")
    expect(phone.get_by_text("Competitor").first).to_be_visible()
    visit_page(phone, f"{server.address}/record_visit?visit={visit_id}")
    expect(phone.get_by_role("button", name="Next")).to_have_count(0)
