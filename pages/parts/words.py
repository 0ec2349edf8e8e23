"""How people's own words reach the screen: never as Markdown, HTML, a link or a picture."""

import re
from html import escape

import streamlit as st

from standards.editions import Kind

# Streamlit makes links of bare addresses in labels after Markdown is read, so an escape cannot stop it.
_ADDRESS = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
# What Markdown reads as its own within a line, and at its beginning; a hyphen or a full stop stays bare,
# because a label is read aloud with every backslash in it.
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]<>#!|~$:&^=])|(?<!\S)(?=[-+]|\d+[.)])")
_ZERO_WIDTH_SPACE = "\u200b"

KIND_ICONS = {
    Kind.SHOP: ":material/storefront:",
    Kind.PHONE: ":material/call:",
    Kind.WEBSITE: ":material/language:",
    Kind.EMAIL: ":material/mail:",
    Kind.CHAT: ":material/chat:",
    Kind.DELIVERY: ":material/local_shipping:",
    Kind.DEPARTMENT: ":material/apartment:",
}


def plain(text: str) -> str:
    """Escape a person's text for a place that reads Markdown, such as a widget's label."""
    flat = " ".join(text.split())
    return _PUNCTUATION.sub(lambda found: f"\\{found[0]}", _ADDRESS.sub(_ZERO_WIDTH_SPACE, flat))


def show_text(text: str, *, strong: bool = False, small: bool = False) -> None:
    """Show a person's text as it was written, lines kept."""
    weight = "font-weight:600;" if strong else ""
    size = "font-size:0.875rem;opacity:0.8;" if small else ""
    style = f"margin:0;white-space:pre-wrap;overflow-wrap:anywhere;{weight}{size}"
    st.html(f'<p style="{style}">{escape(text)}</p>')


def count_of(number: int, thing: str, plural: str = "") -> str:
    """Say `1 visit`, `2 visits`."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"
