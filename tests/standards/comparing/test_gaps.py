"""Standard by standard: the surest gap first, no-nos with their upper bound, breaks, pooling by visit."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from standards.comparing import Sureness, compare_standards
from standards.editions import Edition
from standards.measuring import Comparator, Measure, Target, Verdict
from tests.standards.comparing.builders import (
    OURS,
    THEIRS,
    comparison_of,
    known,
    repeated,
    sheet,
    standard_of,
    timed,
    width,
)


def test_the_surest_gap_comes_first_and_one_without_both_brands_last():
    # A0: no gap; A1: wide and sure; A2: as wide, from few visits; A3: only ours.
    seen = repeated(OURS, *["mmmm"] * 4, *["mm-m"] * 16) + repeated(THEIRS, *["mxx-"] * 4, *["mx--"] * 16)
    found = compare_standards(comparison_of(seen))
    assert [row.standard.code for row in found.rows] == ["A1", "A2", "A0", "A3"]
    assert found.tested == 3
    assert found.rows[0].lead is not None
    assert found.rows[0].lead.sureness is Sureness.REAL
    assert found.rows[3].lead is None
    said = "Ours 100 % (probably between 84 and 100, 20 visits); Theirs: not seen yet."
    assert found.rows[3].sentence == said


def test_a_gap_among_many_standards_needs_more_to_be_real():
    ours, theirs = ["mmmm", "mmmm", "mxmm"] * 4, ["xmmm", "mxmm", "mmxm"] * 4
    first = repeated(OURS, *(letters[0] for letters in ours)), repeated(THEIRS, *(one[0] for one in theirs))
    alone = compare_standards(comparison_of([*first[0], *first[1]]))
    among = compare_standards(comparison_of(repeated(OURS, *ours) + repeated(THEIRS, *theirs)))
    one, same = known(alone.rows[0].lead), known(among.rows[0].lead)
    assert (one.p_value, one.points) == (same.p_value, same.points)
    assert one.corrected_p_value == one.p_value
    assert same.corrected_p_value > same.p_value
    assert (one.sureness, same.sureness) == (Sureness.REAL, Sureness.LEANING)
    assert same.more_visits >= 1
    assert "4 gaps were tested at once; the words allow for that." in among.sentences


def test_a_no_no_that_was_never_seen_says_how_often_it_could_still_be():
    standards = [standard_of("RUDE", no_no=True), standard_of("HI")]
    seen = repeated(OURS, *["mm"] * 12) + repeated(THEIRS, "xm", *["mm"] * 3)
    found = compare_standards(comparison_of(seen, standards))
    assert [row.standard.code for row in found.rows] == ["HI"]
    (row,) = found.no_nos
    ours, theirs = row.seen
    assert ours.sentence == "Ours: not seen in 12 visits; could still be up to 22 %."
    assert ours.up_to_percent == pytest.approx(22.1, abs=0.05)
    assert theirs.sentence == "Theirs: seen in 1 of 4 visits (25 %, probably between 5 and 70)."
    assert theirs.up_to_percent is None
    assert (ours.behind.verdict, theirs.behind.verdict) == (None, Verdict.MISSED)
    assert row.lead is not None


def test_a_no_no_that_one_brand_was_never_looked_at_for_says_so():
    standards = [standard_of("RUDE", no_no=True), standard_of("HI")]
    seen = repeated(OURS, "-m", "-m") + repeated(THEIRS, "mm")
    (row,) = compare_standards(comparison_of(seen, standards)).no_nos
    assert row.seen[0].sentence == "Ours: not looked for yet."
    assert row.lead is None


def test_the_pooled_met_rate_is_no_surer_than_its_visits():
    # Twenty answers in two visits that are all met or all missed are worth two visits, not twenty answers.
    alike = compare_standards(comparison_of(repeated(OURS, "m" * 10, "x" * 10)))
    apart = compare_standards(comparison_of(repeated(OURS, *["mmmmmmxxxx", "xxxxxxmmmm"] * 10)))
    assert (alike.own.percent, alike.own.visits) == (50, 2)
    assert width(alike.own) > 75
    assert (apart.own.percent, apart.own.visits) == (50, 20)
    assert width(apart.own) < 20


def test_no_common_standard_is_said():
    assert compare_standards(comparison_of([], sheet(2))).sentences == (
        "No standard common to all brands was met or missed in these visits.",
    )


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ("xxmm", "The gap is real on 2 of them: Ours is ahead there."),
        ("xxmx", "The gap is real on 3 of them: Ours is ahead on 2 and behind on 1."),
        ("mmxm", "On none of them is the gap real so far."),
    ],
)
def test_it_is_counted_on_how_many_standards_the_gap_is_real(theirs, expected):
    ours = "mmxm" if theirs == "mmxm" else "mmmm" if theirs == "xxmm" else "mmxm"
    theirs = {"xxmx": "xxmm"}.get(theirs, theirs)
    seen = repeated(OURS, *[ours] * 15) + repeated(THEIRS, *[theirs] * 15)
    assert expected in compare_standards(comparison_of(seen)).sentences


def _edition(number: int, *standards) -> Edition:
    return Edition(number, 1, "Set", number, standards, datetime(2026, number, 1, tzinfo=UTC))


def test_a_break_is_named_only_where_visits_lie_on_both_sides_of_it():
    slow, fast = timed("QUEUE", 300), timed("QUEUE", 120)
    editions = [_edition(1, slow), _edition(2, fast), _edition(3, replace(fast, measure=Measure.YES_NO))]
    both = repeated(OURS, "m", edition=1) + repeated(OURS, "m", edition=2)
    one = repeated(OURS, "m", "m", edition=2)
    (row,) = compare_standards(comparison_of(both, [fast], editions=editions)).rows
    assert row.breaks == ("from edition 2 (target moved: at most 5 min → at most 2 min)",)
    (row,) = compare_standards(comparison_of(one, [fast], editions=editions)).rows
    assert row.breaks == ()


def test_a_code_whose_measure_changed_is_two_rows():
    typed = standard_of("QUEUE")
    measured = standard_of("QUEUE", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 60, "s"))
    seen = repeated(OURS, "m-", "-m") + repeated(THEIRS, "x-", "-x")
    rows = compare_standards(comparison_of(seen, [typed, measured])).rows
    assert {(row.standard.measure, row.own.visits) for row in rows} == {
        (Measure.YES_NO, 1),
        (Measure.DURATION, 1),
    }


def test_an_open_pooled_gap_takes_at_least_one_visit_more():
    seen = repeated(OURS, "mmx", "mmm", "mxm", "mxm") + repeated(THEIRS, "xxx", "xxx", "mxm", "xmm", "xxx")
    lead = known(compare_standards(comparison_of(seen)).lead)
    assert lead.sureness is Sureness.LEANING
    assert lead.more_visits == 1
    assert lead.sentence.endswith("About 1 more visit to each would probably settle it.")
