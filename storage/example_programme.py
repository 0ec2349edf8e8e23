"""The example programme on paper: who visited whom, when, and what was observed. Stores nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import exp, log
from random import Random
from zoneinfo import ZoneInfo

from standards.editions import Evidence, Kind, Standard
from standards.library_files import StandardFile, library_sets
from standards.measuring import Verdict
from standards.values import Answer
from storage.example_answers import draw_answer
from storage.example_words import (
    CAPTIONS,
    CLOSINGS,
    FIRST_IMPRESSIONS,
    LAST_IMPRESSIONS,
    MET_NOTES,
    MISSED_NOTES,
    STORIES,
)

MONTHS = 18
TIMEZONE = "Europe/Berlin"
SHOPPERS = tuple(f"Example shopper {letter}" for letter in "ABCDEF")
SETS = {
    Kind.SHOP: "Shop visit",
    Kind.PHONE: "Phone enquiry",
    Kind.WEBSITE: "Web order and delivery",
    Kind.EMAIL: "E-mail enquiry",
    Kind.CHAT: "Live chat",
}

# The one thing that really changed: from this month of the eighteen on, the own brand's shops greet.
IMPROVED_CODE = "SHOP-07"
IMPROVED_FROM = 9
GREETED_BEFORE, GREETED_AFTER = 0.55, 0.85

_SEED = "second visit, example 1"
_INCOMPLETE = 101
_SHOP_STREETS = {
    "North": ("Mill Lane", "Harbour Road"),
    "Centre": ("Market Square", "Station Arcade"),
    "South": ("Orchard Park",),
}
_LINES = {
    Kind.PHONE: "Service line",
    Kind.WEBSITE: "Website",
    Kind.EMAIL: "Service e-mail",
    Kind.CHAT: "Website chat",
}

# What the shoppers can photograph, by code.
_SCENES = {
    "SHOP-01": "door",
    "SHOP-02": "door",
    "SHOP-03": "door",
    "SHOP-06": "shelf",
    "SHOP-13": "shelf",
    "SHOP-24": "till",
    "CALL-01": "screen",
    "CALL-02": "screen",
    "WEB-02": "screen",
    "WEB-04": "screen",
    "WEB-06": "screen",
    "WEB-07": "screen",
    "WEB-22": "parcel",
    "MAIL-01": "screen",
    "MAIL-02": "screen",
    "CHAT-01": "screen",
}


@dataclass(frozen=True)
class ExampleBrand:
    """
    A made-up brand: how likely it meets a standard of middling difficulty, by kind of channel (0–1).

    `strong` and `weak` are codes of standards that it meets more or less often than the others.
    """

    name: str
    met: Mapping[Kind, float]
    is_own: bool = False
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExampleChannel:
    """One channel of an example brand, and how many visits it gets in the eighteen months."""

    brand: ExampleBrand
    kind: Kind
    name: str
    area: str
    visits: int


@dataclass(frozen=True)
class ExamplePhoto:
    """One drawn photo: of a standard, or of the visit as a whole."""

    code: str | None
    scene: str
    flawed: bool
    caption: str


@dataclass(frozen=True)
class ExampleVisit:
    """One visit as it will be stored; `number` is unique and makes its id."""

    number: int
    channel: ExampleChannel
    shopper: str
    started_at: datetime
    left_at: datetime
    answers: Mapping[str, Answer]
    notes: Mapping[str, str] = field(default_factory=dict)
    photos: tuple[ExamplePhoto, ...] = ()
    first_impression: str = ""
    last_impression: str = ""
    story: str = ""
    would_return: int | None = None
    is_draft: bool = False
    waits: tuple[str, ...] = ()

    @property
    def local_day(self) -> date:
        """The day of the visit on the channel's calendar."""
        return self.started_at.astimezone(ZoneInfo(TIMEZONE)).date()


def _brand(
    name: str, shop: float, phone: float, web: float, mail: float, chat: float, **more: object
) -> ExampleBrand:
    met = dict(zip(SETS, (shop, phone, web, mail, chat), strict=True))
    return ExampleBrand(name, met, **more)  # type: ignore[arg-type]


BRANDS = (
    _brand(
        "Marrowby",
        0.72,
        0.70,
        0.80,
        0.68,
        0.70,
        is_own=True,
        strong=("SHOP-18", "WEB-20"),
        weak=("SHOP-28", "CALL-13"),
    ),
    _brand(
        "Oxenfold", 0.62, 0.60, 0.70, 0.50, 0.58, weak=("SHOP-22", "WEB-22", "MAIL-06"), strong=("SHOP-24",)
    ),
    _brand(
        "Pemberlow", 0.70, 0.66, 0.86, 0.74, 0.84, strong=("WEB-17", "CHAT-06"), weak=("SHOP-14", "CALL-06")
    ),
    _brand(
        "Quillstone", 0.86, 0.76, 0.60, 0.66, 0.62, strong=("SHOP-07", "SHOP-28"), weak=("WEB-20", "WEB-09")
    ),
)


