"""Measures a photo of 12 megapixels in the recorder: until it is safe, until it is small, how taps wait."""

import argparse
import json
import os
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageFilter
from playwright.sync_api import Page, sync_playwright

from benchmarks.shell import CHROMIUM, OPTIONS, OURS, running
from server.requests import COOKIE
from standards.people import Role
from storage.door_sessions import open_session
from storage.example import load_example
from storage.people import add_account
from storage.sessions import close_database, in_session

SIZE = (4000, 3000)
# Keeps photos as the recorder does, from a file of the phone, and watches for tasks that hold taps up.
KEEP = """async (key) => {
    const [{ openStore }, { newVisit }, { keepPhoto, finishPhotos }] = await Promise.all(
        ["store", "documents", "photo"].map((name) => import(`/recorder/${name}.js`)));
    const store = await openStore(key);
    const visit = newVisit({ channelId: 1, editionId: 1 });
    await store.saveVisit(visit);
    const input = Object.assign(document.createElement("input"), { type: "file", id: "benchmark" });
    document.body.append(input);
    window.kept = [];
    input.addEventListener("change", async () => {
        let longest = 0;
        const watching = new PerformanceObserver((found) => {
            for (const task of found.getEntries()) longest = Math.max(longest, task.duration);
        });
        watching.observe({ type: "longtask" });
        const began = performance.now();
        const id = await keepPhoto(store, visit.id, null, input.files[0]);
        const safe = performance.now() - began;
        await finishPhotos(store);
        const shrunk = performance.now() - began;
        await new Promise((resolve) => setTimeout(resolve, 300));
        watching.disconnect();
        const { state, width, height, byteCount } = await store.photo(id);
        input.value = "";
        kept.push({ safe, shrunk, longest, state, width, height, byteCount });
    });
}"""


def main() -> None:
    """Print one line of JSON, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=5)
    parser.add_argument("--cpu", type=float, default=4.0, help="how many times slower the phone is")
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        os.environ["SECOND_VISIT_DATA"] = str(Path(folder) / "data")
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        load_example()
        with in_session() as session:
            shopper = add_account(session, "Ann", "ann@example.com", Role.SHOPPER)
            token = open_session(session, shopper.id, device="A phone")
        close_database()
        photo = Path(folder) / "IMG_0001.jpg"
        photo.write_bytes(as_a_camera_writes())
        with running(OURS) as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
            context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True)
            address = f"http://127.0.0.1:{port}"
            context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
            page = context.new_page()
            page.goto(f"{address}/recorder/")
            page.wait_for_timeout(2000)
            page.evaluate(KEEP, str(shopper.id))
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": arguments.cpu})
            # The first starts the worker, as the first of a visit does, and is measured with the others.
            found = [_keep(page, photo, number) for number in range(arguments.photos)]
            browser.close()
        size = photo.stat().st_size
    assert all(one["state"] == "ready" and max(one["width"], one["height"]) == 2000 for one in found)
    told = {
        "megapixels": SIZE[0] * SIZE[1] / 1e6,
        "photo_bytes": size,
        "photos": len(found),
        "cpu": arguments.cpu,
        "sent_bytes": round(median(one["byteCount"] for one in found)),
    }
    for name in ("safe", "shrunk", "longest"):
        times = [one[name] for one in found]
        key = "longest_task" if name == "longest" else name
        told |= {f"{key}_ms": round(median(times)), f"{key}_worst_ms": round(max(times))}
    # Chromium slows the page down and not its workers: this is what it were at the phone's speed throughout.
    beside = [one["safe"] + (one["shrunk"] - one["safe"]) * arguments.cpu for one in found]
    print(json.dumps({**told, "shrunk_all_slowed_ms": round(median(beside))}))


def as_a_camera_writes() -> bytes:
    """Return a photo of 12 megapixels with as much detail as a shelf has: about 4 MB."""
    channels = [
        Image.effect_noise(SIZE, 70).filter(ImageFilter.GaussianBlur(radius)) for radius in (1.1, 1.3, 1.5)
    ]
    written = BytesIO()
    Image.merge("RGB", channels).save(written, "JPEG", quality=88)
    return written.getvalue()


def _keep(page: Page, photo: Path, number: int) -> dict[str, Any]:
    page.set_input_files("#benchmark", photo)
    page.wait_for_function("(many) => kept.length === many", arg=number + 1, timeout=120_000)
    found: dict[str, Any] = page.evaluate("kept.at(-1)")
    return found


if __name__ == "__main__":
    main()
