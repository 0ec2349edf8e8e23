"""Stored photos over HTTP: the only way a photo is shown, to those who may read its visit."""

import re
from pathlib import Path
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.requests import person_of
from standards.errors import VisitNotFound
from standards.people import Action, may
from storage.photos import find_photo_file, find_picture_file, visit_of_photo
from storage.sessions import in_session
from storage.visibility import require_seen

# A photo never changes under its id; it may be removed, so a phone does not keep it for long.
_MAX_AGE_SECONDS = 3600
_SHA256 = re.compile(r"[0-9a-f]{64}")

_HEADERS = {
    "Cache-Control": f"private, max-age={_MAX_AGE_SECONDS}",
    # The next person at this browser asks again, and is told what they may see.
    "Vary": "Cookie",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def photo_routes() -> list[BaseRoute]:
    """Return the routes of visit photos, of pictures of no visit, and of their thumbnails."""
    # Functions without async: Starlette runs them in a thread, so that reading a disk holds up nobody.
    return [
        Route("/photos/{photo_id}", show_photo, methods=["GET"]),
        Route("/photos/{photo_id}/thumbnail", show_thumbnail, methods=["GET"]),
        Route("/pictures/{sha256}", show_picture, methods=["GET"]),
        Route("/pictures/{sha256}/thumbnail", show_picture_thumbnail, methods=["GET"]),
    ]


def show_photo(request: Request) -> Response:
    """Answer with a full picture."""
    return _answer(request, thumbnail=False)


def show_thumbnail(request: Request) -> Response:
    """Answer with a thumbnail."""
    return _answer(request, thumbnail=True)


def show_picture(request: Request) -> Response:
    """Answer with a picture of no visit: best practice, or the case of a trial."""
    return _answer_picture(request, thumbnail=False)


def show_picture_thumbnail(request: Request) -> Response:
    """Answer with the thumbnail of a picture of no visit."""
    return _answer_picture(request, thumbnail=True)


def _answer(request: Request, *, thumbnail: bool) -> Response:
    try:
        photo_id = UUID(request.path_params["photo_id"])
    except ValueError:
        return _no_photo()
    with in_session(read_only=True) as session:
        visit_id = visit_of_photo(session, photo_id)
        found = find_photo_file(session, photo_id, thumbnail=thumbnail)
        if not visit_id or not found:
            return _no_photo()
        try:
            require_seen(session, visit_id, person_of(request))
        except VisitNotFound:
            return _no_photo()
    return _send(request, found)


def _answer_picture(request: Request, *, thumbnail: bool) -> Response:
    # Standards and cases are for those who record; a viewer reads comparisons.
    if not may(person_of(request), Action.RECORD):
        return _no_photo()
    sha256 = request.path_params["sha256"]
    if not _SHA256.fullmatch(sha256):
        return _no_photo()
    with in_session(read_only=True) as session:
        found = find_picture_file(session, sha256, thumbnail=thumbnail)
    return _send(request, found)


def _send(request: Request, found: tuple[Path, str] | None) -> Response:
    if not found:
        return _no_photo()
    path, sha256 = found
    headers = _HEADERS | {"ETag": f'"{sha256}"'}
    if _has_it(request, sha256):
        return Response(status_code=304, headers=headers)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return _no_photo()
    headers["Content-Disposition"] = 'inline; filename="photo.jpg"'
    return Response(content, media_type="image/jpeg", headers=headers)


def _has_it(request: Request, sha256: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in tags or f'"{sha256}"' in tags


def _no_photo() -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return PlainTextResponse("There is no photo at this address.", status_code=404, headers=headers)
