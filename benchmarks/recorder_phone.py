"""The recorder in a real Chromium: its own store and sync record and send; its tab is killed on the way."""

import os
import signal
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

from benchmarks.made_phone import Recorded
from server.requests import COOKIE

CHROMIUM = Path("/usr/bin/chromium")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Of ours, and runs nothing by itself.
_STILL_PAGE = "/recorder/offline.html"
_OPEN_SECONDS, _VISIT_SECONDS = 120, 600

# The phone's clock is off by hours, each time it starts by others.
_SHIFT_CLOCK = """(ms) => {
    const True = Date;
    globalThis.Date = class extends True {
        constructor(...given) { given.length ? super(...given) : super(True.now() + ms); }
        static now() { return True.now() + ms; }
    };
}"""

_BRING_IN = """async (key) => {
    for (const name of ["store", "documents", "sync"]) {
        Object.assign(window, await import(`/recorder/${name}.js`));
    }
    window.store = await openStore(key);
    window.sync = startSync(store, { fetch: window.fetch.bind(window) });
}"""

# Whatever was done before the tab died is not done again; what the store had answered for has to be there.
_RECORD = """async (told) => {
    const photos = async (visit) => new Map((await store.photosOf(visit.id)).map((one) => [one.sha256, one]));
    let visit = (await store.visits()).find((one) => one.story === told.mark);
    const here = visit ? await photos(visit) : new Map();
    const isHere = (step) => {
        const [what, which] = step.split(" ");
        if (!visit || what === "begun") return Boolean(visit);
        if (what === "answer") return visit.answers[which] !== undefined;
        return what === "photo" ? here.has(which) : visit.state !== "draft";
    };
    const lost = told.kept.filter((step) => !isHere(step));
    if (lost.length) throw new Error(`lost on the phone: ${lost}`);
    if (!visit) {
        const { firstImpression, wouldReturn, mark } = told;
        visit = await store.saveVisit({ ...newVisit(told), story: mark, firstImpression, wouldReturn });
        await noteKept("begun");
    }
    for (const [code, said] of Object.entries(told.answers)) {
        if (visit.state !== "draft" || visit.answers[code]) continue;
        const answer = { ...emptyAnswer(), ...said, answeredAt: new Date().toISOString() };
        visit = await store.saveVisit({ ...visit, answers: { ...visit.answers, [code]: answer } });
        await noteKept(`answer ${code}`);
        if (told.syncsAfter.includes(code)) void sync.now();
    }
    for (const { hash, code, content } of told.photos) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)).buffer;
        const facts = { visitId: visit.id, code, type: "image/jpeg", takenAt: new Date().toISOString() };
        const kept = here.get(hash) ?? (await store.addPhoto({ id: crypto.randomUUID(), ...facts, bytes }));
        await noteKept(`photo ${hash}`);
        if (kept.state === "kept") await store.changePhoto(kept.id, { state: "ready" });
    }
    visit = await store.visit(visit.id);
    if (visit.state === "draft") {
        await store.saveVisit({ ...visit, state: "waiting", leftAt: new Date().toISOString() });
    }
    await noteKept("finished");
    for (;;) {
        await sync.now();
        const now = await store.visit(visit.id);
        if (now.state === "sent") return "sent";
        if (now.state === "needs-you") throw new Error(`${now.problemCode}: ${now.problem}`);
        await new Promise((resolve) => setTimeout(resolve, 40));
    }
}"""


