"""The recorder's page with a visit drawn in: who gets it, that nobody else does, that words stay words."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request

from server import recorder_files
from server.door import Door
from server.recorder_cards import as_html
from server.recorder_files import RECORDER_POLICY, recorder_routes
from server.requests import COOKIE
from server.security_headers import SecurityHeaders
from standards.editions import Standard
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Person, Role
from standards.values import Answer, answer_of
from storage.door_sessions import end_session, hash_token, open_session
from storage.sessions import in_session
from storage.visits import (
    get_visit,
    open_wait,
    record_answer,
    sheet_of,
    start_visit,
    submit_visit,
    void_visit,
)
from tests.builders import a_brand, a_channel, a_standard, an_edition
from tests.running import run
from tests.server.behind_door import a_person

FIRST_LOAD_BYTES = 60_000
STEP = "touchpoint Till"
HOSTILE = "<script>alert(1)</script> & \"quoted\" 'so' \0 \u202edrawkcab\u202c \ud800 ]]> <!-- \r\n end"
SECONDS = Target(Comparator.AT_MOST, 30, "seconds")


@pytest.fixture(autouse=True)
def _made_anew() -> Iterator[None]:
    """Have what is made once for a program made for each test, whose cache is in a folder of its own."""
    yield
    for one in (recorder_files._files, recorder_files._hashes, recorder_files._start_modules):
        one.cache_clear()


@pytest.fixture
def ann(data_folder) -> Person:
    return a_person("Ann", Role.SHOPPER)


def a_draft(shopper: Person | None, *standards: Standard) -> UUID:
    """Store a draft of somebody's, of two standards at the till unless told otherwise."""
    with in_session() as session:
        channel = a_channel(session, a_brand(session, is_own=True), area="North")
        edition = an_edition(session, standards or None, name=f"Set {uuid4()}")
        visit_id = uuid4()
        start_visit(session, visit_id, channel.id, edition.id, shopper_id=shopper.id if shopper else None)
    return visit_id


def ask(path: str, token: str | None = None, *, method: str = "GET", **headers: str) -> httpx2.Response:
    async def answered() -> httpx2.Response:
        wired = Starlette(
            routes=recorder_routes(), middleware=[Middleware(SecurityHeaders), Middleware(Door)]
        )
        sent = {**headers, **({"Cookie": f"{COOKIE}={token}"} if token else {})}
        transport = httpx2.ASGITransport(wired)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:18999") as client:
            return await client.request(method, path, headers=sent)

    return run(answered())


def opened(person: Person) -> str:
    with in_session() as session:
        return open_session(session, person.id)


def page_for(person: Person | None, visit_id: object, step: str = STEP, **headers: str) -> httpx2.Response:
    token = opened(person) if person else None
    return ask(f"/recorder/?visit={quote(str(visit_id))}&step={quote(step)}", token, **headers)


def is_drawn(answer: httpx2.Response) -> bool:
    assert answer.status_code == 200
    return "data-drawn" in answer.text


def assert_everybodys(answer: httpx2.Response) -> None:
    """It is the plain page, to the last byte and header."""
    plain = ask("/recorder/")
    assert answer.content == plain.content
    assert dict(answer.headers) == dict(plain.headers)
    assert not is_drawn(answer)


