"""The Compare page: the answer in words, charts and a link that opens the same view."""

import csv
from dataclasses import replace
from datetime import date
from html import unescape
from io import StringIO

import pytest

from pages.parts.answers import say_answer, say_thin
from pages.parts.charts import Row, met_rate_dots, month_lines, say_months, say_rates, say_share
from pages.parts.compared import brand_rows, month_rows
from pages.parts.tables import as_csv
from standards.comparing import MeanScore, StandardGap, met_rate
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.visits import Brand
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pages.app import open_page

OURS = Brand(1, "Ours", True, "#0072B2")
THEIRS = Brand(2, "Theirs", False, "#E69F00")
OTHERS = Brand(3, "Others", False, "#009E73")
MET, MISSED = Verdict.MET, Verdict.MISSED


def compare_page(**address):
    return open_page("compare_brands.py", **address)


def said_on(page):
    shown = [*page.markdown, *page.caption, *page.info, *page.get("html")]
    return unescape("\n".join(str(getattr(e, "value", None) or e.proto.body) for e in shown))


def store_programme(*, ours=4, theirs=3, is_example=False, name="Shop visit"):
    """Store visits: ours meet everything, theirs miss B; one a month from January 2026."""
    with in_session() as session:
        own = a_brand(session, f"Ours {name}", is_own=True, is_example=is_example)
        rival = a_brand(session, f"Theirs {name}", is_example=is_example)
        edition = an_edition(session, name=name, is_example=is_example)
        for month in range(ours):
            shop = a_channel(session, own, area="North")
            a_visit(session, shop, edition, on=date(2026, month + 1, 5))
        for month in range(theirs):
            shop = a_channel(session, rival, area="South")
            a_visit(session, shop, edition, {"A": MET, "B": MISSED}, on=date(2026, month + 1, 6))


def test_an_empty_page_says_what_to_do_next():
    page = compare_page()
    assert "no visit is submitted" in said_on(page)
    assert not page.get("plotly_chart")


def test_the_answer_names_our_score_and_the_best_competitors():
    store_programme()
    page = compare_page()
    said = said_on(page)
    assert "Ours Shop visit scores 100.0 % on average over 4 visits." in said
    assert "Theirs Shop visit scores 50.0 % on average over 3 visits: 50.0 points below ours." in said
    assert len(page.get("plotly_chart")) == 2


def test_two_visits_are_too_early_to_say():
    store_programme(ours=2, theirs=2)
    assert "Too early to say: Ours Shop visit has 2 complete visits here." in said_on(compare_page())


def test_a_link_opens_the_same_view():
    store_programme()
    page = compare_page(area="South", since="2026-02-01")
    assert page.multiselect(key="area").value == ["South"]
    assert page.date_input(key="since").value == date(2026, 2, 1)
    assert "No complete visit to Ours Shop visit matches" in said_on(page)


def test_filters_that_leave_nothing_say_so():
    store_programme()
    page = compare_page(since="2030-01-01")
    assert "No complete visit matches" in said_on(page)
    assert not page.get("plotly_chart")


def test_own_visits_are_opened_before_the_example_and_the_set_decides_the_brands():
    store_programme(ours=5, name="Example", is_example=True)
    store_programme(ours=3, name="Mine")
    page = compare_page()
    assert page.selectbox(key="set").value == "Mine"
    assert "Ours Mine" in said_on(page)
    assert "Ours Example" not in said_on(page)
    page.selectbox(key="set").set_value("Example").run()
    assert not page.exception
    assert "Ours Example" in said_on(page)
    assert "Example]" in said_on(page)


@pytest.mark.parametrize(
    ("ours", "theirs", "others", "expected"),
    [
        pytest.param(
            (5, 80.0),
            (4, 85.04),
            (9, 70.0),
            "Theirs, scores 85.0 % on average over 4 visits: 5.0 points above",
        ),
        pytest.param((5, 80.0), (4, 80.04), None, "80.0 % on average over 4 visits: level with ours"),
        pytest.param((5, 80.0), (2, 99.0), None, "Too early to say how competitors do"),
        pytest.param((5, 80.0), None, None, "No complete visit to a competitor is here"),
        pytest.param((1, 80.0), (4, 70.0), None, "Too early to say: Ours has 1 complete visit here."),
        pytest.param(None, (4, 70.0), None, "No complete visit to Ours matches these filters. Of the"),
        pytest.param((3, 99.99), None, None, "Ours scores 99.9 %"),
    ],
)
def test_the_answer_says_no_more_than_the_visits_allow(ours, theirs, others, expected):
    given = {OURS.id: ours, THEIRS.id: theirs, OTHERS.id: others}
    means = {brand_id: MeanScore(*mean) for brand_id, mean in given.items() if mean}
    rivals = [THEIRS, OTHERS] if others else [THEIRS]
    assert expected in say_answer(means, OURS, rivals)


def test_without_an_own_brand_competitors_are_still_shown():
    assert "No visit to your own brand yet" in say_answer({THEIRS.id: MeanScore(4, 70.0)}, None, [THEIRS])


