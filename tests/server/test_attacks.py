"""Ways around the door that others have found in other programs, tried on the whole program."""

import re
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.door import PERSON_HEADER, SESSION_HEADER
from server.requests import COOKIE
from standards.people import Purpose, Role
from storage.door_sessions import hash_token
from storage.invitations import add_invitation
from storage.sessions import in_session
from storage.sign_in import set_password
from tests.server.behind_door import Browser, a_person
from tests.server.whole_program import Program

SIGN_IN = b"<title>Sign in"


def said_to(
    program: Program, target: str, *lines: str, method: str = "GET", host: str | None = None, body: str = ""
) -> tuple[int, bytes]:
    """Send a request letter by letter, as no client would; return the answer's status and all that came."""
    name, port = program.address.removeprefix("http://").split(":")
    host = f"{name}:{port}" if host is None else host
    head = [f"{method} {target} HTTP/1.1", *([f"Host: {host}"] if host else []), *lines, "Connection: close"]
    with socket.create_connection((name, int(port)), timeout=30) as connection:
        connection.sendall("\r\n".join([*head, "", body]).encode("latin-1"))
        came = b""
        while chunk := connection.recv(65_536):
            came += chunk
    found = re.match(rb"HTTP/1\.1 (\d{3})", came)
    assert found, came[:200]
    return int(found.group(1)), came


# What may be in braces is filled in with the shopper's own.
DETOURS = [
    "//sign-in", "/./sign-in", "/sign-in/", "/sign-in/.", "/sign-in;x", "/sign-in;/../read_visits",
    "/sign-in.",
    "/sign-in%00", "/sign-in%20", "/sign-in%2f..%2fread_visits", "/sign-in%3f/../read_visits", "/SIGN-IN",
    "/door/../read_visits", "/door/..%2f..%2fread_visits", "/door/%2e%2e/photos/{photo_id}",
    "/door/..%5cphotos%5c{photo_id}", "/door//photos/{photo_id}", "/door/door.css/../../photos/{photo_id}",
    "/recorder/../api/v1/visits", "/recorder/..;/api/v1/visits", "/recorder//..//photos/{photo_id}",
    "/icons/%2e%2e%2fapi/v1/person", "/oidc/../photos/{photo_id}", "/set-up/x/../../_stcore/host-config",
    "/invitation/x/../../photos/{photo_id}/thumbnail", "/_stcore/health/../host-config", "/_stcore/health/",
    "/_stcore/health%2f..%2fhost-config", "/_stcore/health;/host-config", "/api/v1/../../sign-in", "/api",
    "/api;/v1/visits", "/API/v1/visits", "/api//v1/visits", "/api/v1/visits/", "/api/v1/visits/{visit_id}/",
    "/photos/{photo_id}/", "/photos/{photo_id}%2fthumbnail", "/photos/{photo_id}.",
    "/photos/%7b{photo_id}%7d",
    "/photos//{photo_id}", "/Photos/{photo_id}", "/photos/{photo_id}?/sign-in", "/photos/{photo_id}#/sign-in",
    "/%70hotos/{photo_id}", "/static/../photos/{photo_id}", "/read_visits/../sign-in", "/media/../sign-in",
    "http://127.0.0.1/photos/{photo_id}", "http://127.0.0.1/sign-in/../read_visits", "/index.html", "*",
]  # fmt: skip


def test_no_detour_leads_past_the_door(program):
    came_in = {}
    for detour in DETOURS:
        for method in ("GET", "OPTIONS"):
            status, came = said_to(program, program.path(detour), "Accept: text/html", method=method)
            if status < 300 and SIGN_IN not in came:
                came_in[method, detour] = came[-300:]
    assert came_in == {}


