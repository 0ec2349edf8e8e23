"""Which process answers, and what became of the one before, changes nothing (contract lines 18, 27, 37)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from server.requests import COOKIE
from storage.door_sessions import open_session
from storage.sessions import close_database, in_session
from tests.pictures import BOMBS, NO_PHOTOS, noise, png_of
from tests.running import run
from tests.server.phone import Phone, a_phone, a_photo, named, over_http, rows_of
from tests.server.processes import Process, running


@pytest.fixture
def phone(database) -> Phone:
    return a_phone()


def sending(phone: Phone, process: Process, held: ExitStack) -> Phone:
    """Return the same phone, whose requests reach another process."""
    ask = held.enter_context(over_http(process.address, phone.person))
    return Phone(ask, phone.person, phone.channel, phone.edition)


def test_line_27_another_process_a_restart_and_an_ended_page_change_nothing(phone, tmp_path):
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    submission = draft | {"state": "submitted", "base_revision": 1}
    with (
        running(tmp_path / "first.log") as first,
        running(tmp_path / "second.log") as second,
        ExitStack() as held,
    ):
        one, other = (sending(phone, process, held) for process in (first, second))
        told = one.stored(draft)
        assert other.stored(draft) == told
        assert other.put_photo(draft["id"], photo["id"], a_photo()).json()["received"]
        open_a_page_and_leave(phone, first)
        assert one.put_photo(draft["id"], photo["id"], a_photo()).json()["received"]
        answer = one.stored(submission)

        first.kill()
        assert other.stored(submission) == answer
        first.start()
        again = sending(phone, first, held)
        assert again.stored(submission) == answer
        assert again.put(submission | {"story": "Other"}).status_code == 409
    assert rows_of(draft["id"]) == {"visits": 1, "observations": 1, "photos": 1, "events": 3}


def open_a_page_and_leave(phone: Phone, process: Process) -> None:
    with in_session() as session:
        token = open_session(session, phone.person.id)

    async def opened() -> None:
        address = process.address.replace("http", "ws", 1) + "/_stcore/stream"
        async with connect(
            address,
            origin=Origin(process.address),
            additional_headers={"Cookie": f"{COOKIE}={token}"},
            subprotocols=[Subprotocol("streamlit")],
        ):
            pass

    run(opened())


def test_line_18_twenty_at_once_in_two_processes_give_one_row(phone, tmp_path):
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    with (
        running(tmp_path / "first.log") as first,
        running(tmp_path / "second.log") as second,
        ExitStack() as held,
    ):
        phones = [sending(phone, process, held) for process in (first, second) * 10]
        with ThreadPoolExecutor(20) as pool:
            visits = list(pool.map(lambda one: one.put(draft), phones))
            photos = list(pool.map(lambda one: one.put_photo(draft["id"], photo["id"], a_photo()), phones))
            whole = draft | {"state": "submitted", "base_revision": 1}
            submitted = list(pool.map(lambda one: one.put(whole), phones))
    assert sorted(answer.status_code for answer in visits) == [200] * 19 + [201]
    for answers in (visits, photos, submitted):
        assert {answer.status_code for answer in answers} <= {200, 201}
        assert len({answer.content for answer in answers}) == 1
    assert rows_of(draft["id"]) == {"visits": 1, "observations": 1, "photos": 1, "events": 3}


def refused_pictures():
    """Return everything that is refused, each with the code it is refused with."""
    truncated = noise((3000, 2000))
    return {
        **{name: (bomb(), code) for name, (bomb, code) in BOMBS.items()},
        **{name: (content, "PHOTO-1") for name, (content, _) in NO_PHOTOS.items()},
        **{f"cut at {share}": (truncated[: int(len(truncated) * share)], "PHOTO-1") for share in (0.1, 0.99)},
        "cut, with a ZIP behind it": (truncated[:9000] + b"PK\x03\x04<script>alert(1)</script>", "PHOTO-1"),
    }


def test_line_37_each_refusal_costs_under_two_seconds_and_300_megabytes_and_the_process_lives(tmp_path):
    phone, pictures = a_phone(), refused_pictures()
    close_database()
    with running(tmp_path / "server.log") as process, ExitStack() as held:
        at_server = sending(phone, process, held)
        draft = at_server.document()
        at_server.stored(draft)
        before, spent = process.megabytes("VmRSS"), {}
        for name, (content, code) in pictures.items():
            began = process.processor_seconds()
            refused = at_server.put_photo(draft["id"], str(uuid4()), content)
            spent[name] = process.processor_seconds() - began
            assert (refused.status_code, refused.json().get("code")) == (422, code), (name, refused.text)
        assert {name: seconds for name, seconds in spent.items() if seconds >= 2} == {}
        with ThreadPoolExecutor(4) as pool:
            large = png_of((8000, 5000))
            sent = list(pool.map(lambda _: at_server.put_photo(draft["id"], str(uuid4()), large), range(4)))
        assert {answer.status_code for answer in sent} == {200}
        assert process.megabytes("VmHWM") - before < 300
        assert at_server.put_photo(draft["id"], str(uuid4()), a_photo()).status_code == 200
