"""The words of a comparison: rounded as shown, and nothing whole that is not whole."""

import pytest

from standards.comparing import Estimate
from standards.comparing.sentences import (
    points_shown,
    say_list,
    say_points,
    say_range,
    say_score,
    say_share,
    say_wait,
)
from standards.values import DAY
from tests.standards.comparing.builders import timed


@pytest.mark.parametrize(
    ("percent", "score", "share"),
    [
        (100, "100.0 %", "100 %"),
        (99.97, "99.9 %", "over 99 %"),
        (0, "0.0 %", "0 %"),
        (0.3, "0.3 %", "under 1 %"),
        (77.25, "77.2 %", "77 %"),
    ],
)
def test_only_what_is_whole_is_called_so(percent, score, share):
    assert (say_score(percent), say_share(percent)) == (score, share)


def test_a_reader_who_subtracts_finds_the_difference_that_is_said():
    own, other = Estimate(3, 66.66), Estimate(3, 33.34)
    assert (say_score(66.66), say_score(33.34)) == ("66.7 %", "33.3 %")
    assert points_shown(own, other, decimals=1) == 33.4
    assert points_shown(Estimate(3, 77.6), Estimate(3, 71.4), decimals=0) == 7
    assert points_shown(other, own, decimals=1) == -33.4


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (1, "1 point"),
        (-6.1, "6.1 points"),
        (0.04, "less than 0.1 points"),
        (12.0, "12 points"),
        (1.5, "1.5 points"),
    ],
)
def test_points_are_said_without_their_sign(points, expected):
    assert say_points(points) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (71.2, 82.8, "probably between 71 and 83"),
        (96.8, 97.2, "probably about 97"),
        (None, None, ""),
    ],
)
def test_an_interval_is_said_in_whole_percent(low, high, expected):
    assert say_range(Estimate(4, 77, low, high)) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C", "D"], "A, B, C and D"),
        (["A", "B", "C", "D", "E"], "A, B, C and 2 more"),
        ([], ""),
    ],
)
def test_a_long_list_is_counted(names, expected):
    assert say_list(names) == expected


def test_a_wait_is_said_in_the_unit_of_its_target():
    assert say_wait(timed("REPLY", 2, unit="working days"), 5 * DAY) == "5 working days"
    assert say_wait(timed("QUEUE", 180), 150) == "2 min 30 s"
