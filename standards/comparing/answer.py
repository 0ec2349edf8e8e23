"""The answer: where our own brand stands, how sure that is, what changed lately, and what to do next."""

from dataclasses import dataclass

from standards.comparing.adjusting import adjust_score
from standards.comparing.comparison import Comparison
from standards.comparing.figures import NOTHING_SEEN, Adjusted, Estimate, Lead
from standards.comparing.lately import say_lately
from standards.comparing.leads import score_estimate
from standards.comparing.next_step import say_next_step
from standards.comparing.sentences import say_score_of, say_too_few_brands
from standards.visits import Brand


@dataclass(frozen=True)
class ShortAnswer:
    """
    The page's first lines: `sentences` in the order to read them, and the figures they are made of.

    `scores` says both scores, `verdict` who is ahead and how surely, `lately` what changed, `next_step` what
    to do; each may be empty, and `sentences` holds those that are not.
    """

    own: Brand | None
    rival: Brand | None
    own_score: Estimate
    rival_score: Estimate
    lead: Lead | None
    adjusted: Adjusted | None
    scores: str
    verdict: str
    lately: str
    next_step: str

    @property
    def sentences(self) -> tuple[str, ...]:
        """What there is to say, in the order to read it."""
        return tuple(said for said in (self.scores, self.verdict, self.lately, self.next_step) if said)


def short_answer(comparison: Comparison, *, adjusted: bool = True) -> ShortAnswer:
    """
    Say in a few sentences what a manager opens the page for.

    Args:
        comparison: whose visits.
        adjusted: whether to say what who visited has to do with the gap.
    """
    own, rival = comparison.own, comparison.rival
    scores = [_score(comparison, brand) for brand in (own, rival)]
    lead = comparison.leads[rival.id] if rival else None
    return ShortAnswer(
        own=own,
        rival=rival,
        own_score=scores[0],
        rival_score=scores[1],
        lead=lead,
        adjusted=adjust_score(comparison, rival) if adjusted and rival else None,
        scores=_say_scores(comparison),
        verdict=lead.sentence if lead else _say_alone(comparison),
        lately=say_lately(comparison),
        next_step=say_next_step(comparison),
    )


def _score(comparison: Comparison, brand: Brand | None) -> Estimate:
    return score_estimate(comparison.spread_of(brand)) if brand else NOTHING_SEEN


def _say_scores(comparison: Comparison) -> str:
    own, rival = comparison.own, comparison.rival
    ours, theirs = _score(comparison, own), _score(comparison, rival)
    said = [say_score_of(own.name, ours)] if own and ours.visits else []
    if rival and theirs.visits:
        said.append(say_score_of(_named(comparison, rival), theirs))
    return f"{'; '.join(said)}." if said else ""


def _named(comparison: Comparison, rival: Brand) -> str:
    """Name the competitor; as the best one where it was chosen for that."""
    enough = comparison.thresholds.enough_visits
    ready = [brand for brand in comparison.rivals if comparison.spread_of(brand).visits >= enough]
    if comparison.against_id is None and len(ready) > 1:
        return f"{rival.name}, the best of {len(ready)} competitors,"
    return rival.name


def _say_alone(comparison: Comparison) -> str:
    """Say why nothing is set beside our own brand."""
    own, rival = comparison.own, comparison.rival
    visited = [brand for brand in comparison.names.brands if comparison.spread_of(brand).visits]
    missing = say_too_few_brands(visited)
    if missing:
        return missing
    if own and rival:
        return f"No standard is asked of both {own.name} and {rival.name}, so their scores are not compared."
    chosen = next((brand.name for brand in comparison.rivals if brand.id == comparison.against_id), "")
    return f"No complete visit to {chosen or 'the competitor chosen'} is here."
