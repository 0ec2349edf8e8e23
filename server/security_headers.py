"""Security headers on every answer; Streamlit's page may run its own files and nothing else."""

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.origins import is_allowed_host
from server.paths import static_folder
from server.requests import is_secure

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_ONE_YEAR_SECONDS = 31_536_000

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # Forms need it: under `no-referrer` a browser hides a form's origin from us, too.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "serial=(), hid=(), midi=(), browsing-topics=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}

# Of scripts, styles and fonts, which are no page: nobody frames them, and they ask for no camera.
_OF_FILES = ("X-Content-Type-Options", "Cross-Origin-Resource-Policy")
_FILE_TYPES = (b"text/javascript", b"text/css", b"font/")
# As they travel: every answer takes them along.
_LINES = [(name.lower().encode(), value.encode()) for name, value in _ALWAYS.items()]
_LINES_OF_FILES = [(name.lower().encode(), _ALWAYS[name].encode()) for name in _OF_FILES]
_TLS_ONLY = b"strict-transport-security", f"max-age={_ONE_YEAR_SECONDS}".encode()
_POLICY = b"content-security-policy"

# Of our own pages without scripts: sign-in, set-up, invitation.
STILL_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """Add the headers that an answer does not bring itself."""

    def __init__(self, app: ASGIApp, *, allowed_hosts: tuple[str, ...] = ()) -> None:
        self.app = app
        self._allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
        # The name goes into the policy: only one that was looked at may.
        policy = _policy_line(host if is_allowed_host(host, self._allowed_hosts) else "")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message.get("headers", ()))
                brought = {name.lower(): value for name, value in headers}
                wanted = [*(_LINES_OF_FILES if _is_file(brought) else _LINES), policy]
                if is_secure(scope):
                    wanted.append(_TLS_ONLY)
                headers.extend(line for line in wanted if line[0] not in brought)
            await send(message)

        await self.app(scope, receive, with_headers)


def _is_file(brought: Mapping[bytes, bytes]) -> bool:
    """Whether an answer is a file that a page fetches, and brings its own short policy."""
    return brought.get(b"content-type", b"").startswith(_FILE_TYPES) and _POLICY in brought


@lru_cache(maxsize=100)
def _policy_line(host: str) -> tuple[bytes, bytes]:
    return _POLICY, streamlit_policy(host).encode("latin-1")


def streamlit_policy(host: str) -> str:
    """
    Return the policy of Streamlit's page; `host` is where its websocket may go.

    Streamlit loads a component's module from a `blob:` address, which only a script that runs here already
    can make. Its protobuf reader tries WebAssembly, which `wasm-unsafe-eval` allows to a script that may run
    anyway; it evaluates no JavaScript. Its own styles are inline.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    return (
        f"default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'{_script_hashes()}; "
        "style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
        f"connect-src 'self'{sockets}; worker-src 'self'; manifest-src 'self'; frame-src 'none'; "
        "object-src 'none'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'"
    )


@cache
def _script_hashes() -> str:
    """Return the hashes of what the installed Streamlit's page runs inline, each after a space."""
    page = (static_folder() / "index.html").read_text(encoding="utf-8")
    return "".join(f" '{hash_source(script)}'" for script in _INLINE_SCRIPT.findall(page))


def hash_source(script: str) -> str:
    """Return how a policy names an inline script."""
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"
