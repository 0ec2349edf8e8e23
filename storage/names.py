"""Names people give to things: trimmed, bounded, and without what a screen cannot show."""

import unicodedata

from standards.errors import NameMissing
from storage.tables import NAME_LIMIT


def clean_name(name: str, thing: str) -> str:
    """
    Return a name as it is stored: one line, no control characters, no space around it.

    Raises:
        NameMissing: nothing is left of it, or it is longer than 200 characters.
    """
    shown = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name[: NAME_LIMIT * 10]
    )
    cleaned = " ".join(shown.split())
    if not cleaned or len(cleaned) > NAME_LIMIT:
        raise NameMissing(thing=thing, limit=NAME_LIMIT)
    return cleaned


def clean_text(text: str) -> str:
    """Return a longer text as it is stored: without NUL, which PostgreSQL refuses."""
    return text.replace("\x00", "").strip()
