"""Channels: added, changed, closed; never deleted."""

from dataclasses import replace
from datetime import date

import pytest

from standards.coordinates import Coordinates
from standards.editions import Kind
from standards.errors import NameMissing, NameTaken
from storage.brands import add_brand
from storage.channels import (
    add_channel,
    change_channel,
    close_channel,
    get_channel,
    list_areas,
    list_channels,
    place_channel,
    rename_area,
)
from storage.sessions import close_database, in_session
from tests.storage.builders import channel_of, events_about


def test_channels_outlive_the_process_in_the_order_of_brand_area_and_name(database):
    with in_session() as session:
        for brand, area, name in [
            ("Rival", "South", "B"),
            ("Rival", "South", "A"),
            ("Rival", "North", "Z"),
            ("Ours", "West", "M"),
        ]:
            channel_of(session, brand=brand, is_own=brand == "Ours", area=area, name=name)
    close_database()
    with in_session(read_only=True) as session:
        assert [channel.name for channel in list_channels(session)] == ["M", "Z", "A", "B"]
        assert list_areas(session) == ["North", "South", "West"]


def test_channels_of_one_brand(database):
    with in_session() as session:
        ours, other = channel_of(session, brand="Ours"), channel_of(session, brand="Other")
        assert list_channels(session, brand_id=ours.brand.id) == [ours]
        assert get_channel(session, other.id) == other
        assert get_channel(session, 12345) is None


def test_a_name_is_taken_once_a_brand(database):
    with in_session() as session:
        main = channel_of(session, name="Main street")
        side = channel_of(session, name="Side street")
        channel_of(session, brand="Other", name="Main street")
        with pytest.raises(NameTaken, match="“Main street”"):
            channel_of(session, name="Main street ")
        with pytest.raises(NameTaken, match="“Main street”"):
            change_channel(session, side.id, name="Main street", area="", timezone="UTC")
        assert change_channel(session, main.id, name="Main street", area="", timezone="UTC") == main


@pytest.mark.parametrize("name", ["", " \n", "x" * 201])
def test_a_channel_needs_a_name(database, name):
    with in_session() as session:
        brand = add_brand(session, "Rival")
        with pytest.raises(NameMissing, match="channel"):
            add_channel(session, brand.id, Kind.SHOP, name)


@pytest.mark.parametrize("timezone", ["Nowhere/At_all", "", "../../etc/passwd"])
def test_an_unknown_time_zone_is_never_stored(database, timezone):
    with in_session() as session:
        assert channel_of(session, timezone=timezone).timezone == "UTC"
        vienna = channel_of(session, timezone="Europe/Vienna")
        changed = change_channel(session, vienna.id, name=vienna.name, area="", timezone=timezone)
        assert changed.timezone == "Europe/Vienna"


def test_a_change_is_stored_and_noted_with_before_and_after(database):
    with in_session() as session:
        old = channel_of(session, name="Old", area="North")
    for _ in range(2):
        with in_session() as session:
            change_channel(session, old.id, name="New", area="South", timezone="Europe/Vienna")
    with in_session(read_only=True) as session:
        new = get_channel(session, old.id)
    assert new == replace(old, name="New", area="South", timezone="Europe/Vienna")
    added, changed = events_about("channel", old.id)
    assert added.action == "added"
    assert changed.before == {"name": "Old", "area": "North", "timezone": "UTC"}
    assert changed.after == {"name": "New", "area": "South", "timezone": "Europe/Vienna"}


def test_a_channel_is_placed_on_the_map_and_taken_off_it_again(database):
    with in_session() as session:
        channel = channel_of(session)
    vienna = Coordinates(48.2082, 16.3738)
    for coordinates in (vienna, vienna, None, None):
        with in_session() as session:
            place_channel(session, channel.id, coordinates)
        with in_session(read_only=True) as session:
            assert get_channel(session, channel.id) == replace(channel, coordinates=coordinates)
    _, placed, taken = events_about("channel", channel.id)
    assert (placed.action, placed.after) == ("placed", {"coordinates": "48.2082, 16.3738"})
    assert (taken.before, taken.after) == (placed.after, {"coordinates": ""})


def test_a_closed_channel_is_kept_and_can_be_opened_again(database):
    with in_session() as session:
        channel = channel_of(session)
    for closed_on in (date(2026, 3, 6), date(2026, 3, 6), None, None):
        with in_session() as session:
            close_channel(session, channel.id, closed_on)
            assert (channel.id in [c.id for c in list_channels(session)]) is (closed_on is None)
            assert [c.closed_on for c in list_channels(session, include_closed=True)] == [closed_on]
    assert [event.action for event in events_about("channel", channel.id)] == ["added", "closed", "reopened"]


def test_an_area_renamed_onto_another_becomes_one_with_it(database):
    with in_session() as session:
        for area in ("North", "North", "Nord", ""):
            channel_of(session, area=area)
        assert rename_area(session, "North", "Nord") == 2
        assert rename_area(session, "Nowhere", "Nord") == 0
        assert list_areas(session) == ["Nord"]
    assert [(e.before, e.after) for e in events_about("area")] == [({"name": "North"}, {"name": "Nord"})]
