"""What is sent becomes an upright JPEG without metadata, or is refused with a word on why."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from PIL import Image, ImageCms

from standards.errors import PhotoTooLarge, PhotoTooManyPixels, PhotoUnreadable, Problem
from storage.pictures import BYTE_LIMIT, LONG_SIDE, THUMBNAIL_SIDE, read_picture
from tests.pictures import (
    BOMBS,
    CORNERS,
    HIDDEN,
    HTML,
    NO_PHOTOS,
    SIZE,
    corners_of,
    exif_of,
    noise,
    png_bomb,
    sent,
    turned,
    upright,
)

KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]


def segments_of(jpeg: bytes) -> list[tuple[int, bytes]]:
    """Return a JPEG's segments up to its pixels, by marker."""
    at, found = 2, []
    while jpeg[at + 1] != 0xDA:
        length = int.from_bytes(jpeg[at + 2 : at + 4])
        found.append((jpeg[at + 1], jpeg[at + 4 : at + 2 + length]))
        at += 2 + length
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright_however_the_phone_was_held(kind, orientation):
    picture = read_picture(turned(orientation, kind))
    assert corners_of(picture.jpeg) == corners_of(picture.thumbnail) == CORNERS
    assert (picture.width, picture.height) == SIZE == Image.open(io.BytesIO(picture.jpeg)).size


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_pixels_is_left(kind):
    content = sent(kind)
    assert HIDDEN.encode() in content
    picture = read_picture(content)
    for stored in (picture.jpeg, picture.thumbnail):
        shown = Image.open(io.BytesIO(stored))
        assert shown.format == "JPEG"
        assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not shown.getexif()
        # APP0 says JFIF; then tables, sizes and pixels: no APP1 (EXIF, XMP), APP2 (ICC), APP13, COM.
        assert [m for m, _ in segments_of(stored) if 0xE0 <= m <= 0xEF or m == 0xFE] == [0xE0]
        assert HIDDEN.encode() not in stored


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(HTML, id="page"),
        pytest.param(b"PK\x03\x04" + HIDDEN.encode() * 100, id="archive"),
        pytest.param(sent("JPEG"), id="second picture"),
        pytest.param(b"\0\0\0\x18ftypmp42" + HIDDEN.encode(), id="the video of a motion photo"),
    ],
)
def test_what_hides_behind_a_picture_is_not_kept(behind):
    picture = read_picture(sent("JPEG") + behind)
    assert picture.jpeg == read_picture(sent("JPEG")).jpeg
    assert picture.jpeg.endswith(b"\xff\xd9")
    assert behind not in picture.jpeg


@pytest.mark.parametrize(("content", "why"), NO_PHOTOS.values(), ids=NO_PHOTOS)
def test_what_is_no_photo_is_refused_with_its_reason(content, why):
    with pytest.raises(PhotoUnreadable, match=f"Photo 3 cannot be read: {why}. Your answers are saved"):
        read_picture(content, number=3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_photo_is_refused(kind, share):
    content = noise((300, 200), kind) if kind != "HEIF" else sent(kind, upright((300, 200)))
    with pytest.raises(PhotoUnreadable, match="cut off or damaged"):
        read_picture(content[: int(len(content) * share)])


MEASURED = """
import json, re, sys, time
from pathlib import Path
from standards.errors import Problem
from storage.pictures import read_picture

def megabytes(name):
    status = Path("/proc/self/status")
    return int(re.search(name + r":\\s+(\\d+)", status.read_text())[1]) // 1024 if status.exists() else 0

content, start = Path(sys.argv[1]).read_bytes(), time.perf_counter()
try:
    read_picture(content)
    said = "read"
except Problem as problem:
    said = str(problem)
seconds = time.perf_counter() - start
read_picture(Path(sys.argv[2]).read_bytes())
print(json.dumps({"said": said, "seconds": seconds, "peak_mb": megabytes("VmHWM")}))
"""


@pytest.mark.parametrize(("bomb", "code"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_quickly_in_little_memory_and_the_next_photo_is_read(bomb, code, tmp_path):
    (tmp_path / "bomb").write_bytes(bomb())
    (tmp_path / "photo").write_bytes(sent("JPEG"))
    command = [sys.executable, "-c", MEASURED, str(tmp_path / "bomb"), str(tmp_path / "photo")]
    ran = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2], timeout=60)
    measured = json.loads(ran.stdout)
    assert measured["said"].endswith(f"({code})")
    assert measured["seconds"] < 2
    assert measured["peak_mb"] < 300


def test_a_bomb_is_told_its_megapixels():
    with pytest.raises(PhotoTooManyPixels, match="Photo 1 has 3600 megapixels and the limit is 40"):
        read_picture(png_bomb())


def test_one_pixel_row_too_many_is_too_many():
    assert read_picture(flat(8000, 5000)).width == LONG_SIDE
    with pytest.raises(PhotoTooManyPixels, match="has 41 megapixels"):
        read_picture(flat(8000, 5001))


def flat(width: int, height: int, mode: str = "L") -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height)).save(written, "PNG")
    return written.getvalue()


