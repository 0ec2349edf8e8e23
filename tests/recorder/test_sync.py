"""What the phone sends, when, and what it keeps until the real server has answered."""

import base64
import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route
from sqlmodel import select

from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from storage.tables import PhotoRow, VisitRow
from storage.visits import get_visit, record_impressions, submit_visit
from tests.builders import a_visit
from tests.recorder.conftest import STILL_PAGE, Place, bring_in, sign_in, until
from tests.server.phone import a_photo, rows_of

VISITS, PHOTOS = "**/api/v1/visits/*", "**/api/v1/photos/*"
ANSWERED = {"A": {"value": 1, "notApplicable": False, "longerThan": False, "countedOf": None, "note": ""}}
START = """() => {
    window.phases = [];
    window.sync = startSync(store, { fetch: window.fetch.bind(window), onChange: (one) => phases.push(one) });
}"""


@pytest.fixture
def tab(new_tab):
    return new_tab()


def record(tab: Page, place: Place, photos: int = 0, *, state: str = "waiting", **changes) -> Any:
    """Keep a visit as the screens do, with photos that were made ready."""
    contents = [base64.b64encode(a_photo(number)).decode() for number in range(photos)]
    return tab.evaluate(
        """async ([begun, contents, changes, state]) => {
            let visit = await store.saveVisit({ ...newVisit(begun), ...changes });
            for (const content of contents) {
                const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)).buffer;
                const id = crypto.randomUUID();
                const facts = { id, visitId: visit.id, code: "A", type: "image/jpeg", bytes, takenAt: null };
                await store.addPhoto(facts);
                await store.changePhoto(id, { state: "ready" });
            }
            visit = await store.visit(visit.id);
            return store.saveVisit({ ...visit, state });
        }""",
        [place.begun, contents, {"answers": ANSWERED, **changes}, state],
    )


def start(tab: Page) -> None:
    """Begin to sync, and wait for the first run."""
    tab.evaluate(START)
    settle(tab)


def now(tab: Page) -> None:
    """Press the button."""
    tab.evaluate("() => { phases.length = 0; return sync.now(); }")
    settle(tab)


def settle(tab: Page) -> None:
    until(tab, "phases.length > 0 && phases.at(-1).phase !== 'sending'")


def kept(tab: Page, visit: Any) -> Any:
    return tab.evaluate("id => store.visit(id)", visit["id"])


def photos_of(tab: Page, visit: Any) -> Any:
    return tab.evaluate("id => store.photosOf(id)", visit["id"])


def bytes_of(tab: Page, visit: Any) -> Any:
    return tab.evaluate(
        """async (id) => {
            const all = [];
            for (const photo of await store.photosOf(id)) {
                all.push((await store.photo(photo.id)).bytes?.byteLength ?? null);
            }
            return all;
        }""",
        visit["id"],
    )


def answering(status: int, headers: dict[str, str] | None = None, **body) -> Callable[[Route], None]:
    """Answer in the server's place, as it answers a problem."""
    told = json.dumps({"status": status, "detail": "This is why.", "code": "TEST-1", **body})
    all_headers = {"Content-Type": "application/problem+json", **(headers or {})}
    return lambda route: route.fulfill(status=status, headers=all_headers, body=told)


def losing_the_answer(route: Route) -> None:
    """Let the server do it, and the phone never hear of it."""
    route.fetch()
    route.abort("connectionreset")


def change_at_a_desk(visit_id: str) -> None:
    with in_session() as session:
        record_impressions(session, UUID(visit_id), story="written at a desk")


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


