"""The API: who reads what, in which words it refuses, and that nothing of it comes from elsewhere."""

import json
import re
from uuid import UUID, uuid4

import pytest

from server.problems import answer_problem
from standards.errors import StoreBusy
from standards.people import Role
from storage.photos import add_photo
from storage.sessions import in_session
from storage.tables import VisitRow
from tests.builders import a_brand, a_channel, a_standard, a_visit, an_edition
from tests.pictures import sent, upright
from tests.server.behind_door import Browser, a_person

PATHS = ("/api/v1/person", "/api/v1/visits", "/api/v1/standards", "/api/v1/events")
UNKNOWN = UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture
def people():
    """Store one person of each kind."""
    return {
        "shopper": a_person("Anna", Role.SHOPPER),
        "other shopper": a_person("Ben", Role.SHOPPER),
        "manager": a_person("Mira", Role.MANAGER),
        "owner": a_person("Olga", Role.OWNER),
        "viewer": a_person("Vera", Role.VIEWER, areas=["North"]),
        "viewer of another area": a_person("Victor", Role.VIEWER, areas=["South"]),
        "viewer of nothing": a_person("Vito", Role.VIEWER),
    }


@pytest.fixture
def north(people):
    return a_visit_by(people["shopper"].id, "North", {"A": "Unfriendly <b>today</b>"})


@pytest.fixture
def south(people):
    return a_visit_by(people["other shopper"].id, "South")


def a_visit_by(person_id, area, notes=None, *, submitted=True):
    with in_session() as session:
        channel = a_channel(session, a_brand(session), f"{area} Street", area=area)
        visit = a_visit(session, channel, an_edition(session), notes=notes, submitted=submitted)
        row = session.get_one(VisitRow, visit.id)
        row.shopper_id = person_id
    return visit


def visits_of(person, query=""):
    return Browser().sign_in(person).get(f"/api/v1/visits{query}").json()


@pytest.mark.parametrize("path", [*PATHS, f"/api/v1/visits/{UNKNOWN}", "/api/v1/openapi.json", "/api/v1/x"])
def test_without_a_session_nothing_answers(path):
    answer = Browser().get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("shopper", {"North Street"}),
        ("other shopper", {"South Street"}),
        ("viewer", {"North Street"}),
        ("viewer of another area", {"South Street"}),
        ("viewer of nothing", set()),
        ("manager", {"North Street", "South Street"}),
        ("owner", {"North Street", "South Street"}),
    ],
)
def test_each_lists_the_visits_that_are_theirs_to_read(who, sees, people, north, south):
    found = visits_of(people[who])
    assert {visit["channel"]["name"] for visit in found["visits"]} == sees
    assert found["total"] == len(sees)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("shopper", 200),
        ("other shopper", 404),
        ("viewer", 200),
        ("viewer of another area", 404),
        ("viewer of nothing", 404),
        ("manager", 200),
        ("owner", 200),
    ],
)
def test_a_visit_that_is_not_theirs_answers_like_one_that_does_not_exist(who, status, people, north):
    browser = Browser().sign_in(people[who])
    answer, unknown = (browser.get(f"/api/v1/visits/{visit_id}") for visit_id in (north.id, uuid4()))
    assert answer.status_code == status
    assert unknown.status_code == 404
    if status == 404:
        assert (answer.content, answer.headers) == (unknown.content, unknown.headers)
    else:
        assert answer.json()["id"] == str(north.id)


def test_a_visit_is_told_whole(people, north):
    with in_session() as session:
        session.get_one(VisitRow, north.id).state = "draft"
        photo = add_photo(session, north.id, "A", sent("JPEG", upright((600, 400))))
        session.get_one(VisitRow, north.id).state = "submitted"
    told = Browser().sign_in(people["owner"]).get(f"/api/v1/visits/{north.id}").json()
    assert [(o["code"], o["verdict"], o["note"]) for o in told["observations"]] == [
        ("A", "met", "Unfriendly <b>today</b>"),
        ("B", "met", ""),
    ]
    assert [(p["address"], p["sha256"]) for p in told["photos"]] == [(f"/photos/{photo.id}", photo.sha256)]
    assert (told["score_percent"], told["coverage"], told["no_nos_missed"]) == (100, 1, 0)
    assert told["started_at"] == "2026-03-10T12:00:00Z"
    assert told["channel"]["brand"] == "Ours"


