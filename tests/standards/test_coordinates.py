"""Coordinates: read as people copy them from a map, and refused where no place on the globe is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from standards.coordinates import Coordinates, read_coordinates, say_coordinates
from standards.errors import CoordinatesNotAllowed

VIENNA = Coordinates(48.2082, 16.3738)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("48.2082, 16.3738", VIENNA),
        ("48.2082,16.3738", VIENNA),
        (" 48.2082 16.3738 ", VIENNA),
        ("48.2082° 16.3738°", VIENNA),
        ("48,2082; 16,3738", VIENNA),
        ("48,2082 16,3738", VIENNA),
        ("-33.8688, 151.2093", Coordinates(-33.8688, 151.2093)),
        ("−33.8688, +151.2093", Coordinates(-33.8688, 151.2093)),
        ("90, -180", Coordinates(90, -180)),
        ("0,0", Coordinates(0, 0)),
        ("", None),
        ("  \n", None),
    ],
)
def test_coordinates_are_read_as_maps_write_them(written, expected):
    assert read_coordinates(written) == expected


@pytest.mark.parametrize(
    "written",
    ["90.1, 0", "-91, 0", "0, 180.5", "0, -181", "48.2082", "48.2, 16.3, 5", "here", "nan, nan", "1e3, 2",
     "48°12′29″N 16°22′26″E", "999999, 1"],
)  # fmt: skip
def test_what_is_no_place_on_the_globe_is_refused_with_what_to_write(written):
    with pytest.raises(CoordinatesNotAllowed, match=r"such as 48\.2082, 16\.3738"):
        read_coordinates(written)


@given(some.floats(-90, 90), some.floats(-180, 180))
def test_what_is_said_is_read_again(latitude, longitude):
    rounded = Coordinates(round(latitude, 6), round(longitude, 6))
    assert read_coordinates(say_coordinates(rounded)) == rounded


def test_nothing_is_said_of_a_channel_that_is_nowhere():
    assert say_coordinates(None) == ""
