"""The real program and a real Chromium: started, killed and looked at as a person's phone would."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from playwright.sync_api import TimeoutError as NotInTime

from server.requests import COOKIE
from standards.people import Person, Role
from storage.door_sessions import open_session
from storage.people import add_account
from storage.sessions import close_database, in_session

PROJECT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
# The same without windows, tabs and menus, which take three times as long to open. It installs no apps.
WITHOUT_WINDOWS = Path("/usr/bin/chromium-headless-shell")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = ViewportSize(width=390, height=844)
START_SECONDS = 60


class Server:
    """The program as the README starts it, on a port of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        options = [
            "--server.port",
            str(self.port),
            "--server.headless",
            "true",
            "--server.address",
            "127.0.0.1",
        ]
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data.parent / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options],
                cwd=PROJECT,
                env=os.environ | {"SECOND_VISIT_DATA": str(self.data)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_healthy()

    def wait_until_healthy(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.1)
        pytest.fail(f"the server did not start: {self.log()}")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def log(self) -> str:
        return (self.data.parent / "server.log").read_text(errors="replace")[-4000:]


@pytest.fixture
def server(data_folder: Path) -> Iterator[Server]:
    """Start the program on this test's own data folder."""
    started = Server(data_folder)
    started.start()
    yield started
    started.kill()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """
    Start Debian's Chromium; no browser is downloaded.

    It ends with its module: while it runs, Playwright's event loop keeps other tests from having their own.
    """
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed (Debian's package chromium)")
    with sync_playwright() as playwright:
        program = WITHOUT_WINDOWS if WITHOUT_WINDOWS.exists() else CHROMIUM
        browser = playwright.chromium.launch(executable_path=str(program), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open a phone-sized page with a finger instead of a mouse; its last sight stays in `tmp_path`."""
    context = chromium.new_context(
        viewport=PHONE, has_touch=True, is_mobile=True, timezone_id="Europe/Berlin", locale="en-GB"
    )
    page = context.new_page()
    yield page
    page.screenshot(path=tmp_path / "last_sight.png")
    context.close()


@pytest.fixture
def signed_in(server: Server, phone: Page, data_folder: Path) -> Person:
    """Sign the phone in as an owner, past the sign-in page."""
    return sign_in(phone, server)


def sign_in(page: Page, server: Server) -> Person:
    """Give a page the cookie of an owner's session."""
    with in_session() as session:
        person = add_account(session, "Olive", "olive@example.com", Role.OWNER)
        token = open_session(session, person.id, device="Chrome on Android")
    close_database()
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])
    return person


def settle(page: Page) -> None:
    """Wait until Streamlit has drawn what the last tap asked for."""
    # The tap has to reach the server before "running" can be seen to end. Not every tap asks for something.
    with suppress(NotInTime):
        page.wait_for_function(
            """() => {
                const app = document.querySelector('[data-testid="stApp"]');
                return app && app.dataset.testScriptState !== "notRunning";
            }""",
            timeout=250,
        )
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            return app && app.dataset.testScriptState === "notRunning"
                && !document.querySelector('[data-testid="stConnectionStatus"]');
        }""",
        timeout=30_000,
    )
    page.wait_for_timeout(100)


def visit_page(page: Page, address: str) -> None:
    """Open an address and wait until it is drawn."""
    page.goto(address)
    page.wait_for_selector('[data-testid="stMain"]', timeout=30_000)
    settle(page)
