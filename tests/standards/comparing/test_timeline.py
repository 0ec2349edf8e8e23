"""Over time: every period on one axis, limits that start anew at a break, marks, and one sentence a brand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from standards.comparing import Mark, MarkKind, Period, compare_over_time
from standards.editions import Edition
from tests.standards.comparing.builders import (
    OTHERS,
    OURS,
    THEIRS,
    Seen,
    comparison_of,
    known,
    monthly,
    sheet,
    timed,
)


@dataclass(frozen=True)
class Noted:
    noted_on: date
    text: str
    brand_id: int | None = None


def test_all_brands_share_every_period_and_one_without_a_visit_is_empty():
    seen = [Seen(OURS, "mx", date(2025, 11, 30)), Seen(THEIRS, "mm", date(2026, 1, 1))]
    found = compare_over_time(comparison_of(seen), Period.MONTH)
    assert [[point.value.percent for point in line.points] for line in found.lines] == [
        [50, None, None],
        [None, None, 100],
    ]
    assert [(p.starts_on, p.ends_on) for p in found.lines[0].points] == [
        (date(2025, 11, 1), date(2025, 11, 30)),
        (date(2025, 12, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 1, 31)),
    ]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.WEEK, (date(2025, 12, 29), date(2026, 1, 4)), (date(2026, 1, 5), date(2026, 1, 11))),
        (Period.QUARTER, (date(2025, 10, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 3, 31))),
    ],
)
def test_weeks_begin_on_monday_and_quarters_with_the_year(period, first, last):
    day = date(2025, 12, 31) if period is Period.QUARTER else date(2026, 1, 4)
    seen = [Seen(OURS, "m", day), Seen(OURS, "x", date(2026, 1, 5))]
    points = compare_over_time(comparison_of(seen), period).lines[0].points
    assert [(point.starts_on, point.ends_on) for point in points] == [first, last]
    assert [point.value.percent for point in points] == [100, 0]


def test_a_standard_over_time_counts_only_visits_where_it_was_met_or_missed():
    seen = [Seen(OURS, letters, date(2026, 1, 5)) for letters in ("mm", "xm", "-m")]
    found = compare_over_time(comparison_of(seen), Period.MONTH, 0)
    (point,) = found.lines[0].points
    assert (known(found.standard).code, point.value.visits, point.value.percent) == ("A0", 2, 50)
    assert (point.value.low, point.value.high) == pytest.approx((9.45, 90.55), abs=0.01)


def test_a_month_beyond_the_limits_is_marked_in_words():
    found = compare_over_time(comparison_of(monthly(OURS, *[60, 70] * 9, 60, 100)), Period.MONTH)
    line = found.lines[0]
    assert [point.signal for point in line.points][-2:] == ["", "above the usual up and down"]
    assert line.changed_lately
    (limits,) = line.limits
    assert (limits.since, limits.until) == (date(2025, 1, 1), date(2026, 8, 31))
    assert limits.lower < limits.mean < limits.upper < 100
    assert found.sentence.startswith("Ours: August 2026 lies above the usual up and down (")


def test_a_long_run_on_one_side_says_since_when():
    found = compare_over_time(comparison_of(monthly(OURS, *[50] * 9, *[60] * 9)), Period.MONTH)
    assert found.sentence == (
        "Ours: 9 months in a row above the mean of 55 %, since October 2025. That is more than chance."
    )


def test_an_old_signal_is_not_lately():
    line = compare_over_time(comparison_of(monthly(OURS, 100, *[60, 70] * 9)), Period.MONTH).lines[0]
    assert line.points[0].signal
    assert not line.changed_lately


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ([], "No complete visit is here."),
        (
            monthly(OURS, 60, 70, 60),
            "Too early to say whether Ours changes: 3 months with visits, and",
        ),
        (monthly(OURS, *[60, 70] * 5), "Ours: each month lies within its usual up and down ("),
        (monthly(OURS, *[100] * 9), "Ours: each month shows 100 %; no change shows."),
    ],
)
def test_one_sentence_says_whether_anything_changed(seen, expected):
    found = compare_over_time(comparison_of(seen, sheet(10)), Period.MONTH)
    assert found.sentence.startswith(expected)


def test_a_brand_without_a_visit_says_so_and_the_next_one_speaks_for_all():
    seen = monthly(THEIRS, *[60, 70] * 5)
    found = compare_over_time(comparison_of(seen, brands=(OURS, THEIRS, OTHERS)), Period.MONTH)
    assert found.lines[0].sentence == "No complete visit to Ours in this time."
    assert found.sentence == found.lines[1].sentence


def _edition(number: int, *standards) -> Edition:
    return Edition(number, 1, "Set", number, standards, datetime(2020, number, 1, tzinfo=UTC))


def test_a_moved_target_breaks_a_standard_and_an_edition_is_a_line_across_the_score():
    slow, fast = timed("QUEUE", 300), timed("QUEUE", 120)
    days = [date(2025 + month // 12, month % 12 + 1, 9) for month in range(18)]
    seen = [Seen(OURS, "xm"[at % 2], day, edition=1 + (at >= 9)) for at, day in enumerate(days)]
    comparison = comparison_of(seen, [fast], editions=[_edition(1, slow), _edition(2, fast)])
    score = compare_over_time(comparison, Period.MONTH)
    broken = compare_over_time(comparison, Period.MONTH, 0)
    assert score.marks == (Mark(MarkKind.EDITION, date(2025, 10, 9), "Edition 2"),)
    assert len(score.lines[0].limits) == 1
    assert broken.marks == (
        Mark(MarkKind.BREAK, date(2025, 10, 9), "Edition 2: target moved, at most 5 min → at most 2 min"),
    )
    assert [(limits.since, limits.until) for limits in broken.lines[0].limits] == [
        (date(2025, 1, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2026, 6, 30)),
    ]


def test_notes_stand_on_the_time_line_of_their_brand_and_within_its_dates():
    notes = [
        Noted(date(2025, 3, 5), "new till"),
        Noted(date(2025, 2, 1), "training", OURS.id),
        Noted(date(2025, 2, 2), "of a brand not shown", 99),
        Noted(date(2027, 1, 1), "not yet"),
    ]
    found = compare_over_time(comparison_of(monthly(OURS, 60, 70, 60), notes=notes), Period.MONTH)
    assert [(mark.on, mark.text, mark.brand_id) for mark in found.marks] == [
        (date(2025, 2, 1), "training", OURS.id),
        (date(2025, 3, 5), "new till", None),
    ]


def test_only_our_own_line_and_the_one_beside_it_have_intervals():
    percents = {OURS: (60, 70), THEIRS: (70, 80), OTHERS: (20, 30)}
    seen = [visit for brand, both in percents.items() for visit in monthly(brand, *both, visits=3)]
    found = compare_over_time(comparison_of(seen, brands=(OURS, THEIRS, OTHERS)), Period.MONTH)
    assert [line.points[0].value.low is None for line in found.lines] == [False, False, True]
