"""Comparisons by machine say what the page says, and single observations only what somebody may read."""

import asyncio
import csv
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest

from server.compare_api import _csv_lines
from server.compare_shapes import SentObservedRow
from standards.comparing import Comparison, Names, compare_brands, short_answer
from standards.editions import Kind, Scope
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from storage.channels import list_channels
from storage.comparing import Selection, brands_in_set
from storage.importing import import_visits
from storage.observation_rows import VISITS_AT_ONCE, observed_rows
from storage.sessions import in_session
from storage.tables import VisitRow
from storage.tallies import compared_columns
from storage.visits import submit_visit
from tests.builders import A_DAY, a_brand, a_channel, a_standard, a_visit, an_edition
from tests.running import run
from tests.server.behind_door import Browser, a_person

MET, MISSED = Verdict.MET, Verdict.MISSED
COMPARISON, OBSERVATIONS = "/api/v1/comparison", "/api/v1/observations"
WAIT = a_standard("wait", measure=Measure.DURATION, target=Target(Comparator.AT_MOST, 180, "seconds"))


@pytest.fixture
def programme():
    """Store visits in the North and the South by shoppers with names, one of them incomplete."""
    with in_session() as session:
        standards = [
            a_standard("A"),
            WAIT,
            a_standard("N", no_no=True),
            a_standard("X", scope=Scope.OURS_ONLY),
        ]
        edition = an_edition(session, standards, minimum_coverage=0.6)
        own, rival = a_brand(session, "Ours", is_own=True), a_brand(session, "=Rival")
        ours = a_channel(session, own, "Ours North", area="North")
        theirs = a_channel(session, rival, "Theirs North", area="North")
        south = a_channel(session, rival, "Theirs South", kind=Kind.PHONE, area="South")
        for channel in (ours, theirs, south):
            for n in range(4):
                answers: dict[str, Verdict | float] = {
                    "A": MET if n else MISSED,
                    "wait": 60.0 + 100 * n,
                    "N": MET,
                }
                a_visit(session, channel, edition, answers, shopper="Secret Shopper", notes={"A": "+1, good"})
        a_visit(session, theirs, edition, {"A": MET}, shopper="Secret Shopper")
        draft = a_visit(session, theirs, edition, {"A": MET}, submitted=False)
    return {"edition": edition, "draft": draft}


def reader(role=Role.MANAGER, name="Mira", **given):
    return Browser().sign_in(a_person(name, role, **given))


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_comparison_holds_the_figures_and_sentences_of_the_page(programme):
    sent = reader().get(COMPARISON).json()
    set_id = programme["edition"].set_id
    with in_session(read_only=True) as session:
        columns = compared_columns(session, Selection(set_id), seen_by=None)
        brands = brands_in_set(session, set_id, seen_by=None)
        channels = {channel.id: channel for channel in list_channels(session)}
    comparison = Comparison(columns, Names(brands, channels))
    assert (sent["set"], sent["visits"], sent["incomplete"]) == ("Shop visit", 12, 1)
    answer = short_answer(comparison)
    assert sent["answer"]["sentences"] == list(answer.sentences)
    assert sent["answer"]["own_score"]["percent"] == answer.own_score.percent
    assert sent["answer"]["rival"]["name"] == "=Rival"
    rows = compare_brands(comparison).rows
    assert [row["score"]["visits"] for row in sent["brands"]["rows"]] == [row.score.visits for row in rows]
    assert {row["standard"]["code"] for row in sent["standards"]["rows"]} == {"A", "wait"}
    assert [row["standard"]["code"] for row in sent["standards"]["no_nos"]] == ["N"]
    assert [row["standard"]["code"] for row in sent["waits"]] == ["wait"]
    assert [line["brand"]["name"] for line in sent["over_time"]["lines"]] == ["Ours", "=Rival"]
    assert [step["touchpoint"] for step in sent["walk"]["steps"]] == ["Till"]
    assert sent["channels"][0]["channels"][0]["name"] == "Ours North"


