"""The service worker in a real browser: what it keeps, what it never keeps, and how it gives way."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from server import recorder_files
from server.recorder_files import shell_files
from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from tests.browser.conftest import PHONE
from tests.builders import a_brand, a_channel, an_edition
from tests.pictures import sent, turned
from tests.recorder.conftest import Place, serving, sign_in

# Every file kept in every cache, by its path.
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) found.push(new URL(url).pathname);
    }
    return found;
}"""
READY = """navigator.serviceWorker.controller
    && navigator.serviceWorker.ready.then(({ active }) => active?.state === "activated")"""
ADD_FORM = """() => {
    const form = document.createElement("form");
    const to = { method: "POST", enctype: "multipart/form-data", action: "/recorder/share" };
    const input = document.createElement("input");
    Object.assign(input, { type: "file", name: "photos", multiple: true });
    form.append(input);
    document.body.append(Object.assign(form, to));
}"""
OFFLINE_TITLE = "No connection"


class Phone:
    """A browser whose worker may work, and the server it talks to, which can go away and come back."""

    def __init__(self, context: BrowserContext, place: Place, servers: ExitStack) -> None:
        self.context, self.place, self._servers = context, place, servers
        self.port = int(place.address.rsplit(":", 1)[1])

    def open(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(f"{self.place.address}{path}")
        return page

    def install(self) -> Page:
        """Open the recorder and wait until it would open without signal."""
        page = self.open("/recorder/")
        wait_until(page, READY)
        return page

    def lose_signal(self) -> None:
        self._servers.close()

    def find_signal(self) -> None:
        self._servers.enter_context(serving(self.port))


@pytest.fixture
def phone(chromium: Browser, data_folder: Path) -> Iterator[Phone]:
    with in_session() as session:
        person = add_account(session, "Ann", "ann@company.example", Role.SHOPPER)
        channel = a_channel(session, a_brand(session, is_own=True))
        edition = an_edition(session)
    with ExitStack() as servers:
        place = Place(servers.enter_context(serving()), person, channel, edition)
        context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
        sign_in(context, place.address, person)
        yield Phone(context, place, servers)
        context.close()


def wait_until(page: Page, promised: str) -> None:
    """Wait until a promise comes to something true; Playwright's own waiting does not look into promises."""
    until = monotonic() + 20
    while not page.evaluate(promised):
        assert monotonic() < until, promised
        page.wait_for_timeout(50)


def kept(page: Page) -> list[str]:
    return sorted(page.evaluate(KEPT))


def save_draft(page: Page, place: Place) -> str:
    """Keep a draft as the recorder does; return its id."""
    made = page.evaluate(
        """async ([key, begun]) => {
            const { openStore } = await import("/recorder/store.js");
            const { newVisit } = await import("/recorder/documents.js");
            const store = await openStore(key);
            const visit = { ...newVisit(begun), story: "Nobody at the till" };
            await store.saveVisit(visit);
            return visit.id;
        }""",
        [str(place.person.id), place.begun],
    )
    return str(made)


def story_of(page: Page, place: Place, visit_id: str) -> str:
    return str(
        page.evaluate(
            """async ([key, id]) => {
                const { openStore } = await import("/recorder/store.js");
                return (await (await openStore(key)).visit(id)).story;
            }""",
            [str(place.person.id), visit_id],
        )
    )


def test_line_29_only_the_listed_files_are_kept(phone):
    page = phone.install()
    for path in (
        "/api/v1/sheets",
        "/api/v1/person",
        "/recorder/version.json",
        "/recorder/recover",
        "/api/v1/openapi.json",
    ):
        assert page.evaluate("(path) => fetch(path).then(({ status }) => status)", path) == 200
    assert kept(page) == sorted(shell_files())


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/static/js/index.DormvYxC.js", "a sign-in page"),
        ("/static/js/index.DormvYxD.js", "not found"),
        ("/static/js/index.js", "a script without a hash"),
        ("/photos/1", "a photo"),
        ("/media/abcdefgh.jpg", "a picture of a page"),
    ],
)
def test_line_29_nothing_is_kept_that_is_not_what_was_asked_for(phone, path, answer):
    page = phone.install()
    fulfilled: dict[str, dict[str, Any]] = {
        "a sign-in page": {"status": 200, "content_type": "text/html", "body": "<h1>Sign in</h1>"},
        "not found": {"status": 404, "content_type": "text/javascript", "body": ""},
        "a script without a hash": {"status": 200, "content_type": "text/javascript", "body": "1"},
        "a photo": {"status": 200, "content_type": "image/jpeg", "body": sent()},
        "a picture of a page": {"status": 200, "content_type": "image/jpeg", "body": sent()},
    }
    phone.context.route(f"**{path}", lambda route: route.fulfill(**fulfilled[answer]))
    page.evaluate("(path) => fetch(path).then((found) => found.text())", path)
    assert kept(page) == sorted(shell_files())


