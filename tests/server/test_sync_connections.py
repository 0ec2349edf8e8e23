"""Connections that break, answers that get lost, and requests from elsewhere (contract lines 18, 23, 33)."""

import json
import socket
from collections.abc import Iterator
from uuid import uuid4

import httpx2
import pytest

from server.requests import COOKIE
from storage.door_sessions import open_session
from storage.sessions import in_session
from storage.settings import read_settings
from tests.server.phone import JPEG, JSON, Phone, a_phone, a_photo, named, over_http, rows_of, served


@pytest.fixture
def address(database) -> Iterator[str]:
    with served() as found:
        yield found


@pytest.fixture
def phone(address) -> Iterator[Phone]:
    made = a_phone()
    with over_http(address, made.person) as made.ask:
        yield made


@pytest.fixture
def cookie(phone) -> str:
    with in_session() as session:
        return f"{COOKIE}={open_session(session, phone.person.id)}"


def request_of(method: str, path: str, cookie: str, headers: dict[str, str], content: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(content)}", "", ""]
    return "\r\n".join(lines).encode() + content


def send_and_hang_up(address: str, sent: bytes, *, after_the_answer_began: bool = False) -> None:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(sent)
        if after_the_answer_began:
            assert line.recv(1)


def test_line_18_a_lost_answer_and_a_retry_give_one_row(address, phone, cookie):
    document = phone.document(state="submitted")
    sent = request_of("PUT", f"/api/v1/visits/{document['id']}", cookie, JSON, json.dumps(document).encode())
    for answer_began in (False, True, True):
        send_and_hang_up(address, sent, after_the_answer_began=answer_began)
    assert phone.stored(document)["state"] == "submitted"
    assert rows_of(document["id"]) == {"visits": 1, "observations": 1, "photos": 0, "events": 2}


def test_line_18_a_lost_answer_to_a_photo_and_a_retry_give_one_row(address, phone, cookie):
    photo = named(a_photo())
    document = phone.document(photos=[photo])
    phone.stored(document)
    path = f"/api/v1/photos/{photo['id']}?visit={document['id']}"
    for answer_began in (False, True):
        sent = request_of("PUT", path, cookie, JPEG, a_photo())
        send_and_hang_up(address, sent, after_the_answer_began=answer_began)
    assert phone.put_photo(document["id"], photo["id"], a_photo()).json()["received"]
    assert rows_of(document["id"])["photos"] == 1


def test_line_23_a_connection_cut_at_any_byte_of_a_photo_leaves_nothing_and_the_retry_works(
    address, phone, cookie
):
    photo = named(a_photo())
    document = phone.document(photos=[photo])
    phone.stored(document)
    whole = request_of("PUT", f"/api/v1/photos/{photo['id']}?visit={document['id']}", cookie, JPEG, a_photo())
    head = len(whole) - len(a_photo())
    cuts = {1, head // 2, head - 1, head, head + 1, len(whole) - 2, len(whole) - 1}
    for cut in sorted(cuts | set(range(head, len(whole), len(a_photo()) // 8))):
        send_and_hang_up(address, whole[:cut])
    assert phone.get(f"visits/{document['id']}/document").status_code == 200
    assert rows_of(document["id"])["photos"] == 0
    assert list(read_settings().photos.rglob("*")) == []
    assert phone.put_photo(document["id"], photo["id"], a_photo()).json()["received"]
    assert not list(read_settings().photos.rglob("*.part"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_line_23_a_visit_cut_off_on_its_way_leaves_nothing(share, address, phone, cookie):
    document = phone.document(story="x" * 5000)
    whole = request_of("PUT", f"/api/v1/visits/{document['id']}", cookie, JSON, json.dumps(document).encode())
    send_and_hang_up(address, whole[: len(whole) - 5000 + int(4000 * share)])
    assert rows_of(document["id"])["visits"] == 0
    assert phone.put(document).status_code == 201


FOREIGN = {
    "without our header": {"X-Second-Visit": None},
    "from another site": {"Sec-Fetch-Site": "cross-site"},
    "from a sister site": {"Sec-Fetch-Site": "same-site"},
    "from nowhere in particular": {"Sec-Fetch-Site": "none"},
    "with a foreign origin": {"Origin": "https://elsewhere.example"},
    "with a null origin": {"Origin": "null"},
    "as a form": {"Content-Type": "application/x-www-form-urlencoded"},
    "as a form with files": {"Content-Type": "multipart/form-data; boundary=x"},
    "as plain text": {"Content-Type": "text/plain;charset=UTF-8"},
}


@pytest.mark.parametrize("changes", FOREIGN.values(), ids=FOREIGN)
def test_line_33_a_write_that_no_page_of_ours_sends_is_403_without_effect(changes, phone):
    known = phone.document(photos=[named(a_photo())])
    phone.stored(known)
    new, photo_id = phone.document(), str(uuid4())
    wanted = [
        ("PUT", f"/api/v1/visits/{new['id']}", JSON, json.dumps(new).encode()),
        (
            "PUT",
            f"/api/v1/visits/{known['id']}",
            JSON,
            json.dumps(known | {"story": "x", "base_revision": 1}).encode(),
        ),
        ("PUT", f"/api/v1/photos/{photo_id}?visit={known['id']}", JPEG, a_photo()),
        ("POST", "/api/v1/visits/import", JSON | {"Content-Type": "application/zip"}, b"PK"),
    ]
    for method, path, headers, content in wanted:
        sent = {name: value for name, value in (headers | changes).items() if value is not None}
        refused = phone.ask(method, path, sent, content=content)
        assert refused.status_code == 403, (method, path)
        assert refused.headers["content-type"] == "application/problem+json"
    assert rows_of(new["id"])["visits"] == 0
    assert rows_of(known["id"]) == {"visits": 1, "observations": 1, "photos": 0, "events": 1}


def test_line_33_the_same_write_from_our_own_page_is_taken(address, phone):
    document = phone.document()
    assert phone.put(document, Origin=address).status_code == 201


def test_what_a_phone_has_already_is_not_sent_again(phone):
    phone.stored(phone.document())
    first = phone.get("sheets")
    assert first.headers["cache-control"] == "private, no-cache"
    assert phone.get("sheets", **{"If-None-Match": first.headers["etag"]}).status_code == 304
    phone.stored(phone.document())
    changed = phone.get("sheets", **{"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, len(changed.json()["visits"])) == (200, 2)


def test_an_ended_session_sends_nothing_more(address, phone):
    ended = httpx2.put(f"{address}/api/v1/visits/{uuid4()}", headers=JSON, json=phone.document())
    assert ended.status_code == 401
