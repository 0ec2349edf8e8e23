"""Scorecards on their page: what each person is offered, shown, gives away as a file, a link or a ZIP."""

import re
import zipfile
from base64 import b64decode
from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import select
from streamlit.runtime.media_file_manager import MediaFileManager

from standards.errors import SignedOut
from standards.measuring import Verdict
from standards.people import Role
from storage.door_sessions import end_session
from storage.scorecard_links import list_links, open_link
from storage.sessions import in_session
from storage.tables import ChannelRow
from storage.visit_lists import VisitFilter, list_visits
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, open_page, said_on, tap
from tests.storage.builders import events_about

PAGE = "hand_out_scorecards.py"


@pytest.fixture(autouse=True)
def programme():
    with in_session() as session:
        edition = an_edition(session)
        ours = a_brand(session, "Ours", is_own=True)
        north, south = (
            a_channel(session, ours, name, area=area)
            for name, area in (("**Quay**", "North"), ("Mill Lane", "South"))
        )
        theirs = a_channel(session, a_brand(session, "Theirs"), "Their shop", area="North")
        for day in (1, 2, 3):
            missed = {"A": Verdict.MISSED, "B": Verdict.MET}
            a_visit(session, north, edition, missed, on=date(2026, 5, day), shopper="Wilhelmina Quill")
            a_visit(session, south, edition, on=date(2026, 5, day))
            a_visit(session, theirs, edition, on=date(2026, 5, day))


@pytest.fixture
def downloads(monkeypatch):
    """Collect what the server would call when a download is tapped: a test has no browser to tap it."""
    made = []
    taken_in = MediaFileManager.add_deferred

    def collect(manager, make, *args, **kwargs):
        made.append(make)
        return taken_in(manager, make, *args, **kwargs)

    monkeypatch.setattr(MediaFileManager, "add_deferred", collect)
    return made


def options(test, label):
    return next(box for box in [*test.selectbox, *test.get("button_group")] if box.label == label).options


def pages_shown(test) -> list[Image.Image]:
    return [
        Image.open(BytesIO(b64decode(found))) for found in re.findall(r"base64,([^\"]+)\"", said_on(test))
    ]


def test_without_a_visit_the_page_says_so(monkeypatch):
    test = open_page(PAGE, a_person(Role.VIEWER, "Viola", areas=["Elsewhere"]))
    assert "No scorecard to hand out yet" in test.info[0].value


def test_the_scorecard_is_shown_in_words_and_as_it_will_be_printed():
    test = open_page(PAGE, of="Brand")
    said = said_on(test)
    assert "75.0 %" in said
    assert "6 visits" in said
    assert "no visit failed" in said
    assert "Theirs is 25 points ahead" in said
    pages = pages_shown(test)
    assert 1 <= len(pages) <= 2
    assert all(page.height > page.width for page in pages)
    assert "Wilhelmina" not in said


def test_a_manager_is_offered_everything_and_a_viewer_what_was_given_to_them():
    manager = open_page(PAGE, a_person(Role.MANAGER))
    viewer = open_page(PAGE, a_person(Role.VIEWER, "Vera", areas=["North"]))
    assert options(manager, "Channel") == ["Ours · **Quay**", "Ours · Mill Lane", "Theirs · Their shop"]
    assert options(viewer, "Channel") == ["Ours · **Quay**", "Theirs · Their shop"]
    assert options(manager, "Scorecard of") == ["Channel", "Area", "Brand", "Visit"]
    assert options(viewer, "Scorecard of") == ["Channel", "Area", "Visit"]
    assert [button.label for button in viewer.button] == ["Make them all"]


def test_one_visit_can_be_handed_out():
    test = open_page(PAGE, of="Visit")
    assert "One visit on" in said_on(test)
    assert len(pages_shown(test)) == 1


