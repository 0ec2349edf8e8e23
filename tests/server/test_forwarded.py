"""Whose word about a visitor's address counts, also after uvicorn has believed all on this machine."""

from typing import Any

import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.forwarded import Forwarded
from tests.running import run


def came_from(peer: str, forwarded: str | None, *trusted: str, proto: str | None = None) -> tuple[str, str]:
    """Return the address and the scheme that the door sees, behind uvicorn as it is set by default."""
    seen: list[Any] = []

    async def door(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded is not None else []
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope = {"type": "http", "scheme": "http", "client": (peer, 50_000), "headers": headers}
    as_it_is: Any = Forwarded(door, trusted=trusted)
    run(ProxyHeadersMiddleware(as_it_is, trusted_hosts="127.0.0.1,::1")(scope, None, None))  # type: ignore[arg-type]
    return seen[0]["client"][0], seen[0]["scheme"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        pytest.param("192.168.1.9", None, (), "192.168.1.9", id="nobody between"),
        pytest.param("192.168.1.9", "1.2.3.4", (), "192.168.1.9", id="a visitor's own words"),
        pytest.param("127.0.0.1", None, (), "127.0.0.1", id="on this machine"),
        pytest.param("127.0.0.1", "1.2.3.4", (), "127.0.0.1", id="a proxy here, not named"),
        pytest.param("::1", "1.2.3.4", (), "127.0.0.1", id="the same in IPv6"),
        pytest.param("127.0.0.1", "1.2.3.4:99", (), "127.0.0.1", id="with a port"),
        pytest.param("127.0.0.1", "[2001:db8::1]:99", (), "127.0.0.1", id="an IPv6 address with a port"),
        pytest.param("127.0.0.1", "2001:DB8::1", (), "127.0.0.1", id="an IPv6 address"),
        pytest.param("127.0.0.1", "8.8.8.8, 1.2.3.4", (), "127.0.0.1", id="two addresses"),
        pytest.param("127.0.0.1", "nonsense", (), "127.0.0.1", id="no address"),
        pytest.param("127.0.0.1", "1.2.3.4", ("127.0.0.1",), "1.2.3.4", id="a proxy here, named"),
        pytest.param("::1", "1.2.3.4", ("::1",), "1.2.3.4", id="named in IPv6"),
        pytest.param("127.0.0.1", "6.6.6.6, 1.2.3.4", ("127.0.0.1",), "1.2.3.4", id="what it has not added"),
        pytest.param("10.0.0.5", "1.2.3.4", ("10.0.0.5",), "1.2.3.4", id="a proxy elsewhere, named"),
        pytest.param("10.0.0.5", "1.2.3.4", ("10.0.0.0/8",), "1.2.3.4", id="its network named"),
        pytest.param("10.0.0.6", "1.2.3.4", ("10.0.0.5",), "10.0.0.6", id="another than the one named"),
        pytest.param("127.0.0.1", "1.2.3.4", ("10.0.0.5",), "127.0.0.1", id="one elsewhere is named"),
        pytest.param(
            "::ffff:127.0.0.1", "1.2.3.4", ("127.0.0.1",), "1.2.3.4", id="on a socket for both protocols"
        ),
        pytest.param("::ffff:192.168.1.9", None, (), "192.168.1.9", id="a visitor on such a socket"),
    ],
)
def test_whose_address_counts(peer, forwarded, trusted, address):
    assert came_from(peer, forwarded, *trusted)[0] == address


@pytest.mark.parametrize(
    ("peer", "trusted", "scheme"),
    [
        ("10.0.0.5", (), "http"),
        ("10.0.0.5", ("10.0.0.5",), "https"),
        ("::ffff:10.0.0.5", ("10.0.0.5",), "https"),
    ],
)
def test_a_named_proxy_says_that_the_visitor_came_over_tls(peer, trusted, scheme):
    assert came_from(peer, "1.2.3.4", *trusted, proto="https")[1] == scheme
