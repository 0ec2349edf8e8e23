"""A shared scorecard as whoever has its link meets it: without an account, and nothing beside it."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event
from sqlmodel import select

from standards.errors import NoRoomLeft
from standards.measuring import Verdict
from standards.people import Role
from standards.scorecards import SubjectKind, read_span
from storage.events import note_event
from storage.looks import choose_colour, choose_logo, chosen_look, remove_logo, use_usual_colour
from storage.scorecard_links import revoke_link, share_scorecard
from storage.scorecards import Asked, read_scorecard
from storage.sessions import engine, in_session
from storage.tables import ScorecardLinkRow
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.server.behind_door import Browser, a_person
from tests.storage.builders import events_about
from tests.storage.forms.reading import tags_of
from tests.storage.test_logos import drawn_logo

NAME = "<script>alert(1)</script> & Sons"


@pytest.fixture
def mona():
    a_person("Olive", Role.OWNER)
    return a_person("Mona", Role.MANAGER)


def shared(by, *, days: int = 30, ago: int = 0) -> str:
    """Share the scorecard of a shop with a hostile name; return the link's path."""
    with in_session() as session:
        edition = an_edition(session)
        shop = a_channel(session, a_brand(session, is_own=True), NAME)
        answers = {"A": Verdict.MISSED, "B": Verdict.MET}
        for day in (1, 2, 3):
            a_visit(session, shop, edition, answers, on=date(2026, 8, day), shopper="Wilhelmina Quill")
    asked = Asked(SubjectKind.CHANNEL, edition.set_id, read_span("2026-Q3"), channel_id=shop.id)
    with in_session(read_only=True) as session:
        card = read_scorecard(session, asked, seen_by=None, made_on=date(2026, 10, 1))
        look = chosen_look(session)
    at = datetime.now(UTC) - timedelta(days=ago)
    with in_session(by=by.id) as session:
        return f"/scorecard/{share_scorecard(session, card, by=by, look=look, days=days, at=at)}"


def test_who_has_the_link_reads_the_scorecard_and_gets_it_as_picture_and_pdf(mona):
    path, browser = shared(mona), Browser()
    page = browser.get(path)
    assert page.status_code == 200
    assert "50.0 %" in unescape(page.text)
    assert "3 visits" in page.text
    assert NAME in unescape(page.text)
    assert "<script" not in page.text
    named = re.findall(r'(?:src|href)="(/scorecard/[^"]+)"', page.text)
    assert {name.rsplit("/", 1)[1] for name in named} == {"picture.png", "scorecard.pdf"}
    picture, pdf = (browser.get(f"{path}/{name}") for name in ("picture.png", "scorecard.pdf"))
    assert Image.open(BytesIO(picture.content)).size == (1080, 1350)
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.headers["content-type"] == "application/pdf"
    for answer in (page, picture, pdf):
        assert b"Wilhelmina" not in answer.content


def test_a_disk_that_is_full_keeps_nobody_from_reading(mona):
    path = shared(mona)

    def fill(connection: Any, *_: Any) -> None:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine(), "checkout", fill)
    size = 3000
    while size > 1:
        try:
            with in_session() as session:
                note_event(session, "changed", "look", 1, after={"colour": size * "0"})
        except NoRoomLeft:
            size //= 2
    assert Browser().get(path).status_code == 200


def test_the_link_leaves_no_trace_elsewhere(mona):
    page = Browser().get(shared(mona))
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "private, no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not page.headers.get("set-cookie")


def test_it_shows_nothing_but_that_scorecard(mona):
    path, browser = shared(mona), Browser()
    browser.get(path)
    for other in (
        f"{path}/x",
        f"{path}/../compare_brands",
        "/api/v1/visits",
        "/photos/1",
        "/hand_out_scorecards",
    ):
        assert browser.get(other).status_code in (303, 401, 404)


def dead(path: str) -> list[int]:
    browser = Browser()
    return [browser.get(f"{path}{end}").status_code for end in ("", "/picture.png", "/scorecard.pdf")]


def test_an_expired_link_shows_nothing(mona):
    assert dead(shared(mona, days=30, ago=31)) == [404] * 3


def test_an_ended_link_shows_nothing(mona):
    path = shared(mona)
    with in_session(by=mona.id) as session:
        revoke_link(session, session.exec(select(ScorecardLinkRow)).one().token_hash, by=mona)
    assert dead(path) == [404] * 3


@pytest.mark.parametrize("token", ["guess", "%00", "A" * 43, "%E2%80%AE"])
def test_a_forged_token_answers_like_an_ended_one(mona, token):
    ended = shared(mona, ago=31)
    assert dead(f"/scorecard/{token}") == [404] * 3
    assert Browser().get(f"/scorecard/{token}").content == Browser().get(ended).content


def test_who_guesses_too_often_is_told_to_wait():
    browser = Browser()
    answers = [browser.get(f"/scorecard/guess{turn}").status_code for turn in range(70)]
    assert set(answers[:60]) == {404}
    assert answers[-1] == 429


def test_opening_is_logged_and_no_link_stands_in_the_log(mona):
    path = shared(mona)
    Browser().get(path)
    Browser().get(path)
    events = events_about("scorecard")
    assert [(event.action, event.person_id) for event in events] == [("shared", mona.id), ("opened", None)]
    assert path.rsplit("/", 1)[1] not in repr([event.model_dump() for event in events])


def test_a_shared_scorecard_keeps_the_look_that_it_was_shared_with(mona):
    with in_session(by=mona.id) as session:
        choose_logo(session, drawn_logo())
        choose_colour(session, "#336633")
    path, browser = shared(mona), Browser()
    names = ("picture.png", "scorecard.pdf")
    chosen = [browser.get(f"{path}/{name}").content for name in names]
    assert any(tag["/S"] == "/Figure" and tag["/Alt"] == "Logo" for tag in tags_of(chosen[1]))
    with in_session(by=mona.id) as session:
        remove_logo(session)
        use_usual_colour(session)
    assert [browser.get(f"{path}/{name}").content for name in names] == chosen
