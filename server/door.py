"""The door: pure ASGI middleware before everything. It knows who comes in, and lets nobody else in."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from math import ceil
from typing import Any
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.limits import BodyTooLargeError, LimitedBody, Rate, announced_too_large
from server.look_ups import LookUps
from server.origins import SAFE_METHODS, is_allowed_host, is_foreign
from server.page_messages import is_used, only_run_again
from server.paths import (
    is_api,
    is_closed,
    is_missing_asset,
    is_open,
    is_page,
    largest_body,
    takes_from_anywhere,
)
from server.requests import SIGNED_IN, address_of, token_of
from standards.errors import NoRoomLeft, StoreBusy
from storage.door_sessions import SignedIn, hash_token, note_seen
from storage.sessions import in_session
from storage.sign_in import network_of

# What Streamlit takes into st.user (.streamlit/config.toml, trustedUserHeaders).
SESSION_HEADER = "x-second-visit-session"
PERSON_HEADER = "x-second-visit-person"
_OURS = frozenset({SESSION_HEADER.encode(), PERSON_HEADER.encode()})

_KNOCKS_A_MINUTE = 60
# Below these a token opens something: looking counts as knocking.
_GUESSABLE = ("/invitation/", "/set-up/", "/oidc/", "/scorecard/")
_WRITES_A_MINUTE = 600
_CLOSED_BY_DOOR = 4401


class Door:
    """
    Let in who has a session; send the others to sign in, or away.

    The session is looked up at every request, so that one that was ended is refused by the next.
    """

    def __init__(self, app: ASGIApp, *, allowed_hosts: tuple[str, ...] = ()) -> None:
        self.app = app
        self._allowed_hosts = allowed_hosts
        self._knocks = Rate(_KNOCKS_A_MINUTE)
        self._writes = Rate(_WRITES_A_MINUTE)
        self._noting: dict[str, asyncio.Task[None]] = {}
        self._look_ups = LookUps()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on with who it is."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(raw=list(scope["headers"]))
        path: str = scope["path"]
        try:
            found = await self._who(scope)
        except StoreBusy as busy:
            await _refusal(path, 503, str(busy), {"Retry-After": "5"})(scope, receive, send)
            return
        refused = self._refuse(scope, headers, found)
        if refused:
            await refused(scope, receive, send)
            return
        body = LimitedBody(receive, largest_body(path))
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if body.is_over and not started:
                # A route has made an answer of its own from the refusal to read on.
                raise BodyTooLargeError
            started = True
            await send(message)

        try:
            await self.app(_passed_on(scope, found), body.receive, answer)
        except BodyTooLargeError:
            if not started:
                await _too_large(path)(scope, receive, send)

    def _refuse(self, scope: Scope, headers: Headers, found: SignedIn | None) -> Response | None:
        """Return the answer to a request that goes no further; None for one that does."""
        path: str = scope["path"]
        # Whoever asks whether the server lives may know it by its address alone.
        if path != "/_stcore/health":
            if not _names_one_host(headers):
                return PlainTextResponse("A request is to name one server.", status_code=400)
            if not is_allowed_host(headers["host"], self._allowed_hosts):
                return PlainTextResponse("This server does not answer to that name.", status_code=421)
        if is_closed(path):
            return _not_found(path)
        writes = scope["method"] not in SAFE_METHODS and not takes_from_anywhere(path)
        if writes and is_foreign(scope, headers):
            return _refusal(path, 403, "This was not sent from a page of this server. Nothing was changed.")
        if not found and not is_open(path):
            return _ask_to_sign_in(scope, headers)
        return self._refuse_too_often(scope, found) or _refuse_shape(scope)

    def _refuse_too_often(self, scope: Scope, found: SignedIn | None) -> Response | None:
        path: str = scope["path"]
        writes = scope["method"] not in SAFE_METHODS
        wait = 0.0
        if is_open(path):
            if writes or path.startswith(_GUESSABLE):
                wait = self._knocks.seconds_to_wait(network_of(address_of(scope)))
        elif writes and found:
            wait = self._writes.seconds_to_wait(str(found.person.id))
        if not wait:
            return None
        said = f"There were too many requests from here. Try again in {ceil(wait)} seconds."
        return _refusal(path, 429, said, {"Retry-After": str(ceil(wait))})

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(raw=list(scope["headers"]))
        is_ours = _names_one_host(headers) and is_allowed_host(headers["host"], self._allowed_hosts)
        if not is_ours or is_foreign(scope, headers):
            await _close(receive, send)
            return
        try:
            found = await self._who(scope)
        except StoreBusy:
            found = None
        if not found:
            await _close(receive, send)
            return
        token_hash, rights = found.session.token_hash, _rights_of(found)

        async def receive_checked() -> Message:
            nonlocal rights
            while True:
                message = await receive()
                data = message.get("bytes")
                if message["type"] != "websocket.receive" or not data:
                    return message
                if not is_used(data):
                    continue
                now = _rights_of(await self._still_in(token_hash))
                if now and now == rights:
                    return message
                rights = now or rights
                return {"type": "websocket.receive", "bytes": only_run_again(data)}

        await self.app(_passed_on(scope, found), receive_checked, send)

    async def _who(self, scope: Scope) -> SignedIn | None:
        token = token_of(scope)
        if not token:
            return None
        found = await self._look_ups.ask(hash_token(token))
        if found and found.session.is_due(datetime.now(UTC)):
            self._note_seen(found.session.token_hash)
        return found

    async def _still_in(self, token_hash: str) -> SignedIn | None:
        try:
            return await self._look_ups.ask(token_hash)
        except StoreBusy:
            return None

    def _note_seen(self, token_hash: str) -> None:
        """Write down that the device was seen, while its request goes on: nothing waits for the write."""
        if token_hash not in self._noting:
            task = asyncio.create_task(asyncio.to_thread(_write_seen, token_hash))
            self._noting[token_hash] = task
            task.add_done_callback(lambda _: self._noting.pop(token_hash, None))


def _names_one_host(headers: Headers) -> bool:
    # Of two, one may be what a proxy before us has looked at, and the other what we would.
    return len(headers.getlist("host")) == 1


def _rights_of(found: SignedIn | None) -> tuple[Any, ...] | None:
    """Return what decides which pages and visits somebody sees: when it changes, an open page starts anew."""
    return (found.person.role, found.person.areas, found.person.channel_ids) if found else None


def _write_seen(token_hash: str) -> None:
    # A database that is busy or full is no reason to trouble anybody: the next request tries again.
    with suppress(StoreBusy, NoRoomLeft), in_session() as session:
        note_seen(session, token_hash)


def _passed_on(scope: Scope, found: SignedIn | None) -> Scope:
    """Return the scope with our headers as the door sets them, whatever came in."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _OURS]
    passed = {**scope, "headers": headers}
    passed.pop(SIGNED_IN, None)
    if found:
        headers.append((SESSION_HEADER.encode(), found.session.token_hash.encode()))
        headers.append((PERSON_HEADER.encode(), str(found.person.id).encode()))
        passed[SIGNED_IN] = found
    return passed


