"""The answer of a comparison in a sentence or two: plain, and no surer than the visits allow."""

from collections.abc import Mapping, Sequence

from pages.parts.scores import say_percent
from pages.parts.words import count_of
from standards.comparing import ENOUGH_VISITS, MeanScore, best_of
from standards.visits import Brand

NO_SCORE = MeanScore(0, None)


def say_answer(means: Mapping[int, MeanScore], own: Brand | None, competitors: Sequence[Brand]) -> str:
    """Say how our own brand stands against the best competitor, and where it is too early to say."""
    best_id = best_of(means, [brand.id for brand in competitors])
    best = next((brand for brand in competitors if brand.id == best_id), None)
    ours = means.get(own.id, NO_SCORE) if own else NO_SCORE
    if own is None or not ours.visits:
        return f"{_say_no_own(own)} {_say_leader(means, best)}".strip()
    if ours.is_thin:
        return (
            f"Too early to say: {own.name} has {count_of(ours.visits, 'complete visit')} here. "
            f"From {ENOUGH_VISITS} on, there is a score to compare. {_say_leader(means, best)}"
        ).strip()
    said = f"{own.name} scores {_say_mean(ours)}."
    if best is None:
        return f"{said} {_say_no_rival(means, competitors)}"
    theirs = means[best.id]
    rival = f"The best of the competitors, {best.name}, scores {_say_mean(theirs)}"
    if len(competitors) == 1:
        rival = f"{best.name} scores {_say_mean(theirs)}"
    # The difference of the figures as shown: a reader who subtracts must find the same.
    points = round(ours.percent or 0, 1) - round(theirs.percent or 0, 1)
    return f"{said} {rival}: {_say_difference(points)}."


def say_thin(means: Mapping[int, MeanScore], brands: Sequence[Brand]) -> str:
    """Name the brands with too few visits to say anything by; empty where there is none."""
    thin = [b for b in brands if means.get(b.id, NO_SCORE).visits and means[b.id].is_thin]
    if not thin:
        return ""
    named = ", ".join(f"{b.name} ({count_of(means[b.id].visits, 'visit')})" for b in thin)
    return f"Too early to say for {named}: fewer than {ENOUGH_VISITS} complete visits."


def _say_mean(mean: MeanScore) -> str:
    return f"{say_percent(mean.percent or 0)} on average over {count_of(mean.visits, 'visit')}"


def _say_difference(points: float) -> str:
    if round(abs(points), 1) == 0:
        return "level with ours"
    side = "below ours" if points > 0 else "above ours"
    return f"{abs(points):.1f} points {side}"


def _say_no_own(own: Brand | None) -> str:
    if own is None:
        return "No visit to your own brand yet, so there is nothing to hold competitors against."
    return f"No complete visit to {own.name} matches these filters."


def _say_leader(means: Mapping[int, MeanScore], best: Brand | None) -> str:
    if best is None:
        return ""
    return f"Of the competitors, {best.name} leads with {_say_mean(means[best.id])}."


def _say_no_rival(means: Mapping[int, MeanScore], competitors: Sequence[Brand]) -> str:
    if any(means.get(brand.id, NO_SCORE).visits for brand in competitors):
        return f"Too early to say how competitors do: none has {ENOUGH_VISITS} complete visits here."
    return "No complete visit to a competitor is here: visit one the same way, and this page compares."
