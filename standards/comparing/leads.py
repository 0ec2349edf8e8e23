"""Leads: two brands' figures side by side, many at once: who is ahead, how surely, what would settle it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from standards.comparing.figures import Estimate, Lead
from standards.comparing.scores import ScoreSpread, difference_of_means, interval_of_mean
from standards.comparing.sentences import points_shown, say_lead
from standards.comparing.shares import Difference, Interval, newcombe, wilson
from standards.comparing.sureness import (
    Compared,
    Sureness,
    Thresholds,
    corrected_p_values,
    is_even,
    sureness_of,
    visits_to_settle_means,
    visits_to_settle_shares,
)
from standards.visits import Brand

# Scores are shown with a decimal, shares without.
SCORE_DECIMALS, SHARE_DECIMALS = 1, 0


@dataclass(frozen=True)
class Gap:
    """
    Two brands' figures that can be compared, before it is known how many gaps are asked about at once.

    `difference` is in points of percent. `settle` says how many further visits to each would settle it.
    """

    own: Brand
    other: Brand
    own_figure: Estimate
    other_figure: Estimate
    difference: Difference
    settle: Callable[[Thresholds], int | None]
    decimals: int


def score_estimate(spread: ScoreSpread) -> Estimate:
    """Return a mean score with its interval, in percent."""
    found = interval_of_mean(spread)
    bounds = (found.interval.low, found.interval.high) if found.interval else (None, None)
    return Estimate(found.visits, found.mean, *bounds)


def share_estimate(met: int, visits: int) -> Estimate:
    """Return a met-rate with its Wilson interval, in percent."""
    if not visits:
        return Estimate(0)
    interval = wilson(met, visits)
    return Estimate(visits, 100 * met / visits, 100 * interval.low, 100 * interval.high)


def score_gap(own: Brand, other: Brand, own_spread: ScoreSpread, other_spread: ScoreSpread) -> Gap | None:
    """Set two mean scores side by side; None where one side has no visit."""
    difference = difference_of_means(own_spread, other_spread)
    if difference is None:
        return None
    return Gap(
        own,
        other,
        score_estimate(own_spread),
        score_estimate(other_spread),
        difference,
        lambda thresholds: visits_to_settle_means(own_spread, other_spread, thresholds=thresholds),
        SCORE_DECIMALS,
    )


def share_gap(
    own: Brand, other: Brand, own_met: int, own_visits: int, other_met: int, other_visits: int
) -> Gap | None:
    """Set two met-rates side by side (Newcombe); None where one side has no visit."""
    if not own_visits or not other_visits:
        return None
    return Gap(
        own,
        other,
        share_estimate(own_met, own_visits),
        share_estimate(other_met, other_visits),
        in_percent(newcombe(own_met, own_visits, other_met, other_visits)),
        lambda thresholds: visits_to_settle_shares(
            own_met, own_visits, other_met, other_visits, thresholds=thresholds
        ),
        SHARE_DECIMALS,
    )


def in_percent(difference: Difference) -> Difference:
    """Return a difference of shares in points of percent."""
    interval = difference.interval
    return Difference(
        100 * difference.estimate,
        interval and Interval(100 * interval.low, 100 * interval.high),
        difference.p_value,
    )


def leads_of(gaps: Sequence[Gap | None], thresholds: Thresholds) -> tuple[Lead | None, ...]:
    """
    Say of all gaps asked about at once who is ahead and how surely.

    Source:
        Benjamini and Hochberg (`standards.comparing.sureness.benjamini_hochberg`) over all of them.
    """
    compared = [
        Compared(gap.difference, gap.own_figure.visits, gap.other_figure.visits)
        if gap
        else Compared(None, 0, 0)
        for gap in gaps
    ]
    corrected = corrected_p_values(compared, thresholds=thresholds)
    return tuple(
        _lead_of(gap, p_value, thresholds) if gap else None
        for gap, p_value in zip(gaps, corrected, strict=True)
    )


def _lead_of(gap: Gap, corrected: float | None, thresholds: Thresholds) -> Lead:
    difference, visits = gap.difference, (gap.own_figure.visits, gap.other_figure.visits)
    interval = difference.interval
    sureness = sureness_of(difference, *visits, thresholds=thresholds, p_value=corrected)
    even = min(visits) >= thresholds.enough_visits and is_even(difference, thresholds.even_points)
    strict = strict_thresholds(thresholds, difference.p_value, corrected)
    more_visits: int | None = 0
    if not even and sureness is not Sureness.REAL:
        found = gap.settle(strict)
        # Further visits may be reckoned a little otherwise than the gap: what is open takes one at least.
        more_visits = found if found is None else max(found, 1)
    bounds = (interval.low, interval.high) if interval else None
    shown = points_shown(gap.own_figure, gap.other_figure, decimals=gap.decimals)
    thin = [
        (brand.name, seen, thresholds.enough_visits - seen)
        for brand, seen in ((gap.own, visits[0]), (gap.other, visits[1]))
        if seen < thresholds.enough_visits
    ]
    return Lead(
        own_id=gap.own.id,
        other_id=gap.other.id,
        points=difference.estimate,
        low=bounds[0] if bounds else None,
        high=bounds[1] if bounds else None,
        p_value=difference.p_value,
        corrected_p_value=corrected,
        sureness=sureness,
        is_even=even,
        more_visits=more_visits,
        sentence=say_lead(
            gap.own.name,
            gap.other.name,
            shown or (difference.estimate if sureness is Sureness.REAL else 0.0),
            sureness,
            bounds=bounds,
            more_visits=more_visits,
            in_reach=thresholds.most_further_visits,
            even_points=thresholds.even_points if even else None,
            thin=thin,
        ),
    )


def strict_thresholds(thresholds: Thresholds, p_value: float | None, corrected: float | None) -> Thresholds:
    """Ask of further visits what is asked of those there are: to be real among so many gaps at once."""
    if not p_value or not corrected:
        return thresholds
    return replace(thresholds, real=1 - (1 - thresholds.real) * p_value / corrected)
