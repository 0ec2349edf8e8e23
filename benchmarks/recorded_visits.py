"""What shoppers record in a run, made up before anything can break; and photos that can be known again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from random import Random

from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.Image import Resampling, Transpose

CODES = [f"S{number}" for number in range(1, 13)]
# Every how many visits one is recorded by taps on the screens.
_TAPPED_EACH = 20
_WORDS = ["Two tills open", "“Grüße” 😀", "שלום 漢字", "\\ \" ' \t;--", "no one looked up"]
_GRID = (8, 6)
_SMALL, _LARGE = (400, 300), (2800, 2100)
_DARK, _BRIGHT, _MIDDLE = 30, 225, 128
_FIRST_DAY = datetime(2026, 5, 4, 10, tzinfo=UTC)
# How an upright picture lies in the file of a camera held that way (Exif 2.32, tag 274).
_AS_SEEN: dict[int, Transpose] = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class TakenPhoto:
    """
    A photo as a camera gives it: turned, with its time beside the pixels, and a mark in the pixels.

    The mark is a grid of dark and bright fields: it outlives shrinking, turning and encoding anew, so that
    whoever finds a picture knows which photo it was.
    """

    name: str
    code: str | None
    taken_at: datetime
    orientation: int = 1
    is_large: bool = False

    @property
    def mark(self) -> str:
        """Return what `mark_in` finds in any picture made of it."""
        return sha256(self.name.encode()).hexdigest()[: _GRID[0] * _GRID[1] // 4]

    def content(self) -> bytes:
        """Draw it; the same bytes every time."""
        size = _LARGE if self.is_large else _SMALL
        fields = bytes(_BRIGHT if bit == "1" else _DARK for bit in _bits(self.mark))
        drawn = Image.frombytes("L", _GRID, fields).resize(size, Resampling.NEAREST).convert("RGB")
        chance = Random(self.name)  # noqa: S311 - repeatable, and no secret
        scene = Image.frombytes("RGB", (40, 30), chance.randbytes(3600)).resize(size, Resampling.BILINEAR)
        drawn = Image.blend(drawn, scene, 0.25)
        turn = _AS_SEEN.get(self.orientation)
        if turn is not None:
            drawn = drawn.transpose(turn)
        exif = Image.Exif()
        exif[Base.Orientation] = self.orientation
        exif[Base.Make] = "Camera of nobody"
        told = exif.get_ifd(IFD.Exif)
        told[Base.DateTimeOriginal] = f"{self.taken_at + timedelta(hours=2):%Y:%m:%d %H:%M:%S}"
        told[Base.OffsetTimeOriginal] = "+02:00"
        written = BytesIO()
        drawn.save(written, "JPEG", quality=80, exif=exif.tobytes())
        return written.getvalue()


@dataclass(frozen=True)
class Recorded:
    """
    What a shopper does in one visit, known to nobody but this run.

    `mark` stands in the visit's story and nowhere else: by it the visit is known again, once or twice.
    """

    mark: str
    channel_id: int
    edition_id: int
    first_impression: str
    last_impression: str
    would_return: int
    answers: dict[str, float | None]
    notes: dict[str, str]
    photos: tuple[TakenPhoto, ...]
    is_tapped: bool = False

    @property
    def codes(self) -> list[str]:
        """Return the standards something is said about, in the sheet's order."""
        return [code for code in CODES if code in self.answers or code in self.notes]


def record_ahead(visits: int, seed: int, channel_id: int, edition_id: int) -> list[Recorded]:
    """Make up what will be recorded; the same for the same seed."""
    return [
        a_recorded_visit(
            f"Visit {number} of seed {seed}",
            channel_id,
            edition_id,
            Random(f"{seed} visit {number}"),  # noqa: S311 - repeatable, and no secret
            is_tapped=number % _TAPPED_EACH == 1,
        )
        for number in range(visits)
    ]


def a_recorded_visit(
    mark: str, channel_id: int, edition_id: int, chance: Random, *, is_tapped: bool = False
) -> Recorded:
    """Make up a visit: an answer or nothing for each yes/no standard, notes in any script, up to 3 photos."""
    return Recorded(
        mark=mark,
        channel_id=channel_id,
        edition_id=edition_id,
        first_impression=chance.choice(_WORDS),
        last_impression=chance.choice(_WORDS),
        would_return=chance.randrange(11),
        # Nothing stands for "not applicable"; the first is always answered, so that it can be submitted.
        answers={
            code: chance.choice([0.0, 1.0, None])
            for code in CODES
            if code == CODES[0] or chance.random() < 0.9
        },
        notes={code: f"{chance.choice(_WORDS)} {chance.random()}" for code in CODES if chance.random() < 0.2},
        photos=tuple(_a_taken_photo(f"{mark}, photo {n}", n, chance) for n in range(chance.randrange(4))),
        is_tapped=is_tapped,
    )


def _a_taken_photo(name: str, number: int, chance: Random) -> TakenPhoto:
    return TakenPhoto(
        name,
        code=chance.choice([None, *CODES]),
        # Within a visit no two of the same second: by its time a photo is known while it is on the phone.
        taken_at=_FIRST_DAY + timedelta(minutes=number, seconds=chance.randrange(60)),
        orientation=chance.choice([1, 1, 1, 6, 8, 3, 2, 5]),
        is_large=chance.random() < 0.02,
    )


def mark_in(picture: bytes) -> str:
    """Return the mark of the photo that a picture was made of."""
    with Image.open(BytesIO(picture)) as shown:
        if shown.width * _GRID[1] != shown.height * _GRID[0]:
            return f"a picture of {shown.width} × {shown.height}"
        fields = shown.convert("L").resize(_GRID, Resampling.BOX).tobytes()
    return f"{int(''.join('1' if field > _MIDDLE else '0' for field in fields), 2):012x}"


def _bits(mark: str) -> str:
    return f"{int(mark, 16):0{_GRID[0] * _GRID[1]}b}"
