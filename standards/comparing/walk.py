"""The walk: touchpoints in the order a customer meets them, from the first to the last impression."""

from collections.abc import Sequence
from dataclasses import dataclass

from standards.comparing.comparison import Comparison
from standards.comparing.figures import Behind, Estimate, Lead
from standards.comparing.leads import leads_of, score_estimate, score_gap
from standards.comparing.scores import ScoreSpread, spread_of
from standards.comparing.sentences import say_range, say_score, say_score_of
from standards.editions import Kind
from standards.visits import Brand


@dataclass(frozen=True)
class WalkStep:
    """
    One touchpoint: the mean over visits of the share of its points earned there, of both brands.

    `standards` is how many of them are common to all brands; `kinds` the kinds of channel visited in which
    they are asked.
    """

    touchpoint: str
    standards: int
    kinds: tuple[Kind, ...]
    own: Estimate
    other: Estimate
    lead: Lead | None
    is_weakest: bool
    behind_own: Behind | None
    behind_other: Behind | None
    sentence: str


@dataclass(frozen=True)
class Walk:
    """The touchpoints in the order a customer meets them; our own weakest link is marked."""

    own_brand: Brand | None
    other_brand: Brand | None
    steps: tuple[WalkStep, ...]
    sentences: tuple[str, ...]


def compare_walks(comparison: Comparison) -> Walk:
    """
    Return how both brands do at each touchpoint, with visits as the unit.

    A visit counts where at least one of the touchpoint's standards was met or missed; weights are those of
    the newest edition. The gaps are corrected for being asked about at once.
    """
    own, other = comparison.own, comparison.rival
    touchpoints = comparison.touchpoints
    spreads = list(zip(spreads_of(comparison, own), spreads_of(comparison, other), strict=True))
    gaps = [score_gap(own, other, *pair) if own and other else None for pair in spreads]
    leads = leads_of(gaps, comparison.thresholds)
    figures = [(score_estimate(ours), score_estimate(theirs)) for ours, theirs in spreads]
    weakest = _weakest([ours for ours, _ in figures], comparison.thresholds.enough_visits)
    steps = tuple(
        WalkStep(
            touchpoint=touchpoint,
            standards=len(places),
            kinds=_kinds_asked(comparison, places),
            own=ours,
            other=theirs,
            lead=lead,
            is_weakest=at == weakest,
            behind_own=Behind(own.id, touchpoint=touchpoint) if own else None,
            behind_other=Behind(other.id, touchpoint=touchpoint) if other else None,
            sentence=_say_step(own, other, ours, theirs, lead),
        )
        for at, ((touchpoint, places), (ours, theirs), lead) in enumerate(
            zip(touchpoints.items(), figures, leads, strict=True)
        )
        if ours.visits or theirs.visits
    )
    return Walk(own, other, steps, tuple(said for said in (_say_weakest(own, other, steps),) if said))


def spreads_of(comparison: Comparison, brand: Brand | None) -> tuple[ScoreSpread, ...]:
    """Return, touchpoint by touchpoint, the spread of the shares of its points that visits earned (0–100)."""
    if brand is None:
        return (ScoreSpread(0, None, None),) * len(comparison.touchpoints)
    return tuple(spread_of(percents) for percents in comparison.touchpoint_percents(brand).T)


def _kinds_asked(comparison: Comparison, places: Sequence[int]) -> tuple[Kind, ...]:
    asked = [comparison.columns.standards[at].standard.kinds for at in places]
    return tuple(kind for kind in comparison.kinds if any(not kinds or kind in kinds for kinds in asked))


def _weakest(figures: Sequence[Estimate], enough: int) -> int | None:
    """Return where we earn the smallest share of the points; None where it is all or seen too seldom."""
    seen = [
        (found.percent, at)
        for at, found in enumerate(figures)
        if found.percent is not None and found.visits >= enough
    ]
    percent, at = min(seen, default=(100.0, 0))
    return at if percent < 100 and len(seen) > 1 else None


def _say_step(
    own: Brand | None, other: Brand | None, ours: Estimate, theirs: Estimate, lead: Lead | None
) -> str:
    said = [
        say_score_of(brand.name, figure)
        for brand, figure in ((own, ours), (other, theirs))
        if brand and figure.visits
    ]
    return f"{'; '.join(said)}. {lead.sentence if lead else ''}".strip()


def _say_weakest(own: Brand | None, other: Brand | None, steps: Sequence[WalkStep]) -> str:
    if own is None or not any(step.own.visits for step in steps):
        return "No visit to your own brand shows the walk yet."
    found = next((step for step in steps if step.is_weakest), None)
    if found is None or found.own.percent is None:
        whole = all(step.own.percent in (None, 100) for step in steps)
        return (
            f"{own.name} met everything at every touchpoint."
            if whole
            else "Too few visits to name a weakest link."
        )
    rest = [step.own for step in steps if step is not found and step.own.percent is not None]
    sure = all(
        one.low is not None and found.own.high is not None and found.own.high < one.low for one in rest
    )
    said = f"Weakest link{'' if sure else ' so far'}: {found.touchpoint}, {say_score(found.own.percent)}"
    reach = say_range(found.own)
    said += f" ({reach})" if reach else ""
    if other and found.other.percent is not None:
        said += f"; {other.name} {say_score(found.other.percent)} there"
    return f"{said}."
