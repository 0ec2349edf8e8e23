"""Screens that most people never see: a conflict, trouble, shared photos, and what the server refused."""

import io
import json
import re
import zipfile
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_standard, an_edition
from tests.npm import npm_package
from tests.pictures import turned
from tests.recorder.conftest import Place, until
from tests.recorder.keeping import BREAK
from tests.recorder.looks import assert_clear, assert_fits, show_text_at
from tests.recorder.sheet import PATIENCE_MS
from tests.recorder.syncing import conflicting, kept, photos_of, record

LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller"
# As the service worker keeps them (sw.js).
KEEP_SHARED = """async (contents) => {
    const database = await new Promise((resolve) => {
        const opening = indexedDB.open("second-visit-shared", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("files", { autoIncrement: true });
        opening.onsuccess = () => resolve(opening.result);
    });
    const writing = database.transaction("files", "readwrite");
    for (const content of contents) {
        const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)).buffer;
        writing.objectStore("files").add({ name: "IMG_1.jpg", type: "image/jpeg", bytes });
    }
    await new Promise((resolve) => { writing.oncomplete = resolve; });
    database.close();
}"""
SIZES = [
    (320, 640, 100),
    (390, 844, 100),
    (390, 844, 200),
    (768, 1024, 100),
    (844, 390, 100),
    (1280, 900, 100),
]
SHARED = """import("/recorder/shared.js").then(({ countShared }) => countShared())"""


@pytest.fixture
def wordy(place):
    """Give a channel, a set and a standard names that no line holds."""
    with in_session() as session:
        channel = a_channel(session, a_brand(session, f"Brand {LONG_WORD}"), f"{LONG_WORD}, ground floor")
        statement = f"The {LONG_WORD} greets within half a minute and says where to wait."
        edition = an_edition(session, [a_standard("A", statement=statement)], name=f"Set {LONG_WORD}")
    return replace(place, channel=channel, edition=edition)


def opened(phone: BrowserContext, place: Place, route: str) -> Page:
    page = phone.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{place.address}/recorder/#{route}")
    page.wait_for_selector("#screen h1")
    return page


def conflict_screen(tab, phone, place) -> Page:
    visit = conflicting(tab, place, photos=1)
    tab.evaluate("sync.stop()")
    tab.evaluate(
        """async ({ id, answers }) => {
            const visit = await store.visit(id);
            answers = { A: { ...answers.A, value: 0, note: "Nobody came for a quarter of an hour." } };
            await store.saveVisit({ ...visit, answers, story: `${"Long story. ".repeat(20)}` });
        }""",
        visit,
    )
    return opened(phone, place, f"conflict={visit['id']}")


def trouble_screen(tab, phone, place) -> Page:
    visit = record(tab, place, state="draft")
    page = opened(phone, place, f"visit={visit['id']}")
    page.fill("textarea", f"Two tills open, and a {LONG_WORD}.")
    page.evaluate(BREAK, ["lost", 999])
    page.fill("textarea", f"Three tills open, and a {LONG_WORD}.")
    page.wait_for_selector("#trouble")
    return page


def full_screen(tab, phone, place) -> Page:
    visit = record(tab, place, photos=1, state="draft")
    page = opened(phone, place, f"visit={visit['id']}")
    page.evaluate(BREAK, ["full", 99])
    page.fill("textarea", "Three tills open.")
    page.wait_for_selector("#trouble")
    return page


def shared_screen(tab, phone, place, *contents: bytes) -> Page:
    for number in range(2):
        record(tab, place, state="draft", story=f"visit {number}")
    share(tab, *(contents or [turned(6), turned(1), turned(3)]))
    return opened(phone, place, "shared")


def refused_screen(tab, phone, place) -> Page:
    visit = record(tab, place)
    tab.evaluate(
        """id => store.changeVisit(id, (visit) => ({ ...visit, state: "needs-you", problemCode: "PHOTO-1",
            problem: "Photo 3 cannot be read. Your answers are saved. Take the photo again, or send the "
                + "visit without it." }))""",
        visit["id"],
    )
    return opened(phone, place, f"visit={visit['id']}")


def missing_screen(tab, phone, place) -> Page:
    return opened(phone, place, "visit=0f8fad5b-d9cb-469f-a165-70867728950e")


