"""
Time what each section of the Compare page takes, from made-up visits as columns; no database.

    python -m benchmarks.comparison --visits 400000

prints one line of JSON: the median milliseconds of processor time for each section from a comparison just
made ("cold": nothing worked out yet), and for all of them from one comparison ("together").
"""

import argparse
import json
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np

from standards.comparing import (
    NO_VERDICT,
    VERDICT_MET,
    VERDICT_MISSED,
    ComparedStandard,
    Comparison,
    Names,
    Period,
    VisitColumns,
    Waits,
    adjust_brands,
    adjust_channels,
    adjust_score,
    compare_brands,
    compare_channels,
    compare_over_time,
    compare_standards,
    compare_waits,
    compare_walks,
    short_answer,
)
from standards.editions import Kind, Standard
from standards.measuring import YES, Comparator, Measure, Target
from standards.visits import Brand, Channel

BRANDS, STANDARDS, TOUCHPOINTS, MONTHS, CHANNELS, SHOPPERS = 40, 25, 9, 36, 12, 60
WAITS = (3, 17)


def made_columns(visits: int, seed: int = 1) -> VisitColumns:
    """Return made-up visits: every brand with its own chance of a met standard, a tenth not applicable."""
    random = np.random.default_rng(seed)
    brands = random.integers(0, BRANDS, visits)
    chances = 0.6 + 0.3 * random.random(BRANDS)[brands, None] * random.random(STANDARDS)
    verdicts = np.where(random.random((visits, STANDARDS)) < chances, VERDICT_MET, VERDICT_MISSED)
    verdicts[random.random((visits, STANDARDS)) < 0.1] = NO_VERDICT
    standards = tuple(_standard(at) for at in range(STANDARDS))
    weights = np.array([compared.standard.weight for compared in standards])
    no_nos = np.array([compared.standard.no_no for compared in standards])
    days = np.sort(random.integers(0, MONTHS * 30, visits))
    return VisitColumns(
        visit_ids=np.array([b"\1"] * visits, dtype="S16"),
        brand_ids=(brands + 1).astype(np.int32),
        channel_ids=(brands * CHANNELS + random.integers(0, CHANNELS, visits) + 1).astype(np.int32),
        shopper_ids=random.integers(1, SHOPPERS + 1, visits).astype(np.int32),
        edition_numbers=np.where(days < MONTHS * 15, 1, 2).astype(np.int32),
        visited_on=np.datetime64("2024-01-01", "D") + days,
        points=((verdicts == VERDICT_MET) @ weights).astype(np.float64),
        possible=np.maximum((verdicts != NO_VERDICT) @ weights, 1).astype(np.float64),
        failed=((verdicts == VERDICT_MISSED) & no_nos).any(axis=1),
        verdicts=verdicts.astype(np.int8),
        standards=standards,
        waits={at: Waits(random.exponential(200, visits), random.random(visits) < 0.1) for at in WAITS},
    )


def made_names() -> Names:
    """Return names for them: the first brand is our own, and the channels are of three kinds."""
    brands = [Brand(at + 1, f"Brand {at + 1}", at == 0, "#336699") for at in range(BRANDS)]
    kinds = (Kind.SHOP, Kind.PHONE, Kind.WEBSITE)
    numbers = range(BRANDS * CHANNELS)
    return Names(
        brands,
        {
            at + 1: Channel(at + 1, brands[at // CHANNELS], kinds[at % 3], f"Channel {at}", "", "UTC")
            for at in numbers
        },
    )


def _standard(at: int) -> ComparedStandard:
    measure = Measure.DURATION if at in WAITS else Measure.YES_NO
    target = Target(Comparator.AT_MOST, 180, "s") if at in WAITS else YES
    standard = Standard(
        f"S{at:02}",
        f"Touchpoint {at * TOUCHPOINTS // STANDARDS}",
        "Something can be seen",
        measure,
        target,
        weight=1 + at % 5,
        no_no=at % 8 == 5,
    )
    return ComparedStandard(standard.code, measure, standard)


SECTIONS: dict[str, Callable[[Comparison], object]] = {
    "answer": lambda c: short_answer(c, adjusted=False),
    "brands": compare_brands,
    "standards": compare_standards,
    "score_by_month": lambda c: compare_over_time(c, Period.MONTH),
    "score_by_week": lambda c: compare_over_time(c, Period.WEEK),
    "standard_by_month": lambda c: compare_over_time(c, Period.MONTH, 4),
    "walk": compare_walks,
    "waits": compare_waits,
    "channels": compare_channels,
    "adjusted_score": lambda c: adjust_score(c, c.rivals[0]),
    "adjusted_brands": adjust_brands,
    "adjusted_channels": lambda c: [adjust_channels(c, funnel) for funnel in compare_channels(c)],
}
TOGETHER = ("answer", "brands", "standards", "score_by_month", "walk", "waits", "channels")


def _milliseconds(runs: int, make: Callable[[], Comparison], use: Callable[[Comparison], object]) -> float:
    taken = []
    for _ in range(runs):
        comparison = make()
        began = process_time()
        use(comparison)
        taken.append(1000 * (process_time() - began))
    return round(median(taken), 1)


def main() -> None:
    """Make the visits, time each section, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=400_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    columns, names = made_columns(asked.visits), made_names()

    def fresh() -> Comparison:
        return Comparison(columns, names)

    cold = {name: _milliseconds(asked.runs, fresh, section) for name, section in SECTIONS.items()}
    together = _milliseconds(asked.runs, fresh, lambda c: [SECTIONS[name](c) for name in TOGETHER])
    print(json.dumps({"visits": asked.visits, "together_ms": together, "cold_ms": cold}))


if __name__ == "__main__":
    main()
