"""The answer: a true sentence for every thin or one-sided programme, and the next best step."""

from datetime import date

import pytest

from standards.comparing import Sureness, Thresholds, compare_brands, compare_standards, short_answer
from standards.editions import Kind
from tests.standards.comparing.builders import (
    OTHERS,
    OURS,
    THEIRS,
    Seen,
    comparison_of,
    known,
    monthly,
    repeated,
    sheet,
    standard_of,
)


def said(comparison) -> str:
    return " ".join(short_answer(comparison).sentences)


def brands_said(comparison) -> str:
    return " ".join(compare_brands(comparison).sentences)


def test_without_any_visit_it_says_so():
    assert said(comparison_of([])) == "No complete visit is here."
    assert brands_said(comparison_of([])) == "No complete visit is here."


def test_one_brand_only_asks_for_a_competitor():
    comparison = comparison_of(repeated(OURS, "mm", "mx", "mm"))
    assert "Ours scores 83.3 % (probably between" in said(comparison)
    wanted = "No complete visit to a competitor is here: visit one the same way, and this page compares."
    assert wanted in said(comparison)
    assert brands_said(comparison) == wanted


def test_without_our_own_brand_there_is_nothing_to_hold_competitors_against():
    seen = repeated(THEIRS, "mm", "mx", "mm")
    for brands in ((OURS, THEIRS), (THEIRS,)):
        comparison = comparison_of(seen, brands=brands)
        assert "nothing to hold competitors against" in said(comparison)
        assert said(comparison).startswith("Theirs scores 83.3 %")
        assert brands_said(comparison).count("No complete visit") == 1


def test_a_brand_without_a_visit_in_the_period_is_named():
    seen = repeated(OURS, "mm", "mx", "mm") + repeated(THEIRS, "mm", "mx", "mm")
    shown = compare_brands(comparison_of(seen, brands=(OURS, THEIRS, OTHERS)))
    assert "No complete visit to Others here." in shown.sentences
    assert shown.rows[2].sentence == "Others has no complete visit here."
    assert shown.rows[2].lead is None


def test_a_competitor_chosen_but_not_visited_is_named():
    seen = repeated(OURS, "mm", "mx", "mm") + repeated(THEIRS, "mm", "mx", "mm")
    comparison = comparison_of(seen, brands=(OURS, THEIRS, OTHERS), against_id=OTHERS.id)
    assert "No complete visit to Others is here." in said(comparison)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (
            1,
            5,
            "Too early to say: Ours has 1 visit. With 2 more visits to Ours there is something to compare.",
        ),
        (5, 2, "Too early to say: Theirs has 2 visits. With 1 more visit to Theirs there is"),
        (
            2,
            1,
            "Ours has 2 visits and Theirs has 1 visit. With 1 more visit to Ours and 2 more visits to Theirs",
        ),
    ],
)
def test_fewer_than_three_visits_are_too_early_whatever_they_show(ours, theirs, expected):
    comparison = comparison_of(repeated(OURS, *["mm"] * ours) + repeated(THEIRS, *["xx"] * theirs))
    answer = short_answer(comparison)
    assert expected in said(comparison)
    assert answer.lead is not None
    assert answer.lead.sureness is Sureness.TOO_EARLY
    assert answer.next_step == ""


def test_thin_brands_are_named_with_their_visits():
    seen = repeated(OURS, "mm", "mx", "mm") + repeated(THEIRS, "mm") + repeated(OTHERS, "mm", "xx")
    shown = brands_said(comparison_of(seen, brands=(OURS, THEIRS, OTHERS)))
    assert (
        "Too early to say for Theirs (1 visit) and Others (2 visits): fewer than 3 complete visits." in shown
    )


def test_a_single_shopper_is_said_and_not_named():
    seen = repeated(OURS, "mm", "mx", shopper=7) + repeated(THEIRS, "mm", "xx", shopper=7)
    shown = brands_said(comparison_of(seen))
    assert "One shopper made all 4 visits: another pair of eyes might see it otherwise." in shown
    assert "7" not in shown
    adjusted = short_answer(comparison_of(seen)).adjusted
    assert adjusted is not None
    assert adjusted.points is None
    assert "shopper" in adjusted.sentence
    unknown = repeated(OURS, "mm", "mx") + repeated(THEIRS, "mm", "xx")
    assert "One shopper" not in brands_said(comparison_of(unknown))


@pytest.mark.parametrize(("letters", "words"), [("mm", "met"), ("xx", "missed")])
def test_where_everything_was_met_or_missed_nobody_is_ahead(letters, words):
    comparison = comparison_of(repeated(OURS, *[letters] * 4) + repeated(THEIRS, *[letters] * 4))
    assert "Too early to say who is ahead: Ours and Theirs are level so far." in said(comparison)
    shown = compare_standards(comparison).sentences
    assert f"Ours {words} everything that was judged." in shown
    assert f"Theirs {words} everything that was judged." in shown