SCREENS = {
    "conflict": conflict_screen,
    "trouble": trouble_screen,
    "no room": full_screen,
    "shared photos": shared_screen,
    "refused": refused_screen,
    "missing": missing_screen,
}


def share(tab: Page, *contents: bytes) -> None:
    tab.evaluate(KEEP_SHARED, [b64encode(content).decode() for content in contents])


@pytest.mark.parametrize("screen", SCREENS)
def test_line_39_on_no_screen_is_anything_cut_off_or_too_small_to_tap(wordy, tab, phone, screen):
    page = SCREENS[screen](tab, phone, wordy)
    for width, height, text in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        show_text_at(page, text)
        assert_fits(page, f"{screen}, {width} × {height}, text at {text} %")


@pytest.mark.parametrize("screen", SCREENS)
def test_line_40_every_text_of_these_screens_is_clear(wordy, tab, phone, screen):
    page = SCREENS[screen](tab, phone, wordy)
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        # A button's colour fades in.
        page.wait_for_timeout(300)
        assert_clear(page, theme, screen)


@pytest.mark.parametrize("screen", SCREENS)
def test_line_41_axe_finds_nothing_on_these_screens(wordy, tab, phone, screen):
    page = SCREENS[screen](tab, phone, wordy)
    page.evaluate((npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8"))
    told = "({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html])"
    assert not page.evaluate(f"axe.run().then({told})")


def test_line_19_the_conflict_screen_shows_both_and_a_copy_of_mine_goes_on_beside_theirs(place, tab, phone):
    page = conflict_screen(tab, phone, place)
    shown = page.locator(".difference").filter(has_text="The story of the visit")
    expect(shown.locator("dd")).to_have_text(["Long story. " * 20, "written at a desk"])
    answer = page.locator(".difference").filter(has_text="Statement A")
    expect(answer.locator("dd")).to_have_text(["no · Nobody came for a quarter of an hour.", "yes"])
    expect(page.locator(".head .where")).to_contain_text("High Street 1")
    old = page.url.rpartition("=")[2]
    page.click("#keep-mine")
    page.wait_for_selector(".dock .next")
    copy = page.url.rpartition("=")[2]
    assert copy != old
    assert kept(tab, {"id": old})["story"] == "written at a desk"
    assert kept(tab, {"id": copy})["answers"]["A"]["note"] == "Nobody came for a quarter of an hour."
    assert len(photos_of(tab, {"id": copy})) == 1


def test_line_19_the_servers_is_taken_only_at_a_second_tap(place, tab, phone):
    page = conflict_screen(tab, phone, place)
    visit = {"id": page.url.rpartition("=")[2]}
    page.click("#take-theirs")
    expect(page.locator("#take-theirs")).to_have_text("Give up mine for good")
    expect(page.locator("#said")).to_contain_text("Tap again")
    assert kept(tab, visit)["story"].startswith("Long story.")
    page.click("#take-theirs")
    page.wait_for_selector(".dock .next")
    assert kept(tab, visit)["story"] == "written at a desk"


def test_line_19_a_photo_that_only_this_phone_has_is_named_before_it_is_given_up(place, tab, phone):
    visit = conflicting(tab, place, photos=1)
    tab.evaluate("sync.stop()")
    tab.evaluate(
        """async (id) => {
            const [photo] = await store.photosOf(id);
            await store.changePhoto(photo.id, { bytes: new Uint8Array([1, 2, 3]).buffer });
        }""",
        visit["id"],
    )
    page = opened(phone, place, f"conflict={visit['id']}")
    photos = page.locator(".difference").filter(has_text="Photos")
    expect(photos.locator("dd").first).to_have_text("1 photo, 1 only here")


def test_line_05_what_could_not_be_kept_is_over_the_whole_screen_and_can_be_copied(place, tab, phone):
    phone.grant_permissions(["clipboard-read", "clipboard-write"])
    page = trouble_screen(tab, phone, place)
    trouble = page.get_by_role("dialog")
    expect(trouble).to_contain_text("What was kept before is safe")
    expect(trouble.get_by_label("What could not be kept")).to_have_value(re.compile("tills open"))
    trouble.get_by_role("button", name="Copy the text").click()
    expect(trouble.get_by_role("button", name="Copied")).to_be_visible()
    assert "tills open" in page.evaluate("navigator.clipboard.readText()")
    page.evaluate("broken = 999")
    trouble.get_by_role("button", name="Close").click()
    expect(trouble).to_have_count(0)
    page.fill("textarea", "It is kept again.")
    visit = {"id": page.url.rpartition("=")[2]}
    until(
        tab, "id => store.visit(id).then((one) => one.firstImpression === 'It is kept again.')", visit["id"]
    )


def contents_of(download) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(download.path().read_bytes())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def assert_whole(files: dict[str, bytes], visit) -> None:
    hashes = json.loads(files.pop("hashes.json"))
    assert hashes == {name: sha256(content).hexdigest() for name, content in files.items()}
    document = json.loads(files["visit.json"])
    assert document["id"] == visit["id"]
    named = {f"photos/{photo['id']}.jpg": photo["sha256"] for photo in document["photos"]}
    assert {name: hashes[name] for name in named} == named
    assert set(files) == {"visit.json", *named}


def test_line_06_without_room_the_export_file_is_offered_and_whole(place, tab, phone):
    page = full_screen(tab, phone, place)
    trouble = page.get_by_role("dialog")
    expect(trouble.get_by_role("heading")).to_have_text("No room left")
    with page.expect_download() as downloading:
        trouble.get_by_role("button", name="Save the export file").click()
    files = contents_of(downloading.value)
    assert len(files) == 3
    assert_whole(files, {"id": page.url.rpartition("=")[2]})


def test_line_06_without_room_outside_a_visit_it_leads_to_the_export_files(place, tab, phone):
    visit = record(tab, place, photos=2, state="draft")
    page = opened(phone, place, "new")
    page.evaluate(
        """async (id) => {
            const { openTrouble } = await import("/recorder/screens/trouble.js");
            openTrouble({ kind: "full", words: "There is no room left on this phone." }, {});
        }""",
        visit["id"],
    )
    page.get_by_role("link", name="Save export files").click()
    page.wait_for_selector(".facts dt")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="High Street 1").click()
    assert_whole(contents_of(downloading.value), visit)


def test_line_32_shared_photos_go_to_the_visit_that_is_chosen_and_only_there(place, tab, phone):
    page = shared_screen(tab, phone, place, turned(6), turned(1))
    expect(page.locator(".pictures img")).to_have_count(2)
    chosen, other = [one.get_attribute("data-visit") for one in page.locator(".visit-card").all()]
    page.locator(f'[data-visit="{chosen}"]').click()
    page.wait_for_selector(".dock .next")
    assert page.evaluate(SHARED) == 0
    assert len(photos_of(tab, {"id": chosen})) == 2
    assert photos_of(tab, {"id": other}) == []


def test_line_32_a_shared_photo_stays_until_the_visit_has_it(place, tab, phone):
    page = shared_screen(tab, phone, place, turned(6), turned(1))
    page.evaluate(
        """() => {
            const start = IDBDatabase.prototype.transaction;
            IDBDatabase.prototype.transaction = function (names, ...given) {
                if (given[0] === "readwrite" && names.includes("photo_bytes")) {
                    throw new DOMException("server lost", "UnknownError");
                }
                return start.call(this, names, ...given);
            };
        }"""
    )
    page.locator(".visit-card").first.click()
    page.wait_for_selector("#trouble")
    assert page.evaluate(SHARED) == 2


def test_line_32_shared_photos_are_left_out_only_at_a_second_tap(place, tab, phone):
    page = shared_screen(tab, phone, place, turned(6), turned(1))
    leave = page.locator(".shared > button")
    leave.click()
    expect(leave).to_have_text("Remove 2 photos from here")
    assert page.evaluate(SHARED) == 2
    leave.click()
    page.wait_for_selector(".visit-card")
    until(page, f"{SHARED}.then((count) => count === 0)")


def test_a_visit_whose_standards_come_later_opens_when_they_are_there(place, tab, phone):
    visit = record(tab, place, state="draft")
    tab.evaluate("store.saveSheet('', { person: { id: -1 }, channels: [], editions: [], visits: [] })")
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    phone.route("**/api/v1/sheets", hold)
    page = opened(phone, place, f"visit={visit['id']}")
    expect(page.get_by_role("heading")).to_have_text("Not here yet")
    while not asked:
        page.wait_for_timeout(25)
    for route in asked:
        route.continue_()
    expect(page.get_by_role("heading", name="Your first impression")).to_be_visible()
