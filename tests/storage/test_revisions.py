"""Whatever changes a visit at a desk counts one revision, so that no phone overwrites it unseen."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from standards.values import answer_of
from storage.photos import add_photo, caption_photo, remove_photo
from storage.sessions import in_session
from storage.tables import VisitRow
from storage.visits import (
    close_wait,
    open_wait,
    record_answer,
    record_impressions,
    record_note,
    start_visit,
    submit_visit,
    void_visit,
)
from tests.pictures import sent
from tests.storage.builders import channel_of, edition_of

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
PHOTO = uuid4()


@pytest.fixture
def visit(database):
    """Store a draft with an answer, a running stopwatch and a photo; the phone has seen it as it is."""
    visit_id = uuid4()
    with in_session() as session:
        edition = edition_of(session)
        start_visit(session, visit_id, channel_of(session).id, edition.id, started_at=AT)
        asked = edition.by_code()
        record_answer(session, visit_id, asked["greet"], answer_of(asked["greet"], 1), at=AT)
        record_note(session, visit_id, asked["greet"], "Seen")
        open_wait(session, visit_id, asked["wait"], at=AT)
        add_photo(session, visit_id, None, sent("JPEG"), photo_id=PHOTO, caption="The till")
        session.get_one(VisitRow, visit_id).content_hash = "a" * 64
    return visit_id, asked


CHANGES = {
    "an answer": lambda s, v, a: record_answer(s, v, a["rude"], answer_of(a["rude"], 1)),
    "an answer taken back": lambda s, v, a: record_answer(s, v, a["greet"], None),
    "a note": lambda s, v, a: record_note(s, v, a["rude"], "New"),
    "a wait begun": lambda s, v, a: open_wait(s, v, a["reply"]),
    "a wait ended": lambda s, v, a: close_wait(s, v, a["wait"]),
    "an impression": lambda s, v, a: record_impressions(s, v, story="New"),
    "a photo": lambda s, v, a: add_photo(s, v, None, sent("JPEG")),
    "a caption": lambda s, v, a: caption_photo(s, PHOTO, "The other till"),
    "a photo removed": lambda s, v, a: remove_photo(s, PHOTO),
    "voided": lambda s, v, a: void_visit(s, v, "Wrong channel"),
}
NO_CHANGES = {
    "the same answer": lambda s, v, a: record_answer(s, v, a["greet"], answer_of(a["greet"], 1), at=AT),
    "the same note": lambda s, v, a: record_note(s, v, a["greet"], " Seen "),
    "a wait that runs": lambda s, v, a: open_wait(s, v, a["wait"]),
    "the same impression": lambda s, v, a: record_impressions(s, v, story=""),
    "the same caption": lambda s, v, a: caption_photo(s, PHOTO, "The till"),
    "the same photo": lambda s, v, a: add_photo(s, v, None, sent("JPEG"), photo_id=PHOTO),
    "a photo that is gone": lambda s, v, a: remove_photo(s, uuid4()),
}


def stands(visit_id):
    with in_session(read_only=True) as session:
        row = session.get_one(VisitRow, visit_id)
        return row.revision, row.content_hash


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_counts_one_and_what_the_phone_sent_is_not_it_any_more(change, visit):
    visit_id, asked = visit
    before = stands(visit_id)[0]
    with in_session() as session:
        change(session, visit_id, asked)
    assert stands(visit_id) == (before + 1, None)


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_changes_nothing_counts_nothing(change, visit):
    visit_id, asked = visit
    before = stands(visit_id)
    with in_session() as session:
        change(session, visit_id, asked)
    assert stands(visit_id) == before


def test_submitting_counts_one_and_again_none(visit):
    visit_id, asked = visit
    with in_session() as session:
        close_wait(session, visit_id, asked["wait"])
    before = stands(visit_id)[0]
    for _ in range(2):
        with in_session() as session:
            submit_visit(session, visit_id)
    assert stands(visit_id)[0] == before + 1
