"""Photos on the phone: kept as they come, sent small and upright without anything but pixels, blacked out."""

import io
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.pictures import HIDDEN, corners_of, exif_of, noise, sent, turned, upright
from tests.recorder.conftest import STILL_PAGE, Place

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "HEIF": "image/heic"}
LONGEST_SIDE = 2000
# As Safari before 16.4: nothing draws in a worker.
NO_OFFSCREEN = "delete window.OffscreenCanvas"
# Whatever decodes never comes back, as on a phone that ends the page for the memory it takes.
NEVER_DRAWS = "void (window.Worker = class { postMessage() {} terminate() {} })"
# What is in the databases as the browser holds it: what the store says of itself is not asked.
EVERYTHING_KEPT = """async () => {
    const found = [];
    const walk = (value) => {
        if (value instanceof Blob) found.push("blob");
        else if (value instanceof ArrayBuffer) {
            found.push(value);
        } else if (value && typeof value === "object") Object.values(value).forEach(walk);
    };
    for (const { name } of await indexedDB.databases()) {
        const database = await new Promise((resolve) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => resolve(opening.result);
        });
        for (const kept of database.objectStoreNames) {
            const asked = database.transaction(kept).objectStore(kept).getAll();
            walk(await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); }));
        }
        database.close();
    }
    const digest = async (bytes) => Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
        (byte) => byte.toString(16).padStart(2, "0")).join("");
    return Promise.all(found.map((one) => (one === "blob" ? one : digest(one))));
}"""


@pytest.fixture
def opened(phone: BrowserContext, place: Place) -> Callable[..., Page]:
    """Open tabs with the photo modules and a visit as `visit`; `first` runs before anything else."""

    def opened(first: str = "") -> Page:
        page = phone.new_page()
        page.goto(f"{place.address}{STILL_PAGE}")
        page.evaluate(first)
        page.evaluate(
            """async ([key, begun]) => {
                for (const name of ["store", "documents", "photo", "screens/photo"]) {
                    Object.assign(window, await import(`/recorder/${name}.js`));
                }
                window.store = await openStore(key);
                window.visit = newVisit(begun);
                await store.saveVisit(visit);
            }""",
            [str(place.person.id), place.begun],
        )
        return page

    return opened


@pytest.fixture
def tab(opened: Callable[..., Page]) -> Page:
    """Open one such tab."""
    return opened()


def keep(page: Page, content: bytes, kind: str = "image/jpeg") -> str:
    """Keep a photo as the camera gives it; return its id."""
    made = page.evaluate(
        """async ([content, type]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            return keepPhoto(store, visit.id, "A", new File([bytes], "IMG_0001", { type }));
        }""",
        [b64encode(content).decode(), kind],
    )
    return str(made)


def photo(page: Page, photo_id: str) -> dict[str, Any]:
    """Return a photo as the store has it."""
    found = page.evaluate(
        """async (id) => {
            const { bytes, ...facts } = await store.photo(id);
            const blob = new Blob([bytes]);
            const text = await new Promise((resolve) => {
                const reader = new FileReader();
                reader.onload = () => resolve(reader.result);
                reader.readAsDataURL(blob);
            });
            return { ...facts, content: bytes.byteLength ? text.split(",")[1] : "" };
        }""",
        photo_id,
    )
    return {**found, "content": b64decode(found["content"])}


def shrunk(page: Page, content: bytes, kind: str = "image/jpeg") -> dict[str, Any]:
    """Keep a photo and wait until it is drawn anew; return it."""
    photo_id = keep(page, content, kind)
    page.evaluate("finishPhotos(store)")
    return photo(page, photo_id)


def kept_hashes(page: Page) -> list[str]:
    return [str(one) for one in page.evaluate(EVERYTHING_KEPT)]


def test_line_02_a_photo_is_kept_as_bytes_with_type_and_hash_and_never_as_a_file(tab):
    photo_id = keep(tab, turned(6))
    tab.evaluate("finishPhotos(store)")
    found = photo(tab, photo_id)
    assert kept_hashes(tab) == [sha256(found["content"]).hexdigest()]
    assert found["sha256"] == sha256(found["content"]).hexdigest()
    assert (found["type"], found["byteCount"]) == ("image/jpeg", len(found["content"]))


def test_line_03_the_bytes_are_written_before_anything_decodes_them(opened):
    content = turned(6)
    photo_id = keep(opened(NEVER_DRAWS), content)
    again = opened()
    found = photo(again, photo_id)
    assert (found["content"], found["state"], found["code"]) == (content, "kept", "A")
    assert found["takenAt"] == "2026-05-04T10:30:00.000Z"