def test_line_10_the_export_file_opens_without_the_program_and_is_imported_once(tab, place):
    visit = record(tab, place, photos=2, story="Grüße")
    undecodable = tab.evaluate(
        """async (visitId) => {
            const id = crypto.randomUUID();
            const bytes = new Uint8Array([1, 2, 3]).buffer;
            await store.addPhoto({ id, visitId, code: null, type: "image/heic", bytes, takenAt: null });
            await store.changePhoto(id, { state: "undecodable" });
            return id;
        }""",
        visit["id"],
    )
    packed = tab.evaluate(
        """async (id) => {
            const file = await exportVisit(store, id);
            const reader = new FileReader();
            return new Promise((resolve) => {
                reader.onload = () => resolve(reader.result.split(",")[1]);
                reader.readAsDataURL(file);
            });
        }""",
        visit["id"],
    )
    content = base64.b64decode(packed)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        hashes = json.loads(archive.read("hashes.json"))
        assert all(sha256(archive.read(name)).hexdigest() == digest for name, digest in hashes.items())
        document = json.loads(archive.read("visit.json"))
    photos = {f"photos/{photo['id']}.jpg" for photo in document["photos"]}
    assert len(photos) == 2
    assert names == {"visit.json", "hashes.json", f"not-readable/{undecodable}.heic", *photos}
    statuses = tab.evaluate(
        """async (id) => {
            const statuses = [];
            for (let time = 0; time < 2; time += 1) {
                const body = await exportVisit(store, id);
                const headers = { "X-Second-Visit": "1", "Content-Type": "application/zip" };
                const answer = await fetch("/api/v1/visits/import", { method: "POST", headers, body });
                statuses.push([answer.status, (await answer.json()).id]);
            }
            return statuses;
        }""",
        visit["id"],
    )
    assert statuses == [[201, visit["id"]], [200, visit["id"]]]
    assert (rows_of(visit["id"])["visits"], rows_of(visit["id"])["photos"]) == (1, 2)
    # Sent as well, it is still one.
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert (rows_of(visit["id"])["visits"], rows_of(visit["id"])["photos"]) == (1, 2)


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


def conflicting(tab: Page, place: Place, photos: int = 0) -> Any:
    """Return a visit that was changed at a desk and here."""
    visit = record(tab, place, photos=photos, state="draft")
    start(tab)
    now(tab)
    change_at_a_desk(visit["id"])
    tab.evaluate(
        "id => store.visit(id).then((one) => store.saveVisit({...one, story: 'typed here'}))", visit["id"]
    )
    now(tab)
    return kept(tab, visit)


def test_line_19_changed_here_and_elsewhere_needs_the_person_and_overwrites_nothing(tab, place):
    visit = conflicting(tab, place)
    assert (visit["state"], visit["problemCode"], visit["story"]) == ("needs-you", "SYNC-1", "typed here")
    assert visit["sync"]["theirs"]["story"] == "written at a desk"
    assert "Nothing was overwritten" in visit["problem"]
    now(tab)
    with in_session(read_only=True) as session:
        assert get_visit(session, UUID(visit["id"])).story == "written at a desk"


def test_line_19_take_the_servers(tab, place):
    visit = conflicting(tab, place)
    taken = tab.evaluate("id => takeServers(store, id)", visit["id"])
    assert (taken["id"], taken["state"], taken["story"]) == (visit["id"], "draft", "written at a desk")
    tab.evaluate(
        "visit => store.saveVisit({ ...visit, story: 'and on from there', state: 'waiting' })", taken
    )
    now(tab)
    assert kept(tab, visit)["state"] == "sent"


def test_line_19_keep_mine_as_a_copy(tab, place):
    visit = conflicting(tab, place, photos=2)
    copy = tab.evaluate("id => keepAsCopy(store, id)", visit["id"])
    assert copy["id"] != visit["id"]
    assert (copy["state"], copy["story"], copy["baseRevision"]) == ("draft", "typed here", 0)
    assert kept(tab, visit)["story"] == "written at a desk"
    assert sorted(bytes_of(tab, copy)) == sorted(bytes_of(tab, visit))
    assert not {one["id"] for one in photos_of(tab, copy)} & {one["id"] for one in photos_of(tab, visit)}
    tab.evaluate("visit => store.saveVisit({ ...visit, state: 'waiting' })", copy)
    now(tab)
    assert kept(tab, copy)["state"] == "sent"
    assert rows_of(copy["id"])["photos"] == 2


def test_line_19_a_visit_that_was_submitted_at_a_desk_is_not_overwritten(tab, place):
    visit = record(tab, place, state="draft")
    start(tab)
    now(tab)
    with in_session() as session:
        submit_visit(session, UUID(visit["id"]))
    tab.evaluate(
        "visit => store.visit(visit.id).then((one) => store.saveVisit({...one, story: 'late'}))", visit
    )
    now(tab)
    found = kept(tab, visit)
    assert (found["state"], found["sync"]["theirs"]["state"]) == ("needs-you", "submitted")
    taken = tab.evaluate("id => takeServers(store, id)", visit["id"])
    assert (taken["state"], taken["story"]) == ("sent", "")


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


