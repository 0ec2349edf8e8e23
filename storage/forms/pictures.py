"""Photos and logos for a page: decoded, shrunk and written anew, so that nothing else in their files is."""

import io
from collections.abc import Sequence

from PIL import Image, ImageOps

PHOTO_SIDE = 900
LOGO_SIZE = (900, 300)
PIXEL_LIMIT = 40_000_000
QUALITY = 82
_KINDS = ("JPEG", "PNG", "WEBP")


def photo_for_page(content: bytes) -> bytes | None:
    """Return a photo as a small plain JPEG; None where it cannot be read to its end."""
    image = _read(content, (PHOTO_SIDE, PHOTO_SIDE), modes=("RGB",))
    return None if image is None else _written(image, "JPEG", quality=QUALITY)


def logo_for_page(content: bytes | None) -> tuple[bytes, float] | None:
    """Return a logo as a PNG and how many times as wide as high it is; None where it cannot be read."""
    image = _read(content, LOGO_SIZE, modes=("RGB", "RGBA")) if content else None
    return None if image is None else (_written(image, "PNG"), image.width / image.height)


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