async def _close(receive: Receive, send: Send) -> None:
    # Before it is accepted: the server answers the handshake with 403.
    await receive()
    await send({"type": "websocket.close", "code": _CLOSED_BY_DOOR, "reason": "Sign in first"})


def _ask_to_sign_in(scope: Scope, headers: Headers) -> Response:
    path: str = scope["path"]
    if is_api(path):
        return _refusal(path, 401, "Sign in first. Nothing was changed.")
    if scope["method"] in ("GET", "HEAD") and _wants_page(path, headers):
        query = scope.get("query_string", b"").decode("latin-1")
        wanted = f"{path}?{query}" if query else path
        where = "/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted, safe='')}"
        return RedirectResponse(where, status_code=303, headers={"Cache-Control": "no-store"})
    return _refusal(path, 401, "Sign in first.")


def _wants_page(path: str, headers: Headers) -> bool:
    """
    Say whether somebody who asks without a session is to be led to sign in, and not just refused.

    Browsers say what they do. Of programs that do not, a page's address leads those to sign in that take
    anything (a health check, a link's preview); who asks for JSON or a picture could not use that page.
    """
    mode = headers.get("sec-fetch-mode")
    if mode:
        return mode == "navigate"
    if headers.get("x-requested-with"):
        return False
    accepted = {part.partition(";")[0].strip().lower() for part in headers.get("accept", "").split(",")}
    return "text/html" in accepted or (accepted <= {"", "*/*"} and is_page(path))


def _refuse_shape(scope: Scope) -> Response | None:
    path: str = scope["path"]
    if is_missing_asset(path):
        return _not_found(path)
    return _too_large(path) if announced_too_large(scope, largest_body(path)) else None


def _not_found(path: str) -> Response:
    return _refusal(path, 404, "There is nothing at this address.")


def _too_large(path: str) -> Response:
    most = largest_body(path) / 1_000_000
    said = f"This is larger than the {most:g} MB that may be sent here. Nothing was stored."
    # The rest is not read: what is left on the connection would be taken for the next request.
    return _refusal(path, 413, said, {"Connection": "close"})


def _refusal(path: str, status: int, said: str, headers: Mapping[str, str] | None = None) -> Response:
    kept: dict[str, Any] = {"Cache-Control": "no-store", **(headers or {})}
    if is_api(path):
        problem = {"type": "about:blank", "status": status, "title": _TITLES[status], "detail": said}
        return JSONResponse(problem, status, kept, media_type="application/problem+json")
    return PlainTextResponse(said, status, kept)


_TITLES = {
    401: "Not signed in",
    403: "Refused",
    404: "Not found",
    413: "Too large",
    429: "Too many requests",
    503: "Busy",
}