def test_brands_that_share_no_standard_are_not_compared():
    standards = [
        standard_of("SHOP", kinds=frozenset({Kind.SHOP})),
        standard_of("WEB", kinds=frozenset({Kind.WEBSITE})),
    ]
    seen = repeated(OURS, *["m-"] * 4) + repeated(THEIRS, *["-x"] * 4, kind=Kind.WEBSITE)
    comparison = comparison_of(seen, standards)
    answer = short_answer(comparison)
    assert answer.lead is None
    assert answer.verdict == "No standard is asked of both Ours and Theirs, so their scores are not compared."
    assert "No standard was judged at both Ours and Theirs." in compare_standards(comparison).sentences


def test_brands_visited_in_other_kinds_of_channel_are_to_be_compared_kind_by_kind():
    kinds = {brand: (Kind.SHOP, Kind.WEBSITE)[:: 1 if brand is OURS else -1] for brand in (OURS, THEIRS)}
    seen = [
        visit
        for brand, (many, few) in kinds.items()
        for visit in repeated(brand, *["mx"] * 6, kind=many) + repeated(brand, "mx", kind=few)
    ]
    assert "compare them kind by kind" in brands_said(comparison_of(seen))
    shown = compare_brands(comparison_of(seen))
    assert [(cell.kind, cell.score.visits) for cell in shown.rows[0].by_kind] == [
        (Kind.SHOP, 6),
        (Kind.WEBSITE, 1),
    ]


def test_a_wide_gap_from_many_visits_is_real_and_says_by_how_much():
    seen = repeated(OURS, *["mmmm", "mmmx"] * 10) + repeated(THEIRS, *["mmxx", "mxxx"] * 10)
    answer = short_answer(comparison_of(seen))
    assert answer.lead is not None
    assert answer.lead.sureness is Sureness.REAL
    assert answer.lead.more_visits == 0
    assert answer.verdict.startswith("Real: Ours is 50 points ahead, probably by ")


def test_an_open_gap_says_how_many_further_visits_would_probably_settle_it():
    seen = repeated(OURS, *["mmmm", "mmxx"] * 3) + repeated(THEIRS, *["mmmx", "mxxx"] * 3)
    answer = short_answer(comparison_of(seen))
    assert answer.lead is not None
    assert answer.lead.sureness is not Sureness.REAL
    assert answer.lead.more_visits
    assert f"About {answer.lead.more_visits} more visits to each would probably settle it." in answer.verdict


def test_a_gap_too_small_to_matter_is_called_even():
    few = ["mmmmmmmmmm", "mmmmmmmmmx"]
    seen = repeated(OURS, *few * 60) + repeated(THEIRS, *few * 60, "mmmmmmmmmm")
    answer = short_answer(comparison_of(seen))
    assert answer.lead is not None
    assert answer.lead.is_even
    assert answer.lead.more_visits == 0
    assert answer.verdict == "Even: whoever is ahead, it is by less than 3 points."


def test_one_gap_among_many_brands_needs_more_to_be_real():
    seen = repeated(OURS, *["mmmx", "mmxx"] * 7) + repeated(THEIRS, *["mmmm", "mmmx", "mmxx", "mmmm"] * 3)
    alone = comparison_of(seen).leads[THEIRS.id]
    crowd = [OTHERS.__class__(at, f"Brand {at}", False, "#000000") for at in range(10, 20)]
    more = [visit for brand in crowd for visit in repeated(brand, *["mmmx", "mmxx"] * 4)]
    among = comparison_of(seen + more, brands=(OURS, THEIRS, *crowd)).leads[THEIRS.id]
    assert alone is not None
    assert among is not None
    assert alone.points == among.points
    assert alone.sureness is Sureness.REAL
    assert among.sureness is not Sureness.REAL
    assert among.more_visits
    assert "10 competitors are set" not in brands_said(comparison_of(seen))
    crowded = brands_said(comparison_of(seen + more, brands=(OURS, THEIRS, *crowd)))
    assert "11 competitors are set beside our own at once; the words allow for that." in crowded


def test_the_thresholds_are_data():
    seen = repeated(OURS, "mm", "mm") + repeated(THEIRS, "xx", "xm")
    strict = comparison_of(seen).leads[THEIRS.id]
    loose = comparison_of(seen, thresholds=Thresholds(enough_visits=2, real=0.5)).leads[THEIRS.id]
    assert strict is not None
    assert loose is not None
    assert (strict.sureness, loose.sureness) == (Sureness.TOO_EARLY, Sureness.REAL)


