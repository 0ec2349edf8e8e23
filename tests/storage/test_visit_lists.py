"""Lists of visits: what a filter finds, in which order, page by page, and what still waits."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from standards.editions import Kind
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.visits import State
from storage.sessions import in_session
from storage.visit_lists import (
    VisitFilter,
    count_visits,
    drafts,
    latest_scores,
    list_visits,
    minimum_coverages,
    open_waits,
)
from storage.visits import close_wait, get_visit, open_wait, void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition


@pytest.fixture
def session(database):
    with in_session() as opened:
        yield opened


@pytest.fixture
def shop(session):
    return a_channel(session, a_brand(session, "Ours", is_own=True), "High Street", area="North")


@pytest.fixture
def web(session):
    return a_channel(session, a_brand(session, "Theirs"), "Web shop", kind=Kind.WEBSITE, area="Everywhere")


def test_drafts_come_before_dated_visits_and_the_newest_first(session, shop):
    edition = an_edition(session)
    old = a_visit(session, shop, edition, on=date(2026, 1, 1))
    new = a_visit(session, shop, edition, on=date(2026, 2, 1))
    draft = a_visit(session, shop, edition, on=date(2025, 1, 1), submitted=False)
    assert [visit.id for visit in list_visits(session, VisitFilter(), seen_by=None)] == [
        draft.id,
        new.id,
        old.id,
    ]


def test_pages_follow_each_other_and_hold_every_visit_once(session, shop):
    edition = an_edition(session)
    stored = {a_visit(session, shop, edition).id for _ in range(7)}
    pages = [list_visits(session, VisitFilter(), limit=3, offset=start, seen_by=None) for start in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert {visit.id for page in pages for visit in page} == stored
    assert count_visits(session, VisitFilter(), seen_by=None) == 7


def test_a_listed_visit_is_the_stored_one_without_its_observations(session, shop):
    edition = an_edition(session)
    visit = a_visit(session, shop, edition, shopper="M", story="All well")
    assert list_visits(session, VisitFilter(), seen_by=None) == [replace(visit, observations=())]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({"kinds": (Kind.WEBSITE,)}, {"web"}, id="kind"),
        pytest.param({"areas": ("North",)}, {"shop", "draft"}, id="area"),
        pytest.param({"states": (State.DRAFT,)}, {"draft"}, id="state"),
        pytest.param({"since": date(2026, 2, 1)}, {"web", "draft"}, id="since counts its day in"),
        pytest.param({"until": date(2026, 2, 1)}, {"shop", "web"}, id="until counts its day in"),
        pytest.param({"text": "UMBRELLA"}, {"shop"}, id="story, whatever the case"),
        pytest.param({"text": "out of paper"}, {"web"}, id="note"),
        pytest.param({"text": " web SHOP "}, {"web"}, id="channel"),
        pytest.param({"text": "web\x00 shop"}, {"web"}, id="without what PostgreSQL refuses"),
        pytest.param({"text": "50%"}, {"draft"}, id="a percent sign is itself"),
        pytest.param({"text": "u_b"}, set(), id="an underscore is itself"),
        pytest.param({"text": "umbrella", "kinds": (Kind.WEBSITE,)}, set(), id="all conditions hold"),
    ],
)
def test_a_filter_finds(session, shop, web, wanted, expected):
    edition = an_edition(session)
    a_visit(session, shop, edition, on=date(2026, 1, 31), story="They lent me an umbrella.")
    a_visit(session, web, edition, on=date(2026, 2, 1), notes={"A": "Printer out of paper"})
    a_visit(
        session, shop, edition, on=date(2026, 3, 1), submitted=False, first_impression="50% of the lamps lit"
    )
    found = list_visits(session, VisitFilter(**wanted), seen_by=None)
    names = {"draft" if visit.is_open else visit.channel.kind.replace("website", "web") for visit in found}
    assert names == expected
    assert count_visits(session, VisitFilter(**wanted), seen_by=None) == len(found)


def test_brands_are_filtered_by_id(session, shop, web):
    edition = an_edition(session)
    a_visit(session, shop, edition)
    visit = a_visit(session, web, edition)
    assert [v.id for v in list_visits(session, VisitFilter(brand_ids=(web.brand.id,)), seen_by=None)] == [
        visit.id
    ]


def test_drafts_are_what_can_still_be_changed(session, shop):
    edition = an_edition(session)
    a_visit(session, shop, edition)
    old = a_visit(session, shop, edition, on=date(2026, 1, 1), submitted=False)
    new = a_visit(session, shop, edition, on=date(2026, 2, 1), submitted=False)
    assert [visit.id for visit in drafts(session, seen_by=None)] == [new.id, old.id]


def test_latest_scores_hold_no_draft_and_no_void_visit(session, shop):
    edition = an_edition(session)
    days = [date(2026, 1, day) for day in (1, 2, 3)]
    old, middle, new = (a_visit(session, shop, edition, on=day) for day in days)
    a_visit(session, shop, edition, submitted=False)
    void_visit(session, new.id, "wrong shop")
    session.flush()
    assert [visit.id for visit in latest_scores(session, 5, seen_by=None)] == [middle.id, old.id]
    assert [visit.id for visit in latest_scores(session, 1, seen_by=None)] == [middle.id]


def test_open_waits_run_until_they_are_closed_and_the_longest_comes_first(session, shop):
    reply = a_standard("R", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 2, "days"))
    edition = an_edition(session, [a_standard("A"), reply, replace(reply, code="S")])
    waiting = a_visit(session, shop, edition, {"A": Verdict.MET}, submitted=False)
    standards = edition.by_code()
    late, early = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)
    open_wait(session, waiting.id, standards["R"], at=late)
    open_wait(session, waiting.id, standards["S"], at=early)
    found = open_waits(session, seen_by=None)
    assert [(wait.visit.id, wait.standard.code, wait.opened_at) for wait in found] == [
        (waiting.id, "S", early),
        (waiting.id, "R", late),
    ]
    close_wait(session, waiting.id, standards["S"], at=late)
    session.flush()
    assert [wait.standard.code for wait in open_waits(session, seen_by=None)] == ["R"]
    assert [o.code for o in get_visit(session, waiting.id).open_waits] == ["R"]


def test_nothing_is_listed_from_an_empty_database(session):
    assert not list_visits(session, VisitFilter(), seen_by=None)
    assert not drafts(session, seen_by=None)
    assert not open_waits(session, seen_by=None)
    assert count_visits(session, VisitFilter(), seen_by=None) == 0
    assert not latest_scores(session, 5, seen_by=None)


def test_the_minimum_coverage_is_known_by_edition(session):
    edition = an_edition(session, minimum_coverage=0.8)
    assert minimum_coverages(session) == {edition.id: 0.8}
