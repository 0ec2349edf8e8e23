"""Value and target give the verdict; nobody types "met" for something measured."""

import json
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.measuring import (
    Comparator,
    Measure,
    Target,
    Verdict,
    is_allowed,
    is_long_wait,
    verdict_of,
)

CASES = json.loads((Path(__file__).parents[1] / "cases" / "verdicts.json").read_text(encoding="utf-8"))
numbers = some.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in CASES])
def test_a_value_and_its_target_give_the_verdict(case):
    target = Target(Comparator(case["comparator"]), case["target"], case["unit"])
    assert is_allowed(Measure(case["measure"]), case["value"])
    assert is_allowed(Measure(case["measure"]), case["target"])
    assert verdict_of(target, case["value"], longer_than=case["longer_than"]) == case["verdict"]


def test_the_cases_cover_every_measure_and_comparator():
    assert len(CASES) >= 60
    assert {case["measure"] for case in CASES} == set(Measure)
    assert {case["comparator"] for case in CASES} == set(Comparator)
    assert {case["comparator"] for case in CASES if case["longer_than"]} == set(Comparator)
    assert {case["verdict"] for case in CASES} == {"met", "missed", None}
    assert len({case["why"] for case in CASES}) == len(CASES)


@given(some.sampled_from(Comparator), numbers, numbers)
def test_a_known_value_is_met_or_missed(comparator, target, value):
    assert verdict_of(Target(comparator, target), value) in (Verdict.MET, Verdict.MISSED)


@given(numbers, numbers)
def test_at_most_and_above_are_opposites(target, value):
    at_most, above = (verdict_of(Target(c, target), value) for c in (Comparator.AT_MOST, Comparator.ABOVE))
    assert at_most is not above


@given(
    some.sampled_from(Comparator),
    some.floats(0, 1e6),
    some.floats(0, 1e6),
    some.floats(0, 1e6, exclude_min=True),
)
def test_what_a_given_up_wait_settles_holds_for_every_longer_wait(comparator, target, known, more):
    settled = verdict_of(Target(comparator, target), known, longer_than=True)
    if settled and known + more > known:
        assert verdict_of(Target(comparator, target), known + more) is settled


@pytest.mark.parametrize(
    ("measure", "allowed", "refused"),
    [
        pytest.param(Measure.YES_NO, [0, 1], [-1, 0.5, 2], id="yes or no"),
        pytest.param(Measure.DURATION, [0, 0.5, 1e7], [-1, -0.001], id="no wait ends before it began"),
        pytest.param(Measure.COUNT, [0, 1, 3.0, 1e6], [-1, 2.5], id="whole things"),
        pytest.param(Measure.NUMBER, [-273.15, 0, 1e12], [], id="any number"),
        pytest.param(Measure.SHARE, [0, 33.3, 100], [-0.1, 100.1], id="no more than all"),
        pytest.param(Measure.RATING, [1, 2, 3, 4, 5], [0, 0.5, 4.5, 6, 15], id="five steps, none between"),
    ],
)
def test_only_values_that_can_occur_are_allowed(measure, allowed, refused):
    assert [value for value in allowed if not is_allowed(measure, value)] == []
    assert [value for value in [*refused, nan, inf, -inf] if is_allowed(measure, value)] == []


@pytest.mark.parametrize(
    ("measure", "target", "unit", "expected"),
    [
        (Measure.DURATION, 180, "s", False),
        (Measure.DURATION, 30 * 60, "s", True),
        (Measure.DURATION, 2, "days", True),
        (Measure.DURATION, 0, "working days", True),
        (Measure.NUMBER, 9999, "days", False),
    ],
)
def test_a_wait_nobody_stands_in_a_shop_for_is_long(measure, target, unit, expected):
    assert is_long_wait(measure, Target(Comparator.AT_MOST, target, unit)) is expected
