"""The API, version 1: what a signed-in person may read, and what phones sync. The door let them in before."""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRouter
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount

from server.api_shapes import (
    SentEdition,
    SentEvent,
    SentEvents,
    SentObservation,
    SentPerson,
    SentPhoto,
    SentStandards,
    SentVisit,
    SentVisits,
    SentWholeVisit,
    WantedEvents,
    WantedVisits,
)
from server.compare_api import routes as compare_routes
from server.problems import MEDIA_TYPE, ProblemReport, answer_problem, problem_answer
from server.requests import COOKIE, person_of
from server.sign_in import still_page
from server.sync_api import prepare_sync, quick_sync_routes, sync_routes, written_schemas
from standards.errors import Problem, problems
from standards.people import Action, Person, may
from storage.editions import editions_of_set, list_sets
from storage.events import count_events, list_events
from storage.photos import photos_of
from storage.sessions import in_session
from storage.visibility import visit_seen_by
from storage.visit_lists import count_visits, list_visits

_SAID = {
    401: "Nobody is signed in.",
    404: "There is nothing at this address, or it is not yours to read; nobody can tell which.",
    422: "Something in the request is not as it should be; `errors` names it.",
    503: "The database did not answer in time. Try again after the seconds in `Retry-After`.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemReport, "description": said} for status, said in _SAID.items()
}
# Told to who may not read something and to who asks for what does not exist, so that they look the same.
_FACT = re.compile(r"\{[^}]*\}")
_NOTHING_HERE = "There is nothing at this address."


async def never_kept(response: Response) -> None:
    """Keep what is sent out of every cache."""
    response.headers["Cache-Control"] = "no-store"


def reader(request: Request) -> Person:
    """Return who the door let in."""
    return person_of(request)


Reader = Annotated[Person, Depends(reader)]
routes = APIRouter(prefix="/v1", responses=_ANSWERS, dependencies=[Depends(never_kept)])


@routes.get("/person")
def show_person(by: Reader) -> SentPerson:
    """Say who is signed in, and what they may do."""
    return SentPerson.of(by)


@routes.get("/visits")
def show_visits(by: Reader, wanted: Annotated[WantedVisits, Query()]) -> SentVisits:
    """List the visits that the person may read, newest first."""
    with in_session(read_only=True) as session:
        total = count_visits(session, wanted.filter, seen_by=by)
        found = list_visits(session, wanted.filter, seen_by=by, limit=wanted.per_page, offset=wanted.offset)
    visits = [SentVisit(**SentVisit.facts(visit)) for visit in found]
    return SentVisits(visits=visits, total=total, page=wanted.page, pages=wanted.pages(total))


@routes.get("/visits/{visit_id}")
def show_visit(by: Reader, visit_id: UUID) -> SentWholeVisit:
    """Show one visit with its observations and photos."""
    with in_session(read_only=True) as session:
        visit = visit_seen_by(session, visit_id, by)
        photos = photos_of(session, visit_id)
    return SentWholeVisit(
        **SentVisit.facts(visit),
        observations=[SentObservation.of(observation) for observation in visit.observations],
        photos=[SentPhoto.of(photo) for photo in photos],
    )


@routes.get("/standards")
def show_standards(
    _reader: Reader,
    every_edition: Annotated[bool, Query(description="Also those that newer ones have replaced.")] = False,
) -> SentStandards:
    """List the published editions with their standards; of each set the newest, unless told otherwise."""
    with in_session(read_only=True) as session:
        sets = [editions_of_set(session, found.id) for found in list_sets(session)]
    published = [[edition for edition in editions if edition.published_at] for editions in sets]
    wanted = [edition for editions in published for edition in editions[: None if every_edition else 1]]
    return SentStandards(editions=[SentEdition.of(edition) for edition in wanted])


@routes.get("/events")
def show_events(by: Reader, wanted: Annotated[WantedEvents, Query()]) -> SentEvents:
    """List what was done, newest first; for an owner."""
    if not may(by, Action.READ_LOG):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    with in_session(read_only=True) as session:
        total = count_events(session, wanted.filter)
        found = list_events(session, wanted.filter, limit=wanted.per_page, offset=wanted.offset)
    events = [SentEvent.of(event) for event in found]
    return SentEvents(events=events, total=total, page=wanted.page, pages=wanted.pages(total))


routes.include_router(compare_routes)


@routes.get("/openapi.json", include_in_schema=False)
def show_description(request: Request, _reader: Reader) -> dict[str, Any]:
    """Describe the API as an OpenAPI document."""
    return describe(request.app)


@routes.get("/docs", include_in_schema=False)
def show_docs(request: Request, _reader: Reader) -> Response:
    """Describe the API and its problem codes on a page that fetches nothing from anywhere else."""
    described = describe(request.app)
    operations = [
        (method, path, operation)
        for path, found in described["paths"].items()
        for method, operation in found.items()
    ]
    codes = {problem.code: _FACT.sub("…", problem.text) for problem in problems()}
    return still_page("api.html", operations=operations, codes=codes)


def describe(api: FastAPI) -> dict[str, Any]:
    """
    Return the OpenAPI document, made once.

    What goes wrong is sent as problem+json, which FastAPI would describe as plain JSON.
    """
    if not api.openapi_schema:
        made = get_openapi(
            title=api.title,
            version=api.version,
            description=api.description,
            routes=api.routes,
            servers=[{"url": "/api"}],
        )
        made["components"]["schemas"] |= written_schemas()
        session = {"type": "apiKey", "in": "cookie", "name": COOKIE}
        made["components"]["securitySchemes"] = {"session": session}
        made["security"] = [{"session": []}]
        for path in made["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if status >= "400" and "content" in answer:
                        answer["content"] = {MEDIA_TYPE: answer["content"].pop("application/json")}
        api.openapi_schema = made
    return api.openapi_schema


def api_routes() -> list[BaseRoute]:
    """Return the API, mounted at /api."""
    api = make_api()
    return [*quick_sync_routes(api), Mount("/api", api)]


def make_api() -> FastAPI:
    """Return the API as an application of its own."""
    api = FastAPI(
        title="Second Visit",
        version="1",
        description="What a signed-in person may read, and how phones send visits. "
        "The session cookie says who that is; what changes something needs the header X-Second-Visit.",
        # FastAPI's own pages for these fetch scripts from elsewhere.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    api.include_router(routes)
    api.include_router(sync_routes)
    prepare_sync(api)
    api.add_exception_handler(Problem, _tell(answer_problem))
    api.add_exception_handler(HTTPException, _tell(_answer_refusal))
    api.add_exception_handler(RequestValidationError, _tell(_answer_unfit))
    return api


def _tell(answer: Callable[[Any], Response]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def told(_request: Request, error: Exception) -> Response:
        return answer(error)

    return told


def _answer_refusal(error: HTTPException) -> Response:
    said = _NOTHING_HERE if error.status_code == HTTPStatus.NOT_FOUND else error.detail
    return problem_answer(error.status_code, said, headers=error.headers)


def _answer_unfit(error: RequestValidationError) -> Response:
    # Without what was sent: it need not come back in an answer.
    errors = [{"where": [str(part) for part in e["loc"]], "what": e["msg"]} for e in error.errors()[:20]]
    return problem_answer(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The request was not understood. Nothing was changed. `errors` names what to mend.",
        errors=errors,
    )
