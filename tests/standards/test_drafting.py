"""From a sentence to a standard: what is taken over, what stays open, what keeps a draft from publishing."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.drafting import (
    DraftStandard,
    Overruling,
    free_code,
    from_charter,
    from_sentence,
    in_visiting_order,
    move_standard,
    move_touchpoint,
    not_overruled,
    overrule,
    reworded,
    say_understood,
)
from standards.editions import Evidence, Standard
from standards.errors import (
    CodeNotAllowed,
    DraftEmpty,
    DuplicateCode,
    EditionUnmeasured,
    NameMissing,
    NothingWeighs,
    ReasonMissing,
    StatementMissing,
    StepsIncomplete,
    TargetOutsideMeasure,
    WeightNotAllowed,
)
from standards.library_files import library_sets
from standards.measuring import YES, Comparator, Measure, Target
from standards.publishing import checked, is_unmeasured, problems_of, target_problem
from standards.weighing import MOST_STANDARDS, visit_length, visit_minutes, weight_shares
from tests.standards.builders import standard_of

AT_MOST, AT_LEAST, EXACTLY = Comparator.AT_MOST, Comparator.AT_LEAST, Comparator.EXACTLY


def drafted(text: str = "The bin is empty", code: str = "A1", **facts) -> DraftStandard:
    made = from_sentence(text, code, facts.pop("touchpoint", "Till"))
    return replace(made, standard=replace(made.standard, **facts))


@pytest.mark.parametrize(
    ("sentence", "measure", "target"),
    [
        ("Orders are processed within 3 hours", Measure.DURATION, Target(AT_MOST, 10800, "seconds")),
        ("Replies come within 2 working days", Measure.DURATION, Target(AT_MOST, 2, "working days")),
        ("The phone is picked up by the third ring", Measure.COUNT, Target(AT_MOST, 3, "rings")),
        ("Coffee is served at 65 °C at least", Measure.NUMBER, Target(AT_LEAST, 65, "°C")),
        ("95 % of calls are answered", Measure.SHARE, Target(AT_LEAST, 95, "%")),
        ("Rated 4 out of 5", Measure.RATING, Target(AT_LEAST, 4, "")),
        ("The bin is empty", Measure.YES_NO, YES),
    ],
)
def test_a_sentence_brings_its_measure_and_target(sentence, measure, target):
    draft = from_sentence(sentence, "A1", "Till")
    assert (draft.standard.measure, draft.standard.target) == (measure, target)
    assert not is_unmeasured(draft)


def test_a_rating_on_another_scale_is_a_number_and_loses_nothing():
    standard = from_sentence("Rating of at least 8 out of 10", "A1", "Till").standard
    assert (standard.measure, standard.target) == (Measure.NUMBER, Target(AT_LEAST, 8, "of 10"))


def test_a_charter_becomes_a_draft_a_line_with_codes_of_its_own():
    charter = "- The bin is empty\n\n2. Two tills are open\n• A greeting is heard\n"
    drafts = from_charter(charter, "First impression", taken=["FI1"])
    assert [one.standard.statement for one in drafts] == [
        "The bin is empty",
        "Two tills are open",
        "A greeting is heard",
    ]
    assert [one.code for one in drafts] == ["FI2", "FI3", "FI4"]


@given(some.text(max_size=60), some.text(max_size=200))
def test_any_text_becomes_a_draft(touchpoint, text):
    for draft in from_charter(text, touchpoint):
        assert len(say_understood(draft)) > 0
        problems_of([draft])


@given(some.text(max_size=40), some.sets(some.text(max_size=5)))
def test_a_free_code_is_taken_by_nobody(touchpoint, taken):
    assert free_code(touchpoint, taken) not in taken


def test_a_vague_word_stays_open_until_it_is_answered():
    vague = from_sentence("Orders are processed promptly", "A1", "Till")
    assert is_unmeasured(vague)
    assert say_understood(vague) == "not measured yet"
    mended = reworded(vague, "Orders are processed within 3 hours")
    assert not is_unmeasured(mended)
    assert say_understood(mended) == "duration: at most 3 h"


def test_a_vague_word_stays_open_beside_a_measure_set_by_hand():
    vague = from_sentence("Orders are processed promptly", "A1", "Till")
    by_hand = replace(
        vague,
        standard=replace(vague.standard, measure=Measure.DURATION, target=Target(AT_MOST, 10800, "seconds")),
    )
    assert is_unmeasured(by_hand)


def test_an_overruled_word_is_measured_and_keeps_its_reason():
    vague = from_sentence("Staff are friendly", "A1", "Till")
    with pytest.raises(ReasonMissing, match="friendly"):
        overrule(vague, "friendly", "  ")
    let_stand = overrule(vague, "Friendly", "The job aid shows five photos")
    assert let_stand.overruled == (Overruling("Friendly", "The job aid shows five photos"),)
    assert not is_unmeasured(let_stand)
    assert is_unmeasured(not_overruled(let_stand, "friendly"))


def test_an_overruling_goes_with_its_word():
    let_stand = overrule(from_sentence("Staff are friendly", "A1", "Till"), "friendly", "As on the photo")
    assert reworded(let_stand, "All staff are friendly").overruled == let_stand.overruled
    assert reworded(let_stand, "Staff say hello").overruled == ()
    assert is_unmeasured(reworded(let_stand, "Staff are friendly and nice"))


def test_rewording_leaves_what_was_corrected_by_hand():
    by_hand = replace(
        drafted("Orders are processed within 3 hours"),
        standard=standard_of(
            Measure.DURATION, AT_MOST, 7200, "seconds", statement="Orders are processed within 3 hours"
        ),
    )
    assert reworded(by_hand, "Parcels leave within 3 hours").standard.target.value == 7200
    assert reworded(drafted("Reply within 3 hours"), "Reply within 2 hours").standard.target.value == 7200


def test_a_range_has_two_ends_and_a_target_one():
    (problem,) = problems_of([from_sentence("The fridge is between 2 and 8 °C", "F1", "Kitchen")])
    assert isinstance(problem.problem, EditionUnmeasured)
    assert "two standards" in problem.text


@pytest.mark.parametrize(
    ("drafts", "expected", "says"),
    [
        pytest.param([], DraftEmpty, "Write at least one", id="nothing in it"),
        pytest.param([drafted("Staff are friendly")], EditionUnmeasured, "“friendly”", id="a vague word"),
        pytest.param([drafted("…")], EditionUnmeasured, "says nothing", id="nothing said"),
        pytest.param([drafted(), drafted()], DuplicateCode, "such as", id="a code twice"),
        pytest.param(
            [drafted(weight=0), drafted(code="B", weight=0)], NothingWeighs, "above 0", id="no weight"
        ),
        pytest.param(
            [drafted(measure=Measure.RATING, target=Target(AT_LEAST, 7))],
            TargetOutsideMeasure,
            "a step from 1 to 5",
            id="a seventh step",
        ),
    ],
)
def test_what_keeps_a_draft_from_publishing_says_what_to_do(drafts, expected, says):
    (problem,) = problems_of(drafts)
    assert isinstance(problem.problem, expected)
    assert says in problem.text
    assert set(problem.codes) == {draft.code for draft in drafts}


def test_every_problem_of_a_draft_is_told_at_once():
    drafts = [drafted("Staff are nice", weight=0), drafted(weight=0), drafted("Be quick", code="B", weight=0)]
    kinds = [type(found.problem) for found in problems_of(drafts)]
    assert kinds == [DuplicateCode, EditionUnmeasured, EditionUnmeasured, NothingWeighs]


@pytest.mark.parametrize(
    ("measure", "target", "fits"),
    [
        (Measure.YES_NO, YES, True),
        (Measure.YES_NO, Target(EXACTLY, 0), True),
        (Measure.YES_NO, Target(AT_LEAST, 1), False),
        (Measure.DURATION, Target(AT_MOST, 0, "days"), True),
        (Measure.DURATION, Target(AT_LEAST, 0, "seconds"), False),
        (Measure.DURATION, Target(AT_MOST, -5, "seconds"), False),
        (Measure.COUNT, Target(AT_MOST, 2.5), False),
        (Measure.COUNT, Target(Comparator.BELOW, 0), False),
        (Measure.COUNT, Target(EXACTLY, 0), True),
        (Measure.SHARE, Target(AT_LEAST, 100, "%"), True),
        (Measure.SHARE, Target(Comparator.ABOVE, 100, "%"), False),
        (Measure.SHARE, Target(AT_LEAST, 0, "%"), False),
        (Measure.SHARE, Target(AT_LEAST, 110, "%"), False),
        (Measure.RATING, Target(AT_LEAST, 4.5), False),
        (Measure.RATING, Target(AT_LEAST, 1), False),
        (Measure.RATING, Target(AT_LEAST, 5), True),
        (Measure.NUMBER, Target(AT_MOST, -18, "°C"), True),
        (Measure.NUMBER, Target(AT_MOST, inf, "°C"), False),
    ],
)
def test_a_target_can_be_met_and_missed(measure, target, fits):
    assert (
        target_problem(standard_of(measure, target.comparator, target.value, target.unit)) is None
    ) is fits


def test_every_library_standard_could_be_published_by_its_target():
    for ready in library_sets():
        assert [target_problem(standard) for standard in ready.standards if target_problem(standard)] == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"code": " "}, CodeNotAllowed),
        ({"code": "x" * 61}, CodeNotAllowed),
        ({"code": "Visit ID"}, CodeNotAllowed),
        ({"touchpoint": ""}, NameMissing),
        ({"touchpoint": "x" * 201}, NameMissing),
        ({"statement": " \x00 "}, StatementMissing),
        ({"weight": -1}, WeightNotAllowed),
        ({"weight": inf}, WeightNotAllowed),
        ({"measure": Measure.NUMBER, "target": Target(AT_MOST, inf)}, TargetOutsideMeasure),
        ({"measure": Measure.RATING, "target": Target(AT_LEAST, 4), "steps": ("a", "b")}, StepsIncomplete),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_reason(facts, expected):
    with pytest.raises(expected):
        checked(drafted(**facts))


def test_what_is_stored_is_cleaned():
    kept = checked(
        drafted(code=" A  1 ", touchpoint=" Till ", statement=" A\x00 bin\n is empty ", steps=("a",))
    )
    assert (kept.code, kept.standard.touchpoint, kept.standard.statement) == ("A 1", "Till", "A bin is empty")
    assert kept.standard.steps == ()


def sheet():
    places = [("A", "Door"), ("B", "Till"), ("C", "Door"), ("D", "Till"), ("E", "Exit")]
    return [drafted(code=code, touchpoint=touchpoint) for code, touchpoint in places]


def test_a_touchpoint_keeps_its_standards_together():
    assert [one.code for one in in_visiting_order(sheet())] == ["A", "C", "B", "D", "E"]


@pytest.mark.parametrize(
    ("code", "by", "expected"),
    [
        pytest.param("C", -1, "CABDE", id="up"),
        pytest.param("B", 1, "ACDBE", id="down"),
        pytest.param("C", 1, "ACBDE", id="not out of its touchpoint"),
        pytest.param("A", -9, "ACBDE", id="not above the first"),
    ],
)
def test_a_standard_moves_within_its_touchpoint(code, by, expected):
    assert "".join(move_standard(sheet(), code, by)) == expected


@pytest.mark.parametrize(("by", "expected"), [(-1, "BDACE"), (1, "ACEBD"), (9, "ACEBD")])
def test_a_touchpoint_moves_as_a_whole(by, expected):
    assert "".join(move_touchpoint(sheet(), "Till", by)) == expected


def weighing(**weights) -> list[Standard]:
    return [Standard(name, name, "A bin is empty", weight=weight) for name, weight in weights.items()]


def test_shares_of_weight_add_up_and_ask_whether_they_are_the_message():
    shares = weight_shares(weighing(Upselling=20, Welcome=5, Till=75))
    assert sum(share.share for share in shares.by_touchpoint) == pytest.approx(1)
    assert [share.share for share in shares.by_standard] == [0.2, 0.05, 0.75]
    assert shares.sentence == "Till 75 %, Welcome 5 %: is that your message?"


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ({}, "No standard"),
        ({"A": 0}, "No standard"),
        ({"A": 3}, "All points"),
        ({"A": 1, "B": 1}, "the same"),
    ],
)
def test_weights_without_a_message_say_so(weights, says):
    assert says in weight_shares(weighing(**weights)).sentence


@given(some.lists(some.floats(0, 1e6), max_size=30))
def test_shares_of_weight_are_shares(weights):
    shares = weight_shares([Standard(str(at), "T", "s", weight=weight) for at, weight in enumerate(weights)])
    assert all(0 <= share.share <= 1 for share in shares.by_standard)


def test_a_visit_beyond_forty_standards_is_warned_of():
    assert visit_length([standard_of()] * MOST_STANDARDS).warning == ""
    assert "41 standards" in visit_length([standard_of()] * (MOST_STANDARDS + 1)).warning


def test_more_to_record_takes_longer_and_a_wait_of_days_does_not():
    yes_no, wait = [standard_of()] * 20, standard_of(Measure.DURATION, AT_MOST, 2, "days")
    assert visit_minutes([]) == 0
    assert visit_minutes([replace(one, evidence=Evidence.ALWAYS) for one in yes_no]) > visit_minutes(yes_no)
    assert visit_minutes([wait] * 20) == visit_minutes(yes_no)
    assert visit_minutes([standard_of(Measure.DURATION, AT_MOST, 60, "seconds")] * 20) > visit_minutes(yes_no)
