"""The export of a phone, opened without the program and imported as if it were sent (contract line 10)."""

import io
import json
import zipfile
from hashlib import sha256
from uuid import uuid4

import pytest

from server.sync_import import read_export
from standards.errors import ExportUnusable
from tests.server.phone import WRITES, a_phone, a_photo, named, row_of, rows_of

ZIP = WRITES | {"Content-Type": "application/zip"}


@pytest.fixture
def phone(database):
    return a_phone()


def export_of(document, photos=(), *, hashes=None, **more):
    """Pack what the recorder exports: the visit, its photos by their ids, and the hashes of both."""
    parts = {"visit.json": json.dumps(document, indent=1).encode()}
    parts |= {f"photos/{photo['id']}.jpg": content for photo, content in photos} | more
    named_hashes = {name: sha256(content).hexdigest() for name, content in parts.items()}
    parts["hashes.json"] = json.dumps(named_hashes if hashes is None else hashes).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def bring(phone, content):
    return phone.ask("POST", "/api/v1/visits/import", ZIP, content=content)


def whole(phone, **changes):
    photos = [named(a_photo()), named(a_photo(2), code=None)]
    document = phone.document(state="submitted", photos=photos, **changes)
    return document, list(zip(photos, (a_photo(), a_photo(2)), strict=True))


def test_line_10_an_export_is_the_same_visit_and_again_no_second_one(phone):
    document, photos = whole(phone)
    export = export_of(document, photos)
    first, again = bring(phone, export), bring(phone, export)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    told = first.json()
    assert (told["id"], told["state"]) == (document["id"], "submitted")
    assert [photo["received"] for photo in told["photos"]] == [True, True]
    assert rows_of(document["id"])["photos"] == 2
    assert rows_of(document["id"])["visits"] == 1


def test_line_10_what_the_phone_had_sent_in_part_is_finished(phone):
    document, photos = whole(phone)
    phone.stored(document | {"state": "draft"})
    phone.put_photo(document["id"], photos[0][0]["id"], photos[0][1])
    answer = bring(phone, export_of(document | {"base_revision": 1}, photos[1:]))
    assert (answer.status_code, answer.json()["state"]) == (200, "submitted")
    assert rows_of(document["id"])["photos"] == 2


def test_line_10_what_the_phone_sends_after_the_import_is_the_same_visit(phone):
    document, photos = whole(phone)
    told = bring(phone, export_of(document, photos)).json()
    assert phone.stored(document) == told
    assert phone.put_photo(document["id"], photos[0][0]["id"], photos[0][1]).json()["received"]
    assert rows_of(document["id"])["photos"] == 2


def test_line_10_a_draft_is_imported_as_a_draft(phone):
    document, photos = whole(phone)
    answer = bring(phone, export_of(document | {"state": "draft"}, photos))
    assert (answer.status_code, answer.json()["state"]) == (201, "draft")
    assert [photo["received"] for photo in answer.json()["photos"]] == [True, True]


def test_line_10_an_import_overwrites_nothing_the_phone_has_not_seen(phone):
    document, photos = whole(phone)
    phone.stored(document | {"photos": [], "story": "From the phone"})
    refused = bring(phone, export_of(document, photos))
    assert (refused.status_code, refused.json()["code"]) == (409, "SYNC-1")
    assert row_of(document["id"]).story == "From the phone"
    assert rows_of(document["id"])["photos"] == 0


def test_line_10_a_submission_without_all_its_photos_changes_nothing(phone):
    document, photos = whole(phone)
    refused = bring(phone, export_of(document, photos[:1]))
    assert (refused.status_code, refused.json()["photos"]) == (422, [photos[1][0]["id"]])
    assert rows_of(document["id"]) == {"visits": 0, "observations": 0, "photos": 0, "events": 0}


def unusable(document, photos):
    good = export_of(document, photos)
    yield "no ZIP", b"PK\x03\x04 but nothing else"
    yield "cut off", good[: len(good) // 2]
    yield "empty", b""
    yield "a part too many", export_of(document, photos, hashes={"visit.json": "x"})
    yield "a hash that differs", export_of(document, photos) and _with_other_hash(document, photos)
    yield "hashes that are none", export_of(document, photos, hashes=[1])
    yield "a part elsewhere", export_of(document, photos, **{"../../etc/passwd": b"x"})
    yield "a photo of no name", export_of(document, photos, **{"photos/x.jpg": a_photo()})
    yield "a photo the visit does not name", export_of(document, [*photos, (named(a_photo(3)), a_photo(3))])
    yield "a bomb", export_of(document, photos, **{f"photos/{uuid4()}.jpg": bytes(30_000_000)})


def _with_other_hash(document, photos):
    hashes = {"visit.json": sha256(json.dumps(document, indent=1).encode()).hexdigest()}
    hashes |= {f"photos/{photo['id']}.jpg": "0" * 64 for photo, _ in photos}
    return export_of(document, photos, hashes=hashes)


def test_line_10_an_export_that_is_not_whole_changes_nothing_and_says_why():
    phone = a_phone()
    document, photos = whole(phone)
    for why, content in unusable(document, photos):
        refused = bring(phone, content)
        assert (refused.status_code, refused.json().get("code")) == (422, "SYNC-7"), why
    assert rows_of(document["id"])["visits"] == 0


def test_line_10_a_list_of_parts_that_is_too_long_is_not_read():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        for number in range(2_000):
            packed.writestr(f"photos/{number:036}.jpg", b"")
    with pytest.raises(ExportUnusable, match="more parts than an export has"):
        read_export(written)


def test_line_10_a_visit_of_somebody_else_is_not_touched(phone):
    document, photos = whole(phone)
    phone.stored(document | {"state": "draft"})
    other = a_phone("Ben")
    assert bring(other, export_of(document, photos)).status_code == 404


def test_line_10_an_export_of_an_older_or_newer_recorder_is_told_apart():
    phone = a_phone()
    document, photos = whole(phone)
    assert bring(phone, export_of(document | {"schema": 0}, photos)).status_code == 426
    assert bring(phone, export_of(document | {"schema": 2}, photos)).json()["code"] == "SYNC-4"
    assert bring(phone, export_of({"schema": 1}, photos)).status_code == 422
