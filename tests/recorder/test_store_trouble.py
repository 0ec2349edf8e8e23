"""The store in trouble: a connection that dies, a phone that is full, a second tab."""

from time import monotonic

import pytest
from playwright.sync_api import Page

from tests.recorder.conftest import STILL_PAGE, bring_in, until
from tests.recorder.keeping import A_PHOTO, BREAK, answers, save, told


@pytest.mark.parametrize("how", ["closed", "lost", "aborted"])
def test_line_05_a_connection_that_died_is_opened_anew_and_the_write_tried_once_more(tab: Page, place, how):
    visit = save(tab, place)
    tab.evaluate(BREAK, [how, 1])
    tab.evaluate("([visit, answers]) => store.saveVisit({ ...visit, answers })", [visit, answers(1)])
    assert tab.evaluate("broken") == 1
    assert tab.evaluate("id => store.visit(id)", visit["id"])["answers"]["A"]["value"] == 1
    assert told(tab, "failed") == []


@pytest.mark.parametrize("seen_first_by", ["a write", "the probe"])
def test_line_05_a_connection_that_never_answers_is_given_up_and_opened_anew(phone, place, seen_first_by):
    tab = phone.new_page()
    tab.clock.install()
    tab.goto(f"{place.address}{STILL_PAGE}")
    bring_in(tab, place.person)
    visit = save(tab, place)
    tab.evaluate(BREAK, ["silent", 99])
    if seen_first_by == "the probe":
        tab.evaluate("dispatchEvent(new Event('pageshow'))")
    tab.evaluate("visit => { window.saving = store.saveVisit({ ...visit, story: 'kept' }); }", visit)
    until(tab, "broken > 0")
    tab.wait_for_timeout(100)
    tab.clock.run_for(2_100 if seen_first_by == "the probe" else 15_100)
    until(tab, "id => store.visit(id).then(({ story }) => story === 'kept')", visit["id"])
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
    tab.evaluate(
        """async (id) => {
            for (const { id: photoId, sha256 } of await store.photosOf(id)) {
                await store.noteReceived(photoId, sha256, true);
            }
        }""",
        visit["id"],
    )
    assert tab.evaluate(outcome, [visit["id"], 9_000_000]) == "full"
    [full] = told(tab, "full")
    assert "Save the export file" in full["words"]
    [own] = tab.evaluate("id => store.photosOf(id)", visit["id"])
    assert tab.evaluate(bytes_left, [own["id"]]) != [None], "a visit that is not sent keeps its photos"


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
            setTimeout(() => resolve(Infinity), 5_000);
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
            const hung = new Promise((resolve) => setTimeout(() => resolve("hung"), 8_000));
            return Promise.race([openStore("blocked").then(() => "opened", (error) => error.kind), hung]);
        }"""
    )
    assert found == "blocked"
    assert monotonic() - began < 8
