"""The phone's store in a real browser: what it keeps, and what it tells when it cannot."""

import json
import os
import signal
from hashlib import sha256
from time import monotonic

import pytest
from playwright.sync_api import Page

from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from tests.recorder.conftest import STILL_PAGE, bring_in, until

A_VISIT = """async ([begun, changes]) => {
    const visit = { ...newVisit(begun), ...changes };
    return store.saveVisit(visit);
}"""
A_PHOTO = """async ([visitId, size]) => {
    const bytes = new Uint8Array(size).map((_, at) => (at * 7) % 251).buffer;
    // What can be packed takes less room than it has bytes; photos cannot.
    for (let at = 0; size > 100_000 && at < size; at += 50_000) {
        crypto.getRandomValues(new Uint8Array(bytes, at, Math.min(50_000, size - at)));
    }
    const id = crypto.randomUUID();
    await store.addPhoto({ id, visitId, code: "A", type: "image/jpeg", bytes, takenAt: null });
    return id;
}"""
# Breaks the store's connection in the ways phones do; `broken` counts.
BREAK = """([how, times]) => {
    window.broken = 0;
    const start = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...given) {
        const wanted = given[1] === "readwrite" || how === "silent";
        if (!wanted || broken >= times) return start.apply(this, given);
        broken += 1;
        if (how === "closed") this.close();
        if (how === "lost") throw new DOMException("server lost", "UnknownError");
        const made = start.apply(this, given);
        if (how === "aborted") queueMicrotask(() => made.abort());
        if (how === "full") {
            const error = new DOMException("no room", "QuotaExceededError");
            Object.defineProperty(made, "error", { value: error });
            queueMicrotask(() => made.abort());
        }
        return made;
    };
}"""


@pytest.fixture
def tab(new_tab):
    return new_tab()


def save(tab: Page, place, **changes):
    return tab.evaluate(A_VISIT, [place.begun, changes])


def answers(value: int):
    return {"A": {"value": value, "notApplicable": False, "longerThan": False, "note": "", "watch": None}}


def told(tab: Page, name: str):
    return tab.evaluate("name => told.filter((one) => one.name === name)", name)


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


@pytest.mark.parametrize("how", ["closed", "lost", "aborted"])
def test_line_05_a_connection_that_died_is_opened_anew_and_the_write_tried_once_more(tab: Page, place, how):
    visit = save(tab, place)
    tab.evaluate(BREAK, [how, 1])
    tab.evaluate("([visit, answers]) => store.saveVisit({ ...visit, answers })", [visit, answers(1)])
    assert tab.evaluate("broken") == 1
    assert tab.evaluate("id => store.visit(id)", visit["id"])["answers"]["A"]["value"] == 1
    assert told(tab, "failed") == []


def test_line_05_what_cannot_be_written_is_told_with_its_text_to_copy(tab: Page, place):
    visit = save(tab, place)
    tab.evaluate(BREAK, ["lost", 2])
    found = tab.evaluate(
        "(visit) => store.saveVisit(visit).then(() => 'kept', (error) => error.kind)",
        {**visit, "story": "Two tills open", "answers": {"A": {"value": 1, "note": "by the door"}}},
    )
    [failed] = told(tab, "failed")
    assert found == "failed"
    assert "What was kept before is safe" in failed["words"]
    assert "Two tills open" in failed["copy"]
    assert "by the door" in failed["copy"]
    assert tab.evaluate("id => store.visit(id)", visit["id"])["story"] == ""


def test_line_05_back_in_the_foreground_it_reads_before_it_writes(tab: Page, place):
    visit = save(tab, place)
    order = tab.evaluate(
        """async (visit) => {
            const order = [];
            const start = IDBDatabase.prototype.transaction;
            IDBDatabase.prototype.transaction = function (names, mode, options) {
                order.push(mode);
                // The probe finds the connection dead.
                if (order.length === 1) throw new DOMException("lost", "UnknownError");
                return start.call(this, names, mode, options);
            };
            dispatchEvent(new Event("pageshow"));
            await store.saveVisit(visit);
            return order;
        }""",
        visit,
    )
    # A page shown late brings a second look.
    assert set(order[:-1]) == {"readonly"}
    assert order[-1] == "readwrite"
    assert told(tab, "failed") == []


def test_line_06_without_room_it_says_so_and_keeps_what_there_is(tab: Page, place):
    visit = save(tab, place, story="before")
    tab.evaluate(BREAK, ["full", 99])
    found = tab.evaluate(
        "(visit) => store.saveVisit({...visit, story: 'after'}).then(() => 'kept', (error) => error.kind)",
        visit,
    )
    [full] = told(tab, "full")
    assert found == "full"
    assert "Everything recorded until now is kept" in full["words"]
    assert "after" in full["copy"]
    assert tab.evaluate("id => store.visit(id)", visit["id"])["story"] == "before"


