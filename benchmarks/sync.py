"""Measures how many visits a second are synced: real requests to the real program, durable when answered."""

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

from PIL import Image
from sqlalchemy import text

from server.requests import COOKIE
from standards.editions import Edition, Kind, Standard
from standards.measuring import Comparator, Measure, Target
from standards.people import Role
from standards.visits import Channel
from storage.brands import add_brand
from storage.channels import add_channel
from storage.door_sessions import open_session
from storage.editions import publish_edition
from storage.people import add_account
from storage.sessions import close_database, in_session

OBSERVATIONS = 25
CLIENTS = 8
PHOTO_BYTES = 200_000
# Of a photo of that size as phones make them: 1.2 megapixels.
PHOTO_SIZE = (1280, 960)
# The door allows each person so many writes a minute; each benchmark's person sends fewer than that.
_WRITES_EACH = 500
_PROJECT = Path(__file__).parents[1]
_START_SECONDS = 60

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
    durable, database = _durability()
    measured: dict[str, Any] = {"observations": OBSERVATIONS, "photo_bytes": PHOTO_BYTES}
    runs = [
        (f"{name}_{clients}", clients, maker.batches(count, clients, make, requests))
        for name, count, make, requests in (
            ("visits_per_second", visits, maker.visit, 1),
            ("photo_visits_per_second", photo_visits, maker.photo_visit, 3),
        )
        for clients in (1, CLIENTS)
    ]
    close_database()
    with _program() as (port, process_id):
        _send(port, maker.batches(50, 1, maker.visit, 1)[0])
        for name, clients, batches in runs:
            before = _processor_seconds(process_id)
            measured[name] = round(_visits_per_second(port, clients, batches), 1)
            # What is left of it on a machine that has other things to do.
            spent = _processor_seconds(process_id) - before
            measured[f"server_ms_{name.replace('_per_second', '')}"] = round(
                spent * 1000 / sum(map(len, batches)), 2
            )
    stored = visits * 2 + photo_visits * 2 + 50
    with in_session(read_only=True) as session:
        found = session.execute(text("SELECT count(*) FROM visit WHERE state = 'submitted'")).scalar_one()
    assert found == stored, (found, stored)
    close_database()
    return measured | {"visits": stored, "database": database, "durable": durable}


def _durability() -> tuple[bool, str]:
    """Return whether the database answers only what is on its disk, and its name."""
    with in_session() as session:
        name = session.get_bind().dialect.name
        if name == "sqlite":
            return session.execute(text("PRAGMA synchronous")).scalar_one() >= 2, name
        settings = [
            session.execute(text(f"SHOW {one}")).scalar_one() for one in ("fsync", "synchronous_commit")
        ]
        return settings == ["on", "on"], name


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


def _visits_per_second(port: int, clients: int, batches: list[list[Requests]]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda batch: _send(port, batch), batches))
    return sum(len(batch) for batch in batches) / (time.perf_counter() - began)


def _send(port: int, visits: list[Requests]) -> None:
    """Send visits one after another over one connection, as one phone does; each waits for its answer."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for visit in visits:
            for request in visit:
                line.sendall(request)
                status = _status(line)
                assert status in (200, 201), status


def _status(line: socket.socket) -> int:
    """Read one answer whole and return its status."""
    got = line.recv(65536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += _more(line)
    head = got[:end].lower()
    at = head.index(b"content-length:") + 15
    wanted = end + 4 + int(head[at:].split(b"\r\n", 1)[0])
    while len(got) < wanted:
        got += _more(line)
    return int(got[9:12])


def _more(line: socket.socket) -> bytes:
    got = line.recv(65536)
    assert got, "the program closed the connection"
    return got


if __name__ == "__main__":
    main()
