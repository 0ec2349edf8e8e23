"""The next best step: which few visits would settle a touchpoint, or where to begin to work."""

from standards.comparing.comparison import Comparison
from standards.comparing.leads import strict_thresholds
from standards.comparing.sentences import say_kind, say_more_visits, say_score
from standards.comparing.sureness import Sureness, Visiting, visits_to_settle_means
from standards.comparing.walk import WalkStep, compare_walks, spreads_of
from standards.editions import Kind
from standards.visits import Brand

# Whose decision: what a few colleagues can visit within weeks (this project). More than that is no next step.
_IN_REACH = 30


def say_next_step(comparison: Comparison) -> str:
    """
    Say the one step that helps most; empty where the verdict itself says which visits are missing.

    While it is open who is ahead, the touchpoint that the fewest further visits would settle; once it is
    settled, the touchpoint where the competitor is surely ahead by most. Either steps in for the other, and
    our own weakest touchpoint for both.
    """
    own, rival, enough = comparison.own, comparison.rival, comparison.thresholds.enough_visits
    if own is None or rival is None:
        return ""
    if min(comparison.spread_of(own).visits, comparison.spread_of(rival).visits) < enough:
        return ""
    steps, lead = compare_walks(comparison).steps, comparison.leads[rival.id]
    settle = _say_settle(comparison, own, rival, steps)
    work = _say_work(own, rival, steps)
    is_settled = lead is not None and (lead.sureness is Sureness.REAL or lead.is_even)
    return ((work or settle) if is_settled else (settle or work)) or _say_weakest(own, steps)


def _say_work(own: Brand, rival: Brand, steps: tuple[WalkStep, ...]) -> str:
    behind = [
        (step.lead.points, step)
        for step in steps
        if step.lead and step.lead.sureness is Sureness.REAL and step.lead.leader_id == rival.id
    ]
    if not behind:
        return ""
    _, step = min(behind, key=lambda found: found[0])
    ours, theirs = (say_score(figure.percent or 0.0) for figure in (step.own, step.other))
    return (
        f"Next: work on “{step.touchpoint}”, where {own.name} earns {ours} of the points and {rival.name} "
        f"{theirs}: that gap is real."
    )


def _say_weakest(own: Brand, steps: tuple[WalkStep, ...]) -> str:
    found = next((step for step in steps if step.is_weakest), None)
    if found is None or found.own.percent is None:
        return ""
    percent = say_score(found.own.percent)
    return f"Next: look at “{found.touchpoint}”, where {own.name} earns least: {percent} of the points."


def _say_settle(comparison: Comparison, own: Brand, rival: Brand, steps: tuple[WalkStep, ...]) -> str:
    """Name the touchpoint that the fewest further visits would settle, and whom to visit for it."""
    open_steps = [
        (step.lead.more_visits, -abs(step.lead.points), at)
        for at, step in enumerate(steps)
        if step.lead and step.lead.more_visits
    ]
    if not open_steps:
        return ""
    both, _, at = min(open_steps)
    step = steps[at]
    alone = [
        (found, brand)
        for brand, visiting in ((rival, Visiting.OTHER), (own, Visiting.OWN))
        if (found := _visits_to_one(comparison, own, rival, step, visiting))
    ]
    fewest, brand = min(alone, key=lambda found: found[0], default=(2 * both + 1, own))
    if fewest > 2 * both:
        whom, fewest = f"each brand’s {_channels(comparison, step, None)}", both
    else:
        whom = f"{brand.name}’s {_channels(comparison, step, brand)}"
    if fewest > _IN_REACH:
        return ""
    return f"Next: {say_more_visits(fewest)} to {whom} would probably settle “{step.touchpoint}”."


def _visits_to_one(
    comparison: Comparison, own: Brand, rival: Brand, step: WalkStep, visiting: Visiting
) -> int | None:
    """Return how many further visits would settle a touchpoint if one brand alone got them."""
    lead = step.lead
    if lead is None:
        return None
    at = list(comparison.touchpoints).index(step.touchpoint)
    spreads = (spreads_of(comparison, brand)[at] for brand in (own, rival))
    strict = strict_thresholds(comparison.thresholds, lead.p_value, lead.corrected_p_value)
    return visits_to_settle_means(*spreads, visiting=visiting, thresholds=strict)


def _channels(comparison: Comparison, step: WalkStep, brand: Brand | None) -> str:
    """Say what is to be visited: `website`, `shops`; `channels` where it may be of several kinds."""
    if len(step.kinds) != 1:
        return "channels"
    kind: Kind = step.kinds[0]
    found = [
        channel
        for channel in comparison.names.channels.values()
        if channel.kind is kind and (brand is None or channel.brand.id == brand.id)
    ]
    owners = {channel.brand.id for channel in found}
    return say_kind(kind, 1 if len(found) <= len(owners) else 2)