def test_brands_with_too_few_visits_are_named():
    means = {OURS.id: MeanScore(5, 80.0), THEIRS.id: MeanScore(2, 90.0)}
    assert say_thin(means, [OURS, THEIRS, OTHERS]).startswith("Too early to say for Theirs (2 visits)")
    assert [row["Visits"] for row in brand_rows(means, [OURS, THEIRS, OTHERS])] == [5, 2, 0]


MONTHS = {
    OURS.id: {date(2026, 1, 1): MeanScore(2, 80.0), date(2026, 2, 1): MeanScore(0, None)},
    THEIRS.id: {date(2026, 1, 1): MeanScore(1, 70.0), date(2026, 2, 1): MeanScore(3, 75.0)},
}


def a_row(code, own, other, statement="Statement"):
    gap = StandardGap(
        code, Measure.YES_NO, met_rate(*own) if own else None, met_rate(*other) if other else None
    )
    return Row(a_standard(code, statement=statement), gap)


ROWS = [a_row("A", (9, 1), (5, 5)), a_row("B", (1, 9), (8, 2)), a_row("C", (1, 0), None)]


@pytest.mark.parametrize(
    "figure",
    [month_lines(MONTHS, [OURS, THEIRS]), met_rate_dots(ROWS, OURS, THEIRS)],
    ids=["months", "rates"],
)
def test_a_chart_lets_the_finger_scroll_past(figure):
    assert figure.layout.dragmode is False
    assert figure.layout.xaxis.fixedrange
    assert figure.layout.yaxis.fixedrange


def test_a_month_without_a_visit_is_a_gap_and_visits_stand_in_the_hover():
    lines = {line.name: line for line in month_lines(MONTHS, [OURS, THEIRS]).data}
    assert lines["Ours"].y == (80.0, None)
    assert lines["Ours"].connectgaps is False
    assert lines["Theirs"].customdata == ("1 visit", "3 visits")


def test_our_own_line_is_the_thickest_lies_on_top_and_has_the_brands_colour():
    lines = month_lines(MONTHS, [OURS, THEIRS]).data
    assert lines[-1].name == "Ours"
    assert lines[-1].line.color == OURS.colour
    assert lines[-1].line.width > lines[0].line.width
    assert len({line.marker.symbol for line in lines}) == 2


def test_the_chart_of_met_rates_grows_with_its_rows():
    short, long = met_rate_dots(ROWS[:1], OURS, THEIRS), met_rate_dots(ROWS * 15, OURS, THEIRS)
    assert long.layout.height - short.layout.height == pytest.approx(44 * (19 + 2 * 17 + 18))


def test_a_statement_is_wrapped_for_a_phone_and_never_read_as_html():
    row = a_row("A", (1, 1), (1, 1), statement="<b>Floor</b> " + "and all of its corners " * 3)
    said = met_rate_dots([row], OURS, THEIRS).layout.annotations[0].text
    assert "&lt;b&gt;" in said
    assert max(len(line) for line in unescape(said).split("<br>")) <= 44


def test_alt_texts_say_what_is_seen():
    assert say_months(MONTHS, [OURS, THEIRS]) == (
        "Mean visit score by month. Ours 80.0 % in January 2026; "
        "Theirs 70.0 % in January 2026 and 75.0 % in February 2026."
    )
    assert say_rates(ROWS, OURS, THEIRS) == (
        "Met-rate of 3 standards, Ours against Theirs. Furthest ahead in A, 90 % against 50 %. "
        "Furthest behind in B, 10 % against 80 %."
    )


@pytest.mark.parametrize(
    ("share", "said"), [(1, "100 %"), (0.996, "> 99 %"), (0.5, "50 %"), (0.004, "< 1 %"), (0, "0 %")]
)
def test_only_what_is_whole_is_called_whole(share, said):
    assert say_share(share) == said


def test_the_table_holds_what_is_drawn():
    assert [(row["Month"], row["Brand"], row["Score"]) for row in month_rows(MONTHS, [OURS, THEIRS])] == [
        ("2026-01", "Ours", 80.0),
        ("2026-01", "Theirs", 70.0),
        ("2026-02", "Theirs", 75.0),
    ]


def test_a_csv_holds_the_same_rows_and_no_formula():
    written = as_csv([{"Brand": "=1+1", "Score": -2.5}, {"Brand": "Bäcker, Söhne", "Score": None}])
    rows = list(csv.DictReader(StringIO(written.decode("utf-8-sig"))))
    assert rows == [{"Brand": "'=1+1", "Score": "-2.5"}, {"Brand": "Bäcker, Söhne", "Score": ""}]


def test_a_moved_target_is_said_to_be_a_break():
    wait = a_standard("W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds"))
    faster = replace(wait, target=Target(Comparator.AT_MOST, 60, "seconds"))
    with in_session() as session:
        shop = a_channel(session, a_brand(session, is_own=True))
        for standard in (wait, faster):
            a_visit(session, shop, an_edition(session, [standard]), {"W": 120.0})
    said = said_on(compare_page()).replace("\\", "")
    assert "Breaks, where met before and met after are not the same" in said
    assert "W from edition 2 (target moved: at most 3 min → at most 1 min)" in said


def test_without_a_moved_target_nothing_is_said_of_breaks():
    store_programme()
    assert "Breaks" not in said_on(compare_page())
