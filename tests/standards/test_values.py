"""Values as people write and read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.editions import DEFAULT_STEPS
from standards.errors import ValueNotAllowed
from standards.measuring import RATING_TOP, Comparator, Measure, Target
from standards.values import (
    Answer,
    answer_of,
    read_answer,
    read_number,
    read_seconds,
    say_number,
    say_seconds,
    say_target,
    say_value,
    seconds_in,
    shorten,
    steps_of,
)
from tests.standards.builders import MET, MISSED, NOT_APPLICABLE, standard_of

YES_NO = standard_of()
WAIT = standard_of(Measure.DURATION, Comparator.AT_MOST, 180, "seconds")
DAYS = standard_of(Measure.DURATION, Comparator.AT_MOST, 2, "days")
WORKING_DAYS = standard_of(Measure.DURATION, Comparator.AT_MOST, 2, "working days")
RINGS = standard_of(Measure.COUNT, Comparator.AT_MOST, 3, "rings")
DEGREES = standard_of(Measure.NUMBER, Comparator.AT_LEAST, 65, "°C")
SHARE = standard_of(Measure.SHARE, Comparator.AT_LEAST, 95, "%")
RATING = standard_of(Measure.RATING, Comparator.AT_LEAST, 4)
EVERY_MEASURE = [YES_NO, WAIT, DAYS, WORKING_DAYS, RINGS, DEGREES, SHARE, RATING]


@pytest.mark.parametrize("standard", EVERY_MEASURE, ids=lambda s: f"{s.measure} {s.target.unit}")
@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("met", Answer(MET)),
        (" MISSED ", Answer(MISSED)),
        ("n/a", Answer(NOT_APPLICABLE)),
        ("NA", Answer(NOT_APPLICABLE)),
        ("Not  applicable", Answer(NOT_APPLICABLE)),
        ("", None),
        (" \t\n", None),
    ],
)
def test_a_verdict_may_be_written_for_any_measure(standard, cell, answer):
    assert read_answer(standard, cell) == answer


@pytest.mark.parametrize(
    ("standard", "cell", "answer"),
    [
        (YES_NO, "yes", Answer(MET, 1)),
        (YES_NO, "N", Answer(MISSED, 0)),
        (YES_NO, "TRUE", Answer(MET, 1)),
        (YES_NO, "0", Answer(MISSED, 0)),
        (WAIT, "95", Answer(MET, 95)),
        (WAIT, "00:02:30", Answer(MET, 150)),
        (WAIT, "3:01", Answer(MISSED, 181)),
        (WAIT, "2 min 30 s", Answer(MET, 150)),
        (WAIT, "2min30s", Answer(MET, 150)),
        (WAIT, "1 h, 5 Minutes", Answer(MISSED, 3900)),
        (WAIT, "2,5 min.", Answer(MET, 150)),
        (WAIT, "> 5 min", Answer(MISSED, 300, longer_than=True)),
        (WAIT, ">60", Answer(None, 60, longer_than=True)),
        (DAYS, "2", Answer(MET, 2)),
        (DAYS, "1 day", Answer(MET, 1)),
        (DAYS, "2.5 d", Answer(MISSED, 2.5)),
        (WORKING_DAYS, "> 2", Answer(MISSED, 2, longer_than=True)),
        (WORKING_DAYS, "1 working day", Answer(MET, 1)),
        (RINGS, "3", Answer(MET, 3)),
        (RINGS, "4 rings", Answer(MISSED, 4)),
        (DEGREES, "64,5", Answer(MISSED, 64.5)),
        (DEGREES, "65.0 °C", Answer(MET, 65)),
        (DEGREES, "-3", Answer(MISSED, -3)),
        (DEGREES, "1 250", Answer(MET, 1250)),
        (DEGREES, "0,125", Answer(MISSED, 0.125)),
        (SHARE, "95 %", Answer(MET, 95)),
        (SHARE, "94,9%", Answer(MISSED, 94.9)),
        (SHARE, "19 of 20", Answer(MET, 95, counted_of=20)),
        (SHARE, "1/2", Answer(MISSED, 50, counted_of=2)),
        (RATING, "4", Answer(MET, 4)),
        (RATING, "3/5", Answer(MISSED, 3)),
        (RATING, "5 of 5", Answer(MET, 5)),
    ],
)
def test_a_written_value_is_judged_by_its_standard(standard, cell, answer):
    assert read_answer(standard, cell) == answer


@pytest.mark.parametrize(
    ("standard", "cell"),
    [
        (YES_NO, "perhaps"),
        (YES_NO, "2"),
        (WAIT, "-1"),
        (WAIT, "soon"),
        (WAIT, "2 parsecs"),
        (WAIT, "00:99"),
        (WAIT, "5 min later"),
        (WAIT, "> "),
        (WAIT, "1,250 min"),
        (DAYS, "2 h"),
        (DAYS, "00:02:30"),
        (RINGS, "2.5"),
        (RINGS, "-1"),
        (RINGS, "> 3"),
        (RINGS, "3 bells"),
        (DEGREES, "1,250"),
        (DEGREES, "1,250.5"),
        (DEGREES, "hot"),
        (DEGREES, "1e3"),
        (DEGREES, "nan"),
        (DEGREES, "inf"),
        (DEGREES, "=1+1"),
        (SHARE, "101"),
        (SHARE, "21 of 20"),
        (SHARE, "0 of 0"),
        (SHARE, "-1 %"),
        (RATING, "0"),
        (RATING, "6"),
        (RATING, "4.5"),
        (RATING, "4/10"),
        (YES_NO, "yes" + "!" * 1_000_000),
        (WAIT, "1 " * 1_000_000),
        (DEGREES, "9" * 1_000_000),
    ],
    ids=lambda part: part[:20] if isinstance(part, str) else part.measure,
)
def test_a_bad_cell_says_in_one_line_what_it_holds_and_what_is_allowed(standard, cell):
    with pytest.raises(ValueNotAllowed, match=r"met, missed, n/a, or") as refused:
        read_answer(standard, cell)
    assert len(str(refused.value)) < 300
    assert cell.strip()[:5] in str(refused.value)


@given(some.sampled_from(EVERY_MEASURE), some.text(max_size=220))
def test_any_text_is_read_or_refused_and_nothing_else(standard, text):
    try:
        answer = read_answer(standard, text)
    except ValueNotAllowed:
        return
    if answer is None:
        assert not text.strip()
    elif answer.value is not None:
        assert answer == answer_of(
            standard, answer.value, longer_than=answer.longer_than, counted_of=answer.counted_of
        )


values_of = some.one_of(
    some.tuples(some.just(YES_NO), some.sampled_from([0, 1]), some.just(False)),
    some.tuples(some.just(WAIT), some.integers(0, 3599), some.booleans()),
    some.tuples(some.just(WAIT), some.integers(0, 40 * 24).map(lambda hours: hours * 3600), some.booleans()),
    some.tuples(some.sampled_from([DAYS, WORKING_DAYS]), some.integers(0, 100_000), some.booleans()),
    some.tuples(some.just(RINGS), some.integers(0, 10_000_000), some.just(False)),
    some.tuples(
        some.just(DEGREES),
        some.integers(-(10**8), 10**8).map(lambda hundredths: hundredths / 100),
        some.just(False),
    ),
    some.tuples(some.just(SHARE), some.integers(0, 10_000).map(lambda n: n / 100), some.just(False)),
    some.tuples(some.just(RATING), some.integers(1, RATING_TOP), some.just(False)),
)


@given(values_of)
def test_what_is_said_can_be_written_back(given_value):
    standard, value, longer_than = given_value
    said = say_value(standard, value, longer_than=longer_than)
    written = said.replace("longer than", ">")
    assert read_answer(standard, written) == answer_of(standard, value, longer_than=longer_than)


@pytest.mark.parametrize("value", [-1, 2.5, float("nan")])
def test_a_control_cannot_store_what_cannot_occur(value):
    with pytest.raises(ValueNotAllowed, match="a whole number from 0"):
        answer_of(RINGS, value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1250, "1\u202f250"),
        (1234567.5, "1\u202f234\u202f567.5"),
        (2.5, "2.5"),
        (-3, "-3"),
        (0, "0"),
        (-0.001, "0"),
        (1249.999, "1\u202f250"),
        (66.666, "66.67"),
    ],
)
def test_numbers_are_said_without_needless_digits(value, said):
    assert say_number(value) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (45, "45 s"),
        (1.5, "1.5 s"),
        (59.96, "1 min"),
        (150, "2 min 30 s"),
        (10_800, "3 h"),
        (10_801, "3 h 1 s"),
        (86_400, "1 day"),
        (187_200, "2 days 4 h"),
    ],
)
def test_durations_are_said_in_their_two_largest_parts(seconds, said):
    assert say_seconds(seconds) == said


@pytest.mark.parametrize(
    ("measure", "target", "said"),
    [
        (Measure.YES_NO, Target(Comparator.EXACTLY, 1), "yes"),
        (Measure.YES_NO, Target(Comparator.EXACTLY, 0), "no"),
        (Measure.DURATION, Target(Comparator.AT_MOST, 10_800, "s"), "at most 3 h"),
        (Measure.DURATION, Target(Comparator.BELOW, 1, "working days"), "less than 1 working day"),
        (Measure.COUNT, Target(Comparator.AT_MOST, 3, "rings"), "at most 3 rings"),
        (Measure.NUMBER, Target(Comparator.AT_LEAST, 65, "°C"), "at least 65 °C"),
        (Measure.NUMBER, Target(Comparator.ABOVE, 0.5), "more than 0.5"),
        (Measure.SHARE, Target(Comparator.EXACTLY, 100, "%"), "exactly 100 %"),
        (Measure.RATING, Target(Comparator.AT_LEAST, 4), "at least 4 of 5"),
    ],
)
def test_a_target_is_said_in_words(measure, target, said):
    assert say_target(measure, target) == said


def test_a_wait_given_up_is_said_to_be_longer():
    assert say_value(WORKING_DAYS, 5, longer_than=True) == "longer than 5 working days"


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("3 kg", 3), ("3 g", None), ("", None), ("kg", None), ("12345678901234567", None)],
)
def test_a_number_stands_alone_or_before_its_unit(text, number):
    assert read_number(text, "kg") == number


@pytest.mark.parametrize(
    ("text", "seconds"), [("", None), ("1:00:00", 3600), ("1:60", None), ("1 d 1 h", 90_000)]
)
def test_seconds_are_read_from_a_clock_or_from_words(text, seconds):
    assert read_seconds(text) == seconds


@pytest.mark.parametrize(
    ("unit", "seconds"), [("h", 3600), ("minutes", 60), ("working days", None), ("", None)]
)
def test_a_working_day_has_no_seconds(unit, seconds):
    assert seconds_in(unit) == seconds


@given(some.text(), some.integers(5, 80))
def test_a_shortened_text_is_one_line_within_its_limit(text, limit):
    short = shorten(text, limit)
    assert len(short) <= limit
    assert len(short.splitlines()) <= 1


def test_a_rating_without_words_of_its_own_has_the_default_steps():
    assert steps_of(RATING) == DEFAULT_STEPS
    assert len(DEFAULT_STEPS) == RATING_TOP
    assert steps_of(standard_of(Measure.RATING, steps=("a", "b", "c", "d", "e"))) == ("a", "b", "c", "d", "e")
