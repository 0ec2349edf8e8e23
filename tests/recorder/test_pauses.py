"""When the phone sends, when it waits, and what it makes of a server that does not take it."""

import pytest

from standards.people import Role
from storage.people import add_account
from storage.sessions import in_session
from tests.recorder.conftest import STILL_PAGE, bring_in, sign_in, until
from tests.recorder.syncing import PHOTOS, START, VISITS, answering, bytes_of, kept, now, record, start
from tests.server.phone import rows_of


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


@pytest.mark.parametrize("status", [403, 404, 409, 413, 422, 426])
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


@pytest.fixture
def timed_tab(phone, place):
    """Open a tab whose clock the test moves."""
    tab = phone.new_page()
    tab.clock.install()
    tab.goto(f"{place.address}{STILL_PAGE}")
    bring_in(tab, place.person)
    return tab


def pauses(tab, count):
    """Return how long it waits after each failure, letting each wait end."""
    found = []
    for _ in range(count):
        until(tab, "phases.some((one) => one.phase === 'waiting')")
        # Its timer is set after it has told.
        tab.wait_for_timeout(100)
        found.append(tab.evaluate("phases.at(-1).until - Date.now()"))
        tab.evaluate("phases.length = 0")
        tab.clock.run_for(found[-1] + 1_000)
    return found


@pytest.mark.parametrize("status", [503, 500])
def test_line_24_each_failure_makes_the_pause_longer_and_a_success_makes_it_short_again(
    timed_tab, place, status
):
    tab = timed_tab
    visit = record(tab, place)
    tab.route(VISITS, answering(status))
    tab.evaluate(START)
    first, *_, fourth = pauses(tab, 4)
    assert first <= 2_000
    assert 7_000 < fourth <= 16_000
    tab.unroute(VISITS)
    now(tab)
    assert kept(tab, visit)["state"] == "sent"
    tab.route(VISITS, answering(status))
    record(tab, place)
    tab.clock.run_for(1_000)
    assert pauses(tab, 1)[0] <= 2_000


def test_line_24_a_visit_that_the_server_stumbles_over_holds_up_no_other(tab, place):
    stumbling, other = record(tab, place), record(tab, place)
    tab.route(f"**/api/v1/visits/{stumbling['id']}", answering(500))
    start(tab)
    assert (kept(tab, stumbling)["state"], kept(tab, other)["state"]) == ("waiting", "sent")


def test_line_24_a_request_that_is_never_answered_is_given_up_and_tried_again(timed_tab, place):
    tab = timed_tab
    visit = record(tab, place)
    asked: list[str] = []
    tab.route(VISITS, lambda route: asked.append(route.request.url))
    tab.evaluate(START)
    while not asked:
        tab.wait_for_timeout(25)
    tab.clock.run_for(31_000)
    until(tab, "phases.at(-1).phase === 'waiting'")
    assert kept(tab, visit)["state"] == "waiting"
    tab.unroute(VISITS)
    tab.clock.run_for(3_000)
    until(tab, "id => store.visit(id).then((visit) => visit.state === 'sent')", visit["id"])


def test_line_24_a_clock_that_was_set_back_does_not_keep_a_draft_from_being_sent(tab, place):
    visit = record(tab, place, state="draft")
    tab.evaluate("() => { const now = Date.now; Date.now = () => now() - 86_400_000; }")
    start(tab)
    assert kept(tab, visit)["baseRevision"] == 1


def test_line_25_it_runs_on_load_online_foreground_each_minute_and_on_the_button(timed_tab):
    tab = timed_tab
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


def test_line_38_what_one_person_recorded_is_never_sent_as_another(tab, place, phone):
    start(tab)
    tab.evaluate("sync.stop()")
    visit = record(tab, place)
    with in_session() as session:
        other = add_account(session, "Ben", "ben@company.example", Role.SHOPPER)
    sign_in(phone, place.address, other)
    start(tab)
    assert tab.evaluate("phases.at(-1).phase") == "other-person"
    assert tab.evaluate("store.sheet()")["sheet"]["person"]["id"] == place.person.id
    assert kept(tab, visit)["state"] == "waiting"
    assert rows_of(visit["id"])["visits"] == 0
