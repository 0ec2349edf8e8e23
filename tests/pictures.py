"""Pictures as phones, browsers and mischief send them: real files, made here."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import pillow_heif
from PIL import Image, ImageCms
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

HIDDEN = "HIDDEN-PLACE"
SIZE = (60, 40)
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 30), (30, 30, 220), (230, 220, 30)
CORNERS = (RED, GREEN, BLUE, YELLOW)

# What the file's first row and first column are of the upright picture (Exif 2.32, tag 274).
_FIRST_ROW_AND_COLUMN = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def upright(size: tuple[int, int] = SIZE) -> Image.Image:
    """Draw four quarters, each in a colour of its own: red, green, blue, yellow in reading order."""
    width, height = size
    drawn = Image.new("RGB", size)
    for at, colour in enumerate(CORNERS):
        left, top = (at % 2) * width // 2, (at // 2) * height // 2
        drawn.paste(colour, (left, top, left + width // 2, top + height // 2))
    return drawn


def corners_of(picture: bytes) -> tuple[tuple[int, int, int], ...]:
    """Return the nearest of the four colours at each corner, in reading order."""
    shown = Image.open(io.BytesIO(picture)).convert("RGB")
    width, height = shown.size
    inset = max(1, min(width, height) // 8)
    places = [(x, y) for y in (inset, height - 1 - inset) for x in (inset, width - 1 - inset)]
    return tuple(min(CORNERS, key=lambda c: _distance(c, shown.getpixel(place))) for place in places)


def _distance(one, other) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def as_the_sensor_saw_it(drawn: Image.Image, orientation: int) -> Image.Image:
    """Lay an upright picture out as a file with this EXIF orientation holds it."""
    first_row, first_column = _FIRST_ROW_AND_COLUMN[orientation]
    width, height = drawn.size
    is_turned = first_row in ("left", "right")
    seen = Image.new("RGB", (height, width) if is_turned else drawn.size)
    for row in range(seen.height):
        for column in range(seen.width):
            across, down = (row, column) if is_turned else (column, row)
            x = width - 1 - across if "right" in (first_row, first_column) else across
            y = height - 1 - down if "bottom" in (first_row, first_column) else down
            colour = drawn.getpixel((x, y))
            assert colour is not None
            seen.putpixel((column, row), colour)
    return seen


def exif_of(orientation: int = 1, taken_at: str = "2026:05:04 12:30:00", offset: str = "+02:00") -> bytes:
    """Write what a phone writes: camera, orientation, time, and the place."""
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make] = HIDDEN
    exif[Base.ImageDescription] = HIDDEN
    told = exif.get_ifd(IFD.Exif)
    told[Base.DateTimeOriginal] = taken_at
    if offset:
        told[Base.OffsetTimeOriginal] = offset
    place = exif.get_ifd(IFD.GPSInfo)
    place.update({1: "N", 2: (53.0, 20.0, 58.0), 3: "W", 4: (6.0, 15.0, 37.0), 29: "2026:05:04", 27: HIDDEN})
    return exif.tobytes()


XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'><place>{HIDDEN}</place></x:xmpmeta>".encode()


def sent(kind: str = "JPEG", drawn: Image.Image | None = None, **options: object) -> bytes:
    """Save a picture as JPEG, PNG, WEBP or HEIF, carrying all the metadata the kind can carry."""
    drawn = drawn or upright()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    carried: dict[str, object] = {"exif": exif_of(), "icc_profile": profile}
    if kind == "PNG":
        texts = PngInfo()
        texts.add_text("Comment", HIDDEN)
        texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
        carried["pnginfo"] = texts
    else:
        carried["xmp"] = XMP
    if kind == "JPEG":
        carried |= {"comment": HIDDEN, "quality": 95, "dpi": (300, 300)}
    written = io.BytesIO()
    if kind == "HEIF":
        made = pillow_heif.from_pillow(drawn)
        made.save(written, **{"quality": -1, "exif": carried["exif"], "xmp": XMP} | options)
    else:
        drawn.save(written, kind, **carried | options)
    return written.getvalue()


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """Return a photo taken with the phone held some way: its EXIF says which way is up."""
    return sent(kind, as_the_sensor_saw_it(upright(), orientation), exif=exif_of(orientation))


def noise(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """Return a picture that hardly compresses, as a real scene hardly does."""
    drawn = Image.effect_noise(size, 80).convert(mode)
    written = io.BytesIO()
    drawn.save(written, kind)
    return written.getvalue()


def png_of(size: tuple[int, int]) -> bytes:
    """Return a small file of a black picture of any size."""
    written = io.BytesIO()
    Image.new("L", size).save(written, "PNG")
    return written.getvalue()


def png_chunk(name: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@cache
def png_bomb(side: int = 60_000) -> bytes:
    """Return half a megabyte of PNG that is truly `side` × `side` pixels."""
    rows = zlib.compressobj(1)
    row = bytes(1 + (side + 7) // 8)
    packed = b"".join(rows.compress(row) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = png_chunk(b"IHDR", head), png_chunk(b"IDAT", packed), png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_text_bomb() -> bytes:
    """Return a small PNG whose compressed comment unpacks to 200 MB."""
    picture = sent("PNG")
    head = 8 + 25
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200_000_000), 1))
    return picture[:head] + text + picture[head:]


def jpeg_bomb() -> bytes:
    """Return a JPEG whose head promises 65,500 × 65,500 pixels."""
    picture = sent("JPEG", exif=b"")
    at = picture.index(b"\xff\xc0") + 5
    return picture[:at] + struct.pack(">HH", 65_500, 65_500) + picture[at + 4 :]


def jpeg_scan_bomb(scans: int = 200_000) -> bytes:
    """Return a progressive JPEG whose last scan comes again and again."""
    picture = sent("JPEG", exif=b"", progressive=True)
    last, end = picture.rindex(b"\xff\xda"), picture.rindex(b"\xff\xd9")
    return picture[:end] + picture[last:end] * scans + picture[end:]


def webp_bomb(kind: str) -> bytes:
    """Return a WebP whose head promises 16,383 × 16,383 pixels: VP8, VP8L or VP8X."""
    written = io.BytesIO()
    upright().save(written, "WEBP", lossless=kind == "VP8L")
    picture = bytearray(written.getvalue())
    if kind == "VP8L":
        picture[21:25] = struct.pack("<I", struct.unpack("<I", picture[21:25])[0] | 0x0FFFFFFF)
    elif kind == "VP8 ":
        picture[26:30] = struct.pack("<HH", 16_383, 16_383)
    else:
        picture[12:12] = b"VP8X" + struct.pack("<IB3x", 10, 0) + b"\xfe\x3f\x00" * 2
        picture[4:8] = struct.pack("<I", len(picture) - 8)
    return bytes(picture)


def heic_bomb() -> bytes:
    """Return a HEIC whose head promises 60,000 × 60,000 pixels."""
    picture = sent("HEIF")
    at = picture.index(b"ispe") + 8
    return picture[:at] + struct.pack(">II", 60_000, 60_000) + picture[at + 8 :]


def gif() -> bytes:
    """Return a GIF."""
    written = io.BytesIO()
    upright().save(written, "GIF")
    return written.getvalue()


SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"

NO_PHOTOS = {
    "nothing at all": (b"", "it is empty"),
    "renamed text": (b"This is a shopping list.\n" * 40, "it is not a picture"),
    "renamed page": (HTML, "it is not a picture"),
    "SVG": (SVG, "it is an SVG drawing"),
    "SVG without a head": (b"  <svg onload='alert(1)'/>", "it is an SVG drawing"),
    "GIF": (gif(), "it is a GIF"),
    "GIF that is also a script": (b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)", "it is a GIF"),
    "PDF with a JPEG behind it": (b"%PDF-1.7\n" + sent("JPEG"), "it is a PDF document"),
    "page with a JPEG behind it": (HTML + sent("JPEG"), "it is not a picture"),
    "JPEG that is only its head": (sent("JPEG")[:20], "it is cut off or damaged"),
    "three bytes": (b"\xff\xd8\xff", "it is cut off or damaged"),
    "PNG head, then text": (b"\x89PNG\r\n\x1a\n" + b"text" * 50, "it is cut off or damaged"),
    "WebP head, then text": (b"RIFF\0\0\0\0WEBP" + b"text" * 50, "it is cut off or damaged"),
    "HEIC head, then text": (b"\0\0\0\x18ftypheic" + b"text" * 50, "it is cut off or damaged"),
    "video": (b"\0\0\0\x18ftypmp42" + bytes(80), "it is a video"),
}
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "PNG of 60,000 × 60,000": (png_bomb, "PHOTO-3"),
    "JPEG of 65,500 × 65,500": (jpeg_bomb, "PHOTO-3"),
    "WebP (lossy) of 16,383 × 16,383": (lambda: webp_bomb("VP8 "), "PHOTO-3"),
    "WebP (lossless) of 16,383 × 16,383": (lambda: webp_bomb("VP8L"), "PHOTO-3"),
    "WebP (extended) of 16,383 × 16,383": (lambda: webp_bomb("VP8X"), "PHOTO-3"),
    "HEIC of 60,000 × 60,000": (heic_bomb, "PHOTO-1"),
    "PNG with a 200 MB comment": (png_text_bomb, "PHOTO-1"),
    "JPEG of 200,000 scans": (jpeg_scan_bomb, "PHOTO-1"),
}
