"""Sets and editions: published once, never changed, the newest is what a visit starts with."""

from dataclasses import replace

import pytest

from standards.editions import Evidence, Kind, Scope, Standard
from standards.errors import NameMissing, SetNotFound
from standards.measuring import Comparator, Measure, Target
from storage.editions import (
    editions_for,
    editions_of,
    editions_of_set,
    get_edition,
    latest_edition,
    list_sets,
    publish_edition,
    same_standards,
)
from storage.sessions import close_database, in_session
from tests.storage.builders import STANDARDS, edition_of, events_about

EVERYTHING = Standard(
    code="T1",
    touchpoint="Till",
    statement="“Danke” is said – and meant",
    measure=Measure.RATING,
    target=Target(Comparator.AT_LEAST, 4, ""),
    weight=2.5,
    no_no=True,
    scope=Scope.OURS_ONLY,
    kinds=frozenset({Kind.SHOP, Kind.EMAIL}),
    evidence=Evidence.IF_MISSED,
    job_aid="Listen.",
    script="Thank you.",
    steps=("1", "2", "3", "4", "5"),
)


def test_a_standard_is_stored_whole_and_outlives_the_process(database):
    with in_session() as session:
        stored = edition_of(session, EVERYTHING)
    close_database()
    with in_session(read_only=True) as session:
        read = get_edition(session, stored.id)
    assert read == stored
    assert read.standards == (EVERYTHING,)
    assert read.standards[0].id is not None
    assert read.published_at is not None
    assert read.published_at.tzinfo is not None


def test_standards_keep_their_visiting_order(database):
    with in_session() as session:
        edition = edition_of(session, *reversed(STANDARDS))
        assert [s.code for s in edition.standards] == [s.code for s in reversed(STANDARDS)]
        assert [s.position for s in edition.standards] == list(range(len(STANDARDS)))


def test_publishing_the_same_again_changes_nothing(database):
    with in_session() as session:
        first = edition_of(session)
    with in_session() as session:
        assert publish_edition(session, "Shop visit", first.standards) == first
    assert len(events_about("edition")) == 1


def test_a_changed_standard_makes_the_next_edition_and_the_first_stays(database):
    changed = replace(STANDARDS[0], weight=9)
    with in_session() as session:
        first = edition_of(session)
        second = edition_of(session, changed, *STANDARDS[1:])
        assert (first.number, second.number) == (1, 2)
        assert get_edition(session, first.id) == first
        assert get_edition(session, second.id).by_code()["greet"].weight == 9
        assert editions_of_set(session, first.set_id) == [second, first]
        assert latest_edition(session, "Shop visit") == second
        assert editions_of(session, []) == {}
    assert [event.after and event.after["number"] for event in events_about("edition")] == [1, 2]


def test_a_set_that_is_not_there_is_named_with_those_that_are(database):
    with in_session() as session:
        with pytest.raises(SetNotFound, match="none yet"):
            latest_edition(session, "Web order")
        edition_of(session)
        with pytest.raises(SetNotFound, match=r"“Web order”.*Shop visit"):
            latest_edition(session, "Web order")
        with pytest.raises(NameMissing, match="standard set"):
            edition_of(session, name=" ")


def test_the_edition_for_a_channel_is_the_newest_of_the_set_made_for_its_kind(database):
    general = Standard("g", "Welcome", "A greeting")
    phone = Standard("p", "Call", "Three rings", kinds=frozenset({Kind.PHONE}))
    ours = Standard("o", "Welcome", "The badge", scope=Scope.OURS_ONLY)
    with in_session() as session:
        edition_of(session, general, phone, name="Phone enquiry")
        newest = edition_of(session, replace(general, weight=2), phone, name="Phone enquiry")
        edition_of(session, general, name="Any visit")
        edition_of(session, ours, name="Badges")
        publish_edition(session, "Made up", [general], is_example=True)

        def names(kind, **whose):
            return [edition.set_name for edition in editions_for(session, kind, **whose)]

        assert editions_for(session, Kind.PHONE, is_own=False)[0] == newest
        assert names(Kind.PHONE, is_own=False) == ["Phone enquiry", "Any visit"]
        assert names(Kind.SHOP, is_own=True) == ["Any visit", "Badges", "Phone enquiry"]
        assert names(Kind.SHOP, is_own=True, is_example=True) == ["Made up"]
        assert [found.name for found in list_sets(session)][-1] == "Made up"


def test_two_lists_ask_the_same_whatever_their_ids_and_positions():
    renumbered = [replace(s, id=at, position=9 - at) for at, s in enumerate(STANDARDS)]
    assert same_standards(STANDARDS, renumbered)
    assert not same_standards(STANDARDS, STANDARDS[1:])
    assert not same_standards(STANDARDS, STANDARDS[::-1])
    assert not same_standards([EVERYTHING], [replace(EVERYTHING, script="Bye.")])
