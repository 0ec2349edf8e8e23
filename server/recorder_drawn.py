"""The recorder's page with a draft's first standards drawn in, to be tapped before any script has come."""

import re
from functools import cache
from pathlib import Path
from uuid import UUID

from server.recorder_cards import (
    RADIOS,
    as_html,
    draw_button,
    draw_card,
    draw_icon,
    draw_icon_button,
    is_timed,
)
from standards.documents import VisitDocument
from standards.editions import Standard, touchpoints_of
from standards.errors import PlaceUnknown, StoreBusy, VisitNotFound
from standards.people import Action, Person, may
from standards.visits import Observation
from storage.asked import Place, find_place
from storage.sessions import in_session
from storage.sync_documents import own_document

_PAGE = Path(__file__).parent / "recorder" / "index.html"
_TOUCHPOINT = "touchpoint "
# As many as screens/visit.js makes at once: they fill a phone's screen.
_AT_ONCE = 2
_NOT_KEPT = "The recorder has not come yet: what you tap is not kept. Wait, or reload the page."
# What there is to record is asked for by early.js: it would hold up the first picture.
_SHEETS = re.compile(r'\n *<link rel="preload" href="/api/v1/sheets"[^>]*>')
_START = re.compile(r'\n *<script type="module" src="/recorder/start.js"></script>')
_SCREEN = '<main id="screen" tabindex="-1"></main>'
_COVERS = 'id="cover-button"'
_SCRIPTS = (
    '<script type="module" async src="/recorder/early.js"></script>'
    '<script type="module" src="/recorder/start.js" fetchpriority="low"></script>'
)


def drawn_page(person: Person, visit_id: str, step: str) -> str | None:
    """
    Return the recorder's page with the first standards of a visit's step.

    It is drawn as the recorder's script will draw it, so that nothing moves when that takes over; what only
    the script can do is disabled until then.

    Args:
        visit_id: as it stands in the address.
        step: as the recorder names it there; only touchpoints are drawn.
    Returns:
        None where this person has nothing of that kind to go on with: then the page is everybody's.
    """
    touchpoint = step.removeprefix(_TOUCHPOINT)
    if touchpoint == step or not may(person, Action.RECORD):
        return None
    try:
        with in_session(read_only=True) as session:
            visit = own_document(session, _id_of(visit_id), person)
            place = find_place(session, visit.channel_id, visit.edition_id)
    except (ValueError, VisitNotFound, PlaceUnknown, StoreBusy):
        return None
    screen = _screen(visit, place, touchpoint, person)
    return _around(screen) if screen else None


def _id_of(written: str) -> UUID:
    """
    Return the id that an address names as the recorder names it.

    Raises:
        ValueError: it is written in another way, by which the recorder would not find the visit.
    """
    found = UUID(written)
    if str(found) != written:
        raise ValueError(written)
    return found


def _around(screen: str) -> str:
    before, after = _page()
    return f'{before}<main id="screen" tabindex="-1">{screen}</main>{after}'


@cache
def _page() -> tuple[str, str]:
    """Return what stands before and after the screen."""
    page, asks = _SHEETS.subn("", _PAGE.read_text(encoding="utf-8"))
    page, starts = _START.subn("", page)
    before, found, after = page.partition(_SCREEN)
    if not (asks and starts and found):
        raise ValueError("index.html is not the page into which this module draws")
    return before, after.replace("</body>", f"{_SCRIPTS}</body>")


def _screen(visit: VisitDocument, place: Place, touchpoint: str, person: Person) -> str:
    """Return what stands on the screen; nothing where the script would show something else."""
    standards = place.sheet.standards
    touchpoints = touchpoints_of(standards.values())
    answers = {observation.code: observation for observation in visit.observations}
    # Stopwatches that run stand above Next, on every step.
    runs = any(one.is_open_wait and is_timed(standards[code]) for code, one in answers.items())
    cards = [] if runs else _cards(visit, place, touchpoints.get(touchpoint, [])[:_AT_ONCE])
    if not cards:
        return ""
    # The first impression comes before the touchpoints, the last one and the review after them.
    at, of = list(touchpoints).index(touchpoint) + 2, len(touchpoints) + 3
    inside = len(touchpoints[touchpoint])
    said = f"Step {at} of {of} · {inside} standard{'' if inside == 1 else 's'}"
    answered = sum(one.verdict is not None for one in answers.values())
    return (
        f"{_head(place)}<div></div>"
        f'<div class="step" data-drawn="{visit.id}" data-person="{person.id}"><div class="step-head">'
        f'<p class="hint">{said}</p><h1>{as_html(touchpoint)}</h1></div>{"".join(cards)}</div>'
        f"{_dock(answered, len(standards))}"
    )


def _cards(visit: VisitDocument, place: Place, standards: list[Standard]) -> list[str]:
    """Return cards up to the first with what only the script draws: a time that runs, a number typed."""
    answers = {observation.code: observation for observation in visit.observations}
    with_photo = {photo.code for photo in visit.photos}
    codes = list(place.sheet.standards)
    drawn = []
    for standard in standards:
        answer = answers.get(standard.code, Observation(standard.code))
        if standard.measure not in RADIOS and standard.code in answers:
            break
        number = f"{codes.index(standard.code) + 1} of {len(codes)}"
        drawn.append(draw_card(standard, number, answer, has_photo=standard.code in with_photo))
    return drawn


def _head(place: Place) -> str:
    return (
        '<header class="head"><a class="only-icon" role="link" aria-disabled="true" aria-label="All visits" '
        f'title="All visits">{draw_icon("home")}</a><p class="where">'
        f"<strong>{as_html(place.channel.brand.name)}</strong><span>{as_html(place.channel.name)}</span></p>"
        f"{draw_icon_button('Dark', 'dark', more='data-toggles-theme')}"
        f"{draw_icon_button('Cover the screen', 'cover', more=_COVERS)}</header>"
    )


def _dock(answered: int, of: int) -> str:
    return (
        f'<nav class="dock" aria-label="Steps of the visit"><p class="early">{_NOT_KEPT}</p>'
        f'<div class="strip"></div><p class="progress"><span>{answered} of {of} answered</span>'
        f'<progress max="{of}" aria-label="Standards answered" value="{answered}"></progress></p>'
        f'<div class="dock-row">{draw_icon_button("Back", "back")}{draw_icon_button("Steps", "list")}'
        f"{draw_icon_button('Quick note', 'note')}{draw_button('Next', 'primary next', after='next')}"
        '<div class="slot"></div></div></nav>'
    )
