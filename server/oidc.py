"""Single sign-on: sends a browser to the provider, and lets in who comes back with its word."""

import re
from http import HTTPStatus
from secrets import token_urlsafe

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.oidc_protocol import Asked, account_behind, authorization_address
from server.requests import device_of, is_secure, local_path
from server.sign_in import come_in, sign_in_page
from standards.errors import Problem, ProviderUnreachable, SignOnRefused, SignOnStale
from storage.events import note_event
from storage.oidc_settings import OidcSettings, read_oidc_settings
from storage.sessions import in_session
from storage.sign_in import begin_session
from storage.single_sign_on import (
    LIFETIME,
    OidcAccount,
    OidcStart,
    admit,
    begin_sign_on,
    take_sign_on,
)

COOKIE = "second_visit_oidc"
SECURE_COOKIE = "__Host-second_visit_oidc"
CALLBACK = "/oidc/callback"
_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


def oidc_routes() -> list[BaseRoute]:
    """
    Return the routes of single sign-on. They lead nowhere where it is not set up.

    Raises:
        ValueError: its settings are incomplete or unsafe.
    """
    read_oidc_settings()
    return [
        Route("/oidc/start", start, methods=["GET"]),
        Route(CALLBACK, answer, methods=["GET"]),
    ]


async def start(request: Request) -> Response:
    """Keep state, nonce and verifier here, a secret in the browser, and send it to the provider."""
    settings = read_oidc_settings()
    if not settings:
        return _nothing_here()
    # The link of an invitation travels in the browser's cookie: the provider need not see it.
    invitation = request.query_params.get("invitation", "")
    browser = f"{token_urlsafe(_TOKEN_BYTES)}.{invitation if _TOKEN.fullmatch(invitation) else ''}"
    asked = Asked(
        state=token_urlsafe(_TOKEN_BYTES),
        nonce=token_urlsafe(_TOKEN_BYTES),
        code_verifier=token_urlsafe(48),
        redirect_uri=_callback_address(request),
    )
    try:
        address = await authorization_address(settings, asked)
    except Problem as problem:
        return await _turned_away(request, problem)
    begun = OidcStart(asked.nonce, asked.code_verifier, local_path(request.query_params.get("next")))
    await run_in_threadpool(_begin, asked.state, browser, begun)
    response = _go_to(address)
    response.set_cookie(
        _cookie(request),
        browser,
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=is_secure(request.scope),
        httponly=True,
        # Strict would keep it back when the provider sends the browser here again.
        samesite="lax",
    )
    return response


async def answer(request: Request) -> Response:
    """Take what was begun, once; verify what the provider says; open a session."""
    settings = read_oidc_settings()
    if not settings:
        return _nothing_here()
    said = request.query_params
    browser = request.cookies.get(_cookie(request), "")
    try:
        begun = await run_in_threadpool(_take, said.get("state", ""), browser)
        if "code" not in said:
            why = "it said no" if said.get("error") == "access_denied" else "it sent no code"
            raise SignOnRefused(provider=settings.name, why=why)
        asked = Asked(said["state"], begun.nonce, begun.code_verifier, _callback_address(request))
        account = await account_behind(settings, asked, said["code"], said.get("iss"))
        invitation = browser.partition(".")[2]
        token = await run_in_threadpool(_enter, settings, account, invitation, device_of(request))
    except Problem as problem:
        response = await _turned_away(request, problem)
    else:
        response = await come_in(request, token, begun.next_path)
    response.delete_cookie(
        _cookie(request), path="/", secure=is_secure(request.scope), httponly=True, samesite="lax"
    )
    return response


def _nothing_here() -> Response:
    return PlainTextResponse("There is nothing at this address.", HTTPStatus.NOT_FOUND)


def _cookie(request: Request) -> str:
    return SECURE_COOKIE if is_secure(request.scope) else COOKIE


def _callback_address(request: Request) -> str:
    # The door has let through only hosts of the settings.
    return f"{request.url.scheme}://{request.url.netloc}{CALLBACK}"


def _go_to(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})


def _begin(state: str, browser: str, begun: OidcStart) -> None:
    with in_session() as session:
        begin_sign_on(session, state, browser, begun)


def _take(state: str, browser: str) -> OidcStart:
    with in_session() as session:
        return take_sign_on(session, state, browser)


def _enter(settings: OidcSettings, account: OidcAccount, invitation: str, device: str) -> str:
    with in_session() as session:
        person = admit(session, settings, account, invitation=invitation)
        return begin_session(session, person.id, device=device, way="single sign-on")


async def _turned_away(request: Request, problem: Problem) -> Response:
    """Note that nobody came in, without what the provider said, and tell why on the sign-in page."""
    if not isinstance(problem, SignOnStale):
        await run_in_threadpool(_note_refusal, problem)
    status = 502 if isinstance(problem, ProviderUnreachable) else 403
    return await sign_in_page(request, problem=problem, status=status)


def _note_refusal(problem: Problem) -> None:
    with in_session() as session:
        after = {"by": "single sign-on", "problem": problem.code}
        note_event(session, "sign-in refused", "person", "unknown", after=after)
