"""Second Visit: Streamlit's pages, and the routes that answer beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from pages.parts.problems import tell_failure
from server.photos import photo_routes
from storage.sessions import engine


@asynccontextmanager
async def prepared(_app: st.App) -> AsyncIterator[None]:
    """Migrate before the first request, so that a database that cannot be used is seen at the start."""
    engine()
    yield


app = st.App(
    Path(__file__).parent / "pages" / "frame.py",
    lifespan=prepared,
    routes=photo_routes(),
    on_script_error=tell_failure,
)

if __name__ == "__main__":
    app.run()
