"""Recording: each tap is stored when it is made, and the page can be left and found again at any time."""

import re
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from standards.editions import Kind, Standard
from standards.measuring import Comparator, Measure, Target, Verdict
from standards.people import Role
from storage.brands import add_brand
from storage.channels import add_channel
from storage.editions import publish_edition
from storage.sessions import in_session
from storage.visits import get_visit, record_answer, start_visit
from tests.pages.app import a_person, open_page, page_of

VISIT = UUID("11111111-2222-4333-8444-555555555555")
GREETED = Standard(
    "S1",
    "Welcome",
    "Greeted within 30 seconds",
    Measure.DURATION,
    Target(Comparator.AT_MOST, 30, "seconds"),
)
RECEIPT = Standard("S2", "Till", "A receipt is offered", no_no=True)
QUEUE = Standard(
    "S3", "Till", "At most 3 people wait", Measure.COUNT, Target(Comparator.AT_MOST, 3, "people")
)
PARCEL = Standard(
    "S4",
    "After",
    "The parcel comes within 2 days",
    Measure.DURATION,
    Target(Comparator.AT_MOST, 2, "days"),
)


@pytest.fixture
def draft():
    with in_session() as session:
        brand = add_brand(session, "Rival")
        channel = add_channel(session, brand.id, Kind.SHOP, "Market 1", timezone="Europe/Berlin")
        edition = publish_edition(session, "Shop", [GREETED, RECEIPT, QUEUE, PARCEL])
        start_visit(session, VISIT, channel.id, edition.id)
    return edition


def page_at(step: str | None = None) -> AppTest:
    return open_page("record_visit.py", visit=str(VISIT), **({"step": step} if step else {}))


def tap(test: AppTest, label: str) -> AppTest:
    found = [button for button in test.button if button.label == label]
    assert found, [button.label for button in test.button]
    found[0].click().run()
    assert not test.exception
    return test


def stored(code: str):
    with in_session(read_only=True) as session:
        return get_visit(session, VISIT).observation(code)


def test_a_tap_is_stored_when_it_is_made_and_taken_back_by_a_second(draft):
    test = tap(page_at("Till"), "No")
    assert stored("S2").verdict is Verdict.MISSED
    test = tap(test, "No")
    assert stored("S2").verdict is None
    tap(test, "Yes")
    assert stored("S2").verdict is Verdict.MET


def test_not_applicable_is_one_tap_for_every_measure(draft):
    tap(page_at("Welcome"), "Not applicable")
    assert stored("S1").verdict is Verdict.NOT_APPLICABLE
    assert stored("S1").value is None


def test_a_stopwatch_survives_a_new_page(draft):
    tap(page_at("Welcome"), "Start the stopwatch")
    assert stored("S1").is_open_wait
    tap(page_at("Welcome"), "Stop")
    assert stored("S1").verdict is Verdict.MET
    assert stored("S1").value is not None


def test_a_typed_duration_is_judged_and_a_wrong_one_costs_nothing(draft):
    test = page_at("Welcome")
    test.text_input[0].set_value("1 min 10 s").run()
    assert (stored("S1").value, stored("S1").verdict) == (70, Verdict.MISSED)
    test.text_input[0].set_value("a while").run()
    assert not test.exception
    assert "VALUE-1" in test.error[0].value
    assert stored("S1").value == 70


def test_a_count_is_tapped_or_typed_and_can_be_taken_back(draft):
    test = page_at("Till")
    test.number_input[0].set_value(4).run()
    assert (stored("S3").value, stored("S3").verdict) == (4, Verdict.MISSED)
    test.number_input[0].set_value(3).run()
    assert (stored("S3").value, stored("S3").verdict) == (3, Verdict.MET)
    test.number_input[0].set_value(None).run()
    assert not test.exception
    assert stored("S3").verdict is None


def test_a_refused_value_is_told_beside_its_field_which_shows_what_is_stored(draft):
    test = page_at("Welcome")
    test.text_input[0].set_value("25 s").run()
    test.text_input[0].set_value("25 s 25 s").run()
    assert not test.exception
    assert "VALUE-1" in test.error[0].value
    assert test.text_input[0].value == "25 s"
    assert stored("S1").value == 25


def test_a_wait_ended_too_soon_goes_on_from_where_it_began(draft):
    tap(page_at("After"), "Start waiting now")
    began = stored("S4").opened_at
    tap(page_at("After"), "The reply came just now")
    test = page_at("After")
    tap(test, next(b.label for b in test.button if "keep waiting since" in b.label))
    assert stored("S4").is_open_wait
    assert stored("S4").opened_at == began


def test_the_page_opens_at_the_step_of_the_address(draft):
    assert page_at("Till").header[0].value == "Till"
    assert page_at("No such step").header[0].value == "Your first impression"


