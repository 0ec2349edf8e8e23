"""Photos on a page: stored once the moment they are chosen, and shown through our own route."""

import pytest
from streamlit.testing.v1 import AppTest

from standards.visits import Photo
from storage.photos import add_photo, photos_of
from storage.sessions import in_session
from storage.visits import submit_visit
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pages.app import a_person, user_of
from tests.pictures import NO_PHOTOS, noise, sent

CORNER = """
import streamlit as st
from pages.parts.photos import photo_corner
from pages.parts.problems import tell_problems

tell_problems()
photo_corner(st.session_state.visit_id, st.session_state.code, "Photos")
st.button("Run again")
"""

GALLERY = """
import streamlit as st
from pages.parts.photos import show_photos
from storage.photos import photos_of
from storage.sessions import in_session

with in_session(read_only=True) as session:
    photos = photos_of(session, st.session_state.visit_id)
show_photos(photos, st.session_state.standards)
"""


@pytest.fixture
def visit():
    with in_session() as session:
        return a_visit(session, a_channel(session, a_brand(session)), an_edition(session), submitted=False)


def stored(visit) -> list[Photo]:
    with in_session(read_only=True) as session:
        return photos_of(session, visit.id)


def opened(visit, code="A") -> AppTest:
    return run(CORNER, visit_id=visit.id, code=code)


def run(script: str, **facts) -> AppTest:
    page = AppTest.from_string(script, default_timeout=20)
    page.user = user_of(a_person())
    for name, fact in facts.items():
        page.session_state[name] = fact
    page.run()
    assert not page.exception
    return page


def choose(page, *files):
    page.file_uploader[0].set_value([("photo.jpg", content, "image/jpeg") for content in files]).run()
    assert not page.exception
    return page


def test_each_chosen_photo_is_stored_once_and_the_uploader_is_empty_again(visit):
    page = choose(opened(visit), sent("JPEG"), sent("HEIF"))
    photos = stored(visit)
    assert [photo.code for photo in photos] == ["A", "A"]
    assert page.file_uploader[0].value == []
    assert all(f"/photos/{photo.id}/thumbnail" in page.html[at].value for at, photo in enumerate(photos))

    page.button[-1].click().run()
    assert stored(visit) == photos
    choose(page, noise((30, 30)))
    assert len(stored(visit)) == 3


def test_the_same_photo_chosen_again_is_a_photo_of_its_own(visit):
    choose(choose(opened(visit), sent("JPEG")), sent("JPEG"))
    assert len(stored(visit)) == 2


def test_a_bad_photo_is_told_by_its_number_and_the_good_ones_are_kept(visit):
    page = choose(opened(visit), sent("JPEG"), NO_PHOTOS["renamed text"][0], sent("PNG"))
    assert len(stored(visit)) == 2
    (error,) = page.error
    assert error.value.startswith("Photo 2 cannot be read: it is not a picture. Your answers are saved.")
    assert not choose(page, sent("WEBP")).error


def test_photos_of_another_standard_stay_with_it(visit):
    choose(opened(visit, "B"), sent("JPEG"))
    page = opened(visit, None)
    assert not page.html
    choose(page, sent("PNG"))
    assert sorted(str(photo.code) for photo in stored(visit)) == ["B", "None"]


def test_a_photo_gets_its_caption_and_is_removed(visit):
    page = choose(opened(visit), sent("JPEG"))
    page.text_input[0].input("The <b>till</b>").run()
    assert stored(visit)[0].caption == "The <b>till</b>"
    assert "The &lt;b&gt;till&lt;/b&gt;" in page.html[0].value
    page.button[0].click().run()
    assert not page.exception
    assert stored(visit) == []
    assert not page.html


def test_a_visit_submitted_meanwhile_takes_no_photo_and_says_so(visit):
    page = opened(visit)
    with in_session() as session:
        photo = add_photo(session, visit.id, "A", sent("JPEG"))
    page.run()
    with in_session() as session:
        submit_visit(session, visit.id)
    choose(page, sent("PNG"))
    assert stored(visit) == [photo]
    assert "can no longer be changed" in page.error[0].value
    page.button[0].click().run()
    assert "can no longer be changed" in page.error[0].value
    assert stored(visit) == [photo]


def test_a_gallery_says_what_each_photo_is_evidence_for_and_escapes_it(visit):
    with in_session() as session:
        photo = add_photo(session, visit.id, "A", sent("JPEG"), caption='"><script>alert(1)</script>')
        edition = an_edition(session)
    standards = {standard.code: standard for standard in edition.standards}
    page = run(GALLERY, visit_id=visit.id, standards=standards)
    shown = page.html[0].value
    assert f'href="/photos/{photo.id}"' in shown
    assert "Statement A" in shown
    assert "<script>" not in shown
    assert 'alt="Photo 1: Statement A · &quot;&gt;&lt;script&gt;' in shown


def test_a_gallery_of_nothing_shows_nothing(visit):
    page = run(GALLERY, visit_id=visit.id, standards=None)
    assert not page.html