def test_a_visit_leads_to_its_scorecard_whatever_its_period():
    with in_session(read_only=True) as session:
        visits = list_visits(session, VisitFilter(), seen_by=None)
    oldest = min(
        (one for one in visits if one.channel.name == "**Quay**"), key=lambda one: str(one.visited_on)
    )
    mona = a_person(Role.MANAGER, "Mona")
    address = {"visit": str(oldest.id)}
    [link] = [
        link
        for link in open_page("read_visits.py", mona, **address).get("page_link")
        if "Scorecard" in link.proto.label
    ]
    assert f"visit={oldest.id}" in link.proto.query_string
    said = said_on(open_page(PAGE, mona, of="Visit", period="2026", **address))
    assert "One visit on 1 May 2026" in said


def test_a_visit_that_is_not_theirs_cannot_be_named_by_its_address():
    with in_session(read_only=True) as session:
        visits = list_visits(session, VisitFilter(), seen_by=None)
    elsewhere = next(one for one in visits if one.channel.name == "Mill Lane")
    viewer = a_person(Role.VIEWER, "Vera", areas=["North"])
    for visit in (str(elsewhere.id), "no id"):
        assert "Mill Lane" not in said_on(open_page(PAGE, viewer, of="Visit", visit=visit))


def test_the_page_says_where_letters_will_not_be_printed():
    assert not open_page(PAGE).warning
    with in_session() as session:
        rename_channel(session)
    test = open_page(PAGE, channel="Ours · שלום 😀")
    assert "printed as “?”" in test.warning[0].value


def rename_channel(session) -> None:
    for channel in session.exec(select(ChannelRow)).all():
        if channel.name == "Mill Lane":
            channel.name = "שלום 😀"


def test_each_form_is_made_on_the_tap_and_noted_and_needs_the_session(downloads):
    mona = a_person(Role.MANAGER, "Mona")
    test = open_page(PAGE, mona)
    pdf, picture, xlsx, csv = downloads[:4]
    assert not events_about("file")
    assert pdf().startswith(b"%PDF-")
    assert Image.open(BytesIO(picture())).size == (1080, 1350)
    assert zipfile.is_zipfile(BytesIO(xlsx()))
    assert b"Wilhelmina" not in csv()
    assert [(event.thing_id, event.person_id) for event in events_about("file")] == [
        (f"scorecard.{form}", mona.id) for form in ("pdf", "png", "xlsx", "csv")
    ]
    with in_session() as session:
        end_session(session, test.user["session"])
    with pytest.raises(SignedOut):
        pdf()


def test_a_link_is_made_shown_once_and_ended():
    test = open_page(PAGE, a_person(Role.MANAGER, "Mona"))
    tap(test, "Make a link")
    [address] = [code.value for code in test.code]
    with in_session(read_only=True) as session:
        shared = open_link(session, address.rsplit("/", 1)[1])
        assert shared.card.subject.name == "**Quay**"
    tap(test, "Done: hide it")
    assert not test.code
    tap(test, "End")
    with in_session(read_only=True) as session:
        assert list_links(session) == []
    assert [event.action for event in events_about("scorecard")] == ["shared", "revoked"]


def test_all_channels_come_in_one_zip(downloads):
    test = open_page(PAGE, a_person(Role.MANAGER, "Mona"))
    tap(test, "Make them all")
    job = test.session_state["scorecards_job"]
    job.wait(120)
    test.run()
    assert not test.exception
    assert any(button.label.startswith("Download 2 scorecards") for button in test.download_button)
    with zipfile.ZipFile(BytesIO(job.read_zip())) as packed:
        assert sorted(packed.namelist()) == [
            "Scorecard Ours Mill Lane 2026-Q2.pdf",
            "Scorecard Ours Quay 2026-Q2.pdf",
        ]
    tap(test, "Done: throw it away")
    assert "scorecards_job" not in test.session_state


def test_a_job_is_cancelled_on_the_page():
    test = open_page(PAGE, a_person(Role.MANAGER, "Mona"))
    tap(test, "Make them all")
    job = test.session_state["scorecards_job"]
    job.cancel()
    job.wait(120)
    test.run()
    assert "Nothing was made." in said_on(test)
