"""Photos that phones send: taken once, answered by their hash, safe to show (contract lines 18, 20, 37)."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image

from server.syncing import read_bytes
from standards.errors import PhotoTooLarge
from storage.photo_files import photo_path
from storage.photos import add_photo, caption_photo, mark_blacked_out, photos_of
from storage.pictures import BYTE_LIMIT
from storage.sessions import in_session
from storage.settings import read_settings
from storage.tables import PhotoRow, VisitRow
from tests.pictures import BOMBS, HIDDEN, NO_PHOTOS, noise, sent, upright
from tests.running import run
from tests.server.phone import JPEG, a_phone, a_photo, named, rows_of
from tests.storage.builders import events_about


@pytest.fixture
def phone(database):
    return a_phone()


def a_draft(phone, *photos):
    document = phone.document(photos=list(photos))
    phone.stored(document)
    return document


def stored_files():
    return [path for path in read_settings().photos.rglob("*") if path.is_file()]


def test_line_18_the_same_photo_twice_gives_the_same_answer_and_one_row(phone):
    photo = named(a_photo())
    visit = a_draft(phone, photo)["id"]
    first, again = (phone.put_photo(visit, photo["id"], a_photo()) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert rows_of(visit)["photos"] == 1
    assert [event.action for event in events_about("photo", photo["id"])] == ["added"]


def test_line_18_twenty_of_the_same_photo_at_once_give_one_row(phone):
    photo = named(a_photo())
    visit = a_draft(phone, photo)["id"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: phone.put_photo(visit, photo["id"], a_photo()), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert rows_of(visit)["photos"] == 1
    assert len(stored_files()) == 2


def test_line_18_a_photo_sent_again_after_the_visit_was_submitted_is_answered_as_before(phone):
    photo = named(a_photo())
    draft = a_draft(phone, photo)
    first = phone.put_photo(draft["id"], photo["id"], a_photo())
    phone.stored(draft | {"base_revision": 1, "state": "submitted"})
    assert phone.put_photo(draft["id"], photo["id"], a_photo()).content == first.content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_line_20_the_answer_is_the_hash_of_the_bytes_that_came(kind, phone):
    content = sent(kind, upright((120, 80)))
    photo = named(content, caption="The till", taken_at="2026-03-10T11:46:00+01:00")
    visit = a_draft(phone, photo)["id"]
    told = phone.put_photo(visit, photo["id"], content, **{"Content-Type": f"image/{kind.lower()}"}).json()
    assert told == {
        "id": photo["id"],
        "sha256": sha256(content).hexdigest(),
        "byte_count": len(content),
        "received": True,
    }
    with in_session(read_only=True) as session:
        [kept] = photos_of(session, UUID(visit))
        assert session.get_one(PhotoRow, kept.id).received_sha256 == told["sha256"]
    assert (kept.code, kept.caption) == ("A", "The till")
    assert kept.taken_at
    assert kept.taken_at.isoformat() == "2026-03-10T10:46:00+00:00"
    assert kept.sha256 != told["sha256"]


def test_line_20_bytes_damaged_on_their_way_are_answered_by_their_own_hash_and_not_kept(phone):
    photo = named(a_photo())
    visit = a_draft(phone, photo)["id"]
    damaged = a_photo()[:-40] + b"\0" * 40
    told = phone.put_photo(visit, photo["id"], damaged).json()
    assert (told["sha256"], told["received"]) == (sha256(damaged).hexdigest(), False)
    assert rows_of(visit)["photos"] == 0
    assert phone.put_photo(visit, photo["id"], a_photo()).json()["received"]


def test_other_bytes_under_an_id_that_is_taken_are_409_and_overwrite_nothing(phone):
    photo = named(a_photo())
    visit = a_draft(phone, photo)["id"]
    phone.put_photo(visit, photo["id"], a_photo())
    refused = phone.put_photo(visit, photo["id"], a_photo(2))
    assert (refused.status_code, refused.json()["code"]) == (409, "SYNC-5")
    elsewhere = phone.put_photo(a_draft(phone)["id"], photo["id"], a_photo(3))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "SYNC-5")
    with in_session(read_only=True) as session:
        assert session.get_one(PhotoRow, UUID(photo["id"])).received_sha256 == photo["sha256"]


def test_a_photo_needs_its_visit_first_and_a_submitted_one_takes_none(phone):
    assert phone.put_photo(str(uuid4()), str(uuid4()), a_photo()).status_code == 404
    done = phone.document(state="submitted")
    phone.stored(done)
    refused = phone.put_photo(done["id"], str(uuid4()), a_photo())
    assert (refused.status_code, refused.json()["code"]) == (409, "VISIT-2")


def test_a_photo_its_visit_does_not_name_yet_is_kept_with_the_standard_it_came_for(phone):
    visit, photo_id = a_draft(phone)["id"], str(uuid4())
    assert phone.put_photo(visit, photo_id, a_photo(), code="B").json()["received"]
    [told] = phone.get(f"visits/{visit}/document").json()["photos"]
    assert (told["id"], told["code"], told["sha256"]) == (photo_id, "B", sha256(a_photo()).hexdigest())
    assert phone.put_photo(visit, str(uuid4()), a_photo(2), code="Z").json()["code"] == "VISIT-1"


def test_a_photo_that_came_does_not_make_the_phones_visit_an_old_one(phone):
    photo = named(a_photo())
    draft = a_draft(phone, photo)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    assert phone.stored(draft)["photos"] == [{"id": photo["id"], "sha256": photo["sha256"], "received": True}]
    assert phone.stored(draft | {"base_revision": 1, "story": "More"})["revision"] == 2


def test_a_caption_and_a_standard_changed_on_the_phone_reach_a_photo_that_is_here(phone):
    photo = named(a_photo())
    draft = a_draft(phone, photo)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    phone.stored(draft | {"base_revision": 1, "photos": [photo | {"caption": " Two  tills ", "code": None}]})
    with in_session(read_only=True) as session:
        [kept] = photos_of(session, UUID(draft["id"]))
    assert (kept.caption, kept.code) == ("Two tills", None)


def is_blacked_out(visit):
    with in_session(read_only=True) as session:
        return [photo.blacked_out for photo in photos_of(session, UUID(visit["id"]))]


def test_a_photo_that_was_blacked_out_before_it_was_sent_is_kept_as_such(phone):
    photo = named(a_photo(), blacked_out=True)
    draft = a_draft(phone, photo)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    assert is_blacked_out(draft) == [True]
    [told] = phone.get(f"visits/{draft['id']}/document").json()["photos"]
    assert told["blacked_out"] is True
    assert phone.stored(draft)["revision"] == 1


def test_a_photo_blacked_out_later_comes_with_other_bytes_and_its_mark(phone):
    photo = named(a_photo())
    draft = a_draft(phone, photo)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    drawn_on = named(a_photo(2), blacked_out=True) | {"id": photo["id"]}
    phone.stored(draft | {"base_revision": 1, "photos": [drawn_on]})
    assert is_blacked_out(draft) == [False]
    phone.put_photo(draft["id"], photo["id"], a_photo(2))
    assert is_blacked_out(draft) == [True]


def test_a_phone_that_knows_no_such_mark_sends_a_photo_that_has_none(phone):
    photo = named(a_photo(), blacked_out=True)
    draft = a_draft(phone, photo)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    older = {name: told for name, told in photo.items() if name != "blacked_out"}
    assert phone.stored(draft | {"base_revision": 1, "photos": [older]})["revision"] == 2
    assert is_blacked_out(draft) == [False]


def test_what_was_awaited_before_there_was_a_mark_has_none(phone):
    photo = named(a_photo())
    draft = a_draft(phone, photo)
    with in_session() as session:
        row = session.get_one(VisitRow, UUID(draft["id"]))
        row.photos_awaited = [
            {name: told for name, told in kept.items() if name != "blacked_out"}
            for kept in row.photos_awaited
        ]
    assert phone.stored(draft)["revision"] == 1
    phone.put_photo(draft["id"], photo["id"], a_photo())
    assert is_blacked_out(draft) == [False]


def test_what_is_marked_at_a_desk_after_the_visit_was_sent_lets_a_lost_answer_be_asked_for_again(phone):
    photo = named(a_photo())
    draft = a_draft(phone, photo)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    sent_for_good = draft | {"base_revision": 1, "state": "submitted"}
    first = phone.stored(sent_for_good)
    with in_session() as session:
        mark_blacked_out(session, UUID(photo["id"]), is_blacked_out=True)
    assert phone.stored(sent_for_good) == first
    assert is_blacked_out(draft) == [True]


def test_a_photo_added_at_a_desk_stays_when_the_phone_goes_on(phone):
    draft = a_draft(phone)
    with in_session(by=phone.person.id) as session:
        added = add_photo(session, UUID(draft["id"]), "A", a_photo())
        caption_photo(session, added.id, "From the desk")
    told = phone.get(f"visits/{draft['id']}/document").json()
    assert told["photos"][0]["sha256"] == added.sha256
    of_phone = {name: draft[name] for name in ("app_version", "device")}
    assert phone.stored(told | of_phone | {"state": "submitted"})["state"] == "submitted"
    with in_session(read_only=True) as session:
        assert [photo.caption for photo in photos_of(session, UUID(draft["id"]))] == ["From the desk"]


def test_a_visit_takes_a_hundred_photos(phone):
    draft = a_draft(phone)
    content = a_photo()
    for _ in range(100):
        assert phone.put_photo(draft["id"], str(uuid4()), content).status_code == 200
    refused = phone.put_photo(draft["id"], str(uuid4()), content)
    assert (refused.status_code, refused.json()["code"]) == (422, "PHOTO-4")
    assert rows_of(draft["id"])["photos"] == 100


@pytest.mark.parametrize(("bomb", "code"), BOMBS.values(), ids=BOMBS)
def test_line_37_a_bomb_is_refused_and_leaves_nothing(bomb, code):
    phone = a_phone()
    visit = a_draft(phone)["id"]
    refused = phone.put_photo(visit, str(uuid4()), bomb())
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert stored_files() == []
    assert phone.put_photo(visit, str(uuid4()), a_photo()).status_code == 200


@pytest.mark.parametrize("content", [content for content, _ in NO_PHOTOS.values()], ids=NO_PHOTOS)
def test_line_37_what_is_no_photo_is_refused_whatever_it_calls_itself(content):
    phone = a_phone()
    visit = a_draft(phone)["id"]
    refused = phone.put_photo(visit, str(uuid4()), content)
    assert (refused.status_code, refused.json()["code"]) == (422, "PHOTO-1")
    assert rows_of(visit)["photos"] == 0


def test_line_37_a_second_file_behind_the_picture_and_all_metadata_are_gone():
    phone = a_phone()
    visit = a_draft(phone)["id"]
    polyglot = sent("JPEG", upright((300, 200))) + b"PK\x03\x04<script>alert(1)</script>"
    told = phone.put_photo(visit, str(uuid4()), polyglot)
    assert told.status_code == 200
    with in_session(read_only=True) as session:
        [kept] = photos_of(session, UUID(visit))
    content = photo_path(kept.sha256).read_bytes()
    assert HIDDEN.encode() not in content
    assert b"<script>" not in content
    assert Image.open(BytesIO(content)).size == (300, 200)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_line_37_a_truncated_photo_is_refused(share):
    phone = a_phone()
    content = noise((300, 200))
    refused = phone.put_photo(a_draft(phone)["id"], str(uuid4()), content[: int(len(content) * share)])
    assert (refused.status_code, refused.json()["code"]) == (422, "PHOTO-1")


def test_line_37_a_photo_over_the_limit_is_413_and_the_connection_ends():
    phone = a_phone()
    refused = phone.put_photo(a_draft(phone)["id"], str(uuid4()), b"\xff\xd8\xff" + bytes(BYTE_LIMIT))
    assert (refused.status_code, refused.json()["code"]) == (413, "PHOTO-2")
    assert refused.headers["connection"] == "close"


def test_line_37_what_comes_over_the_limit_is_not_read_to_its_end():
    read: list[int] = []

    async def endless():
        while len(read) < 100:
            read.append(1_000_000)
            yield bytes(1_000_000)

    with pytest.raises(PhotoTooLarge):
        run(read_bytes(endless()))
    assert sum(read) <= BYTE_LIMIT + 1_000_000


@pytest.mark.parametrize("kind", ["application/json", "application/octet-stream", "video/mp4", ""])
def test_line_37_only_a_picture_is_taken_as_a_photo(kind):
    phone = a_phone()
    path = f"/api/v1/photos/{uuid4()}?visit={a_draft(phone)['id']}"
    assert phone.ask("PUT", path, JPEG | {"Content-Type": kind}, content=a_photo()).status_code == 415


def test_a_busy_database_is_503_and_the_retry_works(monkeypatch):
    monkeypatch.setattr("storage.sessions.BUSY_TIMEOUT_SECONDS", 0)
    phone = a_phone()
    visit, photo_id = a_draft(phone)["id"], str(uuid4())
    with closing(sqlite3.connect(read_settings().data / "second_visit.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        for refused in (phone.put_photo(visit, photo_id, a_photo()), phone.put(phone.document())):
            assert (refused.status_code, refused.json()["code"]) == (503, "STORE-2")
            assert int(refused.headers["retry-after"]) > 0
    assert phone.put_photo(visit, photo_id, a_photo()).json()["received"]
