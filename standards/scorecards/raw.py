"""The observations behind a scorecard as columns: millions of them pass by, some thousand at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from numpy.typing import NDArray

from standards.editions import Kind
from standards.measuring import Measure, Verdict
from standards.scorecards.values import PartOfDay

Held_co = TypeVar("Held_co", covariant=True)


@dataclass(frozen=True, eq=False)
class Coded(Generic[Held_co]):
    """A column: each of its values once, and for every row which of them it has."""

    held: Sequence[Held_co]
    places: NDArray[Any]

    def rows(self) -> list[Held_co]:
        """Return the value of each row."""
        return [self.held[place] for place in self.places.tolist()]


@dataclass(frozen=True, eq=False)
class RawObservations:
    """
    Some of the observations behind a scorecard, for the sheet or file of raw observations.

    `value` is in `unit` (seconds, percent, steps, or the target's own), None where nothing was typed;
    `longer_than` marks a wait given up. `visit` is a number within the scorecard, oldest first: ids stay
    inside. Only a visit that `is_complete` counts in the figures. No shopper and no hour.
    """

    visit: Coded[int]
    visited_on: Coded[date]
    part_of_day: Coded[PartOfDay | None]
    brand: Coded[str]
    channel: Coded[str]
    kind: Coded[Kind]
    area: Coded[str]
    edition: Coded[int]
    touchpoint: Coded[str]
    code: Coded[str]
    statement: Coded[str]
    measure: Coded[Measure]
    target: Coded[str]
    weight: Coded[float]
    no_no: Coded[bool]
    verdict: Coded[Verdict | None]
    value: Coded[float | None]
    unit: Coded[str]
    longer_than: Coded[bool]
    is_complete: Coded[bool]
    note: Coded[str]

    def __len__(self) -> int:
        return len(self.visit.places)
