"""Whose word about a visitor's address is believed: that of the proxies named in the settings alone."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

_HERE = "127.0.0.1"


class Forwarded:
    """
    Read `X-Forwarded-For` and `X-Forwarded-Proto` from named proxies.

    uvicorn has read them already, from whatever runs on this machine. Where no proxy on this machine was
    named, an address that came so is taken back: its tries to sign in count as this machine's, whatever a
    visitor writes into the header.
    """

    def __init__(self, app: ASGIApp, *, trusted: Iterable[str] = ()) -> None:
        self._named = ProxyHeadersMiddleware(app, trusted_hosts=list(trusted))  # type: ignore[arg-type]
        self._trusted = self._named.trusted_hosts
        self._trusts_here = _HERE in self._trusted or "::1" in self._trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, from where it comes."""
        if scope["type"] in ("http", "websocket") and scope.get("client"):
            host, port = scope["client"]
            host = _plain(host)
            if not self._trusts_here and host not in self._trusted and host in _written_down(scope):
                host, port = _HERE, 0
            scope = {**scope, "client": (host, port)}
        await self._named(scope, receive, send)  # type: ignore[arg-type]


@lru_cache(maxsize=1_000)
def _plain(host: str) -> str:
    """Return an address as settings write it: a socket for both protocols says ::ffff:127.0.0.1."""
    try:
        parsed = ip_address(host)
    except ValueError:
        return host
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def _written_down(scope: Scope) -> set[str]:
    """Return the addresses that a visitor or a proxy has written into the request, without their ports."""
    lines = Headers(raw=list(scope["headers"])).getlist("x-forwarded-for")
    entries = {entry.strip() for line in lines for entry in line.split(",")}
    bare = {entry.rpartition(":")[0] for entry in entries} | entries
    return {_plain(entry.strip("[]")) for entry in bare}
