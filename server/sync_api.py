"""Syncing over HTTP: what a phone records with, and the visits and photos it sends."""

from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Query, Request, Response
from fastapi.routing import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.problems import ProblemReport
from server.sync_problems import SYNC_ANSWERS, unfit
from server.sync_shapes import ANYTHING, Kept, KeptPhoto, ToldVisit, WrittenVisit, told_visit
from server.sync_sheets import ToldSheets, told_sheets
from server.syncing import json_answer, read, recorder_of, take_export, take_photo, take_visit
from storage.sync_documents import open_document
from storage.sync_sheets import sheets_for
from storage.together import Together

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
_BODY = {"type": "string", "format": "binary"}
_LONGEST_CODE = 60

sync_routes = APIRouter(prefix="/v1", responses=_ANSWERS)


def _takes(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


@sync_routes.get(
    "/sheets",
    responses={
        200: {"model": ToldSheets, "description": "What a phone needs to record without signal."},
        304: {"description": "The phone has this already."},
    },
)
async def show_sheets(request: Request) -> Response:
    """Give channels, editions in use, and the person's own open visits, which were planned or begun."""
    by = recorder_of(request)
    sheets = await run_in_threadpool(read, lambda session: sheets_for(session, by))
    body = ANYTHING.dump_json(told_sheets(by, sheets))
    tag = f'"{sha256(body).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@sync_routes.get(
    "/visits/{visit_id}/document",
    responses={200: {"model": ToldVisit, "description": "The visit, to go on with."}},
)
async def show_document(request: Request, visit_id: UUID) -> Response:
    """Show a visit that can still be changed as its document, to go on with it on a phone."""
    by = recorder_of(request)
    found = await run_in_threadpool(read, lambda session: open_document(session, visit_id, by))
    return json_answer(told_visit(found))


@sync_routes.put(
    "/visits/{visit_id}",
    status_code=HTTPStatus.CREATED,
    responses=_KEPT,
    openapi_extra=_takes("application/json", {"$ref": "#/components/schemas/WrittenVisit"}),
)
async def put_visit(request: Request, visit_id: UUID) -> Response:
    """Store a visit whole, in place of what the phone has last seen of it; the same again changes nothing."""
    return await take_visit(request, visit_id, request.app.state.together)


@sync_routes.put(
    "/photos/{photo_id}",
    responses={200: {"model": KeptPhoto, "description": "What arrived, by its hash."}},
    openapi_extra=_takes("image/*", _BODY),
)
async def put_photo(
    request: Request,
    photo_id: UUID,
    visit: Annotated[UUID, Query(description="The visit it belongs to.")],
    code: Annotated[
        str | None,
        Query(max_length=_LONGEST_CODE, description="The standard's, where its visit does not name it yet."),
    ] = None,
) -> Response:
    """Store a photo of a visit that is here already; the same bytes again change nothing."""
    return await take_photo(request, photo_id, visit, code, request.app.state.together)


@sync_routes.post(
    "/visits/import",
    status_code=HTTPStatus.CREATED,
    responses=_KEPT,
    openapi_extra=_takes("application/zip", _BODY),
)
async def import_export(request: Request) -> Response:
    """Store the visit of a phone's export file, under its own id and by the same rules as one sent."""
    return await take_export(request, request.app.state.together)


def prepare_sync(api: FastAPI) -> None:
    """Give the API its writer, and let it answer with what a phone needs to go on after a problem."""
    api.state.together = Together()
    for problem, answer in SYNC_ANSWERS.items():
        api.add_exception_handler(problem, _telling(answer))


def quick_sync_routes(api: FastAPI) -> list[BaseRoute]:
    """
    Return what phones send most, past what FastAPI does around each request.

    That costs as much again as storing a visit. The routes above describe these, and answer whatever is
    asked for in another form.
    """
    together: Together = api.state.together

    async def visit(request: Request) -> Response:
        return await take_visit(request, request.path_params["visit_id"], together)

    async def photo(request: Request) -> Response:
        try:
            visit_id = UUID(request.query_params.get("visit", ""))
        except ValueError as wrong:
            raise unfit("visit", "names no visit") from wrong
        code = request.query_params.get("code")
        if code is not None and len(code) > _LONGEST_CODE:
            raise unfit("code", "is too long")
        return await take_photo(request, request.path_params["photo_id"], visit_id, code, together)

    return [
        Route("/api/v1/visits/{visit_id:uuid}", _answering(visit, api), methods=["PUT"]),
        Route("/api/v1/photos/{photo_id:uuid}", _answering(photo, api), methods=["PUT"]),
    ]


class QuickSync:
    """
    Answer what phones send most right behind the door.

    What Streamlit does around each request is of no use to it: it has no session of Streamlit's, names no
    file, and is answered in a few bytes.
    """

    def __init__(self, app: ASGIApp, *, routes: Iterable[BaseRoute]) -> None:
        self.app = app
        self._routes = [route for route in routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by one of the routes, or pass on."""
        if scope["type"] == "http" and scope["method"] == "PUT":
            for route in self._routes:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    await route.handle({**scope, **found}, receive, send)
                    return
        await self.app(scope, receive, send)


def _answering(
    endpoint: Callable[[Request], Awaitable[Response]], api: FastAPI
) -> Callable[[Request], Awaitable[Response]]:
    """Answer what goes wrong as the API does."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:
            known = (api.exception_handlers.get(kind) for kind in type(error).__mro__)
            handler: Any = next((found for found in known if found), None)
            if not handler:
                raise
            found: Response = await handler(request, error)
            return found

    return answered


def written_schemas() -> dict[str, Any]:
    """Return what the shapes that phones write look like, for the API's description."""
    made = WrittenVisit.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**made.pop("$defs"), "WrittenVisit": made}


def _telling(answer: Callable[[Any], Response]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def told(_request: Request, error: Exception) -> Response:
        return answer(error)

    return told
