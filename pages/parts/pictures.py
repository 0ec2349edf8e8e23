"""Pictures of no visit, such as best practice beside a job aid: shown by our own route alone."""

from html import escape

import streamlit as st

PICTURE_KINDS = ["jpg", "jpeg", "png", "webp", "heic"]


def show_picture(sha256: str, alt: str, *, width_px: int = 240) -> None:
    """Show a picture as a link to its full size."""
    words = escape(alt, quote=True)
    st.html(
        f'<a href="/pictures/{sha256}" target="_blank" rel="noopener" title="Open the picture">'
        f'<img src="/pictures/{sha256}/thumbnail" alt="{words}" loading="lazy" '
        f'style="width:100%;max-width:{width_px}px;border-radius:0.6rem;display:block;'
        'background:rgba(128,128,128,0.2)"></a>'
    )
