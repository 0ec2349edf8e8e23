"""Syncing over HTTP: what a phone records with, and the visits and photos it sends. Safe to repeat."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRouter
from pydantic import ValidationError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from server.problems import ProblemReport, answer_problem
from server.requests import person_of
from server.sync_import import read_export
from server.sync_shapes import (
    ANYTHING,
    Kept,
    KeptPhoto,
    ToldVisit,
    WrittenVisit,
    read_document,
    read_newest,
    told_kept,
    told_visit,
)
from server.sync_sheets import ToldSheets, told_sheets
from standards.document_versions import SCHEMA, brought_up
from standards.documents import Sending, VisitDocument
from standards.errors import DocumentTooOld, PhotosNotThere, PhotoTooLarge, Problem, VisitMoved
from standards.people import Action, Person, may
from storage.pictures import BYTE_LIMIT, Picture, read_picture
from storage.sessions import in_session
from storage.sync_documents import open_document
from storage.sync_import import import_visit
from storage.sync_photos import Bytes, find_bytes, receive_photo
from storage.sync_sheets import sheets_for
from storage.syncing import put_visit as store_visit
from storage.together import Together

T = TypeVar("T")

_SAID = {
    401: "Nobody is signed in.",
    403: "It was not sent by a page or a program of this server: the header X-Second-Visit is missing.",
    404: "There is nothing at this address, or it is not yours; nobody can tell which.",
    409: "The server holds something else, and nothing was overwritten; `visit` and `revision` say what.",
    413: "It is larger than may be sent here.",
    415: "It has another content type than this address takes.",
    422: "Something in it is not as it should be; `errors`, or `photos`, names it.",
    426: "The recorder is too old for this server; its data is safe on the phone.",
    429: "There were too many requests. Try again after the seconds in `Retry-After`.",
    503: "The database did not answer in time. Try again after the seconds in `Retry-After`.",
    507: "The server has no room left.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemReport, "description": said} for status, said in _SAID.items()
}
_KEPT: dict[int | str, dict[str, Any]] = {
    200: {"model": Kept, "description": "The server holds this visit as it was sent."},
    201: {"model": Kept, "description": "The visit is new, and the server holds it as it was sent."},
}
_IN_MEMORY = 1_000_000
_NEVER_KEPT = {"Cache-Control": "no-store"}
_WRITTEN = {"$ref": "#/components/schemas/WrittenVisit"}

sync_routes = APIRouter(prefix="/v1", responses=_ANSWERS)


@sync_routes.get(
    "/sheets",
    responses={
        200: {"model": ToldSheets, "description": "What a phone needs to record without signal."},
        304: {"description": "The phone has this already."},
    },
)
async def show_sheets(request: Request) -> Response:
    """Give channels, editions in use, and the person's own open visits, which were planned or begun."""
    by = _recorder(request)
    body = await run_in_threadpool(
        _read, lambda session: ANYTHING.dump_json(told_sheets(by, sheets_for(session, by)))
    )
    headers = {
        "ETag": f'"{sha256(body).hexdigest()}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie",
    }
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@sync_routes.get(
    "/visits/{visit_id}/document", responses={200: {"model": ToldVisit, "description": "Whole."}}
)
async def show_document(request: Request, visit_id: UUID) -> Response:
    """Show a visit that can still be changed as its document, to go on with it on a phone."""
    by = _recorder(request)
    found = await run_in_threadpool(_read, lambda session: open_document(session, visit_id, by))
    return _json(told_visit(found))


@sync_routes.put(
    "/visits/{visit_id}",
    status_code=HTTPStatus.CREATED,
    responses=_KEPT,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _WRITTEN}}}},
)
async def put_visit(request: Request, visit_id: UUID) -> Response:
    """Store a visit whole, in place of what the phone has last seen of it; the same again changes nothing."""
    by, received_at = _recorder(request), datetime.now(UTC)
    _require_type(request, "application/json")
    document, sending = understood(await request.body())
    if document.id != visit_id:
        raise _unfit("id", "is another than the one in the address")
    write = partial(store_visit, document=document, sending=sending, by=by, received_at=received_at)
    stored = await _store(request, write, by)
    return _json(told_kept(stored), HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK)


