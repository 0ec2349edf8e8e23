"""What is done with what phones send: read to its end, understood, stored, and answered. Safe to repeat."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from tempfile import SpooledTemporaryFile
from typing import Any, TypeVar
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from server.look_ups import awaited_reader
from server.requests import person_of
from server.sync_import import read_export
from server.sync_problems import unfit
from server.sync_shapes import ANYTHING, read_document, read_newest, told_kept
from standards.document_versions import brought_up
from standards.documents import Sending, VisitDocument
from standards.errors import PhotoTooLarge, StoreBusy
from standards.people import Action, Person, may
from storage.photo_files import Laid, lay_files
from storage.pictures import BYTE_LIMIT, Picture, read_picture
from storage.sessions import in_session
from storage.sync_import import import_visit
from storage.sync_photos import Bytes, find_bytes, find_bytes_awaited, receive_photo
from storage.syncing import StoredVisit, put_visit
from storage.together import Together

T = TypeVar("T")

_IN_MEMORY = 1_000_000
_NEVER_KEPT = {"Cache-Control": "no-store"}


def recorder_of(request: Request) -> Person:
    """
    Return who is signed in, if they record visits.

    Raises:
        HTTPException: they do not; this address looks to them like one without anything.
    """
    by = person_of(request)
    if not may(by, Action.RECORD):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return by


async def take_visit(request: Request, visit_id: UUID, together: Together) -> Response:
    """Store a visit document."""
    by, received_at = recorder_of(request), datetime.now(UTC)
    _require_type(request, "application/json")
    document, sending = understood(await request.body())
    if document.id != visit_id:
        raise unfit("id", "is another than the one in the address")
    write = partial(put_visit, document=document, sending=sending, by=by, received_at=received_at)
    return _kept(await _stored(together, write, by, visit_id))


async def take_photo(
    request: Request, photo_id: UUID, visit_id: UUID, code: str | None, together: Together
) -> Response:
    """Store the bytes of a photo; of one that is cut off on its way nothing is kept."""
    by = recorder_of(request)
    _require_type(request, "image/")
    content, digest = await read_bytes(request.stream())
    found = await _find_at_once(visit_id, photo_id, digest, by)
    found, picture, laid = await run_in_threadpool(
        _wanted_picture, visit_id, photo_id, content, digest, by, found
    )
    is_here = found is Bytes.HERE
    if picture:
        write = partial(
            receive_photo,
            visit_id=visit_id,
            photo_id=photo_id,
            code=code,
            picture=picture,
            sha256=digest,
            by=by,
            laid=laid,
        )
        is_here = await _stored(together, write, by, visit_id)
    told = {"id": photo_id, "sha256": digest, "byte_count": len(content), "received": is_here}
    return json_answer(told)


async def take_export(request: Request, together: Together) -> Response:
    """Store the visit of a phone's export file with its photos."""
    by, received_at = recorder_of(request), datetime.now(UTC)
    _require_type(request, "application/zip")
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        async for part in request.stream():
            await run_in_threadpool(file.write, part)
        body, pictures = await run_in_threadpool(read_export, file)
    document, sending = understood(body)
    write = partial(
        import_visit, document=document, sending=sending, pictures=pictures, by=by, received_at=received_at
    )
    return _kept(await _stored(together, write, by, document.id))


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
        raise unfit("body", "is no JSON") from broken
    if not isinstance(told, dict):
        raise unfit("body", "is no JSON object")
    try:
        return read_document(brought_up(told))
    except ValidationError as found:
        raise RequestValidationError(found.errors(include_url=False, include_input=False)) from found


def read(look: Callable[[Session], T]) -> T:
    """Return what is read in a transaction of its own."""
    with in_session(read_only=True) as session:
        return look(session)


def json_answer(told: Any, status: int = HTTPStatus.OK) -> Response:
    """Return an answer in JSON that stays in no cache."""
    return Response(ANYTHING.dump_json(told), status, _NEVER_KEPT, media_type="application/json")


def _kept(stored: StoredVisit) -> Response:
    return json_answer(told_kept(stored), HTTPStatus.CREATED if stored.is_new else HTTPStatus.OK)


async def _stored(together: Together, write: Callable[[Session], T], by: Person, visit_id: UUID) -> T:
    return await asyncio.wrap_future(together.store(write, by=by.id, visit_id=visit_id))


def _require_type(request: Request, wanted: str) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (given.startswith(wanted) if wanted.endswith("/") else given == wanted):
        said = f"This address takes {wanted.rstrip('/')} only. Nothing was changed."
        raise HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said)


async def read_bytes(parts: AsyncIterator[bytes]) -> tuple[bytes, str]:
    """
    Return the bytes of a photo and their SHA-256.

    Raises:
        PhotoTooLarge: the rest of it is not read.
    """
    content, digest = bytearray(), sha256()
    async for part in parts:
        if len(content) + len(part) > BYTE_LIMIT:
            mega = 1024 * 1024
            raise PhotoTooLarge(number=1, size_mb=BYTE_LIMIT // mega + 1, limit_mb=BYTE_LIMIT // mega)
        content += part
        digest.update(part)
    return bytes(content), digest.hexdigest()


async def _find_at_once(visit_id: UUID, photo_id: UUID, digest: str, by: Person) -> Bytes | None:
    """Say what the bytes of a photo are; None where a thread has to ask."""
    if reader := awaited_reader():
        with suppress(StoreBusy):
            return await find_bytes_awaited(reader, visit_id, photo_id, digest, by=by)
    return None


def _wanted_picture(
    visit_id: UUID, photo_id: UUID, content: bytes, digest: str, by: Person, found: Bytes | None
) -> tuple[Bytes, Picture | None, Laid]:
    """Say what the bytes of a photo are; where they are to be stored, decode them and write its files."""
    if found is None:
        with in_session(read_only=True, single=True) as session:
            found = find_bytes(session, visit_id, photo_id, digest, by=by)
    if found is not Bytes.WANTED:
        return found, None, frozenset()
    picture = read_picture(content)
    return found, picture, lay_files(picture)
