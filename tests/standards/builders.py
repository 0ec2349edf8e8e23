"""Builders that fill in what does not matter to a rule."""

from itertools import count

from hypothesis import strategies as some

from standards.editions import Standard
from standards.measuring import YES, Comparator, Measure, Target, Verdict
from standards.scoring import Score, score_visit
from standards.visits import Observation

MET, MISSED, NOT_APPLICABLE = Verdict


def standard_of(
    measure: Measure = Measure.YES_NO,
    comparator: Comparator = Comparator.EXACTLY,
    target: float = 1,
    unit: str = "",
    **others,
) -> Standard:
    """Return a standard of this measure and target."""
    facts = {"code": "A1", "touchpoint": "Welcome", "statement": "Somebody greets first"} | others
    return Standard(measure=measure, target=Target(comparator, target, unit), **facts)


def sheet_of(weights, no_nos=()) -> dict[str, Standard]:
    """Return standards S0, S1 … with these weights, of which some are no-nos."""
    numbers = count()
    return {
        f"S{number}": Standard(
            f"S{number}", "Till", "A bill is offered", target=YES, weight=weight, no_no=number in no_nos
        )
        for number, weight in zip(numbers, weights, strict=False)
    }


def observed(verdicts) -> list[Observation]:
    """Return observations of S0, S1 … with these verdicts; None is unanswered."""
    return [Observation(f"S{number}", verdict=verdict) for number, verdict in enumerate(verdicts)]


def score_of(*verdicts, weights=None, no_nos=()) -> Score:
    """Score a visit whose standards all weigh one point unless told."""
    return score_visit(observed(verdicts), sheet_of(weights or [1] * len(verdicts), no_nos))


verdicts = some.sampled_from([*Verdict, None])
weights = some.floats(0, 1000, allow_subnormal=False) | some.integers(0, 100)
answered_sheets = some.lists(some.tuples(verdicts, weights, some.booleans()), max_size=40)
