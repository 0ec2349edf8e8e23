"""Visit documents: judged by the rules, named by their content, understood in older versions (line 8)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from server.sync_shapes import read_document
from standards.document_versions import SCHEMA, STEPS, VERSIONS_BACK, brought_up
from standards.documents import SKEW, NamedPhoto, Sending, VisitDocument, content_hash, is_skewed, judged
from standards.editions import Standard
from standards.errors import DocumentTooNew, DocumentTooOld, UnknownStandard, ValueNotAllowed
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.visits import Observation, QuickNote, State

FIXTURES = Path(__file__).parents[1] / "cases" / "documents"
UTC_ZONE = ZoneInfo("UTC")
AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
SHEET = {
    "A": Standard("A", "Till", "A receipt"),
    "W": Standard(
        "W", "Till", "Quick", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds")
    ),
    "N": Standard("N", "Till", "Warm", measure=Measure.NUMBER, target=Target(Comparator.AT_LEAST, 65, "°C")),
}


def a_document(*observations, **changes):
    return VisitDocument(id=uuid4(), channel_id=1, edition_id=1, observations=observations, **changes)


def one(observation):
    [found] = judged(a_document(observation), SHEET, UTC_ZONE).observations
    return found


@pytest.mark.parametrize("version", range(max(1, SCHEMA - VERSIONS_BACK), SCHEMA + 1))
def test_line_8_a_document_of_each_version_that_is_still_read_is_understood(version):
    kept = json.loads((FIXTURES / f"visit_{version}.json").read_text(encoding="utf-8"))
    assert kept["schema"] == version
    document, sending = read_document(brought_up(kept))
    assert sending.schema == version
    assert document.story == "The colleague at the till lent me an umbrella."
    assert [(o.code, o.value, o.verdict) for o in document.observations] == [
        ("A", 1, None),
        ("B", None, Verdict.NOT_APPLICABLE),
    ]
    assert document.photos[0].caption == "The door"


def test_line_8_every_step_between_versions_is_there():
    assert set(STEPS) == set(range(max(1, SCHEMA - VERSIONS_BACK), SCHEMA))


STEPS_OF_FIVE = {
    n: lambda document, n=n: document | {"steps": [*document.get("steps", []), n]} for n in range(1, 5)
}


@pytest.mark.parametrize(("schema", "steps"), [(3, [3, 4]), (4, [4]), (5, None)])
def test_line_26_two_versions_back_are_brought_up_step_by_step_and_keep_their_number(schema, steps):
    made = brought_up({"schema": schema}, newest=5, steps=STEPS_OF_FIVE)
    assert (made["schema"], made.get("steps")) == (schema, steps)


@pytest.mark.parametrize("schema", [2, 1, 0, -1])
def test_line_26_what_is_older_is_refused_with_the_oldest_that_is_read(schema):
    with pytest.raises(DocumentTooOld, match="3 is the oldest"):
        brought_up({"schema": schema}, newest=5, steps=STEPS_OF_FIVE)


def test_line_8_a_newer_document_is_left_as_it_is():
    kept = {"schema": SCHEMA + 1, "unknown": True}
    with pytest.raises(DocumentTooNew):
        brought_up(kept)
    assert kept == {"schema": SCHEMA + 1, "unknown": True}


@pytest.mark.parametrize("schema", [None, "1", True, 1.0, [], {}])
def test_what_names_no_version_is_left_to_who_reads_its_shape(schema):
    assert brought_up({"schema": schema}) == {"schema": schema}


def test_observations_are_judged_in_the_sheets_order_and_empty_ones_left_out():
    document = judged(
        a_document(Observation("N", 64.9), Observation("W"), Observation("A", 1)), SHEET, UTC_ZONE
    )
    assert [(o.code, o.verdict) for o in document.observations] == [("A", Verdict.MET), ("N", Verdict.MISSED)]


def test_a_standard_the_visit_is_not_asked_is_refused_even_when_nothing_is_said_of_it():
    with pytest.raises(UnknownStandard, match="Z"):
        judged(a_document(Observation("Z")), SHEET, UTC_ZONE)


def test_a_value_that_cannot_be_names_its_standard():
    with pytest.raises(ValueNotAllowed) as refused:
        judged(a_document(Observation("A", 2)), SHEET, UTC_ZONE)
    assert refused.value.facts["standard"] == "A"


def test_a_verdict_is_believed_only_where_there_is_no_value():
    assert one(Observation("A", 0, Verdict.MET)).verdict is Verdict.MISSED
    assert one(Observation("A", None, Verdict.MET)).verdict is Verdict.MET
    assert one(Observation("A", 1, Verdict.NOT_APPLICABLE)).value is None


def test_a_wait_never_ends_before_it_began_and_an_answer_ends_it():
    early = AT - timedelta(hours=1)
    assert one(Observation("W", 90, opened_at=AT, closed_at=early)).closed_at == AT
    assert one(
        Observation("W", 90, opened_at=AT, answered_at=AT + timedelta(seconds=90))
    ).closed_at == AT + timedelta(seconds=90)
    assert one(Observation("W", 90, closed_at=AT)).closed_at is None
    assert one(Observation("W", opened_at=AT)).is_open_wait


def test_only_a_wait_can_be_longer_than_what_was_waited():
    assert one(Observation("W", 90, longer_than=True)).verdict is None
    assert not one(Observation("N", 90, longer_than=True)).longer_than


def test_the_same_content_has_the_same_hash_whatever_came_along():
    document = a_document(
        Observation("A", 1.0, answered_at=AT),
        photos=(NamedPhoto(uuid4(), "A", "x"), NamedPhoto(uuid4(), None, "y")),
    )
    elsewhere = AT.astimezone(ZoneInfo("Asia/Tokyo"))
    same = replace(
        document,
        state=State.RETURNED,
        base_revision=7,
        revision=8,
        due_on=AT.date(),
        observations=(Observation("A", 1, answered_at=elsewhere),),
        photos=document.photos[::-1],
    )
    assert content_hash(judged(same, SHEET, UTC_ZONE)) == content_hash(judged(document, SHEET, UTC_ZONE))


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.SUBMITTED},
        {"story": "x"},
        {"started_at": AT},
        {"would_return": 0},
        {"quick_notes": (QuickNote(None, "x"),)},
        {"observations": (Observation("A", 1, note="x"),)},
        {"observations": (Observation("A", 1, clock_disagreed=True),)},
        {"photos": (NamedPhoto(uuid4(), None, "x"),)},
        {"photos": (NamedPhoto(UUID(int=2), None, "x", blacked_out=True),)},
        {"channel_id": 2},
    ],
)
def test_another_content_has_another_hash(changes):
    document = a_document(Observation("A", 1), photos=(NamedPhoto(UUID(int=2), None, "x"),))
    assert content_hash(replace(document, **changes)) != content_hash(document)


def test_content_without_the_mark_of_blacked_out_photos_is_named_as_before_there_was_one():
    photo = NamedPhoto(UUID(int=2), "A", "x", "The door", datetime(2026, 3, 10, 12, tzinfo=UTC))
    document = VisitDocument(UUID(int=1), 1, 1, photos=(photo,))
    # As it stands in databases that were filled before.
    assert content_hash(document) == "d6653f71ab5533a9bbaa49e77ee2756e5a927509f67d4f228bcf0a0d1ce7ca17"


@pytest.mark.parametrize(
    ("sent_at", "offset", "skewed"),
    [
        (AT, None, False),
        (AT - SKEW, 0, False),
        (AT - SKEW - timedelta(seconds=1), 0, True),
        (AT + timedelta(hours=3), None, True),
        (AT, 120_001, True),
        (AT, -(2**53), True),
    ],
)
def test_line_26_a_clock_is_skewed_beyond_two_minutes(sent_at, offset, skewed):
    assert is_skewed(Sending(1, "1.0", sent_at, "UTC", offset), AT) is skewed
