"""The recorder's start: the modules of its first screen in one file, so that a slow line is asked once."""

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

START = "start.js"
# Where a start leads most often: both are needed before the first standard can be tapped.
_FIRST_SCREENS = ("screens/visit.js",)
_ADDRESS = "/recorder/"

_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";$', re.MULTILINE)
_LATER_IMPORT = re.compile(r'\bimport\("([^"]+)"\)')
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const)\s)", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:async )?(?:function|class|const)\s+(\w+)", re.MULTILINE)


def start_modules(room: Path, bare: Callable[[str], str]) -> dict[str, str]:
    """
    Return what is sent of the modules of the first screen, by their names in the recorder's folder.

    Each becomes a function of its own within `start.js`, in the order in which they need each other, and
    hands on what it exports. Under its own name a module then only passes that on, so that later screens,
    which are sent one by one, meet the same.

    Args:
        room: the recorder's folder.
        bare: what is sent of a script's text.
    Raises:
        ValueError: a module is written in a way that cannot be put inside another.
    """
    names = _in_order(room)
    texts = {name: bare((room / name).read_text(encoding="utf-8")) for name in names}
    places = {name: f"m{place}" for place, name in enumerate(names)}
    parts = [_inside(name, texts[name], places) for name in names]
    handed_on = f"export {{ {', '.join(places.values())} }};\n"
    passing = {name: _passing_on(texts[name], places[name], name) for name in names}
    return {**passing, START: "\n".join(parts) + handed_on}


def _in_order(room: Path) -> list[str]:
    """Return the modules that the first screen needs, each after those that it needs itself."""
    found: list[str] = []
    begun: set[str] = set()

    def follow(name: str) -> None:
        if name in begun:
            return
        begun.add(name)
        for _, named in _IMPORT.findall((room / name).read_text(encoding="utf-8")):
            follow(_resolved(name, named))
        found.append(name)

    for name in (*_FIRST_SCREENS, "app.js"):
        follow(name)
    return found


def _resolved(name: str, named: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), named))


def _inside(name: str, text: str, places: dict[str, str]) -> str:
    def bring_in(found: re.Match[str]) -> str:
        given = (found[1] or "").replace(" as ", ": ")
        return f"const {{{given}}} = {places[_resolved(name, found[2])]};"

    def bring_in_later(found: re.Match[str]) -> str:
        wanted = _resolved(name, found[1])
        if wanted in places:
            return f"Promise.resolve({places[wanted]})"
        return f'import("{_ADDRESS}{wanted}")'

    given = ", ".join(_EXPORTED.findall(text))
    body = _EXPORT.sub("", _LATER_IMPORT.sub(bring_in_later, _IMPORT.sub(bring_in, text)))
    if left := re.search(r"^(?:export|import)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name} cannot be put inside {START}: {left[0]}")
    if any(line.count("`") % 2 for line in body.splitlines()):
        raise ValueError(f"{name} cannot be put inside {START}: a text goes over several lines")
    # Here no line is where it stands in its source: what is empty or only indents is left out.
    lines = "\n".join(line.strip() for line in body.splitlines() if line.strip())
    return f"const {places[name]} = (() => {{\n{lines}\nreturn {{ {given} }};\n}})();\n"


def _passing_on(text: str, place: str, name: str) -> str:
    given = ", ".join(_EXPORTED.findall(text))
    start = f"{_ADDRESS}{START}"
    if not given:
        return f'import "{start}";\n'
    return f'import {{ {place} }} from "{start}";\nexport const {{ {given} }} = {place};\n'
