"""Who sees which visits: the queries and the rule say the same, whoever asks."""

from itertools import product
from uuid import uuid4

import pytest
from sqlmodel import select

from standards.comparing import VERDICT_MET
from standards.errors import VisitNotFound
from standards.people import Person, Role, changes_visit, sees_visit
from standards.visits import State
from storage.channels import list_channels, rename_area
from storage.comparing import (
    Selection,
    brands_in_set,
    count_compared,
    places_of,
    sets_in_use,
)
from storage.door_sessions import find_session, hash_token, open_session
from storage.people import add_account, find_person
from storage.sessions import in_session
from storage.tables import VisitRow
from storage.tallies import compared_columns
from storage.visibility import require_changed_by, require_seen, visit_seen_by
from storage.visit_lists import (
    VisitFilter,
    count_visits,
    drafts,
    latest_scores,
    list_visits,
    open_waits,
    visited_brands,
)
from storage.visits import open_wait, start_visit, submit_visit, void_visit
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition


@pytest.fixture
def programme(database):
    """Store visits of two shoppers to four channels, in every state; return the people by name."""
    with in_session() as session:
        people = {
            name: add_account(session, name, f"{name}@example.com", role)
            for name, role in (
                ("ann", Role.SHOPPER),
                ("ben", Role.SHOPPER),
                ("mia", Role.MANAGER),
                ("oda", Role.OWNER),
            )
        }
        edition = an_edition(session, [a_standard("A"), a_standard("B")])
        brands = [a_brand(session, "Ours", is_own=True), a_brand(session, "Theirs")]
        ids = {}
        for brand, area, shopper, state in product(brands, ("North", ""), ("ann", "ben", None), range(3)):
            channel = a_channel(session, brand, f"{brand.name} {area or 'nowhere'}", area=area)
            visit_id = uuid4()
            shopper_id = people[shopper].id if shopper else None
            start_visit(session, visit_id, channel.id, edition.id, shopper_id=shopper_id)
            a_visit(session, channel, edition, visit_id=visit_id, submitted=state > 0)
            if state == 2:
                void_visit(session, visit_id, "made up")
            ids[channel.name] = channel.id
        north, ours = ids["Ours North"], ids["Ours nowhere"]
        for name, given in (
            ("vic", {"areas": ["North"]}),
            ("wim", {"channel_ids": [north]}),
            ("xia", {"areas": ["South"], "channel_ids": [ours]}),
            ("yan", {}),
        ):
            people[name] = add_account(session, name, f"{name}@example.com", Role.VIEWER, **given)
    return people


NAMES = ["ann", "ben", "mia", "oda", "vic", "wim", "xia", "yan"]


def allowed(session, person: Person):
    """Return the ids that the rule lets a person read."""
    rows = session.exec(select(VisitRow)).all()
    channels = {channel.id: channel for channel in list_channels(session)}
    return {
        row.id
        for row in rows
        if sees_visit(
            person,
            channel=channels[row.channel_id],
            shopper_id=row.shopper_id,
            state=State(row.state),
        )
    }


def test_lists_hold_exactly_what_the_rule_allows(programme):
    with in_session() as session:
        everything = {row.id for row in session.exec(select(VisitRow)).all()}
        for person in programme.values():
            mine = allowed(session, person)
            listed = list_visits(session, VisitFilter(), seen_by=person, limit=1000)
            assert {visit.id for visit in listed} == mine
            assert count_visits(session, VisitFilter(), seen_by=person) == len(mine)
            assert {visit.id for visit in drafts(session, seen_by=person)} <= mine
            assert {visit.id for visit in latest_scores(session, 1000, seen_by=person)} <= mine
            brands = {visit.channel.brand.id for visit in listed}
            assert {brand.id for brand in visited_brands(session, seen_by=person)} == brands
            areas = {visit.channel.area for visit in listed} - {""}
            assert set(places_of(session, seen_by=person).areas) == areas
            for visit_id in everything:
                assert can(require_seen, session, visit_id, person) is (visit_id in mine)


def can(require, session, visit_id, person):
    try:
        require(session, visit_id, person)
    except VisitNotFound:
        return False
    return True


def test_only_its_shopper_and_who_looks_after_visits_change_one(programme):
    with in_session() as session:
        for row in session.exec(select(VisitRow)).all():
            for person in programme.values():
                assert can(require_changed_by, session, row.id, person) is changes_visit(
                    person, shopper_id=row.shopper_id
                )