@sync_routes.put(
    "/photos/{photo_id}",
    responses={200: {"model": KeptPhoto, "description": "What arrived, by its hash."}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_photo(
    request: Request,
    photo_id: UUID,
    visit: Annotated[UUID, Query(description="The visit it belongs to.")],
    code: Annotated[
        str | None,
        Query(max_length=60, description="The standard's, where the visit does not name the photo."),
    ] = None,
) -> Response:
    """Store a photo of a visit that is here already; the same bytes again change nothing."""
    by = _recorder(request)
    _require_type(request, "image/")
    content, digest = await _received(request)
    found, picture = await run_in_threadpool(_wanted_picture, visit, photo_id, content, digest, by)
    is_here = found is Bytes.HERE
    if picture:
        write = partial(
            receive_photo,
            visit_id=visit,
            photo_id=photo_id,
            code=code,
            picture=picture,
            sha256=digest,
            by=by,
        )
        is_here = await _store(request, write, by)
    return _json({"id": photo_id, "sha256": digest, "byte_count": len(content), "received": is_here})


@sync_routes.post(
    "/visits/import",
    status_code=HTTPStatus.CREATED,
    responses=_KEPT,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def import_export(request: Request) -> Response:
    """Store the visit of a phone's export file, under its own id and by the same rules as one sent."""
    by, received_at = _recorder(request), datetime.now(UTC)
    _require_type(request, "application/zip")
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        async for part in request.stream():
            await run_in_threadpool(file.write, part)
        body, pictures = await run_in_threadpool(read_export, file)
    document, sending = understood(body)
    write = partial(
        import_visit, document=document, sending=sending, pictures=pictures, by=by, received_at=received_at
    )
    stored = await _store(request, write, by)
    return _json(told_kept(stored), HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK)


def understood(body: bytes) -> tuple[VisitDocument, Sending]:
    """
    Return what a phone has written, in whichever version.

    Raises:
        DocumentTooOld, DocumentTooNew, RequestValidationError: nothing was changed.
    """
    if document := read_newest(body):
        return document
    try:
        told = ANYTHING.validate_json(body)
    except ValueError as broken:
        raise _unfit("body", "is no JSON") from broken
    if not isinstance(told, dict):
        raise _unfit("body", "is no JSON object")
    try:
        return read_document(brought_up(told))
    except ValidationError as unfit:
        raise RequestValidationError(unfit.errors(include_url=False, include_input=False)) from unfit


def tell_sync_problems(api: FastAPI) -> None:
    """Let the API answer with what a phone needs to go on after a problem."""
    api.state.together = Together()
    api.add_exception_handler(VisitMoved, _telling(_moved))
    api.add_exception_handler(PhotosNotThere, _telling(_photos_missing))
    api.add_exception_handler(DocumentTooOld, _telling(_too_old))
    api.add_exception_handler(PhotoTooLarge, _telling(_too_large))
    api.add_exception_handler(ClientDisconnect, _telling(lambda _: Response(status_code=400)))


def written_schemas() -> dict[str, Any]:
    """Return what the shapes that phones write look like, for the API's description."""
    made = WrittenVisit.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**made.pop("$defs"), "WrittenVisit": made}


def _recorder(request: Request) -> Person:
    by = person_of(request)
    if not may(by, Action.RECORD):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return by


def _require_type(request: Request, wanted: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (given.startswith(wanted) if wanted.endswith("/") else given == wanted):
        said = f"This address takes {wanted.rstrip('/')} only. Nothing was changed."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said)


async def _received(request: Request) -> tuple[bytes, str]:
    """
    Return the bytes of a photo and their SHA-256; of one that is cut off on its way nothing is kept.

    Raises:
        PhotoTooLarge: the rest of it is not read.
    """
    content, digest = bytearray(), sha256()
    async for part in request.stream():
        if len(content) + len(part) > BYTE_LIMIT:
            mega = 1024 * 1024
            raise PhotoTooLarge(number=1, size_mb=BYTE_LIMIT // mega + 1, limit_mb=BYTE_LIMIT // mega)
        content += part
        digest.update(part)
    return bytes(content), digest.hexdigest()


def _wanted_picture(
    visit_id: UUID, photo_id: UUID, content: bytes, digest: str, by: Person
) -> tuple[Bytes, Picture | None]:
    """Say what the bytes of a photo are, and decode them where they are to be stored."""
    found = _read(lambda session: find_bytes(session, visit_id, photo_id, digest, by=by))
    return found, read_picture(content) if found is Bytes.WANTED else None


def _read(read: Callable[[Session], T]) -> T:
    with in_session(read_only=True) as session:
        return read(session)


async def _store(request: Request, write: Callable[[Session], T], by: Person) -> T:
    together: Together = request.app.state.together
    return await asyncio.wrap_future(together.store(write, by=by.id))


def _json(told: Any, status: int = HTTPStatus.OK) -> Response:
    return Response(ANYTHING.dump_json(told), status, _NEVER_KEPT, media_type="application/json")


def _unfit(where: str, what: str) -> RequestValidationError:
    return RequestValidationError([{"loc": (where,), "msg": what, "type": "unfit"}])


def _telling(answer: Callable[[Any], Response]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def told(_request: Request, error: Exception) -> Response:
        return answer(error)

    return told


def _moved(problem: VisitMoved) -> Response:
    held: VisitDocument = problem.facts["visit"]
    more = {"revision": held.revision, "visit": ANYTHING.dump_python(told_visit(held), mode="json")}
    return answer_problem(problem, more=more)


def _photos_missing(problem: PhotosNotThere) -> Response:
    return answer_problem(problem, more={"photos": [str(photo_id) for photo_id in problem.facts["photos"]]})


def _too_old(problem: DocumentTooOld) -> Response:
    return answer_problem(problem, headers={"Upgrade": f"second-visit/{SCHEMA}", "Connection": "Upgrade"})


def _too_large(problem: Problem) -> Response:
    # The rest is not read: what is left on the connection would be taken for the next request.
    return answer_problem(problem, headers={"Connection": "close"})
