"""A scorecard as a PDF, as pictures of its pages, and as one picture for a chat."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from standards.scorecards.values import PhotoLine, Scorecard
from storage.forms.clean_text import clean_text, clean_tree, lacks_letters
from storage.forms.fonts import read_fonts
from storage.forms.layout import PHOTOS_AT_MOST, lay_out
from storage.forms.look import Look, dark_enough
from storage.forms.pictures import logo_for_page, photo_for_page
from storage.forms.workers import workers_with

PREVIEW_DOTS_PER_INCH = 110
# The picture's page is measured in points, one a dot.
POINT = 72
_PAGES, _PICTURE, _SHAPES = "scorecard.typ", "picture.typ", "shapes.typ"


def write_pdf(card: Scorecard, photos: Mapping[UUID, bytes], look: Look | None = None) -> bytes:
    """
    Write a scorecard as a PDF: one page for a visit, two for anything else.

    It is tagged (PDF/UA-1) and kept whole for the archive (PDF/A-2a): fonts inside, text to be selected,
    charts as shapes. The same arguments give the same bytes.

    Args:
        photos: their bytes, by the ids in `card.photos`; one that is missing or broken is left out.
        look: paper, logo and colour; A4 in the brand's colour without it.
    Raises:
        PageNotSet: a mistake in the program; no text makes it.
    """
    return _set(card, photos, look or Look(), _PAGES, None)[0]


def draw_pages(card: Scorecard, photos: Mapping[UUID, bytes], look: Look | None = None) -> tuple[bytes, ...]:
    """Draw the pages of the same PDF, each as a PNG, to be seen before it is downloaded."""
    return tuple(_set(card, photos, look or Look(), _PAGES, PREVIEW_DOTS_PER_INCH))


def write_picture(card: Scorecard, look: Look | None = None) -> bytes:
    """Write a scorecard's headline as a PNG of 1,080 by 1,350 dots; no photo is in it."""
    return _set(card, {}, look or Look(), _PICTURE, POINT)[0]


def is_printable(card: Scorecard) -> bool:
    """Say whether the fonts have every letter of a scorecard; one they lack is printed as a question mark."""
    return not lacks_letters(card, read_fonts().characters)


def _set(
    card: Scorecard, photos: Mapping[UUID, bytes], look: Look, template: str, dots_per_inch: int | None
) -> list[bytes]:
    fonts = read_fonts()
    # A folder of its own for each: Typst follows whatever links lie in it.
    with TemporaryDirectory(prefix="second-visit-page-") as name:
        folder = Path(name)
        for file in (template, _SHAPES):
            copyfile(Path(__file__).with_name(file), folder / file)
        shown = _put_photos(card, photos, folder)
        page = lay_out(card, shown, lambda text, longest: clean_text(text, fonts.characters, longest))
        page["logo"] = _put_logo(look, folder)
        page["paper"] = look.paper.value
        page["colour"] = dark_enough(look.colour, card.subject.colour)
        return workers_with(fonts).set_pages(
            {
                "folder": str(folder),
                "template": template,
                "data": _as_json(page, fonts.characters),
                "dots_per_inch": dots_per_inch,
                "timestamp": int(datetime.combine(card.made_on, time(), UTC).timestamp()),
            }
        )


def _as_json(page: dict[str, Any], has: frozenset[int]) -> str:
    # What is not a number would end the export.
    return json.dumps(clean_tree(page, has), allow_nan=False)


def _put_photos(card: Scorecard, photos: Mapping[UUID, bytes], folder: Path) -> list[tuple[str, PhotoLine]]:
    shown: list[tuple[str, PhotoLine]] = []
    for line in card.photos:
        if len(shown) == PHOTOS_AT_MOST:
            break
        content = photos.get(line.photo_id)
        if jpeg := photo_for_page(content) if content else None:
            file = f"photo-{len(shown)}.jpg"
            (folder / file).write_bytes(jpeg)
            shown.append((file, line))
    return shown


def _put_logo(look: Look, folder: Path) -> dict[str, Any] | None:
    logo = logo_for_page(look.logo)
    if logo is None:
        return None
    (folder / "logo.png").write_bytes(logo.png)
    return {
        "file": "logo.png",
        "alt": "Logo",
        "wide": min(logo.times_as_wide, 4),
        # On the page's own colour, which is dark enough for white; any other stands on white.
        "is_light": logo.is_light,
    }
