"""Waits: how long customers wait for something, brand beside brand, waits given up counted honestly."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import nextafter

import numpy as np
from numpy.typing import NDArray

from standards.comparing.columns import ComparedStandard
from standards.comparing.comparison import Comparison
from standards.comparing.figures import Behind, Estimate, Lead
from standards.comparing.leads import SHARE_DECIMALS, Gap, in_percent, leads_of
from standards.comparing.sentences import say_waits
from standards.comparing.shares import hybrid_difference
from standards.comparing.sureness import Thresholds, visits_to_settle_shares
from standards.comparing.waits import WaitCurve, WaitShare, answered_by, kaplan_meier, never_answered_within
from standards.editions import Standard
from standards.measuring import DAY_UNITS, Comparator, Target
from standards.values import DAY, say_target
from standards.visits import Brand


@dataclass(frozen=True, eq=False)
class BrandWaits:
    """
    One brand's waits for one standard; the curve is in seconds (a day is 24 hours) and shares (0–1).

    `by_target` is the share answered by the target, None where nobody waited that long. `never` is the share
    not answered within `never_within_seconds`, the longest that enough waits lasted; None where every wait
    was answered.
    """

    brand: Brand
    curve: WaitCurve
    by_target: Estimate | None
    never: Estimate | None
    never_within_seconds: float | None
    behind: Behind
    sentence: str


@dataclass(frozen=True)
class WaitRow:
    """One duration standard: both brands' waits; `lead` compares the shares answered by its target."""

    column: int
    standard: Standard
    target_seconds: float
    target_words: str
    brands: tuple[BrandWaits, ...]
    lead: Lead | None
    sentence: str


def compare_waits(comparison: Comparison) -> tuple[WaitRow, ...]:
    """
    Return the waits of each duration standard that was timed, in visiting order.

    One whose target asks for a length at least, or exactly, is no wait that somebody ends, and left out. The
    gaps are corrected for being asked about at once.
    """
    columns = comparison.columns
    found: list[tuple[int, ComparedStandard, tuple[BrandWaits, ...]]] = []
    for at in sorted(columns.waits):
        compared = columns.standards[at]
        if compared.standard.target.comparator not in (Comparator.AT_MOST, Comparator.BELOW):
            continue
        seen = [_waits(comparison, brand, at) for brand in (comparison.own, comparison.rival) if brand]
        timed = tuple(waits for waits in seen if waits)
        if timed:
            found.append((at, compared, timed))
    leads = leads_of([_gap(compared.standard, timed) for _, compared, timed in found], comparison.thresholds)
    return tuple(
        WaitRow(
            column=at,
            standard=compared.standard,
            target_seconds=target_seconds(compared.standard.target),
            target_words=say_target(compared.measure, compared.standard.target),
            brands=timed,
            lead=lead,
            sentence=" ".join([*(waits.sentence for waits in timed), *([lead.sentence] if lead else [])]),
        )
        for (at, compared, timed), lead in zip(found, leads, strict=True)
    )


def target_seconds(target: Target) -> float:
    """Return a duration's target in seconds, as the columns hold waits: a day is 24 hours."""
    return target.value * (DAY if target.unit in DAY_UNITS else 1)


def _waits(comparison: Comparison, brand: Brand, at: int) -> BrandWaits | None:
    waits, places = comparison.columns.waits[at], comparison.places_of(brand)
    seconds = waits.seconds[places]
    curve = kaplan_meier(seconds, waits.is_open[places])
    if curve is None:
        return None
    compared = comparison.columns.standards[at]
    by_target = answered_by(curve, _last_moment(compared.standard.target))
    within = _watched_until(seconds, comparison.thresholds.enough_visits)
    never = never_answered_within(curve, within) if curve.open_waits else None
    shown = _estimate(curve, never) if never and never.share > 0 else None
    target_share = _estimate(curve, by_target)
    return BrandWaits(
        brand=brand,
        curve=curve,
        by_target=target_share,
        never=shown,
        never_within_seconds=within if shown else None,
        behind=Behind(brand.id, code=compared.code, measure=compared.measure),
        sentence=say_waits(brand.name, compared.standard, curve.waits, target_share, shown, within),
    )


def _last_moment(target: Target) -> float:
    """Return the last moment that meets a target; below it means before it."""
    limit = target_seconds(target)
    return nextafter(limit, 0) if target.comparator is Comparator.BELOW else limit


def _watched_until(seconds: NDArray[np.float64], enough: int) -> float:
    """Return the longest that enough waits lasted, answered or not: one long wait alone says too little."""
    timed = np.sort(seconds[~np.isnan(seconds)])
    return float(timed[-min(enough, len(timed))])


def _estimate(curve: WaitCurve, share: WaitShare | None) -> Estimate | None:
    if share is None:
        return None
    return Estimate(curve.waits, 100 * share.share, 100 * share.interval.low, 100 * share.interval.high)


def _gap(standard: Standard, timed: Sequence[BrandWaits]) -> Gap | None:
    """Set both shares answered by the target side by side; None where one is not known."""
    if len(timed) != 2:
        return None
    ours, theirs = timed
    if ours.by_target is None or theirs.by_target is None:
        return None
    (own_share, own_worth), (other_share, other_worth) = (_worth(waits, standard.target) for waits in timed)

    def settle(thresholds: Thresholds) -> int | None:
        return visits_to_settle_shares(
            round(own_share * own_worth),
            round(own_worth),
            round(other_share * other_worth),
            round(other_worth),
            thresholds=thresholds,
        )

    difference = hybrid_difference(own_share, own_worth, other_share, other_worth)
    return Gap(
        ours.brand,
        theirs.brand,
        ours.by_target,
        theirs.by_target,
        in_percent(difference),
        settle,
        SHARE_DECIMALS,
    )


def _worth(waits: BrandWaits, target: Target) -> tuple[float, float]:
    """Return the share answered by the target, and how many waits without any given up it is worth."""
    curve, limit = waits.curve, _last_moment(target)
    at = int(np.searchsorted(curve.seconds, limit, side="right")) - 1
    if at < 0:
        return 0.0, curve.waits - float((curve.given_up_early < limit).sum())
    return float(curve.answered_share[at]), float(curve.worth[at])
