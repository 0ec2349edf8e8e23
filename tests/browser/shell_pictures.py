"""Draws what browsers show before installing, and the README's pictures of installing, anew.

`python -m tests.browser.shell_pictures`
"""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser, Page, sync_playwright

from server.icons import icon_png
from server.requests import COOKIE
from server.shell import SHORT_NAME
from tests.browser.conftest import CHROMIUM, PROJECT, QUIET, visit_page
from tests.browser.pictures import example_server

SCREENSHOTS = PROJECT / "server" / "static" / "screenshots"
PICTURES = PROJECT / "docs" / "pictures"
LARGEST_BYTES = 59_000
NARROW, WIDE = (390, 844), (1280, 800)


def small_png(picture: Image.Image, largest_bytes: int = LARGEST_BYTES) -> bytes:
    """Return a picture as PNG, in as many colours as fit."""
    packed = BytesIO()
    for colours in (256, 128, 64, 32, 16):
        packed = BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if len(packed.getvalue()) <= largest_bytes:
            break
    return packed.getvalue()


def opened(browser: Browser, address: str, token: str, size: tuple[int, int]) -> Page:
    """Open a browser's window of that size, signed in."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="light",
        locale="en-GB",
        reduced_motion="reduce",
        service_workers="block",
    )
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    return context.new_page()


def shown(page: Page) -> Image.Image:
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def draw_recorder(browser: Browser, address: str, token: str) -> Image.Image:
    """Draw a visit in the recorder, with its first standard."""
    page = opened(browser, address, token, NARROW)
    # The first opening fetches what there is to record.
    page.goto(f"{address}/recorder/")
    page.get_by_role("link", name="New visit").click()
    page.get_by_role("searchbox").fill("shop")
    page.locator(".channel").first.click()
    page.locator("#start").click()
    page.get_by_role("button", name="Next", exact=True).click()
    page.wait_for_timeout(500)
    page.get_by_role("radio", name="Yes").first.check()
    page.wait_for_timeout(1500)
    drawn = shown(page)
    page.context.close()
    return drawn


def draw_comparison(browser: Browser, address: str, token: str) -> Image.Image:
    """Draw the page that compares brands."""
    page = opened(browser, address, token, WIDE)
    visit_page(page, f"{address}/compare_brands")
    page.wait_for_function("() => !document.querySelector('[data-testid=\"stSkeleton\"]')")
    page.wait_for_timeout(1500)
    drawn = shown(page)
    page.context.close()
    return drawn


# Steps of installing as the phones name them, with what is to be looked for.
STEPS = {
    "install-iphone": (
        "iPhone · Safari",
        [
            ("share", "Open the address in Safari and tap Share."),
            ("add", "Scroll down and tap Add to Home Screen."),
            ("word", "Tap Add, top right."),
            ("icon", "Open it from the home screen, with signal, and sign in once more."),
        ],
    ),
    "install-android": (
        "Android · Chrome",
        [
            ("menu", "Open the address in Chrome and tap the menu."),
            ("install", "Tap Add to Home screen, then Install."),
            ("word", "Tap Install once more."),
            ("icon", "Open it from the home screen, with signal."),
        ],
    ),
}
_WORDS = {"install-iphone": "Add", "install-android": "Install"}
_INK, _QUIET, _GROUND, _CARD, _LINK = "#17212B", "#52616B", "#F2F5F7", "#FFFFFF", "#00629B"
_WIDTH, _ROW, _HEAD = 780, 150, 110


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def draw_steps(name: str) -> Image.Image:
    """Draw the steps of installing on one kind of phone: a sign and a sentence each."""
    title, steps = STEPS[name]
    picture = Image.new("RGB", (_WIDTH, _HEAD + _ROW * len(steps) + 20), _GROUND)
    pen = ImageDraw.Draw(picture)
    pen.text((36, 34), title, font=_font(40), fill=_INK)
    for number, (sign, words) in enumerate(steps):
        top = _HEAD + number * _ROW
        pen.rounded_rectangle((24, top, _WIDTH - 24, top + _ROW - 16), 20, fill=_CARD)
        _draw_sign(picture, sign, (44, top + 17), _WORDS[name])
        for line, text in enumerate(_wrapped(pen, f"{number + 1}. {words}", _WIDTH - 24 - 190 - 20)):
            pen.text((190, top + 28 + 42 * line), text, font=_font(30), fill=_INK)
    return picture


def _wrapped(pen: ImageDraw.ImageDraw, words: str, width: int) -> list[str]:
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if pen.textlength(longer, font=_font(30)) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _draw_sign(picture: Image.Image, sign: str, at: tuple[int, int], word: str) -> None:
    """Draw what a phone shows at this step, 100 pixels square."""
    pen = ImageDraw.Draw(picture)
    x, y = at
    match sign:
        case "share":
            pen.line((x + 50, y + 8, x + 50, y + 62), fill=_LINK, width=7)
            pen.line((x + 30, y + 28, x + 50, y + 8, x + 70, y + 28), fill=_LINK, width=7, joint="curve")
            corners = (x + 36, y + 42, x + 18, y + 42, x + 18, y + 94, x + 82, y + 94, x + 82, y + 42)
            pen.line((*corners, x + 64, y + 42), fill=_LINK, width=7, joint="curve")
        case "add":
            pen.rounded_rectangle((x + 12, y + 12, x + 88, y + 88), 18, outline=_INK, width=7)
            pen.line((x + 50, y + 30, x + 50, y + 70), fill=_INK, width=7)
            pen.line((x + 30, y + 50, x + 70, y + 50), fill=_INK, width=7)
        case "menu":
            for dot in (22, 50, 78):
                pen.ellipse((x + 42, y + dot - 8, x + 58, y + dot + 8), fill=_INK)
        case "install":
            pen.rounded_rectangle((x + 24, y + 4, x + 76, y + 96), 12, outline=_INK, width=7)
            pen.line((x + 50, y + 24, x + 50, y + 62), fill=_INK, width=7)
            pen.line((x + 36, y + 48, x + 50, y + 64, x + 64, y + 48), fill=_INK, width=7, joint="curve")
        case "word":
            pen.rounded_rectangle((x, y + 24, x + 116, y + 76), 26, fill=_LINK)
            pen.text((x + 58, y + 50), word, font=_font(28), fill=_CARD, anchor="mm")
        case "icon":
            icon = Image.open(BytesIO(icon_png(192))).resize((84, 84))
            picture.paste(icon, (x + 8, y - 4), icon)
            pen.text((x + 50, y + 96), SHORT_NAME, font=_font(22), fill=_QUIET, anchor="mm")


def write(folder: Path, name: str, picture: Image.Image) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(small_png(picture))


def draw_all() -> None:
    """Write the screenshots of the manifest and the README's steps."""
    for name in STEPS:
        write(PICTURES, name, draw_steps(name))
    with example_server() as (server, _addresses, token), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        write(SCREENSHOTS, "narrow", draw_recorder(browser, server.address, token))
        write(SCREENSHOTS, "wide", draw_comparison(browser, server.address, token))
        browser.close()


if __name__ == "__main__":
    draw_all()
