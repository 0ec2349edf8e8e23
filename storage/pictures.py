"""Pictures: the bytes somebody sent become a plain JPEG and a thumbnail, or a Problem. Stores nothing."""

import io
import math
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from tempfile import TemporaryFile
from threading import Condition
from typing import IO

from PIL import ImageCms
from PIL.ExifTags import IFD, Base
from PIL.Image import Image, Resampling, Transpose, new
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from standards.errors import PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable

BYTE_LIMIT = 20 * 1024 * 1024
PIXEL_LIMIT = 40_000_000
LONG_SIDE = 2000
THUMBNAIL_SIDE = 400
QUALITY = 85
STRIP_ROWS = 256

# A camera writes at most about a dozen. Each further scan of a made-up file costs a pass over all pixels.
SCAN_LIMIT = 50

_Opener = Callable[[io.BytesIO], ImageFile]

_UPRIGHT: dict[object, Transpose] = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OTHER_KINDS = (
    (re.compile(rb"GIF8[79]a"), "it is a GIF"),
    (re.compile(rb"%PDF"), "it is a PDF document"),
    (re.compile(rb"II\*\0|MM\0\*"), "it is a TIFF or a raw camera file"),
    (re.compile(rb"BM.{8}", re.DOTALL), "it is a bitmap file (BMP)"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "it is an AVIF"),
    (re.compile(rb".{4}ftyp", re.DOTALL), "it is a video"),
    (re.compile(rb"[\s\xef\xbb\xbf]*<(?:[^>]*>\s*<){0,9}svg\b", re.IGNORECASE), "it is an SVG drawing"),
)
_SCAN_MARKER = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])", re.DOTALL)


class _Memory:
    """
    Lets as many pictures be decoded together as do not hold more pixels than one of the largest.

    Forty megapixels take some hundred megabytes while they are decoded: several phones must not add up.
    """

    def __init__(self) -> None:
        self._pixels = 0
        self._freed = Condition()

    @contextmanager
    def holding(self, pixels: int) -> Iterator[None]:
        with self._freed:
            self._freed.wait_for(lambda: self._pixels + pixels <= PIXEL_LIMIT)
            self._pixels += pixels
        try:
            yield
        finally:
            with self._freed:
                self._pixels -= pixels
                self._freed.notify_all()


_memory = _Memory()
# Kept: starting a thread for each picture takes a tenth of a millisecond.
_beside = ThreadPoolExecutor(thread_name_prefix="thumbnail")


@dataclass(frozen=True)
class Picture:
    """
    A safe picture: upright, small enough, JPEG bytes without any metadata, and its thumbnail.

    `taken_at` is what the camera said, in UTC; None where it did not name its time zone.
    """

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    sha256: str
    thumbnail_sha256: str
    taken_at: datetime | None = None


def read_picture(content: bytes, number: int = 1) -> Picture:
    """
    Turn what somebody sent into a picture that is safe to keep and to show.

    The name and the type it was sent with are not asked: only its bytes say what it is. Whatever else the
    file carried (place, camera, comments, a second file behind the picture) is not in what is returned.

    Args:
        content: a JPEG, PNG, WebP or HEIC file; of several frames the first is taken.
        number: which photo of those sent together it is, for the reader.
    Raises:
        PhotoUnreadable: it is none of these, or broken.
        PhotoTooLarge, PhotoTooManyPixels: refused before any pixel was decoded.
    """
    with opened(content, number) as image:
        with decoding(number):
            small = _shrunk(image)
        taken_at = _taken_at(image)
        upright = turned_upright(in_srgb(small, image.info.get("icc_profile")), image)
        # Pillow writes some of what an opened picture carries (a comment) into the file it saves.
        upright.info = {}
        # Both take as long, and neither changes the picture: whoever waits, waits for one.
        made = _beside.submit(_thumbnail, upright)
        try:
            jpeg = _jpeg(upright)
        finally:
            # The memory it takes is held until here.
            wait([made])
        thumbnail = made.result()
    return Picture(jpeg, thumbnail, *upright.size, _hash(jpeg), _hash(thumbnail), taken_at)


@contextmanager
def opened(content: bytes, number: int = 1) -> Iterator[ImageFile]:
    """
    Open what somebody sent, and hold the memory that decoding it takes; no pixel is decoded yet.

    Raises:
        PhotoUnreadable, PhotoTooLarge, PhotoTooManyPixels: as `read_picture`.
    """
    if len(content) > BYTE_LIMIT:
        mega = 1024 * 1024
        raise PhotoTooLarge(
            number=number, size_mb=math.ceil(len(content) / mega), limit_mb=BYTE_LIMIT // mega
        )
    opener, size = _recognised(content, number)
    # A WebP takes its memory as soon as it is opened; the others can be asked for their size.
    image = None if size else _open(opener, content, number)
    width, height = image.size if image else size or (0, 0)
    with _memory.holding(width * height):
        yield image or _open(opener, content, number)


def _recognised(content: bytes, number: int) -> tuple[_Opener, tuple[int, int] | None]:
    """Return what opens a picture, by its first bytes, and its size where it has to be known before."""
    size: tuple[int, int] | None = None
    opener: _Opener
    if content.startswith(b"\xff\xd8\xff"):
        opener = JpegImageFile
        if _has_many_scans(content):
            raise PhotoUnreadable(number=number, why="it is damaged")
    elif content.startswith(b"\x89PNG\r\n\x1a\n"):
        opener = PngImageFile
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        opener, size = WebPImageFile, _webp_size(content)
    elif content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        opener = HeifImageFile
    else:
        raise PhotoUnreadable(number=number, why=_what_else(content))
    if size:
        _refuse_many_pixels(size, number)
    return opener, size


