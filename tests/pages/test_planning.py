"""Planning a visit: managers say who goes where by when, and it waits for its shopper on Home."""

from datetime import date, timedelta

import pytest

from standards.people import Role
from storage.channels import close_channel
from storage.planning import assign_visit, planned_visits
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, an_edition
from tests.pages.app import a_person, open_in, open_page, page_of, said_on, tap

DUE = date(2026, 12, 5)


@pytest.fixture
def place():
    with in_session() as session:
        return a_channel(session, a_brand(session, "Ours", is_own=True), area="North"), an_edition(session)


def plan(place, shopper, due_on=DUE):
    with in_session() as session:
        return assign_visit(session, place[0].id, place[1].id, shopper.id, due_on)


def links_of(page):
    return [link.proto.label for link in page.get("page_link")]


@pytest.mark.parametrize(
    ("role", "offered"), [(Role.SHOPPER, False), (Role.VIEWER, False), (Role.MANAGER, True)]
)
def test_only_who_looks_after_visits_plans_one(role, offered, place):
    page = open_page("read_visits.py", a_person(role))
    assert ("Plan a visit" in [one.label for one in page.expander]) is offered


def test_a_manager_plans_a_visit_and_its_shopper_finds_it_on_home(place):
    ann = a_person(Role.SHOPPER, "Ann")
    page = open_page("read_visits.py", a_person(Role.MANAGER))
    assert page.button(key="plan_store").disabled
    page.selectbox(key="plan_shopper").set_value(ann)
    page.selectbox(key="plan_channel").set_value(place[0]).run()
    page.date_input(key="plan_due_on").set_value(DUE).run()
    tap(page, "Plan this visit")
    assert page.selectbox(key="plan_channel").value is None
    with in_session(read_only=True) as session:
        [visit] = planned_visits(session, seen_by=ann)
    assert (visit.channel, visit.edition_id, visit.due_on) == (place[0], place[1].id, DUE)

    home = open_page("home.py", ann)
    assert "To do" in said_on(home)
    [link] = [label for label in links_of(home) if "due 5 Dec 2026" in label]
    assert "High Street 1" in link
    assert "Drafts" not in said_on(home)


def test_the_due_day_suggested_lies_ahead(place):
    page = open_page("read_visits.py", a_person(Role.MANAGER))
    suggested = page.date_input(key="plan_due_on").value
    assert isinstance(suggested, date)
    assert suggested > date.today() + timedelta(days=7)  # noqa: DTZ011


def test_a_visit_that_cannot_be_planned_any_more_says_why(place):
    ann = a_person(Role.SHOPPER, "Ann")
    page = open_page("read_visits.py", a_person(Role.MANAGER))
    page.selectbox(key="plan_shopper").set_value(ann)
    page.selectbox(key="plan_channel").set_value(place[0]).run()
    with in_session() as session:
        close_channel(session, place[0].id, date(2026, 1, 1))
    tap(page, "Plan this visit")
    assert "VISIT-7" in said_on(page)


def test_without_a_channel_the_form_says_what_to_do():
    page = open_page("read_visits.py", a_person(Role.MANAGER))
    assert "There is no channel to visit yet" in said_on(page)


def test_a_planned_visit_is_the_shoppers_own_and_named_to_managers(place):
    ann, ben = a_person(Role.SHOPPER, "Ann"), a_person(Role.SHOPPER, "Ben")
    plan(place, ann)
    assert "To do" not in said_on(open_page("home.py", ben))
    assert any(
        "Ann, due 5 Dec 2026" in label for label in links_of(open_page("home.py", a_person(Role.MANAGER)))
    )
    assert not any("Ann" in label for label in links_of(open_page("home.py", ann)))


def test_once_begun_it_is_a_draft_with_its_due_day(place):
    ann = a_person(Role.SHOPPER, "Ann")
    visit_id = plan(place, ann)
    tab = page_of(ann)
    page = open_in(tab, "record_visit.py", visit=str(visit_id), step="Till")
    tap(page, "Yes")
    home = open_page("home.py", ann)
    assert "To do" not in said_on(home)
    assert any("started" in label and "due 5 Dec 2026" in label for label in links_of(home))


def test_a_planned_visit_stands_among_the_visits_with_its_due_day(place):
    plan(place, a_person(Role.SHOPPER, "Ann"))
    assert "not started, due 5 Dec 2026" in said_on(open_page("read_visits.py", a_person(Role.MANAGER)))
