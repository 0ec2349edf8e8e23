"""Logos: the bytes somebody sent become a small PNG, or a Problem; what was see-through stays so."""

import io
import math

from PIL.Image import Image, Resampling, new

from standards.errors import (
    LogoTooLarge,
    LogoUnreadable,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoUnreadable,
)
from storage.pictures import STRIP_ROWS, decoding, in_srgb, opened, turned_upright

LOGO_SIDE = 512


def read_logo(content: bytes) -> bytes:
    """
    Turn what somebody sent into a logo that is safe to keep and to show, its empty margins cut off.

    Only its pixels are kept: nothing else that the file carried is in what is returned.

    Args:
        content: a PNG, JPEG, WebP or HEIC file; of several frames the first is taken.
    Returns:
        A PNG of at most `LOGO_SIDE` dots either way. The same logo gives the same bytes.
    Raises:
        LogoUnreadable: it is none of these, broken, or nothing can be seen in it.
        LogoTooLarge: refused before any pixel was decoded.
    """
    try:
        with opened(content) as image:
            with decoding():
                small = _in_few_dots(image)
            logo = turned_upright(_in_srgb(small, image.info.get("icc_profile")), image)
    except PhotoUnreadable as found:
        raise LogoUnreadable(why=found.facts["why"]) from found
    except PhotoTooLarge as found:
        size, limit = (f"{found.facts[name]} MB" for name in ("size_mb", "limit_mb"))
        raise LogoTooLarge(size=size, limit=limit) from found
    except PhotoTooManyPixels as found:
        size, limit = (f"{found.facts[name]:.0f} megapixels" for name in ("megapixels", "limit"))
        raise LogoTooLarge(size=size, limit=limit) from found
    if logo.mode == "RGBA":
        seen = logo.getchannel("A").getbbox()
        if not seen:
            raise LogoUnreadable(why="nothing can be seen in it")
        logo = logo.crop(seen)
    logo.thumbnail((LOGO_SIDE, LOGO_SIDE), Resampling.LANCZOS)
    # Pillow writes some of what an opened picture carries into the file it saves.
    logo.info = {}
    written = io.BytesIO()
    logo.save(written, "PNG", optimize=True)
    return written.getvalue()


def _in_few_dots(image: Image) -> Image:
    """Decode and shrink to what its margins may still be cut from; strip by strip, to save memory."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level / 256).convert("L")
    most = 4 * LOGO_SIDE
    if image.mode in ("L", "RGB", "CMYK") and not image.has_transparency_data:
        image.thumbnail((most, most), Resampling.LANCZOS)
        image.load()
        return image
    factor = max(1, max(image.size) // most)
    small = new("RGBA", (math.ceil(image.width / factor), math.ceil(image.height / factor)))
    for top in range(0, image.height, factor * STRIP_ROWS):
        rows = (0, top, image.width, min(image.height, top + factor * STRIP_ROWS))
        # Weighed by how much of them is seen: colours of dots that nobody sees bleed into no edge.
        strip = image.crop(rows).convert("RGBA").convert("RGBa").reduce(factor)
        small.paste(strip.convert("RGBA"), (0, top // factor))
    return small


def _in_srgb(image: Image, profile: bytes | None) -> Image:
    if image.mode != "RGBA":
        return in_srgb(image, profile)
    coloured = in_srgb(image.convert("RGB"), profile)
    coloured.putalpha(image.getchannel("A"))
    return coloured
