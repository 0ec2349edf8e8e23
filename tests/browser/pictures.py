"""Draws the pictures of the README anew, from the example: `python -m tests.browser.pictures`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import quote, urljoin
from uuid import UUID, uuid4

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from server.requests import COOKIE
from standards.editions import Kind
from standards.measuring import Measure, Verdict
from standards.people import Role
from standards.values import Answer
from storage.channels import list_channels
from storage.door_sessions import open_session
from storage.editions import editions_for
from storage.example import load_example
from storage.people import add_account
from storage.sessions import close_database, in_session
from storage.visit_lists import latest_scores
from storage.visits import get_visit, open_wait, record_answer, record_note, sheet_of, start_visit
from tests.browser.conftest import CHROMIUM, PROJECT, QUIET, Server, visit_page

FOLDER = PROJECT / "docs" / "pictures"
LARGEST_BYTES = 150_000
RECORDER = "recorder/"
SIZES = {"phone": (390, 844), "screen": (1280, 900)}
# Headings of what does not stand at the top of its page.
BELOW = {"gaps": "Standard by standard", "over-time": "Over time"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@contextmanager
def example_server() -> Iterator[tuple[Server, dict[str, str], str]]:
    """Start the program on the example; give the addresses to draw, and the session to draw them in."""
    with TemporaryDirectory() as folder:
        os.environ["SECOND_VISIT_DATA"] = str(Path(folder) / "data")
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        load_example()
        with in_session(read_only=True) as session:
            submitted = latest_scores(session, 1, seen_by=None)[0]
        with in_session() as session:
            owner = add_account(session, "Olive", "olive@example.com", Role.OWNER)
            token = open_session(session, owner.id, device="A phone")
        visit_id, touchpoint = half_recorded_visit(owner.id)
        close_database()
        server = Server(Path(folder) / "data")
        server.start()
        try:
            yield (
                server,
                {
                    "home": "",
                    "record": f"record_visit?visit={visit_id}&step={quote(touchpoint)}",
                    "recorder": f"{RECORDER}?visit={visit_id}&step={quote(f'touchpoint {touchpoint}')}",
                    "visit": f"read_visits?visit={submitted.id}",
                    "compare": "compare_brands",
                    "gaps": "compare_brands?look=standards",
                    "over-time": "compare_brands?look=over+time",
                    "scorecard": "hand_out_scorecards",
                    "workshop": "shape_standards",
                    "people": "manage_people",
                },
                token,
            )
        finally:
            server.kill()


def half_recorded_visit(shopper_id: int) -> tuple[UUID, str]:
    """Store a draft with a few answers, a note and a stopwatch that runs; return its id and touchpoint."""
    visit_id = uuid4()
    with in_session() as session:
        channel = next(c for c in list_channels(session) if c.kind is Kind.SHOP and not c.brand.is_own)
        edition = editions_for(session, Kind.SHOP, is_own=False, is_example=True)[0]
        start_visit(session, visit_id, channel.id, edition.id, shopper_id=shopper_id)
        sheet = list(sheet_of(session, get_visit(session, visit_id)).values())
        for standard in sheet[:5]:
            if standard.measure is Measure.YES_NO:
                record_answer(session, visit_id, standard, Answer(Verdict.MET, 1))
        record_note(session, visit_id, sheet[1], "Two people waiting, nobody at the counter.")
        watched = next(s for s in sheet if s.measure is Measure.DURATION)
        open_wait(session, visit_id, watched, at=datetime.now(UTC) - timedelta(seconds=75))
    return visit_id, watched.touchpoint


def draw(
    browser: Browser,
    address: str,
    token: str,
    size: str,
    scheme: Literal["light", "dark"],
    *,
    below: str = "",
) -> bytes:
    """Return what such a screen shows first, or from a heading on, as a small PNG."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": COOKIE, "value": token, "url": urljoin(address, "/")}])
    page = context.new_page()
    if RECORDER in address:
        page.goto(address)
        page.get_by_role("button", name="Next").wait_for()
    else:
        visit_page(page, address)
        # Tables and charts are fetched and drawn after the page.
        page.wait_for_function("() => !document.querySelector('[data-testid=\"stSkeleton\"]')")
    page.wait_for_timeout(1500)
    if below:
        page.get_by_role("heading", name=below).evaluate("heading => heading.scrollIntoView()")
        page.wait_for_timeout(1500)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    context.close()
    for colours in (256, 128, 64, 32):
        packed = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if len(packed.getvalue()) <= LARGEST_BYTES:
            break
    return packed.getvalue()


def draw_all() -> None:
    """Write every picture into `docs/pictures/`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with example_server() as (server, addresses, token), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        for name, path in addresses.items():
            for size in SIZES:
                for scheme in SCHEMES:
                    shown, below = f"{server.address}/{path}", BELOW.get(name, "")
                    drawn = draw(browser, shown, token, size, scheme, below=below)
                    (FOLDER / f"{name}-{size}-{scheme}.png").write_bytes(drawn)
        browser.close()


if __name__ == "__main__":
    draw_all()
