"""Changes: a figure of this period against the same figure of the last, and how sure the difference is."""

from collections.abc import Sequence
from dataclasses import replace

from standards.comparing import (
    THRESHOLDS,
    Lead,
    ScoreSpread,
    Sureness,
    Visiting,
    visits_to_settle_means,
    visits_to_settle_shares,
)
from standards.comparing.leads import SCORE_DECIMALS, Gap, leads_of, score_gap, share_gap
from standards.comparing.sentences import points_shown, say_more_visits, say_points, say_visits
from standards.scorecards.values import Change
from standards.visits import Brand


def score_change_gap(brand: Brand, now: ScoreSpread, before: ScoreSpread) -> Gap | None:
    """Set a mean score beside that of the last period; further visits can only be made now."""
    gap = score_gap(brand, brand, now, before)
    if gap is None:
        return None
    return replace(
        gap,
        settle=lambda thresholds: visits_to_settle_means(
            now, before, visiting=Visiting.OWN, thresholds=thresholds
        ),
    )


def share_change_gap(brand: Brand, met: int, judged: int, met_before: int, judged_before: int) -> Gap | None:
    """Set a met-rate beside that of the last period; further visits can only be made now."""
    gap = share_gap(brand, brand, met, judged, met_before, judged_before)
    if gap is None:
        return None
    return replace(
        gap,
        settle=lambda thresholds: visits_to_settle_shares(
            met, judged, met_before, judged_before, visiting=Visiting.OWN, thresholds=thresholds
        ),
    )


def changes_of(gaps: Sequence[Gap | None], before_name: str) -> tuple[Change | None, ...]:
    """
    Say of all gaps asked about at once how the period stands against the last, and how surely.

    Args:
        gaps: this period's figure as own, the last period's as other.
        before_name: of the last period.
    """
    leads = leads_of(gaps, THRESHOLDS)
    return tuple(
        _change(gap, lead, before_name) if gap and lead else None
        for gap, lead in zip(gaps, leads, strict=True)
    )


def _change(gap: Gap, lead: Lead, before_name: str) -> Change:
    return Change(
        before=gap.other_figure,
        points=lead.points,
        low=lead.low,
        high=lead.high,
        sureness=lead.sureness,
        is_even=lead.is_even,
        more_visits=lead.more_visits,
        sentence=_say(gap, lead, before_name),
    )


def _say(gap: Gap, lead: Lead, before_name: str) -> str:
    now, before = gap.own_figure, gap.other_figure
    enough = THRESHOLDS.enough_visits
    if min(now.visits, before.visits) < enough:
        return (
            f"Too early to say against {before_name}: {say_visits(now.visits)} now, {before.visits:,} then; "
            f"from {enough} in each on there is something to compare."
        )
    points = points_shown(now, before, decimals=gap.decimals)
    higher = "higher" if lead.points > 0 else "lower"
    if lead.sureness is Sureness.REAL:
        small = ", but small" if lead.is_even else ""
        return f"Real{small}: {say_points(points)} {higher} than in {before_name}{_bounds(lead)}."
    if lead.is_even:
        return f"Even: within {say_points(THRESHOLDS.even_points)} of {before_name}."
    if points == 0:
        return f"Too early to say: as high as in {before_name} so far."
    if lead.sureness is Sureness.LEANING:
        said = f"Leaning: probably {higher} than in {before_name}, by {say_points(points)} so far."
    else:
        apart = f"{say_points(points)} {higher} than in {before_name}"
        said = f"Too early to say: {apart}, which may well be chance."
    return f"{said} {_settling(lead.more_visits)}"


def _bounds(lead: Lead) -> str:
    if lead.low is None or lead.high is None or lead.low < 0 < lead.high:
        return ""
    low, high = sorted((abs(lead.low), abs(lead.high)))
    decimals = SCORE_DECIMALS if low < 1 else 0
    return f", probably by {low:.{decimals}f} to {high:.{decimals}f}"


def _settling(more_visits: int | None) -> str:
    if more_visits is None:
        return f"Even {say_more_visits(THRESHOLDS.most_further_visits)} would probably not settle it."
    return f"About {say_more_visits(more_visits)} would probably settle it."
