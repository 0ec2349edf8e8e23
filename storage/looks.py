"""The look of scorecards: one logo and one colour for all of them, chosen by people and kept."""

from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import text
from sqlmodel import Session

from standards.errors import ColourUnclear, LogoUnreadable
from storage.events import note_event
from storage.forms.look import Look, Paper, dark_enough, is_colour
from storage.logos import read_logo
from storage.look_table import ScorecardLookRow

_ONLY = 1


def chosen_look(session: Session, paper: Paper = Paper.A4) -> Look:
    """Return how scorecards look on a paper; where nothing was chosen, as usual."""
    row = session.get(ScorecardLookRow, _ONLY)
    return Look(paper, row.logo, row.colour) if row else Look(paper)


def choose_logo(session: Session, content: bytes) -> None:
    """
    Put a logo on every scorecard, instead of the one before.

    Args:
        content: a picture as it was sent; it is written anew before it is kept.
    Raises:
        LogoUnreadable, LogoTooLarge: the one before is kept.
    """
    _change(session, logo=read_logo(content))


def remove_logo(session: Session) -> None:
    """Take the logo off every scorecard."""
    _change(session, logo=None)


def choose_colour(session: Session, colour: str) -> str:
    """
    Give every scorecard this colour; return what it became, dark enough for white letters.

    Args:
        colour: `#rrggbb`.
    Raises:
        ColourUnclear: the one before is kept.
    """
    if not is_colour(colour):
        raise ColourUnclear(written=colour[:40])
    readable = dark_enough(colour.lower())
    _change(session, colour=readable)
    return readable


def use_usual_colour(session: Session) -> None:
    """Give every scorecard its brand's own colour again."""
    _change(session, colour=None)


def look_faults(session: Session) -> Iterator[str]:
    """Say what of the look is not whole."""
    chosen = chosen_look(session)
    if chosen.colour is not None and not is_colour(chosen.colour):
        yield f"Value not allowed: the colour of scorecards is “{chosen.colour}”."
    if chosen.logo is not None:
        try:
            read_logo(chosen.logo)
        except LogoUnreadable as found:
            yield f"The logo of scorecards cannot be read: {found.facts['why']}."


def _change(session: Session, **facts: bytes | str | None) -> None:
    # Two people may choose the first look at the same instant: either finds the row there.
    session.execute(text("INSERT INTO scorecard_look (id) VALUES (1) ON CONFLICT DO NOTHING"))
    row = session.get_one(ScorecardLookRow, _ONLY, with_for_update=True, populate_existing=True)
    before = {name: _noted(getattr(row, name)) for name in facts}
    after = {name: _noted(value) for name, value in facts.items()}
    if before == after:
        return
    for name, value in facts.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    note_event(session, "changed", "look", _ONLY, before=before, after=after)


def _noted(value: bytes | str | None) -> str | None:
    """Write what the log holds: of a logo, what tells it from another."""
    return f"picture {sha256(value).hexdigest()[:8]}" if isinstance(value, bytes) else value
