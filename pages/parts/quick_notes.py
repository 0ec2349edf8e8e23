"""Quick notes: lines taken on a phone in passing, which nobody has sorted to a standard yet."""

from zoneinfo import ZoneInfo

import streamlit as st

from pages.parts.words import show_text
from standards.visits import Visit


def show_quick_notes(visit: Visit) -> None:
    """Show a visit's quick notes with their time where it was, as they were written."""
    if not visit.quick_notes:
        return
    zone = ZoneInfo(visit.channel.timezone)
    st.subheader("Quick notes", anchor=False)
    lines = [
        f"{note.at.astimezone(zone):%H:%M}  {note.text}" if note.at else note.text
        for note in visit.quick_notes
    ]
    show_text("\n".join(lines))
