"""The shell: what makes the pages an app that installs, and Streamlit's own files light and quick to open."""

import json
import re
from functools import cache
from html import escape
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.compression import PackedContent, PackedFolder
from server.icons import icon_png
from server.paths import is_page, static_folder
from storage.settings import read_settings

NAME = "Second Visit"
# What stands under the icon, for anybody to see who looks at the phone.
SHORT_NAME = "Visits"
# Never changed: by it a browser knows that a new version is the same app.
APP_ID = "/?app=second-visit"
_LIGHT, _DARK = "#FFFFFF", "#12181E"
_ICONS = {
    "icon-192.png": (192, False, True),
    "icon-512.png": (512, False, True),
    "maskable-192.png": (192, True, True),
    "maskable-512.png": (512, True, True),
    # iOS rounds the corners itself, and shows what is clear as black.
    "apple-touch-icon-180.png": (180, False, False),
}
_SCREENSHOTS = Path(__file__).parent / "static" / "screenshots"
_ONE_DAY = "public, max-age=86400"
# Of a worker it is the policy; of anything else that a page fetches the page's own counts.
ASSET_HEADERS = {"Content-Security-Policy": "default-src 'self'"}


def shell_routes() -> list[BaseRoute]:
    """Return the manifest and the icons."""
    return [
        Route("/app.webmanifest", show_manifest, methods=["GET"]),
        Route("/icons/{name}", show_icon, methods=["GET"]),
    ]


def assets_cache() -> Path:
    """Return the folder of packed files: it may be deleted at any time, and is made again."""
    return read_settings().data / "cache" / "packed"


@cache
def manifest() -> PackedContent:
    """Return the web app manifest."""
    icons = [
        {
            "src": f"/icons/{name}",
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "maskable" if maskable else "any",
        }
        for name, (size, maskable, rounded) in _ICONS.items()
        if rounded
    ]
    # The one for the wide screen and the one for the phone: browsers show them before installing.
    screenshots = [
        {
            "src": f"/icons/{file.name}",
            "sizes": "1280x800" if file.stem == "wide" else "390x844",
            "type": "image/png",
            "form_factor": file.stem,
            "label": "Comparing brands" if file.stem == "wide" else "Recording a visit",
        }
        for file in sorted(_SCREENSHOTS.glob("*.png"))
    ]
    made = {
        "id": APP_ID,
        "name": NAME,
        "short_name": SHORT_NAME,
        "description": "Record visits to shops, phone lines and websites, and compare them.",
        "lang": "en",
        "start_url": "/recorder/?from=home-screen",
        "scope": "/",
        "display": "standalone",
        "orientation": "any",
        "background_color": _LIGHT,
        "theme_color": _LIGHT,
        "categories": ["business", "productivity"],
        "icons": icons,
        "screenshots": screenshots,
        "shortcuts": [
            {"name": "New visit", "url": "/recorder/#new", "icons": icons[:1]},
            {"name": "Compare", "url": "/compare_brands", "icons": icons[:1]},
        ],
        "share_target": {
            "action": "/recorder/share",
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {"files": [{"name": "photos", "accept": ["image/*"]}]},
        },
    }
    return PackedContent(json.dumps(made).encode(), "app.webmanifest", assets_cache())


async def show_manifest(request: Request) -> Response:
    """Send the manifest."""
    return await run_in_threadpool(manifest().answer, request.headers)


async def show_icon(request: Request) -> Response:
    """Send an icon, or a picture that a browser shows before installing."""
    name = request.path_params["name"]
    headers = {"Cache-Control": _ONE_DAY}
    if name in _ICONS:
        size, maskable, rounded = _ICONS[name]
        drawn = await run_in_threadpool(icon_png, size, maskable=maskable, rounded=rounded)
        return Response(drawn, media_type="image/png", headers=headers)
    known = {file.name: file for file in _SCREENSHOTS.glob("*.png")}
    if name in known:
        return Response(known[name].read_bytes(), media_type="image/png", headers=headers)
    return PlainTextResponse("There is nothing at this address.", status_code=404)