@pytest.mark.parametrize(
    ("who", "named"), [("owner", "Anna"), ("manager", "Anna"), ("viewer", None), ("shopper", None)]
)
def test_the_shopper_is_named_to_those_who_look_after_visits_only(who, named, people, north):
    assert [visit["shopper"] for visit in visits_of(people[who])["visits"]] == [named]
    told = Browser().sign_in(people[who]).get(f"/api/v1/visits/{north.id}").json()
    assert told["shopper"] == named


def test_a_draft_is_not_told_to_a_viewer(people):
    draft = a_visit_by(people["shopper"].id, "North", submitted=False)
    assert visits_of(people["viewer"])["visits"] == []
    assert Browser().sign_in(people["viewer"]).get(f"/api/v1/visits/{draft.id}").status_code == 404


def test_a_long_list_comes_in_pages_that_together_hold_it_once(people):
    for _ in range(5):
        a_visit_by(people["shopper"].id, "North")
    pages = [visits_of(people["shopper"], f"?per_page=2&page={number}") for number in (1, 2, 3, 4)]
    assert [len(page["visits"]) for page in pages] == [2, 2, 1, 0]
    assert {(page["total"], page["pages"]) for page in pages} == {(5, 3)}
    assert len({visit["id"] for page in pages for visit in page["visits"]}) == 5


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?area=North", 1),
        ("?area=North&area=South", 2),
        ("?kind=phone", 0),
        ("?state=submitted&kind=shop", 2),
        ("?since=2026-03-10&until=2026-03-10", 2),
        ("?until=2026-03-09", 0),
        ("?text=unfriendly", 1),
        ("?text=%00", 2),
        ("?brand_id=9999", 0),
    ],
)
def test_visits_can_be_asked_for_by_what_they_are(query, found, database, people, north, south):
    assert visits_of(people["owner"], query)["total"] == found


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=x",
        "?per_page=101",
        "?kind=pub",
        "?since=9999-12-31",
        "?until=yesterday",
        "?brand_id=99999999999999999999",
        "?unknown=1",
        f"?text={'x' * 201}",
    ],
)
def test_a_request_that_is_not_understood_names_what_to_mend(query, people):
    answer = Browser().sign_in(people["owner"]).get(f"/api/v1/visits{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    [error] = answer.json()["errors"]
    assert error["where"][1] == query[1:].split("=")[0]


@pytest.mark.parametrize("who", ["shopper", "viewer", "manager"])
def test_the_log_is_the_owners_and_looks_to_others_like_nothing(who, people):
    browser = Browser().sign_in(people[who])
    answer, unknown = (browser.get(f"/api/v1/{name}") for name in ("events", "nothing"))
    assert answer.status_code == 404
    assert (answer.content, answer.headers) == (unknown.content, unknown.headers)


def test_the_log_is_told_to_the_owner_newest_first(people, north):
    browser = Browser().sign_in(people["owner"])
    told = browser.get("/api/v1/events?per_page=5").json()
    assert told["events"][0]["action"] == "submitted"
    assert told["events"][0]["thing_id"] == str(north.id)
    assert len(told["events"]) == 5 < told["total"]
    assert browser.get("/api/v1/events?until=2020-01-01").json()["total"] == 0


@pytest.mark.parametrize("who", ["shopper", "viewer", "manager", "owner"])
def test_everybody_is_told_who_they_are_and_what_they_may_do(who, people):
    told = Browser().sign_in(people[who]).get("/api/v1/person").json()
    assert (told["name"], told["role"]) == (people[who].name, people[who].role)
    assert ("read the log" in told["may"]) == (who == "owner")
    assert told["areas"] == (["North"] if who == "viewer" else [])
    assert "password" not in str(told)


def test_the_newest_edition_of_each_set_is_told_and_older_ones_on_request(people):
    with in_session() as session:
        an_edition(session, [a_standard("A")])
        an_edition(session, [a_standard("A", statement="Better", no_no=True)])
        an_edition(session, [a_standard("C")], name="Phone enquiry")
    browser = Browser().sign_in(people["shopper"])
    newest = browser.get("/api/v1/standards").json()["editions"]
    assert [(e["set_name"], e["number"]) for e in newest] == [("Phone enquiry", 1), ("Shop visit", 2)]
    [standard] = newest[1]["standards"]
    assert (standard["code"], standard["statement"], standard["no_no"]) == ("A", "Better", True)
    assert (standard["measure"], standard["comparator"], standard["target"]) == ("yes/no", "=", 1)
    assert len(browser.get("/api/v1/standards?every_edition=true").json()["editions"]) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_written_here(method, path, people):
    browser = Browser().sign_in(people["owner"])
    answer = browser.ask(method, path, {"X-Second-Visit": "1"})
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [*PATHS, f"/api/v1/visits/{UNKNOWN}", "/api/v1/visits?page=0", "/api/v1/x"])
def test_nothing_of_it_stays_in_a_cache(path, people):
    assert Browser().sign_in(people["owner"]).get(path).headers["cache-control"] == "no-store"


