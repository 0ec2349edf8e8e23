"""Photos of the example programme, drawn by Pillow: the same seed gives the same picture."""

import io
from collections.abc import Callable
from functools import cache
from random import Random

from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 480)
_QUALITY = 82

Colour = tuple[int, int, int]

_WALLS: tuple[Colour, ...] = ((238, 232, 220), (225, 233, 236), (240, 226, 214), (229, 234, 222))
_FLOORS: tuple[Colour, ...] = ((176, 158, 134), (150, 154, 160), (190, 170, 150))
_GOODS: tuple[Colour, ...] = (
    (196, 77, 61),
    (222, 160, 66),
    (74, 124, 142),
    (93, 140, 92),
    (139, 98, 150),
    (214, 196, 164),
    (60, 82, 120),
)
_INK: Colour = (52, 50, 48)
_PAPER: Colour = (250, 249, 245)


def draw_photo(scene: str, seed: str, *, flawed: bool = False) -> bytes:
    """
    Draw one scene as JPEG.

    Args:
        scene: shelf, door, till, parcel or screen.
        seed: what makes this picture another than the next.
        flawed: show what was missed: gaps, litter, a dent.
    """
    random = Random(seed)  # noqa: S311 - a drawing, not a secret
    image = Image.new("RGB", SIZE, random.choice(_WALLS))
    _SCENES[scene](ImageDraw.Draw(image), random, flawed)
    shaded = _shade(image, random)
    _mark(ImageDraw.Draw(shaded))
    written = io.BytesIO()
    shaded.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()


def _shelf(draw: ImageDraw.ImageDraw, random: Random, flawed: bool) -> None:
    draw.rectangle((0, 420, 640, 480), fill=random.choice(_FLOORS))
    for board in range(4):
        top = 24 + board * 102
        draw.rectangle((24, top + 84, 616, top + 96), fill=(120, 96, 72))
        at = 34
        while at < 590:
            colour, width = random.choice(_GOODS), random.randint(20, 44)
            for _ in range(random.randint(1, 3)):
                if at + width > 610:
                    break
                height = random.randint(50, 74)
                if not (flawed and random.random() < 0.4):
                    _packet(draw, (at, top + 84 - height, at + width, top + 84), colour)
                at += width + 4
            at += 6
        for label in range(34, 600, 70):
            draw.rectangle((label, top + 86, label + 34, top + 94), fill=_PAPER)


def _packet(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], colour: Colour) -> None:
    left, top, right, bottom = box
    draw.rounded_rectangle(box, 4, fill=colour)
    draw.rectangle((left + 3, top + 14, right - 3, top + 32), fill=_PAPER)
    draw.line((left + 6, top + 23, right - 6, top + 23), fill=colour, width=3)
    draw.line((right - 2, top + 5, right - 2, bottom - 2), fill=_darker(colour), width=3)


def _door(draw: ImageDraw.ImageDraw, random: Random, flawed: bool) -> None:
    front, frame = random.choice(_GOODS), (70, 62, 56)
    draw.rectangle((0, 0, 640, 400), fill=_lighter(front))
    draw.rectangle((0, 396, 640, 480), fill=random.choice(_FLOORS))
    draw.rectangle((60, 30, 580, 92), fill=_darker(front))
    for at in range(90, 550, random.randint(48, 60)):
        lit = not (flawed and random.random() < 0.2)
        draw.ellipse((at, 48, at + 26, 74), fill=(255, 240, 190) if lit else (90, 84, 80))
    door_left = random.choice((80, 240, 390))
    for window in (80, 240, 390):
        if window != door_left:
            draw.rectangle((window, 140, window + 130, 320), fill=(190, 214, 222), outline=frame, width=7)
            for at in range(window + 14, window + 110, 32):
                draw.ellipse((at, 280, at + 22, 314), fill=random.choice(_GOODS))
    draw.rectangle((door_left, 130, door_left + 130, 398), fill=(168, 196, 206), outline=frame, width=9)
    draw.line((door_left + 65, 130, door_left + 65, 398), fill=frame, width=5)
    draw.ellipse((door_left + 74, 262, door_left + 86, 274), fill=(222, 190, 90))
    draw.rectangle((door_left + 14, 170, door_left + 54, 222), fill=_PAPER)
    for line in range(180, 216, 9):
        draw.line((door_left + 19, line, door_left + 49, line), fill=_INK, width=2)
    draw.rectangle((door_left - 10, 398, door_left + 140, 416), fill=(84, 92, 84))
    for _ in range(5 if flawed else 0):
        at, down = random.randint(60, 560), random.randint(424, 462)
        draw.polygon(
            (at, down, at + 20, down - 6, at + 26, down + 8, at + 6, down + 11), fill=_PAPER, outline=_INK
        )


def _till(draw: ImageDraw.ImageDraw, random: Random, flawed: bool) -> None:
    draw.rectangle((0, 250, 640, 480), fill=(146, 116, 88))
    draw.rectangle((0, 250, 640, 262), fill=(112, 88, 66))
    draw.rounded_rectangle((350, 60, 590, 230), 12, fill=(58, 66, 74))
    draw.rectangle((366, 76, 574, 196), fill=(180, 214, 204))
    draw.rectangle((450, 230, 490, 262), fill=(58, 66, 74))
    draw.rounded_rectangle((380, 290, 560, 420), 10, fill=(74, 82, 90))
    for row in range(3):
        for column in range(4):
            key = (396 + column * 40, 304 + row * 36)
            draw.rounded_rectangle((*key, key[0] + 28, key[1] + 26), 4, fill=(206, 210, 214))
    tilt = random.randint(-22, 22)
    draw.polygon((90 + tilt, 90, 260 + tilt, 90, 250, 440, 80, 440), fill=_PAPER, outline=(200, 196, 188))
    font = ImageFont.load_default(17)
    prices = [random.randint(89, 1499) for _ in range(5)]
    for row, price in enumerate(prices):
        at = 100 + tilt * (5 - row) // 6
        draw.line(
            (at + 10, 152 + row * 38, at + 10 + random.randint(40, 76), 152 + row * 38), fill=_INK, width=3
        )
        draw.text((at + 98, 142 + row * 38), f"{price / 100:5.2f}", fill=_INK, font=font)
    draw.line((96, 346, 246, 346), fill=_INK, width=2)
    draw.text((106, 360), f"Sum {sum(prices) / 100:.2f}", fill=_INK, font=ImageFont.load_default(22))
    if flawed:
        draw.ellipse((170, 210, 262, 256), outline=(190, 60, 50), width=5)


