"""Shares: met-rates, their differences, the means of visit scores, and what was never seen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import erfc, fsum, hypot, sqrt
from statistics import NormalDist

from standards.measuring import Measure

# Whose decision: below three visits one bad day is a third of all that is known (this project).
ENOUGH_VISITS = 3
CONFIDENCE = 0.95

# Beyond so many standard errors chance has no part that a float can hold.
_FAR_Z = 38.0


@dataclass(frozen=True)
class Interval:
    """Where a value probably lies, in its own unit: shares 0–1, scores 0–100."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """
    Own minus other, in the unit of what is compared (shares 0–1, scores 0–100): above 0 we are ahead.

    `p_value` is 1 minus the confidence at which the interval first touches 0, so that an interval and the
    word for its sureness never contradict each other. `interval` and `p_value` are both None where too few
    visits were made to say how far they vary.
    """

    estimate: float
    interval: Interval | None
    p_value: float | None


@dataclass(frozen=True)
class MetCount:
    """How often one brand met and missed one standard; each visit counts once, so met + missed are visits."""

    brand_id: int
    code: str
    measure: Measure
    met: int
    missed: int


@dataclass(frozen=True)
class MetRate:
    """Met over met and missed, as a share (0–1), with its 95 % interval and the visits behind it."""

    met: int
    visits: int
    share: float
    interval: Interval


@dataclass(frozen=True)
class VisitScore:
    """One complete visit's points over the standards common to all brands; `possible` is never 0."""

    brand_id: int
    visited_on: date
    points: float
    possible: float
    failed: bool = False

    @property
    def percent(self) -> float:
        """Points earned over points possible, 0–100."""
        return 100 * self.points / self.possible


@dataclass(frozen=True)
class MeanScore:
    """The mean of visit scores (0–100), of how many visits, and how many of them failed by a no-no."""

    visits: int
    percent: float | None
    failed: int = 0

    @property
    def is_thin(self) -> bool:
        """Whether there are too few visits to say anything by them."""
        return self.visits < ENOUGH_VISITS


@dataclass(frozen=True)
class StandardGap:
    """One standard, ours beside theirs; `gap` is own share minus theirs, None where one side has no visit."""

    code: str
    measure: Measure
    own: MetRate | None
    other: MetRate | None

    @property
    def gap(self) -> float | None:
        """Own share minus theirs: above 0 we are ahead."""
        return self.own.share - self.other.share if self.own and self.other else None


def wilson(met: int, total: int, *, confidence: float = CONFIDENCE) -> Interval:
    """
    Return the score interval of one proportion; it stays within 0–1 also at 0 % and 100 %.

    Args:
        met: successes, 0 to `total`.
        total: independent trials, at least 1: visits, not answers.
        confidence: two-sided.
    Raises:
        ValueError: there is no proportion: nothing was tried, or more was met than tried.
    Source:
        E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
        the American Statistical Association 22 (1927), 209–212; without continuity correction.
    """
    if not 0 <= met <= total or total < 1:
        raise ValueError(f"{met} of {total} is no proportion")
    return wilson_of_share(met / total, total, confidence=confidence)


def wilson_of_share(share: float, size: float, *, confidence: float = CONFIDENCE) -> Interval:
    """
    Return Wilson's interval for a share that is worth `size` independent visits, whole or not.

    Answers of one visit and waits still open are worth less than their count: their effective size goes in.

    Args:
        share: 0–1.
        size: above 0.
        confidence: two-sided.
    """
    return Interval(*_wilson_bounds(share, size, z_of(confidence)))


def newcombe(
    own_met: int, own_total: int, other_met: int, other_total: int, *, confidence: float = CONFIDENCE
) -> Difference:
    """
    Return the difference of two independent proportions with Newcombe's hybrid score interval.

    Args:
        own_met: successes, 0 to `own_total`; visits, not answers.
        own_total: at least 1.
        other_met: likewise.
        other_total: likewise.
        confidence: two-sided.
    Raises:
        ValueError: a side has no proportion.
    Source:
        R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison
        of eleven methods", Statistics in Medicine 17 (1998), 873–890, method 10. Its p-value, the
        interval turned round, is a decision of this project.
    """
    for met, total in ((own_met, own_total), (other_met, other_total)):
        if not 0 <= met <= total or total < 1:
            raise ValueError(f"{met} of {total} is no proportion")
    return hybrid_difference(
        own_met / own_total, own_total, other_met / other_total, other_total, confidence=confidence
    )