def test_whoever_changes_a_visit_is_told_whether_it_is_their_own(programme):
    with in_session() as session:
        for row in session.exec(select(VisitRow)).all():
            for person in programme.values():
                if changes_visit(person, shopper_id=row.shopper_id):
                    is_own = require_changed_by(session, row.id, person)
                    assert is_own is (row.shopper_id == person.id)


def test_a_visit_that_is_not_yours_is_told_like_one_that_is_not_there(programme):
    with in_session() as session:
        theirs = next(
            v.id
            for v in list_visits(session, VisitFilter(), seen_by=None, limit=99)
            if v.shopper == "ben" and v.state is State.DRAFT
        )
        for check in (require_seen, require_changed_by, visit_seen_by):
            with pytest.raises(VisitNotFound) as hidden:
                check(session, theirs, programme["ann"])
            with pytest.raises(VisitNotFound) as unknown:
                check(session, uuid4(), programme["ann"])
            assert str(hidden.value) == str(unknown.value)


@pytest.mark.parametrize("name", NAMES)
def test_shoppers_are_named_only_to_who_looks_after_visits(programme, name):
    person = programme[name]
    with in_session(read_only=True) as session:
        listed = list_visits(session, VisitFilter(), seen_by=person, limit=1000)
        one = visit_seen_by(session, listed[0].id, person) if listed else None
    named = {visit.shopper for visit in [*listed, *([one] if one else [])]} - {None}
    assert named == ({"ann", "ben"} if person.role in (Role.MANAGER, Role.OWNER) else set())


@pytest.mark.parametrize(
    ("name", "complete", "brands"),
    [
        pytest.param("mia", 12, {"Ours", "Theirs"}, id="a manager compares all"),
        pytest.param("oda", 12, {"Ours", "Theirs"}, id="an owner compares all"),
        pytest.param("vic", 6, {"Ours", "Theirs"}, id="an area on both sides"),
        pytest.param("wim", 6, {"Ours", "Theirs"}, id="a channel, and competitors of its area"),
        pytest.param("xia", 3, {"Ours"}, id="a channel without an area stands alone"),
        pytest.param("yan", 0, set(), id="given nothing"),
        pytest.param("ann", 0, set(), id="a shopper compares nothing"),
    ],
)
def test_a_comparison_holds_only_what_was_given(programme, name, complete, brands):
    person = programme[name]
    with in_session(read_only=True) as session:
        everything = sets_in_use(session, seen_by=None)[0]
        selection = Selection(everything.set.id)
        assert count_compared(session, selection, seen_by=person).complete == complete
        columns = compared_columns(session, selection, seen_by=person)
        assert len(columns) == complete
        assert (columns.verdicts == VERDICT_MET).sum() == 2 * complete
        assert {b.name for b in brands_in_set(session, everything.set.id, seen_by=person)} == brands
        assert [use.visits for use in sets_in_use(session, seen_by=person)] == (
            [complete] if complete else []
        )


def test_waits_of_others_are_not_shown(database):
    with in_session() as session:
        ann = add_account(session, "ann", "ann@example.com", Role.SHOPPER)
        ben = add_account(session, "ben", "ben@example.com", Role.SHOPPER)
        edition = an_edition(session)
        visit_id = uuid4()
        start_visit(session, visit_id, a_channel(session, a_brand(session)).id, edition.id, shopper_id=ann.id)
        open_wait(session, visit_id, edition.standards[0])
        assert len(open_waits(session, seen_by=ann)) == 1
        assert open_waits(session, seen_by=ben) == []


def test_a_draft_becomes_a_viewers_when_it_is_submitted(database):
    with in_session() as session:
        viewer = add_account(session, "vic", "vic@example.com", Role.VIEWER, areas=["North"])
        channel = a_channel(session, a_brand(session), area="North")
        visit = a_visit(session, channel, an_edition(session), submitted=False)
        assert not can(require_seen, session, visit.id, viewer)
        submit_visit(session, visit.id)
        assert can(require_seen, session, visit.id, viewer)


def test_who_was_given_an_area_keeps_it_when_it_is_renamed(database):
    with in_session() as session:
        a_channel(session, a_brand(session), "One", area="North")
        a_channel(session, a_brand(session), "Two", area="Far north")
        one = add_account(session, "vic", "vic@example.com", Role.VIEWER, areas=["North"])
        both = add_account(session, "wim", "wim@example.com", Role.VIEWER, areas=["North", "Far north"])
        token = open_session(session, one.id)
        rename_area(session, "North", "Far north")
    with in_session(read_only=True) as session:
        seen = find_session(session, hash_token(token))
        again = find_person(session, both.id)
    assert seen
    assert seen.person.areas == {"Far north"}
    assert again
    assert again.areas == {"Far north"}