@cache
def channels() -> tuple[ExampleChannel, ...]:
    """Return the example's channels: shops in three areas, and four lines for each brand."""
    made: list[ExampleChannel] = []
    for brand in BRANDS:
        for area, streets in _SHOP_STREETS.items():
            for street in streets if brand.is_own else streets[:1]:
                made.append(ExampleChannel(brand, Kind.SHOP, street, area, 18 if brand.is_own else 11))
        for kind, name in _LINES.items():
            visits = {Kind.PHONE: 22, Kind.WEBSITE: 20}.get(kind, 16) if brand.is_own else 12
            made.append(
                ExampleChannel(
                    brand,
                    kind,
                    name,
                    "Nationwide",
                    visits if brand.is_own else visits - (kind in (Kind.EMAIL, Kind.CHAT)),
                )
            )
    return tuple(made)


@cache
def example_sets() -> dict[Kind, StandardFile]:
    """Return the library's sets that the example uses, by kind."""
    by_name = {ready.name: ready for ready in library_sets()}
    return {kind: by_name[name] for kind, name in SETS.items()}


def first_month(today: date) -> date:
    """Return the first day of the eighteen months that end with the last full month before today."""
    months = today.year * 12 + today.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def programme(today: date) -> Iterator[ExampleVisit]:
    """
    Yield every visit of the example, the same for the same day; drafts last.

    What was observed does not depend on `today`, only when: another day shifts the dates by whole months.
    """
    begins, number = first_month(today), 0
    for channel in channels():
        for at in range(channel.visits):
            month = at * MONTHS // channel.visits
            yield _visit(number, channel, month, begins)
            number += 1
    for kind, is_own, waits in _DRAFTS:
        channel = next(c for c in channels() if c.kind is kind and c.brand.is_own is is_own)
        yield _draft(number, channel, today, waits)
        number += 1


_DRAFTS: tuple[tuple[Kind, bool, tuple[str, ...]], ...] = (
    (Kind.SHOP, False, ()),
    (Kind.PHONE, True, ()),
    (Kind.EMAIL, True, ("MAIL-06",)),
    (Kind.WEBSITE, False, ("WEB-16",)),
)


def _visit(number: int, channel: ExampleChannel, month: int, begins: date) -> ExampleVisit:
    random = Random(f"{_SEED}/{number}")  # noqa: S311 - made up on purpose, and the same each time
    shopper = random.randrange(len(SHOPPERS))
    started_at = _opening_hour(random, begins, month, channel.kind)
    sheet = sheet_of(channel)
    answers: dict[str, Answer] = {}
    for place, standard in enumerate(sheet):
        if number == _INCOMPLETE and place >= len(sheet) // 3:
            break
        if random.random() < 0.012:
            continue
        met = _chance(channel, standard, month, shopper)
        answers[standard.code] = draw_answer(random, standard, met, answers)
    photos = tuple(_photos(random, channel.kind, answers))
    share = _share_met(sheet, answers)
    tier = 0 if share >= 0.78 else 1 if share >= 0.6 else 2
    glad = 0 if random.random() < share else 1
    return ExampleVisit(
        number=number,
        channel=channel,
        shopper=SHOPPERS[shopper],
        started_at=started_at,
        left_at=started_at + timedelta(minutes=random.randint(9, 34)),
        answers=answers,
        notes=_notes(random, sheet, answers),
        photos=photos,
        first_impression=random.choice(FIRST_IMPRESSIONS[channel.kind][glad]),
        last_impression=random.choice(LAST_IMPRESSIONS[channel.kind][min(tier, 1)]),
        story=_story(random, channel.kind, answers, tier) if random.random() < 0.8 else "",
        would_return=max(0, min(10, round(share * 12 - 2 + random.gauss(0, 1.3)))),
    )


