"""Waits: those given up count for as long as they lasted, and never as answered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.duration.survfunc import SurvfuncRight

from standards.comparing import (
    answered_by,
    kaplan_meier,
    never_answered_within,
    thinned,
    wilson,
    wilson_of_share,
)

# E. J. Freireich and others, "The effect of 6-mercaptopurine on the duration of steroid-induced remissions in
# acute leukemia", Blood 21 (1963): weeks of remission; a star marks those still in remission (open).
TREATED = "6 6 6 6* 7 9* 10 10* 11* 13 16 17* 19* 20* 22 23 25* 32* 32* 34* 35*"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"

durations = some.lists(some.tuples(some.integers(1, 60), some.booleans()), min_size=1, max_size=60)


def curve_of(rows, **options):
    seconds, is_open = zip(*rows, strict=True) if rows else ((), ())
    return kaplan_meier(np.array(seconds, dtype=float), np.array(is_open, dtype=bool), **options)


def curve_in_words(text):
    return curve_of([(float(wait.strip("*")), wait.endswith("*")) for wait in text.split()])


def answered(curve, seconds):
    return answered_by(curve, seconds)


def never(curve, seconds):
    return never_answered_within(curve, seconds)


@pytest.mark.parametrize(
    ("week", "at_risk", "waiting", "error"),
    [
        # J. P. Klein and M. L. Moeschberger, Survival Analysis, 2nd edition 2003, table 4.1.
        pytest.param(6, 21, 0.857, 0.0764, id="week 6"),
        pytest.param(7, 17, 0.807, 0.0869, id="week 7"),
        pytest.param(10, 15, 0.753, 0.0963, id="week 10"),
        pytest.param(13, 12, 0.690, 0.1068, id="week 13"),
        pytest.param(16, 11, 0.627, 0.1141, id="week 16"),
        pytest.param(22, 7, 0.538, 0.1282, id="week 22"),
        pytest.param(23, 6, 0.448, 0.1346, id="week 23"),
    ],
)
def test_the_curve_and_its_error_are_as_published(week, at_risk, waiting, error):
    curve = curve_in_words(TREATED)
    at = curve.seconds.tolist().index(week)
    share = curve.answered_share[at]
    assert curve.at_risk[at] == at_risk
    assert 1 - share == pytest.approx(waiting, abs=5e-4)
    assert np.sqrt(share * (1 - share) / curve.worth[at]) == pytest.approx(error, abs=5e-5)


@pytest.mark.parametrize(("week", "waiting"), [(1, 19), (2, 17), (5, 12), (8, 8), (12, 4), (22, 1), (23, 0)])
def test_where_no_wait_is_open_the_curve_is_the_plain_share_with_wilsons_interval(week, waiting):
    found = answered(curve_in_words(PLACEBO), week)
    expected = wilson(21 - waiting, 21)
    assert found.share == pytest.approx(1 - waiting / 21)
    assert found.interval.low == pytest.approx(expected.low, abs=1e-9)
    assert found.interval.high == pytest.approx(expected.high, abs=1e-9)


@given(durations)
def test_the_curve_equals_statsmodels(rows):
    curve = curve_of(rows)
    expected = SurvfuncRight([wait for wait, _ in rows], [not is_open for _, is_open in rows])
    assert curve.seconds.tolist() == expected.surv_times.tolist()
    assert 1 - curve.answered_share == pytest.approx(expected.surv_prob, abs=1e-9)
    assert curve.at_risk.tolist() == expected.n_risk.tolist()
    partly = (curve.answered_share > 0) & (expected.surv_prob > 1e-9)
    shares = curve.answered_share[partly]
    errors = np.sqrt(shares * (1 - shares) / curve.worth[partly])
    assert errors == pytest.approx(expected.surv_prob_se[partly], abs=1e-9)


@given(durations)
def test_the_share_never_falls_and_lies_within_its_interval(rows):
    curve = curve_of(rows)
    assert (np.diff(curve.answered_share) >= 0).all()
    assert (np.diff(curve.worth) <= 1e-9).all()
    assert (curve.low >= 0).all()
    assert (curve.low <= curve.answered_share).all()
    assert (curve.answered_share <= curve.high).all()
    assert (curve.high <= 1).all()
    assert curve.answered.sum() == sum(not is_open for _, is_open in rows)


@given(durations, some.integers(0, 70))
def test_answered_and_never_answered_add_up_to_all(rows, seconds):
    curve = curve_of(rows)
    by_then, not_by_then = answered(curve, seconds), never(curve, seconds)
    if by_then is None:
        assert not_by_then is None
        assert curve.longest_seconds < seconds
        return
    assert by_then.share + not_by_then.share == 1
    for found in (by_then, not_by_then):
        assert found.interval.low <= found.share <= found.interval.high


@given(durations, some.integers(1, 60))
def test_a_wait_given_up_counts_the_less_as_answered_the_longer_it_lasted(rows, seconds):
    shorter, longer = curve_of([*rows, (seconds, True)]), curve_of([*rows, (seconds + 5, True)])
    for moment in range(1, 61):
        before, after = answered(shorter, moment), answered(longer, moment)
        if before and after:
            assert after.share <= before.share + 1e-12


@given(durations, some.integers(2, 9))
def test_more_waits_of_the_same_kind_never_widen(rows, times):
    once, often = curve_of(rows), curve_of(rows * times)
    assert often.answered_share == pytest.approx(once.answered_share, abs=1e-12)
    assert (often.high - often.low <= once.high - once.low + 1e-12).all()


def test_a_mean_over_those_who_replied_would_hide_the_one_in_three_nobody_answered():
    curve = curve_of([(60, False), (120, False), (432_000, True)])
    assert answered(curve, 3600).share == pytest.approx(2 / 3)
    assert never(curve, 432_000).share == pytest.approx(1 / 3)


def test_beyond_the_longest_wait_nothing_is_known_unless_all_were_answered():
    given_up = curve_of([(60, False), (90, True)])
    assert answered(given_up, 90).share == 0.5
    assert answered(given_up, 91) is None
    assert never(given_up, 91) is None
    assert answered(curve_of([(60, False), (90, False)]), 10_000).share == 1


def test_before_the_first_answer_only_those_still_waiting_count():
    curve = curve_of([(10, True), (20, True), (60, False), (90, True)])
    found = answered(curve, 15)
    assert found.share == 0
    assert found.interval == wilson_of_share(0.0, 3)
    assert answered(curve, 20).interval == wilson_of_share(0.0, 3)
    assert answered(curve, 0).interval == wilson_of_share(0.0, 4)


def test_where_nobody_answered_the_share_is_0_as_far_as_anybody_waited():
    curve = curve_of([(30, True), (60, True)])
    assert answered(curve, 60).share == 0
    assert answered(curve, 60).interval == wilson_of_share(0.0, 1)
    assert answered(curve, 61) is None


def test_where_all_were_answered_at_once_the_interval_is_that_of_all_met():
    found = answered(curve_of([(5, False)] * 4), 5)
    assert found.share == found.interval.high == 1
    assert found.interval.low == pytest.approx(wilson(4, 4).low)


def test_what_was_not_timed_counts_nowhere():
    assert curve_of([]) is None
    assert curve_of([(np.nan, False), (np.nan, True)]) is None
    assert answered(None, 60) is None
    assert never(None, 60) is None
    assert curve_of([(np.nan, False), (5, False)]).waits == 1
    assert answered(curve_of([(5, False)]), np.nan) is None


def test_a_curve_to_draw_keeps_its_ends_and_every_answer():
    rng = np.random.default_rng(3)
    curve = curve_of(list(zip(rng.exponential(600, 5000), rng.random(5000) < 0.1, strict=True)))
    drawn = thinned(curve, at_most=150)
    assert len(drawn.seconds) <= 150
    assert (drawn.seconds[0], drawn.seconds[-1]) == (curve.seconds[0], curve.seconds[-1])
    assert drawn.answered.sum() == curve.answered.sum()
    assert thinned(drawn, at_most=150) is drawn
