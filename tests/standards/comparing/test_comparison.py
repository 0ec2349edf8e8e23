"""Comparisons: what every figure rests on, mirrored brands, and figures equal to an independent reckoning."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from standards.comparing import (
    NO_VERDICT,
    VERDICT_MET,
    Behind,
    Comparison,
    Period,
    Sureness,
    adjust_channels,
    adjust_score,
    compare_brands,
    compare_channels,
    compare_over_time,
    compare_standards,
    compare_waits,
    compare_walks,
    short_answer,
    visits_behind,
)
from standards.editions import Kind
from standards.measuring import Measure, Verdict
from standards.visits import Brand
from tests.standards.comparing.builders import (
    FIRST_DAY,
    OTHERS,
    OURS,
    THEIRS,
    Seen,
    as_own,
    as_rival,
    comparison_of,
    known,
    repeated,
    sheet,
    standard_of,
    timed,
)

STANDARDS = (
    standard_of("HELLO", "Welcome", weight=5),
    standard_of("RUDE", "Welcome", weight=2, no_no=True),
    timed("QUEUE", 180, "Till", weight=3),
    standard_of("BILL", "Till", kinds=frozenset({Kind.SHOP})),
)

visits = some.lists(
    some.builds(
        Seen,
        brand=some.sampled_from([OURS, THEIRS, OTHERS]),
        # A visit is compared only where a standard was met or missed.
        verdicts=some.text("mx-", min_size=4, max_size=4).filter(lambda letters: set(letters) != {"-"}),
        on=some.integers(0, 400).map(lambda days: FIRST_DAY + timedelta(days=days)),
        kind=some.sampled_from([Kind.SHOP, Kind.WEBSITE]),
        channel=some.integers(0, 3),
        shopper=some.integers(0, 3),
        edition=some.integers(1, 2),
        waits=some.dictionaries(some.just(2), some.tuples(some.floats(0, 500), some.booleans())),
    ),
    max_size=40,
)


def _all_sections(comparison: Comparison):
    answer, brands = short_answer(comparison), compare_brands(comparison)
    standards, walk = compare_standards(comparison), compare_walks(comparison)
    waits, channels = compare_waits(comparison), compare_channels(comparison)
    times = [compare_over_time(comparison, period) for period in Period]
    if comparison.columns.standards:
        times.append(compare_over_time(comparison, Period.WEEK, 0))
    return answer, brands, standards, walk, waits, channels, times


def _sentences(comparison: Comparison):
    answer, brands, standards, walk, waits, channels, times = _all_sections(comparison)
    yield from answer.sentences
    yield from brands.sentences
    yield from (row.sentence for row in brands.rows)
    yield from (row.lead.sentence for row in brands.rows if row.lead)
    yield from standards.sentences
    yield from (row.sentence for row in standards.rows)
    yield from (seen.sentence for row in standards.no_nos for seen in row.seen)
    yield from walk.sentences
    yield from (step.sentence for step in walk.steps)
    yield from (row.sentence for row in waits)
    yield from (point.sentence for funnel in channels for point in funnel.points)
    yield from (funnel.sentence for funnel in channels)
    yield from (over_time.sentence for over_time in times)
    yield from (line.sentence for over_time in times for line in over_time.lines)


def _estimates(comparison: Comparison):
    answer, brands, standards, walk, waits, channels, times = _all_sections(comparison)
    yield from (answer.own_score, answer.rival_score, standards.own, standards.other)
    yield from (row.score for row in brands.rows)
    yield from (cell.score for row in brands.rows for cell in row.by_kind)
    yield from (figure for row in standards.rows for figure in (row.own, row.other))
    yield from (seen.rate for row in standards.no_nos for seen in row.seen)
    yield from (figure for step in walk.steps for figure in (step.own, step.other))
    yield from (seen.by_target for row in waits for seen in row.brands if seen.by_target)
    yield from (point.value for funnel in channels for point in funnel.points)
    yield from (point.value for one in times for line in one.lines for point in line.points)


@settings(max_examples=30, deadline=None)
@given(visits)
def test_whatever_was_seen_every_section_says_something_true_in_whole_sentences(seen):
    comparison = comparison_of(seen, STANDARDS, brands=(OURS, THEIRS, OTHERS))
    for sentence in _sentences(comparison):
        assert sentence.endswith("."), sentence
        assert "nan" not in sentence
        assert "None" not in sentence
        assert "  " not in sentence


@settings(max_examples=30, deadline=None)
@given(visits)
def test_a_figure_lies_within_its_interval_and_within_0_and_100(seen):
    for figure in _estimates(comparison_of(seen, STANDARDS, brands=(OURS, THEIRS, OTHERS))):
        assert (figure.percent is None) == (figure.visits == 0)
        if figure.percent is not None:
            assert -1e-9 <= figure.percent <= 100 + 1e-9
        if figure.low is not None:
            assert figure.low - 1e-9 <= figure.percent <= figure.high + 1e-9


@settings(max_examples=30, deadline=None)
@given(visits)
def test_as_many_visits_stand_behind_a_figure_as_it_counts(seen):
    comparison = comparison_of(seen, STANDARDS, brands=(OURS, THEIRS, OTHERS))
    _, brands, standards, walk, _, channels, times = _all_sections(comparison)
    counted = [(row.behind, row.score.visits) for row in brands.rows]
    counted += [(row.behind_failed, row.failed) for row in brands.rows]
    counted += [(cell.behind, cell.score.visits) for row in brands.rows for cell in row.by_kind]
    counted += [(row.behind_own, row.own.visits) for row in standards.rows if row.behind_own]
    counted += [(row.behind_other, row.other.visits) for row in standards.rows if row.behind_other]
    counted += [(one.behind, one.missed or one.rate.visits) for row in standards.no_nos for one in row.seen]
    counted += [(step.behind_own, step.own.visits) for step in walk.steps if step.behind_own]
    counted += [(step.behind_other, step.other.visits) for step in walk.steps if step.behind_other]
    counted += [(point.behind, point.value.visits) for funnel in channels for point in funnel.points]
    counted += [
        (one.behind(line, point), point.value.visits)
        for one in times
        for line in one.lines
        for point in line.points
    ]
    for behind, number in counted:
        assert len(visits_behind(comparison, behind)) == number, behind


def test_visits_behind_a_figure_come_newest_first_and_only_those_with_its_verdict():
    seen = repeated(OURS, "mm--", "xm--", "x---", "-x--") + repeated(THEIRS, "x---")
    comparison = comparison_of(seen, STANDARDS)
    missed = Behind(OURS.id, code="HELLO", measure=Measure.YES_NO, verdict=Verdict.MISSED)
    places = visits_behind(comparison, missed)
    assert comparison.columns.visited_on[places].tolist() == [date(2026, 1, 7), date(2026, 1, 6)]
    assert len(visits_behind(comparison, Behind(code="HELLO"))) == 4
    assert len(visits_behind(comparison, Behind(OURS.id, failed=True))) == 1
    assert len(visits_behind(comparison, Behind(touchpoint="Till"))) == 0
    assert len(visits_behind(comparison, Behind(since=date(2026, 1, 6), until=date(2026, 1, 7)))) == 2


@settings(max_examples=30, deadline=None)
@given(visits)
def test_swapping_own_and_competitor_mirrors_every_lead(seen):
    ahead = comparison_of(seen, STANDARDS)
    swapped = comparison_of([replace(visit, brand=_swapped(visit.brand)) for visit in seen], STANDARDS)
    for one, other in zip(_leads(ahead), _leads(swapped), strict=True):
        assert (one is None) == (other is None)
        if one and other:
            assert one.points == pytest.approx(-other.points, abs=1e-9)
            assert (one.sureness, one.more_visits) == (other.sureness, other.more_visits)
            assert (one.low is None) == (other.low is None)
            if one.low is not None:
                assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(visits)
def test_what_is_not_settled_takes_a_visit_at_least_and_what_is_settled_none(seen):
    for lead in _leads(comparison_of(seen, STANDARDS)):
        if lead:
            settled = lead.sureness is Sureness.REAL or lead.is_even
            assert (lead.more_visits == 0) == settled


def _swapped(brand: Brand) -> Brand:
    return {1: THEIRS, 2: OURS}.get(brand.id, brand)


def _leads(comparison: Comparison):
    standards = compare_standards(comparison)
    by_code = {row.standard.code: row.lead for row in standards.rows}
    by_code |= {row.standard.code: row.lead for row in standards.no_nos}
    yield standards.lead
    yield from (lead for _, lead in sorted(by_code.items()))
    yield from (step.lead for step in compare_walks(comparison).steps)
    yield comparison.leads[THEIRS.id]


def test_the_best_competitor_is_set_beside_our_own_unless_another_is_chosen():
    seen = repeated(OURS, "mm", "mx") + repeated(THEIRS, *["mx"] * 3) + repeated(OTHERS, *["mm"] * 3)
    brands = (OURS, THEIRS, OTHERS)
    assert comparison_of(seen, brands=brands).rival == OTHERS
    assert comparison_of(seen, brands=brands, against_id=THEIRS.id).rival == THEIRS
    assert comparison_of(seen, brands=brands, against_id=99).rival is None


def test_a_competitor_seen_once_or_twice_is_never_the_best_while_another_was_seen_enough():
    seen = repeated(THEIRS, *["mx"] * 3) + repeated(OTHERS, "mm", "mm")
    brands = (OURS, THEIRS, OTHERS)
    assert comparison_of(seen, brands=brands).rival == THEIRS
    assert comparison_of(seen[3:], brands=brands).rival == OTHERS


def test_a_visit_to_a_brand_that_is_not_shown_counts_nowhere():
    seen = repeated(OURS, "mm") + repeated(THEIRS, "mx") + repeated(OTHERS, "xx", "xx")
    shown = compare_brands(comparison_of(seen))
    assert [(row.brand, row.score.visits) for row in shown.rows] == [(OURS, 1), (THEIRS, 1)]
    assert all(len(line.points) for line in compare_over_time(comparison_of(seen), Period.MONTH).lines)


def _like_chicago(seed: int = 4, brands: int = 6, visits: int = 1001, standards: int = 44):
    """Return visits in the shape of a city’s food inspections: nearly all met, shoppers far apart."""
    random = np.random.default_rng(seed)
    named = [Brand(at + 1, f"Brand {at + 1}", at == 0, "#000000") for at in range(brands)]
    severity, difficulty = random.uniform(-1, 1, 9), random.uniform(1, 5, standards)
    seen = []
    for _ in range(visits):
        brand, shopper = int(random.integers(brands)), int(random.integers(9))
        chance = 1 / (1 + np.exp(-(difficulty + severity[shopper] - 0.2 * brand)))
        met = random.random(standards) < chance
        letters = "".join(
            "-" if skipped else "m" if good else "x"
            for good, skipped in zip(met, random.random(standards) < 0.05, strict=True)
        )
        on = FIRST_DAY + timedelta(days=int(random.integers(800)))
        seen.append(Seen(named[brand], letters, on, channel=int(random.integers(20)), shopper=shopper + 1))
    return named, seen, [replace(one, weight=1 + at % 5) for at, one in enumerate(sheet(standards))]


def test_means_met_rates_and_wilson_intervals_equal_pandas_and_statsmodels():
    named, seen, asked = _like_chicago()
    comparison = comparison_of(seen, asked, brands=named)
    weights = {one.code: one.weight for one in asked}
    frame = pd.DataFrame(
        [
            {"visit": at, "brand": visit.brand.id, "code": one.code, "met": letter == "m"}
            for at, visit in enumerate(seen)
            for one, letter in zip(asked, visit.verdicts, strict=True)
            if letter != "-"
        ]
    )
    frame["possible"] = frame["code"].map(weights)
    frame["points"] = frame["possible"] * frame["met"]
    scores = frame.groupby(["brand", "visit"])[["points", "possible"]].sum()
    percents = 100 * scores["points"] / scores["possible"]
    for row in compare_brands(comparison).rows:
        mine = DescrStatsW(percents.loc[row.brand.id].to_numpy())
        low, high = mine.tconfint_mean()
        assert row.score.visits == mine.nobs
        assert row.score.percent == pytest.approx(mine.mean, abs=1e-6)
        assert (row.score.low, row.score.high) == pytest.approx((low, min(high, 100)), abs=1e-6)
    rival = comparison.rival
    assert rival is not None
    rates = frame.groupby(["code", "brand"])["met"].agg(["sum", "size"])
    found = compare_standards(comparison).rows
    assert len(found) == len(asked)
    for gap in found:
        for brand_id, figure in ((1, gap.own), (rival.id, gap.other)):
            met, judged = (int(number) for number in rates.loc[(gap.standard.code, brand_id)])
            low, high = proportion_confint(met, judged, method="wilson")
            assert figure.visits == judged
            assert figure.percent == pytest.approx(100 * met / judged, abs=1e-6)
            assert (figure.low, figure.high) == pytest.approx((100 * low, 100 * high), abs=1e-6)


def test_months_channels_and_touchpoints_equal_pandas():
    named, seen, asked = _like_chicago(seed=5, visits=400)
    comparison = comparison_of(seen, asked, brands=named)
    columns = comparison.columns
    frame = pd.DataFrame(
        {
            "brand": columns.brand_ids,
            "channel": columns.channel_ids,
            "month": pd.to_datetime(columns.visited_on).to_period("M"),
            "percent": columns.percents,
        }
    )
    by_month = frame.groupby(["brand", "month"])["percent"].mean()
    for line in compare_over_time(comparison, Period.MONTH).lines:
        for point in line.points:
            expected = by_month.get((line.brand.id, pd.Period(point.starts_on, "M")))
            assert point.value.percent == (None if expected is None else pytest.approx(expected, abs=1e-9))
    by_channel = frame[frame["brand"] == 1].groupby("channel")["percent"].mean()
    (funnel,) = compare_channels(comparison)
    assert {point.channel.id: point.value.percent for point in funnel.points} == {
        channel: pytest.approx(percent, abs=1e-9) for channel, percent in by_channel.items()
    }
    weights = np.array([one.weight for one in asked])
    ours = columns.verdicts[columns.brand_ids == 1]
    for step in compare_walks(comparison).steps:
        places = [at for at, one in enumerate(asked) if one.touchpoint == step.touchpoint]
        possible = (ours[:, places] != NO_VERDICT) @ weights[places]
        points = (ours[:, places] == VERDICT_MET) @ weights[places]
        expected = (100 * points[possible > 0] / possible[possible > 0]).mean()
        assert step.own.percent == pytest.approx(expected, abs=1e-9)


def test_adjusting_is_shown_beside_the_raw_gap_for_brands_and_channels():
    named, seen, asked = _like_chicago(seed=6, visits=600)
    comparison = comparison_of(seen, asked, brands=named)
    found = adjust_score(comparison, named[5])
    assert found is not None
    lead = comparison.leads[named[5].id]
    assert lead is not None
    assert (found.raw_points, found.raw_low, found.raw_high) == pytest.approx(
        (lead.points, lead.low, lead.high)
    )
    assert known(found.low) < known(found.points) < known(found.high)
    assert found.sentence.endswith(".")
    for column in (None, 3):
        (funnel,) = compare_channels(comparison, column=column)
        adjusted = adjust_channels(comparison, funnel)
        assert set(adjusted) == {point.channel.id for point in funnel.points}
        for point in funnel.points:
            others = _without(comparison, point.channel.id, column)
            raw = adjusted[point.channel.id].raw_points
            assert raw == pytest.approx(known(point.value.percent) - others, abs=1e-9)


def _without(comparison: Comparison, channel_id: int, column: int | None) -> float:
    columns = comparison.columns
    others = (columns.brand_ids == 1) & (columns.channel_ids != channel_id)
    return float(np.nanmean(comparison.values_of(column)[others]))


def test_who_is_compared_does_not_depend_on_which_brand_is_called_our_own():
    seen = repeated(OURS, *["mmmm"] * 12, *["mmmx"] * 3) + repeated(THEIRS, *["mmxx"] * 12, *["mxxx"] * 3)
    one = comparison_of(seen).leads[THEIRS.id]
    turned = [as_own(THEIRS), as_rival(OURS)]
    other = comparison_of(
        [replace(visit, brand=next(b for b in turned if b.id == visit.brand.id)) for visit in seen],
        brands=turned,
    ).leads[OURS.id]
    assert one is not None
    assert other is not None
    assert (one.leader_id, other.leader_id) == (OURS.id, OURS.id)
    assert one.sureness is other.sureness is Sureness.REAL