def test_the_next_step_names_the_touchpoint_that_the_fewest_visits_would_settle():
    standards = [standard_of("ASK", "Advice"), *(standard_of(f"PAY{at}", "Delivery") for at in range(4))]
    ours = ["mmmmm", "mmmmx", "xmmmm", "xmmxm", "mmmmm", "xxmmm"]
    theirs = ["xmmxm", "mmxmx", "mmmxx"]
    seen = repeated(OURS, *ours, kind=Kind.WEBSITE) + repeated(THEIRS, *theirs, kind=Kind.WEBSITE)
    answer = short_answer(comparison_of(seen, standards))
    assert answer.lead is not None
    assert answer.lead.sureness is not Sureness.REAL
    assert answer.next_step == "Next: 6 more visits to Theirs’s website would probably settle “Delivery”."


def test_once_it_is_settled_the_next_step_is_where_we_are_surely_behind_by_most():
    standards = [standard_of("HI", "Welcome"), standard_of("PAY", "Till"), standard_of("BYE", "Farewell")]
    seen = repeated(OURS, *["mxx", "mmx"] * 10) + repeated(THEIRS, *["mmm"] * 19, "xmm")
    step = short_answer(comparison_of(seen, standards)).next_step
    assert step == (
        "Next: work on “Farewell”, where Ours earns 0.0 % of the points and Theirs 100.0 %: that gap is real."
    )


def test_once_it_is_settled_work_goes_before_what_a_few_visits_would_settle():
    standards = [standard_of("HI", "Welcome", weight=5), *(standard_of(f"T{at}", "Till") for at in range(4))]
    ours = ["xmmmm", "xmmmx", "xxmmm", "xmmxm", "xmmmm", "xxxmm"]
    theirs = ["mxmmx", "mmmxm", "mmmxx"]
    found = short_answer(comparison_of(repeated(OURS, *ours) + repeated(THEIRS, *theirs), standards))
    assert known(found.lead).sureness is Sureness.REAL
    assert found.next_step.startswith("Next: work on “Welcome”, where Ours earns 0.0 % of the points")


def test_what_more_visits_than_a_few_weeks_hold_would_settle_is_no_next_step():
    standards = [standard_of("HI", "Welcome"), standard_of("BYE", "Farewell")]
    ours = [*["mm"] * 6, *["mx"] * 3, *["xm"] * 2] * 3
    theirs = [*["mm"] * 3, *["mx"] * 2, *["xx"] * 2] * 3
    found = short_answer(comparison_of(repeated(OURS, *ours) + repeated(THEIRS, *theirs), standards))
    assert found.next_step == "Next: look at “Farewell”, where Ours earns least: 72.7 % of the points."


def test_lately_tells_a_standard_that_surely_rose_in_the_last_three_months():
    standards = sheet(3)
    before = [Seen(OURS, "mxm", date(2025, month, day)) for month in range(1, 10) for day in (3, 8)]
    after = [Seen(OURS, "mmx", date(2025, month, day)) for month in (10, 11, 12) for day in range(1, 9)]
    comparison = comparison_of([*before, *after, *repeated(THEIRS, "mmm", "mmx", "mmm")], standards)
    lately = short_answer(comparison).lately
    assert lately == (
        "Since October 2025 A1 “What A1 asks for can be seen” is met in 100 % of visits, before in 0 %: "
        "a real rise."
    )


def test_lately_tells_a_score_beyond_its_usual_up_and_down_and_what_was_noted_then():
    class Noted:
        noted_on, text, brand_id = date(2026, 7, 20), "new till", OURS.id

    class OfAnother(Noted):
        text, brand_id = "their new shop", THEIRS.id

    steady = [*[60, 70] * 9, 60, 100]
    comparison = comparison_of(monthly(OURS, *steady), notes=[Noted(), OfAnother()])
    lately = short_answer(comparison).lately
    assert lately.startswith("Ours: August 2026 lies above the usual up and down (")
    assert lately.endswith("That is more than chance. Noted about then: new till.")


@pytest.mark.parametrize(
    ("percents", "expected"),
    [
        ([60, 70, 60, 70], "Too early to say whether Ours changes: 4 months with visits"),
        ([60, 70] * 6, "Nothing has changed lately beyond the usual up and down from month to month."),
    ],
)
def test_lately_is_honest_where_nothing_shows(percents, expected):
    assert expected in short_answer(comparison_of(monthly(OURS, *percents))).lately


def test_a_difference_is_that_of_the_figures_shown():
    seen = repeated(OURS, *["mmmmmm", "mmmmmx", "mmmxxx"] * 4) + repeated(THEIRS, *["mxxxxx", "mmxxxx"] * 6)
    answer = short_answer(comparison_of(seen))
    assert answer.own_score.percent is not None
    assert answer.rival_score.percent is not None
    shown = round(answer.own_score.percent, 1) - round(answer.rival_score.percent, 1)
    assert f"{shown:.1f} points ahead" in answer.verdict
