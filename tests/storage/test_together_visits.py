"""Visits and photos written together: each has its own outcome, and sees what the others before it did."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from standards.documents import NamedPhoto, Sending, VisitDocument
from standards.errors import PhotosNotThere, UnknownStandard, VisitMoved
from standards.people import Person, Role
from standards.visits import Observation, State
from storage.bulk import gather_rows, insert_waiting
from storage.held_visits import hold_visits
from storage.pictures import read_picture
from storage.sessions import engine, in_session
from storage.sync_import import import_visit
from storage.sync_photos import receive_photo
from storage.syncing import StoredVisit, put_visit
from storage.tables import EventRow, PhotoRow, VisitRow
from storage.tally_tables import TallyRow
from storage.together import Together
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, an_edition
from tests.server.behind_door import a_person
from tests.server.phone import a_photo
from tests.storage.test_together import Held

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
SENDING = Sending(schema=1, app_version="1.2.3", sent_at=AT, time_zone="Europe/Berlin")


@pytest.fixture
def together(database) -> Together:
    engine()
    return Together()


@pytest.fixture
def shopper(database) -> Person:
    return a_person("Ann", Role.SHOPPER)


@pytest.fixture
def draft(database) -> VisitDocument:
    with in_session() as session:
        channel, edition = a_channel(session, a_brand(session)), an_edition(session)
    said = (Observation("A", value=1, answered_at=AT),)
    return VisitDocument(uuid4(), channel.id, edition.id, started_at=AT, observations=said)


def put(document: VisitDocument, shopper: Person):
    return partial(put_visit, document=document, sending=SENDING, by=shopper, received_at=AT)


def at_once(together: Together, shopper: Person, *asked):
    """Have all of it written by one transaction, as far as it can be; return what each came to."""
    held = Held(together)
    futures = [together.store(write, by=shopper.id, visit_id=visit_id) for visit_id, write in asked]
    held.let_go()
    return [future.exception(60) or future.result() for future in futures]


def put_at_once(together: Together, shopper: Person, *documents: VisitDocument):
    return at_once(together, shopper, *((document.id, put(document, shopper)) for document in documents))


def another(document: VisitDocument, **changes) -> VisitDocument:
    return replace(document, id=uuid4(), **changes)


def stories() -> dict[UUID, tuple[str, int]]:
    with in_session(read_only=True) as session:
        return {row.id: (row.story, row.revision) for row in session.exec(select(VisitRow))}


def test_a_visit_that_is_refused_keeps_none_of_the_others_from_being_stored(together, shopper, draft):
    strange = another(draft, observations=(Observation("Z", value=1, answered_at=AT),))
    first, refused, third = put_at_once(together, shopper, draft, strange, another(draft, story="Third"))
    assert isinstance(refused, UnknownStandard)
    assert stories() == {first.id: ("", 1), third.id: ("Third", 1)}
    with in_session(read_only=True) as session:
        assert {row.thing_id for row in session.exec(select(EventRow).where(EventRow.action == "sent"))} == {
            str(first.id),
            str(third.id),
        }


def test_a_visit_sent_twice_at_the_same_moment_is_stored_once_and_answered_the_same(together, shopper, draft):
    first, again, other = put_at_once(together, shopper, draft, draft, another(draft))
    assert isinstance(first, StoredVisit)
    assert (first.is_new, again.is_new) == (True, False)
    assert replace(again, is_new=True) == first
    assert stories() == {draft.id: ("", 1), other.id: ("", 1)}


@pytest.mark.parametrize("is_here", [True, False])
def test_of_two_contents_for_one_revision_at_the_same_moment_the_second_overwrites_nothing(
    together, shopper, draft, is_here
):
    base = 0
    if is_here:
        with in_session() as session:
            base = put(draft, shopper)(session).revision
    one, two = (replace(draft, story=said, base_revision=base) for said in ("One", "Two"))
    stored, moved, _ = put_at_once(together, shopper, one, two, another(draft))
    assert isinstance(moved, VisitMoved)
    assert moved.facts["visit"].story == "One"
    assert stories()[draft.id] == ("One", stored.revision)
    assert stored.revision == base + 1


def test_a_draft_its_photo_and_its_submission_may_share_a_transaction(together, shopper, draft):
    content, photo_id = a_photo(), uuid4()
    digest = sha256(content).hexdigest()
    photo = NamedPhoto(photo_id, "A", digest)
    begun = replace(draft, photos=(photo,))
    whole = replace(begun, state=State.SUBMITTED, base_revision=1)
    bring = partial(
        receive_photo,
        visit_id=draft.id,
        photo_id=photo_id,
        code="A",
        picture=read_picture(content),
        sha256=digest,
        by=shopper,
    )
    with in_session(by=shopper.id) as session:
        # What it is asked is read once, in a transaction of its own.
        put(another(draft), shopper)(session)
    commits: list[int] = []
    event.listen(engine(), "commit", lambda _connection: commits.append(1))
    told = at_once(
        together,
        shopper,
        *((draft.id, write) for write in (put(begun, shopper), bring, bring, put(whole, shopper))),
    )
    # The one that held the writer, and all the others.
    assert len(commits) == 2
    assert told[1:3] == [True, True]
    assert [told[0].revision, told[3].revision, told[3].state] == [1, 2, State.SUBMITTED]
    with in_session(read_only=True) as session:
        assert [row.id for row in session.exec(select(PhotoRow))] == [photo_id]
        [tally] = session.exec(select(TallyRow)).all()
        assert (tally.visit_id, tally.change is not None) == (draft.id, True)


@pytest.mark.parametrize("submitted", [0, 1, 2])
def test_a_submission_among_drafts_is_compared_once_it_is_answered(together, shopper, draft, submitted):
    documents = [another(draft) for _ in range(3)]
    documents[submitted] = another(draft, state=State.SUBMITTED)
    told = put_at_once(together, shopper, *documents)
    assert [stored.state is State.SUBMITTED for stored in told] == [at == submitted for at in range(3)]
    with in_session(read_only=True) as session:
        [tally] = session.exec(select(TallyRow)).all()
        assert (tally.visit_id, tally.change is not None) == (documents[submitted].id, True)


@pytest.mark.parametrize("last", [True, False])
def test_what_does_not_say_that_it_marks_visits_is_looked_for_all_the_same(together, shopper, draft, last):
    with in_session(by=shopper.id) as session:
        begun = another(draft)
        put(begun, shopper)(session)

    def submit(session: Session) -> None:
        submit_visit(session, begun.id, at=AT)

    asked = [(None, submit), *((one.id, put(one, shopper)) for one in (draft, another(draft)))]
    told = at_once(together, shopper, *(reversed(asked) if last else asked))
    assert [isinstance(stored, StoredVisit) for stored in told].count(True) == 2
    with in_session(read_only=True) as session:
        [tally] = session.exec(select(TallyRow)).all()
        assert (tally.visit_id, tally.change is not None) == (begun.id, True)


def test_a_submission_without_its_photo_is_refused_and_the_others_are_stored(together, shopper, draft):
    photo = NamedPhoto(uuid4(), "A", "0" * 64)
    missing = another(draft, state=State.SUBMITTED, photos=(photo,))
    refused, stored = put_at_once(together, shopper, missing, another(draft, state=State.SUBMITTED))
    assert isinstance(refused, PhotosNotThere)
    assert stored.state is State.SUBMITTED
    assert set(stories()) == {stored.id}


def test_an_export_whose_photos_are_not_there_yet_undoes_nothing_of_the_others(together, shopper, draft):
    sent = [(uuid4(), a_photo(number)) for number in (1, 2)]
    photos = tuple(NamedPhoto(photo_id, "A", sha256(content).hexdigest()) for photo_id, content in sent)
    pictures = {
        photo.id: (read_picture(content), photo.sha256)
        for photo, (_, content) in zip(photos, sent, strict=True)
    }
    begun, others = replace(draft, photos=photos), another(draft, story="Of somebody else")
    with in_session(by=shopper.id) as session:
        put(begun, shopper)(session)
    first = photos[0]
    bring = partial(
        receive_photo,
        visit_id=draft.id,
        photo_id=first.id,
        code="A",
        picture=pictures[first.id][0],
        sha256=first.sha256,
        by=shopper,
    )
    whole = replace(begun, state=State.SUBMITTED, base_revision=1)
    imported = partial(
        import_visit, document=whole, sending=SENDING, pictures=pictures, by=shopper, received_at=AT
    )
    asked = [(others.id, put(others, shopper)), (draft.id, bring), (draft.id, imported)]
    stored, received, found = at_once(together, shopper, *asked)
    assert (stored.is_new, received, found.state) == (True, True, State.SUBMITTED)
    assert stories()[others.id] == ("Of somebody else", 1)
    with in_session(read_only=True) as session:
        assert {row.id for row in session.exec(select(PhotoRow))} == {photo.id for photo in photos}


def test_what_was_looked_up_ahead_serves_once(shopper, draft):
    with in_session(by=shopper.id) as session:
        assert put(draft, shopper)(session).revision == 1

    def changed(session: Session, story: str, base: int) -> StoredVisit:
        stored: StoredVisit = put(replace(draft, story=story, base_revision=base), shopper)(session)
        return stored

    with in_session(by=shopper.id) as session:
        gather_rows(session)
        hold_visits(session, [draft.id])
        assert changed(session, "One", 1).revision == 2
        assert changed(session, "Two", 2).revision == 3
        insert_waiting(session)
    assert stories() == {draft.id: ("Two", 3)}
