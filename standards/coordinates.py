"""Coordinates: where on the map a channel is, as people copy it from a map."""

import re
from dataclasses import dataclass

from standards.errors import CoordinatesNotAllowed

_NUMBER = r"[-+]?\d{1,3}(?:[.,]\d{1,15})?"
_PAIR = re.compile(rf"\s*({_NUMBER})\s*°?\s*(?:[,;]\s*|\s)\s*({_NUMBER})\s*°?\s*")


@dataclass(frozen=True)
class Coordinates:
    """Degrees north of the equator (−90…90) and east of Greenwich (−180…180), in WGS 84."""

    latitude: float
    longitude: float


def read_coordinates(text: str) -> Coordinates | None:
    """
    Read latitude and longitude as maps write them: `48.2082, 16.3738`; None where nothing is written.

    A decimal comma is understood where a semicolon or a space stands between the two.

    Raises:
        CoordinatesNotAllowed: these are not two numbers, or they lie outside the globe.
    """
    if not text.strip():
        return None
    found = _PAIR.fullmatch(text.replace("−", "-"))
    if not found:
        raise CoordinatesNotAllowed(value=text.strip()[:60])
    latitude, longitude = (float(number.replace(",", ".")) for number in found.groups())
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise CoordinatesNotAllowed(value=text.strip()[:60])
    return Coordinates(latitude, longitude)


def say_coordinates(coordinates: Coordinates | None) -> str:
    """Say them as they are read again, to a tenth of a metre; blank where there are none."""
    if not coordinates:
        return ""
    return ", ".join(
        f"{degrees:.6f}".rstrip("0").rstrip(".") for degrees in (coordinates.latitude, coordinates.longitude)
    )
