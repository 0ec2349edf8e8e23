"""Which addresses are open to everybody, which to nobody, and how large a body each may have."""

import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

MEGABYTE = 1_000_000

# Without a session: what is needed to get one, and what a phone fetches before it has one.
_OPEN = frozenset(
    {
        "/sign-in",
        "/sign-out",
        "/set-up",
        "/app.webmanifest",
        "/sw.js",
        "/recorder",
        "/recorder/",
        "/_stcore/health",
    }
)
_OPEN_BELOW = ("/set-up/", "/invitation/", "/oidc/", "/icons/", "/door/", "/recorder/", "/scorecard/")

# Streamlit's own sign-in, its agent API and its figures for operators are not used: nobody reaches them.
_CLOSED = frozenset({"/auth/login", "/auth/logout", "/oauth2callback", "/_stcore/metrics", "/manifest.json"})
_CLOSED_BELOW = ("/_stcore/agent", "/_stcore/script-health-check")

# Below these an unknown path is answered by a route; anywhere else Streamlit answers with its page.
_STREAMLITS = ("/media/", "/component/", "/_stcore/bidi-components/", "/_stcore/upload_file/")
_OURS_BELOW = (*_OPEN_BELOW, "/photos/", "/pictures/")
_OURS = _OPEN - {"/_stcore/health"}
_ASSET = re.compile(r"\.[A-Za-z0-9_]{1,12}$")

_LARGEST_BODY = {
    "/_stcore/upload_file/": 51 * MEGABYTE,
    # A visit with all its photos.
    "/api/v1/visits/import": 200 * MEGABYTE,
    "/api/": 21 * MEGABYTE,
    # Thrown away as it comes in, so that the browser shows the answer.
    "/recorder/share": 200 * MEGABYTE,
}
# Another app on the phone sends photos there, which no page of ours can have sent; nothing is changed by it.
_FROM_ANYWHERE = frozenset({"/recorder/share"})
_LARGEST_OTHER_BODY = 64_000


def is_open(path: str) -> bool:
    """Say whether a path answers without a session."""
    return path in _OPEN or path.startswith(_OPEN_BELOW)


def takes_from_anywhere(path: str) -> bool:
    """Say whether a form may be sent to a path from outside our own pages."""
    return path in _FROM_ANYWHERE


def is_closed(path: str) -> bool:
    """Say whether a path answers nobody; one with a line break in it is no path of ours."""
    return path in _CLOSED or path.startswith(_CLOSED_BELOW) or "\n" in path


def is_api(path: str) -> bool:
    """Say whether programs talk to a path, and not people."""
    return path == "/api" or path.startswith("/api/")


def is_page(path: str) -> bool:
    """Say whether people read what stands at a path; a page, also an unknown one, has no file's name."""
    parts = (*_OURS_BELOW, *_STREAMLITS, "/_stcore/")
    return not (is_api(path) or path.startswith(parts) or _ASSET.search(path))


def is_missing_asset(path: str) -> bool:
    """
    Say whether a path looks like a file that is not there.

    Streamlit would answer it with its page, and a browser would keep that page as a script or a picture.
    """
    if not _ASSET.search(path) or path in _OURS or path.startswith((*_OURS_BELOW, *_STREAMLITS, "/api/")):
        return False
    return path not in _static_files()


def nothing_routes() -> list[BaseRoute]:
    """
    Return routes, to stand behind all of ours, that find nothing where ours find nothing.

    Without them Streamlit would answer with its page, below an open path to everybody.
    """
    patterns = [*_OURS, *(f"{start}{{path:path}}" for start in _OURS_BELOW)]
    return [Route(pattern, _Nothing()) for pattern in sorted(patterns)]


class _Nothing:
    """Not a function, which Starlette would let answer to GET alone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Cache-Control": "no-store"}
        await PlainTextResponse("There is nothing at this address.", 404, headers)(scope, receive, send)


def largest_body(path: str) -> int:
    """Return how many bytes may be sent to a path."""
    return next(
        (most for start, most in _LARGEST_BODY.items() if path.startswith(start)), _LARGEST_OTHER_BODY
    )


@cache
def _static_files() -> frozenset[str]:
    folder = static_folder()
    return frozenset(
        f"/{file.relative_to(folder).as_posix()}" for file in folder.rglob("*") if file.is_file()
    )


def static_folder() -> Path:
    """Return the folder of the installed Streamlit's own files."""
    return Path(st.__file__).parent / "static"
