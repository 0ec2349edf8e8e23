"""Asks made-up programmes with a known truth how often the statistics keep their word, and what they cost."""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from standards.comparing import (
    Sureness,
    benjamini_hochberg,
    deviation_within,
    difference_of_means,
    kaplan_meier,
    mean_interval,
    newcombe,
    pooled_met_rate,
    spread_of,
    spreads_by,
    sureness_of,
    visits_to_settle_means,
    visits_to_settle_shares,
)

PROGRAMMES = 1_000
VISITS = 400_000

# Standards of a visit, and how alike their answers are: a visit's own share of met standards varies by Beta.
STANDARDS = 20
ALIKE = (8.0, 2.0)


def visit_scores(rng: np.random.Generator, visits: int, better_by: float = 0.0) -> NDArray[np.float64]:
    """Make up visit scores: good days and bad, 20 standards each, shifted and kept within 0–100."""
    met = rng.binomial(STANDARDS, rng.beta(*ALIKE, visits))
    return np.clip(100 * met / STANDARDS + better_by, 0, 100)


def kept_words(rng: np.random.Generator, visits: int, other_visits: int, times: int) -> dict[str, float]:
    """Return how often a 95 % interval holds the truth, and equal brands are called real or leaning."""
    truth = 100 * ALIKE[0] / sum(ALIKE)
    covered = pooled = 0
    words = dict.fromkeys(Sureness, 0)
    for _ in range(times):
        own, other = visit_scores(rng, visits), visit_scores(rng, other_visits)
        found = mean_interval(own).interval
        covered += found is not None and found.low <= truth <= found.high
        rate = pooled_met_rate(own / 100 * STANDARDS, np.full(visits, STANDARDS))
        pooled += rate is not None and rate.interval.low <= truth / 100 <= rate.interval.high
        words[sureness_of(difference_of_means(spread_of(own), spread_of(other)), visits, other_visits)] += 1
    return {
        "mean_covered": round(covered / times, 3),
        "pooled_covered": round(pooled / times, 3),
        "equal_called_real": round(words[Sureness.REAL] / times, 3),
        "equal_called_leaning": round(words[Sureness.LEANING] / times, 3),
    }


def kept_promises(rng: np.random.Generator, visits: int, apart: float, times: int) -> dict[str, float]:
    """
    Return how often a number of visits was named for a gap not yet real, and how often it then settled it.

    Args:
        rng: where chance comes from.
        visits: to each of the two brands so far.
        apart: the standard deviation of brands' true gaps, in points; visits of one brand vary by 15.
        times: how many pairs of brands.
    """
    asked = named = settled = 0
    for _ in range(times):
        gap = rng.normal(0, apart)
        own, other = (np.clip(rng.normal(75 + side * gap, 15, visits + 200), 0, 100) for side in (0.5, -0.5))
        so_far = spread_of(own[:visits]), spread_of(other[:visits])
        more = visits_to_settle_means(*so_far)
        asked += more != 0
        if more:
            named += 1
            after = spread_of(own[: visits + more]), spread_of(other[: visits + more])
            found = sureness_of(difference_of_means(*after), visits + more, visits + more)
            settled += found is Sureness.REAL
    return {"named": round(named / max(asked, 1), 2), "settled": round(settled / max(named, 1), 2)}


def kept_promises_of_shares(
    rng: np.random.Generator, visits: int, apart: float, times: int
) -> dict[str, float]:
    """Return the same for met-rates; `apart` is the standard deviation of true gaps in log odds."""
    asked = named = settled = 0
    for _ in range(times):
        level, gap = rng.normal(0.8, 1), rng.normal(0, apart)
        shares = [1 / (1 + np.exp(-level - side * gap)) for side in (0.5, -0.5)]
        met = [int(rng.binomial(visits, share)) for share in shares]
        more = visits_to_settle_shares(met[0], visits, met[1], visits)
        asked += more != 0
        if more:
            named += 1
            after = [count + int(rng.binomial(more, share)) for count, share in zip(met, shares, strict=True)]
            found = newcombe(after[0], visits + more, after[1], visits + more)
            settled += sureness_of(found, visits + more, visits + more) is Sureness.REAL
    return {"named": round(named / max(asked, 1), 2), "settled": round(settled / max(named, 1), 2)}


def milliseconds(work: Callable[[], object], times: int = 7) -> float:
    """Return the median of a few runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return round(float(np.median(taken)), 2)


def costs(rng: np.random.Generator, visits: int) -> dict[str, float]:
    """Return what the statistics cost in milliseconds on so many visits of 40 brands."""
    percents, brands = visit_scores(rng, visits), rng.integers(0, 40, visits)
    channels = rng.integers(1, 2_000, visits)
    met, judged = rng.integers(0, 20, visits), np.full(visits, STANDARDS)
    seconds, is_open = np.floor(rng.exponential(3_000, visits)), rng.random(visits) < 0.1
    chances = rng.random(1_000)
    return {
        "spreads_by_brand": milliseconds(lambda: spreads_by(brands, percents, 40)),
        "mean_interval": milliseconds(lambda: mean_interval(percents)),
        "pooled_met_rate": milliseconds(lambda: pooled_met_rate(met, judged)),
        "deviation_within": milliseconds(lambda: deviation_within(channels, percents)),
        "kaplan_meier": milliseconds(lambda: kaplan_meier(seconds, is_open)),
        "thousand_newcombe": milliseconds(lambda: [newcombe(n % 30, 30, n % 20, 20) for n in range(1_000)]),
        "thousand_corrected": milliseconds(lambda: benjamini_hochberg(chances)),
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--programmes", type=int, default=PROGRAMMES, help="made up for each figure")
    options.add_argument("--visits", type=int, default=VISITS, help="of the programme that is timed")
    chosen = options.parse_args()
    chance = np.random.default_rng(5)
    result = {
        "words": {
            f"{own} and {other}": kept_words(chance, own, other, chosen.programmes)
            for own, other in ((3, 3), (5, 5), (10, 10), (30, 30), (3, 30))
        },
        "promises": {
            f"{visits} visits": kept_promises(chance, visits, 10.0, chosen.programmes)
            for visits in (3, 5, 10, 30)
        },
        "promises_of_shares": {
            f"{visits} visits": kept_promises_of_shares(chance, visits, 1.5, chosen.programmes)
            for visits in (3, 5, 10, 30)
        },
        "milliseconds": costs(chance, chosen.visits),
    }
    print(json.dumps(result))
