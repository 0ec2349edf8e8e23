"""For the hand and the eye: reach, size, contrast, keys, words for those who listen, and discretion."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.npm import npm_package
from tests.recorder.conftest import sign_in
from tests.recorder.looks import assert_clear, assert_fits, show_text_at
from tests.recorder.sheet import (
    PATIENCE_MS,
    begin,
    card,
    choose,
    go_to,
    open_recorder,
    publish_every_measure,
    settled,
)

STEPS = ("Your first impression", "Entrance", "Welcome", "Till", "Your last impression", "Review and send")


@pytest.fixture
def sheet(place):
    """Publish a set with every measure for the shopper's channel."""
    publish_every_measure()
    return place


def every_screen(page: Page):
    """Go through every screen of a visit, then home and its neighbours; give each one's name."""
    for step in STEPS:
        go_to(page, step)
        if step == "Welcome":
            choose_all(page)
        yield step
    for name in ("", "new", "phone"):
        page.evaluate(f"location.hash = '{name}'")
        page.wait_for_selector({"": ".visit-card", "new": ".channel", "phone": ".facts dt"}[name])
        yield name or "home"


def choose_all(page: Page) -> None:
    """Leave one of each kind of answer behind: counted, and given up."""
    card(page, "RINGS").get_by_label("One more").tap()
    card(page, "GREET").get_by_label("Or type minutes", exact=True).fill("2")


@pytest.mark.parametrize(
    ("width", "height", "text"),
    [(320, 640, 100), (390, 844, 100), (430, 932, 100), (390, 844, 200), (844, 390, 100), (768, 1024, 100)],
    ids=str,
)
def test_line_39_every_control_is_large_enough_and_nothing_scrolls_sideways(
    sheet, phone, width, height, text
):
    page = open_recorder(phone, sheet.address)
    begin(page)
    page.set_viewport_size({"width": width, "height": height})
    show_text_at(page, text)
    for screen in every_screen(page):
        assert_fits(page, screen)


def _box(one: Locator) -> FloatRect:
    found = one.bounding_box()
    assert found
    return found


