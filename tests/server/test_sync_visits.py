"""Visits that phones send: stored whole, once, over nothing the phone has not seen (contract lines 18–26)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from standards.scoring import score_visit
from standards.values import Answer, answer_of
from storage.channels import close_channel
from storage.checking import find_faults
from storage.drafts import open_draft
from storage.editions import retire_edition
from storage.sessions import in_session
from storage.visits import (
    get_visit,
    record_answer,
    record_impressions,
    record_note,
    sheet_of,
    start_visit,
    submit_visit,
)
from tests.builders import a_standard
from tests.server.phone import a_phone, a_photo, named, row_of, rows_of
from tests.storage.builders import events_about


@pytest.fixture
def phone(database):
    return a_phone()


def test_line_18_the_same_bytes_twice_give_the_same_answer_and_one_row(phone):
    document = phone.document(quick_notes=[{"at": None, "text": "Two tills open"}])
    first, again = phone.put(document), phone.put(document)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert rows_of(document["id"]) == {"visits": 1, "observations": 1, "photos": 0, "events": 1}


def test_line_18_a_submission_sent_again_gives_the_same_answer_and_one_row(phone):
    document = phone.document(state="submitted")
    answers = {phone.put(document).content for _ in range(3)}
    assert len(answers) == 1
    assert rows_of(document["id"])["events"] == 2


def test_line_18_the_same_visit_sent_at_another_time_is_the_same_visit(phone):
    document = phone.document()
    told = phone.stored(document)
    later = document | {"device": document["device"] | {"sent_at": "2026-03-10T12:01:00+01:00"}}
    assert phone.stored(later) == told


def test_line_18_twenty_at_once_give_one_row(phone):
    document = phone.document(state="submitted")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: phone.put(document), range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert rows_of(document["id"]) == {"visits": 1, "observations": 1, "photos": 0, "events": 2}


def test_line_19_other_content_for_a_submitted_visit_is_409_and_nothing_is_overwritten(phone):
    document = phone.document(state="submitted", story="First")
    held = phone.stored(document)
    others: list[dict[str, object]] = [
        {"story": "Second"},
        {"state": "draft"},
        {"observations": []},
        {"base_revision": 1, "story": "x"},
    ]
    for other in others:
        refused = phone.put(document | other)
        assert refused.status_code == 409
        told = refused.json()
        assert (told["code"], told["revision"]) == ("SYNC-1", held["revision"])
        assert (told["visit"]["story"], told["visit"]["state"]) == ("First", "submitted")
    assert row_of(document["id"]).story == "First"
    assert rows_of(document["id"])["events"] == 2


def test_line_19_a_draft_that_builds_on_an_older_revision_is_409_with_the_servers_visit(phone):
    document = phone.document()
    phone.stored(document)
    phone.stored(document | {"base_revision": 1, "story": "From here"})
    refused = phone.put(document | {"base_revision": 1, "story": "From there"})
    assert refused.status_code == 409
    told = refused.json()
    assert (told["revision"], told["visit"]["revision"], told["visit"]["story"]) == (2, 2, "From here")
    assert phone.put(document).status_code == 409
    assert phone.stored(told["visit"] | _by_phone(document) | {"story": "Both"})["revision"] == 3


def _by_phone(document):
    return {name: document[name] for name in ("app_version", "device")}


def test_line_21_a_submission_with_a_photo_missing_names_it_and_changes_nothing(phone):
    content = a_photo()
    here, missing = named(content), named(a_photo(2), code=None)
    draft = phone.document(photos=[here, missing])
    told = phone.stored(draft)
    assert [photo["received"] for photo in told["photos"]] == [False, False]
    phone.put_photo(draft["id"], here["id"], content)

    submission = draft | {"state": "submitted", "base_revision": 1, "story": "All of it"}
    refused = phone.put(submission)
    assert (refused.status_code, refused.json()["code"]) == (422, "SYNC-2")
    assert refused.json()["photos"] == [missing["id"]]
    row = row_of(draft["id"])
    assert (row.state, row.revision, row.story) == ("draft", 1, "")

    assert phone.put_photo(draft["id"], missing["id"], a_photo(2)).json()["received"]
    told = phone.stored(submission)
    assert (told["state"], [photo["received"] for photo in told["photos"]]) == ("submitted", [True, True])


def test_line_21_a_submission_with_a_photo_of_another_hash_names_it(phone):
    old, new = a_photo(), a_photo(2)
    photo = named(old)
    draft = phone.document(photos=[photo])
    phone.stored(draft)
    phone.put_photo(draft["id"], photo["id"], old)
    drawn_on = draft | {
        "base_revision": 1,
        "state": "submitted",
        "photos": [named(new) | {"id": photo["id"]}],
    }
    refused = phone.put(drawn_on)
    assert (refused.status_code, refused.json()["photos"]) == (422, [photo["id"]])

    phone.stored(drawn_on | {"state": "draft"})
    assert phone.put_photo(draft["id"], photo["id"], new).json()["received"]
    assert phone.stored(drawn_on | {"base_revision": 2})["state"] == "submitted"
    assert rows_of(draft["id"])["photos"] == 1


def test_line_21_a_photo_not_named_any_more_is_no_part_of_the_visit(phone):
    photo = named(a_photo())
    draft = phone.document(photos=[photo])
    phone.stored(draft)
    phone.put_photo(draft["id"], photo["id"], a_photo())
    phone.stored(draft | {"base_revision": 1, "photos": [], "state": "submitted"})
    assert rows_of(draft["id"])["photos"] == 0


@pytest.mark.parametrize(
    ("offset", "minutes", "skewed"),
    [(0, 0, False), (-3_600_000, 0, True), (None, 0, False), (None, -90, True), (None, 60 * 24 * 4000, True)],
)
def test_line_26_a_clock_that_is_off_is_flagged_and_kept_and_never_refused(offset, minutes, skewed, phone):
    sent_at = datetime.now(UTC) + timedelta(minutes=minutes)
    told = {"sent_at": sent_at.isoformat(), "time_zone": "Asia/Tokyo", "clock_offset_ms": offset}
    document = phone.document(device=told, state="submitted")
    assert phone.stored(document)["skewed"] is skewed
    row = row_of(document["id"])
    assert (row.device_sent_at, row.device_time_zone) == (sent_at, "Asia/Tokyo")
    assert (row.clock_offset_ms, row.clock_skewed) == (offset, skewed)
    assert (row.schema_version, row.app_version) == (1, "1.2.3")
    assert row.received_at
    assert abs(row.received_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert row.visited_on == date(2026, 3, 10)


def test_line_26_a_recorder_that_is_too_old_keeps_its_data_and_is_told_to_update(phone):
    document = phone.document(schema=0)
    refused = phone.put(document)
    assert (refused.status_code, refused.json()["code"]) == (426, "SYNC-3")
    assert refused.headers["upgrade"] == "second-visit/1"
    assert "safe on the phone" in refused.json()["detail"]
    assert rows_of(document["id"])["visits"] == 0


def test_line_26_a_recorder_newer_than_the_server_is_refused_and_keeps_its_data(phone):
    refused = phone.put(phone.document(schema=2))
    assert (refused.status_code, refused.json()["code"]) == (422, "SYNC-4")
    assert "safe on the phone" in refused.json()["detail"]


STANDARDS = [
    a_standard("A", weight=2),
    a_standard("W", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds")),
    a_standard("D", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 1, "working days")),
    a_standard("S", measure=Measure.SHARE, target=Target(Comparator.AT_LEAST, 95)),
    a_standard("N", no_no=True),
    a_standard("R", measure=Measure.RATING, target=Target(Comparator.AT_LEAST, 4)),
]


def test_the_server_judges_every_value_by_its_own_rules(database):
    phone = a_phone(standards=STANDARDS)
    # A Friday and the Monday after it.
    opened_at, closed_at = "2026-03-06T10:00:00Z", "2026-03-09T10:00:00Z"
    document = phone.document(
        state="submitted",
        observations=[
            {"code": "A", "value": 0, "note": "  Nobody looked up  "},
            {"code": "W", "value": 200, "longer_than": True, "clock_disagreed": True},
            {"code": "D", "value": 0, "longer_than": True, "opened_at": opened_at, "closed_at": closed_at},
            {"code": "S", "value": 100 * 19 / 20, "counted_of": 20},
            {"code": "N", "not_applicable": True, "value": 1},
            {"code": "R"},
        ],
    )
    told = phone.stored(document)
    with in_session(read_only=True) as session:
        visit = get_visit(session, UUID(document["id"]))
        score = score_visit(visit.observations, sheet_of(session, visit))
        assert list(find_faults(session)) == []
    said = {o.code: (o.verdict, o.value) for o in visit.observations}
    assert said == {
        "A": (Verdict.MISSED, 0),
        "W": (Verdict.MISSED, 200),
        "D": (None, 0),
        "S": (Verdict.MET, 95),
        "N": (Verdict.NOT_APPLICABLE, None),
    }
    assert visit.observation("A").note == "Nobody looked up"
    assert visit.observation("W").clock_disagreed
    assert told["score"] == {
        "percent": score.percent,
        "points": score.points,
        "points_possible": score.possible,
        "coverage": score.coverage,
        "no_nos_missed": 0,
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"observations": [{"code": "A", "value": 7}]}, "VALUE-1"),
        ({"observations": [{"code": "A", "value": float("inf")}]}, "VALUE-1"),
        ({"observations": [{"code": "Z", "value": 1}]}, "VISIT-1"),
        ({"photos": [named(b"x", code="Z")]}, "VISIT-1"),
        ({"channel_id": 999}, "SYNC-6"),
        ({"edition_id": 2**31 - 1}, "SYNC-6"),
        ({"state": "submitted", "observations": []}, "VISIT-5"),
        (
            {"state": "submitted", "observations": [{"code": "A", "opened_at": "2026-03-10T11:45:00Z"}]},
            "VISIT-4",
        ),
        ({"would_return": 11}, None),
        ({"started_at": "2026-03-10T11:40:00"}, None),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, None),
        ({"edition_id": 2**31}, None),
        ({"story": "x" * 20_001}, None),
        ({"observations": [{"code": "A", "note": "x" * 20_001}]}, None),
        ({"photos": [named(b"x") for _ in range(101)]}, None),
        ({"photos": [named(b"x") | {"sha256": "X" * 64}]}, None),
        ({"photos": [named(b"x")] * 2}, None),
        ({"observations": [{"code": "A", "value": 1}, {"code": "A", "value": 0}]}, None),
        ({"state": "void"}, None),
        ({"device": None}, None),
    ],
)
def test_what_cannot_be_is_422_and_changes_nothing(changes, code):
    phone = a_phone()
    document = phone.document(**changes)
    refused = phone.put(document)
    assert refused.status_code == 422
    told = refused.json()
    assert told.get("code") == code
    assert code or told["errors"]
    assert rows_of(document["id"]) == {"visits": 0, "observations": 0, "photos": 0, "events": 0}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"null", b'"x"', b"\xff", b'{"schema": 1, "id": "\\ud800"}', b"[" * 9999]
)
def test_what_is_no_document_is_422(body):
    phone = a_phone()
    refused = phone.ask(
        "PUT",
        f"/api/v1/visits/{uuid4()}",
        {"X-Second-Visit": "1", "Content-Type": "application/json"},
        content=body,
    )
    assert refused.status_code == 422


def test_a_document_belongs_to_its_own_address():
    phone = a_phone()
    document = phone.document()
    refused = phone.ask(
        "PUT",
        f"/api/v1/visits/{uuid4()}",
        {"X-Second-Visit": "1", "Content-Type": "application/json"},
        json=document,
    )
    assert refused.status_code == 422


@pytest.mark.parametrize("kind", ["application/octet-stream", "image/jpeg", "application/json5"])
def test_only_json_is_a_visit(kind):
    phone = a_phone()
    assert phone.put(phone.document(), **{"Content-Type": kind}).status_code == 415


def test_a_draft_begun_at_a_desk_goes_on_on_the_phone_and_back(phone):
    visit_id, asked = uuid4(), phone.edition.by_code()
    with in_session(by=phone.person.id) as session:
        start_visit(session, visit_id, phone.channel.id, phone.edition.id, shopper_id=phone.person.id)
        record_answer(session, visit_id, asked["A"], answer_of(asked["A"], 1))
        record_note(session, visit_id, asked["B"], "At the desk")
    [told] = phone.get("sheets").json()["visits"]
    assert told["id"] == str(visit_id)
    assert phone.get(f"visits/{visit_id}/document").json() == told
    assert [(o["code"], o["value"], o["note"]) for o in told["observations"]] == [
        ("A", 1, ""),
        ("B", None, "At the desk"),
    ]

    of_phone = _by_phone(phone.document())
    assert phone.stored(told | of_phone)["revision"] == told["revision"]
    told["observations"][1] |= {"value": 0, "note": "On the phone"}
    assert phone.stored(told | of_phone)["revision"] == told["revision"] + 1
    with in_session(by=phone.person.id) as session:
        assert get_visit(session, visit_id).observation("B").verdict is Verdict.MISSED
        submit_visit(session, visit_id)
    assert phone.put(told | of_phone | {"story": "Late"}).status_code == 409
    assert phone.get(f"visits/{visit_id}/document").status_code == 404


def test_a_verdict_given_without_a_value_survives_the_phone(phone):
    visit_id, asked = uuid4(), phone.edition.by_code()
    with in_session(by=phone.person.id) as session:
        start_visit(session, visit_id, phone.channel.id, phone.edition.id, shopper_id=phone.person.id)
        record_answer(session, visit_id, asked["A"], answer_of(asked["A"], 1))
        record_answer(session, visit_id, asked["B"], Answer(Verdict.MET))
    told = phone.get(f"visits/{visit_id}/document").json()
    phone.stored(told | _by_phone(phone.document()) | {"story": "Changed"})
    with in_session(read_only=True) as session:
        assert get_visit(session, visit_id).observation("B").verdict is Verdict.MET


def test_whatever_changes_at_a_desk_is_not_overwritten_by_an_older_phone(phone):
    document = phone.document()
    phone.stored(document)
    with in_session(by=phone.person.id) as session:
        record_impressions(session, UUID(document["id"]), story="At the desk")
    refused = phone.put(document | {"base_revision": 1, "would_return": 5})
    assert refused.status_code == 409
    assert refused.json()["visit"]["story"] == "At the desk"
    # Sent again as it was before: the desk's change is not undone either.
    assert phone.put(document).status_code == 409
    assert row_of(document["id"]).story == "At the desk"


def test_what_a_phone_overwrites_stands_in_the_log(phone):
    document = phone.document(story="Before")
    phone.stored(document)
    phone.stored(
        document
        | {"base_revision": 1, "story": "After", "observations": [{"code": "B", "value": 0, "note": "New"}]}
    )
    first, second = events_about("visit", document["id"])
    assert (first.action, first.person_id, first.before) == ("sent", phone.person.id, None)
    assert second.before
    assert second.before["story"] == "Before"
    assert second.before["observations"]["A"]["verdict"] == "met"
    assert second.after
    assert (second.after["story"], second.after["revision"]) == ("After", 2)
    assert second.after["observations"] == {"A": {}, "B": {"value": 0, "verdict": "missed", "note": "New"}}


def test_a_visit_begun_before_its_channel_closed_or_its_edition_retired_is_not_lost(phone):
    with in_session() as session:
        close_channel(session, phone.channel.id, date(2026, 3, 10))
        retire_edition(session, phone.edition.id)
    assert phone.put(phone.document(state="submitted")).status_code == 201
    late = phone.put(phone.document(started_at="2026-03-11T11:40:00+01:00"))
    assert (late.status_code, late.json()["code"]) == (422, "VISIT-7")


def test_no_visit_is_made_with_a_draft_of_an_edition(phone):
    with in_session() as session:
        draft = open_draft(session, "Shop visit")
    refused = phone.put(phone.document(edition_id=draft.id))
    assert (refused.status_code, refused.json()["code"]) == (422, "SYNC-6")


def test_another_shoppers_visit_is_neither_read_nor_changed(phone):
    document = phone.document()
    phone.stored(document)
    other = a_phone("Ben")
    assert other.put(document | {"story": "Mine now", "base_revision": 1}).status_code == 404
    assert other.put_photo(document["id"], str(uuid4()), a_photo()).status_code == 404
    theirs, nothing = (other.get(f"visits/{name}/document") for name in (document["id"], uuid4()))
    assert (theirs.status_code, theirs.content) == (404, nothing.content)
    assert other.get("sheets").json()["visits"] == []


def test_a_viewer_records_nothing(phone):
    viewer = a_phone("Vera", Role.VIEWER)
    assert viewer.put(viewer.document()).status_code == 404
    assert viewer.get("sheets").status_code == 404


def test_who_looks_after_visits_may_correct_one_and_it_stays_its_shoppers(phone):
    document = phone.document()
    phone.stored(document)
    manager = a_phone("Mona", Role.MANAGER)
    assert manager.put(document | {"base_revision": 1, "story": "Corrected"}).status_code == 200
    assert row_of(document["id"]).shopper_id == phone.person.id