def test_next_and_back_walk_through_every_touchpoint(draft):
    test = page_at()
    seen = [test.header[0].value]
    while any(button.label == "Next" for button in test.button):
        seen.append(tap(test, "Next").header[0].value)
    assert seen == [
        "Your first impression",
        "Welcome",
        "Till",
        "After",
        "Your last impression",
        "Review and submit",
    ]
    assert tap(test, "Back").header[0].value == "Your last impression"


def test_an_open_wait_keeps_the_visit_a_draft_and_stands_on_home(draft):
    tap(page_at("After"), "Start waiting now")
    tap(page_at("Till"), "Yes")
    test = tap(page_at("Review and submit"), "Submit visit")
    assert "VISIT-4" in test.error[0].value
    home = open_page()
    assert not home.exception
    assert "Waiting for a reply" in [heading.value for heading in home.subheader]
    tap(home, "The reply came just now")
    assert stored("S4").verdict is Verdict.MET


def test_submitting_shows_the_score_and_closes_the_visit(draft):
    tap(page_at("Till"), "No")
    test = tap(page_at("Review and submit"), "Submit visit")
    assert test.title[0].value == "Visit submitted"
    assert "A receipt is offered" in test.error[0].value.replace("\\", "")
    assert not [button for button in test.button if button.label == "Next"]


def test_a_visit_closed_elsewhere_is_told_and_not_changed(draft):
    test = page_at("Till")
    with in_session() as session:
        record_answer(session, VISIT, draft.standards[0], None)
    tap(page_at("Till"), "Yes")
    tap(page_at("Review and submit"), "Submit visit")
    test = tap(test, "No") if [b for b in test.button if b.label == "No"] else test
    assert "VISIT-2" in test.error[0].value
    assert stored("S2").verdict is Verdict.MET


@pytest.mark.parametrize(
    ("step", "key", "shown", "read"),
    [
        ("Your last impression", "impression_{visit}_story", "It rained", lambda visit: visit.story),
        ("Your last impression", "impression_{visit}_would_return", 7, lambda visit: visit.would_return),
        ("Till", "record_{visit}_{queue}_count", 2, lambda visit: visit.observation("S3").value),
    ],
)
def test_what_a_new_session_is_handed_is_stored(draft, step, key, shown, read):
    # After a long gap the phone hands its inputs to a session that knows no callbacks yet.
    test = page_of()
    test.run()
    test.switch_page("record_visit.py")
    test.query_params["visit"] = str(VISIT)
    test.query_params["step"] = step
    test.session_state[key.format(visit=VISIT, queue=draft.by_code()["S3"].id)] = shown
    test.run()
    assert not test.exception
    with in_session(read_only=True) as session:
        assert read(get_visit(session, VISIT)) == shown


@pytest.mark.parametrize("address", ["not-a-visit", "99999999-2222-4333-8444-555555555555"])
def test_an_unknown_visit_says_so(draft, address):
    test = open_page("record_visit.py", visit=address)
    assert "VISIT-3" in test.error[0].value


def test_what_people_write_is_never_markdown(draft):
    hostile = "![x](http://example.invalid/x.png) <img src=x> [a](http://b) :red[c] **d** www.example.invalid"
    with in_session() as session:
        brand = add_brand(session, hostile)
        channel = add_channel(session, brand.id, Kind.SHOP, hostile)
        edition = publish_edition(session, "Hostile", [Standard("X", hostile, hostile, job_aid=hostile)])
        visit_id = UUID("22222222-2222-4333-8444-555555555555")
        start_visit(session, visit_id, channel.id, edition.id)
    test = open_page("record_visit.py", visit=str(visit_id), step=hostile)
    shown = [e.value for e in (*test.caption, *test.header, *test.markdown)]
    for text in shown:
        assert "![" not in text
        assert not re.search(r"(?<!\\)\]\(", text)
        assert "www.example" not in text
    assert all("<img" not in html.value for html in test.html)


@pytest.mark.parametrize(
    ("step", "there"),
    [
        ("Till & <b>", "touchpoint%20Till%20%26%20%3Cb%3E"),
        ("Your first impression", "first"),
        ("Your last impression", "last"),
        ("Review and submit", "review"),
    ],
)
def test_a_visit_of_ones_own_goes_on_in_the_recorder_where_it_stands(step, there):
    shopper = a_person()
    with in_session() as session:
        brand = add_brand(session, "Rival")
        channel = add_channel(session, brand.id, Kind.SHOP, "Market 1")
        edition = publish_edition(session, "Shop", [Standard("S1", "Till & <b>", "A receipt is offered")])
        start_visit(session, VISIT, channel.id, edition.id, shopper_id=shopper.id)
    wanted = f'href="/recorder/?visit={VISIT}&amp;step={there}"'
    assert wanted in "".join(html.proto.body for html in page_at(step).get("html"))
    others = open_page("record_visit.py", a_person(Role.MANAGER), visit=str(VISIT), step=step)
    assert "/recorder/" not in "".join(html.proto.body for html in others.get("html"))