# Until the theme has come, Streamlit's page asks for a font of its own, a fifth of the first visit's weight.
# The rule that comes last is tried first; on a system with none of these fonts Streamlit's is fetched.
_STAND_IN = (
    '@font-face{font-family:"Source Sans";font-weight:100 900;font-style:normal;src:'
    + ",".join(
        f'local("{name}")'
        for name in ("Roboto", "Segoe UI", "Helvetica Neue", "Arial", "Liberation Sans", "DejaVu Sans")
    )
    + "}"
)
_HEAD = f"""
    <meta name="theme-color" content="{_LIGHT}" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="{_DARK}" media="(prefers-color-scheme: dark)" />
    <meta name="mobile-web-app-capable" content="yes" />
    <meta name="apple-mobile-web-app-title" content="{escape(SHORT_NAME)}" />
    <meta name="robots" content="noindex" />
    <link rel="manifest" href="/app.webmanifest" />
    <link rel="apple-touch-icon" sizes="180x180" href="/icons/apple-touch-icon-180.png" />
    <script type="module" src="/recorder/install.js"></script>
    <style>{_STAND_IN}</style>
  </head>"""
# In this order: its title; the link to a service that is closed here; the font of its own, for which
# .streamlit/config.toml names the system's; the icon; and what it says where no script runs.
_EXCHANGED = (
    (re.compile(r"<title>.*?</title>", re.DOTALL), f"<title>{escape(NAME)}</title>"),
    (re.compile(r'<link rel="service-desc"[^>]*>'), ""),
    (re.compile(r'<link\s+rel="preload"[^>]*as="font"[^>]*>'), ""),
    (re.compile(r'<link rel="shortcut icon"[^>]*>'), '<link rel="icon" href="/icons/icon-192.png" />'),
    (
        re.compile(r"<noscript>.*?</noscript>", re.DOTALL),
        "<noscript><p>This page needs JavaScript.</p></noscript>",
    ),
)


def shell_page(page: str) -> str:
    """Return Streamlit's page with our name, manifest and icons, and the script that installs the app."""
    for theirs, ours in _EXCHANGED:
        page = theirs.sub(ours, page, count=1)
    return page.replace("</head>", _HEAD.lstrip(), 1)


@cache
def _packed_page() -> PackedContent:
    page = (static_folder() / "index.html").read_text(encoding="utf-8")
    return PackedContent(shell_page(page).encode(), "index.html", assets_cache())


class Shell:
    """
    Put our page where Streamlit sends its own, and send its files packed.

    Streamlit answers every path that it does not know with its page. Pages of ours bring their own content
    security policy; an HTML page without one is Streamlit's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._assets = PackedFolder(static_folder() / "static", assets_cache(), ASSET_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and exchange the page on its way back."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        if scope["path"].startswith("/static/"):
            await self._assets({**scope, "root_path": "/static"}, receive, send)
            return
        exchanged = False

        async def exchange(message: Message) -> None:
            nonlocal exchanged
            if message["type"] == "http.response.start" and _is_streamlit_page(message, scope["path"]):
                exchanged = True
                answer = await run_in_threadpool(
                    _packed_page().answer, Headers(raw=list(scope["headers"])), kept="no-cache"
                )
                await answer(scope, receive, send)
            elif not exchanged:
                await send(message)

        await self.app(scope, receive, exchange)


def _is_streamlit_page(start: Message, path: str) -> bool:
    headers = MutableHeaders(scope=start)
    if "content-security-policy" in headers:
        return False
    # A browser may still hold the page as Streamlit sends it, from before this shell stood around it.
    if start["status"] == 304:
        return is_page(path)
    return start["status"] == 200 and headers.get("content-type", "").startswith("text/html")