def test_line_22_one_photo_is_in_memory_at_a_time(tab, place):
    visit = record(tab, place, photos=12)
    tab.evaluate(
        """() => {
            window.inHand = 0;
            window.most = 0;
            const read = store.photo.bind(store);
            store.photo = async (id) => { most = Math.max(most, ++inHand); return read(id); };
            const send = window.fetch;
            window.fetch = async (path, init) => {
                const answer = await send(path, init);
                if (path.includes("/photos/")) inHand -= 1;
                return answer;
            };
            store.visits = () => { throw new Error("all visits at once"); };
        }"""
    )
    start(tab)
    assert kept(tab, visit)["state"] == "sent"
    assert (tab.evaluate("most"), tab.evaluate("inHand")) == (1, 0)


def test_line_24_401_pauses_everything_and_asks_to_sign_in(tab, place, phone):
    first, second = record(tab, place), record(tab, place)
    cookies = phone.cookies()
    phone.clear_cookies()
    start(tab)
    told = tab.evaluate("phases.at(-1)")
    assert (told["phase"], told["needsSignIn"]) == ("signed-out", True)
    assert {kept(tab, first)["state"], kept(tab, second)["state"]} == {"waiting"}
    phone.add_cookies([cookies[0]])
    now(tab)
    assert {kept(tab, first)["state"], kept(tab, second)["state"]} == {"sent"}


@pytest.mark.parametrize("status", [403, 404, 409, 413, 422])
def test_line_24_what_the_server_refuses_needs_the_person_and_holds_up_nothing(tab, place, status):
    refused, other = record(tab, place), record(tab, place)
    tab.route(f"**/api/v1/visits/{refused['id']}", answering(status))
    start(tab)
    found = kept(tab, refused)
    assert (found["state"], found["problem"], found["problemCode"]) == ("needs-you", "This is why.", "TEST-1")
    assert found["answers"] == refused["answers"]
    assert kept(tab, other)["state"] == "sent"
    tab.unroute(f"**/api/v1/visits/{refused['id']}")
    tab.evaluate("visit => store.saveVisit({ ...visit, state: 'waiting' })", found)
    now(tab)
    assert kept(tab, refused)["state"] == "sent"


@pytest.mark.parametrize("status", [403, 404, 409, 413, 422])
def test_line_24_a_photo_that_the_server_refuses_needs_the_person(tab, place, status):
    visit = record(tab, place, photos=1)
    tab.route(PHOTOS, answering(status))
    start(tab)
    assert kept(tab, visit)["state"] == "needs-you"
    assert None not in bytes_of(tab, visit)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_line_24_what_may_work_later_waits_and_is_tried_again(tab, place, status):
    visit = record(tab, place, photos=1)
    tab.route(VISITS, answering(status))
    start(tab)
    told = tab.evaluate("phases.at(-1)")
    assert kept(tab, visit)["state"] == "waiting"
    assert told["phase"] == "waiting"
    ahead = told["until"] - tab.evaluate("Date.now()")
    assert 0 < ahead <= 2_000
    tab.unroute(VISITS)
    until(tab, "id => store.visit(id).then((visit) => visit.state === 'sent')", visit["id"])


def test_line_24_retry_after_is_honoured_even_on_the_button(tab, place):
    visit = record(tab, place)
    tab.route(VISITS, answering(503, {"Retry-After": "40"}))
    start(tab)
    told = tab.evaluate("phases.at(-1)")
    assert 39_000 < told["until"] - tab.evaluate("Date.now()") < 45_000
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.evaluate("sync.now()")
    assert asked == []
    assert kept(tab, visit)["state"] == "waiting"


def test_line_24_without_a_network_nothing_is_lost(tab, place, phone):
    visit = record(tab, place, photos=1)
    phone.set_offline(True)
    start(tab)
    assert tab.evaluate("phases.at(-1).phase") == "waiting"
    assert kept(tab, visit)["state"] == "waiting"
    phone.set_offline(False)
    until(tab, "id => store.visit(id).then((visit) => visit.state === 'sent')", visit["id"])


def test_line_24_a_stranger_answering_in_the_servers_place_is_not_believed(tab, place):
    visit = record(tab, place, photos=1)
    tab.route("**/api/v1/**", lambda route: route.fulfill(status=200, body="<h1>Hotel Wi-Fi</h1>"))
    start(tab)
    assert kept(tab, visit)["state"] == "waiting"
    assert tab.evaluate("phases.at(-1).phase") == "waiting"


