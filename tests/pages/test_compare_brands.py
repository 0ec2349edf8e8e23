"""The Compare page: an answer in words, and a true sentence wherever there is too little to draw."""

from dataclasses import replace
from datetime import date

import pytest

from standards.editions import Kind, Scope
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pages.app import a_person
from tests.pages.comparing import (
    EVERYTHING,
    MET,
    MISSED,
    axes_of,
    charts_of,
    compare_page,
    said_on,
    store_programme,
)


def test_an_empty_page_says_what_to_do_next():
    page = compare_page()
    assert "no visit is submitted" in said_on(page)
    assert not page.get("plotly_chart")


def test_the_answer_names_both_scores_and_who_is_ahead():
    store_programme(ours=8, theirs=8)
    said = said_on(compare_page())
    assert "Ours Shop visit scores 100.0 %" in said
    assert "Theirs Shop visit scores 50.0 %" in said
    assert "Ours Shop visit is 50 points ahead" in said


def test_incomplete_visits_are_counted_and_left_out():
    store_programme()
    with in_session() as session:
        shop = a_channel(session, a_brand(session, "Ours Shop visit"), area="North")
        edition = an_edition(session, name="Shop visit")
        a_visit(session, shop, edition, {"A": MET})
    assert "7 complete visits compared. 1 incomplete visit left out." in said_on(compare_page())


def test_filters_that_leave_nothing_say_so():
    store_programme()
    page = compare_page(since="2030-01-01")
    assert "No complete visit matches. Take a filter away" in said_on(page)
    assert not page.get("plotly_chart")


def test_visits_without_a_common_standard_say_so():
    with in_session() as session:
        edition = an_edition(session, [a_standard("A", scope=Scope.OURS_ONLY)])
        a_visit(session, a_channel(session, a_brand(session, is_own=True)), edition)
    page = compare_page()
    assert "1 complete visit matched, but none met or missed a standard that is common" in said_on(page)
    assert not page.get("plotly_chart")


def test_only_incomplete_visits_say_so():
    with in_session() as session:
        edition = an_edition(session, minimum_coverage=0.9)
        a_visit(session, a_channel(session, a_brand(session, is_own=True)), edition, {"A": MET})
    assert "1 incomplete visit matched, and cannot be compared." in said_on(compare_page())


WAIT = a_standard("W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds"))
NO_NO = a_standard("N", no_no=True)


STANDARDS = (a_standard("A"), a_standard("B"), NO_NO, WAIT)


def store(*visits, shopper=None, minimum_coverage=0.6):
    """Store visits given as (brand, day of March 2026, answers)."""
    with in_session() as session:
        edition = an_edition(session, STANDARDS, minimum_coverage=minimum_coverage)
        for brand, day, answers in visits:
            shop = a_channel(session, a_brand(session, brand, is_own=brand == "Ours"))
            a_visit(session, shop, edition, answers, on=date(2026, 3, day), shopper=shopper)


ALL_MET: dict[str, Verdict | float] = {"A": MET, "B": MET, "N": MET, "W": 60.0}
ALL_MISSED = {"A": MISSED, "B": MISSED, "N": MISSED, "W": 900.0}


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param(
            [("Ours", 1, ALL_MET), ("Ours", 2, ALL_MET), ("Theirs", 1, ALL_MISSED), ("Theirs", 2, ALL_MET)],
            "Too early to say",
            id="two visits to each",
        ),
        pytest.param(
            [("Ours", day, ALL_MET) for day in range(1, 6)],
            "visit one the same way, and this page compares",
            id="one brand only, our own",
        ),
        pytest.param(
            [("Theirs", day, ALL_MET) for day in range(1, 6)],
            "No complete visit to your own brand is here",
            id="one brand only, a competitor",
        ),
        pytest.param(
            [(brand, day, ALL_MISSED) for brand in ("Ours", "Theirs") for day in range(1, 6)],
            "missed everything",
            id="all missed",
        ),
        pytest.param(
            [(brand, day, ALL_MET) for brand in ("Ours", "Theirs") for day in range(1, 6)],
            "met everything",
            id="all met",
        ),
        pytest.param(
            [("Ours", day, {"A": MET, "W": 60.0}) for day in range(1, 6)]
            + [("Theirs", day, {"B": MET, "N": MET}) for day in range(1, 6)],
            "No standard was judged at both",
            id="no standard in common",
        ),
        pytest.param([("Ours", 1, ALL_MET)], "1 visit", id="a single visit"),
    ],
)
def test_thin_data_gets_a_true_sentence_and_no_empty_chart(visits, expected):
    store(*visits, minimum_coverage=0.1)
    page = compare_page(look=EVERYTHING)
    assert expected in said_on(page)
    for figure, _, alt in charts_of(page).values():
        drawn = [x for trace in figure["data"] for x in trace["y"] if x is not None]
        assert drawn
        assert alt


def test_a_brand_without_a_visit_in_the_period_is_named():
    store_programme(ours=8, theirs=3)
    with in_session() as session:
        others = a_channel(session, a_brand(session, "Others"))
        a_visit(session, others, an_edition(session), on=date(2026, 6, 1))
    said = said_on(compare_page(look=EVERYTHING, since="2026-05-01"))
    assert "No complete visit to Theirs Shop visit here." in said