@pytest.mark.parametrize(
    ("who", "role", "gets"),
    [
        ("the shopper", Role.SHOPPER, True),
        ("another shopper", Role.SHOPPER, False),
        ("a viewer", Role.VIEWER, False),
        ("a manager", Role.MANAGER, False),
        ("an owner", Role.OWNER, False),
        ("nobody", None, False),
        ("somebody who was signed out", Role.OWNER, False),
    ],
)
@pytest.mark.parametrize("belongs_to", ["the shopper", "nobody", "themselves"])
def test_line_36_only_whose_phone_may_go_on_with_a_draft_gets_it_drawn(ann, who, role, gets, belongs_to):
    person = ann if who == "the shopper" else role and a_person("Ben", role)
    shopper = {"the shopper": ann, "nobody": None, "themselves": person}[belongs_to]
    visit_id = a_draft(shopper)
    expected = belongs_to != "nobody" and gets
    if belongs_to == "themselves":
        # A viewer records nothing; nobody has no visits.
        expected = role in (Role.SHOPPER, Role.MANAGER, Role.OWNER) and who != "somebody who was signed out"
    token = opened(person) if person else None
    if who == "somebody who was signed out" and token:
        with in_session() as session:
            end_session(session, hash_token(token))
    answer = ask(f"/recorder/?visit={visit_id}&step={quote(STEP)}", token)
    if expected:
        assert is_drawn(answer)
        assert f'data-person="{person.id}"' in answer.text
    else:
        assert_everybodys(answer)


@pytest.mark.parametrize(
    ("visit", "step"),
    [
        ("00000000-0000-4000-8000-000000000000", STEP),
        ("", STEP),
        ("x" * 5000, STEP),
        ("../../etc/passwd", STEP),
        ("{theirs}", "first"),
        ("{theirs}", "last"),
        ("{theirs}", "review"),
        ("{theirs}", ""),
        ("{theirs}", "Till"),
        ("{theirs}", "touchpoint "),
        ("{theirs}", "touchpoint Nowhere"),
        ("{theirs}", "touchpoint \0"),
        ("{THEIRS}", STEP),
        ("{{theirs}}", STEP),
        ("urn:uuid:{theirs}", STEP),
    ],
)
def test_line_36_what_is_not_there_looks_like_everybodys_page(ann, visit, step):
    visit_id = a_draft(ann)
    named = visit.replace("{theirs}", str(visit_id)).replace("{THEIRS}", str(visit_id).upper())
    assert_everybodys(page_for(ann, named, step))
    assert_everybodys(ask(f"/recorder/?visit={quote(named)}", opened(ann)))
    assert_everybodys(ask(f"/recorder/?step={quote(step)}", opened(ann)))


@pytest.mark.parametrize("ends", [submit_visit, lambda session, one: void_visit(session, one, "Twice")])
def test_line_36_a_visit_that_is_no_draft_any_more_is_not_drawn(ann, ends):
    visit_id = a_draft(ann)
    with in_session() as session:
        for standard in sheet_of(session, get_visit(session, visit_id)).values():
            record_answer(session, visit_id, standard, Answer(Verdict.MET))
        submit_visit(session, visit_id)
        if ends is not submit_visit:
            ends(session, visit_id)
    assert_everybodys(page_for(ann, visit_id))


