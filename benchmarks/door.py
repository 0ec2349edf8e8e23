"""Measures what the door adds to a request of somebody signed in, and what signing in costs."""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from statistics import median, quantiles
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from server.door import Door
from server.requests import COOKIE
from server.security_headers import SecurityHeaders
from standards.errors import SignInRefused
from standards.people import Role
from storage.door_sessions import open_session
from storage.people import add_account
from storage.sessions import close_database, in_session
from storage.sign_in import set_password, sign_in

REQUESTS = 4_000
SIGN_INS = 15
_PASSWORD = "four words nobody says"  # noqa: S105 - of a person in a database that is thrown away
_EMAIL = "owner@company.example"


async def _answer(_request: Request) -> Response:
    return PlainTextResponse("here")


def _app(*middleware: Middleware) -> ASGIApp:
    return Starlette(routes=[Route("/page", _answer)], middleware=list(middleware))


async def _milliseconds(app: ASGIApp, token: str) -> float:
    """Return how long one request takes in this process: no network, nothing of an HTTP client."""
    headers = [(b"host", b"localhost"), (b"cookie", f"{COOKIE}={token}".encode())]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/page",
        "raw_path": b"/page",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 8501),
    }
    statuses = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        statuses.append(message.get("status"))

    began = time.perf_counter()
    await app(scope, receive, send)
    took = time.perf_counter() - began
    assert statuses[0] == 200
    return took * 1000


async def _compare(token: str, count: int) -> tuple[list[float], list[float]]:
    """Time requests with and without the door in turn, so that both meet the same machine."""
    bare, behind = _app(), _app(Middleware(SecurityHeaders), Middleware(Door))
    without, with_door = [], []
    for number in range(count + 200):
        times = await _milliseconds(bare, token), await _milliseconds(behind, token)
        # The first ones fill caches: the statement's, the pool's, the policy's.
        if number >= 200:
            without.append(times[0])
            with_door.append(times[1])
    return without, with_door


async def _medians_of(*acts: Callable[[int], Awaitable[Any]]) -> list[float]:
    """Time acts in turn, so that they meet the same machine; return the median of each."""
    times: list[list[float]] = [[] for _ in acts]
    for number in range(SIGN_INS):
        for act, taken in zip(acts, times, strict=True):
            began = time.perf_counter()
            await act(number)
            taken.append((time.perf_counter() - began) * 1000)
    return [median(taken) for taken in times]


async def _right(number: int) -> None:
    await sign_in(_EMAIL, _PASSWORD, address=f"192.0.2.{number}")


async def _wrong(number: int) -> None:
    try:
        await sign_in(_EMAIL, "another", address=f"198.51.100.{number}")
    except SignInRefused:
        return
    raise AssertionError("a wrong password let somebody in")


async def _unknown(number: int) -> None:
    try:
        await sign_in("nobody@company.example", _PASSWORD, address=f"203.0.113.{number}")
    except SignInRefused:
        return
    raise AssertionError("an unknown account let somebody in")


def main() -> None:
    """Print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--requests", type=int, default=REQUESTS, help="how many to time")
    count = arguments.parse_args().requests
    with tempfile.TemporaryDirectory() as data:
        os.environ["SECOND_VISIT_DATA"] = data
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        with in_session() as session:
            person = add_account(session, "Owner", _EMAIL, Role.OWNER)
            set_password(session, person.id, _PASSWORD)
            token = open_session(session, person.id)
        without, with_door = asyncio.run(_compare(token, count))
        signing_in = asyncio.run(_medians_of(_right, _wrong, _unknown))
        close_database()
    measured = {
        "requests": count,
        "without_door_ms": round(median(without), 3),
        "with_door_ms": round(median(with_door), 3),
        "added_ms": round(median(with_door) - median(without), 3),
        "added_p95_ms": round(quantiles(with_door, n=20)[-1] - quantiles(without, n=20)[-1], 3),
        "sign_in_ms": round(signing_in[0]),
        "wrong_password_ms": round(signing_in[1]),
        "unknown_account_ms": round(signing_in[2]),
        "database": "sqlite",
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
