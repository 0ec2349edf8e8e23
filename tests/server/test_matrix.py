"""Every route and websocket of the real program × everybody; pages stand in tests/pages/test_rights.py."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from threading import Thread
from time import monotonic, sleep

import httpx2
import pytest
import uvicorn
from starlette.routing import BaseRoute, Mount, WebSocketRoute
from streamlit.runtime import Runtime
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from server.requests import COOKIE
from standards.people import Person, Role
from storage.door_sessions import end_session, hash_token, open_session
from storage.photos import add_photo, keep_picture
from storage.sessions import in_session
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import sent, upright
from tests.running import run
from tests.server.behind_door import a_person

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
OUTSIDE = ("nobody", "revoked")


def all_get(status: int) -> dict[str, int]:
    return dict.fromkeys(WHO, status)


def inside(status: int, *, outside: int = 401, **others: int) -> dict[str, int]:
    """Who has a session gets `status`, but for those named with another."""
    given = {who: outside if who in OUTSIDE else status for who in WHO}
    return given | {name.replace("_", " "): other for name, other in others.items()}


# What is not theirs answers as what does not exist: 404.
OF_THE_VISIT = inside(200, other_shopper=404, viewer_of_another_area=404)
FOR_RECORDING = inside(200, viewer=404, viewer_of_another_area=404)
FOR_OWNERS = inside(404, owner=200)
FOR_COMPARING = inside(404, viewer=200, manager=200, owner=200)

MATRIX: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "/photos/{photo_id}"): OF_THE_VISIT,
    ("GET", "/photos/{photo_id}/thumbnail"): OF_THE_VISIT,
    ("GET", "/pictures/{sha256}"): FOR_RECORDING,
    ("GET", "/pictures/{sha256}/thumbnail"): FOR_RECORDING,
    ("GET", "/sign-in"): inside(303, outside=200),
    ("POST", "/sign-in"): all_get(403),
    ("POST", "/sign-out"): all_get(303),
    ("GET", "/set-up/{token}"): all_get(404),
    ("POST", "/set-up/{token}"): all_get(404),
    ("GET", "/invitation/{token}"): all_get(404),
    ("POST", "/invitation/{token}"): all_get(404),
    ("GET", "/door/{name}"): all_get(200),
    ("GET", "/oidc/start"): all_get(404),
    ("GET", "/oidc/callback"): all_get(404),
    ("GET", "/api/v1/person"): inside(200),
    ("GET", "/api/v1/visits"): inside(200),
    ("GET", "/api/v1/visits/{visit_id}"): OF_THE_VISIT,
    ("GET", "/api/v1/standards"): inside(200),
    ("GET", "/api/v1/events"): FOR_OWNERS,
    ("GET", "/api/v1/comparison"): FOR_COMPARING,
    ("GET", "/api/v1/observations"): FOR_COMPARING,
    ("GET", "/_stcore/health"): all_get(200),
    ("OPTIONS", "/_stcore/health"): all_get(204),
    ("GET", "/_stcore/host-config"): inside(200),
    # These need a running page's own unguessable names; here nobody has one.
    ("GET", "/media/{file_id:path}"): inside(404),
    ("OPTIONS", "/media/{file_id:path}"): inside(204),
    ("PUT", "/_stcore/upload_file/{session_id}/{file_id}"): inside(403),
    ("DELETE", "/_stcore/upload_file/{session_id}/{file_id}"): inside(403),
    ("OPTIONS", "/_stcore/upload_file/{session_id}/{file_id}"): inside(204),
    ("GET", "/component/{path:path}"): inside(404),
    ("OPTIONS", "/component/{path:path}"): inside(204),
    ("GET", "/_stcore/bidi-components/{path:path}"): inside(404),
    ("OPTIONS", "/_stcore/bidi-components/{path:path}"): inside(204),
    ("WEBSOCKET", "/_stcore/stream"): inside(101, outside=403),
    # Streamlit's page and files.
    ("GET", "/"): inside(200, outside=303),
    # Not used: its figures, its own sign-in, its agent API.
    ("GET", "/_stcore/metrics"): all_get(404),
    ("OPTIONS", "/_stcore/metrics"): all_get(404),
    ("GET", "/auth/login"): all_get(404),
    ("GET", "/auth/logout"): all_get(404),
    ("GET", "/oauth2callback"): all_get(404),
    **{
        (method, f"/_stcore/agent/{end}"): all_get(404)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
        for end in ("interact", "openapi.json", "mcp")
    },
}


@dataclass(frozen=True)
class Program:
    """The real program, running in this process, with a shopper's visit and its photo in the North."""

    address: str
    routes: list[BaseRoute]
    people: dict[str, Person]
    names: dict[str, str]

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
        return route.replace("{name}", "door.css").replace(":path}", "}").replace("{", "").replace("}", "")


