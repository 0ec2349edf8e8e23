"""What a phone is told when something came to nothing, with what it needs to go on."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from server.problems import answer_problem
from server.sync_shapes import ANYTHING, told_visit
from standards.document_versions import SCHEMA
from standards.documents import VisitDocument
from standards.errors import DocumentTooOld, PhotosNotThere, PhotoTooLarge, Problem, VisitMoved


def unfit(where: str, what: str) -> RequestValidationError:
    """Return the refusal of a request that is not understood, naming the part to mend."""
    return RequestValidationError([{"loc": (where,), "msg": what, "type": "unfit"}])


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


def _hung_up(_: ClientDisconnect) -> Response:
    # Nobody is there to read it.
    return Response(status_code=400)


SYNC_ANSWERS: Mapping[type[Exception], Callable[[Any], Response]] = {
    VisitMoved: _moved,
    PhotosNotThere: _photos_missing,
    DocumentTooOld: _too_old,
    PhotoTooLarge: _too_large,
    ClientDisconnect: _hung_up,
}
