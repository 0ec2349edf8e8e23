"""A visit sheet with every measure, and the recorder opened on it as a thumb would."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

from standards.editions import Edition, Evidence, Standard
from standards.measuring import Comparator, Measure, Target
from standards.people import Person
from storage.sessions import in_session
from tests.builders import a_standard, an_edition

PATIENCE_MS = 15_000

STATEMENTS = {
    "DOOR": "The door opens by itself.",
    "FLOOR": "The floor is dry.",
    "INSULT": "A customer is insulted.",
    "GREET": "A member of staff greets within 30 seconds.",
    "REPLY": "The question asked by e-mail is answered within two working days.",
    "RINGS": "The phone is taken after at most three rings.",
    "SOUP": "The soup is served at 65 °C or hotter.",
    "SHELF": "At least 95 % of the shelves show a price.",
    "TIDY": "The till is tidy.",
}


def every_measure() -> list[Standard]:
    """Return one standard of each measure, over three touchpoints."""

    def one(code: str, touchpoint: str, **facts: Any) -> Standard:
        return a_standard(code, touchpoint=touchpoint, statement=STATEMENTS[code], **facts)

    def target(comparator: Comparator, value: float, unit: str = "") -> Target:
        return Target(comparator, value, unit)

    return [
        one("DOOR", "Entrance", job_aid="Hold a bag in one hand.", evidence=Evidence.IF_MISSED),
        one("FLOOR", "Entrance"),
        one("INSULT", "Entrance", no_no=True, target=target(Comparator.EXACTLY, 0)),
        one(
            "GREET",
            "Welcome",
            measure=Measure.DURATION,
            target=target(Comparator.AT_MOST, 30, "seconds"),
            script="Hello, and welcome.",
        ),
        one(
            "REPLY",
            "Welcome",
            measure=Measure.DURATION,
            target=target(Comparator.AT_MOST, 2, "working days"),
        ),
        one("RINGS", "Welcome", measure=Measure.COUNT, target=target(Comparator.AT_MOST, 3, "rings")),
        one("SOUP", "Till", measure=Measure.NUMBER, target=target(Comparator.AT_LEAST, 65, "°C")),
        one("SHELF", "Till", measure=Measure.SHARE, target=target(Comparator.AT_LEAST, 95, "%")),
        one(
            "TIDY",
            "Till",
            measure=Measure.RATING,
            target=target(Comparator.AT_LEAST, 4),
            steps=("heaps", "half covered", "some things", "one thing", "nothing lies about"),
        ),
    ]


def publish_every_measure() -> Edition:
    """Publish those standards as a set of their own."""
    with in_session() as session:
        return an_edition(session, every_measure(), name="Every measure")


def open_recorder(phone: BrowserContext, address: str) -> Page:
    """Open the recorder at its start and wait until it is drawn."""
    page = phone.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}/recorder/")
    page.wait_for_selector(".dock")
    return page


def begin(page: Page, wanted: str = "High Street 1") -> str:
    """Start a visit by thumb; return its id."""
    page.click('a[href="#new"]')
    page.fill("#find-channel", wanted)
    page.click(".channel")
    page.locator('.choice:has-text("Every measure") input').tap()
    page.click("#start")
    page.wait_for_selector("textarea")
    return page.url.split("visit=")[1].split("&")[0]


def go_to(page: Page, step: str) -> None:
    """Go to a step by its name."""
    page.click('button[aria-label="Steps"]')
    page.click(f'.step-choice:has-text("{step}")')
    page.wait_for_selector(f'h1:has-text("{step}")')
    page.wait_for_selector(".step > :not(.step-head)")


def card(page: Page, code: str) -> Any:
    """Return the card of a standard on the screen."""
    return page.locator(f'.card[data-code="{code}"]')


def choose(page: Page, code: str, words: str) -> None:
    """Tap one of a standard's choices."""
    card(page, code).locator(f'.choice:has-text("{words}") input').first.tap()


def stored(page: Page, person: Person, visit_id: str) -> dict[str, Any]:
    """Read a visit from the phone's database, past the program."""
    found: dict[str, Any] = page.evaluate(
        """([name, id]) => new Promise((resolve, reject) => {
            const opening = indexedDB.open(name);
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const asking = opening.result.transaction("visits").objectStore("visits").get(id);
                asking.onsuccess = () => { opening.result.close(); resolve(asking.result ?? null); };
            };
        })""",
        [f"second-visit-{person.id}", visit_id],
    )
    return found


def settled(page: Page, person: Person, visit_id: str) -> dict[str, Any]:
    """Read a visit once the thumb has rested and all is on the disk."""
    page.wait_for_timeout(400)
    return stored(page, person, visit_id)


def wait_for_later_screens(page: Page) -> None:
    """Wait until the page has what it needs without signal; on a phone the service worker has it."""
    page.wait_for_function("performance.getEntriesByName('recorder-complete').length")