def test_line_25_it_runs_on_load_online_foreground_each_minute_and_on_the_button(phone, place):
    tab = phone.new_page()
    tab.clock.install()
    tab.goto(f"{place.address}{STILL_PAGE}")
    bring_in(tab, place.person)
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url) if "/sheets" in request.url else None)

    def ran(count: int) -> None:
        # Ended, and not only begun: a clock that jumps would take a request under way for one that hangs.
        until(tab, "count => phases.filter((one) => one.phase === 'idle').length >= count", count)
        assert len(asked) == count

    tab.evaluate(START)
    ran(1)
    tab.evaluate("dispatchEvent(new Event('online'))")
    ran(2)
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    ran(3)
    tab.clock.run_for(60_500)
    ran(4)
    tab.evaluate("void sync.now()")
    ran(5)
    tab.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
    tab.clock.run_for(120_500)
    tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    ran(5)
    tab.evaluate("sync.stop()")
    tab.evaluate("dispatchEvent(new Event('online'))")
    ran(5)


def test_line_25_two_tabs_send_under_one_lock(new_tab, place):
    first, second = new_tab(), new_tab()
    visits = [record(first, place, photos=1) for _ in range(3)]
    puts: list[str] = []
    for tab in (first, second):
        tab.on("request", lambda request: puts.append(request.url) if request.method == "PUT" else None)
    first.evaluate(START)
    second.evaluate(START)
    for visit in visits:
        until(second, "id => store.visit(id).then((visit) => visit.state === 'sent')", visit["id"])
    assert sum("/photos/" in url for url in puts) == 3
    assert sum("/visits/" in url for url in puts) == 6


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
    assert rows_of(visit["id"])["photos"] == 0
    tab.clock.run_for(121_000)
    until(tab, "id => store.photosOf(id).then(([photo]) => photo.received)", visit["id"])
    assert rows_of(visit["id"])["photos"] == 1


def test_photos_that_are_not_ready_are_never_sent(tab, place):
    visit = record(tab, place, photos=1, state="draft")
    tab.evaluate(
        """async (id) => {
            await store.changePhoto((await store.photosOf(id))[0].id, { state: "kept" });
            await store.saveVisit({ ...await store.visit(id), state: "waiting" });
        }""",
        visit["id"],
    )
    start(tab)
    assert kept(tab, visit)["state"] == "waiting"
    assert rows_of(visit["id"])["photos"] == 0
    tab.evaluate(
        "async (id) => store.changePhoto((await store.photosOf(id))[0].id, { state: 'ready' })", visit["id"]
    )
    until(tab, "id => store.visit(id).then((visit) => visit.state === 'sent')", visit["id"])


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


def test_a_visit_begun_at_a_desk_goes_on_here(tab, place):
    with in_session() as session:
        begun = a_visit(session, place.channel, place.edition, submitted=False, shopper="Ann")
        session.get_one(VisitRow, begun.id).shopper_id = place.person.id
    start(tab)
    [visit] = tab.evaluate("store.visits()")
    assert (visit["id"], visit["state"]) == (str(begun.id), "draft")
    tab.evaluate("visit => store.saveVisit({ ...visit, story: 'and on', state: 'waiting' })", visit)
    now(tab)
    assert kept(tab, visit)["state"] == "sent"


def test_what_was_changed_at_a_desk_comes_here_unless_somebody_edits_it(tab, new_tab, place):
    visit = record(tab, place, state="draft")
    start(tab)
    now(tab)
    change_at_a_desk(visit["id"])
    editing = new_tab()
    editing.evaluate(
        "id => { window.mine = null; window.held = holdVisit(id, (one) => { mine = one; }); }", visit["id"]
    )
    until(editing, "mine === true")
    now(tab)
    assert kept(tab, visit)["story"] == ""
    editing.evaluate("held.release()")
    now(tab)
    found = kept(tab, visit)
    assert (found["state"], found["story"]) == ("draft", "written at a desk")
    stale = "visit => store.saveVisit({ ...visit, story: 'old screen' }).catch((error) => error.kind)"
    assert tab.evaluate(stale, visit) == "moved"


def test_line_38_what_one_person_recorded_is_never_sent_as_another(tab, place, phone):
    visit = record(tab, place)
    with in_session() as session:
        other = add_account(session, "Ben", "ben@company.example", Role.SHOPPER)
    sign_in(phone, place.address, other)
    start(tab)
    assert tab.evaluate("phases.at(-1).phase") == "other-person"
    assert kept(tab, visit)["state"] == "waiting"
    assert rows_of(visit["id"])["visits"] == 0
