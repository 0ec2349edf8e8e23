"""The recorder's own files, its service worker and what leads back to it: open, but for a visit drawn in."""

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.compression import PackedContent, PackedFolder, pack_for_one
from server.recorder_drawn import drawn_page
from server.recorder_start import start_modules
from server.requests import SIGNED_IN, person_of
from server.security_headers import STILL_PAGE_POLICY
from server.shell import ASSET_HEADERS, assets_cache
from storage.settings import keeps_service_worker

_ROOM = Path(__file__).parent / "recorder"
# Sent by routes of their own; types.js holds no line that runs.
_NOT_IN_SHELL = frozenset(
    {"index.html", "sw.js", "leaving_worker.js", "recover.html", "recover.js", "types.js"}
)
# Comments that have their lines to themselves: a quarter of what a phone would fetch. The lines stay, so
# that an error names the line of the source.
_COMMENT = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*$|^[ \t]*//.*$", re.MULTILINE)
_SERVED = frozenset({".js", ".css", ".html", ".svg", ".png", ".woff2"})

RECORDER_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FOR_ONE = {
    "Content-Security-Policy": RECORDER_POLICY,
    "Cache-Control": "no-store",
    "Vary": "Cookie, Accept-Encoding",
}
_HASH_LETTERS = 12
_PAGES = frozenset({"index.html", "recover.html", "offline.html"})


def recorder_routes() -> list[BaseRoute]:
    """Return the recorder's routes."""
    return [
        Route("/sw.js", show_worker, methods=["GET"]),
        Route("/recorder", lead_to_recorder, methods=["GET"]),
        Route("/recorder/", show_recorder, methods=["GET"]),
        Route("/recorder/version.json", show_version, methods=["GET"]),
        Route("/recorder/recover", show_recover, methods=["GET"]),
        Route("/recorder/share", miss_share, methods=["POST"]),
        Route("/recorder/{name:path}", show_file, methods=["GET"]),
    ]


@cache
def shell_files() -> dict[str, Path]:
    """Return the files that a phone keeps, by their path in the browser."""
    found = {
        f"/recorder/{file.relative_to(_ROOM).as_posix()}": file
        for file in sorted(_ROOM.rglob("*"))
        if file.is_file() and file.suffix in _SERVED and file.name not in _NOT_IN_SHELL
    }
    return {"/recorder/": _ROOM / "index.html", **found}


@cache
def shell_version() -> str:
    """Return a name for what the files hold now: it changes when any of them does."""
    digest = sha256((_ROOM / "sw.js").read_bytes())
    for path, found in _hashes().items():
        digest.update(f"{path} {found}\n".encode())
    return digest.hexdigest()[:16]


@cache
def _hashes() -> dict[str, str]:
    """Return the beginning of each file's hash: a worker keeps only files of its own version."""
    folder = _files()
    names = {path: file.relative_to(_ROOM).as_posix() for path, file in shell_files().items()}
    found = {path: folder.find(name) for path, name in names.items()}
    return {path: content.sha256[:_HASH_LETTERS] for path, content in found.items() if content}


@cache
def _worker(*, stays: bool) -> PackedContent:
    if not stays:
        return PackedContent((_ROOM / "leaving_worker.js").read_bytes(), "sw.js", assets_cache())
    script = _sent("sw.js", (_ROOM / "sw.js").read_bytes()).decode()
    filled = script.replace("{{version}}", shell_version()).replace("{{files}}", json.dumps(_hashes()))
    return PackedContent(filled.encode(), "sw.js", assets_cache())


@cache
def _files() -> PackedFolder:
    return PackedFolder(_ROOM, assets_cache(), ASSET_HEADERS, _sent)


def _sent(name: str, content: bytes) -> bytes:
    """Return what is sent of a file: of a script what runs."""
    if not name.endswith(".js"):
        return content
    return (_start_modules().get(name) or _bare(content.decode())).encode()


@cache
def _start_modules() -> dict[str, str]:
    return start_modules(_ROOM, _bare)


def _bare(script: str) -> str:
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), script)


async def show_worker(request: Request) -> Response:
    """Send the service worker; where the operator switched it off, one that removes itself."""
    worker = _worker(stays=keeps_service_worker())
    answer = await run_in_threadpool(worker.answer, request.headers, kept="no-cache")
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


async def show_recorder(request: Request) -> Response:
    """Send the recorder's page: to who may go on with the visit it is asked for with that visit drawn in."""
    asked = request.query_params
    if SIGNED_IN in request.scope and "visit" in asked and "step" in asked:
        person = person_of(request)
        page = await run_in_threadpool(drawn_page, person, asked["visit"], asked["step"])
        if page:
            return await run_in_threadpool(_for_one, page, request)
    return await _send("index.html", request)


def _for_one(page: str, request: Request) -> Response:
    """Return a page that nobody else may see, and that is kept nowhere."""
    # A text may hold half a letter, which no page can.
    content = page.encode("utf-8", "replace")
    packed, encoding = pack_for_one(content, request.headers.get("accept-encoding", ""))
    answer = Response(packed, media_type="text/html", headers=_FOR_ONE)
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    return answer


async def show_file(request: Request) -> Response:
    """Send one of the recorder's files."""
    name = request.path_params["name"]
    path = f"/recorder/{name}"
    if path not in shell_files() and name != "recover.js":
        return PlainTextResponse("There is nothing at this address.", status_code=404)
    return await _send(name, request)


async def show_recover(request: Request) -> Response:
    """Send the page that removes the kept files of the program."""
    return await _send("recover.html", request)


async def show_version(_request: Request) -> Response:
    """Say which version of the recorder this server has."""
    return JSONResponse({"version": shell_version()}, headers={"Cache-Control": "no-store"})


async def lead_to_recorder(request: Request) -> Response:
    """Lead to the address with the slash, below which the recorder's files lie."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/recorder/{query}", status_code=308)


async def miss_share(request: Request) -> Response:
    """Say that shared photos were not taken: the service worker takes them before they reach the server."""
    # A browser shows an answer only when all that it sends was taken from it.
    async for _part in request.stream():
        pass
    said = (
        "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><meta name='viewport' "
        "content='width=device-width, initial-scale=1'><title>Not taken</title>"
        "<h1>The photos were not taken</h1><p>The recorder was not ready on this phone. The photos are still "
        "in your gallery. Open the recorder once with signal, then share them again.</p>"
        "<p><a href='/recorder/'>Open the recorder</a></p></html>"
    )
    headers = {"Content-Security-Policy": STILL_PAGE_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(said, status_code=503, headers=headers)


async def _send(name: str, request: Request) -> Response:
    answer = await run_in_threadpool(_files().answer, name, request.headers, kept="no-cache")
    if name in _PAGES:
        answer.headers["Content-Security-Policy"] = RECORDER_POLICY
    return answer
