"""In a browser that can install: the whole program is an app, on every page, and opens quickly again."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import PHONE, PROJECT, QUIET, Server, sign_in, visit_page

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    }
    return found;
}"""
PAGES = sorted(
    file.stem for file in (PROJECT / "pages").glob("*.py") if file.stem not in ("__init__", "frame", "home")
)


@pytest.fixture
def installing(chromium: Browser, server: Server, tmp_path: Path) -> Iterator[Page]:
    """Open a browser with a profile on the disk: in a private window nothing can be installed."""
    context = profile(chromium, tmp_path)
    page = context.new_page()
    sign_in(page, server)
    yield page
    context.close()


def profile(chromium: Browser, folder: Path) -> BrowserContext:
    return chromium.browser_type.launch_persistent_context(
        str(folder / "profile"),
        executable_path="/usr/bin/chromium",
        args=QUIET,
        viewport=PHONE,
        is_mobile=True,
        has_touch=True,
    )


def what_hinders(page: Page) -> list[str]:
    """Return why a browser would not install from this page, and what is wrong with the manifest."""
    asking = page.context.new_cdp_session(page)
    page.wait_for_timeout(300)
    errors = asking.send("Page.getInstallabilityErrors")["installabilityErrors"]
    read = asking.send("Page.getAppManifest")
    asking.detach()
    assert urlsplit(read["url"]).path == "/app.webmanifest"
    return [*(error["errorId"] for error in errors), *(error["message"] for error in read["errors"])]


def test_line_32_every_page_can_be_installed(installing: Page, server: Server):
    ids = set()
    for path in ["recorder/", "recorder/?from=home-screen", "", *PAGES]:
        if path.startswith("recorder"):
            installing.goto(f"{server.address}/{path}")
        else:
            visit_page(installing, f"{server.address}/{path}")
        assert what_hinders(installing) == [], path
        asking = installing.context.new_cdp_session(installing)
        ids.add(asking.send("Page.getAppId")["appId"])
        asking.detach()
    assert ids == {f"{server.address}/?app=second-visit"}


def test_line_29_of_streamlit_only_files_with_their_hash_are_kept(installing: Page, server: Server):
    visit_page(installing, server.address)
    installing.evaluate("async () => { await navigator.serviceWorker.ready; }")
    for path in ("", "compare_brands", "read_visits"):
        visit_page(installing, f"{server.address}/{path}")
    kept = installing.evaluate(KEPT)
    theirs = [path for path in kept if not path.startswith("/recorder/")]
    assert len(theirs) > 60
    assert [path for path in theirs if not path.startswith("/static/")] == []
    assert [path for path in theirs if len(path.rsplit(".", 2)) < 3] == []


def test_the_second_opening_fetches_none_of_streamlits_files(
    installing: Page, server: Server, chromium: Browser, tmp_path: Path
):
    for _ in range(2):
        visit_page(installing, server.address)
        installing.evaluate("async () => { await navigator.serviceWorker.ready; }")
    cookies = installing.context.cookies()
    installing.context.close()
    # Another day: only the worker's files are left, what the browser itself kept is gone.
    context = profile(chromium, tmp_path)
    # It lasts as long as the browser; the session it names is still open.
    for cookie in cookies:
        context.add_cookies([{"name": cookie["name"], "value": cookie["value"], "url": server.address}])
    page = context.new_page()
    asking = context.new_cdp_session(page)
    asking.send("Network.clearBrowserCache")
    fetched: list[str] = []
    page.on(
        "response",
        lambda answer: None if answer.from_service_worker else fetched.append(urlsplit(answer.url).path),
    )
    visit_page(page, server.address)
    assert [path for path in fetched if path.startswith(("/static/", "/recorder/"))] == []
    context.close()
