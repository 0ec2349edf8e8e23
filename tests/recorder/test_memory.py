"""However many photos a visit has, one is in memory at a time: counted, and measured as Chromium has it."""

import io
import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.recorder.conftest import bring_in
from tests.recorder.syncing import ANSWERED, START, kept, record, start

PHOTOS, AT_ONCE = 200, 20
MEGABYTE = 1_000_000
# One photo with its copies on the way to the disk or the network; all of them are more than four times this.
MOST_IN_HAND = 25 * MEGABYTE
# What a renderer's memory goes up and down by while photos of 12 megapixels are decoded, 48 MB each.
UNREST = 40 * MEGABYTE
GIVE_FILE = """(content) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    window.file = new File([bytes], "IMG_1.jpg", { type: "image/jpeg" });
}"""
READY = """async ([begun, answers, content, count]) => {
    const photo = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const ids = [];
    for (let visits = 0; visits < 2; visits += 1) {
        const { id: visitId } = await store.saveVisit({ ...newVisit(begun), answers });
        for (let made = 0; made < count; made += 1) {
            const [id, bytes] = [crypto.randomUUID(), photo.buffer.slice(0)];
            await store.addPhoto({ id, visitId, code: "A", type: "image/jpeg", bytes, takenAt: null });
            await store.changePhoto(id, { state: "ready" });
        }
        await store.saveVisit({ ...(await store.visit(visitId)), state: "waiting" });
        ids.push(visitId);
    }
    return ids;
}"""
KEEP = """async (count) => {
    for (let made = 0; made < count; made += 1) await keepPhoto(store, visit.id, "A", file);
    await finishPhotos(store);
}"""


def a_photo(size: tuple[int, int]) -> bytes:
    """Return a photo that packs as a real scene does: 2 MB for 12 megapixels, 1 MB for 3."""
    written = io.BytesIO()
    drawn = Image.effect_noise((1000, 750), 60).convert("RGB")
    drawn.resize(size, Image.Resampling.BICUBIC).save(written, "JPEG", quality=60)
    return written.getvalue()


@pytest.fixture
def camera_tab(real_tab: Page, place) -> Page:
    """Open a tab that keeps photos on the disk, with a visit as `visit`."""
    bring_in(real_tab, place.person)
    real_tab.evaluate(
        """async (begun) => {
            Object.assign(window, await import("/recorder/photo.js"));
            window.visit = await store.saveVisit(newVisit(begun));
        }""",
        place.begun,
    )
    return real_tab


@pytest.fixture
def in_hand(camera_tab: Page) -> Callable[[], int]:
    """Give a way to ask Chromium how many bytes the page's script can still reach."""
    tools = camera_tab.context.new_cdp_session(camera_tab)

    def asked() -> int:
        tools.send("HeapProfiler.collectGarbage")
        found = tools.send("Runtime.getHeapUsage")
        return int(found["usedSize"] + found["embedderHeapUsedSize"] + found["backingStorageSize"])

    return asked


def resident_bytes() -> int:
    """Return what the pages' processes hold of the machine's memory: scripts, workers, decoded pictures."""
    return sum(_own_memory(Path(f"/proc/{process}")) for process in _started_by(os.getpid()))


def _started_by(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            for child in map(int, task.read_text().split()):
                yield child
                yield from _started_by(child)
        except OSError:
            continue


def _own_memory(process: Path) -> int:
    try:
        if "--type=renderer" not in (process / "cmdline").read_text():
            return 0
        told = (process / "status").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in told if line.startswith("RssAnon"))


def test_line_22_one_photo_is_in_memory_at_a_time(tab, place):
    visit = record(tab, place, photos=12)
    tab.evaluate(
        """() => {
            window.inHand = 0;
            window.most = 0;
            const read = store.photo.bind(store);
            store.photo = async (id) => { most = Math.max(most, ++inHand); return read(id); };
            const send = window.fetch;
            window.fetch = async (path, init) => {
                const answer = await send(path, init);
                if (path.includes("/photos/")) inHand -= 1;
                return answer;
            };
            store.visits = () => { throw new Error("all visits at once"); };
        }"""
    )
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert (tab.evaluate("most"), tab.evaluate("inHand")) == (1, 0)


@pytest.mark.long
def test_line_22_memory_stays_flat_while_200_photos_of_12_megapixels_are_taken(camera_tab, in_hand):
    tab, held, resident = camera_tab, [], []
    tab.evaluate(GIVE_FILE, b64encode(a_photo((4000, 3000))).decode())
    for _ in range(PHOTOS // AT_ONCE):
        tab.evaluate(KEEP, AT_ONCE)
        held.append(in_hand())
        resident.append(resident_bytes())
    assert max(held) < MOST_IN_HAND, held
    assert median(resident[-3:]) - median(resident[:3]) < UNREST, resident
    photos = tab.evaluate("store.photosOf(visit.id)")
    assert [photo["state"] for photo in photos] == ["ready"] * PHOTOS
    assert sum(photo["byteCount"] for photo in photos) > 4 * MOST_IN_HAND, "kept in hand, it would be seen"


@pytest.mark.long
def test_line_22_memory_stays_flat_while_200_photos_are_exported_and_sent(camera_tab, in_hand, place):
    tab = camera_tab
    content = a_photo((2000, 1500))
    # The server takes 100 photos a visit.
    visits = tab.evaluate(READY, [place.begun, ANSWERED, b64encode(content).decode(), PHOTOS // 2])
    held = watched(tab, in_hand, f"exportVisit(store, '{visits[0]}').then(({{ size }}) => size)")
    assert tab.evaluate("outcome") > len(content) * PHOTOS // 2
    assert max(held) < MOST_IN_HAND, held
    tab.evaluate(START)
    held = watched(tab, in_hand, "sync.now()")
    assert [kept(tab, {"id": one})["state"] for one in visits] == ["sent", "sent"]
    assert len(held) > AT_ONCE
    assert max(held) < MOST_IN_HAND, held


def watched(tab: Page, in_hand: Callable[[], int], work: str) -> list[int]:
    """Begin something, and return what the page held again and again until it was done."""
    tab.evaluate(
        f"""() => {{
            window.isDone = false;
            ({work}).then((outcome) => Object.assign(window, {{ outcome, isDone: true }}));
        }}"""
    )
    found = [in_hand()]
    while not tab.evaluate("isDone"):
        found.append(in_hand())
    return found