def test_line_03_the_next_start_finishes_what_a_page_left(opened):
    page = opened(NEVER_DRAWS)
    photo_id = keep(page, turned(3))
    page.close()
    again = opened()
    again.evaluate("finishPhotos(store)")
    found = photo(again, photo_id)
    assert found["state"] == "ready"
    assert corners_of(found["content"]) == corners_of(turned(1))


@pytest.mark.parametrize(
    "content", [b"no picture at all", sent()[:600], sent("HEIF")], ids=["text", "cut off", "HEIC"]
)
def test_line_03_what_cannot_be_decoded_stays_says_so_and_blocks_nothing(tab, content):
    found = shrunk(tab, content, "image/heic")
    assert (found["state"], found["content"]) == ("undecodable", content)
    tab.evaluate("(id) => { openPhoto(store, id); }", found["id"])
    expect(tab.get_by_role("dialog", name="Photo")).to_contain_text("cannot show this photo")
    document = tab.evaluate(
        """async () => toDocument(await store.visit(visit.id), await store.photosOf(visit.id),
            { appVersion: "1", sentAt: new Date(), timeZone: "UTC", clockOffsetMs: 0 })"""
    )
    assert document["photos"] == []
    assert shrunk(tab, turned(1))["state"] == "ready"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_line_14_a_photo_is_the_right_way_up_and_carries_nothing_but_pixels(tab, kind, orientation):
    found = shrunk(tab, turned(orientation, kind), TYPES[kind])
    assert (found["state"], found["type"], found["width"], found["height"]) == ("ready", "image/jpeg", 60, 40)
    assert corners_of(found["content"]) == corners_of(sent())
    assert_bare(found["content"])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_line_14_also_where_no_worker_can_draw(opened, orientation):
    found = shrunk(opened(NO_OFFSCREEN), turned(orientation))
    assert (found["state"], found["width"], found["height"]) == ("ready", 60, 40)
    assert corners_of(found["content"]) == corners_of(sent())
    assert_bare(found["content"])


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((8064, 6048), (2000, 1500), id="48 megapixels"),
        pytest.param((12000, 1500), (2000, 250), id="panorama"),
        pytest.param((1000, 14000), (143, 2000), id="tall panorama"),
    ],
)
@pytest.mark.parametrize("orientation", [1, 6])
def test_line_14_large_ones_shrink_and_are_never_black(tab, size, expected, orientation):
    width, height = size
    drawn = upright((width // 10, height // 10)).resize(size, Image.Resampling.NEAREST)
    # Laid out at once: pixel by pixel takes a minute at this size.
    seen = drawn.transpose(Image.Transpose.ROTATE_90) if orientation == 6 else drawn
    written = io.BytesIO()
    seen.save(written, "JPEG", quality=80, exif=exif_of(orientation))
    found = shrunk(tab, written.getvalue())
    made = (found["width"], found["height"])
    assert max(made) == LONGEST_SIDE
    assert all(abs(one - other) <= 1 for one, other in zip(made, expected, strict=True))
    assert Image.open(io.BytesIO(found["content"])).size == made
    assert corners_of(found["content"]) == corners_of(sent())


def test_line_14_what_is_clear_becomes_white(tab):
    written = io.BytesIO()
    Image.new("RGBA", (80, 50), (255, 0, 0, 0)).save(written, "PNG")
    found = shrunk(tab, written.getvalue(), "image/png")
    shown = Image.open(io.BytesIO(found["content"])).convert("RGB")
    assert shown.getpixel((40, 25)) == (255, 255, 255)


def test_line_14_a_picture_that_came_out_black_is_not_taken_for_the_photo(tab):
    written = io.BytesIO()
    Image.new("RGB", (80, 50), (0, 0, 0)).save(written, "PNG")
    found = shrunk(tab, written.getvalue(), "image/png")
    assert (found["state"], found["content"]) == ("undecodable", written.getvalue())


def test_line_14_an_empty_file_is_refused_in_words_and_keeps_nothing(tab):
    said = tab.evaluate(
        "keepPhoto(store, visit.id, null, new File([], 'IMG_2')).catch((error) => error.words)"
    )
    assert said.startswith("This photo came without anything in it.")
    assert tab.evaluate("store.photosOf(visit.id)") == []


def test_line_15_boxes_are_burned_into_the_pixels_and_the_original_leaves_the_phone(tab):
    original = sent("JPEG", noise_picture((800, 600)))
    before = shrunk(tab, original)
    tab.evaluate("(id) => { openPhoto(store, id); }", before["id"])
    dialog = tab.get_by_role("dialog", name="Photo")
    dialog.get_by_role("button", name="Black out").click()
    draw(tab, (0.1, 0.1), (0.3, 0.3))
    draw(tab, (0.6, 0.6), (0.9, 0.8))
    expect(dialog.locator(".box")).to_have_count(2)
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog.locator(".box")).to_have_count(1)
    dialog.get_by_role("button", name="Keep black").click()
    expect(dialog).to_contain_text("Blacked out.")
    after = photo(tab, before["id"])
    shown = Image.open(io.BytesIO(after["content"])).convert("L")
    assert max(shown.crop((100, 80, 220, 160)).tobytes()) <= 8
    # What was undone, and everything else, is still there.
    assert max(shown.crop((520, 400, 680, 460)).tobytes()) > 100
    assert kept_hashes(tab) == [after["sha256"]]
    assert not {before["sha256"], sha256(original).hexdigest()} & set(kept_hashes(tab))
    assert not after["received"]
    assert (before.get("blackedOut"), after["blackedOut"]) == (None, True)


def test_line_15_the_keyboard_draws_moves_and_removes_a_box(tab):
    before = shrunk(tab, sent("JPEG", noise_picture((400, 300))))
    tab.evaluate("(id) => { openPhoto(store, id); }", before["id"])
    tab.get_by_role("button", name="Black out").press("Enter")
    tab.get_by_role("button", name="Add a box").press("Enter")
    box = tab.locator(".box")
    expect(box).to_be_focused()
    left = box.evaluate("box => parseFloat(box.style.left)")
    box.press("ArrowLeft")
    assert box.evaluate("box => parseFloat(box.style.left)") < left
    wide = box.evaluate("box => parseFloat(box.style.width)")
    box.press("Shift+ArrowRight")
    assert box.evaluate("box => parseFloat(box.style.width)") > wide
    box.press("Delete")
    expect(box).to_have_count(0)
    tab.get_by_role("button", name="Cancel").press("Enter")
    assert photo(tab, before["id"])["sha256"] == before["sha256"]


def test_a_caption_is_kept_and_a_photo_deleted_only_at_the_second_tap(tab):
    found = shrunk(tab, turned(1))
    tab.evaluate("(id) => { openPhoto(store, id); }", found["id"])
    dialog = tab.get_by_role("dialog", name="Photo")
    dialog.get_by_role("textbox", name="Caption").fill("An empty shelf")
    dialog.get_by_role("button", name="Close").click()
    tab.wait_for_function(
        "async (id) => (await store.photo(id)).caption === 'An empty shelf'", arg=found["id"]
    )
    tab.evaluate("(id) => { openPhoto(store, id); }", found["id"])
    dialog.get_by_role("button", name="Delete").click()
    assert photo(tab, found["id"])["caption"] == "An empty shelf"
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog).to_have_count(0)
    assert tab.evaluate("store.photosOf(visit.id)") == []
    assert kept_hashes(tab) == []


