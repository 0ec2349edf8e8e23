"""The first picture, drawn by the server: what is tapped on it is kept, and the recorder takes it over."""

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from server.requests import PERSON_COOKIE
from standards.editions import Edition, Evidence
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from tests.browser.conftest import PHONE
from tests.builders import a_standard, an_edition
from tests.npm import npm_package
from tests.recorder.conftest import Place, bring_in, serving, sign_in, until
from tests.recorder.drawn import (
    BOXES,
    EARLY,
    OUTLINE,
    START,
    Held,
    address_of,
    begun,
    late,
    open_drawn,
    put_tap,
    tap,
    taps_kept,
    wait_for_early,
    wait_for_recorder,
)
from tests.recorder.looks import assert_clear, assert_fits, show_text_at
from tests.recorder.sheet import card, every_measure, settled, stored
from tests.recorder.test_policy import TELL_VIOLATIONS
from tests.recorder.test_service_worker import READY, wait_until

KEPT_MS = 300
_HOUR_AGO = (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@pytest.fixture
def edition(place: Place) -> Edition:
    """Publish a set with every measure for the shopper's channel."""
    with in_session() as session:
        return an_edition(session, every_measure(), name="Every measure")


def _measures() -> dict[str, tuple[Measure, Target]]:
    def of(measure: Measure, value: float, unit: str = "") -> tuple[Measure, Target]:
        return measure, Target(Comparator.AT_LEAST, value, unit)

    return {
        "Yes or no": (Measure.YES_NO, Target(Comparator.EXACTLY, 1)),
        "Rating": of(Measure.RATING, 4),
        "Count": of(Measure.COUNT, 1, "glasses"),
        "Count of nothing named": of(Measure.COUNT, 1200),
        "Number": of(Measure.NUMBER, 1250.5, "°C"),
        "Number without a unit": of(Measure.NUMBER, -3),
        "Share": of(Measure.SHARE, 95, "%"),
        "Stopwatch": of(Measure.DURATION, 90, "seconds"),
        "Long wait": of(Measure.DURATION, 3 * 3600, "seconds"),
        "Days": of(Measure.DURATION, 1, "days"),
        "Working days": of(Measure.DURATION, 2, "working days"),
    }


@pytest.fixture
def measured(place: Place) -> Edition:
    """Publish two standards of each measure, one with all that a card may say, each pair a touchpoint."""
    made = []
    for touchpoint, (measure, target) in _measures().items():
        facts = {"touchpoint": touchpoint, "measure": measure, "target": target}
        said = {"no_no": True, "job_aid": "Look <twice>.\nThen & there.", "script": "“Hello”, 'you'"}
        made.append(a_standard(f"{touchpoint} 1", **facts, **said, evidence=Evidence.ALWAYS))
        made.append(a_standard(f"{touchpoint} 2", **facts, evidence=Evidence.IF_MISSED))
    with in_session() as session:
        return an_edition(session, made, name="Each measure twice")


@pytest.mark.parametrize("touchpoint", _measures())
def test_what_the_server_draws_is_what_the_recorder_builds(place, phone, measured, touchpoint):
    visit_id = begun(place, measured)
    _assert_drawn_alike(phone, address_of(place, visit_id, touchpoint), cards=2)


@pytest.mark.parametrize(
    ("touchpoint", "answers"),
    [
        ("Yes or no", {"Yes or no 1": 1, "Yes or no 2": 0}),
        ("Yes or no", {"Yes or no 1": Verdict.NOT_APPLICABLE, "Yes or no 2": Verdict.MISSED}),
        ("Rating", {"Rating 1": 5, "Rating 2": 2}),
        ("Rating", {"Rating 1": Verdict.MET, "Rating 2": Verdict.NOT_APPLICABLE}),
    ],
)
def test_what_is_answered_already_is_drawn_as_the_recorder_shows_it(
    place, phone, measured, touchpoint, answers
):
    note = {f"{touchpoint} 2": "\nSeen <twice>\r\nand & noted"}
    visit_id = begun(place, measured, answers, **note)
    _assert_drawn_alike(phone, address_of(place, visit_id, touchpoint), cards=2)


def _assert_drawn_alike(phone: BrowserContext, address: str, *, cards: int) -> None:
    """Hold the page as drawn against the page as the recorder builds it: every element, and where it lies."""
    with late(phone, START) as (page, held):
        open_drawn(page, address)
        wait_for_early(page)
        shapes = [(390, 844, 100), (320, 640, 100), (390, 844, 200)]
        drawn, boxes = page.evaluate(OUTLINE, cards), _boxes(page, shapes, cards)
        held.come()
        wait_for_recorder(page)
        assert _boxes(page, shapes, cards) == boxes
        built = page.evaluate(OUTLINE, cards)
        assert [(a, b) for a, b in zip(drawn, built, strict=False) if a != b] == []
        assert len(built) == len(drawn)
        page.close()


def _boxes(page: Page, shapes: list[tuple[int, int, int]], cards: int) -> list[object]:
    found = []
    for width, height, percent in shapes:
        page.set_viewport_size({"width": width, "height": height})
        show_text_at(page, percent)
        found.append(page.evaluate(BOXES, cards))
    return found


def test_line_01_a_tap_before_the_recorder_has_come_outlives_the_tab(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, START) as (page, _):
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        tap(page, "DOOR", "Yes")
        tap(page, "FLOOR", "No")
        page.wait_for_timeout(KEPT_MS)
        with suppress(Error):
            page.goto("chrome://crash", timeout=2000)
    again = phone.new_page()
    # By another address than before.
    again.goto(f"{place.address}/recorder/#visit={visit_id}&step=touchpoint Entrance")
    wait_for_recorder(again)
    expect(card(again, "DOOR").locator("input:checked")).to_have_value("1")
    expect(card(again, "FLOOR").locator(".verdict")).to_have_text("Missed")
    answers = settled(again, place.person, str(visit_id))["answers"]
    assert (answers["DOOR"]["value"], answers["FLOOR"]["value"]) == (1, 0)
    assert taps_kept(again, place) == []


def test_line_01_a_tap_before_any_script_has_come_is_kept_by_the_first_that_does(place, phone, edition):
    visit_id = begun(place, edition, {"FLOOR": 1})
    with late(phone, EARLY) as (page, first), late(phone) as _:
        page.route(START, lambda _route: None)
        open_drawn(page, address_of(place, visit_id))
        tap(page, "DOOR", "Yes")
        tap(page, "FLOOR", "No")
        assert taps_kept(page, place) == []
        first.come()
        wait_for_early(page)
        until(page, "() => document.querySelector('[data-drawn]').early.taps.size === 2")
        page.wait_for_timeout(KEPT_MS)
        found = {one["code"]: one["value"] for one in taps_kept(page, place)}
    assert found == {"DOOR": "1", "FLOOR": "0"}


def test_a_tap_is_in_the_visit_although_early_has_not_come_when_the_recorder_does(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, START) as (page, held):
        page.route(EARLY, lambda _route: None)
        open_drawn(page, address_of(place, visit_id))
        tap(page, "DOOR", "Not applicable")
        held.come()
        wait_for_recorder(page)
        expect(card(page, "DOOR").locator(".verdict")).to_have_text("Not applicable")
        assert settled(page, place.person, str(visit_id))["answers"]["DOOR"]["notApplicable"]


def test_a_tap_that_the_disk_does_not_have_yet_is_in_the_visit_all_the_same(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, START) as (page, held):
        page.add_init_script(
            """const open = IDBFactory.prototype.open;
            IDBFactory.prototype.open = function (name, ...given) {
                return name.startsWith("second-visit-taps") ? {} : open.call(this, name, ...given);
            };"""
        )
        open_drawn(page, address_of(place, visit_id))
        until(page, "() => document.querySelector('[data-drawn]').early")
        tap(page, "DOOR", "No")
        held.come()
        wait_for_recorder(page)
        expect(card(page, "DOOR").locator(".verdict")).to_have_text("Missed")
        assert settled(page, place.person, str(visit_id))["answers"]["DOOR"]["value"] == 0


def test_the_chosen_one_tapped_again_is_taken_back(place, phone, edition):
    visit_id = begun(place, edition, {"FLOOR": 1})
    with late(phone, START) as (page, held):
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        for code in ("DOOR", "FLOOR"):
            tap(page, code, "Yes")
        tap(page, "DOOR", "Yes")
        expect(card(page, "DOOR").locator("input:checked")).to_have_count(0)
        expect(card(page, "FLOOR").locator("input:checked")).to_have_count(0)
        held.come()
        wait_for_recorder(page)
        expect(page.locator(".card input:checked")).to_have_count(0)
        answers = settled(page, place.person, str(visit_id))["answers"]
        assert answers["FLOOR"]["value"] is None


def test_a_tap_never_takes_the_place_of_a_newer_answer(place, phone, edition):
    visit_id = begun(place, edition, {"DOOR": 1})
    page = phone.new_page()
    page.goto(f"{place.address}/recorder/offline.html")
    put_tap(page, place.person.id, visit_id, "DOOR", "0", _HOUR_AGO)
    put_tap(page, place.person.id, visit_id, "FLOOR", "0", _HOUR_AGO)
    page.goto(address_of(place, visit_id))
    wait_for_recorder(page)
    answers = settled(page, place.person, str(visit_id))["answers"]
    assert answers["DOOR"]["value"] == 1
    assert answers["FLOOR"]["value"] == 0
    assert answers["FLOOR"]["answeredAt"] == _HOUR_AGO
    until(page, "async () => (await indexedDB.databases()).some((one) => one.name.includes('taps'))")
    assert taps_kept(page, place) == []


def test_taps_of_a_visit_that_is_not_opened_are_in_it_before_it_is_sent(place, phone, edition):
    tapped, opened = begun(place, edition), begun(place, edition)
    page = phone.new_page()
    page.goto(f"{place.address}/recorder/#visit={opened}")
    wait_for_recorder(page)
    put_tap(page, place.person.id, tapped, "DOOR", "0", datetime.now(UTC).isoformat())
    page.goto(f"{place.address}/recorder/#visit={opened}&again")
    page.reload()
    wait_for_recorder(page)
    name = f"second-visit-{place.person.id}"
    until(page, "(name) => navigator.locks && indexedDB.databases().then((all) => all.length > 1)", name)
    for _ in range(40):
        if stored(page, place.person, str(tapped))["answers"].get("DOOR"):
            break
        page.wait_for_timeout(250)
    assert stored(page, place.person, str(tapped))["answers"]["DOOR"]["value"] == 0
    page.wait_for_timeout(KEPT_MS)
    assert taps_kept(page, place) == []


def test_line_38_taps_of_somebody_else_are_never_answers(place, phone, edition):
    visit_id = begun(place, edition)
    now = datetime.now(UTC).isoformat()
    with late(phone, START) as (page, held):
        page.goto(f"{place.address}/recorder/offline.html")
        # Of a person whose number is another's, and of a page that was drawn for somebody else.
        put_tap(page, place.person.id + 1, visit_id, "FLOOR", "0", now)
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        tap(page, "DOOR", "Yes")
        page.evaluate("document.querySelector('[data-drawn]').dataset.person = '999'")
        page.evaluate("(name) => { indexedDB.deleteDatabase(name); }", f"second-visit-taps-{place.person.id}")
        held.come()
        wait_for_recorder(page)
        page.wait_for_timeout(KEPT_MS)
        expect(page.locator(".card input:checked")).to_have_count(0)
        answers = stored(page, place.person, str(visit_id))["answers"]
        assert not {"DOOR", "FLOOR"} & answers.keys()


def test_line_38_who_comes_after_does_not_get_what_was_tapped_before(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, START) as (page, _):
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        tap(page, "DOOR", "Yes")
        page.wait_for_timeout(KEPT_MS)
        page.close()
    with in_session() as session:
        other = add_account(session, "Ben", "ben@company.example", Role.SHOPPER)
    sign_in(phone, place.address, other)
    page = phone.new_page()
    page.goto(address_of(place, visit_id))
    page.wait_for_selector("text=No such visit")
    page.close()
    sign_in(phone, place.address, place.person)
    phone.add_cookies(
        [{"name": PERSON_COOKIE, "value": str(place.person.id), "domain": "127.0.0.1", "path": "/recorder/"}]
    )
    page.close()
    page = phone.new_page()
    page.goto(f"{place.address}/recorder/#visit={visit_id}&step=touchpoint Entrance")
    wait_for_recorder(page)
    expect(card(page, "DOOR").locator("input:checked")).to_have_value("1")


def test_line_38_signing_out_wipes_what_was_tapped(place, phone, edition):
    page = phone.new_page()
    page.goto(f"{place.address}/recorder/offline.html")
    put_tap(page, place.person.id, uuid4(), "DOOR", "1", _HOUR_AGO)
    bring_in(page, place.person)
    page.evaluate("store.wipe()")
    until(
        page, "async () => !(await indexedDB.databases()).some((one) => one.name.startsWith('second-visit-'))"
    )


def test_focus_and_place_on_the_page_stay_when_the_recorder_takes_over(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, START) as (page, held):
        page.set_viewport_size({"width": 390, "height": 500})
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        page.evaluate("scrollTo(0, 120)")
        page.locator('.card[data-code="FLOOR"] input[value="0"]').evaluate(
            "(one) => one.focus({ preventScroll: true })"
        )
        top = page.evaluate("scrollY")
        assert top > 0
        held.come()
        wait_for_recorder(page)
        assert page.evaluate("scrollY") == top
        stands = page.evaluate(
            "[document.activeElement.closest('.card').dataset.code, document.activeElement.value]"
        )
        assert stands == ["FLOOR", "0"]
        assert page.evaluate("() => !document.querySelector('[data-drawn]')")


def test_a_finger_that_is_down_is_lifted_over_the_page_it_touched(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, START) as (page, held):
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        box = card(page, "DOOR").locator('input[value="0"]').bounding_box()
        assert box
        at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        page.mouse.move(**at)
        page.mouse.down()
        held.come()
        page.wait_for_timeout(500)
        assert page.locator("[data-drawn]").count() == 1
        page.mouse.up()
        wait_for_recorder(page)
        expect(card(page, "DOOR").locator(".verdict")).to_have_text("Missed")
        assert settled(page, place.person, str(visit_id))["answers"]["DOOR"]["value"] == 0


def test_a_finger_that_rests_does_not_keep_the_recorder_out(place, phone, edition):
    with late(phone, START) as (page, held):
        open_drawn(page, address_of(place, begun(place, edition)))
        wait_for_early(page)
        page.mouse.move(200, 200)
        page.mouse.down()
        held.come()
        wait_for_recorder(page)


def test_the_page_says_what_is_true_while_the_recorder_does_not_come(place, phone, edition):
    visit_id = begun(place, edition)
    with late(phone, EARLY) as (page, first):
        held = Held()
        page.route(START, held.take)
        open_drawn(page, address_of(place, visit_id))
        line = page.locator(".early")
        expect(line).to_be_hidden()
        expect(line).to_be_visible(timeout=8000)
        expect(line).to_contain_text("what you tap is not kept")
        first.come()
        expect(line).to_have_text("Getting ready. What you tap is kept on this phone.")
        held.come()
        wait_for_recorder(page)
        expect(line).to_have_count(0)


def test_the_page_says_so_where_the_browser_keeps_nothing(place, phone, edition):
    with late(phone, START) as (page, _):
        page.add_init_script("IDBObjectStore.prototype.put = () => { throw new DOMException('no'); };")
        open_drawn(page, address_of(place, begun(place, edition)))
        wait_for_early(page)
        tap(page, "DOOR", "Yes")
        expect(page.locator(".early")).to_contain_text("keeps nothing yet", timeout=8000)


def test_the_address_goes_on_behind_the_hash_and_a_reload_comes_back(place, phone, edition):
    visit_id = begun(place, edition)
    page = phone.new_page()
    page.goto(address_of(place, visit_id, "Till"))
    wait_for_recorder(page)
    assert page.url == f"{place.address}/recorder/#visit={visit_id}&step=touchpoint+Till"
    page.reload()
    page.wait_for_selector('h1:has-text("Till")')
    page.click(".dock .next")
    page.wait_for_selector('h1:has-text("Your last impression")')
    page.reload()
    page.wait_for_selector('h1:has-text("Your last impression")')
    page.click('a[aria-label="All visits"]')
    page.wait_for_selector(".visit-card")


def test_a_visit_begun_elsewhere_since_opens_on_a_phone_that_knows_its_person(place, phone, edition):
    page = phone.new_page()
    page.goto(f"{place.address}/recorder/")
    until(page, "() => performance.getEntriesByName('recorder-complete').length")
    page.wait_for_timeout(KEPT_MS)
    # An open recorder would take it by syncing.
    page.close()
    visit_id = begun(place, edition)
    with late(phone, START) as (page, held):
        open_drawn(page, address_of(place, visit_id))
        tap(page, "DOOR", "Yes")
        held.come()
        wait_for_recorder(page)
        expect(card(page, "DOOR").locator(".verdict")).to_have_text("Met")
        assert settled(page, place.person, str(visit_id))["answers"]["DOOR"]["value"] == 1


def test_the_first_start_after_signing_in_opens_the_visit_that_was_asked_for(place, phone, edition):
    visit_id = begun(place, edition)
    phone.add_cookies(
        [{"name": PERSON_COOKIE, "value": str(place.person.id), "domain": "127.0.0.1", "path": "/recorder/"}]
    )
    page = phone.new_page()
    page.goto(address_of(place, visit_id))
    wait_for_recorder(page)
    expect(card(page, "DOOR")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("touchpoint", ["Entrance", "Welcome", "Till"])
def test_line_39_to_41_a_drawn_page_is_as_large_clear_and_legible_as_the_recorder(
    place, phone, edition, theme, touchpoint
):
    axe = (npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    visit_id = begun(place, edition, {"DOOR": 1, "FLOOR": Verdict.MISSED}, FLOOR="Wet")
    with late(phone, START) as (page, _):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": 320, "height": 640})
        open_drawn(page, address_of(place, visit_id, touchpoint))
        wait_for_early(page)
        page.wait_for_timeout(3200)
        assert_fits(page, touchpoint)
        assert_clear(page, theme, touchpoint)
        page.evaluate(axe)
        found = page.evaluate(
            "axe.run().then((told) => told.violations.map((one) => [one.id, one.nodes[0].html]))"
        )
        assert not found


def test_nothing_on_a_drawn_page_can_be_typed_or_pressed_in_vain(place, phone, edition):
    for touchpoint in ("Entrance", "Welcome", "Till"):
        with late(phone, START) as (page, _):
            open_drawn(page, address_of(place, begun(place, edition), touchpoint))
            able = page.evaluate(
                """() => [...document.querySelectorAll("button, input, textarea, select, a[href], summary")]
                    .filter((one) => one.type !== "radio" && !one.disabled).map((one) => one.outerHTML)"""
            )
            assert able == []
            page.close()


def test_line_35_a_drawn_page_breaks_no_policy_and_asks_no_other_host(place, phone, edition):
    noted: list[str] = []
    phone.add_init_script(TELL_VIOLATIONS)
    with late(phone, START) as (page, held):
        page.on("console", lambda said: noted.append(said.text))
        page.on("pageerror", lambda error: noted.append(str(error)))
        page.on("request", lambda asked: noted.append(asked.url) if place.address not in asked.url else None)
        open_drawn(page, address_of(place, begun(place, edition)))
        wait_for_early(page)
        tap(page, "DOOR", "Yes")
        held.come()
        wait_for_recorder(page)
        page.wait_for_timeout(500)
    # The tests' own browser says that it lets no worker in.
    assert [one for one in noted if not one.startswith(("data:", "Service Worker registration"))] == []


@pytest.fixture
def installable(chromium: Browser, place: Place) -> Iterator[tuple[BrowserContext, ExitStack]]:
    """Give a phone whose service worker may work, and what stops its server."""
    with ExitStack() as servers:
        place.address = servers.enter_context(serving())
        context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-GB")
        sign_in(context, place.address, place.person)
        yield context, servers
        context.close()


def test_line_29_and_30_an_installed_recorder_opens_its_own_page_by_a_link_with_signal_and_without(
    place, installable, edition
):
    phone, servers = installable
    visit_id, other = begun(place, edition), begun(place, edition)
    page = phone.new_page()
    # The first opening of all is by a link, and its page is drawn: nothing of it may be kept.
    page.goto(address_of(place, visit_id))
    wait_until(page, READY)
    wait_for_recorder(page)
    kept = page.evaluate(
        """async () => {
            const found = [];
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const asked of await cache.keys()) {
                    found.push([asked.url, await (await cache.match(asked)).text()]);
                }
            }
            return found;
        }"""
    )
    assert kept
    assert not [url for url, text in kept if "?" in url or 'data-drawn="' in text or "High Street" in text]
    answer = page.goto(address_of(place, visit_id))
    assert answer
    assert answer.from_service_worker
    assert "data-drawn" not in answer.text()
    wait_for_recorder(page)
    tap(page, "DOOR", "Yes")
    settled(page, place.person, str(visit_id))
    until(page, "() => performance.getEntriesByName('recorder-complete').length")
    # Tapped on a drawn page, in a tab that died.
    now = datetime.now(UTC).isoformat()
    put_tap(page, place.person.id, visit_id, "FLOOR", "0", now)
    put_tap(page, place.person.id, other, "FLOOR", "1", now)
    servers.close()
    page.goto(address_of(place, visit_id))
    wait_for_recorder(page)
    expect(card(page, "DOOR").locator(".verdict")).to_have_text("Met")
    expect(card(page, "FLOOR").locator(".verdict")).to_have_text("Missed")
    page.goto(f"{place.address}/recorder/")
    for _ in range(60):
        if "FLOOR" in stored(page, place.person, str(other))["answers"]:
            break
        page.wait_for_timeout(250)
    assert stored(page, place.person, str(other))["answers"]["FLOOR"]["value"] == 1


def test_while_another_tab_edits_the_visit_what_was_tapped_waits(place, phone, edition):
    visit_id = begun(place, edition)
    editing = phone.new_page()
    editing.goto(f"{place.address}/recorder/#visit={visit_id}&step=touchpoint Entrance")
    wait_for_recorder(editing)
    with late(phone, START) as (page, held):
        open_drawn(page, address_of(place, visit_id))
        wait_for_early(page)
        tap(page, "DOOR", "No")
        held.come()
        page.wait_for_selector("text=open in another tab")
        page.wait_for_timeout(KEPT_MS)
        assert [one["code"] for one in taps_kept(page, place)] == ["DOOR"]
        # The other tab's copy of the visit has the last word while it edits; the tap comes after it.
        tap(editing, "FLOOR", "Yes")
        editing.wait_for_timeout(KEPT_MS)
        editing.close()
        page.wait_for_selector("text=open in another tab", state="detached")
        page.wait_for_timeout(KEPT_MS)
        answers = settled(page, place.person, str(visit_id))["answers"]
        assert (answers["DOOR"]["value"], answers["FLOOR"]["value"]) == (0, 1)


def test_who_signs_in_first_comes_to_the_visit_that_a_link_named(place, phone, edition):
    visit_id = begun(place, edition)
    phone.clear_cookies()
    page = phone.new_page()
    page.goto(address_of(place, visit_id))
    link = page.get_by_role("link", name="Sign in")
    step = "touchpoint%2BEntrance"
    expect(link).to_have_attribute(
        "href", f"/sign-in?next=%2Frecorder%2F%3Fvisit%3D{visit_id}%26step%3D{step}"
    )


def test_what_no_standard_of_the_visit_can_be_answered_with_is_no_answer(place, phone, edition):
    visit_id, other = begun(place, edition), begun(place, edition)
    page = phone.new_page()
    page.goto(f"{place.address}/recorder/offline.html")
    now = datetime.now(UTC).isoformat()
    for one in (visit_id, other):
        put_tap(page, place.person.id, one, "NOWHERE", "1", now)
        put_tap(page, place.person.id, one, "DOOR", "7", now)
        put_tap(page, place.person.id, one, "FLOOR", "1", now)
    page.goto(address_of(place, visit_id))
    wait_for_recorder(page)
    assert settled(page, place.person, str(visit_id))["answers"].keys() == {"FLOOR"}
    for _ in range(60):
        if stored(page, place.person, str(other))["answers"]:
            break
        page.wait_for_timeout(250)
    found = stored(page, place.person, str(other))
    assert found["answers"].keys() == {"FLOOR"}
    assert found["startedAt"]
