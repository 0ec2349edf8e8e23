"""Evidence: visits in the order asked for, as far as the reader may read them, and by nobody's name."""

from uuid import uuid4

import pytest

from standards.measuring import Verdict
from standards.people import Person, Role
from storage.evidence import evidence_of, told_visits
from storage.photos import add_photo
from storage.sessions import in_session
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import noise

OWNER = Person(1, "Olive", role=Role.OWNER)
SOUTH = Person(2, "Vera", role=Role.VIEWER, areas=frozenset({"South"}))


@pytest.fixture
def visits(database):
    """Store four visits, south and north in turn: with a photo of A, a note at B, a story, nothing."""
    with in_session() as session:
        edition, brand = an_edition(session), a_brand(session, is_own=True)
        stored = []
        for at, notes in enumerate(({}, {"B": "Crumbs"}, {}, {})):
            area = "North" if at % 2 else "South"
            shop = a_channel(session, brand, area, area=area)
            story = "A long story" if at == 2 else ""
            stored.append(
                a_visit(session, shop, edition, notes=notes, shopper="Nora", submitted=False, story=story).id
            )
        add_photo(session, stored[0], "A", noise((60, 40)))
        for visit_id in stored:
            submit_visit(session, visit_id)
    return stored


def test_visits_come_in_the_order_asked_for_with_their_photos_and_without_a_shopper(visits):
    asked = [visits[3], visits[0], visits[1]]
    with in_session(read_only=True) as session:
        found = evidence_of(session, asked, seen_by=OWNER)
    assert [one.visit.id for one in found] == asked
    assert [one.visit.shopper for one in found] == [None] * 3
    assert [[photo.code for photo in one.photos] for one in found] == [[], ["A"], []]
    assert found[2].visit.observation("B").note == "Crumbs"
    assert found[2].visit.observation("B").verdict is Verdict.MET
    assert found[0].edition.by_code().keys() == {"A", "B"}


def test_what_is_not_the_readers_or_gone_is_left_out(visits):
    with in_session(read_only=True) as session:
        found = evidence_of(session, [*visits, uuid4()], seen_by=SOUTH)
        assert [one.visit.id for one in found] == [visits[0], visits[2]]
        assert told_visits(session, visits, [], seen_by=SOUTH) == {visits[0]}


def test_a_visit_is_told_by_a_photo_or_a_note_where_it_is_asked_for(visits):
    with in_session(read_only=True) as session:
        many = [*(uuid4() for _ in range(600)), *visits]
        assert told_visits(session, many, [], seen_by=OWNER) == {visits[0], visits[1]}
        assert told_visits(session, many, ["B"], seen_by=OWNER) == {visits[1]}
        assert told_visits(session, many, ["A", "B"], seen_by=OWNER) == {visits[0], visits[1]}
        assert told_visits(session, [], [], seen_by=OWNER) == set()
