"""Planned visits: they wait for their shopper, begin with what is first recorded, and are planned once."""

from datetime import date
from uuid import uuid4

import pytest

from standards.errors import ChannelClosed, EditionNotInUse, PersonNotFound, Problem
from standards.people import Role
from standards.values import answer_of
from storage.channels import close_channel
from storage.editions import retire_edition
from storage.people import add_account, remove_account
from storage.planning import assign_visit, people_who_visit, planned_visits
from storage.sessions import in_session
from storage.visits import get_visit, record_answer, submit_visit
from tests.builders import a_brand, a_channel, an_edition
from tests.server.behind_door import a_person
from tests.storage.builders import events_about

DUE = date(2026, 12, 5)


@pytest.fixture
def place(database):
    with in_session() as session:
        return a_channel(session, a_brand(session)), an_edition(session)


@pytest.fixture
def ann(place):
    return a_person("Ann", Role.SHOPPER)


def planned_for(place, person, due_on=DUE, **facts):
    channel, edition = place
    with in_session(by=facts.pop("by", None)) as session:
        return assign_visit(session, channel.id, edition.id, person.id, due_on, **facts)


def test_a_planned_visit_waits_for_its_shopper_those_due_first_before_the_others(place, ann):
    later, sooner = planned_for(place, ann), planned_for(place, ann, date(2026, 12, 1))
    with in_session(read_only=True) as session:
        visits = planned_visits(session, seen_by=ann)
        other = planned_visits(session, seen_by=a_person("Ben", Role.SHOPPER))
    assert [(visit.id, visit.due_on) for visit in visits] == [(sooner, date(2026, 12, 1)), (later, DUE)]
    assert all(visit.is_open and not visit.started_at for visit in visits)
    assert other == []


def test_it_begins_with_the_first_thing_recorded_and_is_submitted_like_any_other(place, ann):
    visit_id = planned_for(place, ann)
    standard = place[1].standards[0]
    with in_session(by=ann.id) as session:
        record_answer(session, visit_id, standard, answer_of(standard, 1))
        begun = get_visit(session, visit_id)
        assert planned_visits(session, seen_by=ann) == []
        submit_visit(session, visit_id)
        assert get_visit(session, visit_id).due_on == DUE
    assert begun.started_at


def test_a_second_tap_plans_nothing_new_and_the_log_says_who_planned(place, ann):
    mona = a_person("Mona", Role.MANAGER)
    visit_id = uuid4()
    for _ in range(2):
        assert planned_for(place, ann, visit_id=visit_id, by=mona.id) == visit_id
    [noted] = events_about("visit", visit_id)
    assert (noted.action, noted.person_id) == ("planned", mona.id)
    assert noted.after
    assert noted.after["due_on"] == "2026-12-05"
    assert "Ann" not in str(noted.after)


@pytest.mark.parametrize("role", [Role.SHOPPER, Role.MANAGER, Role.OWNER])
def test_everybody_who_records_can_be_asked(role, place):
    person = a_person("Pat", role)
    with in_session(read_only=True) as session:
        assert person in people_who_visit(session)
    assert planned_for(place, person)


def test_who_does_not_record_or_has_left_cannot(place, ann):
    vera = a_person("Vera", Role.VIEWER)
    with in_session() as session:
        add_account(session, "Olive", "olive@company.example", Role.OWNER)
        remove_account(session, ann.id)
    for person in (vera, ann):
        with pytest.raises(PersonNotFound):
            planned_for(place, person)
        with in_session(read_only=True) as session:
            assert person.name not in [one.name for one in people_who_visit(session)]


@pytest.mark.parametrize("what", ["channel", "edition"])
def test_nothing_is_planned_where_no_visit_could_start(what, place, ann):
    channel, edition = place
    expected: type[Problem] = ChannelClosed if what == "channel" else EditionNotInUse
    with in_session() as session:
        if what == "channel":
            close_channel(session, channel.id, date(2026, 1, 1))
        else:
            retire_edition(session, edition.id)
    with pytest.raises(expected):
        planned_for(place, ann)