def test_line_06_a_real_end_of_room_is_told_and_grace_copies_make_room_first(real_tab: Page, place):
    tab = real_tab
    tools = tab.context.new_cdp_session(tab)
    tools.send("Storage.overrideQuotaForOrigin", {"origin": place.address, "quotaSize": 8_000_000})
    # Only now: a browser asks how much room there is when the database opens, and then not for 30 seconds.
    bring_in(tab, place.person)
    visit, old = save(tab, place), save(tab, place)
    sent = [tab.evaluate(A_PHOTO, [old["id"], 3_000_000]) for _ in range(2)]
    tab.evaluate(
        """async ([id, sent]) => {
            for (const photoId of sent) {
                const photo = await store.photo(photoId);
                await store.noteReceived(photoId, photo.sha256, true);
            }
            const sentAt = new Date().toISOString();
            await store.changeVisit(id, (visit) => ({ ...visit, state: "sent", sentAt }));
        }""",
        [old["id"], sent],
    )

    outcome = f"given => ({A_PHOTO})(given).then(() => 'kept', (error) => error.kind)"
    assert tab.evaluate(outcome, [visit["id"], 3_000_000]) == "kept"
    bytes_left = "ids => Promise.all(ids.map((id) => store.photo(id).then((photo) => photo.bytes)))"
    assert tab.evaluate(bytes_left, sent) == [None, None]
    assert told(tab, "full") == []
    assert tab.evaluate(outcome, [visit["id"], 9_000_000]) == "full"
    [full] = told(tab, "full")
    assert "Save the export file" in full["words"]
    assert len(tab.evaluate("id => store.photosOf(id)", visit["id"])) == 1


def test_line_07_one_tab_edits_a_visit_and_the_other_reads_it(new_tab, place):
    first, second = new_tab(), new_tab()
    hold = "id => { window.mine = []; window.held = holdVisit(id, (isMine) => mine.push(isMine)); }"
    first.evaluate(hold, "v")
    until(first, "mine.length")
    second.evaluate(hold, "v")
    until(second, "mine.length")
    assert (first.evaluate("mine"), second.evaluate("mine")) == ([True], [False])
    assert "another tab" in second.evaluate("READ_ONLY_WORDS")
    second.evaluate("held.take()")
    until(second, "mine.at(-1)")
    until(first, "!mine.at(-1)")
    second.close()
    until(first, "mine.at(-1)")
    assert first.evaluate("mine") == [True, False, True]


def test_line_07_what_one_tab_keeps_the_other_hears_of(new_tab, place):
    first, second = new_tab(), new_tab()
    visit = save(first, place)
    until(second, "told.length")
    [heard] = told(second, "changed")
    assert (heard["visitId"], heard["elsewhere"]) == (visit["id"], True)


def test_line_07_an_upgrade_in_one_tab_never_waits_for_the_other(new_tab, place):
    old, new = new_tab(), new_tab()
    save(old, place)
    took = new.evaluate(
        """(key) => new Promise((resolve, reject) => {
            const began = performance.now();
            const opening = indexedDB.open(`second-visit-${key}`, 99);
            opening.onsuccess = () => { opening.result.close(); resolve(performance.now() - began); };
            opening.onerror = () => reject(opening.error);
        })""",
        str(place.person.id),
    )
    assert took < 2_000
    until(old, "told.some((one) => one.name === 'closed')")
    [closed] = told(old, "closed")
    assert "Reload this page" in closed["words"]
    found = old.evaluate(
        "begun => store.saveVisit(newVisit(begun)).catch((error) => error.kind)", place.begun
    )
    assert found == "newer"


def test_line_07_opening_does_not_hang_on_a_tab_that_keeps_the_database(new_tab, place):
    blocking = new_tab()
    blocking.evaluate(
        """() => new Promise((resolve) => {
            // A program that never lets go.
            indexedDB.open("second-visit-blocked", 0 + 1).onsuccess = ({ target }) => {
                window.kept = target.result;
                resolve();
            };
        })"""
    )
    tab = new_tab()
    began = monotonic()
    found = tab.evaluate(
        """async () => {
            const open = IDBFactory.prototype.open;
            const newer = function (name, version) { return open.call(this, name, version + 1); };
            IDBFactory.prototype.open = newer;
            return openStore("blocked").then(() => "opened", (error) => error.kind);
        }"""
    )
    assert found == "blocked"
    assert monotonic() - began < 8


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


def test_line_08_every_record_carries_its_version(tab: Page, place):
    visit = save(tab, place)
    photo_id = tab.evaluate(A_PHOTO, [visit["id"], 10])
    tab.evaluate("store.saveSetting('theme', 'dark')")
    tab.evaluate("store.saveSheet('tag', { visits: [] })")
    kept = [("visits", visit["id"]), ("photos", photo_id), ("photo_bytes", photo_id)]
    for kind, key in [*kept, ("settings", "theme"), ("sheet", "sheet")]:
        assert stored(tab, kind, key)["schema"] == 1


def stored(tab: Page, kind: str, key: str):
    return tab.evaluate(
        """([kind, key]) => new Promise((resolve) => {
            indexedDB.open(`second-visit-${store.personKey}`).onsuccess = ({ target }) => {
                const reading = target.result.transaction(kind).objectStore(kind).get(key);
                reading.onsuccess = () => { target.result.close(); resolve(reading.result); };
            };
        })""",
        [kind, key],
    )


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
