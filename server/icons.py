"""Icons of the installed app, drawn from one source: a plain sheet with ticked lines, like any notes app."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw

_GROUND, _SHEET, _LINE, _TICK = "#00629B", "#FFFFFF", "#9DB4C0", "#E69F00"
# Drawn larger and shrunk, so that edges are smooth.
_OVERSAMPLING = 4
# A launcher may cut a maskable icon down to a circle of four fifths of its width.
_MASKABLE_SCALE = 0.72


@cache
def icon_png(size: int, *, maskable: bool = False, rounded: bool = True) -> bytes:
    """
    Return the icon as PNG, `size` pixels wide and high.

    Args:
        maskable: ground to the edge and the sheet within the part that no launcher cuts away.
        rounded: round corners, for where the system rounds none itself.
    """
    whole = size * _OVERSAMPLING
    picture = Image.new("RGBA", (whole, whole), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    radius = 0 if maskable or not rounded else whole * 0.22
    draw.rounded_rectangle((0, 0, whole - 1, whole - 1), radius=radius, fill=_GROUND)
    scale = _MASKABLE_SCALE if maskable else 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        """Return a place on the icon (0–1 each way) in pixels of the large drawing."""
        return (0.5 + (x - 0.5) * scale) * whole, (0.5 + (y - 0.5) * scale) * whole

    draw.rounded_rectangle((*at(0.26, 0.17), *at(0.74, 0.83)), radius=whole * 0.05 * scale, fill=_SHEET)
    stroke = round(whole * 0.045 * scale)
    for row in (0.33, 0.5, 0.67):
        draw.line((*at(0.47, row), *at(0.66, row)), fill=_LINE, width=stroke)
        tick = (at(0.335, row - 0.005), at(0.37, row + 0.03), at(0.425, row - 0.04))
        draw.line(tick, fill=_TICK, width=stroke, joint="curve")
    drawn = picture.resize((size, size), Image.Resampling.LANCZOS)
    packed = BytesIO()
    (drawn.convert("RGB") if maskable or not rounded else drawn).save(packed, "PNG", optimize=True)
    return packed.getvalue()
