"""The export file: complete, readable without the program, and imported once."""

import base64
import io
import json
import zipfile
from hashlib import sha256

from tests.recorder.syncing import (
    kept,
    record,
    start,
)
from tests.server.phone import a_photo, rows_of


def test_line_10_the_export_file_opens_without_the_program_and_is_imported_once(tab, place):
    visit = record(tab, place, photos=2, story="Grüße")
    undecodable = tab.evaluate(
        """async (visitId) => {
            const id = crypto.randomUUID();
            const bytes = new Uint8Array([1, 2, 3]).buffer;
            await store.addPhoto({ id, visitId, code: null, type: "image/heic", bytes, takenAt: null });
            await store.changePhoto(id, { state: "undecodable" });
            return id;
        }""",
        visit["id"],
    )
    packed = tab.evaluate(
        """async (id) => {
            const file = await exportVisit(store, id);
            const reader = new FileReader();
            return new Promise((resolve) => {
                reader.onload = () => resolve(reader.result.split(",")[1]);
                reader.readAsDataURL(file);
            });
        }""",
        visit["id"],
    )
    content = base64.b64decode(packed)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        hashes = json.loads(archive.read("hashes.json"))
        assert all(sha256(archive.read(name)).hexdigest() == digest for name, digest in hashes.items())
        document = json.loads(archive.read("visit.json"))
        packed_photos = {one: archive.read(one) for one in names if one.startswith("photos/")}
    assert set(hashes) == names - {"hashes.json"}
    assert sorted(packed_photos.values()) == sorted(a_photo(number) for number in range(2))
    assert (document["id"], document["story"]) == (visit["id"], "Grüße")
    assert [(one["code"], one["value"]) for one in document["observations"]] == [("A", 1)]
    photos = {f"photos/{photo['id']}.jpg" for photo in document["photos"]}
    assert len(photos) == 2
    assert names == {"visit.json", "hashes.json", f"not-readable/{undecodable}.heic", *photos}
    statuses = tab.evaluate(
        """async (id) => {
            const statuses = [];
            for (let time = 0; time < 2; time += 1) {
                const body = await exportVisit(store, id);
                const headers = { "X-Second-Visit": "1", "Content-Type": "application/zip" };
                const answer = await fetch("/api/v1/visits/import", { method: "POST", headers, body });
                statuses.push([answer.status, (await answer.json()).id]);
            }
            return statuses;
        }""",
        visit["id"],
    )
    assert statuses == [[201, visit["id"]], [200, visit["id"]]]
    assert (rows_of(visit["id"])["visits"], rows_of(visit["id"])["photos"]) == (1, 2)
    # Sent as well, it is still one.
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert (rows_of(visit["id"])["visits"], rows_of(visit["id"])["photos"]) == (1, 2)