@pytest.fixture
def program() -> Iterator[Program]:
    people = stored_people()
    with in_session() as session:
        channel = a_channel(session, a_brand(session), area="North")
        visit = a_visit(session, channel, an_edition(session), submitted=False, shopper="Ann")
        photo = add_photo(session, visit.id, "A", sent("JPEG", upright((60, 40))))
        submit_visit(session, visit.id)
        picture = keep_picture(session, sent("JPEG", upright((50, 50))))
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
    names = {"{photo_id}": str(photo.id), "{visit_id}": str(visit.id), "{sha256}": picture}
    yield Program(f"http://127.0.0.1:{port}", app._starlette_app.routes, people, names)
    server.should_exit = True
    thread.join(20)
    sys.modules.pop("app", None)
    # Streamlit allows one in a process and keeps it for ever; the next test starts the program anew.
    Runtime._instance = None


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


def every_route(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Return methods and paths of all routes, Streamlit's and ours; HEAD is GET without a body."""
    found = set()
    for route in routes:
        if isinstance(route, WebSocketRoute):
            found.add(("WEBSOCKET", route.path))
        elif isinstance(route, Mount) and route.path == "/api":
            described = route.app.openapi()["paths"]  # type: ignore[attr-defined]
            found |= {(method.upper(), f"/api{path}") for path, of in described.items() for method in of}
        elif isinstance(route, Mount):
            found.add(("GET", route.path or "/"))
        else:
            methods = set(route.methods) - {"HEAD"}  # type: ignore[attr-defined]
            found |= {(method, route.path) for method in methods}  # type: ignore[attr-defined]
    return found


def answer(program: Program, method: str, path: str, who: str) -> httpx2.Response:
    token = program.token(who)
    # As our own page would send it: what is refused is refused for who it is.
    headers = {"Origin": program.address, "Sec-Fetch-Site": "same-origin", "X-Second-Visit": "1"}
    headers["Accept"] = "text/html" if path == "/" else "*/*"
    headers |= {"Cookie": f"{COOKIE}={token}"} if token else {}
    form = {"email": f"{who}@elsewhere.example", "password": "x"} if path == "/sign-in" else None
    return httpx2.request(method, program.address + path, headers=headers, data=form, follow_redirects=False)


def knock(program: Program, who: str) -> int:
    """Open the websocket; return the status that the handshake was answered with."""
    token = program.token(who)
    cookie = {"Cookie": f"{COOKIE}={token}"} if token else {}

    async def opened() -> int:
        address = program.address.replace("http", "ws", 1) + "/_stcore/stream"
        try:
            async with connect(
                address,
                origin=Origin(program.address),
                additional_headers=cookie,
                subprotocols=[Subprotocol("streamlit")],
            ) as socket:
                return socket.response.status_code if socket.response else 0
        except InvalidStatus as refused:
            return refused.response.status_code

    return run(opened())


def test_every_cell(program):
    assert every_route(program.routes) == set(MATRIX)
    found = {
        (method, path): {
            who: knock(program, who)
            if method == "WEBSOCKET"
            else answer(program, method, program.path(path), who).status_code
            for who in WHO
        }
        for method, path in MATRIX
    }
    wrong = {route: cells for route, cells in found.items() if cells != MATRIX[route]}
    assert wrong == {}


def test_what_is_not_yours_answers_exactly_like_what_does_not_exist(program):
    unknown = "0190a5d2-7e34-7000-8000-00000000dead"
    for path, name in (
        ("/photos/{}", "{photo_id}"),
        ("/photos/{}/thumbnail", "{photo_id}"),
        ("/api/v1/visits/{}", "{visit_id}"),
    ):
        for who in ("other shopper", "viewer of another area"):
            theirs = answer(program, "GET", path.format(program.names[name]), who)
            nothing = answer(program, "GET", path.format(unknown), who)
            assert theirs.status_code == nothing.status_code == 404
            assert theirs.content == nothing.content
            assert without_date(theirs) == without_date(nothing)


def without_date(reply: httpx2.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in reply.headers.multi_items() if name != "date"]
