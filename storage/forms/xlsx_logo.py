"""The logo on a workbook's first sheet, beside whom the scorecard is about and when."""

import io

from PIL import Image
from xlsxwriter.worksheet import Worksheet

from storage.forms.pictures import Logo, logo_for_page

ALT = "Logo"
# The lines below the title, whose words may run over all columns. Points and pixels are those of Excel.
_FIRST_LINE, _LINES, _LINE_POINTS, _LINE_PIXELS = 1, 3, 18, 24
_MOST_HIGH, _MOST_WIDE = 64, 300
# As far from the column's left as its words are; at the right, each program has an edge of its own.
_INDENT = 9
# Of a light one's height, around it.
_GROUND = 0.15


def add_logo(sheet: Worksheet, content: bytes | None, colour: str, column: int) -> None:
    """
    Put a logo into a column, before anything is written there; nothing where it is none, or unreadable.

    Args:
        content: the logo as it is kept.
        colour: what one in light colours stands on, `#rrggbb`: white paper would swallow it.
    """
    logo = logo_for_page(content)
    if not logo:
        return
    png = _on_ground(logo, colour) if logo.is_light else logo.png
    with Image.open(io.BytesIO(png)) as image:
        wide, high = image.size
    scale = min(_MOST_HIGH / high, _MOST_WIDE / wide)
    # Of a height of their own: programs that choose it would squeeze what lies over them.
    for line in range(_LINES):
        sheet.set_row(_FIRST_LINE + line, _LINE_POINTS)
    place = {
        "x_offset": _INDENT,
        "y_offset": (_LINES * _LINE_PIXELS - round(high * scale)) // 2,
        "x_scale": scale,
        "y_scale": scale,
        "description": ALT,
        "image_data": io.BytesIO(png),
    }
    sheet.insert_image(_FIRST_LINE, column, "logo.png", place)


def _on_ground(logo: Logo, colour: str) -> bytes:
    with Image.open(io.BytesIO(logo.png)) as image:
        drawn = image.convert("RGBA")
    around = round(_GROUND * drawn.height)
    ground = Image.new("RGBA", (drawn.width + 2 * around, drawn.height + 2 * around), colour)
    ground.alpha_composite(drawn, (around, around))
    written = io.BytesIO()
    ground.convert("RGB").save(written, "PNG")
    return written.getvalue()
