"""The phone's store in a real browser: what it keeps, and whose it is."""

import json
import os
import signal
from hashlib import sha256

import pytest
from playwright.sync_api import Page

from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from tests.recorder.conftest import STILL_PAGE, bring_in, until
from tests.recorder.keeping import A_PHOTO, answers, save, stored, told


def test_line_01_an_answer_is_on_the_disk_within_300_ms_and_survives_the_page_being_killed(
    tab: Page, new_tab, place
):
    visit = save(tab, place)
    took = tab.evaluate(
        """async ([visit, answers]) => {
            const began = performance.now();
            await store.saveVisit({ ...visit, answers, place: "A" });
            return performance.now() - began;
        }""",
        [visit, answers(1)],
    )
    assert took < 300
    kill(tab)
    again = new_tab().evaluate("id => store.visit(id)", visit["id"])
    assert again["answers"]["A"]["value"] == 1
    assert again["place"] == "A"


def test_line_01_a_tap_on_the_screen_is_on_the_disk_within_300_ms_and_the_visit_opens_where_it_stood(
    tab: Page, phone, place
):
    visit = save(tab, place)
    screen = phone.new_page()
    screen.goto(f"{place.address}/recorder/#visit={visit['id']}")
    screen.get_by_role("button", name="Next").click()
    screen.get_by_role("heading", name="Till").wait_for()
    took = screen.evaluate(
        """async ([key, id]) => {
            const database = await new Promise((resolve) => {
                const opening = indexedDB.open(`second-visit-${key}`);
                opening.onsuccess = () => resolve(opening.result);
            });
            const answers = () => new Promise((resolve) => {
                const reading = database.transaction("visits").objectStore("visits").get(id);
                reading.onsuccess = () => resolve(reading.result.answers);
            });
            const began = performance.now();
            document.querySelector("input[type=radio]").click();
            while (!(await answers()).A) await new Promise((resolve) => setTimeout(resolve));
            return performance.now() - began;
        }""",
        [str(place.person.id), visit["id"]],
    )
    assert took < 300
    screen.wait_for_timeout(1_000)
    kill(screen)
    again = phone.new_page()
    again.goto(f"{place.address}/recorder/")
    again.get_by_role("heading", name="Till").wait_for()
    assert again.locator("input[type=radio]").first.is_checked()


def kill(tab: Page) -> None:
    """End the page's process as a phone does that needs the memory."""
    assert tab.context.browser
    running = tab.context.browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    with tab.expect_event("crash"):
        for process in running["processInfo"]:
            if process["type"] == "renderer":
                os.kill(process["id"], signal.SIGKILL)


def test_line_01_a_write_is_answered_only_when_its_transaction_is_complete(tab: Page, place):
    order = tab.evaluate(
        """async (begun) => {
            const order = [];
            const start = IDBDatabase.prototype.transaction;
            IDBDatabase.prototype.transaction = function (names, mode, options) {
                const made = start.call(this, names, mode, options);
                const said = `complete, ${mode}, ${options?.durability}`;
                made.addEventListener("complete", () => order.push(said));
                return made;
            };
            await store.saveVisit(newVisit(begun));
            order.push("answered");
            return order.slice(0, 2);
        }""",
        place.begun,
    )
    assert order == ["complete, readwrite, strict", "answered"]


def test_line_02_photos_are_kept_as_bytes_with_type_and_hash(tab: Page, place):
    visit = save(tab, place)
    photo_id = tab.evaluate(A_PHOTO, [visit["id"], 1000])
    kept = tab.evaluate(
        """(id) => new Promise((resolve) => {
            indexedDB.open(`second-visit-${store.personKey}`).onsuccess = ({ target }) => {
                const reading = target.result.transaction("photo_bytes").objectStore("photo_bytes").get(id);
                reading.onsuccess = () => {
                    const { bytes, ...facts } = reading.result;
                    target.result.close();
                    resolve({ facts, kind: bytes.constructor.name, all: [...new Uint8Array(bytes)] });
                };
            };
        })""",
        photo_id,
    )
    content = bytes((at * 7) % 251 for at in range(1000))
    assert bytes(kept["all"]) == content
    assert kept["kind"] == "ArrayBuffer"
    assert kept["facts"]["type"] == "image/jpeg"
    assert kept["facts"]["sha256"] == sha256(content).hexdigest()


