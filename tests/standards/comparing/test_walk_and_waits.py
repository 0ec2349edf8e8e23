"""The walk with its weakest link, and waits with those given up counted for as long as they lasted."""

import pytest

from standards.comparing import Sureness, compare_waits, compare_walks
from standards.measuring import Comparator
from standards.values import DAY
from tests.standards.comparing.builders import (
    OURS,
    THEIRS,
    Seen,
    comparison_of,
    repeated,
    standard_of,
    timed,
)

STAGES = [
    standard_of("DOOR", "Before the door", weight=1),
    standard_of("HI", "Welcome", weight=3),
    standard_of("SMILE", "Welcome", weight=1),
    standard_of("BYE", "Farewell", weight=2),
]


def test_touchpoints_come_in_the_order_in_which_a_customer_meets_them():
    seen = repeated(OURS, *["mmxm"] * 4) + repeated(THEIRS, *["mxmm"] * 4)
    steps = compare_walks(comparison_of(seen, STAGES)).steps
    assert [(step.touchpoint, step.standards) for step in steps] == [
        ("Before the door", 1),
        ("Welcome", 2),
        ("Farewell", 1),
    ]
    assert (steps[1].own.percent, steps[1].other.percent) == (75, 25)


def test_the_weakest_link_is_ours_and_only_so_far_while_another_may_be_weaker():
    few = compare_walks(comparison_of(repeated(OURS, "mmmm", "mmmx", "mxmm"), STAGES))
    assert [step.is_weakest for step in few.steps] == [False, False, True]
    assert few.sentences[0].startswith("Weakest link so far: Farewell, 66.7 % (probably between 0 and 100).")
    many = repeated(OURS, *["mmmx", "mmmx", "mmxx", "xmmm"] * 12) + repeated(THEIRS, *["mmmm"] * 9, "mmmx")
    (sentence,) = compare_walks(comparison_of(many, STAGES)).sentences
    assert sentence == "Weakest link: Farewell, 25.0 % (probably between 12 and 38); Theirs 90.0 % there."


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (repeated(THEIRS, "mmmm"), "No visit to your own brand shows the walk yet."),
        (repeated(OURS, *["mmmm"] * 3), "Ours met everything at every touchpoint."),
        (repeated(OURS, "mmmx"), "Too few visits to name a weakest link."),
    ],
)
def test_the_walk_is_honest_where_there_is_no_weakest_link(seen, expected):
    assert compare_walks(comparison_of(seen, STAGES)).sentences == (expected,)


def test_a_touchpoint_nobody_was_judged_at_is_left_out():
    steps = compare_walks(comparison_of(repeated(OURS, "mmm-"), STAGES)).steps
    assert [step.touchpoint for step in steps] == ["Before the door", "Welcome"]


REPLY = timed("REPLY", 2, unit="days")


def _waits(brand, *lengths: float, given_up: int = 0, long: float = 5 * DAY) -> list[Seen]:
    ended = [Seen(brand, "mx"[length > 2 * DAY], waits={0: (length, False)}) for length in lengths]
    return ended + [Seen(brand, "x", waits={0: (long, True)})] * given_up


def test_waits_given_up_stay_in_the_count_and_are_called_never_answered():
    seen = _waits(OURS, *[DAY] * 9, given_up=4) + _waits(THEIRS, *[DAY] * 3, *[3 * DAY] * 10)
    (row,) = compare_waits(comparison_of(seen, [REPLY]))
    ours, theirs = row.brands
    assert ours.sentence == (
        "Ours: 69 % by the target (probably between 42 and 87, 13 waits); never answered within 5 days: 31 %."
    )
    assert theirs.sentence == "Theirs: 23 % by the target (probably between 8 and 50, 13 waits)."
    assert (row.target_seconds, row.target_words) == (2 * DAY, "at most 2 days")
    assert row.lead is not None
    assert row.lead.points == pytest.approx(100 * 6 / 13)
    assert row.lead.sureness is Sureness.REAL


def test_one_long_wait_does_not_say_how_long_was_watched():
    seen = _waits(OURS, *[DAY] * 4, given_up=3) + _waits(OURS, 40 * DAY)
    (row,) = compare_waits(comparison_of(seen, [REPLY]))
    assert row.brands[0].never_within_seconds == 5 * DAY


def test_a_wait_given_up_before_the_target_says_nothing_about_it():
    seen = _waits(OURS, given_up=3, long=DAY)
    (row,) = compare_waits(comparison_of(seen, [REPLY]))
    assert row.brands[0].by_target is None
    assert row.lead is None
    assert row.sentence == (
        "Ours: none of 3 waits was watched as long as the target; never answered within 1 day: 100 %."
    )


def test_below_a_target_means_before_it():
    below = timed("QUEUE", 60, comparator=Comparator.BELOW)
    seen = [Seen(OURS, "x", waits={0: (60.0, False)}), Seen(OURS, "m", waits={0: (59.0, False)})]
    (row,) = compare_waits(comparison_of(seen, [below]))
    assert row.brands[0].by_target is not None
    assert row.brands[0].by_target.percent == 50


def test_a_length_asked_for_at_least_is_no_wait_and_an_untimed_standard_has_no_row():
    longer = timed("TALK", 60, comparator=Comparator.AT_LEAST)
    seen = [Seen(OURS, "mm", waits={0: (70.0, False)})]
    assert compare_waits(comparison_of(seen, [longer, timed("QUEUE", 60)])) == ()
