"""A visit recorded by taps on the recorder's screens, begun anew wherever a death has left it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from playwright.async_api import Error, FilePayload, Locator, Page

from benchmarks.recorded_visits import Recorded, TakenPhoto
from benchmarks.recorder_page import FIND_DRAFT

_WORDS = {1.0: "Yes", 0.0: "No", None: "Not applicable"}
_WHOLE_VISIT = 'section.card:has-text("Photos of the visit as a whole")'
_TOUCHPOINT, _LAST, _REVIEW = "Till", "Your last impression", "Review and send"
_REST_MS = 50


async def record_by_taps(page: Page, address: str, database: str, told: Recorded) -> None:
    """Do what is not done yet of a visit, up to the tap on Send; the phone has it then as waiting."""
    await open_app(page, address)
    if not await page.evaluate(FIND_DRAFT, [database, told.mark]):
        await _begin(page)
    kept = await page.evaluate(FIND_DRAFT, [database, told.mark])
    if kept["state"] != "draft":
        return
    await page.goto(f"{address}/recorder/#visit={kept['id']}")
    await page.wait_for_selector('button[aria-label="Steps"]')
    await _go_to(page, "Your first impression")
    await page.fill(".step textarea", told.first_impression)
    await _go_to(page, _TOUCHPOINT)
    for code in told.codes:
        await _answer(_card(page, code), told, code, kept["answers"].get(code))
    for photo in told.photos:
        if photo.code:
            await _choose_photo(page, _card(page, photo.code), photo, kept["taken"])
    await _go_to(page, _LAST)
    await page.fill(".step textarea >> nth=0", told.last_impression)
    await page.fill(".step textarea >> nth=1", told.mark)
    if kept["wouldReturn"] != told.would_return:
        await page.locator(".grid .choice input").nth(told.would_return).tap()
    for photo in told.photos:
        if not photo.code:
            await _choose_photo(page, page.locator(_WHOLE_VISIT), photo, kept["taken"])
    await _all_kept(page, database, told)
    await _go_to(page, _REVIEW)
    await page.tap("#send")
    while (await page.evaluate(FIND_DRAFT, [database, told.mark]))["state"] == "draft":
        await page.wait_for_timeout(_REST_MS)


async def open_app(page: Page, address: str) -> None:
    """Open the recorder's home; without the server too, where it was open before."""
    new, home = page.locator('a[href="#new"]'), page.locator('a[aria-label="All visits"]')
    await page.goto("about:blank")
    while not await new.count():
        if await home.count():
            # It opens where it stood.
            await home.tap()
        else:
            # Where it has never been open, it needs an answer of the server.
            with suppress(Error):
                await page.goto(f"{address}/recorder/")
                await page.wait_for_selector("#screen > *")
        await page.wait_for_timeout(200)


async def _begin(page: Page) -> None:
    await page.tap('a[href="#new"]')
    await page.tap(".channel")
    await page.tap("#start")
    await page.wait_for_selector(".step textarea")


async def _go_to(page: Page, step: str) -> None:
    await page.tap('button[aria-label="Steps"]')
    await page.tap(f'.step-choice:has-text("{step}")')
    await page.wait_for_selector(f'h1:has-text("{step}")')
    await page.wait_for_selector(".step > :not(.step-head)")


def _card(page: Page, code: str) -> Locator:
    return page.locator(f'.card[data-code="{code}"]')


async def _answer(card: Locator, told: Recorded, code: str, kept: Mapping[str, Any] | None) -> None:
    if code in told.answers:
        value = told.answers[code]
        # A tap on what is chosen would take it back.
        is_kept = kept and (kept["notApplicable"] if value is None else kept["value"] == value)
        if not is_kept:
            await card.locator(f'.choice:has-text("{_WORDS[value]}") input').first.tap()
    if note := told.notes.get(code):
        area = card.locator("textarea")
        if not await area.is_visible():
            await card.get_by_text("Note", exact=True).tap()
        await area.fill(note)


async def _choose_photo(page: Page, beside: Locator, photo: TakenPhoto, taken: list[str]) -> None:
    if said_instant(photo) in taken:
        return
    pictures = beside.locator(".picture")
    before = await pictures.count()
    async with page.expect_file_chooser() as opened:
        await beside.get_by_text("Choose").tap()
    chooser = await opened.value
    await chooser.set_files([FilePayload(name="taken.jpg", mimeType="image/jpeg", buffer=photo.content())])
    while await pictures.count() <= before:
        await page.wait_for_timeout(_REST_MS)


async def _all_kept(page: Page, database: str, told: Recorded) -> None:
    """Wait until the last word is on the disk: another page may write it next."""
    while True:
        kept = await page.evaluate(FIND_DRAFT, [database, told.mark])
        if (kept["story"], kept["wouldReturn"]) == (told.mark, told.would_return):
            return
        await page.wait_for_timeout(_REST_MS)


def said_instant(photo: TakenPhoto) -> str:
    """Return when a photo was taken, as JavaScript writes an instant."""
    return f"{photo.taken_at:%Y-%m-%dT%H:%M:%S}.000Z"