@pytest.mark.parametrize("start", ["?from=home-screen", "", "?utm=1&x=%20y#new", "?from=home-screen#shared"])
def test_line_30_the_recorder_opens_without_signal_with_any_query(phone, start):
    visit_id = save_draft(phone.install(), phone.place)
    phone.lose_signal()
    page = phone.open(f"/recorder/{start}")
    expect(page).to_have_title("Visits")
    page.wait_for_function("() => document.querySelector('#screen').children.length > 0")
    assert story_of(page, phone.place, visit_id) == "Nobody at the till"


@pytest.mark.parametrize(
    "path", ["/", "/read_visits", "/compare_brands?brand=1", "/sign-in", "/recorder/recover"]
)
def test_line_30_any_other_page_leads_to_the_recorder(phone, path):
    phone.install().close()
    phone.lose_signal()
    page = phone.open(path)
    expect(page).to_have_title(OFFLINE_TITLE)
    page.get_by_role("link", name="Open the recorder").click()
    expect(page).to_have_title("Visits")


def test_line_30_with_signal_pages_come_from_the_server(phone):
    phone.install().close()
    expect(phone.open("/sign-in")).not_to_have_title(OFFLINE_TITLE)


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Put a newer version of the recorder on the server, as an update of the program does."""
    caches = (recorder_files.shell_files, recorder_files.shell_version, recorder_files._hashes)
    made = (*caches, recorder_files._worker, recorder_files._files, recorder_files._start_modules)

    def forget() -> None:
        for one in made:
            one.cache_clear()

    def update() -> None:
        folder = tmp_path / "newer"
        shutil.copytree(recorder_files._ROOM, folder)
        script = folder / "install.js"
        script.write_text(script.read_text(encoding="utf-8") + '\nglobalThis.version = "newer";\n')
        monkeypatch.setattr(recorder_files, "_ROOM", folder)
        forget()

    yield update
    monkeypatch.undo()
    forget()


def test_line_31_a_new_version_waits_for_a_tap_then_reloads_once_with_drafts_intact(phone, newer):
    page = phone.install()
    visit_id = save_draft(page, phone.place)
    phone.lose_signal()
    newer()
    phone.find_signal()
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
    banner = page.locator("#new-version")
    expect(banner).to_contain_text("A new version is ready")
    assert page.evaluate("globalThis.version") is None
    # It waits as long as nobody taps: a reload shows the version of before, and asks again.
    page.reload()
    expect(banner).to_be_visible()
    assert page.evaluate("globalThis.version") is None
    loads: list[str] = []
    page.on("load", lambda: loads.append(page.url))
    banner.get_by_role("button", name="Update").click()
    page.wait_for_function("() => globalThis.version === 'newer'")
    page.wait_for_timeout(1000)
    assert len(loads) == 1
    expect(banner).to_have_count(0)
    assert story_of(page, phone.place, visit_id) == "Nobody at the till"
    assert kept(page) == sorted(shell_files())


def test_line_31_a_worker_never_keeps_half_of_one_version_and_half_of_another(phone, newer):
    page = phone.install()
    before = kept(page)
    newer()
    # The list is new, and one file comes as it was: from a proxy's cache, or another server's disk.
    old = (Path(recorder_files.__file__).parent / "recorder" / "install.js").read_text(encoding="utf-8")
    phone.context.route(
        "**/recorder/install.js", lambda route: route.fulfill(body=old, content_type="text/javascript")
    )
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update().catch(() => {}))")
    page.wait_for_timeout(1500)
    expect(page.locator("#new-version")).to_have_count(0)
    assert [path for path in kept(page) if path in before] == kept(page)


def test_line_31_the_version_is_asked_of_the_server_alone(phone):
    page = phone.install()
    ask = "fetch('/recorder/version.json').then((found) => found.json(), () => null)"
    assert page.evaluate(ask) == {"version": recorder_files.shell_version()}
    phone.lose_signal()
    assert page.evaluate(ask) is None


def test_line_31_recovering_forgets_the_program_and_never_what_was_recorded(phone):
    visit_id = save_draft(phone.install(), phone.place)
    page = phone.open("/recorder/recover")
    expect(page.get_by_role("status")).to_contain_text("Done.")
    assert kept(page) == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0
    assert story_of(page, phone.place, visit_id) == "Nobody at the till"
    page.get_by_role("link", name="Open the recorder").click()
    expect(page).to_have_title("Visits")


def test_line_31_the_server_can_have_the_worker_remove_itself(phone, monkeypatch):
    page = phone.install()
    visit_id = save_draft(page, phone.place)
    monkeypatch.setenv("SECOND_VISIT_SERVICE_WORKER", "off")
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
    wait_until(page, "navigator.serviceWorker.getRegistrations().then((found) => !found.length)")
    assert kept(page) == []
    assert story_of(page, phone.place, visit_id) == "Nobody at the till"
    # A later page does not come back to it for ever.
    later = phone.open("/recorder/")
    expect(later).to_have_title("Visits")
    later.wait_for_timeout(1000)
    assert kept(later) == []


def share(page: Page, *contents: bytes) -> None:
    """Send photos as another app on the phone does, by the form that the manifest names."""
    page.evaluate(ADD_FORM)
    page.locator("form input").set_input_files(
        [
            FilePayload(name=f"IMG_{number}.jpg", mimeType="image/jpeg", buffer=content)
            for number, content in enumerate(contents)
        ]
    )
    page.evaluate("document.querySelector('form[enctype]').submit()")


def test_line_32_photos_shared_from_another_app_are_offered_to_a_visit(phone):
    visit_id = save_draft(phone.install(), phone.place)
    # Without signal, too.
    phone.lose_signal()
    page = phone.open("/recorder/offline.html")
    share(page, turned(6), turned(1))
    expect(page.get_by_role("heading", name="Shared photos")).to_be_visible()
    assert page.url.endswith("/recorder/#shared")
    expect(page.locator("img")).to_have_count(2)
    # They wait as long as nobody has decided.
    page.get_by_role("link", name="Go to your visits").click()
    page.get_by_role("link", name="Put 2 shared photos into a visit").click()
    page.locator(f"[data-visit='{visit_id}']").click()
    page.wait_for_function("() => location.hash.startsWith('#visit=')")
    found = page.evaluate(
        """async ([key, id]) => {
            const { openStore } = await import("/recorder/store.js");
            const { finishPhotos } = await import("/recorder/photo.js");
            const { countShared } = await import("/recorder/shared.js");
            const store = await openStore(key);
            await finishPhotos(store);
            const photos = await store.photosOf(id);
            return { left: await countShared(), states: photos.map(({ state }) => state) };
        }""",
        [str(phone.place.person.id), visit_id],
    )
    assert found == {"left": 0, "states": ["ready", "ready"]}
    assert kept(page) == sorted(shell_files())


def test_line_32_a_share_that_brought_nothing_says_so(phone):
    phone.install()
    page = phone.open("/recorder/offline.html")
    share(page)
    expect(page.get_by_text("They are still in the app they came from")).to_be_visible()
