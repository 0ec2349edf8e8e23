"""What the server's answers must say before a visit counts as sent, and its photos as received."""

import json
from hashlib import sha256

import pytest

from tests.recorder.conftest import until
from tests.recorder.syncing import PHOTOS, VISITS, bytes_of, kept, now, photos_of, record, start

JSON = {"Content-Type": "application/json"}


def answering_with(changes):
    """Answer a visit as the server does that has all of it, except for what is changed."""

    def answer(route):
        document = json.loads(route.request.post_data)
        photos = [{"id": one["id"], "sha256": one["sha256"], "received": True} for one in document["photos"]]
        told = {"id": document["id"], "state": document["state"], "revision": 1, "photos": photos}
        route.fulfill(status=200, headers=JSON, body=json.dumps(told | changes(told)))

    return answer


def each_photo(**changes):
    return lambda told: {"photos": [photo | changes for photo in told["photos"]]}


def take_photo(route):
    """Answer a photo as the server does that has its bytes."""
    photo_id = route.request.url.rpartition("/")[2].partition("?")[0]
    told = {"id": photo_id, "sha256": sha256_of(route), "byte_count": 1, "received": True}
    route.fulfill(status=200, headers=JSON, body=json.dumps(told))


def sha256_of(route):
    return sha256(route.request.post_data_buffer).hexdigest()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(each_photo(sha256="0" * 64), id="other bytes"),
        pytest.param(each_photo(received=False), id="not received"),
        pytest.param(lambda told: {"photos": []}, id="left out"),
        pytest.param(lambda told: {"state": "draft"}, id="still a draft"),
        pytest.param(lambda told: {"state": "returned"}, id="returned"),
        pytest.param(lambda told: {"id": "0f8fad5b-d9cb-469f-a165-70867728950e"}, id="another visit"),
        pytest.param(lambda told: {"revision": None}, id="without a revision"),
        pytest.param(lambda told: {"photos": None}, id="without photos"),
    ],
)
def test_line_20_a_visit_is_sent_only_by_an_answer_that_says_all_of_it_is_there(tab, place, changes):
    visit = record(tab, place, photos=2)
    tab.route(VISITS, answering_with(changes))
    tab.route(PHOTOS, take_photo)
    # Where there is little room, what counts as sent leaves at once.
    tab.evaluate("() => { navigator.storage.estimate = async () => ({ usage: 90, quota: 100 }); }")
    start(tab)
    assert kept(tab, visit)["state"] == "waiting"
    assert None not in bytes_of(tab, visit)
    tab.unroute(VISITS)
    tab.unroute(PHOTOS)
    now(tab)
    assert kept(tab, visit)["state"] == "sent"


def test_line_20_such_an_answer_is_believed_where_it_says_all(tab, place):
    visit = record(tab, place, photos=2)
    tab.route(VISITS, answering_with(lambda told: {}))
    tab.route(PHOTOS, take_photo)
    start(tab)
    assert kept(tab, visit)["state"] == "sent"


def test_line_20_the_answer_to_one_photo_is_no_receipt_for_another(tab, place):
    visit = record(tab, place, photos=2)
    ids = [photo["id"] for photo in photos_of(tab, visit)]

    def mix_up(route):
        told = {"id": ids[0], "sha256": sha256_of(route), "byte_count": 1, "received": True}
        route.fulfill(status=200, headers=JSON, body=json.dumps(told))

    tab.route(f"**/api/v1/photos/{ids[1]}*", mix_up)
    start(tab)
    assert kept(tab, visit)["state"] == "waiting"
    assert not next(photo for photo in photos_of(tab, visit) if photo["id"] == ids[1])["received"]


def test_line_20_a_receipt_for_bytes_that_were_drawn_over_meanwhile_does_not_count(tab, place):
    visit = record(tab, place, photos=1)
    [photo] = photos_of(tab, visit)
    received = tab.evaluate(
        """async ({ id, sha256 }) => {
            const found = [];
            await store.noteReceived(id, sha256, true);
            for (const bytes of [new Uint8Array([1]).buffer, undefined]) {
                const now = await store.changePhoto(id, { bytes, caption: "a face less" });
                await store.noteReceived(id, sha256, true);
                found.push((await store.photo(id)).received);
                await store.noteReceived(id, now.sha256, true);
                found.push((await store.photo(id)).received);
            }
            return found;
        }""",
        photo,
    )
    assert received == [False, True, True, True]


def test_line_20_a_visit_that_is_not_sent_keeps_its_bytes_though_there_is_little_room(tab, place):
    draft = record(tab, place, photos=1, state="draft")
    tab.evaluate("() => { navigator.storage.estimate = async () => ({ usage: 90, quota: 100 }); }")
    start(tab)
    now(tab)
    until(tab, "id => store.photosOf(id).then(([photo]) => photo.received)", draft["id"])
    now(tab)
    assert kept(tab, draft)["state"] == "draft"
    assert None not in bytes_of(tab, draft)


def test_line_20_only_bytes_that_the_server_has_are_ever_let_go_of(tab, place):
    visit = record(tab, place, photos=2)
    first, second = photos_of(tab, visit)
    dropped = tab.evaluate(
        """async ([first, second]) => {
            await store.noteReceived(first.id, first.sha256, true);
            return store.dropBytes([first.id, second.id]);
        }""",
        [first, second],
    )
    assert dropped == 1
    kept_bytes = dict(zip([first["id"], second["id"]], bytes_of(tab, visit), strict=True))
    assert kept_bytes[first["id"]] is None
    assert kept_bytes[second["id"]]
