"""The routes behind the door as the program wires them, and a browser that keeps its cookies."""

from collections.abc import Mapping
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg

from server.api import api_routes
from server.door import Door
from server.look_ups import awaited_look_ups
from server.oidc import oidc_routes
from server.paths import nothing_routes
from server.photos import photo_routes
from server.requests import COOKIE
from server.scorecard_links import scorecard_link_routes
from server.security_headers import SecurityHeaders
from server.sign_in import sign_in_routes
from standards.people import Person, Role
from storage.door_sessions import open_session
from storage.people import add_account
from storage.sessions import in_session
from tests.running import run

HERE = "http://127.0.0.1:18999"


def program() -> ASGIApp:
    """Return our own routes behind the door, without Streamlit's pages."""
    return Starlette(
        # Only a server that is started begins it: a browser in this process asks a new event loop each time.
        lifespan=lambda _: awaited_look_ups(),
        routes=[
            *photo_routes(),
            *sign_in_routes(),
            *oidc_routes(),
            *scorecard_link_routes(),
            *api_routes(),
            *nothing_routes(),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Door)],
    )


class Browser:
    """One browser: it keeps cookies and follows no redirect by itself."""

    def __init__(self, *, at: str = HERE) -> None:
        self.at = at
        self.cookies = httpx2.Cookies()
        self.app = program()

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask for a path, or for a whole address."""
        return self.ask("GET", path, headers)

    def post(self, path: str, form: Mapping[str, str] | None = None, **headers: str) -> httpx2.Response:
        """Send a form, as a page of this server does."""
        own = {"Origin": self.at, "Sec-Fetch-Site": "same-origin", **headers}
        return self.ask("POST", path, own, data=form or {})

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> httpx2.Response:
        """Send a request and keep the cookies of its answer; `sent` is `data`, `content` or `json`."""

        async def answered() -> httpx2.Response:
            transport = httpx2.ASGITransport(self.app)
            async with httpx2.AsyncClient(
                transport=transport, base_url=self.at, cookies=self.cookies
            ) as client:
                answer = await client.request(method, path, headers=headers, **sent)
                self.cookies = client.cookies
                return answer

        return run(answered())

    def sign_in(self, person: Person) -> "Browser":
        """Come in as somebody, past the sign-in page."""
        with in_session() as session:
            self.cookies.set(COOKIE, open_session(session, person.id, device="Firefox on Linux"))
        return self


def a_person(name: str, role: Role, **given: list[str] | list[int]) -> Person:
    """Return a stored person with an account; `given` are the areas and channel_ids of a viewer."""
    with in_session() as session:
        return add_account(session, name, f"{name.lower()}@company.example", role, **given)  # type: ignore[arg-type]


def asked_for(**facts: Any) -> BackMsg:
    """Return a page's message that asks the server for something beside running the page."""
    return BackMsg(backend_operation_request=BackendOperationRequest(**facts))
