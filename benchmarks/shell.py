"""Measures what opening the manager's pages costs over the wire: our shell beside Streamlit as it comes."""

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
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.slow_network import SLOW_4G, SlowNetwork, slow_network
from server.compression import PackedContent
from server.paths import static_folder
from server.requests import COOKIE
from server.shell import assets_cache
from standards.people import Role
from storage.door_sessions import hash_token, open_session
from storage.example import load_example
from storage.people import add_account
from storage.sessions import close_database, in_session

PROJECT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
OURS = [sys.executable, "-m", "streamlit", "run", "app.py"]
START_SECONDS = 60
# So long nothing passes before an opening counts as over; the service worker fetches after the page.
QUIET_SECONDS = 3.0
LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Opening:
    """One opening of a page: bytes from the server, and seconds until it was drawn."""

    kilobytes: float
    drawn_seconds: float


def main() -> None:
    """Print one line of JSON: for both, the first visit, the first page with a chart, the second opening."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu", type=float, default=4.0, help="how many times slower the phone is")
    parser.add_argument("--without-stock", action="store_true", help="measure ours alone")
    arguments = parser.parse_args()
    cpu = arguments.cpu
    with TemporaryDirectory() as folder:
        os.environ["SECOND_VISIT_DATA"] = str(Path(folder) / "data")
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        load_example()
        with in_session() as session:
            owner = add_account(session, "Olive", "olive@example.com", Role.OWNER)
            token = open_session(session, owner.id, device="A phone")
        close_database()
        shown = {"ours": _measure(OURS, token, cpu, Path(folder) / "ours")}
        if not arguments.without_stock:
            stock = _stock(token, owner.id, Path(folder))
            shown["stock"] = _measure(stock, token, cpu, Path(folder) / "stock")
    print(json.dumps({"network": "slow 4G", "cpu": cpu, **shown}))


def _stock(token: str, person_id: int, folder: Path) -> list[str]:
    """
    Start the same pages on Streamlit's own server: nothing of ours stands between it and the browser.

    Who is signed in comes from headers that the door sets; here one line of middleware does.
    """
    script = folder / "stock.py"
    lines = [
        "import streamlit as st",
        "from starlette.middleware import Middleware",
        "class SignedIn:",
        "    def __init__(self, app): self.app = app",
        "    async def __call__(self, scope, receive, send):",
        f"        known = [(b'x-second-visit-session', {hash_token(token).encode()!r}),",
        f"                 (b'x-second-visit-person', {str(person_id).encode()!r})]",
        "        if 'headers' in scope: scope = {**scope, 'headers': [*scope['headers'], *known]}",
        "        await self.app(scope, receive, send)",
        f"app = st.App({str(PROJECT / 'pages' / 'frame.py')!r}, middleware=[Middleware(SignedIn)])",
    ]
    script.write_text("\n".join(lines), encoding="utf-8")
    return [sys.executable, "-m", "streamlit", "run", str(script)]


@contextmanager
def running(command: list[str]) -> Iterator[int]:
    """Start a server on a free port; end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.port", str(port), "--server.headless", "true", "--server.address", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, *options],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_healthy(port)
        yield port
    finally:
        process.kill()
        process.wait()


def wait_until_healthy(port: int) -> None:
    """Wait until a server on this machine answers."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _measure(command: list[str], token: str, cpu: float, profile: Path) -> dict[str, float]:
    asked: set[str] = set()
    with running(command) as port:
        _open_all(port, token, profile.with_name(f"{profile.name}-warm"), cpu=1, asked=asked)
    # A server packs well once for all its starts, beside its first visitors: that is not what is measured.
    for name in asked:
        content = PackedContent((static_folder() / name).read_bytes(), name, assets_cache())
        if content.packed("br")[1]:
            content.pack_well()
    with running(command) as port:
        openings = _open_all(port, token, profile, cpu=cpu, asked=set())
    named = zip(("first_visit", "first_chart_page", "second_opening"), openings, strict=True)
    return {
        f"{name}_{unit}": value
        for name, opening in named
        for unit, value in (("kB", opening.kilobytes), ("drawn_s", opening.drawn_seconds))
    }


def _open_all(port: int, token: str, profile: Path, *, cpu: float, asked: set[str]) -> list[Opening]:
    """
    Open home, then a page with a chart, in a new browser; close it, and open home in it once more.

    Args:
        asked: filled with the names of Streamlit's files that were fetched.
    """
    openings = []
    with slow_network(port, SLOW_4G) as network, sync_playwright() as playwright:
        for addresses in (["", "compare_brands"], [""]):
            # A profile on the disk: the second opening is that of another day.
            context = playwright.chromium.launch_persistent_context(
                str(profile),
                executable_path=CHROMIUM,
                args=OPTIONS,
                viewport={"width": 390, "height": 844},
                is_mobile=True,
                has_touch=True,
            )
            context.add_cookies([{"name": COOKIE, "value": token, "url": network.address}])
            page = _page_of(context, cpu)
            page.on("response", lambda answer: _note(answer.url, asked))
            openings += [_open(page, network, f"{network.address}/{path}") for path in addresses]
            context.close()
    return openings


def _note(url: str, asked: set[str]) -> None:
    path = urlsplit(url).path
    if path.startswith("/static/"):
        asked.add(path.lstrip("/"))


def _page_of(context: BrowserContext, cpu: float) -> Page:
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    return page


def _open(page: Page, network: SlowNetwork, address: str) -> Opening:
    before, began = network.down_bytes, time.monotonic()
    page.goto(address, timeout=1000 * LONGEST_SECONDS, wait_until="commit")
    drawn = "[data-testid='stPlotlyChart'] .plot-container" if "compare" in address else "h1"
    page.wait_for_selector(drawn, timeout=1000 * LONGEST_SECONDS)
    drawn_seconds = time.monotonic() - began
    seen, quiet_since = network.down_bytes, time.monotonic()
    while time.monotonic() < min(quiet_since + QUIET_SECONDS, began + LONGEST_SECONDS):
        page.wait_for_timeout(200)
        if network.down_bytes != seen:
            seen, quiet_since = network.down_bytes, time.monotonic()
    return Opening(round((network.down_bytes - before) / 1000, 1), round(drawn_seconds, 2))


if __name__ == "__main__":
    main()
