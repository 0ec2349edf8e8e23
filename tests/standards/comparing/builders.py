"""Builders of comparisons from a few visits written by hand: `m` met, `x` missed, `-` neither."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from standards.comparing import (
    NO_VERDICT,
    UNKNOWN_SHOPPER,
    VERDICT_MET,
    VERDICT_MISSED,
    ComparedStandard,
    Comparison,
    Estimate,
    Names,
    VisitColumns,
    Waits,
)
from standards.editions import Kind, Standard
from standards.measuring import Comparator, Measure, Target
from standards.visits import Brand, Channel

OURS = Brand(1, "Ours", True, "#005a9c")
THEIRS = Brand(2, "Theirs", False, "#8a5a00")
OTHERS = Brand(3, "Others", False, "#7a1f5c")
FIRST_DAY = date(2026, 1, 5)

_VERDICTS = {"m": VERDICT_MET, "x": VERDICT_MISSED, "-": NO_VERDICT}


@dataclass(frozen=True)
class Seen:
    """One visit: whose, its verdicts as letters, and what else matters."""

    brand: Brand
    verdicts: str
    on: date = FIRST_DAY
    kind: Kind = Kind.SHOP
    channel: int = 0
    shopper: int = UNKNOWN_SHOPPER
    edition: int = 1
    waits: dict[int, tuple[float, bool]] = field(default_factory=dict)


def standard_of(code: str, touchpoint: str = "Till", **facts) -> Standard:
    return Standard(code, touchpoint, f"What {code} asks for can be seen", **facts)


def timed(code: str, seconds: float, touchpoint: str = "Wait", unit: str = "seconds", **facts) -> Standard:
    comparator = facts.pop("comparator", Comparator.AT_MOST)
    target = Target(comparator, seconds, unit)
    return standard_of(code, touchpoint, measure=Measure.DURATION, target=target, **facts)


def sheet(count: int) -> list[Standard]:
    """Return standards A0, A1 … with a touchpoint for each two of them."""
    return [standard_of(f"A{at}", f"Touchpoint {at // 2}") for at in range(count)]


def channel_of(brand: Brand, kind: Kind = Kind.SHOP, at: int = 0) -> Channel:
    number = brand.id * 1000 + list(Kind).index(kind) * 100 + at
    return Channel(number, brand, kind, f"{brand.name} {kind} {at}", "", "UTC")


def columns_of(visits: Sequence[Seen], standards: Sequence[Standard]) -> VisitColumns:
    """Return the visits as columns, oldest first, scored with the standards' weights."""
    seen = sorted(visits, key=lambda visit: visit.on)
    verdicts = np.array([[_VERDICTS[letter] for letter in visit.verdicts] for visit in seen], dtype=np.int8)
    verdicts = verdicts.reshape(len(seen), len(standards))
    weights = np.array([standard.weight for standard in standards], dtype=np.float64)
    no_nos = np.array([standard.no_no for standard in standards], dtype=np.bool_)
    timed_columns = [at for at, one in enumerate(standards) if one.measure is Measure.DURATION]
    nothing = (np.nan, False)
    return VisitColumns(
        visit_ids=np.array([UUID(int=at + 1).bytes for at in range(len(seen))], dtype="S16"),
        brand_ids=np.array([visit.brand.id for visit in seen], dtype=np.int32),
        channel_ids=np.array(
            [channel_of(visit.brand, visit.kind, visit.channel).id for visit in seen], dtype=np.int32
        ),
        shopper_ids=np.array([visit.shopper for visit in seen], dtype=np.int32),
        edition_numbers=np.array([visit.edition for visit in seen], dtype=np.int32),
        visited_on=np.array([visit.on for visit in seen], dtype="datetime64[D]"),
        points=(verdicts == VERDICT_MET) @ weights,
        possible=(verdicts != NO_VERDICT) @ weights,
        failed=((verdicts == VERDICT_MISSED) & no_nos).any(axis=1),
        verdicts=verdicts,
        standards=tuple(ComparedStandard(one.code, one.measure, one) for one in standards),
        waits={
            at: Waits(
                np.array([visit.waits.get(at, nothing)[0] for visit in seen], dtype=np.float64),
                np.array([visit.waits.get(at, nothing)[1] for visit in seen], dtype=np.bool_),
            )
            for at in timed_columns
        },
    )


def comparison_of(
    visits: Sequence[Seen],
    standards: Sequence[Standard] = (),
    *,
    brands: Sequence[Brand] = (OURS, THEIRS),
    editions=(),
    notes=(),
    **facts,
) -> Comparison:
    """Return a comparison of these visits; without standards, each visit's letters are A0, A1 …"""
    asked = standards or sheet(max((len(visit.verdicts) for visit in visits), default=1))
    channels = [channel_of(visit.brand, visit.kind, visit.channel) for visit in visits]
    names = Names(brands, {channel.id: channel for channel in channels}, editions, notes)
    return Comparison(columns_of(visits, asked), names, **facts)


def repeated(brand: Brand, *verdicts: str, days: int = 1, since: date = FIRST_DAY, **facts) -> list[Seen]:
    """Return a visit for each of the verdicts, so many days apart."""
    return [
        Seen(brand, letters, since + timedelta(days=at * days), **facts)
        for at, letters in enumerate(verdicts)
    ]


def monthly(brand: Brand, *percents: int, visits: int = 1) -> list[Seen]:
    """Return visits month after month from January 2025, each with so many percent of ten standards met."""
    seen = []
    for at, percent in enumerate(percents):
        day = date(2025 + at // 12, at % 12 + 1, 10)
        met = percent // 10
        seen += [Seen(brand, "m" * met + "x" * (10 - met), day)] * visits
    return seen


def known(value: Any) -> Any:
    """Return a value that must be there."""
    assert value is not None
    return value


def width(figure: Estimate) -> float:
    """Return how wide a figure's interval is, in points of percent."""
    return float(known(figure.high) - known(figure.low))


def as_rival(brand: Brand) -> Brand:
    return replace(brand, is_own=False)


def as_own(brand: Brand) -> Brand:
    return replace(brand, is_own=True)
