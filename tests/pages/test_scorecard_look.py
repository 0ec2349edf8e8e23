"""The look of scorecards on their page: chosen by managers and owners only, and seen at once."""

import re
from base64 import b64decode
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from standards.people import Role
from storage.forms.look import Look
from storage.looks import chosen_look
from storage.people import change_account
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, open_in, open_page, said_on, tap
from tests.pictures import NO_PHOTOS
from tests.storage.builders import events_about
from tests.storage.test_logos import drawn_logo

PAGE = "hand_out_scorecards.py"
GREEN = "#336633"


@pytest.fixture(autouse=True)
def programme():
    with in_session() as session:
        edition = an_edition(session)
        shop = a_channel(session, a_brand(session, "Ours", is_own=True), area="North")
        a_visit(session, shop, edition, on=date(2026, 5, 1))


def look_now() -> Look:
    with in_session(read_only=True) as session:
        return chosen_look(session)


def labels(test) -> set[str]:
    return {one.label for one in [*test.file_uploader, *test.color_picker, *test.button, *test.expander]}


def send(test, content: bytes, name: str = "logo.png"):
    test.file_uploader[0].set_value((name, content, "image/png")).run()
    assert not test.exception
    return test


def pick(test, colour: str):
    test.color_picker[0].set_value(colour).run()
    assert not test.exception
    return test


def first_page(test) -> Image.Image:
    found = re.findall(r"base64,([^\"]+)\" alt=\"Page 1", said_on(test))
    return Image.open(BytesIO(b64decode(found[0]))).convert("RGB")


def colours_of(page: Image.Image) -> set[Any]:
    counted = page.getcolors(page.width * page.height) or []
    return {colour for count, colour in counted if count > 1000}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_a_logo_is_chosen_seen_and_removed(role):
    person = a_person(role)
    test = open_page(PAGE, person)
    bare = first_page(test)
    send(test, drawn_logo())
    assert look_now().logo
    assert first_page(test).tobytes() != bare.tobytes()
    assert "The logo as it is now" in said_on(test)
    tap(test, "Remove logo")
    assert look_now() == Look()
    assert first_page(test).tobytes() == bare.tobytes()
    assert [event.person_id for event in events_about("look")] == [person.id] * 2


def test_a_colour_is_chosen_seen_and_taken_back():
    test = open_page(PAGE, a_person(Role.MANAGER))
    usual = test.color_picker[0].value
    pick(test, GREEN)
    assert look_now().colour == test.color_picker[0].value == GREEN
    assert (0x33, 0x66, 0x33) in colours_of(first_page(test))
    tap(test, "Back to the usual colour")
    assert look_now() == Look()
    assert test.color_picker[0].value == usual


def test_a_pale_colour_is_darkened_and_the_page_says_so_each_time():
    test = open_page(PAGE, a_person(Role.MANAGER))
    for _ in range(2):
        pick(test, "#ffee00")
        became = look_now().colour
        assert f"#ffee00 is too pale for white letters, so scorecards are printed in {became}." in said_on(
            test
        )
        assert test.color_picker[0].value == became


@pytest.mark.parametrize("name", ["SVG", "JPEG that is only its head", "renamed page"])
def test_a_bad_picture_is_refused_in_words_beside_it_and_the_logo_stays(name):
    test = send(open_page(PAGE, a_person(Role.MANAGER)), drawn_logo())
    before = look_now()
    content, why = NO_PHOTOS[name]
    send(test, content)
    assert f"This logo cannot be used: {why}." in test.error[0].value
    assert look_now() == before
    test.run()
    assert not test.error


def test_who_may_not_choose_the_look_is_not_offered_it():
    offered = labels(open_page(PAGE, a_person(Role.MANAGER)))
    assert {"Look: logo and colour", "Logo", "Colour"} <= offered
    viewer = open_page(PAGE, a_person(Role.VIEWER, areas=["North"]))
    assert first_page(viewer)
    assert not labels(viewer) & {"Look: logo and colour", "Logo", "Colour", "Remove logo"}


def test_a_viewer_sees_and_hands_out_the_look_that_was_chosen():
    pick(open_page(PAGE, a_person(Role.MANAGER)), GREEN)
    viewer = open_page(PAGE, a_person(Role.VIEWER, areas=["North"]))
    assert (0x33, 0x66, 0x33) in colours_of(first_page(viewer))


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SHOPPER])
def test_who_may_no_longer_choose_the_look_cannot_by_a_page_still_open(role):
    a_person(Role.OWNER)
    mona = a_person(Role.MANAGER, "Mona")
    test = open_page(PAGE, mona)
    with in_session() as session:
        change_account(session, mona.id, name=mona.name, role=role, areas=["North"])
    test.file_uploader[0].set_value(("logo.png", drawn_logo(), "image/png"))
    test.color_picker[0].set_value(GREEN).run()
    assert look_now() == Look()
    assert not events_about("look")


def test_the_log_says_the_change_as_a_sentence():
    test = pick(send(open_page(PAGE, a_person(Role.OWNER, "Olive")), drawn_logo()), GREEN)
    said = said_on(open_in(test, "read_log.py"))
    assert "Olive changed the look of the scorecards: logo none, now picture " in said
    assert f"colour none, now {GREEN}" in said