@pytest.mark.parametrize(
    ("query", "visits"),
    [
        pytest.param("", 12, id="everything"),
        pytest.param("?set=Shop+visit&competitor=%3DRival", 12, id="names"),
        pytest.param("?kind=phone", 4, id="kind"),
        pytest.param("?area=North&area=West", 8, id="areas"),
        pytest.param("?channel=Ours+·+Ours+North", 4, id="channel"),
        pytest.param("?edition=1&fresh=true", 12, id="edition and fresh answers"),
        pytest.param("?edition=2", 0, id="an edition without visits"),
        pytest.param("?since=2026-03-11", 0, id="since counts its day in"),
        pytest.param("?until=2026-03-10&adjusted=false&period=week&standard=wait", 12, id="until"),
    ],
)
def test_filters_are_those_of_the_page(programme, query, visits):
    browser = reader()
    answer = browser.get(COMPARISON + query)
    assert answer.status_code == 200, answer.text
    assert answer.json()["visits"] == visits
    if "period" not in query:
        complete = [row for row in rows_of(browser.get(OBSERVATIONS + query)) if row["is_complete"] == "yes"]
        assert len({row["visit_id"] for row in complete}) == visits


@pytest.mark.parametrize(
    "query",
    [
        "set=Other",
        "competitor=Ours",
        "competitor=Nobody",
        "channel=North",
        "standard=Z",
        "against=Z",
        "whose=Z",
    ],
)
def test_a_name_that_is_not_there_is_named(programme, query):
    answer = reader().get(f"{COMPARISON}?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["where"] for error in answer.json()["errors"]] == [["query", query.partition("=")[0]]]


@pytest.mark.parametrize("path", [COMPARISON, OBSERVATIONS])
@pytest.mark.parametrize(
    ("role", "given", "channels"),
    [
        pytest.param(Role.OWNER, {}, {"Ours North", "Theirs North", "Theirs South"}, id="owner"),
        pytest.param(Role.MANAGER, {}, {"Ours North", "Theirs North", "Theirs South"}, id="manager"),
        pytest.param(
            Role.VIEWER, {"areas": ["North"]}, {"Ours North", "Theirs North"}, id="viewer of an area"
        ),
        pytest.param(Role.VIEWER, {"areas": ["West"]}, None, id="viewer of another area"),
        pytest.param(Role.VIEWER, {}, None, id="viewer of nothing"),
        pytest.param(Role.SHOPPER, {}, None, id="shopper"),
    ],
)
def test_each_reads_only_what_is_theirs(programme, path, role, given, channels):
    answer = reader(role, **given).get(f"{path}?set=Shop+visit")
    if channels is None:
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is nothing at this address."
    elif path == OBSERVATIONS:
        assert {row["channel"] for row in rows_of(answer)} == channels
    else:
        assert answer.json()["visits"] == 4 * len(channels)
    assert "Secret" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_viewer_of_one_channel_compares_with_its_area_and_reads_its_visits_only(programme):
    with in_session(read_only=True) as session:
        (ours,) = [one for one in list_channels(session) if one.name == "Ours North"]
    browser = reader(Role.VIEWER, channel_ids=[ours.id])
    assert browser.get(COMPARISON).json()["visits"] == 8
    assert {row["channel"] for row in rows_of(browser.get(OBSERVATIONS))} == {"Ours North"}


def test_the_door_keeps_strangers_out(programme):
    assert {Browser().get(path).status_code for path in (COMPARISON, OBSERVATIONS)} == {401}


def test_csv_and_json_lines_hold_the_same_observations(programme):
    browser = reader()
    as_csv = rows_of(browser.get(OBSERVATIONS))
    lines = browser.get(OBSERVATIONS, accept="application/jsonl")
    assert lines.headers["content-type"] == "application/jsonl"
    as_json = [json.loads(line) for line in lines.text.splitlines()]
    assert len(as_csv) == len(as_json) == 3 * 12 + 1
    for cells, fields in zip(as_csv, as_json, strict=True):
        assert list(cells) == list(fields) == list(SentObservedRow.model_fields)
        assert (cells["visit_id"], cells["code"]) == (fields["visit_id"], fields["code"])
        assert cells["is_complete"] == ("yes" if fields["is_complete"] else "no")
        assert float(cells["value"] or "nan") == pytest.approx(fields["value"] or float("nan"), nan_ok=True)
    assert browser.get(f"{OBSERVATIONS}?format=csv", accept="application/jsonl").text.startswith("visit_id,")
    assert browser.get(f"{OBSERVATIONS}?format=jsonl").text.splitlines() == lines.text.splitlines()
    assert 'filename="observations.jsonl"' in lines.headers["content-disposition"]
    assert str(programme["draft"].id) not in lines.text


def test_no_text_is_a_formula_in_a_spreadsheet(programme):
    (row, *_) = [row for row in rows_of(reader().get(OBSERVATIONS)) if row["note"] and row["is_own"] == "no"]
    assert (row["brand"], row["note"]) == ("'=Rival", "'+1, good")


@pytest.mark.parametrize("path", [COMPARISON, OBSERVATIONS])
def test_an_area_that_nobody_has_is_not_taken_for_no_area(database, programme, path):
    with in_session() as session:
        channel = a_channel(session, a_brand(session, "Third"), "Web", kind=Kind.WEBSITE, area="")
        a_visit(session, channel, programme["edition"], {"A": MET, "wait": 60.0, "N": MET})
    browser = reader()
    for area in ("%00", "%20", "North%00"):
        answer = browser.get(f"{path}?area={area}")
        assert answer.status_code == 200, answer.text
        assert (rows_of(answer) if path == OBSERVATIONS else answer.json()["visits"]) in ([], 0)
    nowhere = browser.get(f"{path}?area=")
    assert (len(rows_of(nowhere)) == 3) if path == OBSERVATIONS else (nowhere.json()["visits"] == 1)


def test_answers_given_late_are_left_out_where_only_fresh_ones_are_asked_for(programme):
    with in_session() as session:
        channel = list_channels(session)[0]
        late = a_visit(session, channel, programme["edition"], {"A": MET, "wait": 60.0}, submitted=False)
        row = session.get_one(VisitRow, late.id)
        assert row.started_at
        row.left_at = row.started_at - timedelta(hours=2)
        submit_visit(session, late.id)
    browser = reader()
    everything, fresh = (rows_of(browser.get(f"{OBSERVATIONS}?fresh={only}")) for only in ("false", "true"))
    assert [row for row in everything if row["visit_id"] != str(late.id)] == fresh
    assert len(everything) == len(fresh) + 2


def test_more_visits_than_are_read_at_once_come_in_order_and_each_once(programme):
    with in_session() as session:
        edition, channel = programme["edition"], list_channels(session)[0]
        for n in range(VISITS_AT_ONCE + 5):
            a_visit(session, channel, edition, {"A": MET}, on=A_DAY.replace(day=1 + (n % 3 == 0)))
    found = [row for part in observed_rows(Selection(edition.set_id), seen_by=None) for row in part]
    assert len(found) == 37 + VISITS_AT_ONCE + 5
    assert len({(row.visit_id, row.code) for row in found}) == len(found)
    assert [row.visited_on for row in found] == sorted(row.visited_on for row in found)


def messages_to(browser: Browser, path: str) -> list[Any]:
    """Return what the program sends for a path, message by message, as a server gets it."""
    sent: list[Any] = []
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar)
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:18999"), (b"cookie", cookies.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 18999),
    }

    async def receive() -> Any:
        return await asyncio.get_running_loop().create_future()

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask() -> None:
        await browser.app(scope, receive, send)

    run(ask())
    return sent