def noise_picture(size: tuple[int, int]) -> Image.Image:
    return Image.open(io.BytesIO(noise(size, "PNG"))).convert("RGB")


def assert_bare(content: bytes) -> None:
    assert HIDDEN.encode() not in content
    read = Image.open(io.BytesIO(content))
    assert not read.getexif()
    assert set(read.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "icc_profile"}
    assert max(read.size) <= LONGEST_SIDE


def draw(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a box as a finger does, in parts of the photo."""
    around = page.locator(".boxes").bounding_box()
    assert around
    places = [
        {"clientX": around["x"] + x * around["width"], "clientY": around["y"] + y * around["height"]}
        for x, y in (start, ((start[0] + end[0]) / 2, end[1]), end)
    ]
    finger = {"pointerId": 1, "pointerType": "touch", "isPrimary": True, "bubbles": True, "button": 0}
    page.locator(".boxes").evaluate(
        """(layer, [finger, places]) => {
            // A pointer that no finger stands behind cannot be captured.
            layer.setPointerCapture = () => undefined;
            const tell = (name, place) =>
                layer.dispatchEvent(new PointerEvent(name, { ...finger, ...place }));
            tell("pointerdown", places[0]);
            for (const place of places.slice(1)) tell("pointermove", place);
            tell("pointerup", places.at(-1));
        }""",
        [finger, places],
    )