def test_line_29_a_drawn_page_is_kept_nowhere_and_is_for_one_person(ann):
    answer = page_for(ann, a_draft(ann))
    assert is_drawn(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert {"cookie", "accept-encoding"} <= {one.strip().lower() for one in answer.headers["vary"].split(",")}
    assert "etag" not in answer.headers
    assert answer.headers["content-security-policy"] == RECORDER_POLICY
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    again = page_for(ann, a_draft(ann), **{"If-None-Match": ask("/recorder/").headers["etag"]})
    assert is_drawn(again)


def test_a_drawn_page_is_written_to_no_disk(ann, data_folder):
    visit_id = a_draft(ann)
    before = {file for file in data_folder.rglob("*") if file.is_file()}
    page_for(ann, visit_id, **{"Accept-Encoding": "br"})
    page_for(ann, visit_id, **{"Accept-Encoding": "gzip"})
    made = {file for file in data_folder.rglob("*") if file.is_file()} - before
    assert [file for file in made if "second_visit.db" not in file.name] == []


class _Read(HTMLParser):
    """A page as a browser takes it apart: its elements, and the words between them."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: str) -> _Read:
    found = _Read()
    found.feed(page)
    return found


@pytest.mark.parametrize("measure", Measure)
def test_line_35_words_stay_words_whatever_they_are(ann, measure):
    kind: dict[str, Any] = {"measure": measure, "target": Target(Comparator.AT_LEAST, 1, "")}
    said = HOSTILE.replace("\0", "").replace("\ud800", "")
    if measure is Measure.RATING:
        kind["steps"] = tuple(f"{step} {said}" for step in range(5))
    standard = a_standard(
        "A<'\"&>", statement=said, job_aid=said, script=said, touchpoint=f"At {said}", **kind
    )
    plain = a_standard("B", statement="Plain", job_aid="Plain", script="Plain", **kind | {"steps": ()})
    hostile = page_for(ann, a_draft(ann, standard), f"touchpoint At {said}")
    quiet = page_for(ann, a_draft(ann, plain))
    found, expected = read(hostile.text), read(quiet.text)
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in expected.elements]
    assert any(facts.get("data-code") == "A<'\"&>" for _, facts in found.elements)
    assert not any(name.startswith("on") or name == "style" for _, facts in found.elements for name in facts)
    assert "".join(found.words).count(said) >= 3


def test_what_no_page_can_hold_is_left_out(ann):
    assert as_html("a\0b") == "ab"
    assert as_html("\r\n") == "&#13;\n"
    answer = recorder_files._for_one("half a letter: \ud800", _a_request())
    assert answer.body == b"half a letter: ?"


def _a_request() -> Any:
    return Request({"type": "http", "headers": []})


def test_what_was_answered_is_drawn_and_what_only_the_script_draws_is_not(ann):
    timed = a_standard("A", measure=Measure.DURATION, target=SECONDS)
    visit_id = a_draft(ann, a_standard("C"), timed, a_standard("E", touchpoint="Door"))
    assert page_for(ann, visit_id).text.count("<article") == 2
    with in_session() as session:
        sheet = sheet_of(session, get_visit(session, visit_id))
        record_answer(session, visit_id, sheet["A"], answer_of(timed, 12))
        record_answer(session, visit_id, sheet["C"], Answer(Verdict.MET, 1))
    found = page_for(ann, visit_id).text
    assert found.count("<article") == 1
    assert re.search(r'value="1"[^>]* checked', found)
    assert "2 of 3 answered" in found


def test_while_a_stopwatch_runs_anywhere_nothing_is_drawn(ann):
    timed = a_standard("A", touchpoint="Door", measure=Measure.DURATION, target=SECONDS)
    visit_id = a_draft(ann, timed, a_standard("B"))
    assert is_drawn(page_for(ann, visit_id))
    with in_session() as session:
        open_wait(session, visit_id, sheet_of(session, get_visit(session, visit_id))["A"])
    assert_everybodys(page_for(ann, visit_id))


@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_line_12_the_first_load_of_a_drawn_page_is_at_most_60_kb_too(ann, accepted):
    visit_id = a_draft(ann, *(a_standard(f"S{n}", measure=Measure.RATING) for n in range(30)))
    path = f"/recorder/?visit={visit_id}&step={quote(STEP)}"
    page = ask(path, opened(ann), **{"Accept-Encoding": accepted})
    assert page.headers.get("content-encoding", "identity") == accepted
    if accepted == "br":
        assert is_drawn(page)
    named = re.findall(r'(?:src|href)="(/recorder/[^"#]+)"', page.text)
    assert {"/recorder/early.js", "/recorder/start.js", "/recorder/recorder.css"} == set(named)
    weights = [int(ask(one, **{"Accept-Encoding": "br"}).headers["content-length"]) for one in named]
    if accepted != "identity":
        assert int(page.headers["content-length"]) < 6_000
    assert sum(weights) + int(page.headers["content-length"]) <= FIRST_LOAD_BYTES


def test_early_is_small(data_folder):
    early = ask("/recorder/early.js", **{"Accept-Encoding": "br"})
    assert int(early.headers["content-length"]) <= 1_100
    assert "import" not in early.text
