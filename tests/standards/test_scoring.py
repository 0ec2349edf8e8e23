"""Points earned over points possible; coverage; no-nos. What a score may never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.editions import Evidence
from standards.errors import UnknownStandard
from standards.measuring import Comparator, Measure, Verdict
from standards.scoring import is_complete, lacks_evidence, score_visit
from standards.values import answer_of
from standards.visits import Observation
from tests.standards.builders import (
    MET,
    MISSED,
    NOT_APPLICABLE,
    answered_sheets,
    observed,
    score_of,
    sheet_of,
    standard_of,
)


def scored(answers):
    return score_of(
        *[verdict for verdict, _, _ in answers],
        weights=[weight for _, weight, _ in answers],
        no_nos={at for at, (_, _, no_no) in enumerate(answers) if no_no},
    )


@pytest.mark.parametrize(
    ("verdicts", "percent"),
    [
        pytest.param([MET, MISSED], 50, id="one missed"),
        pytest.param([MET, NOT_APPLICABLE], 100, id="not applicable counts in neither"),
        pytest.param([MET, None], 100, id="unanswered counts in neither"),
        pytest.param([MISSED], 0, id="everything missed is 0"),
        pytest.param([NOT_APPLICABLE, None], None, id="nothing applied is no score, never 0"),
        pytest.param([], None, id="nothing asked is no score"),
    ],
)
def test_points(verdicts, percent):
    assert score_of(*verdicts).percent == percent


def test_a_missed_no_no_fails_the_visit_and_the_score_stays_beside_it():
    score = score_of(*[MET] * 13, MISSED, MISSED, no_nos={14})
    assert (round(score.percent or 0, 1), score.failed, score.no_nos_missed) == (86.7, True, ("S14",))


@pytest.mark.parametrize("verdict", [MET, NOT_APPLICABLE, None])
def test_a_no_no_that_was_not_missed_fails_nothing(verdict):
    assert not score_of(verdict, MET, no_nos={0}).failed


def test_missed_no_nos_are_named_in_the_editions_order():
    asked = sheet_of([1, 1, 1], no_nos={0, 2})
    missed = [Observation(code, verdict=MISSED) for code in ("S2", "S1", "S0")]
    assert score_visit(missed, asked).no_nos_missed == ("S0", "S2")


def test_trap_earned_and_possible_use_the_same_weights():
    score = score_of(MET, MISSED, weights=[5, 3])
    assert (score.points, score.possible, score.percent) == (5, 8, 62.5)


@pytest.mark.parametrize(("step", "points"), [(5, 4), (4, 4), (3, 0), (1, 0)])
def test_trap_a_ratings_maximum_is_its_weight_and_not_the_sum_of_its_steps(step, points):
    rated = standard_of(Measure.RATING, Comparator.AT_LEAST, 4, weight=4)
    verdict = answer_of(rated, step).verdict
    score = score_visit([Observation("A1", value=step, verdict=verdict)], {"A1": rated})
    assert (score.points, score.possible) == (points, 4)


def test_coverage_is_the_weight_answered_over_the_weight_asked():
    score = score_of(MET, MISSED, NOT_APPLICABLE, None, weights=[1, 2, 3, 4])
    assert (score.weight_answered, score.weight_applying, score.coverage) == (6, 10, 0.6)


def test_without_any_weight_there_is_no_coverage():
    assert score_of(MET, weights=[0]).coverage is None
    assert score_of().coverage is None


def test_a_standard_outside_the_edition_is_refused():
    with pytest.raises(UnknownStandard, match="S9"):
        score_visit([Observation("S9", verdict=MET)], sheet_of([1]))


def test_an_empty_observation_outside_the_edition_says_nothing():
    assert score_visit([Observation("S9", note="a thought")], sheet_of([1])).possible == 0


@given(answered_sheets, some.floats(0.1, 100))
def test_a_standard_that_did_not_apply_changes_nothing(answers, weight):
    before, after = scored(answers), scored([*answers, (NOT_APPLICABLE, weight, True)])
    assert after.percent == before.percent
    assert (after.points, after.possible) == (before.points, before.possible)
    assert after.no_nos_missed == before.no_nos_missed


@given(answered_sheets)
def test_a_score_lies_between_0_and_100(answers):
    percent = scored(answers).percent
    assert percent is None or 0 <= percent <= 100


@given(answered_sheets)
def test_no_score_only_where_nothing_of_weight_applied(answers):
    applied = any(verdict in (MET, MISSED) and weight > 0 for verdict, weight, _ in answers)
    assert (scored(answers).percent is not None) == applied


@given(answered_sheets)
def test_coverage_lies_between_0_and_1(answers):
    coverage = scored(answers).coverage
    assert coverage is None or 0 <= coverage <= 1


@given(answered_sheets, some.floats(0.01, 100))
def test_weights_scale_out(answers, factor):
    before = scored(answers)
    after = scored([(verdict, weight * factor, no_no) for verdict, weight, no_no in answers])
    assert after.percent == pytest.approx(before.percent, abs=1e-9)
    assert after.coverage == pytest.approx(before.coverage, abs=1e-9)


@given(answered_sheets)
def test_a_no_nos_miss_never_changes_points(answers):
    with_no_nos, without = scored(answers), scored([(v, weight, False) for v, weight, _ in answers])
    assert (with_no_nos.points, with_no_nos.possible, with_no_nos.percent, with_no_nos.coverage) == (
        without.points,
        without.possible,
        without.percent,
        without.coverage,
    )
    assert with_no_nos.failed == any(verdict is MISSED and no_no for verdict, _, no_no in answers)


@given(answered_sheets, some.randoms(use_true_random=False))
def test_the_order_of_observations_does_not_matter(answers, random):
    asked = sheet_of([weight for _, weight, _ in answers], {at for at, a in enumerate(answers) if a[2]})
    seen = observed([verdict for verdict, _, _ in answers])
    shuffled = random.sample(seen, len(seen))
    assert score_visit(shuffled, asked) == score_visit(seen, asked)


@given(answered_sheets)
def test_meeting_one_more_standard_never_lowers_the_score(answers):
    for at, (verdict, weight, no_no) in enumerate(answers):
        if verdict is MISSED:
            better = [*answers[:at], (MET, weight, no_no), *answers[at + 1 :]]
            assert (scored(better).percent or 0) >= (scored(answers).percent or 0)


@pytest.mark.parametrize(
    ("coverage", "complete"),
    [
        pytest.param(0.6, True, id="the minimum itself counts"),
        pytest.param(0.1 + 0.2 + 0.3 - 1e-16, True, id="also when its binary sum falls a hair short"),
        pytest.param(0.599, False, id="below is incomplete"),
        pytest.param(None, False, id="without weight nothing is complete"),
        pytest.param(1.0, True, id="everything answered"),
    ],
)
def test_a_visit_below_the_editions_minimum_coverage_is_incomplete(coverage, complete):
    assert is_complete(coverage, 0.6) is complete


@pytest.mark.parametrize("verdict", [*Verdict, None])
@pytest.mark.parametrize("evidence", Evidence)
def test_evidence_is_asked_for_where_the_standard_wants_it(evidence, verdict):
    wanting = standard_of(evidence=evidence)
    wanted = (evidence is Evidence.ALWAYS and verdict in (MET, MISSED)) or (
        evidence is Evidence.IF_MISSED and verdict is MISSED
    )
    assert lacks_evidence(wanting, Observation("A1", verdict=verdict, note="  "), 0) is wanted
    assert not lacks_evidence(wanting, Observation("A1", verdict=verdict), 1)
    assert not lacks_evidence(wanting, Observation("A1", verdict=verdict, note="Seen"), 0)