@pytest.mark.parametrize("bytes_", ["new Blob(['x'])", "new File(['x'], 'x')", "new Uint8Array(3)"])
def test_line_02_anything_but_an_array_buffer_is_refused_before_it_is_written(tab: Page, place, bytes_):
    visit = save(tab, place)
    found = tab.evaluate(
        f"""async (visitId) => {{
            const bytes = {bytes_};
            return store.addPhoto({{ id: "p", visitId, code: null, type: "image/png", bytes, takenAt: null }})
                .then(() => "kept", (error) => error.name);
        }}""",
        visit["id"],
    )
    assert found == "TypeError"
    assert tab.evaluate("id => store.photosOf(id)", visit["id"]) == []


def test_line_08_what_a_newer_program_wrote_is_kept_as_it_is(tab: Page, place):
    visit = save(tab, place)
    newer = {**visit, "schema": 9, "newFact": {"kept": True}}
    tab.evaluate(
        """(newer) => new Promise((resolve) => {
            indexedDB.open(`second-visit-${store.personKey}`).onsuccess = ({ target }) => {
                const writing = target.result.transaction("visits", "readwrite");
                writing.objectStore("visits").put(newer);
                writing.oncomplete = () => { target.result.close(); resolve(); };
            };
        })""",
        newer,
    )
    assert tab.evaluate("store.visits()") == []
    assert tab.evaluate("store.countNewer()") == 1
    found = tab.evaluate("visit => store.saveVisit(visit).catch((error) => error.kind)", visit)
    taken = tab.evaluate(
        """async (id) => {
            const begun = newVisit({ channelId: 1, editionId: 1 });
            const document = { ...toDocument(begun, [], { sentAt: new Date() }), id, revision: 5 };
            return store.takeDocument(document, () => true).catch((error) => error.kind);
        }""",
        visit["id"],
    )
    assert (found, taken) == ("newer", "newer")
    assert stored(tab, "visits", visit["id"]) == newer


def test_line_08_a_newer_version_of_the_database_finds_everything_that_the_one_before_kept(
    new_tab, phone, place
):
    before = new_tab()
    visit = save(before, place, story="Two tills open")
    photo_id = before.evaluate(A_PHOTO, [visit["id"], 1000])
    before.evaluate("store.saveSheet('tag', { visits: [] })")
    before.close()

    def newer(route):
        answer = route.fetch()
        raised = answer.text().replace("DATABASE_VERSION = 1;", "DATABASE_VERSION = 2;")
        route.fulfill(response=answer, body=raised)

    phone.route("**/recorder/*.js", newer)
    after = new_tab()
    assert after.evaluate("id => store.visit(id)", visit["id"])["story"] == "Two tills open"
    assert after.evaluate("id => store.photo(id).then(({ bytes }) => bytes.byteLength)", photo_id) == 1000
    assert after.evaluate("store.sheet()")["etag"] == "tag"
    assert after.evaluate("indexedDB.databases().then(([one]) => one.version)") == 2


def test_line_08_every_record_carries_its_version(tab: Page, place):
    visit = save(tab, place)
    photo_id = tab.evaluate(A_PHOTO, [visit["id"], 10])
    tab.evaluate("store.saveSetting('theme', 'dark')")
    tab.evaluate("store.saveSheet('tag', { visits: [] })")
    kept = [("visits", visit["id"]), ("photos", photo_id), ("photo_bytes", photo_id)]
    for kind, key in [*kept, ("settings", "theme"), ("sheet", "sheet")]:
        assert stored(tab, kind, key)["schema"] == 1


def test_line_09_the_first_save_asks_to_be_kept_for_good(tab: Page, place):
    tab.evaluate(
        """() => {
            window.asked = 0;
            navigator.storage.persist = async () => { asked += 1; return true; };
        }"""
    )
    assert tab.evaluate("asked") == 0
    save(tab, place)
    save(tab, place)
    assert tab.evaluate("asked") == 1
    until(tab, "store.setting('persisted').then((answer) => answer === true)")
    room = tab.evaluate("store.room()")
    assert room["quota"] > room["usage"] >= 0
    assert room["persisted"] in (True, False)


def test_line_11_drafts_lie_side_by_side(tab: Page, place):
    ids = {save(tab, place, story=f"visit {number}")["id"] for number in range(3)}
    assert {visit["id"] for visit in tab.evaluate("store.visits()")} == ids