def hybrid_difference(
    own_share: float,
    own_size: float,
    other_share: float,
    other_size: float,
    *,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Return Newcombe's difference of two shares worth so many independent visits, whole or not."""
    # So that swapping the brands mirrors the figures to the last digit, the higher share is always the first.
    if own_share < other_share:
        found = hybrid_difference(other_share, other_size, own_share, own_size, confidence=confidence)
        return mirrored(found)
    gap = own_share - other_share

    def down(z: float) -> float:
        return hypot(
            own_share - _wilson_bounds(own_share, own_size, z)[0],
            _wilson_bounds(other_share, other_size, z)[1] - other_share,
        )

    def up(z: float) -> float:
        return hypot(
            _wilson_bounds(own_share, own_size, z)[1] - own_share,
            other_share - _wilson_bounds(other_share, other_size, z)[0],
        )

    z = z_of(confidence)
    interval = Interval(max(gap - down(z), -1.0), min(gap + up(z), 1.0))
    return Difference(gap, interval, erfc(_where_reaching(gap, down) / sqrt(2)))


def mirrored(difference: Difference) -> Difference:
    """Return the same difference seen from the other brand."""
    interval = difference.interval
    return Difference(
        -difference.estimate, interval and Interval(-interval.high, -interval.low), difference.p_value
    )


def share_difference(own: "MetRate | None", other: "MetRate | None") -> Difference | None:
    """Return own met-rate minus theirs; None where one side has no visit."""
    if own is None or other is None:
        return None
    return newcombe(own.met, own.visits, other.met, other.visits)


def upper_bound_unseen(visits: int, *, confidence: float = CONFIDENCE) -> float:
    """
    Return how large a share (0–1) could still be of what was never seen in so many visits.

    Without a visit everything is possible: 1.

    Source:
        The exact one-sided binomial bound, 1 − (1 − confidence)^(1/n). J. A. Hanley and A. Lippman-Hand,
        "If nothing goes wrong, is everything all right?", JAMA 249 (1983), 1743–1745, where "3/n"
        approximates it.
    """
    return 1.0 - (1.0 - confidence) ** (1.0 / visits) if visits > 0 else 1.0


def met_rate(met: int, missed: int) -> MetRate | None:
    """Return met over met and missed with its Wilson interval; None where the standard never applied."""
    visits = met + missed
    return MetRate(met, visits, met / visits, wilson(met, visits)) if visits else None


def met_rates(counts: Iterable[MetCount]) -> dict[tuple[str, Measure], dict[int, MetRate]]:
    """
    Return each brand's met-rate by standard.

    A standard keeps its code from edition to edition; where its measure changed it is another
    standard, because a typed duration and a yes or no are not comparable.
    """
    rates: dict[tuple[str, Measure], dict[int, MetRate]] = {}
    for count in counts:
        rate = met_rate(count.met, count.missed)
        if rate:
            rates.setdefault((count.code, count.measure), {})[count.brand_id] = rate
    return rates


def standard_gaps(
    rates: Mapping[tuple[str, Measure], Mapping[int, MetRate]], own_id: int | None, other_id: int | None
) -> list[StandardGap]:
    """Set one brand beside another, standard by standard, in the order given; without either, left out."""
    gaps = []
    for (code, measure), by_brand in rates.items():
        own = by_brand.get(own_id) if own_id is not None else None
        other = by_brand.get(other_id) if other_id is not None else None
        if own or other:
            gaps.append(StandardGap(code, measure, own, other))
    return gaps


def widest_first(gaps: Iterable[StandardGap]) -> list[StandardGap]:
    """Order standards by the size of the gap, whoever is ahead; without a gap last, else as given."""
    return sorted(gaps, key=lambda found: -1.0 if found.gap is None else abs(found.gap), reverse=True)


def mean_score(scores: Iterable[VisitScore]) -> MeanScore:
    """
    Return the mean of visit scores; every visit counts the same, however many standards applied.

    Source:
        Decision of this project: the visit is the unit, because answers of one visit are not independent.
    """
    found = list(scores)
    if not found:
        return MeanScore(0, None)
    percent = fsum(score.percent for score in found) / len(found)
    return MeanScore(len(found), percent, sum(score.failed for score in found))


def scores_by_brand(scores: Iterable[VisitScore]) -> dict[int, MeanScore]:
    """Return each brand's mean score."""
    by_brand: dict[int, list[VisitScore]] = {}
    for score in scores:
        by_brand.setdefault(score.brand_id, []).append(score)
    return {brand_id: mean_score(found) for brand_id, found in by_brand.items()}


def months_between(first: date, last: date) -> list[date]:
    """Return the first day of every month from the one date's month to the other's."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def scores_by_month(scores: Iterable[VisitScore]) -> dict[int, dict[date, MeanScore]]:
    """
    Return each brand's mean score month by month, by the date of the visit.

    Every brand gets every month from the first to the last of all: one without a visit has no
    score (None), so that a chart shows a gap and not a line drawn across it.
    """
    found = list(scores)
    if not found:
        return {}
    months = months_between(min(s.visited_on for s in found), max(s.visited_on for s in found))
    grouped: dict[int, dict[date, list[VisitScore]]] = {}
    for score in found:
        by_month = grouped.setdefault(score.brand_id, {month: [] for month in months})
        by_month[score.visited_on.replace(day=1)].append(score)
    return {
        brand_id: {month: mean_score(visits) for month, visits in by_month.items()}
        for brand_id, by_month in grouped.items()
    }


def best_of(means: Mapping[int, MeanScore], brand_ids: Iterable[int]) -> int | None:
    """
    Return the brand with the highest mean score among those with enough visits; None where none has.

    A brand seen once or twice never leads: its mean is too early to say.
    """
    ready = [b for b in brand_ids if b in means and not means[b].is_thin]
    return max(ready, key=lambda brand_id: means[brand_id].percent or 0, default=None)


def _where_reaching(gap: float, reach: Callable[[float], float]) -> float:
    """Return how many standard errors it takes to reach over a gap, by halving: the reach grows with them."""
    low, high = 0.0, 1.0
    while reach(high) < gap and high < _FAR_Z:
        low, high = high, 2 * high
    while high - low > 1e-10 * max(high, 1.0):
        middle = (low + high) / 2
        low, high = (middle, high) if reach(middle) < gap else (low, middle)
    return low


def z_of(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches on either side."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _wilson_bounds(share: float, size: float, z: float) -> tuple[float, float]:
    spread = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    middle, shrunk = share + z * z / (2 * size), 1 + z * z / size
    # Rounding must not push a bound past its own estimate, as it would at 0 % and 100 %.
    low = 0.0 if share == 0 else max(min((middle - spread) / shrunk, share), 0.0)
    high = 1.0 if share == 1 else min(max((middle + spread) / shrunk, share), 1.0)
    return low, high
