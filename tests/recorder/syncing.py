"""A phone that sends: visits recorded as the screens do it, the button, and servers that answer badly."""

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from playwright.sync_api import Page, Route

from storage.sessions import in_session
from storage.visits import record_impressions
from tests.recorder.conftest import Place, until
from tests.server.phone import a_photo

VISITS, PHOTOS = "**/api/v1/visits/*", "**/api/v1/photos/*"
ANSWERED = {"A": {"value": 1, "notApplicable": False, "longerThan": False, "countedOf": None, "note": ""}}
START = """() => {
    window.phases = [];
    window.sync = startSync(store, { fetch: window.fetch.bind(window), onChange: (one) => phases.push(one) });
}"""


def record(tab: Page, place: Place, photos: int = 0, *, state: str = "waiting", **changes) -> Any:
    """Keep a visit as the screens do, with photos that were made ready."""
    contents = [base64.b64encode(a_photo(number)).decode() for number in range(photos)]
    return tab.evaluate(
        """async ([begun, contents, changes, state]) => {
            let visit = await store.saveVisit({ ...newVisit(begun), ...changes });
            for (const content of contents) {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)).buffer;
                const id = crypto.randomUUID();
                const facts = { id, visitId: visit.id, code: "A", type: "image/jpeg", bytes, takenAt: null };
                await store.addPhoto(facts);
                await store.changePhoto(id, { state: "ready" });
            }
            visit = await store.visit(visit.id);
            return store.saveVisit({ ...visit, state });
        }""",
        [place.begun, contents, {"answers": ANSWERED, **changes}, state],
    )


def start(tab: Page) -> None:
    """Begin to sync, and wait for the first run."""
    tab.evaluate(START)
    settle(tab)


def now(tab: Page) -> None:
    """Press the button."""
    tab.evaluate("() => { phases.length = 0; return sync.now(); }")
    settle(tab)


def settle(tab: Page) -> None:
    until(tab, "phases.length > 0 && phases.at(-1).phase !== 'sending'")


def kept(tab: Page, visit: Any) -> Any:
    return tab.evaluate("id => store.visit(id)", visit["id"])


def photos_of(tab: Page, visit: Any) -> Any:
    return tab.evaluate("id => store.photosOf(id)", visit["id"])


def bytes_of(tab: Page, visit: Any) -> Any:
    return tab.evaluate(
        """async (id) => {
            const all = [];
            for (const photo of await store.photosOf(id)) {
                all.push((await store.photo(photo.id)).bytes?.byteLength ?? null);
            }
            return all;
        }""",
        visit["id"],
    )


def answering(status: int, headers: dict[str, str] | None = None, **body) -> Callable[[Route], None]:
    """Answer in the server's place, as it answers a problem."""
    told = json.dumps({"status": status, "detail": "This is why.", "code": "TEST-1", **body})
    all_headers = {"Content-Type": "application/problem+json", **(headers or {})}
    return lambda route: route.fulfill(status=status, headers=all_headers, body=told)


def losing_the_answer(route: Route) -> None:
    """Let the server do it, and the phone never hear of it."""
    route.fetch()
    route.abort("connectionreset")


def change_at_a_desk(visit_id: str) -> None:
    with in_session() as session:
        record_impressions(session, UUID(visit_id), story="written at a desk")


def conflicting(tab: Page, place: Place, photos: int = 0) -> Any:
    """Return a visit that was changed at a desk and here."""
    visit = record(tab, place, photos=photos, state="draft")
    start(tab)
    now(tab)
    change_at_a_desk(visit["id"])
    tab.evaluate(
        "id => store.visit(id).then((one) => store.saveVisit({...one, story: 'typed here'}))", visit["id"]
    )
    now(tab)
    return kept(tab, visit)
