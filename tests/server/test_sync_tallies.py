"""A visit that a phone submits is compared just as one that was recorded on a page."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlmodel import select

from server.sync_shapes import read_document
from standards.editions import Kind
from standards.measuring import Comparator, Measure, Target
from standards.values import answer_of
from storage.checking import find_faults
from storage.comparing import Selection
from storage.sessions import engine, in_session
from storage.syncing import put_visit
from storage.tables import ObservationRow
from storage.tallies import compared_columns
from storage.tally_tables import TallyRow
from storage.tallying import wrong_tallies
from storage.visits import record_answer, start_visit, submit_visit
from tests.builders import a_standard
from tests.server.phone import Phone, a_phone, a_photo, named
from tests.server.test_sync_import import bring, export_of

STANDARDS = [
    a_standard("A", weight=2),
    a_standard("B", no_no=True),
    a_standard("W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds")),
]
ANSWERS = {"A": 1, "B": 0, "W": 95}


@pytest.fixture
def phone(database) -> Phone:
    return a_phone(standards=STANDARDS)


BEGAN, ANSWERED, LEFT = (datetime(2026, 3, 10, 12, minute, tzinfo=UTC) for minute in (0, 10, 30))


def a_document(phone: Phone, **changes: object) -> dict[str, object]:
    answered_at = ANSWERED.isoformat()
    said = [{"code": code, "value": value, "answered_at": answered_at} for code, value in ANSWERS.items()]
    when = {"started_at": BEGAN.isoformat(), "left_at": LEFT.isoformat()}
    return phone.document(observations=said, state="submitted", **when, **changes)


def packed_of(visit_id: object) -> bytes:
    """Return what is compared of a visit, but for its own id, with which it begins."""
    with in_session(read_only=True) as session:
        row = session.get_one(TallyRow, UUID(str(visit_id)))
    assert row.change is not None
    assert row.packed
    return row.packed[16:]


def compared(phone: Phone) -> int:
    selection = Selection(phone.edition.set_id)
    with in_session(read_only=True) as session:
        assert list(find_faults(session)) == []
        return len(compared_columns(session, selection, seen_by=None))


def on_the_page(phone: Phone) -> str:
    visit_id, asked = uuid4(), phone.edition.by_code()
    with in_session(by=phone.person.id) as session:
        start_visit(
            session,
            visit_id,
            phone.channel.id,
            phone.edition.id,
            shopper_id=phone.person.id,
            started_at=BEGAN,
        )
        for code, value in ANSWERS.items():
            record_answer(session, visit_id, asked[code], answer_of(asked[code], value), at=ANSWERED)
        submit_visit(session, visit_id, at=LEFT)
    return str(visit_id)


def test_a_visit_submitted_by_a_phone_is_compared_like_one_of_the_page(phone):
    document = a_document(phone)
    phone.stored(document)
    assert compared(phone) == 1
    assert packed_of(document["id"]) == packed_of(on_the_page(phone))
    assert compared(phone) == 2


def test_a_draft_is_not_compared_and_its_submission_is(phone):
    photo = named(a_photo())
    document = a_document(phone, photos=[photo])
    phone.stored(document | {"state": "draft"})
    phone.put_photo(document["id"], photo["id"], a_photo())
    assert compared(phone) == 0
    phone.stored(document | {"base_revision": 1})
    assert compared(phone) == 1


def test_visits_that_share_a_transaction_are_all_compared(phone):
    documents = [a_document(phone) for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        assert {answer.status_code for answer in pool.map(phone.put, documents)} == {201}
    assert compared(phone) == 20
    with in_session(read_only=True) as session:
        assert not session.exec(select(TallyRow).where(TallyRow.packed == None)).all()  # noqa: E711


def test_an_imported_visit_is_compared(phone):
    photo = named(a_photo())
    document = a_document(phone, photos=[photo])
    assert bring(phone, export_of(document, [(photo, a_photo())])).status_code == 201
    assert compared(phone) == 1


def test_visits_of_many_kinds_are_compared_as_adding_them_up_anew_gives(phone):
    seconds = (0, 0.1, 95.123456789, 1e-7, 3599.9999999)
    for value in seconds:
        for code, answer in (
            ("A", {"not_applicable": True}),
            ("A", {"verdict": "missed"}),
            ("B", {"note": "x", "verdict": "met"}),
        ):
            late = {"answered_at": "2026-03-10T13:15:00Z"}
            said = [{"code": "W", "value": value, "longer_than": value > 1}, {"code": code, **answer, **late}]
            left = {"left_at": None} if value else {}
            phone.stored(a_document(phone) | {"observations": said} | left)
    assert compared(phone)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_zone_that_is_changed_while_a_visit_is_stored_is_the_one_it_is_compared_by(database):
    days = Target(Comparator.AT_MOST, 3, "working days")
    phone = a_phone(standards=[a_standard("D", measure=Measure.DURATION, target=days)])
    # Two working days in Berlin and one in Tokyo: only where the zone says so has a clock measured it.
    wait = {"opened_at": "2026-03-09T22:30:00Z", "closed_at": "2026-03-11T12:00:00Z"}
    said = {"code": "D", "value": 2, "answered_at": wait["closed_at"], **wait}
    document, sending = read_document(a_document(phone) | {"observations": [said]})
    with in_session(by=phone.person.id) as session:
        put_visit(session, document, sending, by=phone.person, received_at=LEFT)
        with engine().begin() as meanwhile:
            meanwhile.execute(text("UPDATE channel SET timezone = 'Asia/Tokyo'"))
    assert compared(phone) == 1


def test_what_a_visit_holds_beside_its_sheet_is_compared_as_before(database):
    elsewhere = a_standard("P", kinds=frozenset({Kind.PHONE}))
    phone = a_phone(standards=[*STANDARDS, elsewhere])
    document = a_document(phone)
    phone.stored(document | {"state": "draft"})
    with in_session() as session:
        standard_id = phone.edition.by_code()["P"].id
        assert standard_id
        row = ObservationRow(
            visit_id=UUID(str(document["id"])), standard_id=standard_id, verdict="met", note=""
        )
        session.add(row)
    phone.stored(document | {"base_revision": 1})
    with in_session(read_only=True) as session:
        assert list(wrong_tallies(session, {phone.edition.id: phone.edition})) == []
