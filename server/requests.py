"""What is read from a request: who sends it, from where, over what; and the session's cookie."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, cookie_parser
from starlette.responses import Response

from standards.people import Person
from storage.door_sessions import LONGEST, SignedIn

COOKIE = "second_visit"
SECURE_COOKIE = "__Host-second_visit"
# Whose visits the recorder may show, without signal, too. It opens nothing: scripts may read it.
PERSON_COOKIE = "second_visit_person"
NOBODY = 0
_RECORDER = "/recorder/"
# The key in an ASGI scope under which the door leaves who has come in.
SIGNED_IN = "second_visit.signed_in"
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
# Named in the order in which browsers pretend to be each other: the first that fits is it.
_BROWSERS = {
    "Edg/": "Edge",
    "SamsungBrowser/": "Samsung Internet",
    "OPR/": "Opera",
    "FxiOS/": "Firefox",
    "Firefox/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_MACHINES = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def signed_in(connection: HTTPConnection) -> SignedIn:
    """
    Return who the door has let in.

    Raises:
        KeyError: nobody; the route is public, or the door does not stand before it.
    """
    found: SignedIn = connection.scope[SIGNED_IN]
    return found


def person_of(connection: HTTPConnection) -> Person:
    """Return the person the door has let in; see `signed_in`."""
    return signed_in(connection).person


def is_secure(scope: Mapping[str, Any]) -> bool:
    """Say whether the browser came over TLS."""
    return scope.get("scheme") in ("https", "wss")


def is_loopback(scope: Mapping[str, Any]) -> bool:
    """Say whether the browser runs on this machine, with no proxy between that could be seen."""
    headers = Headers(raw=list(scope["headers"]))
    return (
        _is_own(address_of(scope))
        # No browser speaks it; proxies do, some of which name neither themselves nor the visitor.
        and scope.get("http_version") != "1.0"
        and host_name(headers.get("host", "")) in LOOPBACK_NAMES
        and not any(name in headers for name in _FORWARDED)
    )


def _is_own(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    # A socket for both protocols writes 127.0.0.1 as ::ffff:127.0.0.1.
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback


def host_name(host: str) -> str:
    """Return a Host header's name without its port, in small letters."""
    name = host.lower()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0].rstrip(".")


def address_of(scope: Mapping[str, Any]) -> str:
    """Return the address the request comes from."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


def device_of(connection: HTTPConnection) -> str:
    """Return the browser and the machine in words that their owner knows again."""
    agent = connection.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS.items() if mark in agent), "A browser")
    machine = next((name for mark, name in _MACHINES.items() if mark in agent), "")
    return f"{browser} on {machine}" if machine else browser


def token_of(scope: Mapping[str, Any]) -> str | None:
    """Return the session token that the browser sent in its cookie."""
    wanted = SECURE_COOKIE if is_secure(scope) else COOKIE
    for name, value in scope["headers"]:
        if name == b"cookie":
            found = cookie_parser(value.decode("latin-1")).get(wanted)
            if found:
                return str(found)
    return None


def keep_token(response: Response, scope: Mapping[str, Any], token: str) -> None:
    """Give the browser its session's cookie."""
    secure = is_secure(scope)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def keep_person(response: Response, scope: Mapping[str, Any], person_id: int) -> None:
    """Tell the recorder who is signed in on this device."""
    response.set_cookie(
        PERSON_COOKIE,
        str(person_id),
        max_age=int(LONGEST.total_seconds()),
        path=_RECORDER,
        secure=is_secure(scope),
        samesite="lax",
    )


def forget_person(response: Response, scope: Mapping[str, Any]) -> None:
    """
    Tell the recorder that nobody is signed in on this device.

    In so many words: a phone that is told nothing goes on with who recorded there last.
    """
    keep_person(response, scope, NOBODY)


def local_path(wanted: str | None) -> str:
    """
    Return where to go on to after signing in: a path on this server, or the start.

    Browsers read backslashes as slashes and skip control characters, so such a path is not believed.
    """
    if not wanted or not wanted.startswith("/") or len(wanted) > 2_000:
        return "/"
    if wanted.startswith("//") or "\\" in wanted or any(ord(c) < 33 or ord(c) == 127 for c in wanted):
        return "/"
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or unquote(parts.path).startswith(("//", "/\\")):
        return "/"
    return wanted if wanted.isascii() else quote(wanted, safe="/?&=%#")
