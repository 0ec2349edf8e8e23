"""Answers of the example programme: values as a stopwatch or a count would give them."""

from collections.abc import Mapping
from math import exp
from random import Random
from statistics import NormalDist

from standards.editions import Standard
from standards.measuring import DAY_UNITS, Comparator, Measure, Verdict
from standards.values import Answer, answer_of

# Did not apply when this verdict was given to that other standard.
_FOLLOWS = {
    "SHOP-17": ("SHOP-16", Verdict.NOT_APPLICABLE),
    "CALL-14": ("CALL-13", Verdict.NOT_APPLICABLE),
    "WEB-19": ("WEB-20", Verdict.MET),
    "MAIL-05": ("MAIL-04", Verdict.MISSED),
}


def draw_answer(random: Random, standard: Standard, chance: float, before: Mapping[str, Answer]) -> Answer:
    """
    Make up one answer.

    Args:
        chance: how likely the standard is met, 0–1.
        before: the visit's earlier answers by code; some standards do not apply because of them.
    """
    follows, verdict = _FOLLOWS.get(standard.code, ("", None))
    if follows in before:
        does_not_apply = before[follows].verdict is verdict
    else:
        does_not_apply = "Not applicable" in standard.job_aid and random.random() < 0.3
    if does_not_apply:
        return Answer(Verdict.NOT_APPLICABLE)
    match standard.measure:
        case Measure.SHARE:
            return _counted(random, standard, met=random.random() < chance)
        case Measure.DURATION if standard.target.unit in DAY_UNITS:
            return _days(random, standard, met=random.random() < chance)
        case Measure.DURATION | Measure.NUMBER:
            return answer_of(standard, _amount(random, standard, chance))
        case _:
            return answer_of(standard, _whole(random, standard, met=random.random() < chance))


def _amount(random: Random, standard: Standard, chance: float) -> int:
    """Spread values around the target so that just this share of all of them meets it."""
    target, normal = standard.target, NormalDist()
    away = normal.inv_cdf(min(max(random.random(), 0.001), 0.999)) - normal.inv_cdf(chance)
    is_limit = target.comparator in (Comparator.AT_MOST, Comparator.BELOW)
    return max(1, round(target.value * exp(0.55 * (away if is_limit else -away))))


def _days(random: Random, standard: Standard, *, met: bool) -> Answer:
    if met:
        return answer_of(standard, random.randint(0, int(standard.target.value)))
    days = standard.target.value + random.choice((1, 1, 1, 2, 2, 3, 5))
    return answer_of(standard, days, longer_than=random.random() < 0.15)


def _whole(random: Random, standard: Standard, *, met: bool) -> int:
    match standard.measure:
        case Measure.RATING:
            return random.choice((4, 4, 5)) if met else random.choice((1, 2, 2, 3, 3, 3))
        case Measure.COUNT:
            return _count(random, standard, met)
        case _:
            return int(met)


def _count(random: Random, standard: Standard, met: bool) -> int:
    limit = int(standard.target.value)
    if standard.target.comparator is Comparator.AT_LEAST:
        return limit + random.choice((0, 0, 1, 2)) if met else max(0, limit - random.choice((1, 1, 2)))
    return max(0, limit - random.choice((0, 0, 1, 1, 2))) if met else limit + random.choice((1, 1, 2, 3))


def _counted(random: Random, standard: Standard, *, met: bool) -> Answer:
    """Count k of n, so that the share meets its target or does not."""
    of = (
        3
        if standard.target.comparator is Comparator.EXACTLY
        else {95: 20, 90: 10}.get(int(standard.target.value), 12)
    )
    needed = -(-of * int(standard.target.value) // 100)
    hits = random.randint(needed, of) if met else needed - random.choice((1, 1, 2))
    return answer_of(standard, 100 * hits / of, counted_of=of)
