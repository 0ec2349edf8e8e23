"""Photos and logos for a page: decoded, shrunk and written anew, so that nothing else in their files is."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageStat

PHOTO_SIDE = 900
LOGO_SIZE = (900, 300)
PIXEL_LIMIT = 40_000_000
QUALITY = 82
# Of 255: from here on a pixel is seen, and a mean grey hardly stands out from white.
_SEEN, _LIGHT = 32, 190
_KINDS = ("JPEG", "PNG", "WEBP")


def photo_for_page(content: bytes) -> bytes | None:
    """Return a photo as a small plain JPEG; None where it cannot be read to its end."""
    image = _read(content, (PHOTO_SIDE, PHOTO_SIDE), modes=("RGB",))
    return None if image is None else _written(image, "JPEG", quality=QUALITY)


@dataclass(frozen=True)
class Logo:
    """A logo as a PNG, how many times as wide as high it is, and whether white paper would swallow it."""

    png: bytes
    times_as_wide: float
    is_light: bool


def logo_for_page(content: bytes | None) -> Logo | None:
    """Return a logo as it stands on a page; None where it cannot be read."""
    image = _read(content, LOGO_SIZE, modes=("RGB", "RGBA")) if content else None
    if image is None:
        return None
    return Logo(_written(image, "PNG"), image.width / image.height, _is_light(image))


def _is_light(image: Image.Image) -> bool:
    """Say whether a logo is drawn in light colours on nothing: one with a ground of its own is not."""
    if image.mode != "RGBA":
        return False
    seen = image.getchannel("A").point(lambda alpha: 255 if alpha > _SEEN else 0)
    # Opaque from edge to edge, or with nothing to see, it has its own ground.
    drawn = seen.histogram()[255]
    if not drawn or drawn == image.width * image.height:
        return False
    return ImageStat.Stat(image.convert("L"), mask=seen).mean[0] > _LIGHT


def _read(content: bytes, size: tuple[int, int], modes: Sequence[str]) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(content), formats=_KINDS) as image:
            if image.width * image.height > PIXEL_LIMIT:
                return None
            # A JPEG is decoded at a fraction of its size where that is enough.
            image.draft("RGB", size)
            upright = ImageOps.exif_transpose(image)
            wanted = upright if upright.mode in modes else upright.convert(modes[-1])
            wanted.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=2)
    except Exception:
        # A broken file makes a decoder raise anything; a scorecard without the photo is still one.
        return None
    bare = Image.new(wanted.mode, wanted.size)
    bare.paste(wanted)
    return bare


def _written(image: Image.Image, kind: str, **options: int) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()
