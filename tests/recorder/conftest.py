"""The recorder's modules in a real Chromium, served by our own routes behind the door."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.api import api_routes
from server.door import Door
from server.paths import nothing_routes
from server.photos import photo_routes
from server.recorder_files import recorder_routes
from server.requests import COOKIE
from server.security_headers import SecurityHeaders
from server.shell import shell_routes
from server.sign_in import sign_in_routes
from standards.editions import Edition
from standards.people import Person, Role
from standards.visits import Channel
from storage.door_sessions import open_session
from storage.people import add_account
from storage.sessions import in_session
from tests.browser.conftest import CHROMIUM, PHONE, QUIET, chromium
from tests.builders import a_brand, a_channel, an_edition

__all__ = ["chromium"]

# A page of ours that runs nothing: tests bring in the modules they are about.
STILL_PAGE = "/recorder/offline.html"


@dataclass
class Place:
    """A running server, one shopper, and what they may visit."""

    address: str
    person: Person
    channel: Channel
    edition: Edition

    @property
    def begun(self) -> dict[str, Any]:
        """Return what `newVisit` of documents.js takes."""
        return {"channelId": self.channel.id, "editionId": self.edition.id}


@contextmanager
def serving(port: int = 0) -> Iterator[str]:
    """Serve our own routes in a thread; give the address."""
    routes = [
        *recorder_routes(),
        *shell_routes(),
        *photo_routes(),
        *sign_in_routes(),
        *api_routes(),
        *nothing_routes(),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(SecurityHeaders), Middleware(Door)])
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 60
    while not server.started and thread.is_alive() and monotonic() < until:
        sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(20)


@pytest.fixture
def place(data_folder) -> Iterator[Place]:
    """Serve the recorder to one shopper with one channel and one edition."""
    with in_session() as session:
        person = add_account(session, "Ann", "ann@company.example", Role.SHOPPER)
        channel = a_channel(session, a_brand(session, is_own=True))
        edition = an_edition(session)
    with serving() as address:
        yield Place(address, person, channel, edition)


@pytest.fixture
def phone(chromium: Browser, place: Place) -> Iterator[BrowserContext]:
    """Give a phone's browser that is signed in; its tabs share what is kept."""
    context = chromium.new_context(
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        timezone_id="Europe/Berlin",
        locale="en-GB",
        service_workers="block",
    )
    sign_in(context, place.address, place.person)
    yield context
    context.close()


@pytest.fixture
def real_tab(chromium: Browser, place: Place, tmp_path: Path) -> Iterator[Page]:
    """
    Open a tab of a browser that keeps what it stores on the disk; nothing is brought in yet.

    The others keep it in memory, where room never ends.
    """
    context = chromium.browser_type.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=str(CHROMIUM), args=QUIET, service_workers="block"
    )
    sign_in(context, place.address, place.person)
    page = context.new_page()
    page.goto(f"{place.address}{STILL_PAGE}")
    yield page
    context.close()


@pytest.fixture
def new_tab(phone: BrowserContext, place: Place) -> Callable[[], Page]:
    """Open tabs in which modules can be brought in, with the person's store as `store`."""

    def opened() -> Page:
        page = phone.new_page()
        page.goto(f"{place.address}{STILL_PAGE}")
        bring_in(page, place.person)
        return page

    return opened


@pytest.fixture
def tab(new_tab: Callable[[], Page]) -> Page:
    """Open one such tab."""
    return new_tab()


def sign_in(context: BrowserContext, address: str, person: Person) -> None:
    """Give a browser the cookie of a person's session."""
    with in_session() as session:
        token = open_session(session, person.id, device="Chrome on Android")
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])


def bring_in(page: Page, person: Person) -> None:
    """Put the modules on the page's `window`, and the person's store."""
    page.evaluate(
        """async (key) => {
            for (const name of ["store", "documents", "queue", "locks", "sync", "archive"]) {
                Object.assign(window, await import(`/recorder/${name}.js`));
            }
            window.store = await openStore(key);
            window.told = [];
            for (const name of ["changed", "failed", "full", "closed"]) {
                store.addEventListener(name, ({ detail }) => told.push({ name, ...detail }));
            }
        }""",
        str(person.id),
    )


def until(page: Page, expression: str, argument: Any = None, seconds: float = 15) -> Any:
    """Wait until something holds on a page, whose policy keeps Playwright's own waiting out."""
    end = monotonic() + seconds
    while not (found := page.evaluate(expression, argument)):
        assert monotonic() < end, f"never came: {expression}"
        page.wait_for_timeout(25)
    return found
