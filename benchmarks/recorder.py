"""Measures how fast the recorder opens and answers a tap, beside a bare HTML page from the same server."""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks.shell import wait_until_healthy
from server.requests import COOKIE
from standards.people import Role
from storage.channels import list_channels
from storage.door_sessions import open_session
from storage.editions import editions_for
from storage.example import load_example
from storage.people import add_account
from storage.sessions import close_database, in_session
from storage.visits import start_visit

PROJECT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SLOW_4G = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
PHONE = ViewportSize(width=390, height=844)
LONGEST_MS = 60_000
STANDARDS = 30
TAP_ROUNDS = 2
# What the recorder may take to have a tap on the phone's disk.
KEPT_MS = 300

# When the first radio button stood on the screen, and how long each tap took until the next picture.
_WATCH = """
window.firstTappable = new Promise((resolve) => {
  const look = () => {
    const input = document.querySelector('input[type="radio"]');
    if (!input || !input.getBoundingClientRect().height) return requestAnimationFrame(look);
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  };
  requestAnimationFrame(look);
});
window.taps = [];
addEventListener("click", (event) => {
  if (event.target.type !== "radio") return;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => taps.push(performance.now() - event.timeStamp);
  requestAnimationFrame(() => port2.postMessage(0));
}, true);
"""


# When the recorder itself had the screen.
_SHOWN = """() => new Promise((resolve) => {
  const look = () => {
    const [shown] = performance.getEntriesByName("recorder-shown");
    if (shown) resolve(shown.startTime);
    else setTimeout(look, 20);
  };
  look();
})"""


@dataclass(frozen=True)
class Program:
    """A running server, a cookie that opens it, and a draft of 30 standards."""

    address: str
    token: str
    visit: str
    touchpoint: str

    @property
    def sheet(self) -> str:
        """The address of the draft's first standards in the recorder, which the server draws."""
        return f"{self.address}/recorder/?{self._step}"

    @property
    def undrawn(self) -> str:
        """The same behind the #, as the recorder goes on by itself: its page is everybody's."""
        return f"{self.address}/recorder/#{self._step}"

    @property
    def _step(self) -> str:
        return f"visit={self.visit}&step={quote('touchpoint ' + self.touchpoint)}"

    @property
    def bare(self) -> str:
        """The address of the plain page."""
        return f"{self.address}/bare"


def main() -> None:
    """Print one line of JSON: kilobytes, seconds to the first tappable standard, milliseconds of a tap."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu", type=float, default=4.0, help="how many times slower the phone is")
    parser.add_argument("--runs", type=int, default=5, help="cold openings of each")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder, _running(Path(folder)) as program, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        # Packed once for all, at a server's first start: not what a visitor waits for.
        for address in (program.sheet, program.undrawn, program.bare):
            _cold(browser, program, address, cpu=1)
        rounds = [
            (
                _cold(browser, program, program.bare, cpu=asked.cpu),
                _cold(browser, program, program.sheet, cpu=asked.cpu, taken=True),
                _cold(browser, program, program.undrawn, cpu=asked.cpu, taken=True),
            )
            for _ in range(asked.runs)
        ]
        bare_taps, taps = [], []
        # By turns, so that what else the machine does meets both.
        for _ in range(TAP_ROUNDS):
            bare_taps += _taps(browser, program, program.bare, cpu=asked.cpu)
            taps += _taps(browser, program, program.sheet, cpu=asked.cpu)
        warm, offline = _again(browser, program, cpu=asked.cpu)
        browser.close()
    bare, ours, undrawn = ([one[at] for one in rounds] for at in range(3))
    bare_s, ours_s, undrawn_s = (median(cold.seconds for cold in one) for one in (bare, ours, undrawn))
    shown = {
        "network": "slow 4G",
        "cpu": asked.cpu,
        "runs": asked.runs,
        "cold_kB": round(max(cold.kilobytes for cold in (*ours, *undrawn)), 1),
        "bare_tappable_s": round(bare_s, 3),
        "cold_tappable_s": round(ours_s, 3),
        "times_bare": round(median(a.seconds / b.seconds for a, b in zip(ours, bare, strict=True)), 2),
        "first_taps_kept": sum(cold.is_kept for cold in ours),
        "bare_answered_s": round(median(cold.answered for cold in bare), 3),
        "cold_answered_s": round(median(cold.answered for cold in ours), 3),
        "answered_times_bare": round(
            median(a.answered / b.answered for a, b in zip(ours, bare, strict=True)), 2
        ),
        "taken_over_s": round(median(cold.taken_over for cold in ours), 3),
        "undrawn_tappable_s": round(undrawn_s, 3),
        "undrawn_times_bare": round(
            median(a.seconds / b.seconds for a, b in zip(undrawn, bare, strict=True)), 2
        ),
        "undrawn_taken_over_s": round(median(cold.taken_over for cold in undrawn), 3),
        "warm_tappable_s": round(warm, 3),
        "offline_tappable_s": round(offline, 3),
        "bare_tap_p95_ms": round(_p95(bare_taps), 1),
        "tap_p95_ms": round(_p95(taps), 1),
        "tap_times_bare": round(_p95(taps) / _p95(bare_taps), 2),
        "taps": len(taps),
    }
    print(json.dumps(shown))


@contextmanager
def _running(folder: Path) -> Iterator[Program]:
    """Start the program with the bare page beside it, on the made-up example and one draft."""
    os.environ["SECOND_VISIT_DATA"] = str(folder / "data")
    os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
    load_example()
    with in_session() as session:
        shopper = add_account(session, "Ann", "ann@company.example", Role.SHOPPER)
        token = open_session(session, shopper.id, device="A phone")
        channel = next(one for one in list_channels(session) if one.kind == "shop" and one.brand.is_own)
        edition = editions_for(session, channel.kind, is_own=True, is_example=True)[0]
        visit_id, touchpoint = uuid4(), edition.standards[0].touchpoint
        start_visit(session, visit_id, channel.id, edition.id, shopper_id=shopper.id)
        assert len(edition.sheet(channel.kind, is_own=True)) == STANDARDS
    close_database()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare_page:app", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(port)
        yield Program(address, token, str(visit_id), touchpoint)
    finally:
        process.kill()
        process.wait()


def _phone(browser: Browser, program: Program, *, worker: bool) -> BrowserContext:
    context = browser.new_context(
        viewport=PHONE,
        is_mobile=True,
        has_touch=True,
        service_workers="allow" if worker else "block",
    )
    context.add_cookies([{"name": COOKIE, "value": program.token, "url": program.address}])
    context.add_init_script(_WATCH)
    return context


def _slow(page: Page, cpu: float, *, network: bool = True) -> list[float]:
    """Make a page's phone slow; return what it will have received, in bytes by request."""
    received: list[float] = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda told: received.append(told["encodedDataLength"]))
    if network:
        devtools.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_4G})
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    return received


