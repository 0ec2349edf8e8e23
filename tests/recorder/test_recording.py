"""Recording a visit by thumb: what is kept, what is asked, and how waits are timed."""

from contextlib import suppress
from uuid import UUID

import pytest
from playwright.sync_api import Error, FilePayload, Route, expect

from server.requests import PERSON_COOKIE
from standards.measuring import Verdict
from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from storage.visits import get_visit
from tests.builders import a_brand, a_channel
from tests.pictures import sent
from tests.recorder.conftest import sign_in
from tests.recorder.sheet import (
    begin,
    card,
    choose,
    go_to,
    open_recorder,
    publish_every_measure,
    settled,
    stored,
    wait_for_later_screens,
)

ENOUGH_MS = 30_000


@pytest.fixture
def sheet(place):
    """Publish a set with every measure for the shopper's channel."""
    publish_every_measure()
    return place


def test_line_01_an_answer_is_on_the_disk_within_300_ms_and_outlives_the_page(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Entrance")
    took = page.evaluate(
        """async ([name, id]) => {
            const read = () => new Promise((resolve) => {
                const opening = indexedDB.open(name);
                opening.onsuccess = () => {
                    const asking = opening.result.transaction("visits").objectStore("visits").get(id);
                    asking.onsuccess = () => { opening.result.close(); resolve(asking.result); };
                };
            });
            const times = [];
            for (const value of ["1", "0", "1"]) {
                const began = performance.now();
                document.querySelector(`[data-code="DOOR"] input[value="${value}"]`).click();
                while (String((await read()).answers.DOOR?.value) !== value) await 0;
                times.push(performance.now() - began);
                await new Promise((resolve) => setTimeout(resolve, 200));
            }
            return Math.min(...times);
        }""",
        [f"second-visit-{sheet.person.id}", visit_id],
    )
    # A busy machine may hold one of them up; it is slow in all only where the program is.
    assert took < 300
    choose(page, "FLOOR", "No")
    page.wait_for_timeout(1000)
    with suppress(Error):
        page.goto("chrome://crash", timeout=2000)
    again = phone.new_page()
    again.goto(f"{sheet.address}/recorder/")
    again.wait_for_selector('h1:has-text("Entrance")')
    expect(card(again, "FLOOR").locator(".verdict")).to_have_text("Missed")
    expect(card(again, "DOOR").locator("input:checked")).to_have_value("1")


def test_line_04_the_standard_of_a_pending_photo_is_stored_before_the_camera_opens(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Till")
    with page.expect_file_chooser() as opened:
        card(page, "SHELF").get_by_text("Take photo").tap()
    assert stored(page, sheet.person, visit_id)["pendingPhoto"]["code"] == "SHELF"
    assert not opened.value.is_multiple()
    page.goto("about:blank")
    page.goto(f"{sheet.address}/recorder/")
    page.wait_for_selector('.card.pointed[data-code="SHELF"]')


def test_line_14_taking_and_choosing_photos_are_two_inputs(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    go_to(page, "Entrance")
    taking, choosing = page.locator("#take-photo"), page.locator("#choose-photos")
    expect(taking).to_have_attribute("capture", "environment")
    assert choosing.get_attribute("capture") is None
    with page.expect_file_chooser() as opened:
        card(page, "DOOR").get_by_text("Choose").tap()
    pictures = [FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=sent()) for n in (1, 2)]
    opened.value.set_files(pictures)
    expect(card(page, "DOOR").locator(".picture img")).to_have_count(2, timeout=ENOUGH_MS)


def test_line_07_a_tab_that_reads_a_visit_edits_it_once_the_other_is_closed(sheet, phone):
    editing = open_recorder(phone, sheet.address)
    visit_id = begin(editing)
    go_to(editing, "Entrance")
    reading = phone.new_page()
    reading.goto(f"{sheet.address}/recorder/#visit={visit_id}&step=touchpoint Entrance")
    reading.wait_for_selector("text=open in another tab")
    choose(editing, "FLOOR", "Yes")
    expect(card(reading, "FLOOR").locator(".verdict")).to_have_text("Met")
    editing.close()
    reading.wait_for_selector("text=open in another tab", state="detached")
    choose(reading, "DOOR", "No")
    answers = settled(reading, sheet.person, visit_id)["answers"]
    assert (answers["DOOR"]["value"], answers["FLOOR"]["value"]) == (0, 1)


def test_line_09_this_phone_shows_what_the_browser_promised_the_room_left_and_the_last_sync(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    page.click('a[aria-label="All visits"]')
    page.click('a[href="#phone"]')
    facts = page.locator(".facts")
    expect(facts).to_contain_text("Room left")
    expect(facts).to_contain_text("used")
    expect(facts).to_contain_text("Kept for good")
    expect(facts).to_contain_text("Last sync")
    expect(page.get_by_role("link", name="Open the pages")).to_have_attribute("href", "/")
    page.click("text=Sync now")
    expect(facts).to_contain_text("today,", timeout=ENOUGH_MS)
    expect(facts).to_contain_text("nothing", timeout=ENOUGH_MS)


def test_line_11_drafts_stand_side_by_side_and_the_channel_on_every_screen(sheet, phone):
    with in_session() as session:
        a_channel(session, a_brand(session, "Theirs"), "Station 5")
    page = open_recorder(phone, sheet.address)
    begin(page)
    for step in ("Entrance", "Your last impression", "Review and send"):
        go_to(page, step)
        expect(page.locator(".head .where")).to_contain_text("High Street 1")
    page.click('a[aria-label="All visits"]')
    begin(page, "station")
    expect(page.locator(".head .where")).to_have_text("TheirsStation 5")
    page.click('a[aria-label="All visits"]')
    expect(page.locator(".visit-card")).to_have_count(2)
    expect(page.locator(".visit-card").filter(has_text="Station 5")).to_have_count(1)
    expect(page.locator(".visit-card").filter(has_text="High Street 1")).to_have_count(1)


def test_line_13_a_moved_clock_changes_no_duration_and_is_flagged(sheet, phone):
    phone.add_init_script(
        "const real = Date.now.bind(Date); window.moved = 0; Date.now = () => real() + window.moved;"
    )
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Welcome")
    card(page, "GREET").get_by_text("Start the stopwatch").tap()
    page.wait_for_timeout(1200)
    page.evaluate("window.moved = 3600000")
    page.wait_for_timeout(1200)
    card(page, "GREET").get_by_role("button", name="Stop").tap()
    answer = settled(page, sheet.person, visit_id)["answers"]["GREET"]
    assert 2 <= answer["value"] < 60
    assert answer["clockDisagreed"] is True
    expect(card(page, "GREET").locator(".verdict")).to_contain_text("Met")


def test_line_13_a_stopwatch_runs_on_through_other_steps_a_reload_and_days(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Welcome")
    card(page, "GREET").get_by_text("Start the stopwatch").tap()
    go_to(page, "Till")
    expect(page.locator(".strip-clock")).to_be_visible()
    page.reload()
    expect(page.locator(".strip-clock")).to_be_visible()
    page.wait_for_timeout(500)
    days = 3
    page.add_init_script(f"const real = Date.now.bind(Date); Date.now = () => real() + {days} * 86400000;")
    page.reload()
    page.locator(".strip-row").get_by_text("Stop").tap()
    answer = settled(page, sheet.person, visit_id)["answers"]["GREET"]
    assert days * 86400 <= answer["value"] < days * 86400 + 60
    assert answer["openedAt"]
    assert answer["closedAt"]


def test_line_16_states_are_said_in_words_from_draft_to_server(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Entrance")
    choose(page, "FLOOR", "Yes")
    wait_for_later_screens(page)
    phone.set_offline(True)
    page.click('a[aria-label="All visits"]')
    state = page.locator(f'.visit-card[href="#visit={visit_id}"] .state')
    expect(state).to_have_text("Draft on this phone")
    page.locator(".visit-card").tap()
    go_to(page, "Review and send")
    page.click("#send")
    expect(page.locator(".big-state")).to_have_text("Waiting to be sent")
    # Nobody has to press anything.
    phone.set_offline(False)
    expect(page.locator(".big-state")).to_have_text("On the server", timeout=ENOUGH_MS)
    with in_session() as session:
        assert get_visit(session, UUID(visit_id)).state == "submitted"


def test_line_17_impressions_frame_the_standards_and_quick_notes_are_sorted_later(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    expect(page.locator("h1")).to_have_text("Your first impression")
    page.fill("textarea", "Bright and quiet.")
    page.click('button[aria-label="Quick note"]')
    page.fill(".quick input", "The lift is out of order")
    page.press(".quick input", "Enter")
    page.click('.panel button[aria-label="Close"]')
    go_to(page, "Your last impression")
    page.fill("textarea >> nth=0", "A wave at the door.")
    page.locator(".grid .choice input").nth(9).tap()
    page.fill("textarea >> nth=1", "They wrapped it twice.")
    go_to(page, "Review and send")
    page.select_option(".notes select", "DOOR")
    visit = settled(page, sheet.person, visit_id)
    assert (visit["firstImpression"], visit["lastImpression"]) == ("Bright and quiet.", "A wave at the door.")
    assert (visit["wouldReturn"], visit["story"]) == (9, "They wrapped it twice.")
    assert visit["quickNotes"] == []
    assert visit["answers"]["DOOR"]["note"].endswith(" The lift is out of order")
    assert visit["leftAt"]


def test_every_measure_is_recorded_by_its_control_and_judged_alike_on_the_server(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Entrance")
    choose(page, "DOOR", "No")
    expect(card(page, "DOOR").locator(".wanted")).to_be_visible()
    card(page, "DOOR").get_by_text("Note", exact=True).tap()
    card(page, "DOOR").locator("textarea").fill("It stuck.")
    expect(card(page, "DOOR").locator(".wanted")).to_be_hidden()
    choose(page, "FLOOR", "Not applicable")
    choose(page, "INSULT", "No")
    go_to(page, "Welcome")
    card(page, "GREET").get_by_label("Or type minutes", exact=True).fill("1")
    card(page, "GREET").get_by_label("Seconds", exact=True).fill("5")
    card(page, "GREET").get_by_text("Gave up: longer than this").tap()
    card(page, "REPLY").get_by_text("Start waiting now").tap()
    for _ in range(4):
        card(page, "RINGS").get_by_label("One more").tap()
    card(page, "RINGS").get_by_label("One less").tap()
    go_to(page, "Review and send")
    expect(page.locator("#send")).to_have_count(0)
    expect(page.locator(".review")).to_contain_text("Still waiting: 1 standard")
    go_to(page, "Welcome")
    card(page, "REPLY").get_by_text("The reply came just now").tap()
    go_to(page, "Till")
    card(page, "SOUP").get_by_label("What you measured").fill("64,5")
    card(page, "SHELF").get_by_label("or counted").fill("19")
    card(page, "SHELF").get_by_label("of", exact=True).fill("20")
    choose(page, "TIDY", "one thing")
    for code, words in {"SOUP": "Missed · 64.5 °C", "SHELF": "Met · 95 %", "TIDY": "Met · 4 of 5"}.items():
        expect(card(page, code).locator(".verdict")).to_have_text(words)
    go_to(page, "Review and send")
    page.click("#send")
    expect(page.locator(".big-state")).to_have_text("On the server", timeout=ENOUGH_MS)
    with in_session() as session:
        visit = get_visit(session, UUID(visit_id))
    found = {
        one.code: (one.verdict, one.value, one.longer_than, one.counted_of) for one in visit.observations
    }
    assert found == {
        "DOOR": (Verdict.MISSED, 0, False, None),
        "FLOOR": (Verdict.NOT_APPLICABLE, None, False, None),
        "INSULT": (Verdict.MET, 0, False, None),
        "GREET": (Verdict.MISSED, 65, True, None),
        "REPLY": (Verdict.MET, 0, False, None),
        "RINGS": (Verdict.MET, 3, False, None),
        "SOUP": (Verdict.MISSED, 64.5, False, None),
        "SHELF": (Verdict.MET, 95, False, 20),
        "TIDY": (Verdict.MET, 4, False, None),
    }


def test_tapping_what_is_chosen_takes_it_back(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Entrance")
    choose(page, "DOOR", "Yes")
    choose(page, "DOOR", "Yes")
    expect(card(page, "DOOR").locator("input:checked")).to_have_count(0)
    expect(page.locator(".progress span")).to_have_text("0 of 9 answered")
    assert settled(page, sheet.person, visit_id)["answers"]["DOOR"]["value"] is None


def test_what_cannot_be_read_is_refused_in_words_and_leaves_what_is_stored(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Till")
    field = card(page, "SOUP").get_by_label("What you measured")
    field.fill("70")
    field.fill("1,250")
    field.blur()
    expect(card(page, "SOUP").locator(".refusal")).to_contain_text("Not stored")
    assert settled(page, sheet.person, visit_id)["answers"]["SOUP"]["value"] == 70


def test_line_38_signing_out_wipes_the_phone_and_asks_where_something_waits(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    go_to(page, "Entrance")
    wait_for_later_screens(page)
    phone.set_offline(True)
    choose(page, "DOOR", "Yes")
    page.wait_for_timeout(300)
    page.click('a[aria-label="All visits"]')
    page.click('a[href="#phone"]')
    page.click("#sign-out")
    expect(page.locator("[role=alert]")).to_contain_text("would be lost")
    page.click("text=Stay signed in")
    phone.set_offline(False)
    page.click("text=Sync now")
    expect(page.locator(".facts")).to_contain_text("nothing", timeout=ENOUGH_MS)
    page.click("#sign-out")
    page.wait_for_selector("text=Sign in to record")
    assert page.evaluate("indexedDB.databases().then((all) => all.map((one) => one.name))") == []
    assert page.evaluate("localStorage.getItem('second-visit-person')") is None


def test_line_38_a_second_person_on_the_phone_sees_nothing_of_the_first(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    page.fill("textarea", "Ann’s own words")
    page.wait_for_timeout(300)
    with in_session() as session:
        other = add_account(session, "Ben", "ben@company.example", Role.SHOPPER)
    phone.clear_cookies()
    sign_in(phone, sheet.address, other)
    page.goto("about:blank")
    page.goto(f"{sheet.address}/recorder/")
    expect(page.locator(".head .where")).to_contain_text("Ben", timeout=ENOUGH_MS)
    expect(page.locator(".visit-card")).to_have_count(0)
    assert "Ann" not in page.content()


def test_line_38_a_second_person_who_signed_in_sees_nothing_of_the_first_without_signal_either(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    page.fill("textarea", "Ann’s own words")
    page.wait_for_timeout(300)
    page.route("**/api/**", lambda route: route.abort())
    page.goto("about:blank")
    page.goto(f"{sheet.address}/recorder/")
    expect(page.locator("textarea")).to_have_value("Ann’s own words")
    phone.add_cookies([{"name": PERSON_COOKIE, "value": "987", "domain": "127.0.0.1", "path": "/recorder/"}])
    page.goto("about:blank")
    page.goto(f"{sheet.address}/recorder/")
    page.wait_for_selector("h1")
    page.wait_for_timeout(1_000)
    expect(page.locator("textarea, .visit-card")).to_have_count(0)
    # Whoever recorded it finds it again.
    phone.clear_cookies(name=PERSON_COOKIE)
    page.goto("about:blank")
    page.goto(f"{sheet.address}/recorder/")
    expect(page.locator("textarea")).to_have_value("Ann’s own words")


def test_line_38_who_signs_out_on_the_pages_finds_the_drafts_again_and_nobody_else_does(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    page.fill("textarea", "Ann’s own words")
    page.wait_for_timeout(300)
    page.goto("about:blank")
    own = {"Origin": sheet.address, "Sec-Fetch-Site": "same-origin"}
    assert phone.request.post(f"{sheet.address}/sign-out", headers=own).ok
    for is_offline in (False, True):
        if is_offline:
            page.route("**/api/**", lambda route: route.abort())
        page.goto("about:blank")
        page.goto(f"{sheet.address}/recorder/")
        page.wait_for_selector("text=still on it")
        assert "own words" not in page.content()
        assert page.locator("textarea, .visit-card").count() == 0
    page.unroute("**/api/**")
    sign_in(phone, sheet.address, sheet.person)
    page.goto("about:blank")
    page.goto(f"{sheet.address}/recorder/")
    page.click(".visit-card")
    expect(page.locator("textarea")).to_have_value("Ann’s own words", timeout=ENOUGH_MS)


def test_a_cookie_that_names_somebody_else_than_the_session_is_dropped_and_the_recorder_opens(sheet, phone):
    page = phone.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.resource_type))
    phone.add_cookies([{"name": PERSON_COOKIE, "value": "987", "domain": "127.0.0.1", "path": "/recorder/"}])
    page.goto(f"{sheet.address}/recorder/")
    expect(page.locator(".head .where")).to_contain_text("Ann", timeout=ENOUGH_MS)
    page.wait_for_timeout(3_000)
    assert asked.count("document") == 2
    assert all(cookie["name"] != PERSON_COOKIE for cookie in phone.cookies())


def test_a_step_whose_words_come_late_stays_out_of_the_one_that_was_gone_on_to(sheet, phone):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    phone.route("**/screens/impressions.js*", hold)
    page = open_recorder(phone, sheet.address)
    page.click('a[href="#new"]')
    page.fill("#find-channel", "High Street 1")
    page.click(".channel")
    page.locator('.choice:has-text("Every measure") input').tap()
    page.click("#start")
    page.wait_for_selector('h1:has-text("first impression")')
    page.click(".next")
    page.wait_for_selector('h1:has-text("Entrance")')
    for route in held:
        with page.expect_event("requestfinished", lambda request: "impressions" in request.url):
            route.continue_()
    page.wait_for_timeout(500)
    expect(page.locator(".step > .card")).to_have_count(3)
    assert "impression" not in page.inner_text(".step")
    expect(page.locator('button[aria-label="Back"]')).to_be_visible()
