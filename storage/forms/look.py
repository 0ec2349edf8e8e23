"""How a scorecard looks: its paper, and the logo and colour of who hands it out."""

import re
from dataclasses import dataclass
from enum import StrEnum

OUR_COLOUR = "#00629b"
LEAST_CONTRAST = 4.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


class Paper(StrEnum):
    """What it is printed on."""

    A4 = "a4"
    LETTER = "letter"


@dataclass(frozen=True)
class Look:
    """
    What may be chosen of a scorecard's look.

    `logo` is a picture's bytes; one that cannot be read is left out. `colour` is `#rrggbb`; without
    one, it is the brand's.
    """

    paper: Paper = Paper.A4
    logo: bytes | None = None
    colour: str | None = None


def is_colour(written: str) -> bool:
    """Say whether something is a colour: `#rrggbb`."""
    return bool(_HEX.fullmatch(written))


def dark_enough(*colours: str | None) -> str:
    """
    Return the first of some colours that is one, darkened until white text on it can be read.

    Source:
        WCAG 2.2, 1.4.3: a contrast of at least 4.5 to 1.
    """
    wanted = next((colour for colour in colours if colour and is_colour(colour)), OUR_COLOUR)
    parts = [int(wanted[at : at + 2], 16) for at in (1, 3, 5)]
    while 1.05 / (_luminance(parts) + 0.05) < LEAST_CONTRAST:
        parts = [int(part * 0.95) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)


def _luminance(parts: list[int]) -> float:
    linear = [
        part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
