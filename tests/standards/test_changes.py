"""What an edition changes, and where the history of a code is broken."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.changes import ChangeKind, changes_between, history_breaks
from standards.editions import Edition, Evidence, Kind, Scope
from standards.measuring import Comparator, Measure, Target
from tests.standards.builders import standard_of

WAIT = standard_of(Measure.DURATION, Comparator.AT_MOST, 180, "seconds", code="W", weight=3)


def edition_of(number, *standards):
    return Edition(number, 1, "Shop", number, standards, datetime(2026, number, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("changed", "kind", "before", "after", "breaks"),
    [
        pytest.param({"statement": "Pay"}, ChangeKind.REWORDED, WAIT.statement, "Pay", False, id="reworded"),
        pytest.param(
            {"target": replace(WAIT.target, value=120)},
            ChangeKind.TARGET,
            "at most 3 min",
            "at most 2 min",
            True,
            id="target",
        ),
        pytest.param(
            {"target": replace(WAIT.target, comparator=Comparator.BELOW)},
            ChangeKind.TARGET,
            "at most 3 min",
            "less than 3 min",
            True,
            id="comparator",
        ),
        pytest.param(
            {"target": replace(WAIT.target, value=180.001)},
            ChangeKind.TARGET,
            "at most 3 min",
            "at most 3 min",
            True,
            id="a move too small for words",
        ),
        pytest.param(
            {"target": replace(WAIT.target, unit="days")}, ChangeKind.UNIT, "seconds", "days", True, id="unit"
        ),
        pytest.param({"weight": 5}, ChangeKind.WEIGHT, "3 points", "5 points", False, id="weight"),
        pytest.param({"no_no": True}, ChangeKind.NO_NO, "not a no-no", "a no-no", False, id="no-no"),
        pytest.param({"scope": Scope.OURS_ONLY}, ChangeKind.SCOPE, "common", "ours only", False, id="scope"),
        pytest.param(
            {"kinds": frozenset({Kind.SHOP})}, ChangeKind.KINDS, "all kinds", "shop", False, id="kinds"
        ),
        pytest.param(
            {"evidence": Evidence.ALWAYS}, ChangeKind.EVIDENCE, "never", "always", False, id="evidence"
        ),
        pytest.param(
            {"touchpoint": "Exit"}, ChangeKind.TOUCHPOINT, "Welcome", "Exit", False, id="touchpoint"
        ),
        pytest.param({"job_aid": "Look"}, ChangeKind.HELP, "none", "Look", False, id="job aid"),
    ],
)
def test_each_change_says_before_after_and_what_it_means(changed, kind, before, after, breaks):
    (change,) = changes_between([WAIT], [replace(WAIT, **changed)])
    assert (change.kind, change.code, change.before, change.after) == (kind, "W", before, after)
    assert change.is_break is breaks
    assert change.meaning.endswith(".")


def test_another_measure_is_another_standard_and_brings_its_own_target():
    yes_no = standard_of(code="W", weight=4)
    changes = changes_between([WAIT], [yes_no])
    assert [change.kind for change in changes] == [ChangeKind.MEASURE, ChangeKind.WEIGHT]
    assert "not compared" in changes[0].meaning


def test_a_ratings_new_words_are_a_break():
    rating = standard_of(Measure.RATING, Comparator.AT_LEAST, 4)
    (change,) = changes_between([rating], [replace(rating, steps=("a", "b", "c", "d", "e"))])
    assert change.kind is ChangeKind.STEPS
    assert change.is_break


def test_added_and_removed_are_named_and_removed_stand_last():
    first, second = standard_of(code="A"), standard_of(code="B")
    changes = changes_between([first], [second])
    assert [(c.kind, c.code) for c in changes] == [(ChangeKind.ADDED, "B"), (ChangeKind.REMOVED, "A")]


def test_only_what_was_moved_is_said_to_have_moved():
    old = [standard_of(code=code) for code in "ABCDE"]
    new = [standard_of(code=code) for code in "BCDAXE"]
    moved = {c.code for c in changes_between(old, new) if c.kind is ChangeKind.ORDER}
    assert moved == {"A"}


@given(some.permutations("ABCDEFG"))
def test_the_same_standards_in_any_order_differ_only_in_order(codes):
    old = [standard_of(code=code) for code in "ABCDEFG"]
    changes = changes_between(old, [standard_of(code=code) for code in codes])
    assert {change.kind for change in changes} <= {ChangeKind.ORDER}
    assert (changes == ()) is (list(codes) == list("ABCDEFG"))


def test_the_first_edition_adds_everything_and_the_same_changes_nothing():
    assert [change.kind for change in changes_between([], [WAIT])] == [ChangeKind.ADDED]
    assert changes_between([WAIT], [replace(WAIT, id=7, position=3)]) == ()


def test_history_breaks_where_target_or_measure_changed_and_goes_on_otherwise():
    faster = replace(WAIT, target=replace(WAIT.target, value=120))
    editions = [
        edition_of(1, WAIT),
        edition_of(2, replace(WAIT, weight=9, statement="Said otherwise")),
        edition_of(3, replace(faster, weight=9)),
        edition_of(4, standard_of(code="other")),
        edition_of(5, standard_of(code="W", weight=9)),
    ]
    breaks = history_breaks(reversed(editions), "W")
    assert [(found.edition_number, found.change.kind, found.measure) for found in breaks] == [
        (3, ChangeKind.TARGET, Measure.DURATION),
        (5, ChangeKind.MEASURE, Measure.YES_NO),
    ]
    assert breaks[0].published_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert history_breaks(editions, "other") == ()
    assert history_breaks([], "W") == ()


def test_a_target_that_came_back_is_two_breaks():
    moved = replace(WAIT, target=Target(Comparator.AT_MOST, 60, "seconds"))
    breaks = history_breaks([edition_of(1, WAIT), edition_of(2, moved), edition_of(3, WAIT)], "W")
    assert [found.edition_number for found in breaks] == [2, 3]