def test_a_single_shopper_is_said_without_a_name():
    store(*[(b, d, ALL_MET) for b in ("Ours", "Theirs") for d in range(1, 6)], shopper="Nora Quill")
    said = said_on(compare_page(look=EVERYTHING))
    assert "One shopper made all 10 visits" in said
    assert "Nora" not in said


def test_a_no_no_that_was_not_seen_says_how_often_it_could_still_be():
    store(*[(b, d, ALL_MET) for b in ("Ours", "Theirs") for d in range(1, 13)])
    figure, _, alt = charts_of(compare_page())["no_nos"]
    assert "Ours: not seen in 12 visits; could still be up to 22 %." in alt
    words = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert "Ours: not seen in 12 visits; could still be up to 22 %." in words


def test_a_moved_target_is_said_to_be_a_break():
    faster = replace(WAIT, target=Target(Comparator.AT_MOST, 60, "seconds"))
    with in_session() as session:
        shop = a_channel(session, a_brand(session, is_own=True))
        for standard in (WAIT, faster):
            a_visit(session, shop, an_edition(session, [standard]), {"W": 120.0})
    assert "target moved: at most 3 min → at most 1 min" in said_on(compare_page())


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


@pytest.fixture
def whole():
    """Store what every section has something to draw of."""
    with in_session() as session:
        edition = an_edition(session, STANDARDS)
        for at, brand in enumerate(("Ours", "Theirs")):
            for month in range(10):
                shop = a_channel(session, a_brand(session, brand, is_own=not at), f"Shop {month % 4}")
                answers = ALL_MET | {"B": MISSED if month % (at + 2) else MET, "W": 60.0 * month}
                a_visit(session, shop, edition, answers, on=date(2025 + month // 6, month % 6 + 1, 7))


CHARTS = {"brands", "standards", "no_nos", "time", "walk", "waits", "funnel"}


def test_every_chart_lets_the_finger_scroll_past_and_says_what_it_shows(whole):
    charts = charts_of(compare_page(look=EVERYTHING))
    assert set(charts) == CHARTS
    for name, (figure, config, alt) in charts.items():
        assert figure["layout"]["dragmode"] is False, name
        assert axes_of(figure), name
        assert all(axis["fixedrange"] for axis in axes_of(figure).values()), name
        assert config["displayModeBar"] is False, name
        assert not config["scrollZoom"], name
        assert len(alt) > 40, name


def test_every_chart_has_a_table_under_it_and_a_way_to_its_visits_without_a_finger(whole):
    page = compare_page(look=EVERYTHING)
    assert len(page.dataframe) == len(CHARTS)
    assert all(len(table.value) for table in page.dataframe)
    assert len([b for b in page.get("download_button") if b.proto.label == "Download as CSV"]) == len(CHARTS)
    choices = [box for box in page.selectbox if box.label == "See the visits behind a figure"]
    assert len(choices) == len(CHARTS)


def test_one_section_at_a_time_is_drawn(whole):
    for look, expected in {
        "standards": {"standards", "no_nos"},
        "over time": {"time"},
        "the walk": {"walk"},
        "waits": {"waits"},
        "channels": {"funnel"},
    }.items():
        assert set(charts_of(compare_page(look=look))) == {"brands"} | expected


def test_our_own_brand_always_has_the_same_strong_colour(whole):
    for name, (figure, _, _) in charts_of(compare_page(look=EVERYTHING)).items():
        assert "#0072B2" in str(figure["data"]), name


def test_what_was_not_timed_says_so():
    store_programme()
    assert "No wait was timed" in said_on(compare_page(look="waits"))


def test_channels_without_coordinates_have_no_map_and_those_with_have_one(whole):
    assert "map" not in charts_of(compare_page(look="channels"))


def test_a_viewer_without_a_channel_compares_nothing():
    store_programme()
    assert "Nothing to compare yet" in said_on(compare_page(a_person(Role.VIEWER)))


def test_gaps_are_adjusted_only_when_asked():
    with in_session() as session:
        edition = an_edition(session)
        for at, brand in enumerate(("Ours", "Theirs")):
            shop = a_channel(session, a_brand(session, brand, is_own=not at))
            for day in range(1, 13):
                answers = {"A": MET, "B": MET if (day + at) % 3 else MISSED}
                a_visit(session, shop, edition, answers, on=date(2026, 3, day), shopper=f"Shopper {day % 3}")
    assert "Adjusted for who visited" in said_on(compare_page())
    raw = said_on(compare_page(adjusted="false"))
    assert "Adjusted for who visited" not in raw
    assert "Who visited" not in raw


def test_brands_are_compared_by_kind_of_channel():
    with in_session() as session:
        edition = an_edition(session)
        for at, brand in enumerate(("Ours", "Theirs")):
            stored = a_brand(session, brand, is_own=not at)
            for kind in (Kind.SHOP, Kind.PHONE):
                for day in range(1, 5):
                    a_visit(
                        session,
                        a_channel(session, stored, str(kind), kind=kind),
                        edition,
                        on=date(2026, 3, day),
                    )
    figure = charts_of(compare_page())["brands"][0]
    words = [note["text"] for note in figure["layout"]["annotations"]]
    assert [word for word in words if word.startswith("<b>")] == [
        "<b>All channels</b>",
        "<b>shop</b>",
        "<b>phone</b>",
    ]
