"""Fonts of what is printed: Source Sans from a package, and what the operator adds for other scripts."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from font_source_sans_pro import font_directory
from fontTools.ttLib import TTCollection, TTFont, TTLibError

from storage.settings import read_settings

FAMILY = "Source Sans Pro"
_STYLES = ("Regular", "Semibold", "Bold")
_KINDS = {".ttf", ".otf", ".ttc", ".otc"}


@dataclass(frozen=True)
class Fonts:
    """Files to set text with, and every character at least one of them has in each style."""

    files: tuple[Path, ...]
    characters: frozenset[int]


def read_fonts() -> Fonts:
    """
    Find the fonts: ours, and whatever lies in `fonts/` of the data folder.

    The system's own are not looked at: the same scorecard must look the same on every machine. A file that
    cannot be read is left out.
    """
    folder = read_settings().data / "fonts"
    added = sorted(file for file in folder.glob("*") if file.suffix.lower() in _KINDS and file.is_file())
    return _read(tuple(added))


@cache
def _read(added: tuple[Path, ...]) -> Fonts:
    ours = tuple(Path(font_directory) / f"SourceSansPro-{style}.ttf" for style in _STYLES)
    characters = frozenset.intersection(*(_characters_of(file) for file in ours))
    files = list(ours)
    for file in added:
        try:
            characters |= _characters_of(file)
        except (TTLibError, OSError):
            # A file that is no font must not cost the scorecard.
            continue
        files.append(file)
    return Fonts(tuple(files), characters)


def _characters_of(file: Path) -> frozenset[int]:
    with file.open("rb") as opened:
        if file.suffix.lower() in (".ttc", ".otc"):
            with TTCollection(opened, lazy=True) as collection:
                return frozenset().union(*(_mapped(font) for font in collection.fonts))
        with TTFont(opened, lazy=True) as font:
            return _mapped(font)


def _mapped(font: TTFont) -> frozenset[int]:
    # What a font maps to its "no such character" shape fails the export as surely as what it lacks.
    return frozenset(code for code, glyph in (font.getBestCmap() or {}).items() if glyph != ".notdef")
