"""Sends generated requests to the API, behind the door and signed in as each role; counts what comes back."""

import argparse
import json
import os
import tempfile
import time
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.api import api_routes, describe, make_api
from server.door import Door
from server.requests import COOKIE
from standards.people import Role
from storage.door_sessions import open_session
from storage.example import load_example
from storage.people import add_account
from storage.sessions import close_database, in_session

REQUESTS = 5_000
# Without it, what changes something is refused before it is read.
_OF_OUR_PAGE = {"X-Second-Visit": "1"}
schemathesis.serializer.alias("application/zip", "application/octet-stream")
_CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def sign_in_as(role: Role) -> str:
    """Store a person of a role and return the token of their session."""
    with in_session() as session:
        person = add_account(session, f"A {role}", f"{role}@company.example", role, areas=["North"])
        return open_session(session, person.id)


def ask_everything(token: str, wanted: int) -> Counter[int]:
    """
    Send at least so many generated requests, half of them wrong; return how many had which status.

    Raises:
        schemathesis.Failure: an answer was a server's error, or not as the OpenAPI document says.
    """
    app = Starlette(routes=api_routes(), middleware=[Middleware(Door)])
    description = describe(make_api())
    api = description["paths"]
    document = schemathesis.openapi.from_dict(description)
    document.app = app
    statuses: Counter[int] = Counter()
    operations = [document[path][method.upper()] for path, found in api.items() for method in found]
    sources = [(operation, mode) for operation in operations for mode in GenerationMode]
    while statuses.total() < wanted:
        before = statuses.total()
        # What has no parameter is asked a few times only: the others make up for it.
        share = max(20, (wanted - before) // len(sources))
        for operation, mode in sources:
            _ask(operation.as_strategy(generation_mode=mode), token, share, statuses)
    return statuses


def _ask(cases: Any, token: str, examples: int, statuses: Counter[int]) -> None:
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def asked(case: Case[Any]) -> None:
        answer = case.call(base_url="http://localhost/api", cookies={COOKIE: token}, headers=_OF_OUR_PAGE)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=_CHECKS)

    asked()


def main() -> None:
    """Print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--requests", type=int, default=REQUESTS, help="how many in all")
    wanted = arguments.parse_args().requests
    with tempfile.TemporaryDirectory() as data:
        os.environ["SECOND_VISIT_DATA"] = data
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        load_example()
        began = time.perf_counter()
        by_role = {str(role): ask_everything(sign_in_as(role), wanted // len(Role)) for role in Role}
        seconds = time.perf_counter() - began
        close_database()
    statuses: Counter[int] = sum(by_role.values(), Counter())
    measured = {
        "requests": statuses.total(),
        "by_role": {role: found.total() for role, found in by_role.items()},
        "statuses": {str(status): statuses[status] for status in sorted(statuses)},
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