def many_visits(count: int) -> None:
    """Import visits of all days of a month."""
    head = "visit_id,brand,channel,kind,area,visited_on,A,wait,N\n"
    lines = (f"v{n},Rival,Web,website,,2026-01-{n % 28 + 1:02},yes,90,yes\n" for n in range(count))
    with in_session() as session:
        import_visits(session, "Shop visit", (head + "".join(lines)).encode())


def test_observations_leave_the_program_some_visits_at_a_time(programme):
    many_visits(5 * VISITS_AT_ONCE)
    begun, *parts = messages_to(reader(), OBSERVATIONS)
    assert (begun["type"], begun["status"]) == ("http.response.start", 200)
    lines = [part["body"].count(b"\n") for part in parts]
    assert sum(lines) == 1 + 37 + 3 * 5 * VISITS_AT_ONCE
    assert max(lines) <= 3 * VISITS_AT_ONCE


def test_a_stream_takes_no_more_memory_the_longer_it_is(programme):
    many_visits(4000)
    tracemalloc.start()
    sent, peaks = 0, []
    for at, part in enumerate(observed_rows(Selection(programme["edition"].set_id), seen_by=None)):
        sent += len(_csv_lines(part))
        if at in (2, 15):
            peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]
    assert sent > 1_000_000
