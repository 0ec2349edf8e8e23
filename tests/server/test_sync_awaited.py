"""Photos asked about on the event loop: told as a thread would tell it, and by one where it cannot."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from server import syncing
from storage.sessions import in_session
from storage.sync_photos import Bytes, find_bytes
from tests.server.phone import Phone, a_phone, a_photo, named, over_http, rows_of, served

WAIT_SECONDS = 20

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def threads(monkeypatch) -> list[Bytes]:
    """Collect what threads were told."""
    told: list[Bytes] = []

    def noting(*asked: Any, **by: Any) -> Bytes:
        told.append(found := find_bytes(*asked, **by))
        return found

    monkeypatch.setattr(syncing, "find_bytes", noting)
    return told


@pytest.fixture
def address(database, threads) -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture
def phone(address, threads) -> Iterator[Phone]:
    phone = a_phone()
    with over_http(address, phone.person) as ask:
        phone.ask = ask
        until, asked = monotonic() + WAIT_SECONDS, 0
        while not asked or threads:
            assert monotonic() < until, "the event loop never asked by itself"
            threads.clear()
            asked += a_new_photo(phone)
            sleep(0.01)
        yield phone


def a_new_photo(phone: Phone) -> bool:
    """Send a visit and its photo; return whether the photo was taken."""
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    phone.stored(draft)
    return bool(phone.put_photo(draft["id"], photo["id"], a_photo()).json()["received"])


def test_what_becomes_of_a_photo_is_told_without_a_thread(phone, threads):
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    phone.stored(draft)
    damaged = a_photo()[:-40] + b"\0" * 40
    assert not phone.put_photo(draft["id"], photo["id"], damaged).json()["received"]
    first, again = (phone.put_photo(draft["id"], photo["id"], a_photo()) for _ in range(2))
    assert first.json()["received"]
    assert again.content == first.content
    other = phone.put_photo(draft["id"], photo["id"], a_photo(2))
    assert (other.status_code, other.json()["code"]) == (409, "SYNC-5")
    assert phone.put_photo(str(uuid4()), str(uuid4()), a_photo()).status_code == 404
    phone.stored(draft | {"base_revision": 1, "state": "submitted"})
    closed = phone.put_photo(draft["id"], str(uuid4()), a_photo())
    assert (closed.status_code, closed.json()["code"]) == (409, "VISIT-2")
    assert rows_of(draft["id"])["photos"] == 1
    assert not threads


def test_nobody_is_told_of_others_visits(address, phone, threads):
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    phone.stored(draft)
    stranger = a_phone("Bob")
    with over_http(address, stranger.person) as stranger.ask:
        assert stranger.put_photo(draft["id"], photo["id"], a_photo()).status_code == 404
    assert rows_of(draft["id"])["photos"] == 0
    assert not threads


def test_where_no_answer_comes_a_thread_waits_for_it(phone, threads, monkeypatch):
    monkeypatch.setattr("storage.awaited._PATIENCE_SECONDS", 0.1)
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    phone.stored(draft)
    with ThreadPoolExecutor(1) as pool:
        with in_session() as session:
            session.execute(text("LOCK TABLE photo IN ACCESS EXCLUSIVE MODE"))
            sent = pool.submit(phone.put_photo, draft["id"], photo["id"], a_photo())
            sleep(1)
            assert not sent.done()
        assert sent.result().json()["received"]
    assert rows_of(draft["id"])["photos"] == 1
    assert threads == [Bytes.WANTED]