def _parcel(draw: ImageDraw.ImageDraw, random: Random, flawed: bool) -> None:
    draw.rectangle((0, 330, 640, 480), fill=random.choice(_FLOORS))
    left, top = random.randint(110, 170), random.randint(130, 180)
    right, bottom = random.randint(450, 520), 420
    card: Colour = (196 + random.randint(-12, 12), 158, 112)
    draw.polygon((left, top, left + 46, top - 56, right + 46, top - 56, right, top), fill=_lighter(card))
    draw.polygon(
        (right, top, right + 46, top - 56, right + 46, bottom - 60, right, bottom), fill=_darker(card)
    )
    draw.rectangle((left, top, right, bottom), fill=card)
    middle = (left + right) // 2
    draw.rectangle((middle - 24, top, middle + 24, bottom), fill=(222, 200, 160))
    draw.polygon(
        (middle - 24, top, middle + 22, top - 56, middle + 70, top - 56, middle + 24, top),
        fill=(230, 210, 172),
    )
    draw.rectangle((left + 20, bottom - 110, left + 128, bottom - 30), fill=_PAPER)
    draw.rectangle((left + 28, bottom - 100, left + 120, bottom - 78), fill=(60, 60, 60))
    for at in range(left + 30, left + 118, 6):
        draw.line((at, bottom - 66, at, bottom - 40), fill=_INK, width=random.choice((1, 2, 3)))
    if flawed:
        draw.polygon(
            (right - 74, bottom, right - 40, bottom - 44, right, bottom - 62, right, bottom),
            fill=_darker(_darker(card)),
        )
        draw.line(
            (right - 110, bottom - 30, right - 44, bottom - 84, right, bottom - 120),
            fill=_darker(card),
            width=5,
        )


def _screen(draw: ImageDraw.ImageDraw, random: Random, flawed: bool) -> None:
    draw.rectangle((0, 0, 640, 480), fill=random.choice(_FLOORS))
    draw.rounded_rectangle((206, 14, 434, 466), 28, fill=(32, 34, 38))
    draw.rounded_rectangle((218, 34, 422, 446), 14, fill=_PAPER)
    accent = random.choice(_GOODS)
    draw.rectangle((218, 48, 422, 88), fill=accent)
    draw.ellipse((230, 57, 252, 79), fill=_PAPER)
    draw.rounded_rectangle((264, 62, 404, 74), 6, fill=_lighter(accent))
    at = 104
    while at < 350:
        if random.random() < 0.4:
            draw.rounded_rectangle((232, at, 408, at + 62), 8, fill=_lighter(random.choice(_GOODS)))
            at += 74
        for _ in range(random.randint(2, 4)):
            if at < 372:
                draw.line((234, at, random.randint(300, 404), at), fill=(150, 150, 150), width=5)
            at += 16
        at += 8
    if flawed:
        draw.rounded_rectangle((236, 170, 404, 330), 12, fill=_PAPER, outline=_INK, width=3)
        draw.line((372, 184, 390, 202), fill=_INK, width=4)
        draw.line((390, 184, 372, 202), fill=_INK, width=4)
        for line in (220, 238, 256):
            draw.line((252, line, random.randint(330, 388), line), fill=(150, 150, 150), width=5)
        draw.rounded_rectangle((270, 280, 370, 310), 8, fill=(190, 60, 50))
    else:
        draw.rounded_rectangle((240, 396, 400, 430), 10, fill=accent)


def _lighter(colour: Colour) -> Colour:
    return _mixed(colour, 255, 0.45)


def _darker(colour: Colour) -> Colour:
    return _mixed(colour, 0, 0.25)


def _mixed(colour: Colour, towards: int, share: float) -> Colour:
    red, green, blue = (round(part + (towards - part) * share) for part in colour)
    return red, green, blue


def _shade(image: Image.Image, random: Random) -> Image.Image:
    """Lay the light of a room over a drawing, brightest where the lamp is."""
    left, top = random.randint(120, SIZE[0] - 120), random.randint(60, 260)
    shadow = _lamp().crop((SIZE[0] - left, SIZE[1] - top, SIZE[0] * 2 - left, SIZE[1] * 2 - top))
    return Image.composite(Image.new("RGB", SIZE, (20, 18, 26)), image, shadow)


@cache
def _lamp() -> Image.Image:
    double = (SIZE[0] * 2, SIZE[1] * 2)
    lamp = Image.radial_gradient("L").resize(double, Image.Resampling.BILINEAR)
    return lamp.point(lambda level: level * 0.42)


def _mark(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((10, 446, 104, 472), 8, fill=(255, 255, 255))
    draw.text((20, 450), "example", fill=_INK, font=ImageFont.load_default(17))


_SCENES: dict[str, Callable[[ImageDraw.ImageDraw, Random, bool], None]] = {
    "shelf": _shelf,
    "door": _door,
    "till": _till,
    "parcel": _parcel,
    "screen": _screen,
}