def test_one_byte_too_many_is_too_many():
    photo = sent("JPEG")
    assert read_picture(photo + bytes(BYTE_LIMIT - len(photo))).jpeg
    with pytest.raises(PhotoTooLarge, match="Photo 2 is 21 MB and the limit is 20 MB"):
        read_picture(photo + bytes(BYTE_LIMIT - len(photo) + 1), number=2)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param((3000, 1500), (2000, 1000), id="wide"),
        pytest.param((1500, 3000), (1000, 2000), id="tall"),
        pytest.param((1999, 300), (1999, 300), id="never enlarged"),
        pytest.param((6000, 1), (2000, 1), id="a line"),
    ],
)
@pytest.mark.parametrize("mode", ["RGB", "P", "RGBA"])
def test_a_photo_is_shrunk_to_its_long_side(size, expected, mode):
    picture = read_picture(flat(size[0], size[1], mode))
    assert (picture.width, picture.height) == expected
    assert max(Image.open(io.BytesIO(picture.thumbnail)).size) <= THUMBNAIL_SIDE


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        pytest.param("RGBA", (255, 0, 0, 0), (255, 255, 255), id="see-through is white"),
        pytest.param("RGBA", (255, 0, 0, 128), (255, 127, 127), id="half see-through is half white"),
        pytest.param("LA", (0, 0), (255, 255, 255), id="grey with alpha"),
        pytest.param("L", 90, (90, 90, 90), id="grey"),
        pytest.param("1", 1, (255, 255, 255), id="black and white"),
        pytest.param("I;16", 128 * 256, (128, 128, 128), id="16-bit grey"),
        pytest.param("P", 0, (10, 20, 30), id="palette"),
    ],
)
@pytest.mark.parametrize("side", [20, 2100])
def test_every_kind_of_pixel_keeps_its_look(mode, value, expected, side):
    drawn = Image.new(mode, (side, 20), value)
    if mode == "P":
        drawn.putpalette([10, 20, 30])
    written = io.BytesIO()
    drawn.save(written, "PNG")
    shown = Image.open(io.BytesIO(read_picture(written.getvalue()).jpeg)).getpixel((9, 9))
    assert shown == pytest.approx(expected, abs=3)


def test_a_colour_that_png_calls_see_through_is_white():
    written = io.BytesIO()
    Image.new("RGB", (20, 20), (9, 9, 9)).save(written, "PNG", transparency=(9, 9, 9))
    shown = Image.open(io.BytesIO(read_picture(written.getvalue()).jpeg))
    assert shown.getpixel((9, 9)) == (255, 255, 255)


def test_printers_colours_become_a_screens():
    written = io.BytesIO()
    Image.new("CMYK", (20, 20), (0, 0, 0, 0)).save(written, "JPEG")
    assert Image.open(io.BytesIO(read_picture(written.getvalue()).jpeg)).getpixel((9, 9)) == (255, 255, 255)


def test_a_colour_profile_is_applied_before_it_is_dropped():
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The same profile with red and green changed places: what it calls red is a screen's green.
    swapped = plain.replace(b"rXYZ", b"qXYZ").replace(b"gXYZ", b"rXYZ").replace(b"qXYZ", b"gXYZ")
    written = io.BytesIO()
    Image.new("RGB", (20, 20), (255, 0, 0)).save(written, "JPEG", icc_profile=swapped, quality=100)
    shown = Image.open(io.BytesIO(read_picture(written.getvalue()).jpeg)).getpixel((9, 9))
    assert shown == pytest.approx((0, 255, 0), abs=12)


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200])
def test_a_broken_colour_profile_costs_no_photo(profile):
    assert corners_of(read_picture(sent("JPEG", icc_profile=profile)).jpeg) == CORNERS


@pytest.mark.parametrize("exif", [b"Exif\0\0broken", b"Exif\0\0II*\0\xff\xff\xff\xff", exif_of()[:60]])
def test_broken_exif_costs_no_photo(exif):
    picture = read_picture(sent("JPEG", exif=exif))
    assert corners_of(picture.jpeg) == CORNERS
    assert picture.taken_at is None


HALF_PAST_TEN = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken_at", "offset", "expected"),
    [
        pytest.param(
            "2026:05:04 12:30:00", "+02:00", datetime(2026, 5, 4, 10, 30, tzinfo=UTC), id="with zone"
        ),
        pytest.param("2026:05:04 12:30:00", "", None, id="without its zone it is no instant"),
        pytest.param("0000:00:00 00:00:00", "+00:00", None, id="a clock never set"),
        pytest.param("0001:01:01 00:00:00", "+14:00", None, id="before the first year"),
        pytest.param("yesterday", "+01:00", None, id="words"),
    ],
)
def test_the_time_it_was_taken_is_the_cameras(taken_at, offset, expected):
    content = sent("JPEG", exif=exif_of(taken_at=taken_at, offset=offset))
    assert read_picture(content).taken_at == expected


def test_the_same_photo_gives_the_same_bytes():
    content = sent("JPEG")
    assert read_picture(content) == read_picture(content)


ORIGINALS = {kind: sent(kind) for kind in KINDS}
CHANGES = some.lists(some.tuples(some.floats(0, 1, exclude_max=True), some.binary(max_size=12)), max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=some.sampled_from(KINDS), changes=CHANGES)
def test_no_bytes_at_all_bring_anything_but_a_picture_or_a_problem(kind, changes):
    content = ORIGINALS[kind]
    for share, piece in changes:
        at = int(share * len(content))
        content = content[:at] + piece + content[at + len(piece) :]
    try:
        picture = read_picture(content)
    except Problem:
        return
    assert max(picture.width, picture.height) <= LONG_SIDE
