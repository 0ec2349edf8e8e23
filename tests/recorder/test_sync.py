"""What the phone sends, and what it keeps until the real server has answered."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from playwright.sync_api import Route
from sqlmodel import select

from storage.sessions import in_session
from storage.tables import PhotoRow
from storage.visits import get_visit
from tests.recorder.conftest import STILL_PAGE, bring_in, until
from tests.recorder.syncing import (
    START,
    VISITS,
    answering,
    bytes_of,
    kept,
    losing_the_answer,
    now,
    photos_of,
    record,
    start,
)
from tests.server.phone import a_photo, rows_of


def test_a_finished_visit_with_photos_arrives_whole(tab, place):
    visit = record(tab, place, photos=2, story="Two tills open")
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert all(photo["received"] for photo in photos_of(tab, visit))
    with in_session(read_only=True) as session:
        there = get_visit(session, UUID(visit["id"]))
        hashes = session.exec(select(PhotoRow.received_sha256)).all()
    assert there.state == "submitted"
    assert sorted(map(str, hashes)) == sorted(sha256(a_photo(number)).hexdigest() for number in range(2))


def test_line_16_the_badge_shows_how_many_wait(tab, place):
    tab.evaluate(
        """() => {
            window.badges = [];
            navigator.setAppBadge = async (count) => { badges.push(count); };
            navigator.clearAppBadge = async () => { badges.push(0); };
        }"""
    )
    tab.route(VISITS, answering(503))
    record(tab, place)
    record(tab, place)
    record(tab, place, state="draft")
    start(tab)
    until(tab, "badges.at(-1) === 2")
    tab.unroute(VISITS)
    now(tab)
    until(tab, "badges.at(-1) === 0")


def test_line_18_a_lost_answer_and_a_change_after_it_are_no_conflict(tab, place):
    visit = record(tab, place, state="draft")
    tab.route(VISITS, losing_the_answer)
    start(tab)
    now(tab)
    assert rows_of(visit["id"])["visits"] == 1
    assert kept(tab, visit)["sync"]["attempt"]
    tab.unroute(VISITS)
    tab.evaluate("visit => store.saveVisit({ ...visit, story: 'typed since', state: 'waiting' })", visit)
    now(tab)
    assert kept(tab, visit)["state"] == "sent"
    with in_session(read_only=True) as session:
        assert get_visit(session, UUID(visit["id"])).story == "typed since"


def test_line_18_a_lost_answer_to_the_last_step_is_asked_for_again(tab, place):
    visit = record(tab, place, photos=1)
    lost: list[Route] = []

    def lose_once(route: Route) -> None:
        if json.loads(route.request.post_data or "{}")["state"] == "submitted" and not lost:
            lost.append(route)
            losing_the_answer(route)
        else:
            route.continue_()

    tab.route(VISITS, lose_once)
    start(tab)
    assert kept(tab, visit)["state"] == "waiting"
    now(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert rows_of(visit["id"])["visits"] == 1


def test_line_20_bytes_stay_until_the_hash_matches_and_the_visit_is_complete(tab, place):
    visit = record(tab, place, photos=2)
    [first, _] = [photo["id"] for photo in photos_of(tab, visit)]

    def damage(route: Route) -> None:
        answer = {"id": first, "sha256": "0" * 64, "byte_count": 1, "received": True}
        route.fulfill(status=200, headers={"Content-Type": "application/json"}, body=json.dumps(answer))

    tab.route(f"**/api/v1/photos/{first}*", damage)
    start(tab)
    found = kept(tab, visit)
    assert found["state"] == "waiting"
    assert None not in bytes_of(tab, visit)
    assert not next(photo for photo in photos_of(tab, visit) if photo["id"] == first)["received"]
    tab.unroute(f"**/api/v1/photos/{first}*")
    now(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert None not in bytes_of(tab, visit), "the grace copy stays for a week"


def test_line_20_the_grace_copy_leaves_after_a_week(tab, place):
    visits = [record(tab, place, photos=1) for _ in range(2)]
    start(tab)
    for visit, days in zip(visits, (6, 8), strict=True):
        sent_at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        change = "([id, sentAt]) => store.changeVisit(id, (visit) => ({ ...visit, sentAt }))"
        tab.evaluate(change, [visit["id"], sent_at])
    now(tab)
    assert kept(tab, visits[0])["state"] == "sent"
    assert None not in bytes_of(tab, visits[0])
    assert kept(tab, visits[1]) is None
    assert photos_of(tab, visits[1]) == []


def test_line_20_where_there_is_little_room_the_grace_copy_leaves_at_once(tab, place):
    visit = record(tab, place, photos=1)
    tab.evaluate("() => { navigator.storage.estimate = async () => ({ usage: 90, quota: 100 }); }")
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert bytes_of(tab, visit) == [None]


def test_line_20_photos_that_the_server_never_had_are_no_grace_copies(tab, place):
    visit = record(tab, place, photos=1, state="draft")
    tab.evaluate(
        """async (id) => {
            await store.changePhoto((await store.photosOf(id))[0].id, { state: "undecodable" });
            await store.saveVisit({ ...await store.visit(id), state: "waiting" });
        }""",
        visit["id"],
    )
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    change = "id => store.changeVisit(id, (visit) => ({ ...visit, sentAt: '2020-01-01T00:00:00Z' }))"
    tab.evaluate(change, visit["id"])
    now(tab)
    [left] = bytes_of(tab, visit)
    assert left


def test_line_21_photos_that_the_server_misses_are_sent_and_only_those(tab, place):
    visit = record(tab, place, photos=3)
    lost = photos_of(tab, visit)[1]
    tab.route(f"**/api/v1/photos/{lost['id']}*", answering(503))
    start(tab)
    tab.evaluate(
        """async (id) => {
            // As after a server that was set back to a backup.
            for (const photo of await store.photosOf(id)) {
                await store.noteReceived(photo.id, photo.sha256, true);
            }
        }""",
        visit["id"],
    )
    tab.unroute(f"**/api/v1/photos/{lost['id']}*")
    # What waited for the other photos may have been sent before the one that failed, or not.
    with in_session(read_only=True) as session:
        here = {str(photo_id) for photo_id in session.exec(select(PhotoRow.id)).all()}
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.url) if "/photos/" in request.url else None)
    now(tab)
    assert kept(tab, visit)["state"] == "sent"
    missing = {photo["id"] for photo in photos_of(tab, visit)} - here
    assert {url.rpartition("/")[2].partition("?")[0] for url in sent} == missing


def test_a_draft_is_sent_when_the_thumb_rests_and_its_photos_when_boxes_may_have_been_drawn(phone, place):
    tab = phone.new_page()
    tab.clock.install()
    tab.goto(f"{place.address}{STILL_PAGE}")
    bring_in(tab, place.person)
    start(tab)
    visit = record(tab, place, photos=1, state="draft")
    # As on return from the camera.
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    tab.clock.run_for(3_000)
    tab.wait_for_timeout(700)
    assert rows_of(visit["id"])["visits"] == 0
    tab.clock.run_for(4_000)
    until(tab, "id => store.visit(id).then((visit) => visit.baseRevision === 1)", visit["id"])
    tab.wait_for_timeout(700)
    assert rows_of(visit["id"])["photos"] == 0
    tab.clock.run_for(121_000)
    until(tab, "id => store.photosOf(id).then(([photo]) => photo.received)", visit["id"])
    assert rows_of(visit["id"])["photos"] == 1


@pytest.mark.parametrize("state", ["draft", "waiting"])
def test_photos_that_are_not_ready_are_never_sent(tab, place, state):
    visit = record(tab, place, photos=1, state="draft")
    tab.evaluate(
        """async ([id, state]) => {
            await store.changePhoto((await store.photosOf(id))[0].id, { state: "kept" });
            await store.saveVisit({ ...await store.visit(id), state });
        }""",
        [visit["id"], state],
    )
    start(tab)
    now(tab)
    assert kept(tab, visit)["state"] == state
    assert rows_of(visit["id"])["photos"] == 0
    tab.evaluate(
        "async (id) => store.changePhoto((await store.photosOf(id))[0].id, { state: 'ready' })", visit["id"]
    )
    now(tab)
    until(tab, "id => store.photosOf(id).then(([photo]) => photo.received)", visit["id"])


def test_what_is_changed_while_it_is_sent_is_not_taken_for_sent(tab, place):
    visit = record(tab, place)

    def change_meanwhile(route: Route) -> None:
        answer = route.fetch()
        tab.evaluate("visit => store.saveVisit({ ...visit, state: 'draft', story: 'one more thing' })", visit)
        route.fulfill(response=answer)

    tab.route(VISITS, change_meanwhile)
    tab.evaluate(START)
    until(tab, "id => store.visit(id).then((visit) => visit.baseRevision > 0)", visit["id"])
    found = kept(tab, visit)
    assert (found["state"], found["story"]) == ("draft", "one more thing")
    tab.unroute(VISITS)
    now(tab)
    assert kept(tab, visit)["state"] == "needs-you"
    assert kept(tab, visit)["story"] == "one more thing"