class RecorderPhone:
    """One browser with one shopper in it; what its database holds outlives its tabs."""

    def __init__(self, context: BrowserContext, address: str, person_id: int, chance: Random) -> None:
        self._context, self._address, self._person_id, self._chance = context, address, person_id, chance
        self._kept: list[str] = []
        self._page: Page | None = None
        # Asked of the browser itself: a page does not know in which process it runs.
        assert context.browser
        self._browser = context.browser.new_browser_cdp_session()

    def record(self, told: Recorded, deaths: list[float]) -> None:
        """Record and send a visit; its tab is killed so many seconds after each of its beginnings."""
        self._kept = []
        for seconds in deaths:
            self._begin(told)
            self._wait(lambda: self._ended() is not None, seconds)
            self._kill()
        self._begin(told)
        if not self._wait(lambda: self._ended() is not None, _VISIT_SECONDS):
            raise AssertionError(f"{told.mark} was not sent in {_VISIT_SECONDS} s")
        assert self._ended() == "sent", f"{told.mark}: {self._ended()}"

    def _begin(self, told: Recorded) -> None:
        page = self._page = self._page or self._open()
        codes = sorted({*told.answers, *told.notes})
        asked = {
            "mark": told.mark,
            "channelId": told.channel_id,
            "editionId": told.edition_id,
            "startedAt": datetime.now(UTC).isoformat(),
            "firstImpression": told.first_impression,
            "wouldReturn": told.would_return,
            "answers": {code: _answer(told, code) for code in codes},
            "syncsAfter": [code for code in codes if self._chance.random() < 0.2],
            "photos": [
                {"hash": sha256(content).hexdigest(), "code": code, "content": b64encode(content).decode()}
                for code, content in told.photos
            ],
            "kept": self._kept,
        }
        page.evaluate(
            f"""(told) => {{
                window.ended = null;
                ({_RECORD})(told).then(
                    (done) => {{ window.ended = done; }},
                    (error) => {{ window.ended = `failed: ${{error.message}}`; }},
                );
            }}""",
            asked,
        )

    def _open(self) -> Page:
        hours = self._chance.choice([0, 0, -5, 3, 26])
        until = monotonic() + _OPEN_SECONDS
        while True:
            # The server may be down just now, where a phone has the files from its service worker; or the
            # browser gives the new tab a process that was killed with the old one.
            page = self._context.new_page()
            try:
                page.add_init_script(f"({_SHIFT_CLOCK})({hours * 3_600_000})")
                page.expose_function("noteKept", self._kept_one)
                page.goto(f"{self._address}{_STILL_PAGE}")
                page.evaluate(_BRING_IN, str(self._person_id))
            except Error:
                if monotonic() > until:
                    raise
                with suppress(Error):
                    page.close()
                sleep(0.2)
            else:
                return page

    def _kept_one(self, step: str) -> None:
        self._kept.append(step)

    def _ended(self) -> str | None:
        assert self._page
        told: str | None = self._page.evaluate("window.ended")
        return told

    def _wait(self, is_over: Callable[[], bool], seconds: float) -> bool:
        assert self._page
        until = monotonic() + seconds
        while not is_over():
            if monotonic() > until:
                return False
            self._page.wait_for_timeout(min(20.0, max(1.0, (until - monotonic()) * 1000)))
        return True

    def _kill(self) -> None:
        """Kill the tab's process in the middle of whatever it does."""
        told: dict[str, Any] = self._browser.send("SystemInfo.getProcessInfo")
        for process in told["processInfo"]:
            if process["type"] == "renderer":
                with suppress(ProcessLookupError):
                    os.kill(process["id"], signal.SIGKILL)
        assert self._page
        with suppress(Error):
            self._page.close()
        self._page = None
        # The browser notices a moment later that the tab has gone, and lets go of its locks.
        sleep(0.05)


def _answer(told: Recorded, code: str) -> dict[str, Any]:
    note = told.notes.get(code, "")
    if code not in told.answers:
        return {"note": note}
    value = told.answers[code]
    return {"value": value, "notApplicable": value is None, "note": note}


@contextmanager
def recorder_phone(port: int, person_id: int, token: str, chance: Random) -> Iterator[RecorderPhone]:
    """Open a browser that is signed in at this port, and close it at the end."""
    address = f"http://127.0.0.1:{port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_QUIET)
        context = browser.new_context(service_workers="block", timezone_id="Europe/Berlin")
        context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        yield RecorderPhone(context, address, person_id, chance)
        browser.close()
