"""Standards: sets are read by touchpoint, and a set of the library is taken over with one tap."""

import pytest
from streamlit.testing.v1 import AppTest

from standards.library_files import library_sets
from storage.editions import latest_edition, list_sets, same_standards
from storage.sessions import in_session
from tests.builders import a_standard, an_edition
from tests.pages.app import open_page


def standards_page(**address: str) -> AppTest:
    return open_page("read_standards.py", **address)


def tap(test: AppTest, key: str) -> None:
    test.button(key=key).click().run()
    assert not test.exception


def all_text(test: AppTest) -> str:
    shown = [*test.markdown, *test.caption, *test.subheader, *test.info]
    return "\n".join(part.value for part in shown) + "\n".join(html.proto.body for html in test.get("html"))


def test_an_empty_page_says_what_to_do_and_offers_the_library():
    test = standards_page()
    assert "Take a ready one over" in test.info[0].value
    assert {b.key for b in test.button} >= {f"standards_take_{found.name}" for found in library_sets()}


def test_a_set_of_the_library_is_taken_over_with_one_tap_and_shown_as_taken():
    test = standards_page()
    tap(test, "standards_take_Live chat")
    with in_session(read_only=True) as session:
        assert [found.name for found in list_sets(session)] == ["Live chat"]
        edition = latest_edition(session, "Live chat")
    ready = next(found for found in library_sets() if found.name == "Live chat")
    assert same_standards(edition.standards, ready.standards)
    test.segmented_control(key="standards_view").set_value("Library").run()
    assert not test.exception
    assert "standards_take_Live chat" not in {b.key for b in test.button}
    assert "taken" in all_text(test)


def test_a_set_of_the_library_can_be_read_before_it_is_taken():
    test = standards_page()
    tap(test, "standards_read_Returns")
    text = all_text(test)
    assert "RET-07" in text
    assert "Nobody sends the customer away to fill in a form." in text
    assert "standards_take_Returns" in {b.key for b in test.button}


@pytest.fixture
def two_editions():
    with in_session() as session:
        an_edition(session, [a_standard("A", statement="Old words")], name="Ours")
        an_edition(
            session,
            [
                a_standard("A", statement="New words", no_no=True, weight=3),
                a_standard("B", touchpoint="Door", statement="Another <b>thing</b> ![x](http://x.test/y)"),
            ],
            name="Ours",
        )


def test_the_newest_edition_is_shown_and_an_older_one_can_be_read(two_editions):
    test = standards_page()
    text = all_text(test)
    assert "New words" in text
    assert "2 standards · 4 points · 1 no-no" in text
    assert ":material/block: no-no" in text
    test.selectbox(key="standards_edition").set_value("Edition 1").run()
    assert not test.exception
    assert "Old words" in all_text(test)


def test_one_touchpoint_can_be_read_alone(two_editions):
    test = standards_page()
    test.selectbox(key="standards_touchpoint").set_value("Door").run()
    assert not test.exception
    assert [part.value for part in test.subheader] == ["Door"]


def test_words_of_a_standard_are_shown_as_they_are(two_editions):
    text = all_text(standards_page())
    assert "<b>thing</b>" not in text
    assert "Another &lt;b&gt;thing&lt;/b&gt;" in text


def test_a_rating_shows_its_five_steps_in_words():
    test = standards_page()
    tap(test, "standards_read_Shop visit")
    assert "1  Nobody looked up and nobody spoke to me first." in all_text(test)