def test_no_detour_leads_to_what_is_somebody_elses(program):
    photo, visit = program.names["{photo_id}"], program.names["{visit_id}"]
    cookie = f"Cookie: {COOKIE}={program.token('other shopper')}"
    seen = {}
    for detour in (
        *DETOURS, f"/photos/{photo.upper()}", f"/photos/{photo.replace('-', '')}",
        f"/photos/urn:uuid:{photo}",
        f"/photos/{{{photo}}}", f"/api/v1/visits/{visit.upper()}", f"/api/v1/visits/{visit.replace('-', '')}",
    ):  # fmt: skip
        _, _, came = said_to(program, program.path(detour), cookie)[1].partition(b"\r\n\r\n")
        if b"\xff\xd8\xff" in came or b'"shopper":"Ann"' in came or visit.encode() in came.lower():
            seen[detour] = came[-300:]
    assert seen == {}


LINES = (
    "X-Original-URL: /sign-in",
    "X-Rewrite-URL: /sign-in",
    "X-Forwarded-Prefix: /sign-in",
    "X-Forwarded-Host: evil.example",
    "X-HTTP-Method-Override: OPTIONS",
    "X-Second-Visit-Session: 1",
    "X_Second_Visit_Session: 1",
    "Authorization: Basic b3duZXI6b3duZXI=",
    f"Cookie: {COOKIE}={'A' * 30_000}",
    f"Cookie: {COOKIE}; {COOKIE}=; ={COOKIE}",
    "Cookie: " + "; ".join(f"c{number}=x" for number in range(3_000)),
    f"Cookie: {COOKIE}=\xff\xfe\x80",
    "Accept: " + "text/html," * 3_000,
    "Accept: \xff\xfe",
    "Content-Length: \xb2",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
)


def test_no_header_leads_past_the_door_or_breaks_it(program):
    came_in = {}
    for line in LINES:
        status, came = said_to(program, "/api/v1/person", line)
        if status not in (400, 401, 431) or b"evil.example" in came:
            came_in[line[:30]] = came[-300:]
    assert came_in == {}


HOSTS = {
    "": 400,
    "evil.example": 421,
    "127.0.0.1\r\nHost: evil.example": 400,
    "evil.example\r\nX-Forwarded-Host: 127.0.0.1": 421,
    "127.0.0.1@evil.example": 421,
    "127.0.0.1.evil.example": 421,
    "127.0.0.1:80:80": 421,
    "127.1": 421,
    "0x7f.0.0.1": 421,
    "2130706433": 421,
    "[::ffff:127.0.0.1%25lo]": 421,
    "localhost.": 200,
    "LOCALHOST": 200,
}


def test_a_host_that_is_not_ours_is_refused_however_it_is_written(program):
    answers = {host: said_to(program, "/sign-in", host=host) for host in HOSTS}
    assert {host: status for host, (status, _) in answers.items()} == HOSTS
    assert not [host for host, (_, came) in answers.items() if b"evil.example" in came]


def page_on(program: Program, headers: Mapping[str, str]) -> bytes:
    """Open a page's websocket with these headers, and return what “You” sends."""
    with connect(
        program.address.replace("http", "ws", 1) + "/_stcore/stream",
        additional_headers=headers,
        subprotocols=["streamlit"],  # type: ignore[list-item]
    ) as websocket:
        asked = BackMsg(rerun_script=ClientState(page_name="your_account"))
        websocket.send(asked.SerializeToString())
        came = b""
        while True:
            data = websocket.recv(timeout=30)
            assert isinstance(data, bytes)
            came += data
            if ForwardMsg.FromString(data).HasField("script_finished"):
                return came


def test_a_page_is_not_opened_under_two_names(program):
    ours = {"Origin": program.address, "Cookie": f"{COOKIE}={program.token('shopper')}"}
    assert page_on(program, ours)
    with pytest.raises(InvalidStatus):
        page_on(program, {**ours, "Host": "evil.example"})


