"""Security headers on every answer; Streamlit's page may run its own files and nothing else."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256

from starlette.datastructures import Headers, MutableHeaders
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
_FILE_TYPES = ("text/javascript", "text/css", "font/")

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
        host = Headers(raw=list(scope["headers"])).get("host", "")
        # The name goes into the policy: only one that was looked at may.
        policy = streamlit_policy(host if is_allowed_host(host, self._allowed_hosts) else "")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in _OF_FILES if _is_file(headers) else _ALWAYS:
                    headers.setdefault(name, _ALWAYS[name])
                headers.setdefault("Content-Security-Policy", policy)
                if is_secure(scope):
                    headers.setdefault("Strict-Transport-Security", f"max-age={_ONE_YEAR_SECONDS}")
            await send(message)

        await self.app(scope, receive, with_headers)


def _is_file(headers: MutableHeaders) -> bool:
    """Whether an answer is a file that a page fetches, and brings its own short policy."""
    kind = headers.get("content-type", "")
    return kind.startswith(_FILE_TYPES) and "content-security-policy" in headers


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
