"""Scoring: points earned over points possible, coverage, and the no-nos that fail a visit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from standards.editions import Evidence, Standard
from standards.errors import UnknownStandard
from standards.measuring import Verdict
from standards.visits import Observation, percent_of


@dataclass(frozen=True)
class Score:
    """
    What one visit came to.

    `points`, `possible` and the two weights are in points; `no_nos_missed` are codes in the edition's order.
    """

    points: float
    possible: float
    weight_answered: float
    weight_applying: float
    no_nos_missed: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        """Points earned over points possible, 0–100. Nothing applied: None, never 0."""
        return percent_of(self.points, self.possible)

    @property
    def coverage(self) -> float | None:
        """Weight answered over weight asked, 0–1. None where no standard carries any weight."""
        return self.weight_answered / self.weight_applying if self.weight_applying else None

    @property
    def failed(self) -> bool:
        """Whether a no-no was missed. It takes no points away."""
        return bool(self.no_nos_missed)


def score_visit(observations: Iterable[Observation], standards: Mapping[str, Standard]) -> Score:
    """
    Add up one visit: points earned over points possible.

    A standard that did not apply counts in neither. A missed no-no is named beside the points
    and takes none away: it fails the visit, and the score stays readable.

    Args:
        observations: in any order, at most one per standard; without a verdict it counts as unanswered.
        standards: what this visit was asked, by code, in the edition's order; weights in points.
    Returns:
        Points, coverage weights, and the codes of missed no-nos in the edition's order.
    Raises:
        UnknownStandard: an observation with a verdict is about a standard the visit was not asked.
    Source:
        Points earned over points possible: Kinesis CEM, "What is a good mystery shop score?", 2016.
        Earned and possible use the same weights; a rating earns its whole weight when its target is met,
        so its maximum is its weight and never the sum of its steps (decision of this project).
    """
    verdicts: dict[str, Verdict] = {}
    for observation in observations:
        if observation.verdict is None:
            continue
        if observation.code not in standards:
            raise UnknownStandard(standard=observation.code)
        verdicts[observation.code] = observation.verdict

    def weight_of(*counted: Verdict) -> float:
        return fsum(standards[code].weight for code, verdict in verdicts.items() if verdict in counted)

    return Score(
        points=weight_of(Verdict.MET),
        possible=weight_of(Verdict.MET, Verdict.MISSED),
        weight_answered=weight_of(*Verdict),
        weight_applying=fsum(standard.weight for standard in standards.values()),
        no_nos_missed=tuple(
            code
            for code, standard in standards.items()
            if standard.no_no and verdicts.get(code) is Verdict.MISSED
        ),
    )


def is_complete(coverage: float | None, minimum_coverage: float) -> bool:
    """Say whether a visit is covered well enough to be compared; its answers are kept either way."""
    # A coverage of exactly the minimum counts, also when its sum was rounded in binary.
    return coverage is not None and coverage >= minimum_coverage - 1e-12


def lacks_evidence(standard: Standard, observation: Observation, photo_count: int) -> bool:
    """Say whether a verdict has neither the photo nor the note its standard asks for."""
    if observation.verdict in (None, Verdict.NOT_APPLICABLE):
        return False
    wanted = standard.evidence is Evidence.ALWAYS or (
        standard.evidence is Evidence.IF_MISSED and observation.verdict is Verdict.MISSED
    )
    return wanted and not photo_count and not observation.note.strip()
