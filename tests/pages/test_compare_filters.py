"""The filters of Compare: each stands in the address, and a link opens the same view."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from standards.people import Role
from standards.values import Answer
from storage.sessions import in_session
from storage.visits import record_answer, start_visit, submit_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pages.app import a_person
from tests.pages.comparing import MET, MISSED, charts_of, compare_page, said_on, store_programme


@pytest.fixture
def two_editions():
    """Store four brands' worth of visits: two editions, three brands, two areas, several channels."""
    with in_session() as session:
        first = an_edition(session)
        second = an_edition(session, [a_standard("A"), a_standard("B"), a_standard("C")])
        for at, brand in enumerate(("Ours", "Theirs", "Others")):
            stored = a_brand(session, brand, is_own=not at)
            for area in ("North", "South"):
                shop = a_channel(session, stored, f"{area} shop", area=area)
                for day in range(1, 5):
                    answers = {"A": MET, "B": MISSED if at else MET}
                    a_visit(session, shop, first, answers, on=date(2026, 1, day))
                    a_visit(session, shop, second, answers | {"C": MET}, on=date(2026, 2, day))


@pytest.mark.parametrize(
    ("address", "visits"),
    [
        pytest.param({}, 48, id="all"),
        pytest.param({"edition": "2"}, 24, id="edition"),
        pytest.param({"competitor": "Theirs"}, 32, id="brands"),
        pytest.param({"area": "North"}, 24, id="area"),
        pytest.param({"channel": "Ours · North shop"}, 8, id="channel"),
        pytest.param({"since": "2026-02-03"}, 12, id="since"),
        pytest.param({"until": "2026-01-01"}, 6, id="until"),
        pytest.param({"area": "South", "edition": "1", "competitor": "Others"}, 8, id="several"),
    ],
)
def test_a_link_opens_the_same_view(two_editions, address, visits):
    page = compare_page(**address)
    said = said_on(page)
    assert f"{visits} complete visits compared." in said
    for value in set(address.values()) - {"2026-02-03", "2026-01-01"}:
        assert value.removeprefix("Ours · ") in said


def test_a_link_sets_another_competitor_beside_our_own(two_editions):
    said = said_on(compare_page(compare_against="Others"))
    assert "Others scores" in said
    assert "best of 2 competitors" not in said


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"compare_period": "quarter"}, "Mean visit score by quarter."),
        ({"compare_period": "week"}, "Mean visit score by week."),
        ({"compare_drawn": "B"}, "Met-rate of B by month."),
        ({}, "Mean visit score by month."),
    ],
)
def test_a_link_draws_the_same_over_time(two_editions, address, expected):
    assert charts_of(compare_page(look="over time", **address))["time"][2].startswith(expected)


def test_a_link_orders_the_standards(two_editions):
    def codes(**address):
        words = charts_of(compare_page(**address))["standards"][0]["layout"]["annotations"]
        return [note["text"][3] for note in words if note["text"].startswith("<b>")]

    assert codes()[0] == "B"
    assert codes(compare_order="order of the visit") == ["A", "B", "C"]


def test_an_address_that_names_what_is_not_there_is_still_a_page(two_editions):
    page = compare_page(
        set="Nowhere", edition="9", competitor="Nobody", area="Nowhere", channel="None", kind="kiosk",
        compare_against="Nobody", compare_period="year", compare_drawn="Z", look="nothing",
        evidence="brand=x",
    )  # fmt: skip
    assert "48 complete visits compared." in said_on(page)


def test_only_fresh_answers_count_when_asked():
    with in_session() as session:
        shop = a_channel(session, a_brand(session, is_own=True))
        edition = an_edition(session)
        left = datetime(2026, 3, 10, 12, tzinfo=UTC)
        for late in (timedelta(0), timedelta(days=2)):
            visit_id = uuid4()
            start_visit(session, visit_id, shop.id, edition.id, started_at=left)
            for standard in edition.standards:
                record_answer(session, visit_id, standard, Answer(MET), at=left + late)
            submit_visit(session, visit_id, at=left + late)
    assert "2 complete visits compared." in said_on(compare_page())
    said = said_on(compare_page(fresh="true"))
    assert "fresh answers only" in said


def test_a_filter_offers_a_viewer_nothing_of_other_channels(two_editions):
    viewer = a_person(Role.VIEWER, areas=frozenset({"North"}))
    page = compare_page(viewer)
    assert page.multiselect(key="area").options == ["North"]
    assert page.multiselect(key="channel").options == [
        "Ours · North shop",
        "Others · North shop",
        "Theirs · North shop",
    ]
    assert "24 complete visits compared." in said_on(compare_page(viewer, area="South"))


def test_what_leaves_no_choice_is_not_asked():
    store_programme()
    page = compare_page()
    keys = {box.key for box in page.multiselect}
    assert "edition" not in keys
    assert "compare_against" not in {box.key for box in page.selectbox}