def _open(opener: _Opener, content: bytes, number: int) -> ImageFile:
    """
    Read a picture's head, and refuse it when it is too big to decode.

    Not `PIL.Image.open`: it first asks a limit of its own, which belongs to the whole process.
    """
    with decoding(number):
        image = opener(io.BytesIO(content))
    _refuse_many_pixels(image.size, number)
    return image


def _what_else(content: bytes) -> str:
    if not content:
        return "it is empty"
    head = content[:1000]
    return next((why for begins, why in _OTHER_KINDS if begins.match(head)), "it is not a picture")


def _refuse_many_pixels(size: tuple[int, int], number: int) -> None:
    pixels = size[0] * size[1]
    if pixels > PIXEL_LIMIT:
        raise PhotoTooManyPixels(number=number, megapixels=math.ceil(pixels / 1e6), limit=PIXEL_LIMIT / 1e6)


@contextmanager
def decoding(number: int = 1) -> Iterator[None]:
    """Raise PhotoUnreadable for whatever goes wrong while pixels are decoded."""
    try:
        yield
    except Exception as error:
        # A broken file makes a decoder raise anything at all, from SyntaxError to MemoryError.
        raise PhotoUnreadable(number=number, why="it is cut off or damaged") from error


def _has_many_scans(content: bytes) -> bool:
    """Walk a JPEG's markers as its decoder will: what lies in a segment or behind the end is no scan."""
    at, scans = 2, 0
    while found := _SCAN_MARKER.search(content, at):
        marker, at = found[1][0], found.end()
        if marker == 0xD9:
            break
        scans += marker == 0xDA
        if scans > SCAN_LIMIT:
            return True
        if marker not in (0x01, 0xD8):
            at += int.from_bytes(content[at : at + 2])
    return False


def _webp_size(content: bytes) -> tuple[int, int] | None:
    """Read the size from the head: the decoder takes memory for it as soon as it is opened."""
    kind, head = content[12:16], content[20:30]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    return None


def _shrunk(image: Image) -> Image:
    """Decode and shrink; a JPEG is decoded at a fraction of its size where that is enough."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda level: level / 256).convert("L")
    elif image.has_transparency_data or image.mode not in ("L", "RGB", "CMYK"):
        image = _on_white(image)
    image.thumbnail((LONG_SIDE, LONG_SIDE), Resampling.LANCZOS)
    image.load()
    return image


def _on_white(image: Image) -> Image:
    """Lay a picture with see-through parts, or with a palette, onto white; strip by strip, to save memory."""
    factor = max(1, max(image.size) // LONG_SIDE)
    flat = new("RGB", (math.ceil(image.width / factor), math.ceil(image.height / factor)))
    for top in range(0, image.height, factor * STRIP_ROWS):
        rows = (0, top, image.width, min(image.height, top + factor * STRIP_ROWS))
        strip = image.crop(rows).convert("RGBA")
        white = new("RGB", strip.size, "white")
        white.paste(strip, mask=strip)
        flat.paste(white.reduce(factor), (0, top // factor))
    return flat


def turned_upright(picture: Image, sent: Image) -> Image:
    """Turn a picture as the metadata of the file it was sent in says."""
    turn = _UPRIGHT.get(_orientation(sent))
    return picture if turn is None else picture.transpose(turn)


def in_srgb(image: Image, profile: bytes | None) -> Image:
    """Bring a picture's colours to what every screen takes for granted."""
    if not profile:
        return image if image.mode == "RGB" else image.convert("RGB")
    try:
        source, screen = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, screen, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that is broken or meant for other pixels: slightly wrong colours beat no photo.
        converted = None
    return converted or image.convert("RGB")


def _orientation(image: Image) -> object:
    try:
        return image.getexif().get(Base.Orientation)
    except Exception:
        # Broken metadata costs no photo: all of it is thrown away anyway.
        return None


def _taken_at(image: Image) -> datetime | None:
    try:
        told = image.getexif().get_ifd(IFD.Exif)
        written = f"{told[Base.DateTimeOriginal]} {told[Base.OffsetTimeOriginal]}"
        return datetime.strptime(written, "%Y:%m:%d %H:%M:%S %z").astimezone(UTC)
    except Exception:
        # As above; a time without its zone is no instant.
        return None


def _thumbnail(image: Image) -> bytes:
    scale = THUMBNAIL_SIDE / max(image.size)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        # Averaged down to just above this size first: no eye tells it from a slower way, which took twice
        # as long.
        image = image.resize(size, Resampling.HAMMING, reducing_gap=1.0)
    return _jpeg(image)


def _jpeg(image: Image) -> bytes:
    # Into a file that only memory holds: there Pillow lets other threads run while it compresses.
    with _file_in_memory() as written:
        # Tables of its own (`optimize`) would save a twentieth of its bytes and take as long again.
        image.save(written, "JPEG", quality=QUALITY)
        written.seek(0)
        return written.read()


def _file_in_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("picture"), "w+b")
    return TemporaryFile()


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
