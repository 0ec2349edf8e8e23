"""Second Visit: Streamlit's pages, and the routes that answer beside them, behind one door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
import typer
from starlette.middleware import Middleware

from pages.parts.problems import tell_failure
from server.api import api_routes
from server.door import Door
from server.forwarded import Forwarded
from server.listening import answer_at_once
from server.look_ups import awaited_look_ups
from server.oidc import oidc_routes
from server.paths import nothing_routes
from server.photos import photo_routes
from server.recorder_files import recorder_routes
from server.scorecard_links import scorecard_link_routes
from server.security_headers import SecurityHeaders
from server.shell import Shell, shell_routes
from server.sign_in import sign_in_routes
from server.starting import words_at_start
from server.sync_api import QuickSync
from storage.sessions import engine
from storage.settings import read_door_settings

settings = read_door_settings()
api = api_routes()


@asynccontextmanager
async def prepared(_app: st.App) -> AsyncIterator[None]:
    """Migrate before the first request, so that a database that cannot be used is seen at the start."""
    engine()
    answer_at_once()
    typer.echo("\n" + "\n\n".join(words_at_start(settings.allowed_hosts)) + "\n")
    async with awaited_look_ups():
        yield


app = st.App(
    Path(__file__).parent / "pages" / "frame.py",
    lifespan=prepared,
    routes=[
        *api,
        *photo_routes(),
        *sign_in_routes(),
        *oidc_routes(),
        *recorder_routes(),
        *shell_routes(),
        *scorecard_link_routes(),
        *nothing_routes(),
    ],
    middleware=[
        Middleware(Forwarded, trusted=settings.trusted_proxies),
        Middleware(SecurityHeaders, allowed_hosts=settings.allowed_hosts),
        Middleware(Door, allowed_hosts=settings.allowed_hosts),
        Middleware(QuickSync, routes=api),
        Middleware(Shell),
    ],
    on_script_error=tell_failure,
)

if __name__ == "__main__":
    app.run()
