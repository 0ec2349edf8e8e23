"""Problems over HTTP: RFC 9457, with our own codes and the same words as on the pages."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from standards.errors import Problem

MEDIA_TYPE = "application/problem+json"
# Where each code is explained.
_TYPES = "/api/v1/docs#"

_STATUS = {
    "VISIT-2": HTTPStatus.CONFLICT,
    "VISIT-3": HTTPStatus.NOT_FOUND,
    "PHOTO-2": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "STORE-1": HTTPStatus.INSUFFICIENT_STORAGE,
    "STORE-2": HTTPStatus.SERVICE_UNAVAILABLE,
    "SYNC-1": HTTPStatus.CONFLICT,
    "SYNC-3": HTTPStatus.UPGRADE_REQUIRED,
    "SYNC-5": HTTPStatus.CONFLICT,
}


class ProblemReport(BaseModel):
    """What went wrong, in words; `code` is the one that the README explains, where there is one."""

    type: str = Field(examples=["/api/v1/docs#VISIT-3"])
    title: str
    status: int
    detail: str
    code: str | None = None
    errors: list[dict[str, Any]] | None = None


class ProblemResponse(JSONResponse):
    """An answer that says what went wrong."""

    media_type = MEDIA_TYPE


def problem_answer(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: list[dict[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> ProblemResponse:
    """
    Return the answer to a request that came to nothing.

    Args:
        errors: parts of what was sent, each with what to mend.
        more: what else a program needs to go on, as plain JSON values.
    """
    found = ProblemReport(
        type=f"{_TYPES}{code}" if code else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        errors=errors,
    )
    answered = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})}
    return ProblemResponse(found.model_dump(exclude_none=True) | dict(more or {}), status, answered)


def answer_problem(
    problem: Problem, *, headers: Mapping[str, str] | None = None, more: Mapping[str, Any] | None = None
) -> ProblemResponse:
    """Return a Problem as an answer: not found where it is about that, busy where trying again helps."""
    status = _STATUS.get(problem.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers = {"Retry-After": "2", **(headers or {})}
    said = problem.text.format(**problem.facts)
    standard = problem.facts.get("standard")
    errors = [{"where": ["observations", standard], "what": said}] if standard else None
    return problem_answer(status, said, code=problem.code, errors=errors, headers=headers, more=more)
