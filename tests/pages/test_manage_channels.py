"""Channels: brands, channels and areas are added, renamed and closed; nothing is deleted."""

import pytest
from streamlit.testing.v1 import AppTest

from standards.coordinates import Coordinates
from standards.editions import Kind
from storage.brands import add_brand, list_brands
from storage.channels import add_channel, list_areas, list_channels
from storage.sessions import in_session
from tests.pages.app import open_page, page_of


def channels_page() -> AppTest:
    return open_page("manage_channels.py")


def press(test: AppTest, label: str) -> None:
    next(b for b in test.button if b.label == label).click().run()
    assert not test.exception


@pytest.fixture
def rival():
    with in_session() as session:
        brand = add_brand(session, "Rival")
        return add_channel(session, brand.id, Kind.SHOP, "Market 1", area="North")


def test_the_first_brand_is_our_own():
    test = channels_page()
    next(t for t in test.text_input if t.label == "Name").set_value("Corner Shop")
    press(test, "Add the brand")
    with in_session(read_only=True) as session:
        assert [(b.name, b.is_own) for b in list_brands(session)] == [("Corner Shop", True)]


def test_a_name_twice_is_refused_with_a_message(rival):
    test = channels_page()
    next(t for t in test.text_input if t.label == "Name").set_value("Rival")
    next(t for t in test.toggle).set_value(False)
    press(test, "Add the brand")
    assert "NAME-1" in test.error[0].value


def test_a_channel_is_added_renamed_and_closed(rival):
    test = page_of().switch_page("manage_channels.py")
    test.session_state[f"brand_{rival.brand.id}"] = True
    test.run()
    assert not test.exception
    next(t for t in test.text_input if t.value == "Market 1").set_value("Market 2")
    press(test, "Save")
    press(test, "Close this channel")
    with in_session(read_only=True) as session:
        [channel] = list_channels(session, include_closed=True)
        assert channel.name == "Market 2"
        assert channel.closed_on
        assert list_channels(session) == []


def place(channel, written):
    test = page_of().switch_page("manage_channels.py")
    test.session_state[f"brand_{channel.brand.id}"] = True
    test.run()
    next(t for t in test.text_input if t.label == "Latitude, longitude (optional)").set_value(written)
    next(t for t in test.text_input if t.value == channel.name).set_value(f"{channel.name}, moved")
    press(test, "Save")
    return test


def test_a_channel_is_placed_on_the_map(rival):
    assert not place(rival, "48.2082, 16.3738").error
    with in_session(read_only=True) as session:
        assert list_channels(session)[0].coordinates == Coordinates(48.2082, 16.3738)


@pytest.mark.parametrize("written", ["91, 0", "0, 181", "here"])
def test_a_place_outside_the_globe_is_refused_and_nothing_is_changed(rival, written):
    assert "PLACE-1" in place(rival, written).error[0].value
    with in_session(read_only=True) as session:
        assert list_channels(session) == [rival]


def test_an_area_is_renamed_on_all_its_channels(rival):
    test = channels_page()
    next(t for t in test.text_input if t.label == "New name").set_value("South")
    press(test, "Rename the area")
    with in_session(read_only=True) as session:
        assert list_areas(session) == ["South"]
