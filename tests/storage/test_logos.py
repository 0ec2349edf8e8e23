"""A logo becomes a small PNG with nothing but pixels in it, or is refused with a word on why."""

import io

import pytest
from PIL import Image

from standards.errors import LogoTooLarge, LogoUnreadable
from storage.logos import LOGO_SIDE, read_logo
from storage.pictures import BYTE_LIMIT
from tests.pictures import (
    BOMBS,
    CORNERS,
    HIDDEN,
    HTML,
    NO_PHOTOS,
    corners_of,
    noise,
    sent,
    turned,
    upright,
)

KINDS = ["JPEG", "PNG", "WEBP", "HEIF"]


def drawn_logo(size=(300, 100), ink="#ffffffff", margin=0, mode="RGBA") -> bytes:
    """Return a PNG: a block of ink on nothing."""
    image = Image.new("RGBA", size, "#00000000")
    image.paste(ink, (margin, margin, size[0] - margin, size[1] - margin))
    written = io.BytesIO()
    image.convert(mode).save(written, "PNG")
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_pixels_is_left(kind):
    content = sent(kind)
    assert HIDDEN.encode() in content
    written = read_logo(content)
    shown = opened(written)
    assert (shown.format, shown.info) == ("PNG", {})
    assert HIDDEN.encode() not in written
    assert not shown.getexif()


@pytest.mark.parametrize("kind", KINDS)
def test_a_logo_that_was_photographed_is_upright(kind):
    assert corners_of(read_logo(turned(6, kind))) == CORNERS


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "PA"])
def test_what_is_see_through_stays_so(mode):
    image = Image.new("RGBA", (40, 40), "#000000ff")
    image.paste("#00000000", (10, 10, 30, 30))
    written = io.BytesIO()
    if mode == "P":
        palette = Image.new("P", (40, 40), 1)
        palette.putpalette([9, 9, 9, 0, 0, 0])
        palette.paste(0, (10, 10, 30, 30))
        palette.save(written, "PNG", transparency=0)
    else:
        image.convert("LA" if mode == "PA" else mode).save(written, "PNG")
    alpha = opened(read_logo(written.getvalue())).getchannel("A")
    assert (alpha.getpixel((2, 2)), alpha.getpixel((20, 20))) == (255, 0)


def test_empty_margins_are_cut_off():
    assert opened(read_logo(drawn_logo((300, 200), margin=60))).size == (180, 80)


def test_colours_that_nobody_sees_bleed_into_no_edge():
    image = Image.new("RGBA", (5000, 5000), "#ff000000")
    image.paste("#ffffffff", (0, 0, 2501, 5000))
    written = io.BytesIO()
    image.save(written, "PNG")
    shown = opened(read_logo(written.getvalue()))
    pixels = [shown.getpixel((at, 100)) for at in range(shown.width)]
    assert all(min(pixel[:3]) > 250 for pixel in pixels if isinstance(pixel, tuple) and pixel[3] > 8)


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        pytest.param((4000, 1000), (512, 128), id="large"),
        pytest.param((30_000, 3), (512, 1), id="very wide"),
        pytest.param((3, 30_000), (1, 512), id="very tall"),
        pytest.param((20, 10), (20, 10), id="small, and not blown up"),
    ],
)
def test_it_is_small_and_keeps_its_shape(size, kept):
    assert opened(read_logo(drawn_logo(size))).size == kept
    assert max(kept) <= LOGO_SIDE


def test_the_same_logo_gives_the_same_bytes_and_stays_itself_when_read_again():
    content = drawn_logo()
    once = read_logo(content)
    assert once == read_logo(content) == read_logo(once)


@pytest.mark.parametrize(("content", "why"), NO_PHOTOS.values(), ids=NO_PHOTOS)
def test_what_is_no_picture_is_refused_with_its_reason(content, why):
    with pytest.raises(LogoUnreadable, match=f"This logo cannot be used: {why}. The look"):
        read_logo(content)


def test_a_logo_in_which_nothing_can_be_seen_is_refused():
    with pytest.raises(LogoUnreadable, match="nothing can be seen in it"):
        read_logo(drawn_logo(ink="#00000000"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_half_cut_logo_is_refused(kind, share):
    content = noise((300, 200), kind) if kind != "HEIF" else sent(kind, upright((300, 200)))
    with pytest.raises(LogoUnreadable, match="cut off or damaged"):
        read_logo(content[: int(len(content) * share)])


@pytest.mark.parametrize(("bomb", "code"), BOMBS.values(), ids=BOMBS)
def test_a_made_up_monster_is_refused_before_it_takes_memory(bomb, code):
    expected = LogoTooLarge if code == "PHOTO-3" else LogoUnreadable
    with pytest.raises(expected):
        read_logo(bomb())


def test_a_file_too_large_is_refused_in_words():
    with pytest.raises(LogoTooLarge, match="has 21 MB and the limit is 20 MB"):
        read_logo(bytes(BYTE_LIMIT + 1))


def test_what_hides_behind_a_logo_is_not_kept():
    assert HTML not in read_logo(sent("PNG") + HTML)