def test_a_session_that_was_ended_reads_nothing_more(people):
    browser = Browser().sign_in(people["owner"])
    assert browser.get("/api/v1/person").status_code == 200
    assert browser.ask("POST", "/sign-out", {"Origin": browser.at}).status_code == 303
    assert browser.get("/api/v1/person").status_code == 401


def test_the_description_names_every_address_and_how_it_refuses(people):
    described = Browser().sign_in(people["shopper"]).get("/api/v1/openapi.json").json()
    read, written = (
        {path for path, found in described["paths"].items() if set(found) & methods}
        for methods in ({"get"}, {"put", "post"})
    )
    assert read == {
        *(path.removeprefix("/api") for path in PATHS),
        "/v1/visits/{visit_id}",
        "/v1/visits/{visit_id}/document",
        "/v1/sheets",
        "/v1/comparison",
        "/v1/observations",
    }
    assert written == {"/v1/visits/{visit_id}", "/v1/photos/{photo_id}", "/v1/visits/import"}
    for path in described["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                is_problem = list(answer.get("content", ())) == ["application/problem+json"]
                assert is_problem == (status >= "400"), (operation["operationId"], status)


def test_the_description_holds_every_shape_that_it_names(people):
    browser = Browser().sign_in(people["shopper"])
    text = browser.get("/api/v1/openapi.json").text
    shapes = json.loads(text)["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert "WrittenVisit" in named
    assert named <= set(shapes)


def test_a_busy_database_says_when_to_come_again_and_a_problem_keeps_its_words():
    busy = answer_problem(StoreBusy())
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "2")
    told = json.loads(bytes(busy.body))
    assert (told["code"], told["type"]) == ("STORE-2", "/api/v1/docs#STORE-2")
    assert told["detail"].startswith("The database did not answer in time")


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc", "/api/openapi.json"])
def test_the_frameworks_own_pages_are_off(path, people):
    assert Browser().sign_in(people["owner"]).get(path).status_code == 404


def test_the_page_about_it_fetches_nothing_from_elsewhere_and_runs_no_script(people):
    answer = Browser().sign_in(people["shopper"]).get("/api/v1/docs")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    fetched = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert fetched
    assert [address for address in fetched if not address.startswith("/")] == []
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert 'id="VISIT-3"' in answer.text
