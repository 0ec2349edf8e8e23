"""Every route and websocket of the program × everybody; pages stand in tests/pages/test_page_matrix.py."""

import httpx2
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin, Subprotocol

from server.oidc import CALLBACK
from server.requests import COOKIE
from tests.oidc import configure, running_provider, sign_in_there
from tests.running import run
from tests.server.whole_program import WHO, Program, browser_of

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
OF_THE_DRAFT = inside(200, other_shopper=404, viewer=404, viewer_of_another_area=404)
FOR_OWNERS = inside(404, owner=200)
FOR_COMPARING = inside(404, viewer=200, manager=200, owner=200)

# Below our own paths nothing else stands, and never Streamlit's page: some of them are open to everybody.
NOTHING = {
    "/app.webmanifest": all_get(404),
    "/door/{path:path}": all_get(404),
    "/icons/{path:path}": all_get(404),
    "/invitation/{path:path}": all_get(404),
    "/oidc/{path:path}": all_get(404),
    "/photos/{path:path}": inside(404),
    "/pictures/{path:path}": inside(404),
    "/recorder": all_get(404),
    "/recorder/": all_get(404),
    "/recorder/{path:path}": all_get(404),
    "/scorecard/{path:path}": all_get(404),
    "/set-up": all_get(404),
    "/set-up/{path:path}": all_get(404),
    "/sign-in": all_get(404),
    "/sign-out": all_get(404),
    "/sw.js": all_get(404),
}
MATRIX: dict[tuple[str, str], dict[str, int]] = {
    **{("ANY", path): cells for path, cells in NOTHING.items()},
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
    # Open to whoever has a link's token; nobody has this one (see test_scorecard_links.py).
    ("GET", "/scorecard/{token}"): all_get(404),
    ("GET", "/scorecard/{token}/picture.png"): all_get(404),
    ("GET", "/scorecard/{token}/scorecard.pdf"): all_get(404),
    ("GET", "/door/{name}"): all_get(200),
    # Where single sign-on is not set up; where it is, see WITH_SINGLE_SIGN_ON.
    ("GET", "/oidc/start"): all_get(404),
    ("GET", "/oidc/callback"): all_get(404),
    # What a phone opens without signal, and installs: all of it open, none of it about anybody.
    ("GET", "/sw.js"): all_get(200),
    ("GET", "/recorder"): all_get(308),
    ("GET", "/recorder/"): all_get(200),
    ("GET", "/recorder/version.json"): all_get(200),
    ("GET", "/recorder/recover"): all_get(200),
    ("POST", "/recorder/share"): all_get(503),
    ("GET", "/recorder/{name:path}"): all_get(200),
    ("GET", "/app.webmanifest"): all_get(200),
    ("GET", "/icons/{name}"): all_get(200),
    ("GET", "/api/v1/person"): inside(200),
    ("GET", "/api/v1/visits"): inside(200),
    ("GET", "/api/v1/visits/{visit_id}"): OF_THE_VISIT,
    ("GET", "/api/v1/standards"): inside(200),
    ("GET", "/api/v1/sheets"): FOR_RECORDING,
    ("GET", "/api/v1/visits/{visit_id}/document"): OF_THE_DRAFT,
    ("PUT", "/api/v1/visits/{visit_id}"): OF_THE_DRAFT,
    ("PUT", "/api/v1/photos/{photo_id}"): OF_THE_DRAFT,
    ("POST", "/api/v1/visits/import"): OF_THE_DRAFT,
    ("GET", "/api/v1/events"): FOR_OWNERS,
    ("GET", "/api/v1/openapi.json"): inside(200),
    ("GET", "/api/v1/docs"): inside(200),
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

# Everybody is sent to the provider, also who has a session: it may be another account's turn. What comes
# back unasked opens nothing.
WITH_SINGLE_SIGN_ON = {
    ("GET", "/oidc/start"): all_get(303),
    ("GET", "/oidc/callback"): all_get(403),
}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"}


def every_route(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    """Return methods and paths of all routes, Streamlit's and ours; HEAD is GET without a body."""
    found = set()
    for route in routes:
        if isinstance(route, WebSocketRoute):
            found.add(("WEBSOCKET", route.path))
        elif isinstance(route, Mount) and route.path == "/api":
            for one in iter_route_contexts(route.app.routes):  # type: ignore[attr-defined]
                found |= {(method, f"/api{one.path}") for method in one.methods or ()}
        elif isinstance(route, Mount):
            found.add(("GET", route.path or "/"))
        elif isinstance(route, Route):
            methods = {"ANY"} if route.methods is None else route.methods - {"HEAD"}
            found |= {(method, route.path.replace(":uuid}", "}")) for method in methods}
        else:
            pytest.fail(f"a route of a kind this table does not know: {route}")
    return found


def answer(program: Program, method: str, route: str, who: str, token: str | None = None) -> httpx2.Response:
    path, more, content = program.draft.sent(method, route) or (program.path(route), {}, None)
    # As our own page would send it: what is refused is refused for who it is.
    headers = {"Origin": program.address, "Sec-Fetch-Site": "same-origin", "X-Second-Visit": "1"} | more
    form = {"email": f"{who}@elsewhere.example", "password": "x"} if path == "/sign-in" else None
    with browser_of(program, token or program.token(who)) as browser:
        return browser.request(
            "PUT" if method == "ANY" else method, path, headers=headers, data=form, content=content
        )


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


def test_line_36_every_cell(program):
    assert every_route(program.routes) == set(MATRIX)
    assert cells_that_differ(program, MATRIX) == {}


def test_every_cell_with_single_sign_on(program, monkeypatch, tmp_path):
    assert set(WITH_SINGLE_SIGN_ON) == {r for r in MATRIX if "/oidc/" in r[1] and "path:path" not in r[1]}
    callback = f"{program.address}{CALLBACK}"
    with running_provider(tmp_path / "provider.log", callback) as issuer:
        configure(monkeypatch, issuer)
        assert cells_that_differ(program, WITH_SINGLE_SIGN_ON) == {}
        for who in WHO:
            came_as = program.token(who)
            with browser_of(program, came_as) as browser:
                asked = browser.get("/oidc/start").headers["location"]
                assert asked.startswith(issuer)
                assert browser.get(sign_in_there(asked, "anna")).status_code == 303
                # Whoever it was before is out, and who the provider names is in.
                assert browser.get("/api/v1/person").json()["email"] == "anna@company.example"
            with browser_of(program, came_as) as browser:
                assert browser.get("/api/v1/person").status_code == 401


def cells_that_differ(
    program: Program, expected: dict[tuple[str, str], dict[str, int]]
) -> dict[tuple[str, str], dict[str, int]]:
    found = {
        (method, path): {
            who: knock(program, who)
            if method == "WEBSOCKET"
            else answer(program, method, path, who).status_code
            for who in WHO
        }
        for method, path in expected
    }
    return {route: cells for route, cells in found.items() if cells != expected[route]}


def test_a_method_that_no_route_has_shows_and_changes_nothing(program):
    """HEAD is answered as GET is, without its body."""
    found = {}
    tokens = {who: program.token(who) for who in ("nobody", "owner")}
    for path in sorted({path for method, path in MATRIX if method != "WEBSOCKET"}):
        there = {method for method, known in MATRIX if known == path}
        for method in METHODS - there - ({"HEAD"} if "GET" in there else set()):
            for who, token in tokens.items():
                found[method, path, who] = answer(program, method, path, who, token).status_code
    answered = {cell: status for cell, status in found.items() if status not in (401, 404, 405)}
    # To who is signed in, an unknown address below Streamlit's own answers with its empty page.
    page = {(method, "/_stcore/upload_file/{session_id}/{file_id}", "owner") for method in ("GET", "HEAD")}
    # And the word stands where a visit's id does, and is none.
    no_id = {(method, "/api/v1/visits/import", "owner") for method in ("GET", "PUT")}
    assert answered == dict.fromkeys(page, 200) | dict.fromkeys(no_id, 422)


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
