"""Scorecards made up for the forms: of one visit, of few and of many, and with any text in every field."""

import io
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

from PIL import Image

from standards.comparing import Estimate, Lead, Period, Sureness, wilson
from standards.editions import Kind
from standards.measuring import Measure, Verdict
from standards.scorecards.values import (
    Change,
    FailedVisit,
    Headline,
    Highlight,
    NextStep,
    PartOfDay,
    PhotoLine,
    Quote,
    RivalLine,
    RivalRate,
    Scorecard,
    Span,
    StandardLine,
    Subject,
    SubjectKind,
    TouchpointLine,
    Trend,
    TrendLimits,
    TrendMark,
    TrendPoint,
    WaitLine,
)
from tests.storage.forms.made_rows import RawObservation

TOUCHPOINTS = ("First impression", "Welcome", "Advice", "Till", "Farewell")
STATEMENTS = (
    ("The way in is clear, dry and lit", "yes"),
    ("Somebody greets the customer", "within 30 s"),
    ("The greeting comes with a look and a smile", "yes"),
    ("The customer is asked what the purchase is for", "yes"),
    ("Two products are compared, with the price of each", "at least 2 products"),
    ("The promised accessory is on the shelf", "yes"),
    ("The wait at the till is short", "at most 3 min"),
    ("A receipt is handed over without being asked for", "yes"),
    ("The total is said aloud before paying", "yes"),
    ("The customer is thanked and bid farewell", "yes"),
    ("Nobody talks about another customer", "yes"),
    ("The table is wiped between two customers", "yes"),
)
RATES = (0.95, 0.88, 0.71, 0.64, 0.43, 0.9, 0.58, 0.97, 0.35, 0.82, 1.0, 0.5)
SPAN = Span(date(2026, 7, 1), date(2026, 9, 30), "3rd quarter of 2026")
BEFORE = Span(date(2026, 4, 1), date(2026, 6, 30), "2nd quarter of 2026")
PHOTO_IDS = tuple(UUID(int=number) for number in range(1, 5))


def estimate(share: float, visits: int) -> Estimate:
    if not visits:
        return Estimate(0)
    met = min(max(round(share * visits), 0), visits)
    found = wilson(met, visits)
    return Estimate(visits, 100 * met / visits, 100 * found.low, 100 * found.high)


def change_of(points: float, sureness: Sureness, visits: int, now: float) -> Change:
    then = estimate(now - points / 100, visits)
    sentence = "The score is probably higher than in the last period; about 12 more visits would settle it."
    return Change(then, points, points - 6, points + 6, sureness, False, 12, sentence)


def lead_of(points: float, sureness: Sureness) -> Lead:
    sentence = f"Ours is ahead by {abs(points):.0f} points, and that is {sureness.value}."
    return Lead(1, 2, points, points - 7, points + 7, 0.02, 0.03, sureness, False, 9, sentence)


