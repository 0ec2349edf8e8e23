"""Drafts that the server draws, and tabs in which scripts come late."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from playwright.sync_api import BrowserContext, Page, Route

from standards.editions import Edition
from standards.measuring import Verdict
from standards.values import Answer, answer_of
from storage.sessions import in_session
from storage.visits import record_answer, record_note, start_visit
from tests.recorder.conftest import Place, until

START, EARLY = "**/recorder/start.js", "**/recorder/early.js"
SHOWN = "() => performance.getEntriesByName('recorder-shown').length"

# What is to look the same, however it was made: names that tie parts of a page together, and what only waits
# for the script, do not. Of what the recorder hides, and of cards that it makes later, nothing is to be seen.
OUTLINE = """(cards) => {
    const apart = new Set(["id", "name", "for", "autocomplete", "href", "role", "aria-disabled", "disabled",
        "checked", "value", "data-drawn", "data-person", "data-toggles-theme"]);
    const skips = (one) => one.matches('[hidden], .early, input[type="file"]');
    const lines = [];
    const tell = (one, indent) => {
        const own = [...one.attributes].filter(({ name, value }) => !apart.has(name) && value.trim());
        const facts = own.map(({ name, value }) => `${name}=${JSON.stringify(value.trim())}`).sort();
        // The label of a field that was drawn is tied to it by its words.
        const isField = one.matches('input[type="text"]');
        const named = isField ? facts.filter((fact) => !fact.startsWith("aria-label")) : facts;
        const holds = one.matches("input, textarea, progress");
        if (holds) named.push(`is ${JSON.stringify([one.value, one.checked ?? null])}`);
        lines.push(`${indent}${one.localName} ${named.join(" ")}`);
        for (const part of one.childNodes) {
            if (part.nodeType === 3 && (!part.data || one.localName === "textarea")) continue;
            if (part.nodeType === 3) lines.push(`${indent}  ${JSON.stringify(part.data)}`);
            else if (!skips(part)) tell(part, `${indent}  `);
        }
    };
    const shown = document.querySelector("#screen").cloneNode(true);
    const theirs = document.querySelectorAll("#screen input, #screen textarea");
    for (const [at, one] of shown.querySelectorAll("input, textarea").entries()) {
        one.value = theirs[at].value;
        one.checked = theirs[at].checked;
    }
    for (const later of [...shown.querySelectorAll(".card")].slice(cards)) later.remove();
    tell(shown, "");
    return lines;
}"""
BOXES = """(cards) => {
    const apart = '[hidden], [hidden] *, .early, input[type="file"]';
    const later = [...document.querySelectorAll(".card")].slice(cards);
    return [...document.querySelectorAll("#screen *")]
        .filter((one) => !one.matches(apart) && !later.some((card) => card.contains(one)))
        .filter((one) => one.getClientRects().length)
        .map((one) => {
            const { x, y, width, height } = one.getBoundingClientRect();
            return [one.localName, ...[x, y, width, height].map((part) => Math.round(part * 4) / 4)];
        });
}"""


def begun(place: Place, edition: Edition, answers: dict[str, Any] | None = None, **notes: str) -> UUID:
    """Store a draft of the shopper's with what is answered, as a verdict or a value."""
    visit_id = uuid4()
    with in_session() as session:
        start_visit(session, visit_id, place.channel.id, edition.id, shopper_id=place.person.id)
        asked = {standard.code: standard for standard in edition.standards}
        for code, what in (answers or {}).items():
            answer = Answer(what) if isinstance(what, Verdict) else answer_of(asked[code], what)
            record_answer(session, visit_id, asked[code], answer)
        for code, note in notes.items():
            record_note(session, visit_id, asked[code], note)
    return visit_id


def address_of(place: Place, visit_id: UUID, touchpoint: str = "Entrance") -> str:
    return f"{place.address}/recorder/?visit={visit_id}&step={quote(f'touchpoint {touchpoint}')}"


class Held:
    """Scripts that a tab has asked for, and that have not come yet."""

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._comes = False

    def take(self, route: Route) -> None:
        if self._comes:
            route.continue_()
        else:
            self._routes.append(route)

    def come(self) -> None:
        self._comes = True
        for route in self._routes:
            route.continue_()
        self._routes.clear()


@contextmanager
def late(phone: BrowserContext, *scripts: str) -> Iterator[tuple[Page, Held]]:
    """Open a tab in which these scripts do not come before they are let."""
    held = Held()
    page = phone.new_page()
    page.set_default_timeout(15_000)
    for script in scripts:
        page.route(script, held.take)
    yield page, held


def open_drawn(page: Page, address: str) -> None:
    """Open a page that the server draws; scripts that were held back are not waited for."""
    page.goto(address, wait_until="commit")
    page.wait_for_selector("[data-drawn] .card")


def wait_for_early(page: Page) -> None:
    until(page, "() => document.querySelector('.early').textContent.startsWith('Getting ready')")


def wait_for_recorder(page: Page) -> None:
    until(page, SHOWN)


def tap(page: Page, code: str, words: str) -> None:
    """Tap a choice of a standard, on whichever page stands there."""
    page.locator(f'.card[data-code="{code}"] .choice:has-text("{words}") input').first.tap()


def taps_kept(page: Page, place: Place) -> list[dict[str, Any]]:
    """Read, past the program, what was tapped and is in no visit yet."""
    found: list[dict[str, Any]] = page.evaluate(
        """async (name) => {
            const known = await indexedDB.databases();
            if (!known.some((one) => one.name === name)) return [];
            return new Promise((resolve) => {
                const opening = indexedDB.open(name);
                opening.onsuccess = () => {
                    const asking = opening.result.transaction("taps").objectStore("taps").getAll();
                    asking.onsuccess = () => { opening.result.close(); resolve(asking.result); };
                };
            });
        }""",
        f"second-visit-taps-{place.person.id}",
    )
    return found


def put_tap(page: Page, person_id: int, visit_id: UUID, code: str, value: str, at: str) -> None:
    """Leave a tap behind as a tab does that died before the recorder came."""
    page.evaluate(
        """([name, tap]) => new Promise((resolve) => {
            const opening = indexedDB.open(name, 1);
            opening.onupgradeneeded = () =>
                opening.result.createObjectStore("taps", { keyPath: ["visit", "code"] });
            opening.onsuccess = () => {
                const writing = opening.result.transaction("taps", "readwrite");
                writing.objectStore("taps").put(tap);
                writing.oncomplete = () => { opening.result.close(); resolve(); };
            };
        })""",
        [
            f"second-visit-taps-{person_id}",
            {"schema": 1, "visit": str(visit_id), "code": code, "value": value, "at": at},
        ],
    )