def test_a_page_knows_who_it_is_from_the_door_alone(program):
    ours = {"Origin": program.address, "Cookie": f"{COOKIE}={program.token('shopper')}"}
    owner = program.people["owner"]
    theirs = hash_token(program.token("owner") or "")
    assert b"**Ann**" in page_on(program, ours)
    for session, person in (
        (SESSION_HEADER, PERSON_HEADER),
        (SESSION_HEADER.upper(), PERSON_HEADER.title()),
        (SESSION_HEADER.replace("-", "_"), PERSON_HEADER.replace("-", "_")),
    ):
        forged = {session: theirs, person: str(owner.id)}
        came = page_on(program, ours | forged)
        assert b"**Ann**" in came
        assert b"**Olive**" not in came
        with pytest.raises(InvalidStatus, match="403"):
            page_on(program, {"Origin": program.address} | forged)


def test_another_sites_page_opens_no_websocket(program):
    ours, cookie = program.address, {"Cookie": f"{COOKIE}={program.token('owner')}"}
    for theirs in (
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": f"{ours}.evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": ours, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ours, "Sec-Fetch-Site": "same-site"},
    ):
        with pytest.raises(InvalidStatus, match="403"):
            page_on(program, cookie | theirs)
    assert page_on(program, cookie | {"Origin": ours, "Sec-Fetch-Site": "same-origin"})


def test_a_visitor_does_not_choose_the_address_that_counts(program):
    """Of whom no proxy was named, `X-Forwarded-For` is only words, also when they come from this machine."""
    answers = [
        said_to(program, "/invitation/guess", f"X-Forwarded-For: 203.0.113.{turn}:5{turn}")[0]
        for turn in range(70)
    ]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_of_two_who_use_an_invitation_at_once_one_comes_in(program):
    ben = a_person("Benno", Role.SHOPPER)
    with in_session() as session:
        token = add_invitation(session, Purpose.INVITATION, ben.id)
    body = "password=four+windy+kettles+sing&password_again=four+windy+kettles+sing"
    answers = at_once(program, f"/invitation/{token}", body)
    assert sorted(status for status, _ in answers) == [303] + [404] * 3
    assert sum(b"set-cookie" in came.lower() for _, came in answers) == 1


def at_once(program: Program, path: str, body: str) -> list[tuple[int, bytes]]:
    """Post a form four times at the same instant."""
    start = Barrier(4)

    def post(_: int) -> tuple[int, bytes]:
        start.wait()
        lines = (
            f"Origin: {program.address}",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        )
        return said_to(program, path, *lines, method="POST", body=body)

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(post, range(4)))


def test_no_letter_that_a_database_refuses_breaks_a_route(database):
    """PostgreSQL keeps no NUL: what is asked with one finds nothing."""
    owner = a_person("Olive", Role.OWNER)
    inside, outside = Browser().sign_in(owner), Browser()
    nul = "a\x00b@company.example"
    answers = {
        "sign-in": outside.post("/sign-in", {"email": nul, "password": nul, "next": "/\x00"}),
        "invitation": outside.post("/invitation/%00", {"password": nul}),
        "set-up": outside.post("/set-up/%00", {"name": nul, "email": nul}),
        "photo": inside.get("/photos/%00"),
        "picture": inside.get("/pictures/%00"),
        "thumbnail": inside.get("/pictures/%00/thumbnail"),
        "visit": inside.get("/api/v1/visits/%00"),
        "search": inside.get("/api/v1/visits?text=%00"),
    }
    assert {name: int(answer.status_code) for name, answer in answers.items()} == {
        "sign-in": 403, "invitation": 404, "set-up": 404, "photo": 404, "picture": 404, "thumbnail": 404,
        "visit": 422, "search": 200,
    }  # fmt: skip


def test_a_letter_that_a_database_refuses_makes_no_new_account_to_guess_at(database):
    """As many tries as with the address itself: a NUL in it is another address, and no account's."""
    ann = a_person("Ann", Role.OWNER)
    with in_session() as session:
        set_password(session, ann.id, "four windy kettles sing")
    for email in ("ann\x00@company.example", "\x00ann@company.example", "ann@company.example\x00"):
        form = {"email": email, "password": "four windy kettles sing"}
        assert Browser().post("/sign-in", form).status_code == 403