def _standards(visits: int, count: int) -> tuple[StandardLine, ...]:
    lines = []
    for number in range(count):
        statement, target = STATEMENTS[number % len(STATEMENTS)]
        share = RATES[number % len(RATES)]
        no_no = number % 12 == 10
        sure = (Sureness.REAL, Sureness.LEANING, Sureness.TOO_EARLY)[number % 3]
        rate = estimate(share, visits)
        lines.append(
            StandardLine(
                code=f"T{number + 1}",
                touchpoint=TOUCHPOINTS[number * len(TOUCHPOINTS) // count],
                statement=statement if number < len(STATEMENTS) else f"{statement} ({number})",
                measure=Measure.YES_NO if target == "yes" else Measure.DURATION,
                target=target,
                weight=1,
                no_no=no_no,
                is_common=number % 4 != 3,
                rate=rate,
                up_to_percent=100 * (1 - 0.05 ** (1 / visits)) if no_no and visits else None,
                change=change_of(6 - number, sure, visits, share),
                rivals=()
                if number % 4 == 3
                else (
                    RivalRate("Larkspur", estimate(share - 0.08, visits), lead_of(8, sure)),
                    RivalRate("Quillon", estimate(share * 0.9, visits), lead_of(-4, Sureness.TOO_EARLY)),
                ),
            )
        )
    return tuple(lines)


def _trend(months: int) -> Trend:
    points = []
    values = (71.2, 74.0, 69.5, None, 73.8, 75.1, 72.4, 76.9, 74.4, 77.3, 83.8, 82.0)
    for number in range(months):
        start = date(2025 + (9 + number) // 12, (9 + number) % 12 + 1, 1)
        end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        value = values[number % 12]
        signal = "above its limits" if number == 10 else ""
        points.append(TrendPoint(start, end, f"{start:%b %Y}", Estimate(9 if value else 0, value), signal))
    limits = (TrendLimits(points[0].starts_on, points[-1].ends_on, 74.1, 66.0, 82.2),) if months > 8 else ()
    marks = (TrendMark(date(2026, 4, 3), "edition 2"),) if months > 8 else ()
    return Trend(
        Period.MONTH,
        tuple(points),
        limits,
        marks,
        "August is above what the months before usually vary: something changed for the better.",
    )


def quote(number: int) -> Quote:
    words = (
        "She put the kettle on the counter and showed both handles before I had asked.",
        "Nobody looked up for four minutes; I read the notice about opening times twice.",
        "The bag was packed so that the glass stood upright. I would come back for that alone.",
        "The price on the shelf and the price at the till were not the same.",
    )
    return Quote(words[number % 4], date(2026, 8, 3 + number), "Harbour Street")


def photo(number: int, verdict: Verdict | None) -> PhotoLine:
    captions = ("The way in after rain", "Empty shelf of chargers", "Queue at till 2", "A tidy counter")
    caption = captions[number % 4]
    return PhotoLine(
        PHOTO_IDS[number % 4],
        f"{number:064x}",
        1600,
        1200,
        caption,
        f"Photo of 5 August 2026: {caption.lower()}",
        verdict,
        date(2026, 8, 5),
    )


def channel_card(visits: int = 40, standards: int = 12, photos: int = 4, months: int = 12) -> Scorecard:
    lines = _standards(visits, standards)
    score = estimate(0.773, visits)
    touchpoints = tuple(
        TouchpointLine(
            name,
            3,
            estimate(0.93 - number * 0.11, visits),
            change_of(3 - number, Sureness.LEANING, visits, 0.93 - number * 0.11),
            number == 4,
        )
        for number, name in enumerate(TOUCHPOINTS)
    )
    best = tuple(
        Highlight(
            line.code, line.touchpoint, line.statement, line.rate, None, (quote(2 * n), quote(2 * n + 2))
        )
        for n, line in enumerate((lines[7], lines[0], lines[5]))
    )
    worst = tuple(
        Highlight(line.code, line.touchpoint, line.statement, line.rate, None, (quote(2 * n + 1),))
        for n, line in enumerate((lines[8], lines[4]))
    )
    return Scorecard(
        subject=Subject(
            SubjectKind.CHANNEL,
            "Harbour Street",
            "Shop of Northwind, area North",
            "Northwind",
            "#0072B2",
            True,
        ),
        span=SPAN,
        before=BEFORE,
        set_name="Shop visit",
        editions=(2,),
        kinds=(Kind.SHOP,),
        headline=Headline(
            score, 96.4, 2, 3, True, "Harbour Street scores 77.3 %, leaning higher than in the last quarter."
        ),
        change=change_of(6.1, Sureness.LEANING, visits, 0.773),
        failed_visits=tuple(
            FailedVisit(
                date(2026, 8, 11 + n), PartOfDay.AFTERNOON, "Harbour Street", 81.0, (lines[10].statement,)
            )
            for n in range(min(2, visits))
        ),
        failed_not_listed=0,
        touchpoints=touchpoints,
        standards=lines,
        common_standards=9,
        rivals=(
            RivalLine(
                "Larkspur",
                "#D55E00",
                "shops in area North",
                estimate(0.781, visits),
                estimate(0.72, visits),
                lead_of(6, Sureness.REAL),
            ),
            RivalLine(
                "Quillon",
                "#009E73",
                "shops in all areas",
                estimate(0.781, visits),
                estimate(0.76, visits),
                lead_of(2, Sureness.TOO_EARLY),
            ),
        ),
        trend=_trend(months) if months else None,
        waits=(
            WaitLine(
                "T7",
                "The wait at the till is short",
                "at most 3 min",
                visits,
                estimate(0.58, visits),
                Estimate(visits, 4.0, 1, 9),
                "10 min",
                "Half of the customers waited 2 min 40 s or less; 4 % gave up after 10 min.",
            ),
        ),
        best=best,
        worst=worst,
        impressions=(quote(0), quote(2)),
        photos=tuple(
            photo(n, (Verdict.MET, Verdict.MISSED, Verdict.MISSED, None)[n % 4]) for n in range(photos)
        ),
        next_steps=(
            NextStep(
                "Say the total aloud before the card is held to the reader.", "One sentence, every customer."
            ),
            NextStep("Compare two products with their prices whenever a customer asks for advice."),
            NextStep("Keep the receipts as they are: nobody does it better."),
        ),
        measured=(
            f"{visits} visits by 9 shoppers from 2 July to 28 September 2026, with “Shop visit”, edition 2.",
            "“Probably” is a 95 % interval: in 19 of 20 such periods the true figure lies within it.",
        ),
        left_out=("3 incomplete visits are left out: they cover less than 60 % of the standards.",),
        made_on=date(2026, 10, 1),
    )


def visit_card(standards: int = 12, photos: int = 4) -> Scorecard:
    card = channel_card(1, standards, photos, months=0)
    lines = []
    for number, line in enumerate(card.standards):
        verdict = (Verdict.MET, Verdict.MET, Verdict.MISSED, Verdict.NOT_APPLICABLE, Verdict.MET)[number % 5]
        judged = verdict is not Verdict.NOT_APPLICABLE
        value = "2 min 41 s" if number == 6 else ""
        rate = Estimate(int(judged), (100 if verdict is Verdict.MET else 0) if judged else None)
        lines.append(
            replace(line, rate=rate, verdict=verdict, value=value, up_to_percent=None, change=None, rivals=())
        )
    return replace(
        card,
        subject=replace(card.subject, kind=SubjectKind.VISIT, about="Visit to a shop in area North"),
        span=Span(date(2026, 8, 11), date(2026, 8, 11), "11 August 2026, afternoon"),
        before=None,
        headline=Headline(
            Estimate(1, 86.7), 100, 1, 0, True, "This visit scored 86.7 % and failed: one no-no was missed."
        ),
        change=None,
        failed_visits=card.failed_visits[:1],
        touchpoints=tuple(
            replace(line, score=Estimate(1, line.score.percent), change=None) for line in card.touchpoints
        ),
        standards=tuple(lines),
        rivals=(),
        trend=None,
        waits=(),
        best=tuple(replace(found, verdict=Verdict.MET, rate=Estimate(1, 100)) for found in card.best),
        worst=tuple(replace(found, verdict=Verdict.MISSED, rate=Estimate(1, 0)) for found in card.worst),
        measured=(
            "One visit on 11 August 2026, with “Shop visit”, edition 2; all of the standards were answered.",
            "A single visit shows what happened once: three or more show how it usually is.",
        ),
        left_out=(),
    )


def photo_bytes(number: int = 0, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """Make a picture that a camera could have taken, in kilobytes: soft light with some grain."""
    red, green, blue = (
        Image.linear_gradient("L").resize(size).rotate(turn * 90 + 90 * number) for turn in range(3)
    )
    coloured = Image.merge("RGB", [part.resize(size) for part in (red, green, blue)])
    muted = Image.blend(coloured, Image.new("RGB", size, (150, 140, 125)), 0.7)
    picture = Image.blend(muted, Image.effect_noise(size, 40).convert("RGB"), 0.12)
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def with_text(card: Scorecard, change: Callable[[str], str]) -> Scorecard:
    """Change every text of a scorecard, however deep, but not what the program itself put there."""
    changed: Scorecard = _changed(card, change)
    return changed


def _changed(held: Any, change: Callable[[str], str], name: str = "") -> Any:
    if isinstance(held, Enum):
        return held
    if isinstance(held, str):
        return held if name in ("sha256",) else change(held)
    if isinstance(held, tuple):
        return tuple(_changed(one, change, name) for one in held)
    if is_dataclass(held) and not isinstance(held, type):
        kept = {field.name: _changed(getattr(held, field.name), change, field.name) for field in fields(held)}
        return type(held)(**kept)
    return held


def observations(count: int, note: str = "") -> Iterator[RawObservation]:
    for number in range(count):
        visit, at = divmod(number, 12)
        statement, target = STATEMENTS[at]
        yield RawObservation(
            visit=visit + 1,
            visited_on=date(2026, 7, 1) + timedelta(days=visit % 90),
            part_of_day=PartOfDay.MORNING,
            brand="Northwind",
            channel="Harbour Street",
            kind=Kind.SHOP,
            area="North",
            edition=2,
            touchpoint=TOUCHPOINTS[at * 5 // 12],
            code=f"T{at + 1}",
            statement=statement,
            measure=Measure.DURATION if at == 6 else Measure.YES_NO,
            target=target,
            weight=1.0,
            no_no=at == 10,
            verdict=Verdict.MET if number % 4 else Verdict.MISSED,
            value=161.5 if at == 6 else 1.0,
            unit="seconds" if at == 6 else "",
            longer_than=False,
            is_complete=True,
            note=note or ("Waited by the door" if number % 7 == 0 else ""),
        )
