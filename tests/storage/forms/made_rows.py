"""Observations behind a scorecard: row by row, as tests speak of them, and as the columns they pass in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from itertools import islice

import numpy as np

from standards.editions import Kind
from standards.measuring import Measure, Verdict
from standards.scorecards import PartOfDay, RawObservations
from standards.scorecards.raw import Coded

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class RawObservation:
    """One of `RawObservations`."""

    visit: int
    visited_on: date
    part_of_day: PartOfDay | None
    brand: str
    channel: str
    kind: Kind
    area: str
    edition: int
    touchpoint: str
    code: str
    statement: str
    measure: Measure
    target: str
    weight: float
    no_no: bool
    verdict: Verdict | None
    value: float | None
    unit: str
    longer_than: bool
    is_complete: bool
    note: str


def in_columns(rows: Iterable[RawObservation], at_once: int = ROWS_AT_ONCE) -> Iterator[RawObservations]:
    source = iter(rows)
    while part := list(islice(source, at_once)):
        yield RawObservations(
            **{
                field.name: Coded([getattr(row, field.name) for row in part], np.arange(len(part)))
                for field in fields(RawObservation)
            }
        )


def rows_in(parts: Iterable[RawObservations]) -> list[RawObservation]:
    return [
        RawObservation(*row)
        for part in parts
        for row in zip(*(getattr(part, field.name).rows() for field in fields(RawObservation)), strict=True)
    ]
