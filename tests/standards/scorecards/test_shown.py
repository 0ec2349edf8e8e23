"""Shown figures: one text each, and differences that a reader who subtracts finds again."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.comparing import Estimate, Sureness
from standards.measuring import Verdict
from standards.scorecards.shown import (
    shown_difference,
    shown_points,
    shown_range,
    shown_score,
    shown_share,
    shown_sureness,
    shown_verdict,
)
from standards.scorecards.values import Change

percents = some.floats(0, 100)


def change(points: float, sureness=Sureness.REAL, *, is_even=False) -> Change:
    return Change(Estimate(9, 50.0), points, None, None, sureness, is_even, 0, "")


@pytest.mark.parametrize(
    ("percent", "score", "share"),
    [
        (None, "–", "–"),
        (77.349, "77.3 %", "77 %"),
        (99.99, "99.9 %", "over 99 %"),
        (100.0, "100.0 %", "100 %"),
    ],
)
def test_a_figure_has_one_text(percent, score, share):
    assert (shown_score(percent), shown_share(percent)) == (score, share)


def test_an_interval_is_shown_where_it_is_known():
    assert shown_range(Estimate(9, 50.0, 40.2, 60.7)) == "40–61 %"
    assert shown_range(Estimate(1, 50.0)) == ""
    assert shown_range(Estimate(9, 50.0, 49.9, 50.1)) == "about 50 %"


@given(percents, percents)
def test_who_subtracts_what_is_shown_finds_the_difference(one, other):
    figures = [float(shown_score(percent).removesuffix(" %")) for percent in (one, other)]
    said = shown_points(Estimate(1, one), Estimate(1, other), scores=True)
    signed = float(said.split()[0].replace("−", "-").replace("+", ""))
    assert signed == pytest.approx(figures[0] - figures[1], abs=0.051)


@pytest.mark.parametrize(
    ("own", "other", "scores", "said"),
    [
        (60.0, 53.9, True, "+6.1 points"),
        (50.0, 51.0, False, "−1 point"),
        (50.0, 50.0, True, "0 points"),
        (None, 50.0, True, "–"),
    ],
)
def test_a_difference_has_its_sign(own, other, scores, said):
    assert shown_points(Estimate(1, own), Estimate(1, other), scores=scores) == said


def test_a_difference_says_how_sure_it_is():
    own, other = Estimate(9, 60.0), Estimate(9, 53.9)
    assert shown_difference(own, other, change(6.1), scores=True) == "+6.1 points, real"
    assert shown_sureness(change(1, Sureness.TOO_EARLY)) == "too early to say"
    assert shown_sureness(change(1, is_even=True)) == "even"
    assert shown_difference(own, other, None, scores=True) == "–"


@pytest.mark.parametrize(
    ("verdict", "said"), [(None, "–"), (Verdict.MET, "met"), (Verdict.NOT_APPLICABLE, "not applicable")]
)
def test_a_verdict_is_a_word(verdict, said):
    assert shown_verdict(verdict) == said
