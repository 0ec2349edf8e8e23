"""The door: nobody comes in without a session, and a session is what the database says now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState, ContextInfo

from server.door import PERSON_HEADER, SESSION_HEADER, Door
from server.limits import Rate
from server.origins import is_allowed_host
from server.page_messages import is_used, only_run_again
from server.paths import is_closed, is_missing_asset, is_open
from server.requests import COOKIE, SECURE_COOKIE, is_loopback, local_path
from standards.people import Person, Role
from storage.door_sessions import end_session, find_session, hash_token, open_session
from storage.people import remove_account
from storage.sessions import in_session
from storage.sign_in import set_password
from tests.running import run
from tests.server.behind_door import HERE, Browser, a_person, asked_for

OWN = {"Origin": HERE, "Sec-Fetch-Site": "same-origin", "X-Second-Visit": "1"}


async def tell(request: Request) -> JSONResponse:
    """Answer with what came through the door."""
    body = await request.body()
    heard = {name: request.headers.getlist(name) for name in (SESSION_HEADER, PERSON_HEADER)}
    return JSONResponse(heard | {"bytes": len(body)})


def ask(
    path: str = "/photos/1",
    method: str = "GET",
    *,
    token: str | None = None,
    at: str = HERE,
    cookie: str = COOKIE,
    headers: dict[str, str] | list[tuple[str, str]] | None = None,
    hosts: tuple[str, ...] = (),
    content: Any = None,
) -> httpx2.Response:
    app = Starlette(
        routes=[Route("/{path:path}", tell, methods=["GET", "POST", "PUT", "DELETE"])],
        middleware=[Middleware(Door, allowed_hosts=hosts)],
    )
    sent = list(headers.items() if isinstance(headers, dict) else headers or [])
    if token:
        sent.append(("Cookie", f"{cookie}={token}"))

    async def answered() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=at) as client:
            return await client.request(method, path, headers=sent, content=content)

    return run(answered())


@pytest.fixture
def ann() -> Person:
    return a_person("Ann", Role.SHOPPER)


@pytest.fixture
def token(ann) -> str:
    with in_session() as session:
        return open_session(session, ann.id)


def test_who_has_a_session_comes_in_and_is_named_to_the_pages(ann, token):
    assert ask(token=token).json() == {
        SESSION_HEADER: [hash_token(token)],
        PERSON_HEADER: [str(ann.id)],
        "bytes": 0,
    }


def test_forged_headers_are_dropped_whatever_their_letters(ann, token):
    forged = [
        (name, "1") for name in (SESSION_HEADER, PERSON_HEADER, SESSION_HEADER.upper(), PERSON_HEADER.title())
    ]
    assert ask(token=token, headers=forged).json()[PERSON_HEADER] == [str(ann.id)]
    assert ask(token=token, headers=forged).json()[SESSION_HEADER] == [hash_token(token)]
    # Nobody is named on an open path either.
    assert ask("/door/x", headers=forged).json() == {SESSION_HEADER: [], PERSON_HEADER: [], "bytes": 0}
    assert ask(headers=forged).status_code == 401


@pytest.mark.parametrize(
    "forged",
    ["", "x", "0", "null", "A" * 43, "é", '"', "%00", "../../etc/passwd", "' OR 1=1 --", "A" * 7000],
)
def test_a_forged_cookie_opens_nothing(token, forged):
    assert ask(headers=[("Cookie", f"{COOKIE}={forged}".encode())]).status_code == 401  # type: ignore[list-item]


def test_the_hash_from_the_database_opens_nothing(token):
    assert ask(token=hash_token(token)).status_code == 401


def test_an_ended_session_is_refused_at_the_next_request_and_for_ever(token):
    assert ask(token=token).status_code == 200
    with in_session() as session:
        end_session(session, hash_token(token))
    assert [ask(token=token).status_code for _ in range(2)] == [401, 401]


def test_a_session_of_a_removed_person_is_refused(ann, token):
    a_person("Olive", Role.OWNER)
    with in_session() as session:
        remove_account(session, ann.id)
    assert ask(token=token).status_code == 401


def test_a_session_from_before_the_password_was_changed_is_refused(ann, token):
    with in_session() as session:
        set_password(session, ann.id, "four windy kettles sing")
    assert ask(token=token).status_code == 401


@pytest.mark.parametrize(("days", "status"), [(13, 200), (15, 401)])
def test_an_idle_session_is_refused(ann, days, status):
    with in_session() as session:
        token = open_session(session, ann.id, at=datetime.now(UTC) - timedelta(days=days))
    assert ask(token=token).status_code == status


def test_over_https_only_the_cookie_that_no_other_host_can_set_counts(token):
    over_https = "https://127.0.0.1:18999"
    assert ask(token=token, at=over_https).status_code == 401
    assert ask(token=token, at=over_https, cookie=SECURE_COOKIE).status_code == 200
    assert ask(token=token, cookie=SECURE_COOKIE).status_code == 401


def test_being_seen_is_written_down(ann):
    with in_session() as session:
        token = open_session(session, ann.id, at=datetime.now(UTC) - timedelta(hours=1))
    before = datetime.now(UTC) - timedelta(minutes=1)
    for _ in range(100):
        ask(token=token)
        with in_session(read_only=True) as session:
            found = find_session(session, hash_token(token))
        if found and found.session.last_seen_at > before:
            return
    pytest.fail("a minute later it still says an hour ago")


TO_SIGN_IN = (303, "/sign-in")
REFUSED = (401, None)


@pytest.mark.parametrize(
    ("path", "headers", "expected"),
    [
        pytest.param("/", {"Accept": "text/html"}, TO_SIGN_IN, id="an older browser"),
        pytest.param("/", {"Accept": "*/*", "Sec-Fetch-Mode": "navigate"}, TO_SIGN_IN, id="a browser"),
        pytest.param(
            "/read_visits?visit=1&a=b",
            {"Accept": "text/html"},
            (303, "/sign-in?next=%2Fread_visits%3Fvisit%3D1%26a%3Db"),
            id="comes back to a page with its query",
        ),
        pytest.param(
            "/photos/1", {"Accept": "text/html"}, (303, "/sign-in?next=%2Fphotos%2F1"), id="a photo's link"
        ),
        pytest.param("/", {"Accept": "*/*"}, TO_SIGN_IN, id="a health check"),
        pytest.param("/", {"Accept": ""}, TO_SIGN_IN, id="a program that says nothing"),
        pytest.param(
            "/read_visits",
            {"Accept": "*/*;q=0.8"},
            (303, "/sign-in?next=%2Fread_visits"),
            id="a link's preview",
        ),
        pytest.param(
            "/unknown", {"Accept": "*/*"}, (303, "/sign-in?next=%2Funknown"), id="a page that is none"
        ),
        pytest.param("/", {"Accept": "application/json"}, REFUSED, id="a program for JSON"),
        pytest.param("/", {"Accept": "application/json, */*"}, REFUSED, id="a program for JSON first"),
        pytest.param("/", {"Accept": "image/avif,*/*"}, REFUSED, id="a picture"),
        pytest.param("/", {"Accept": "*/*", "Sec-Fetch-Mode": "cors"}, REFUSED, id="a script's fetch"),
        pytest.param(
            "/", {"Accept": "text/html", "Sec-Fetch-Mode": "no-cors"}, REFUSED, id="a browser, but no page"
        ),
        pytest.param(
            "/", {"Accept": "*/*", "X-Requested-With": "XMLHttpRequest"}, REFUSED, id="an older script"
        ),
        pytest.param("/static/js/index.js", {"Accept": "*/*"}, REFUSED, id="a file"),
        pytest.param("/photos/1", {"Accept": "*/*"}, REFUSED, id="a photo"),
        pytest.param("/pictures/1", {"Accept": "*/*"}, REFUSED, id="another picture"),
        pytest.param("/_stcore/host-config", {"Accept": "*/*"}, REFUSED, id="a part of a page"),
        pytest.param("/media/1", {"Accept": "*/*"}, REFUSED, id="a page's medium"),
        pytest.param("/component/a/b", {"Accept": "*/*"}, REFUSED, id="a component's part"),
        pytest.param("/api/v1/visits", {"Accept": "text/html"}, REFUSED, id="the API, also in a browser"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_no_session_is_sent_to_sign_in_and_comes_back(path, headers, expected, method):
    answer = ask(path, method, headers=headers)
    assert (answer.status_code, answer.headers.get("location")) == expected
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
def test_no_other_method_passes_or_leads_anywhere_without_a_session(method):
    answer = ask("/", method, headers={"Accept": "text/html"} | OWN)
    assert (answer.status_code, answer.headers.get("location")) == REFUSED


def test_the_api_answers_with_a_problem():
    answer = ask("/api/v1/visits")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize("path", ["/auth/login", "/oauth2callback", "/_stcore/metrics", "/_stcore/agent/mcp"])
def test_what_is_not_used_answers_nobody(token, path):
    assert is_closed(path)
    assert {ask(path).status_code, ask(path, token=token).status_code} == {404}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param(OWN, 200, id="from our own page"),
        pytest.param({"Origin": HERE}, 200, id="from an older browser"),
        pytest.param({}, 403, id="from nowhere"),
        pytest.param({"Origin": "null"}, 403, id="from a sandbox"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="from another site"),
        pytest.param({"Origin": "http://127.0.0.1:18998"}, 403, id="from another port"),
        pytest.param({"Origin": f"{HERE}.evil.example"}, 403, id="from a name that begins like ours"),
        pytest.param({"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, 403, id="cross-site"),
        pytest.param({"Origin": HERE, "Sec-Fetch-Site": "same-site"}, 403, id="from a neighbour"),
        pytest.param({"Sec-Fetch-Site": "none"}, 403, id="from the address bar"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_comes_from_our_own_pages_only(token, method, headers, status):
    assert ask("/_stcore/upload_file/a/b", method, token=token, headers=headers).status_code == status
    assert ask("/sign-out", method, token=token, headers=headers).status_code == status


def test_a_write_to_the_api_needs_its_header_and_no_form(token):
    def put(headers: dict[str, str]) -> int:
        return ask("/api/v1/visits/1", "PUT", token=token, headers=headers).status_code

    assert put(OWN) == 200
    assert put({"X-Second-Visit": "1"}) == 200
    assert put({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}) == 403
    assert put(OWN | {"Origin": "https://evil.example"}) == 403
    for form in ("application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x", "text/plain"):
        assert put(OWN | {"Content-Type": form}) == 403


def test_a_cross_site_read_changes_nothing_and_is_allowed(token):
    assert ask(token=token, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "hosts", "allowed"),
    [
        ("localhost:8501", (), True),
        ("127.0.0.1", (), True),
        ("[::1]:8501", (), True),
        ("192.168.1.5:8501", (), True),
        ("visits.example.com", (), False),
        ("visits.example.com", ("visits.example.com",), True),
        ("VISITS.example.com:443", ("visits.example.com",), True),
        ("evil.example", ("visits.example.com",), False),
        ("192.168.1.5", ("visits.example.com",), False),
        ("a.example.com", ("*.example.com",), True),
        ("example.com", ("*.example.com",), False),
        ("evilexample.com", ("*.example.com",), False),
        ("a.example", ("*",), True),
        ("", ("*",), False),
        ("a.example; script-src *", ("*",), False),
        ("a.example@evil.example", ("*",), False),
    ],
)
def test_the_names_it_answers_to(host, hosts, allowed):
    assert is_allowed_host(host, hosts) is allowed


def test_another_name_is_refused_before_anything_else(token):
    assert ask(token=token, at="http://rebound.example").status_code == 421
    assert ask("/sign-in", at="http://rebound.example").status_code == 421
    assert ask("/_stcore/health", at="http://rebound.example").status_code == 200


def test_a_body_over_its_limit_is_refused_without_being_read(token):
    read = 0

    async def endless():
        nonlocal read
        for _ in range(1000):
            read += 10_000
            yield b"x" * 10_000

    answer = ask("/anything", "POST", token=token, headers=OWN, content=endless())
    assert answer.status_code == 413
    assert read <= 80_000
    announced = OWN | {"Content-Length": "64001"}
    assert ask("/anything", "POST", token=token, headers=announced, content=b"").status_code == 413
    assert ask("/anything", "POST", token=token, headers=OWN, content=b"x" * 64_000).json()["bytes"] == 64_000


@pytest.mark.parametrize(
    ("path", "missing"),
    [
        ("/x.js", True),
        ("/static/js/nothing.js", True),
        ("/record_visit/app.css", True),
        ("/.env", True),
        ("/favicon.png", False),
        ("/index.html", False),
        ("/record_visit", False),
        ("/", False),
        ("/media/abc.png", False),
        ("/app.webmanifest", False),
    ],
)
def test_a_file_that_is_not_there_is_not_found(token, path, missing):
    assert is_missing_asset(path) is missing
    assert ask(path, token=token).status_code == (404 if missing else 200)


def test_knocking_too_often_is_answered_with_how_long_to_wait():
    browser = Browser()
    answers = [browser.get(f"/invitation/guess{turn}") for turn in range(70)]
    assert {answer.status_code for answer in answers[:60]} == {404}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_who_has_a_network_of_addresses_knocks_as_one():
    app = Starlette(routes=[Route("/{path:path}", tell)], middleware=[Middleware(Door)])

    async def answered() -> list[int]:
        found = []
        for turn in range(70):
            transport = httpx2.ASGITransport(app, client=(f"2001:db8::{turn:x}", 1))
            async with httpx2.AsyncClient(transport=transport, base_url=HERE) as client:
                found.append((await client.get("/invitation/guess")).status_code)
        return found

    statuses = run(answered())
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_a_rate_refills_with_time_and_forgets_who_was_quiet():
    now = 0.0
    rate = Rate(60, clock=lambda: now)
    assert [rate.seconds_to_wait("a") for _ in range(61)] == [0] * 60 + [1]
    assert rate.seconds_to_wait("b") == 0
    now = 2.0
    assert [rate.seconds_to_wait("a") for _ in range(3)] == [0, 0, 1]
    for turn in range(20_000):
        rate.seconds_to_wait(str(turn))
    assert len(rate._buckets) == 10_000


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/read_visits?visit=1", "/read_visits?visit=1"),
        (None, "/"),
        ("", "/"),
        ("read_visits", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/%2Fevil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_server(wanted, path):
    assert local_path(wanted) == path


@pytest.mark.parametrize(
    ("client", "headers", "own"),
    [
        ("127.0.0.1", {"host": "localhost:8501"}, True),
        ("::ffff:127.0.0.1", {"host": "127.0.0.1:8501"}, True),
        ("192.168.1.9", {"host": "localhost:8501"}, False),
        ("127.0.0.1", {"host": "visits.example.com"}, False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "203.0.113.9"}, False),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, False),
    ],
)
def test_who_sits_at_this_machine(client, headers, own):
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"client": (client, 1), "headers": raw, "http_version": "1.1"}
    assert is_loopback(scope) is own
    # What speaks an older HTTP is no browser, but a proxy, before anybody.
    assert not is_loopback(scope | {"http_version": "1.0"})


def test_what_stands_in_for_a_message_runs_the_page_again_with_nothing_pressed():
    pressed = ClientState(
        query_string="a=1",
        page_script_hash="hash",
        page_name="name",
        fragment_id="fragment",
        is_auto_rerun=True,
        context_info=ContextInfo(url="http://here/name?a=1", timezone="Europe/Berlin"),
    )
    pressed.widget_states.widgets.add(id="button", trigger_value=True)
    kept = ClientState()
    kept.CopyFrom(pressed)
    for name in ("widget_states", "fragment_id", "is_auto_rerun"):
        kept.ClearField(name)
    again = BackMsg.FromString(only_run_again(BackMsg(rerun_script=pressed).SerializeToString()))
    assert again == BackMsg(rerun_script=kept)
    for other in (b"\xff\xff nonsense", BackMsg(clear_cache=True).SerializeToString()):
        assert BackMsg.FromString(only_run_again(other)) == BackMsg(
            rerun_script=ClientState(context_info=ContextInfo())
        )


def test_an_open_page_is_passed_only_messages_it_uses_and_only_while_it_may_press():
    person = a_person("Ann", Role.OWNER)
    with in_session() as session:
        token = open_session(session, person.id)
    pressed = BackMsg(rerun_script=ClientState(query_string="a=1"))
    pressed.rerun_script.widget_states.widgets.add(id="button", trigger_value=True)
    sent = [BackMsg(clear_cache=True), pressed, BackMsg(set_run_on_save=True), pressed]
    passed_on: list[BackMsg] = []

    async def page(_scope: Scope, receive: Receive, _send: Send) -> None:
        passed_on.append(BackMsg.FromString((await receive())["bytes"]))
        with in_session() as session:
            end_session(session, hash_token(token))
        passed_on.append(BackMsg.FromString((await receive())["bytes"]))

    async def opened() -> None:
        waiting = iter(sent)

        async def receive() -> Message:
            return {"type": "websocket.receive", "bytes": next(waiting).SerializeToString()}

        async def send(message: Message) -> None:
            pytest.fail(f"the door answered itself: {message}")

        headers = {"host": "127.0.0.1:18999", "origin": HERE, "cookie": f"{COOKIE}={token}"}
        scope = {
            "type": "websocket",
            "scheme": "ws",
            "path": "/_stcore/stream",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
        }
        await Door(page)(scope, receive, send)

    run(opened())
    again = ClientState(query_string="a=1", context_info=ContextInfo())
    assert passed_on == [pressed, BackMsg(rerun_script=again)]


@pytest.mark.parametrize(
    ("message", "used"),
    [
        (BackMsg(rerun_script=ClientState()), True),
        (BackMsg(stop_script=True), True),
        (BackMsg(app_heartbeat=True), True),
        (asked_for(deferred_file={"file_id": "1"}), True),
        (asked_for(dataframe_chunk={"source_id": "1"}), True),
        (asked_for(install_skills={}), False),
        (asked_for(dismiss_skills_nudge={}), False),
        (asked_for(request_id="1"), False),
        (BackMsg(load_git_info=True), False),
        (BackMsg(clear_cache=True), False),
        (BackMsg(set_run_on_save=True), False),
        (BackMsg(debug_disconnect_websocket=True), False),
        (BackMsg(), False),
    ],
    ids=str,
)
def test_which_messages_of_a_page_are_passed_on(message, used):
    assert is_used(message.SerializeToString()) is used


def test_every_message_that_streamlit_knows_was_decided_about():
    known = BackMsg.DESCRIPTOR.fields_by_name
    operations = known["backend_operation_request"].message_type.oneofs_by_name["payload"].fields
    assert set(known) == {
        "rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request",
        "load_git_info", "clear_cache", "set_run_on_save",
        "debug_disconnect_websocket", "debug_shutdown_runtime",
    }  # fmt: skip
    assert {operation.name for operation in operations} == {
        "deferred_file", "dataframe_chunk", "install_skills", "dismiss_skills_nudge",
    }  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/sign-in", "/set-up/x", "/invitation/x", "/app.webmanifest", "/icons/a.png"]
)
def test_what_is_open_to_everybody(path):
    assert is_open(path)


@pytest.mark.parametrize(
    "path", ["/", "/sign-in/x", "/SIGN-IN", "/doors", "/api", "/_stcore/health/x", "/set-upx"]
)
def test_what_only_begins_like_it_is_not(path):
    assert not is_open(path)