def test_line_15_bytes_that_were_drawn_over_leave_the_phone(tab: Page, place):
    visit = save(tab, place)
    photo_id = tab.evaluate(A_PHOTO, [visit["id"], 1000])
    changed = tab.evaluate(
        "id => store.changePhoto(id, { bytes: new Uint8Array([1, 2, 3]).buffer, state: 'ready' })", photo_id
    )
    assert changed["sha256"] == sha256(bytes([1, 2, 3])).hexdigest()
    assert (changed["byteCount"], changed["received"]) == (3, False)
    assert stored(tab, "photo_bytes", photo_id)["sha256"] == changed["sha256"]


def test_a_screen_that_stayed_open_does_not_undo_what_syncing_noted(tab: Page, place):
    visit = save(tab, place)
    tab.evaluate(
        """id => store.changeVisit(id, (visit) => ({ ...visit, baseRevision: 4, state: "needs-you",
            problem: "why", sync: { ...visit.sync, sent: 1, theirs: { id } } }))""",
        visit["id"],
    )
    again = tab.evaluate("visit => store.saveVisit({ ...visit, story: 'typed' })", visit)
    assert (again["baseRevision"], again["sync"]["sent"], again["story"]) == (4, 1, "typed")
    assert (again["state"], again["problem"]) == ("needs-you", "why")


def test_a_visit_that_the_server_has_is_not_changed_under_it(tab: Page, place):
    visit = save(tab, place)
    tab.evaluate("id => store.changeVisit(id, (visit) => ({ ...visit, state: 'sent' }))", visit["id"])
    found = tab.evaluate(
        "visit => store.saveVisit({ ...visit, story: 'late' }).catch((error) => error.kind)", visit
    )
    [failed] = told(tab, "failed")
    assert found == "closed-visit"
    assert "late" in failed["copy"]


def test_a_photo_of_a_visit_that_the_server_has_is_neither_added_nor_changed(tab: Page, place):
    visit = save(tab, place)
    photo_id = tab.evaluate(A_PHOTO, [visit["id"], 10])
    tab.evaluate("id => store.changeVisit(id, (visit) => ({ ...visit, state: 'sent' }))", visit["id"])
    kinds = tab.evaluate(
        """async ([visitId, photoId]) => {
            const bytes = new Uint8Array([1]).buffer;
            const late = { id: "late", visitId, code: null, type: "image/jpeg", bytes, takenAt: null };
            const tries = [
                () => store.addPhoto(late), () => store.changePhoto(photoId, { bytes }),
                () => store.removePhoto(photoId),
            ];
            const kinds = [];
            for (const one of tries) kinds.push(await one().then(() => "done", (error) => error.kind));
            return kinds;
        }""",
        [visit["id"], photo_id],
    )
    assert kinds == ["closed-visit"] * 3
    assert [one["byteCount"] for one in tab.evaluate("id => store.photosOf(id)", visit["id"])] == [10]


def test_line_38_signing_out_leaves_nothing_and_the_other_tab_keeps_nothing_more(new_tab, place):
    leaving, other = new_tab(), new_tab()
    save(leaving, place)
    leaving.evaluate("store.wipe()")
    assert leaving.evaluate("localStorage.getItem('second-visit-person')") is None
    names = "indexedDB.databases().then((all) => all.map((one) => one.name))"
    assert leaving.evaluate(names) == []
    until(other, "told.some((one) => one.name === 'closed')")
    found = other.evaluate(
        "begun => store.saveVisit(newVisit(begun)).catch((error) => error.kind)", place.begun
    )
    assert found == "wiped"
    assert other.evaluate(names) == []


def test_line_38_a_second_person_opens_another_database(tab: Page, new_tab, place):
    save(tab, place, story="mine")
    with in_session() as session:
        second = add_account(session, "Ben", "ben@company.example", Role.SHOPPER)
    other = new_tab()
    bring_in(other, second)
    assert other.evaluate("store.visits()") == []
    save(other, place, story="theirs")
    assert [visit["story"] for visit in tab.evaluate("store.visits()")] == ["mine"]
    assert other.evaluate("localStorage.getItem('second-visit-person')") == str(second.id)


def test_line_22_lists_hold_no_bytes(tab: Page, place):
    visit = save(tab, place)
    tab.evaluate(A_PHOTO, [visit["id"], 500_000])
    photos = tab.evaluate("id => store.photosOf(id)", visit["id"])
    assert "bytes" not in json.dumps(photos)
    assert tab.url.endswith(STILL_PAGE)
