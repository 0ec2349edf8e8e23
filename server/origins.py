"""Where a request may come from: the names this server answers to, and writes from its own pages only."""

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers
from starlette.types import Scope

from server.paths import is_api
from server.requests import LOOPBACK_NAMES, host_name, is_secure

API_HEADER = "x-second-visit"
_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_allowed_host(host: str, allowed: Iterable[str]) -> bool:
    """
    Say whether this server answers to a Host header.

    A page elsewhere can point a name of its own at this server, never a number: where no names are
    given, localhost, this machine's name and addresses in numbers are safe to answer to.
    """
    if not _HOST.fullmatch(host):
        return False
    name = host_name(host)
    if name in LOOPBACK_NAMES:
        return True
    patterns = tuple(allowed)
    if not patterns:
        own = socket.gethostname().lower().rstrip(".")
        return name in (own, f"{own.partition('.')[0]}.local") or _is_number(name)
    return any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:]))
        for pattern in patterns
    )


def _is_number(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def own_origins(scope: Scope, host: str) -> tuple[str, ...]:
    """
    Return the origins of this server's own pages.

    Behind a proxy that does not say so, a page over TLS arrives as one without: it is ours all the same,
    as nobody else can answer for this name over TLS.
    """
    host = host.lower()
    return (f"https://{host}",) if is_secure(scope) else (f"http://{host}", f"https://{host}")


def is_foreign(scope: Scope, headers: Headers) -> bool:
    """
    Say whether a write, or a websocket, may come from another site's page.

    Browsers say where it comes from; what says nothing is a program, which only the API serves. There
    the header makes a browser ask first, and nobody answers it.

    Source:
        OWASP Cross-Site Request Forgery Prevention Cheat Sheet: Fetch Metadata, origin, custom header.
    """
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return True
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in own_origins(scope, headers.get("host", "")):
        return True
    if scope["type"] == "http" and is_api(scope["path"]):
        form = headers.get("content-type", "").partition(";")[0].strip().lower() in _FORM_TYPES
        return API_HEADER not in headers or form
    return origin is None and "sec-fetch-site" not in headers
