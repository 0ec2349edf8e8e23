"""Severity of the shopper: what a gap between two brands would be had the same shoppers visited both."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from math import erfc, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from standards.comparing.same_shoppers import Fit, SameShoppersGap, question_of, score_gap, share_gap
from standards.comparing.scores import difference_of_means
from standards.comparing.shares import CONFIDENCE, Difference, Interval, newcombe
from standards.comparing.shopper_visits import ShopperVisits, visits_by_shopper

FULL_SCORE, FULL_SHARE = 100.0, 1.0
_ROUNDING = 1e-9


class NotAdjusted(Enum):
    """Why a gap is not adjusted for who visited."""

    NO_VISITS = "no visits"
    NOBODY_NAMED = "nobody named"
    ONE_SHOPPER = "one shopper"
    TOO_LITTLE_OVERLAP = "too little overlap"
    ALL_ALIKE = "all alike"


@dataclass(frozen=True)
class OverlapLimits:
    """
    How little overlap of shoppers and brands is too little. Whose decision: this project.

    Half of each brand's visits, because what is left out may be the other half of the gap; five visits to
    each brand seen by the same eyes, because below that the interval spans half of the scale; and more than
    one shopper to carry the answer, because one shopper's mood towards one brand cannot be told from it.
    """

    least_share_of_visits: float = 0.5
    least_effective_visits: float = 5.0
    least_effective_shoppers: float = 1.5


OVERLAP_LIMITS = OverlapLimits()


@dataclass(frozen=True)
class Overlap:
    """
    How well the shoppers of two brands can be compared.

    A shopper compares who visited both brands, or who is tied to both by a chain: she visited ours and a
    third brand, another that third brand and theirs. `shoppers` are those named who visited either brand and
    `comparing` those of them who compare; `share_of_visits` (0–1) is how much of a brand's visits theirs are,
    at the brand where it is less. All this is worth `effective_visits` to each brand by one and the same eye,
    and `effective_shoppers` who carry the answer in equal parts.
    """

    shoppers: int
    comparing: int
    share_of_visits: float
    effective_visits: float
    effective_shoppers: float

    def is_enough(self, limits: OverlapLimits) -> bool:
        """Whether there is no less of anything than the limits ask."""
        return (
            self.share_of_visits >= limits.least_share_of_visits
            and self.effective_visits >= limits.least_effective_visits
            and self.effective_shoppers >= limits.least_effective_shoppers
        )


NO_OVERLAP = Overlap(0, 0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class AdjustedDifference:
    """
    Own minus other, as it was seen and as the same shoppers would have seen it.

    `raw` is None where a brand has no visit; `adjusted` is None with a `reason`. `who_visited` is raw minus
    adjusted: the part of the gap that is who visited. `explained_share` is that part of the raw gap (0–1),
    None where it is no part of it: the gap is too small, or grows or turns round when adjusted.
    `full_scale` is 100 for scores and 1 for shares.
    """

    raw: Difference | None
    adjusted: Difference | None
    who_visited: Difference | None
    overlap: Overlap
    reason: NotAdjusted | None
    full_scale: float

    @property
    def explained_share(self) -> float | None:
        """How much of the raw gap is who visited, 0–1."""
        if self.raw is None or self.adjusted is None or abs(self.raw.estimate) < self.full_scale / 1000:
            return None
        share = 1 - self.adjusted.estimate / self.raw.estimate
        return min(max(share, 0.0), 1.0) if -_ROUNDING < share < 1 + _ROUNDING else None


_Solve = Callable[[Fit, int, int, float], SameShoppersGap | None]


def adjusted_score_difference(
    brand_ids: NDArray[np.integer],
    shopper_ids: NDArray[np.integer],
    percents: NDArray[Any],
    own: int,
    other: int,
    *,
    confidence: float = CONFIDENCE,
    limits: OverlapLimits = OVERLAP_LIMITS,
) -> AdjustedDifference:
    """
    Return the difference of two brands' mean scores, adjusted for who visited.

    Brands and shoppers each add their effect to a score, all brands together: a shopper who visited ours and
    a third brand says how severe she is there too. Shopper effects are fixed and not random, because random
    ones are drawn towards the mean and leave in the gap what they are drawn by: in the simulated programmes
    they kept up to 70 % of the raw bias. Brands may be channels, or any other groups.

    Where shoppers disagree about the gap by more than chance (one is more severe with one brand than with the
    others), the interval is as much wider. No interval knows of a severity that changed with time.

    Visits by nobody named are not one shopper's. Each could be anyone's, so none says anything of how severe
    its shopper was: they count in the raw difference and not in the adjusted one.

    Args:
        brand_ids: each visit's brand; visits of all brands, not only of the two.
        shopper_ids: each visit's shopper, UNKNOWN_SHOPPER where nobody is named.
        percents: each visit's score, 0–100; NaN is no score and counts nowhere.
        own: one brand.
        other: the other.
        confidence: two-sided.
        limits: below which there is too little overlap.
    Source:
        Two-way analysis of covariance by least squares. Interval: J. G. MacKinnon and H. White, "Some
        heteroskedasticity-consistent covariance matrix estimators", Journal of Econometrics 29 (1985), HC2,
        so that brands and shoppers may vary each in its own way, with the degrees of freedom of R. M. Bell
        and D. F. McCaffrey, Survey Methodology 28 (2002), 169–181. The disagreement's variance: by moments,
        as R. DerSimonian and N. Laird, Controlled Clinical Trials 7 (1986), 177–188. Measured in
        `benchmarks.severity`.
    """
    seen = visits_by_shopper(brand_ids, shopper_ids, percents)
    return score_difference_of(seen, own, other, confidence=confidence, limits=limits)


def adjusted_share_difference(
    brand_ids: NDArray[np.integer],
    shopper_ids: NDArray[np.integer],
    happened: NDArray[Any],
    own: int,
    other: int,
    *,
    confidence: float = CONFIDENCE,
    limits: OverlapLimits = OVERLAP_LIMITS,
) -> AdjustedDifference:
    """
    Return the difference of two brands' shares of visits (0–1), adjusted for who visited.

    For a yes or no a visit: it failed by a no-no, a standard was met. Brand and shopper effects add up on the
    logit scale, shrunken by Firth's prior; then each shopper who compares is taken to visit both brands, as
    often as she visited the two, and the chances are averaged. What the visits differ from their chances by
    is added back within shoppers. Otherwise as `adjusted_score_difference`.

    Args:
        brand_ids: each visit's brand; visits of all brands, not only of the two.
        shopper_ids: each visit's shopper, UNKNOWN_SHOPPER where nobody is named.
        happened: 1 or True, 0 or False; NaN where it did not apply.
        own: one brand.
        other: the other.
        confidence: two-sided.
        limits: below which there is too little overlap.
    Source:
        Standardising: J. M. Robins, "A new approach to causal inference in mortality studies", Mathematical
        Modelling 7 (1986); that averages over fixed effects are hardly biased with few visits a shopper:
        I. Fernández-Val, Journal of Econometrics 150 (2009), 71–85; adding back what a model leaves over:
        J. M. Robins, A. Rotnitzky and L. P. Zhao, Journal of the American Statistical Association 89 (1994),
        846–866. Interval: the delta method, each share's on the logit scale, the two put together by MOVER,
        of which Newcombe's is the case of independent shares: G. Y. Zou and A. Donner, Statistics in Medicine
        27 (2008), 1693–1702. Measured in `benchmarks.severity`.
    """
    seen = visits_by_shopper(brand_ids, shopper_ids, happened)
    return share_difference_of(seen, own, other, confidence=confidence, limits=limits)


def score_difference_of(
    seen: ShopperVisits,
    own: int,
    other: int,
    *,
    confidence: float = CONFIDENCE,
    limits: OverlapLimits = OVERLAP_LIMITS,
) -> AdjustedDifference:
    """Return the adjusted difference of mean scores of visits summed before; for many pairs of brands."""
    places = _places_of(seen, own, other)
    if places is None:
        return AdjustedDifference(None, None, None, NO_OVERLAP, NotAdjusted.NO_VISITS, FULL_SCORE)
    raw = difference_of_means(*(seen.spread_of(place) for place in places), confidence=confidence)
    assert raw is not None  # noqa: S101
    return _adjusted(seen, *places, raw, score_gap, FULL_SCORE, confidence, limits)


def share_difference_of(
    seen: ShopperVisits,
    own: int,
    other: int,
    *,
    confidence: float = CONFIDENCE,
    limits: OverlapLimits = OVERLAP_LIMITS,
) -> AdjustedDifference:
    """Return the adjusted difference of shares of visits summed before; for many pairs of brands."""
    places = _places_of(seen, own, other)
    if places is None:
        return AdjustedDifference(None, None, None, NO_OVERLAP, NotAdjusted.NO_VISITS, FULL_SHARE)
    raw = newcombe(*seen.count_of(places[0]), *seen.count_of(places[1]), confidence=confidence)
    return _adjusted(seen, *places, raw, share_gap, FULL_SHARE, confidence, limits)


def _places_of(seen: ShopperVisits, own: int, other: int) -> tuple[int, int] | None:
    if own == other:
        raise ValueError("a brand has no gap to itself")
    places = seen.place_of(own), seen.place_of(other)
    return None if places[0] is None or places[1] is None else (places[0], places[1])


def _adjusted(
    seen: ShopperVisits,
    own: int,
    other: int,
    raw: Difference,
    solve: _Solve,
    full_scale: float,
    confidence: float,
    limits: OverlapLimits,
) -> AdjustedDifference:
    """Look for enough overlap, and adjust where there is."""

    def without(reason: NotAdjusted, overlap: Overlap) -> AdjustedDifference:
        return AdjustedDifference(raw, None, None, overlap, reason, full_scale)

    shoppers = int(np.count_nonzero(seen.named.visits[[own, other]].any(axis=0)))
    nobody = replace(NO_OVERLAP, shoppers=shoppers)
    if shoppers < 2:
        return without(NotAdjusted.ONE_SHOPPER if shoppers else NotAdjusted.NOBODY_NAMED, nobody)
    tied = seen.fit_between(own, other)
    if tied is None:
        return without(NotAdjusted.TOO_LITTLE_OVERLAP, nobody)
    overlap = _overlap_of(*tied, shoppers, seen.cells.visits[[own, other]].sum(axis=1))
    if not overlap.is_enough(limits):
        return without(NotAdjusted.TOO_LITTLE_OVERLAP, overlap)
    z = float(special.ndtri((1 + confidence) / 2))
    found = solve(*tied, z)
    if found is None:
        return without(NotAdjusted.ALL_ALIKE, overlap)
    part, error = raw.estimate - found.gap.estimate, found.error_of_part
    who_visited = Difference(
        part,
        Interval(part - z * error, part + z * error),
        erfc(abs(part) / error / sqrt(2)) if error > 0 else None,
    )
    return AdjustedDifference(raw, found.gap, who_visited, overlap, None, full_scale)


def _overlap_of(fit: Fit, own: int, other: int, shoppers: int, all_visits: NDArray[np.float64]) -> Overlap:
    """Measure how far the question rests on many visits and many shoppers; nothing here knows a value."""
    visits = fit.cells.visits
    weights = fit.by_visits.fitted(question_of(visits, own, other))
    by_shopper = (visits * weights**2).sum(axis=0)
    at_two = visits[[own, other]]
    return Overlap(
        shoppers=shoppers,
        comparing=int(np.count_nonzero(at_two.any(axis=0))),
        share_of_visits=float((at_two.sum(axis=1) / all_visits).min()),
        # Rounded so that five visits are five, in whatever order they were added up.
        effective_visits=round(float(2 / by_shopper.sum()), 6),
        effective_shoppers=round(float(by_shopper.sum() ** 2 / (by_shopper**2).sum()), 6),
    )
