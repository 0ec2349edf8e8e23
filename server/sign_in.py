"""The pages before the door: sign in, sign out, set up the first owner, use a link. They need no script."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from server.requests import (
    SIGNED_IN,
    address_of,
    device_of,
    forget_person,
    is_loopback,
    is_secure,
    keep_person,
    keep_token,
    local_path,
    token_of,
)
from server.security_headers import STILL_PAGE_POLICY
from standards.errors import LinkNotUsable, PasswordsDiffer, Problem, SignInRefused, SignInTooSoon
from standards.people import Purpose, Role
from storage.door_sessions import end_session, find_session, hash_token
from storage.invitations import add_invitation, find_invitation, use_invitation
from storage.oidc_settings import read_oidc_settings
from storage.people import add_account, find_person, has_owner
from storage.sessions import in_session
from storage.settings import read_door_settings
from storage.sign_in import LEAST_CHARACTERS, begin_session, set_password
from storage.sign_in import sign_in as open_by_password

_ROOM = Path(__file__).parent
_STATIC = {"door.css": "text/css", "icon.svg": "image/svg+xml"}
_HEADERS = {"Cache-Control": "no-store", "Content-Security-Policy": STILL_PAGE_POLICY}


def sign_in_routes() -> list[BaseRoute]:
    """Return the routes that answer without a session."""
    return [
        Route("/sign-in", show_form, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/set-up/{token}", show_set_up, methods=["GET"]),
        Route("/set-up/{token}", set_up, methods=["POST"]),
        Route("/invitation/{token}", show_invitation, methods=["GET"]),
        Route("/invitation/{token}", accept_invitation, methods=["POST"]),
        Route("/door/{name}", show_file, methods=["GET"]),
    ]


async def show_form(request: Request) -> Response:
    """Show the form, or go on where somebody is signed in already; before the first owner, lead to set-up."""
    next_path = local_path(request.query_params.get("next"))
    if SIGNED_IN in request.scope:
        return _go_to(next_path)
    token = await asyncio.to_thread(_set_up_token, request)
    return _go_to(f"/set-up/{token}") if token else await sign_in_page(request)


async def sign_in_page(
    request: Request,
    *,
    problem: Problem | None = None,
    status: int = 200,
    email: str = "",
    next_path: str | None = None,
) -> Response:
    """Return the sign-in page, with what went wrong before."""
    provider = read_oidc_settings()
    return still_page(
        "sign_in.html",
        status=status,
        problem=problem,
        email=email,
        next_path=local_path(next_path or request.query_params.get("next")),
        provider=provider.name if provider else None,
        waits_for_owner=not await asyncio.to_thread(_has_owner),
        loses_secrets=not is_secure(request.scope) and not is_loopback(request.scope),
    )


async def sign_in(request: Request) -> Response:
    """Open a session for who knows the password."""
    form = await request.form()
    email, next_path = _text(form, "email"), local_path(_text(form, "next"))
    try:
        token = await open_by_password(
            email,
            _text(form, "password"),
            address=address_of(request.scope),
            device=device_of(request),
            earlier_token=token_of(request.scope),
        )
    except SignInTooSoon as problem:
        page = await sign_in_page(request, problem=problem, status=429, email=email, next_path=next_path)
        page.headers["Retry-After"] = str(problem.facts["seconds"])
        return page
    except SignInRefused as problem:
        return await sign_in_page(request, problem=problem, status=403, email=email, next_path=next_path)
    return await come_in(request, token, next_path)


async def sign_out(request: Request) -> Response:
    """
    End the session.

    The cookie stays and opens nothing: it marks a device that is known (see `storage.sign_in`).
    """
    await asyncio.to_thread(_end, token_of(request.scope))
    response = _go_to("/sign-in")
    forget_person(response, request.scope)
    return response


async def show_set_up(request: Request) -> Response:
    """Show the form for the first owner."""
    return await asyncio.to_thread(_show_link, request, Purpose.SET_UP)


async def set_up(request: Request) -> Response:
    """Store the first owner and let them in."""
    form = await request.form()
    name, email = _text(form, "name"), _text(form, "email")
    try:
        token = await asyncio.to_thread(_set_up, request.path_params["token"], form, device_of(request))
    except LinkNotUsable as problem:
        return _dead_link(problem)
    except Problem as problem:
        return still_page("set_up.html", status=422, problem=problem, name=name, email=email)
    return await come_in(request, token, "/")


async def show_invitation(request: Request) -> Response:
    """Show what a link is for. Looking does not use it up: programs that preview links look, too."""
    return await asyncio.to_thread(_show_link, request, Purpose.INVITATION, Purpose.PASSWORD)


async def accept_invitation(request: Request) -> Response:
    """Store the password that was chosen and let its person in."""
    form = await request.form()
    try:
        token = await asyncio.to_thread(_accept, request.path_params["token"], form, device_of(request))
    except LinkNotUsable as problem:
        return _dead_link(problem)
    except Problem as problem:
        return await asyncio.to_thread(
            _show_link, request, Purpose.INVITATION, Purpose.PASSWORD, problem=problem
        )
    return await come_in(request, token, "/")


async def show_file(request: Request) -> Response:
    """Answer with a file of these pages."""
    name = request.path_params["name"]
    if name not in _STATIC:
        return Response("There is nothing at this address.", 404, media_type="text/plain")
    headers = {"Cache-Control": "public, max-age=3600"}
    return FileResponse(_ROOM / "static" / name, media_type=_STATIC[name], headers=headers)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_ROOM / "templates"), autoescape=True, undefined=StrictUndefined
    )


def still_page(
    template: str, *, status: int = 200, problem: Problem | None = None, **values: Any
) -> Response:
    """Return a page without scripts, made from a template; it needs no session and stays in no cache."""
    text = (
        _templates()
        .get_template(template)
        .render(problem=str(problem) if problem else None, least_characters=LEAST_CHARACTERS, **values)
    )
    return HTMLResponse(text, status, _HEADERS)


def _dead_link(problem: LinkNotUsable) -> Response:
    return still_page("dead_link.html", status=404, problem=problem)


def _go_to(path: str) -> Response:
    return RedirectResponse(path, status_code=303, headers={"Cache-Control": "no-store"})


async def come_in(request: Request, token: str, path: str) -> Response:
    """Give the browser its new session, and send it on."""
    # What this browser was signed in with before would stay open, and nobody could reach it.
    await asyncio.to_thread(_end, token_of(request.scope))
    response = _go_to(path)
    keep_token(response, request.scope, token)
    if person_id := await asyncio.to_thread(_person_id, token):
        keep_person(response, request.scope, person_id)
    return response


def _person_id(token: str) -> int | None:
    with in_session(read_only=True) as session:
        found = find_session(session, hash_token(token))
    return found.person.id if found else None


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _password(form: FormData) -> str:
    """
    Return the password that was typed twice.

    Raises:
        PasswordsDiffer: the two are not the same.
    """
    password = _text(form, "password")
    if password != _text(form, "password_again"):
        raise PasswordsDiffer()
    return password


def _has_owner() -> bool:
    with in_session(read_only=True) as session:
        return has_owner(session)


def _set_up_token(request: Request) -> str | None:
    """
    Return a set-up link's token for who sits at this machine, as long as there is no owner.

    Where the settings name a host or a proxy, a visitor who seems to sit here may be anybody behind a proxy
    that does not say so: there the printed link is needed.
    """
    settings = read_door_settings()
    if settings.allowed_hosts or settings.trusted_proxies or not is_loopback(request.scope) or _has_owner():
        return None
    with in_session() as session:
        return add_invitation(session, Purpose.SET_UP)


def _show_link(request: Request, *purposes: Purpose, problem: Problem | None = None) -> Response:
    with in_session(read_only=True) as session:
        found = find_invitation(session, request.path_params["token"])
        person = find_person(session, found.person_id) if found and found.person_id else None
    if not found or found.purpose not in purposes:
        return _dead_link(LinkNotUsable())
    status = 422 if problem else 200
    if not person:
        return still_page("set_up.html", status=status, problem=problem, name="", email="")
    provider = read_oidc_settings()
    return still_page(
        "invitation.html",
        status=status,
        problem=problem,
        person=person,
        is_new=found.purpose is Purpose.INVITATION,
        provider=provider.name if provider else None,
        token=request.path_params["token"],
    )


def _set_up(token: str, form: FormData, device: str) -> str:
    password = _password(form)
    with in_session() as session:
        if use_invitation(session, token).purpose is not Purpose.SET_UP:
            raise LinkNotUsable()
        person = add_account(session, _text(form, "name"), _text(form, "email"), Role.OWNER)
        set_password(session, person.id, password)
        return begin_session(session, person.id, device=device, way="set-up link")


def _accept(token: str, form: FormData, device: str) -> str:
    password = _password(form)
    with in_session() as session:
        used = use_invitation(session, token)
        if used.person_id is None:
            raise LinkNotUsable()
        session.info["by"] = used.person_id
        set_password(session, used.person_id, password)
        return begin_session(session, used.person_id, device=device, way=f"{used.purpose} link")


def _end(token: str | None) -> None:
    if token:
        with in_session() as session:
            end_session(session, hash_token(token))
