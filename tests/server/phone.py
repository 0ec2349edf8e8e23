"""A phone as the server meets it: documents, photos, and what is stored after they came."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import httpx2
import uvicorn
from sqlmodel import select

from server.requests import COOKIE
from standards.editions import Edition, Standard
from standards.people import Person, Role
from standards.visits import Channel
from storage.door_sessions import open_session
from storage.sessions import in_session
from storage.tables import EventRow, ObservationRow, PhotoRow, VisitRow
from tests.builders import a_brand, a_channel, an_edition
from tests.pictures import sent, upright
from tests.server.behind_door import Browser, a_person, program

WRITES = {"X-Second-Visit": "1", "Sec-Fetch-Site": "same-origin"}
JSON = WRITES | {"Content-Type": "application/json"}
JPEG = WRITES | {"Content-Type": "image/jpeg"}
SENT_AT = "2026-03-10T12:00:00+01:00"


@dataclass
class Phone:
    """One phone: its person, where they are, and how its requests travel."""

    ask: Callable[..., httpx2.Response]
    person: Person
    channel: Channel
    edition: Edition

    def document(self, **changes: Any) -> dict[str, Any]:
        """Return a draft that answers A with yes, unless told otherwise."""
        return {
            "schema": 1,
            "id": str(uuid4()),
            "channel_id": self.channel.id,
            "edition_id": self.edition.id,
            "state": "draft",
            "base_revision": 0,
            "app_version": "1.2.3",
            "device": {"sent_at": SENT_AT, "time_zone": "Europe/Berlin", "clock_offset_ms": 40},
            "started_at": "2026-03-10T11:40:00+01:00",
            "observations": [{"code": "A", "value": 1, "answered_at": "2026-03-10T11:45:00+01:00"}],
            **changes,
        }

    def put(self, document: dict[str, Any], **headers: str) -> httpx2.Response:
        """Send a visit."""
        path = f"/api/v1/visits/{document['id']}"
        return self.ask("PUT", path, JSON | headers, content=json.dumps(document).encode())

    def stored(self, document: dict[str, Any]) -> dict[str, Any]:
        """Send a visit that is taken; return what the server says it holds."""
        answer = self.put(document)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def put_photo(
        self, visit_id: str, photo_id: str, content: bytes, code: str | None = None, **headers: str
    ) -> httpx2.Response:
        """Send the bytes of a photo."""
        path = f"/api/v1/photos/{photo_id}?visit={visit_id}{f'&code={code}' if code else ''}"
        return self.ask("PUT", path, JPEG | headers, content=content)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Read something."""
        return self.ask("GET", f"/api/v1/{path}", headers)


def a_phone(name: str = "Ann", role: Role = Role.SHOPPER, standards: list[Standard] | None = None) -> Phone:
    """Return a phone of a new person, whose requests reach the program in this process."""
    person = a_person(name, role)
    with in_session() as session:
        channel = a_channel(session, a_brand(session, is_own=True))
        edition = an_edition(session, standards)
    return Phone(Browser().sign_in(person).ask, person, channel, edition)


def named(content: bytes, code: str | None = "A", **facts: Any) -> dict[str, Any]:
    """Return a photo as a visit names it."""
    return {
        "id": str(uuid4()),
        "code": code,
        "sha256": sha256(content).hexdigest(),
        "caption": "",
        "taken_at": None,
        **facts,
    }


@cache
def a_photo(number: int = 1) -> bytes:
    """Return a JPEG that no other number gives; made once, as it holds the second it was made in."""
    return sent("JPEG", upright((60 + number, 40)))


@contextmanager
def over_http(address: str, person: Person) -> Iterator[Callable[..., httpx2.Response]]:
    """Give a way to ask a real server as somebody, over one connection that is kept."""
    with in_session() as session:
        token = open_session(session, person.id, device="A phone")
    with httpx2.Client(base_url=address, timeout=60, headers={"Cookie": f"{COOKIE}={token}"}) as client:

        def ask(method: str, path: str, headers: dict[str, str], **content: Any) -> httpx2.Response:
            return client.request(method, path, headers=headers, **content)

        yield ask


@contextmanager
def served() -> Iterator[str]:
    """Serve our own routes over real connections, in a thread; give the address."""
    server = uvicorn.Server(uvicorn.Config(program(), port=0, host="127.0.0.1", log_level="error"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 60
    while not server.started and thread.is_alive() and monotonic() < until:
        sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


def rows_of(visit_id: str) -> dict[str, int]:
    """Count what is stored of a visit."""
    wanted = UUID(visit_id)
    with in_session(read_only=True) as session:
        tables: dict[str, Any] = {
            "visits": select(VisitRow).where(VisitRow.id == wanted),
            "observations": select(ObservationRow).where(ObservationRow.visit_id == wanted),
            "photos": select(PhotoRow).where(PhotoRow.visit_id == wanted),
            "events": select(EventRow).where(EventRow.thing == "visit", EventRow.thing_id == visit_id),
        }
        return {name: len(session.exec(query).all()) for name, query in tables.items()}


def row_of(visit_id: str) -> VisitRow:
    """Return the stored row of a visit."""
    with in_session(read_only=True) as session:
        return session.get_one(VisitRow, UUID(visit_id))
