"""Requests that nobody thought of: generated from the API's own description, as each role."""

import os

import pytest

from benchmarks.api_robustness import REQUESTS, ask_everything, sign_in_as
from standards.people import Role
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition

# Minutes of work: the whole number in CI, and by `python -m benchmarks.api_robustness`.
WANTED = REQUESTS if os.environ.get("CI_REQUIRE_ALL") else REQUESTS // 10


@pytest.mark.long
@pytest.mark.parametrize("role", Role)
def test_no_request_makes_the_server_fail_and_every_answer_is_as_described(role):
    token = sign_in_as(role)
    with in_session() as session:
        channel = a_channel(session, a_brand(session), area="North")
        for _ in range(3):
            a_visit(session, channel, an_edition(session), notes={"A": "Smeared “glass” door"})
    statuses = ask_everything(token, WANTED // len(Role))
    assert statuses.total() >= WANTED // len(Role)
    assert {200, 404, 422} <= set(statuses)
    assert 401 not in statuses
