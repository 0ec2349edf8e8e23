"""
Measures how many visits a second are synced: real requests to the real program, durable when answered.

Afterwards every visit that was answered has to be there, once and as it was sent, and every photo.
"""

import argparse
import io
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID
from zoneinfo import ZoneInfo

from PIL import Image
from sqlalchemy import text
from sqlmodel import select

from server.requests import COOKIE
from server.sync_shapes import read_newest
from standards.documents import content_hash, judged
from standards.editions import Edition, Kind, Standard
from standards.measuring import Comparator, Measure, Target
from standards.people import Role
from standards.visits import Channel
from storage.asked import find_place
from storage.brands import add_brand
from storage.channels import add_channel
from storage.door_sessions import open_session
from storage.editions import publish_edition
from storage.people import add_account
from storage.photo_files import photo_path
from storage.sessions import close_database, in_session
from storage.sync_documents import document_of
from storage.tables import PhotoRow, VisitRow

OBSERVATIONS = 25
CLIENTS = 8
PHOTO_BYTES = 200_000
# Of a photo of that size as phones make them: 1.2 megapixels.
PHOTO_SIZE = (1280, 960)
# The door allows each person so many writes a minute; each benchmark's person sends fewer than that.
_WRITES_EACH = 500
_PROJECT = Path(__file__).parents[1]
_START_SECONDS = 60
# The settings with which each database answers only what is on its disk; SQLite's 2 is FULL.
_DURABLE: dict[str, dict[str, Any]] = {
    "sqlite": {"journal_mode": "wal", "synchronous": 2},
    "postgresql": {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
}

Requests = list[bytes]


def main() -> None:
    """Print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--database", help="an empty PostgreSQL database's URL; SQLite when left out")
    arguments.add_argument("--visits", type=int, default=2_000, help="how many for each number of clients")
    arguments.add_argument("--photo-visits", type=int, default=300, help="how many of those with a photo")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["SECOND_VISIT_DATA"] = data
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        if asked.database:
            os.environ["SECOND_VISIT_DATABASE_URL"] = asked.database
        measured = _measure(asked.visits, asked.photo_visits)
    print(json.dumps(measured))


def _measure(visits: int, photo_visits: int) -> dict[str, Any]:
    maker = _Maker()
    durability = _durability()
    measured: dict[str, Any] = {"observations": OBSERVATIONS, "photo_bytes": PHOTO_BYTES}
    runs = [
        (f"{name}_{clients}", clients, maker.batches(count, clients, make, requests))
        for name, count, make, requests in (
            ("visits_per_second", visits, maker.visit, 1),
            ("photo_visits_per_second", photo_visits, maker.photo_visit, 3),
        )
        for clients in (1, CLIENTS)
    ]
    warming = maker.batches(50, 1, maker.visit, 1)
    close_database()
    answered: list[bytes] = []
    with _program() as (port, process_id):
        answered += _send(port, warming[0])
        for name, clients, batches in runs:
            before = _processor_seconds(process_id)
            answers, rate = _visits_per_second(port, clients, batches)
            answered += answers
            measured[name] = round(rate, 1)
            # What is left of it on a machine that has other things to do.
            spent = _processor_seconds(process_id) - before
            measured[f"server_ms_{name.replace('_per_second', '')}"] = round(
                spent * 1000 / sum(map(len, batches)), 2
            )
    sent = [visit for batches in (warming, *(run[2] for run in runs)) for batch in batches for visit in batch]
    _check(sent, answered)
    close_database()
    return measured | {"visits": len(sent)} | durability


def _durability() -> dict[str, Any]:
    """Return whether the database answers only what is on its disk, and by which settings."""
    with in_session(read_only=True) as session:
        name = session.get_bind().dialect.name
        asked = "PRAGMA" if name == "sqlite" else "SHOW"
        settings = {one: session.execute(text(f"{asked} {one}")).scalar_one() for one in _DURABLE[name]}
    return {"database": name, "durable": settings == _DURABLE[name], "settings": settings}


def _check(sent: list[Requests], answered: list[bytes]) -> None:
    """Require that every visit was answered as submitted, and is there, once and as it was sent."""
    told = [json.loads(answer) for answer in answered]
    wanted = {}
    with in_session(read_only=True) as session:
        for *_, submission in sent:
            newest = read_newest(submission.partition(b"\r\n\r\n")[2])
            assert newest
            document = newest[0]
            place = find_place(session, document.channel_id, document.edition_id)
            zone = ZoneInfo(place.channel.timezone)
            wanted[document.id] = content_hash(judged(document, place.sheet.standards, zone))
        submitted = [UUID(answer["id"]) for answer in told if answer.get("state") == "submitted"]
        assert sorted(submitted) == sorted(wanted), "not every visit was answered, once"
        stored = {row.id: content_hash(document_of(session, row)) for row in session.exec(select(VisitRow))}
        assert stored == wanted, "what is stored is not what was sent"
        photos = session.exec(select(PhotoRow)).all()
    named = {photo["id"]: photo["sha256"] for answer in told for photo in answer.get("photos", [])}
    assert {str(photo.id): photo.received_sha256 for photo in photos} == named, "not every photo is there"
    for photo in photos:
        assert sha256(photo_path(photo.sha256).read_bytes()).hexdigest() == photo.sha256
        small = photo_path(photo.sha256, thumbnail=True)
        assert sha256(small.read_bytes()).hexdigest() == photo.thumbnail_sha256


class _Maker:
    """Makes people, and the requests their phones send, before anything is timed."""

    def __init__(self) -> None:
        self._random = random.Random(25)  # noqa: S311 - repeatable, and no secret
        self._people = 0
        self._scene = _scene(self._random)
        with in_session() as session:
            brand = add_brand(session, "Ours", is_own=True)
            self._channel: Channel = add_channel(session, brand.id, Kind.SHOP, "High Street")
            self._edition: Edition = publish_edition(session, "Shop visit", _standards())

    def batches(
        self, count: int, clients: int, make: Callable[[str], Requests], requests: int
    ) -> list[list[Requests]]:
        """Return each client's visits as requests, sent by as many people as the door asks for."""
        each = [count // clients + (at < count % clients) for at in range(clients)]
        return [self._batch(share, make, _WRITES_EACH // requests) for share in each]

    def _batch(self, count: int, make: Callable[[str], Requests], by_one: int) -> list[Requests]:
        made: list[Requests] = []
        while len(made) < count:
            self._people += 1
            with in_session() as session:
                person = add_account(
                    session, f"Shopper {self._people}", f"s{self._people}@company.example", Role.SHOPPER
                )
                token = open_session(session, person.id)
            made += [make(token) for _ in range(min(by_one, count - len(made)))]
        return made

    def visit(self, token: str) -> Requests:
        """Return the one request that brings a submitted visit."""
        document = self._document()
        return [_put(token, f"visits/{document['id']}", document)]

    def photo_visit(self, token: str) -> Requests:
        """Return the requests of a visit with a photo: the draft that names it, the photo, the submission."""
        document = self._document() | {"state": "draft"}
        content, photo_id = self._photo(), self._id()
        named = {"id": photo_id, "code": "S1", "sha256": sha256(content).hexdigest(), "taken_at": None}
        document["photos"] = [named]
        address = f"visits/{document['id']}"
        return [
            _put(token, address, document),
            _put(token, f"photos/{photo_id}?visit={document['id']}&code=S1", content),
            _put(token, address, document | {"state": "submitted", "base_revision": 1}),
        ]

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _document(self) -> dict[str, Any]:
        began = datetime.now(UTC) - timedelta(hours=1)
        return {
            "schema": 1,
            "id": self._id(),
            "channel_id": self._channel.id,
            "edition_id": self._edition.id,
            "state": "submitted",
            "base_revision": 0,
            "app_version": "1.0.0",
            "device": {
                "sent_at": datetime.now(UTC).isoformat(),
                "time_zone": "Europe/Berlin",
                "clock_offset_ms": self._random.randrange(-900, 900),
            },
            "started_at": began.isoformat(),
            "left_at": (began + timedelta(minutes=25)).isoformat(),
            "first_impression": "Bright, the windows clean, one of two doors blocked by a display.",
            "last_impression": "A thank you, and the door held open.",
            "would_return": self._random.randrange(11),
            "story": "The colleague at the till lent me an umbrella. " * 5,
            "quick_notes": [],
            "observations": [
                self._observation(standard, began + timedelta(minutes=at))
                for at, standard in enumerate(self._edition.standards)
            ],
            "photos": [],
        }

    def _observation(self, standard: Standard, at: datetime) -> dict[str, Any]:
        answered_at = at.isoformat()
        said: dict[str, Any] = {"code": standard.code, "answered_at": answered_at}
        match standard.measure:
            case Measure.DURATION:
                seconds = self._random.randrange(20, 400)
                opened_at = (at - timedelta(seconds=seconds)).isoformat()
                said |= {"value": seconds, "opened_at": opened_at, "closed_at": answered_at}
            case Measure.RATING:
                said |= {"value": self._random.randrange(1, 6)}
            case Measure.COUNT:
                said |= {"value": self._random.randrange(6)}
            case _:
                said |= {"value": self._random.randrange(2)}
        if self._random.random() < 0.2:
            said["note"] = "Two of three tills open, eight people in the queue, no one looked up."
        return said

    def _photo(self) -> bytes:
        """Return a photo of its own: the scene with a patch that no other has."""
        drawn = self._scene.copy()
        patch = Image.frombytes("RGB", (16, 16), self._random.randbytes(768)).resize((160, 160))
        drawn.paste(patch, (self._random.randrange(1000), self._random.randrange(700)))
        written = io.BytesIO()
        drawn.save(written, "JPEG", quality=75)
        content = written.getvalue()
        assert abs(len(content) - PHOTO_BYTES) < PHOTO_BYTES / 4, len(content)
        return content


def _scene(chance: random.Random) -> Image.Image:
    """Return shapes of all sizes with a camera's grain, which weigh what a photo of that size does."""
    width, height = PHOTO_SIZE
    drawn = Image.frombytes("RGB", (width // 32, height // 32), chance.randbytes(width * height * 3 // 1024))
    drawn = drawn.resize(PHOTO_SIZE, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(PHOTO_SIZE, 24).convert("RGB")
    return Image.blend(drawn, grain, 0.25)


def _standards() -> list[Standard]:
    kinds: list[tuple[Measure, Target]] = [
        (Measure.YES_NO, Target(Comparator.EXACTLY, 1)),
        (Measure.YES_NO, Target(Comparator.EXACTLY, 1)),
        (Measure.DURATION, Target(Comparator.AT_MOST, 180, "seconds")),
        (Measure.RATING, Target(Comparator.AT_LEAST, 4)),
        (Measure.COUNT, Target(Comparator.AT_MOST, 3, "people")),
    ]
    return [
        Standard(
            f"S{at + 1}", f"Touchpoint {at // 5}", f"Statement {at + 1}", *kinds[at % 5], weight=1 + at % 3
        )
        for at in range(OBSERVATIONS)
    ]


def _put(token: str, path: str, body: dict[str, Any] | bytes) -> bytes:
    content, kind = (
        (body, "image/jpeg") if isinstance(body, bytes) else (json.dumps(body).encode(), "application/json")
    )
    head = (
        f"PUT /api/v1/{path} HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE}={token}\r\nX-Second-Visit: 1\r\n"
        f"Sec-Fetch-Site: same-origin\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


@contextmanager
def _program() -> Iterator[tuple[int, int]]:
    """Start the program as the README does, on a port of its own; give the port and its process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.port", str(port)]
    started = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=_PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + _START_SECONDS
        while not _is_up(port):
            assert started.poll() is None, "the program did not start"
            assert time.monotonic() < until, "the program did not start in time"
            time.sleep(0.1)
        yield port, started.pid
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        started.wait()


def _is_up(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _processor_seconds(process_id: int) -> float:
    """Return how long a process has kept processors busy so far, in all its threads."""
    told = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _visits_per_second(port: int, clients: int, batches: list[list[Requests]]) -> tuple[list[bytes], float]:
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(lambda batch: _send(port, batch), batches))
    rate = sum(len(batch) for batch in batches) / (time.perf_counter() - began)
    return [answer for one in answers for answer in one], rate


def _send(port: int, visits: list[Requests]) -> list[bytes]:
    """Send visits one after another over one connection, as one phone does; each waits for its answer."""
    answers = []
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for visit in visits:
            for request in visit:
                line.sendall(request)
                status, answer = _answer(line)
                assert status in (200, 201), (status, answer)
                answers.append(answer)
    return answers


def _answer(line: socket.socket) -> tuple[int, bytes]:
    """Read one answer whole; return its status and its body."""
    got = line.recv(65536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += _more(line)
    head = got[:end].lower()
    at = head.index(b"content-length:") + 15
    wanted = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
    while len(got) < wanted:
        got += _more(line)
    return int(got[9:12]), got[end + 4 :]


def _more(line: socket.socket) -> bytes:
    got = line.recv(65536)
    assert got, "the program closed the connection"
    return got


if __name__ == "__main__":
    main()