@dataclass(frozen=True)
class Cold:
    """
    One opening by a phone that has never been here.

    `seconds` until the first standard could be tapped, by the page's clock; `kilobytes` until the recorder
    had the screen; `answered` seconds from the wish to open the page until a tap showed, by this machine's
    clock; `is_kept`, whether that tap was there when the page was closed 300 ms later and opened again;
    `taken_over` seconds until the recorder had the screen, in an opening of its own without a tap.
    """

    seconds: float
    kilobytes: float
    answered: float
    is_kept: bool = False
    taken_over: float = 0


def _cold(browser: Browser, program: Program, address: str, *, cpu: float, taken: bool = False) -> Cold:
    """Open an address on a phone that has never been here, and tap the first standard."""
    context = _phone(browser, program, worker=False)
    page = context.new_page()
    received = _slow(page, cpu)
    began = time.monotonic()
    page.goto(address, wait_until="commit", timeout=LONGEST_MS)
    seconds = page.evaluate("firstTappable") / 1000
    kilobytes = sum(received) / 1000
    page.locator('input[type="radio"]').first.tap()
    page.wait_for_function("document.querySelector('input[type=radio]').checked")
    answered = time.monotonic() - began
    is_kept = taken and _is_kept(page, address)
    context.close()
    if not taken:
        return Cold(seconds, kilobytes, answered)
    taken_over, kilobytes = _taken_over(browser, program, address, cpu=cpu)
    return Cold(seconds, kilobytes, answered, is_kept, taken_over)


def _taken_over(browser: Browser, program: Program, address: str, *, cpu: float) -> tuple[float, float]:
    """Return the seconds until the recorder itself had the screen of a new phone, and the kilobytes."""
    context = _phone(browser, program, worker=False)
    page = context.new_page()
    received = _slow(page, cpu)
    page.goto(address, wait_until="commit", timeout=LONGEST_MS)
    seconds = page.evaluate(_SHOWN) / 1000
    kilobytes = sum(received) / 1000
    context.close()
    return seconds, kilobytes


def _is_kept(page: Page, address: str) -> bool:
    """Close a page in which the first choice was just tapped, and say whether another page shows it."""
    page.wait_for_timeout(KEPT_MS)
    page.close()
    again = page.context.new_page()
    again.goto(address)
    again.evaluate(_SHOWN)
    return again.locator('input[type="radio"]').first.is_checked()


def _again(browser: Browser, program: Program, *, cpu: float) -> tuple[float, float]:
    """Open the draft once more, with signal and without; return the seconds of both."""
    context = _phone(browser, program, worker=True)
    page = context.new_page()
    page.goto(program.sheet)
    page.evaluate("firstTappable")
    page.evaluate("navigator.serviceWorker.ready")
    page.wait_for_function("caches.keys().then((names) => names.length > 0)")
    page.wait_for_timeout(1500)
    page.close()
    found = []
    for is_offline in (False, True):
        times = []
        for _ in range(3):
            page = context.new_page()
            context.set_offline(is_offline)
            _slow(page, cpu, network=not is_offline)
            page.goto(program.sheet, wait_until="commit", timeout=LONGEST_MS)
            times.append(page.evaluate("firstTappable") / 1000)
            page.close()
        found.append(median(times))
    context.close()
    return found[0], found[1]


def _taps(browser: Browser, program: Program, address: str, *, cpu: float) -> list[float]:
    """Tap one radio button of each standard; return the milliseconds until each next picture."""
    context = _phone(browser, program, worker=False)
    page = context.new_page()
    _slow(page, cpu, network=False)
    page.goto(address)
    page.evaluate("firstTappable")
    page.wait_for_timeout(1500)
    while True:
        for fields in page.query_selector_all("fieldset"):
            choices = fields.query_selector_all('input[type="radio"]')
            for choice in choices[:2]:
                choice.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
                choice.tap(force=True)
                page.wait_for_timeout(60)
        onward = page.query_selector(".dock .next:not([hidden])")
        # The last three steps ask no standards.
        if not onward or page.inner_text("h1").startswith("Your last"):
            break
        onward.tap()
        page.wait_for_timeout(600)
    times: list[float] = page.evaluate("taps")
    context.close()
    return times


def _p95(times: list[float]) -> float:
    return sorted(times)[ceil(0.95 * len(times)) - 1]


if __name__ == "__main__":
    main()
