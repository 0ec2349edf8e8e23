"""The whole program, with Streamlit's pages, running in this process; and a browser with its own address."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from threading import Thread
from time import monotonic, sleep
from typing import Any

import httpx2
import uvicorn
from starlette.routing import BaseRoute
from streamlit.runtime import Runtime
from streamlit.runtime.app_session import AppSession

from server.requests import COOKIE
from standards.people import Person, Role
from standards.visits import Visit
from storage.door_sessions import end_session, hash_token, open_session
from storage.editions import get_edition
from storage.photos import add_photo, keep_picture
from storage.sessions import in_session
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import sent, upright
from tests.server.behind_door import Browser, a_person
from tests.server.phone import Phone, a_photo, named
from tests.server.test_sync_import import export_of

WHO = (
    "nobody",
    "shopper",
    "other shopper",
    "viewer",
    "viewer of another area",
    "manager",
    "owner",
    "revoked",
)


@dataclass(frozen=True)
class Draft:
    """A shopper's draft as their phone holds it, sent in full: sent again, it changes nothing."""

    document: dict[str, Any]
    content: bytes

    @property
    def id(self) -> str:
        return str(self.document["id"])

    def sent(self, method: str, route: str) -> tuple[str, dict[str, str], bytes] | None:
        """Return path, headers and body of what a phone asks of its draft; None for any other route."""
        photo_id = self.document["photos"][0]["id"]
        match method, route:
            case "GET", "/api/v1/visits/{visit_id}/document":
                return f"/api/v1/visits/{self.id}/document", {}, b""
            case "PUT", "/api/v1/visits/{visit_id}":
                told = json.dumps(self.document).encode()
                return f"/api/v1/visits/{self.id}", {"Content-Type": "application/json"}, told
            case "PUT", "/api/v1/photos/{photo_id}":
                path = f"/api/v1/photos/{photo_id}?visit={self.id}"
                return path, {"Content-Type": "image/jpeg"}, self.content
            case "POST", "/api/v1/visits/import":
                export = export_of(self.document, [(self.document["photos"][0], self.content)])
                return route, {"Content-Type": "application/zip"}, export
        return None


@dataclass(frozen=True)
class Program:
    """The real program, running in this process, with a shopper's visit and its photo in the North."""

    address: str
    routes: list[BaseRoute]
    people: dict[str, Person]
    names: dict[str, str]
    draft: Draft
    turns: Iterator[int] = field(default_factory=count)

    def token(self, who: str) -> str | None:
        """Open a session for somebody; of who is revoked, it has ended."""
        if who == "nobody":
            return None
        with in_session() as session:
            token = open_session(session, self.people[who].id)
            if who == "revoked":
                end_session(session, hash_token(token))
        return token

    def path(self, route: str) -> str:
        """Fill in what stands in braces."""
        for name, value in self.names.items():
            route = route.replace(name, value)
        return re.sub(
            r"{(\w+)(:path)?}", r"\1", route.replace("{name}", "door.css").replace("{path:path}", "a/b/c")
        )


@contextmanager
def running_program() -> Iterator[Program]:
    """Start the program in this process, as wired, and stop it at the end."""
    people = stored_people()
    with in_session() as session:
        channel = a_channel(session, a_brand(session), area="North")
        visit = a_visit(session, channel, an_edition(session), submitted=False, shopper="Ann")
        photo = add_photo(session, visit.id, "A", sent("JPEG", upright((60, 40))))
        submit_visit(session, visit.id)
        picture = keep_picture(session, sent("JPEG", upright((50, 50))))
    draft = stored_draft(people["shopper"], visit)
    sys.modules.pop("app", None)
    app = import_module("app").app
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, host="127.0.0.1", log_level="error", ws="websockets-sansio")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    until = monotonic() + 60
    while not server.started and thread.is_alive() and monotonic() < until:
        sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    names = {
        "{photo_id}": str(photo.id),
        "{visit_id}": str(visit.id),
        "{sha256}": picture,
        "/recorder/{name:path}": "/recorder/install.js",
        "/icons/{name}": "/icons/icon-192.png",
    }
    yield Program(f"http://127.0.0.1:{port}", app._starlette_app.routes, people, names, draft)
    sessions = [info.session for info in Runtime.instance()._session_mgr.list_sessions()]
    server.should_exit = True
    thread.join(20)
    close_loops_of(sessions)
    sys.modules.pop("app", None)
    # Streamlit allows one in a process and keeps it for ever; the next test starts the program anew.
    Runtime._instance = None


def close_loops_of(sessions: list[AppSession]) -> None:
    """Close what Streamlit leaves open.

    A script that ends after its server's loop has closed is not heard, and its own loop stays open until it
    is collected, with a warning in whichever test runs then.
    """
    for session in sessions:
        runner = session._scriptrunner
        if runner and runner._script_thread:
            runner._script_thread.join(20)
        session._script_event_loop.close()


def stored_people() -> dict[str, Person]:
    return {
        "shopper": a_person("Ann", Role.SHOPPER),
        "other shopper": a_person("Ben", Role.SHOPPER),
        "viewer": a_person("Vera", Role.VIEWER, areas=["North"]),
        "viewer of another area": a_person("Viktor", Role.VIEWER, areas=["South"]),
        "manager": a_person("Mona", Role.MANAGER),
        "owner": a_person("Olive", Role.OWNER),
        "revoked": a_person("Rita", Role.OWNER),
    }


def stored_draft(shopper: Person, like: Visit) -> Draft:
    """Send a draft with a photo as the shopper's phone does."""
    content = a_photo()
    with in_session(read_only=True) as session:
        edition = get_edition(session, like.edition_id)
    phone = Phone(Browser().sign_in(shopper).ask, shopper, like.channel, edition)
    photo = named(content)
    document = phone.document(photos=[photo])
    phone.stored(document)
    assert phone.put_photo(document["id"], photo["id"], content).status_code == 200
    return Draft(document, content)


def browser_of(program: Program, token: str | None) -> httpx2.Client:
    """Return a browser with a session, at an address of its own: none uses up another's tries."""
    turn = next(program.turns)
    address = f"127.0.{1 + turn // 200}.{1 + turn % 200}"
    # It speaks HTTP only: reading certificates each time would take longer than all else.
    transport = httpx2.HTTPTransport(local_address=address, verify=False)
    browser = httpx2.Client(transport=transport, base_url=program.address)
    if token:
        browser.cookies.set(COOKIE, token)
    return browser