@pytest.mark.parametrize("step", ["Entrance", "Welcome", "Till"])
def test_line_39_answer_photo_and_next_come_within_reach_of_the_thumb(sheet, phone, step):
    page = open_recorder(phone, sheet.address)
    begin(page)
    go_to(page, step)
    highest, dock = 0.4 * 844, _box(page.locator(".dock"))
    assert _box(page.locator(".dock .next"))["y"] >= highest
    for one in page.locator(".card").all():
        wanted = one.locator("fieldset input, fieldset button, .tools button")
        for control in [found for found in wanted.all() if found.is_visible()]:
            # As far down as the page lets it be: the first ones cannot be scrolled lower.
            control.evaluate("(one) => one.scrollIntoView({ block: 'end' })")
            box = _box(control)
            assert highest <= box["y"], step
            assert box["y"] + box["height"] <= dock["y"] + 1, step


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_line_40_every_text_stands_out_from_its_ground(sheet, phone, theme):
    page = phone.new_page()
    page.emulate_media(color_scheme=theme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{sheet.address}/recorder/")
    page.wait_for_selector(".dock")
    begin(page)
    go_to(page, "Entrance")
    choose(page, "DOOR", "No")
    choose(page, "FLOOR", "Yes")
    choose(page, "INSULT", "Not applicable")
    # A button's colour fades in.
    page.wait_for_timeout(300)
    for screen in every_screen(page):
        assert_clear(page, theme, screen)


def test_line_40_one_tap_switches_and_is_remembered(sheet, phone):
    page = open_recorder(phone, sheet.address)
    before = page.evaluate("document.documentElement.dataset.theme")
    page.locator("[data-toggles-theme]").tap()
    after = page.evaluate("document.documentElement.dataset.theme")
    assert {before, after} == {"light", "dark"}
    page.reload()
    page.wait_for_selector(".dock")
    assert page.evaluate("document.documentElement.dataset.theme") == after


def test_line_40_met_and_missed_differ_by_word_and_shape(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    go_to(page, "Entrance")
    choose(page, "DOOR", "No")
    choose(page, "FLOOR", "Yes")
    told = {}
    for code in ("DOOR", "FLOOR"):
        verdict = card(page, code).locator(".verdict")
        shape = verdict.locator(".badge").evaluate("(one) => getComputedStyle(one).borderRadius")
        drawn = verdict.locator("path").get_attribute("d")
        told[verdict.inner_text()] = (shape, drawn)
    assert set(told) == {"Missed", "Met"}
    (missed_shape, missed_drawn), (met_shape, met_drawn) = told["Missed"], told["Met"]
    assert missed_shape != met_shape
    assert missed_drawn != met_drawn


def test_line_41_a_whole_visit_by_keyboard(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    _press_on(page, "Next")
    for _ in range(60):
        if page.evaluate("document.activeElement.type === 'radio'"):
            page.keyboard.press("Space")
            name = page.evaluate("document.activeElement.name")
            while page.evaluate("document.activeElement.name") == name:
                page.keyboard.press("Tab")
            continue
        if page.evaluate("document.activeElement.matches('.dock .next')"):
            break
        page.keyboard.press("Tab")
    answers = settled(page, sheet.person, visit_id)["answers"]
    assert {code: answer["value"] for code, answer in answers.items()} == {"DOOR": 1, "FLOOR": 1, "INSULT": 1}
    for _ in range(4):
        _press_on(page, "Next")
        page.wait_for_timeout(200)
    page.wait_for_selector('h1:has-text("Review and send")')
    _press_on(page, "Send the visit")
    page.wait_for_selector(".big-state")


def _press_on(page: Page, words: str) -> None:
    """Reach a button by Tab alone, and press it."""
    for _ in range(80):
        if page.evaluate("document.activeElement.textContent.trim()") == words:
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    pytest.fail(f"“{words}” is not reached by Tab")


def test_line_41_groups_have_legends_timers_are_silent_and_one_region_speaks(sheet, phone):
    page = open_recorder(phone, sheet.address)
    begin(page)
    go_to(page, "Till")
    bare = page.evaluate(
        """() => [...document.querySelectorAll("input[type=radio]")]
            .filter((one) => !one.closest("fieldset")?.querySelector("legend")?.textContent.trim()).length"""
    )
    assert bare == 0
    go_to(page, "Welcome")
    card(page, "GREET").get_by_text("Start the stopwatch").tap()
    timer = card(page, "GREET").get_by_role("timer")
    expect(timer).to_have_attribute("aria-live", "off")
    regions = page.locator("[role=status], [role=alert], [aria-live]:not([aria-live=off])")
    expect(regions).to_have_count(1)
    card(page, "RINGS").get_by_label("One more").tap()
    expect(page.locator("#said")).to_contain_text("Kept on this phone")


def test_line_41_who_asked_for_calm_sees_nothing_move(sheet, phone):
    page = phone.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{sheet.address}/recorder/")
    page.wait_for_selector(".dock .next")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((one) => {
            const style = getComputedStyle(one);
            const takes = style.transitionDuration.split(",").some((time) => parseFloat(time));
            return style.animationName !== "none" || takes;
        }).length"""
    )
    assert moving == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_line_41_axe_finds_nothing_on_any_screen(sheet, phone, theme):
    axe = (npm_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    page = open_recorder(phone, sheet.address)
    page.emulate_media(color_scheme=theme)
    begin(page)
    page.evaluate(axe)
    for screen in every_screen(page):
        found = page.evaluate(
            "axe.run().then((told) => told.violations.map((one) => [one.id, one.nodes[0].html]))"
        )
        assert not found, screen
    page.click("#cover-button")
    assert not page.evaluate("axe.run().then((told) => told.violations.map((one) => one.id))")


def test_line_42_one_tap_covers_the_screen_while_timers_run_on(sheet, phone):
    page = open_recorder(phone, sheet.address)
    visit_id = begin(page)
    go_to(page, "Welcome")
    card(page, "GREET").get_by_text("Start the stopwatch").tap()
    page.click("#cover-button")
    shown = page.locator("#cover")
    expect(shown).to_be_visible()
    assert page.title() == "Clock"
    said = shown.inner_text()
    assert not any(word in said for word in ("Visit", "High Street", "greets", "Every measure"))
    page.wait_for_timeout(1200)
    page.reload()
    expect(shown).to_be_visible()
    shown.get_by_role("button").tap()
    expect(shown).to_have_count(0)
    card(page, "GREET").get_by_role("button", name="Stop").tap()
    assert settled(page, sheet.person, visit_id)["answers"]["GREET"]["value"] >= 1


def test_line_42_the_page_is_named_neutrally_and_nothing_sounds_or_shakes(sheet, phone):
    page = phone.new_page()
    page.add_init_script(
        """window.loud = [];
        navigator.vibrate = () => loud.push("vibrate");
        window.AudioContext = class { constructor() { loud.push("audio"); } };
        HTMLMediaElement.prototype.play = () => loud.push("play");"""
    )
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{sheet.address}/recorder/")
    page.wait_for_selector(".dock")
    begin(page)
    go_to(page, "Entrance")
    choose(page, "DOOR", "Yes")
    page.click("#cover-button")
    assert page.evaluate("loud") == []
    page.click(".cover-back")
    expect(page).to_have_title("Visits")
    assert page.locator("img, picture, video, audio").count() == 0


def test_a_shopper_who_is_not_signed_in_is_led_to_the_door(sheet, phone):
    phone.clear_cookies()
    page = phone.new_page()
    page.goto(f"{sheet.address}/recorder/")
    link = page.get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", "/sign-in?next=%2Frecorder%2F")
    sign_in(phone, sheet.address, sheet.person)
    page.reload()
    page.wait_for_selector("text=No visit on this phone")