def _draft(number: int, channel: ExampleChannel, today: date, waits: tuple[str, ...]) -> ExampleVisit:
    """Return a visit that was begun the day before and left half-way, at its first wait if it has one."""
    random = Random(f"{_SEED}/{number}")  # noqa: S311
    started_at = datetime.combine(today - timedelta(days=1), time(9, random.randint(0, 59)), UTC)
    sheet = sheet_of(channel)
    until = next((at for at, s in enumerate(sheet) if s.code in waits), len(sheet) // 2)
    answers: dict[str, Answer] = {}
    for standard in sheet[:until]:
        answers[standard.code] = draw_answer(
            random, standard, _chance(channel, standard, MONTHS - 1, 0), answers
        )
    return ExampleVisit(
        number=number,
        channel=channel,
        shopper=SHOPPERS[0],
        started_at=started_at,
        left_at=started_at + timedelta(minutes=20),
        answers=answers,
        notes=_notes(random, sheet, answers),
        first_impression=random.choice(FIRST_IMPRESSIONS[channel.kind][0]),
        is_draft=True,
        waits=waits,
    )


def sheet_of(channel: ExampleChannel) -> tuple[Standard, ...]:
    """Return what a visit to an example channel is asked."""
    found = example_sets()[channel.kind].standards
    return tuple(s for s in found if s.applies_to(channel.kind, is_own=channel.brand.is_own))


def _opening_hour(random: Random, begins: date, month: int, kind: Kind) -> datetime:
    months = begins.year * 12 + begins.month - 1 + month
    day = date(months // 12, months % 12 + 1, random.randint(1, 28))
    closed_days = 1 if kind is Kind.SHOP else 2
    while day.weekday() >= 7 - closed_days:
        day -= timedelta(days=day.weekday() - 3)
        day = day if day.month == months % 12 + 1 else day + timedelta(days=7)
    hour = time(random.randint(9, 17), random.randint(0, 59))
    return datetime.combine(day, hour, ZoneInfo(TIMEZONE)).astimezone(UTC)


def _chance(channel: ExampleChannel, standard: Standard, month: int, shopper: int) -> float:
    """Return how likely a standard is met: by brand and kind, by standard, channel and shopper."""
    brand, code = channel.brand, standard.code
    if brand.is_own and code == IMPROVED_CODE:
        return GREETED_AFTER if month >= IMPROVED_FROM else GREETED_BEFORE
    chance = brand.met[channel.kind]
    strength = log(chance / (1 - chance))
    strength += Random(f"{_SEED}/{code}").uniform(-0.7, 0.7)  # noqa: S311
    strength += Random(f"{_SEED}/{brand.name}/{channel.name}").uniform(-0.2, 0.2)  # noqa: S311
    strength += (shopper - 2.5) * 0.08
    strength += 1.2 * (code in brand.strong) - 1.2 * (code in brand.weak) + 2.4 * standard.no_no
    return 1 / (1 + exp(-strength))


def _share_met(sheet: tuple[Standard, ...], answers: Mapping[str, Answer]) -> float:
    weights = {standard.code: standard.weight for standard in sheet}
    met = sum(weights[code] for code, answer in answers.items() if answer.verdict is Verdict.MET)
    missed = sum(weights[code] for code, answer in answers.items() if answer.verdict is Verdict.MISSED)
    return met / (met + missed)


def _notes(random: Random, sheet: tuple[Standard, ...], answers: Mapping[str, Answer]) -> dict[str, str]:
    notes = {}
    for standard in sheet:
        verdict = answers[standard.code].verdict if standard.code in answers else None
        if verdict not in (Verdict.MET, Verdict.MISSED):
            continue
        always = standard.evidence is Evidence.ALWAYS
        needed = always or (verdict is Verdict.MISSED and standard.evidence is Evidence.IF_MISSED)
        words = (MET_NOTES if verdict is Verdict.MET else MISSED_NOTES).get(standard.code, ())
        if words and (random.random() < (0.96 if needed else 0.25)):
            notes[standard.code] = random.choice(words)
    return notes


def _photos(random: Random, kind: Kind, answers: Mapping[str, Answer]) -> Iterator[ExamplePhoto]:
    if kind is Kind.SHOP and random.random() < 0.08:
        yield ExamplePhoto(None, "door", flawed=False, caption=CAPTIONS["door"])
    for code, answer in answers.items():
        scene = _SCENES.get(code)
        missed = answer.verdict is Verdict.MISSED
        wanted = 0.2 if missed else 0.1 if code in ("SHOP-24", "WEB-22") else 0
        if scene and answer.verdict is not Verdict.NOT_APPLICABLE and random.random() < wanted:
            yield ExamplePhoto(code, scene, flawed=missed, caption=CAPTIONS[scene])


def _story(random: Random, kind: Kind, answers: Mapping[str, Answer], tier: int) -> str:
    told = [
        (True, met) if answers[code].verdict is Verdict.MET else (False, missed)
        for code, (met, missed) in STORIES[kind].items()
        if code in answers and answers[code].verdict in (Verdict.MET, Verdict.MISSED)
    ]
    # What the visit was like is what one remembers of it.
    fitting = [sentence for met, sentence in told if met is (tier == 0)] if tier != 1 else []
    chosen = random.sample(fitting, min(len(fitting), 3)) or random.sample(
        [s for _, s in told], min(len(told), 3)
    )
    return " ".join(
        [*(sentence for _, sentence in told if sentence in chosen), random.choice(CLOSINGS[tier])]
    )
