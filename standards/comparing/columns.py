"""Visits as columns: one entry of every array is one complete visit, so that millions compare at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from standards.editions import Standard
from standards.measuring import Measure

NO_VERDICT, VERDICT_MISSED, VERDICT_MET = -1, 0, 1
UNKNOWN_SHOPPER = 0


@dataclass(frozen=True)
class ComparedStandard:
    """
    One column of verdicts: a code with its measure, as the newest edition words it.

    A code whose measure changed from one edition to the next is two columns, because a typed
    duration and a yes or no are not comparable.
    """

    code: str
    measure: Measure
    standard: Standard


@dataclass(frozen=True, eq=False)
class Waits:
    """
    One duration standard's values, an entry a visit.

    `seconds` is NaN where nothing was timed; `is_open` marks a wait given up at that time (censored).
    """

    seconds: NDArray[np.float64]
    is_open: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class VisitColumns:
    """
    Complete visits of one standard set, oldest first, over the standards common to all brands.

    Shapes: n visits, k standards. `verdicts` is (n, k) of NO_VERDICT, VERDICT_MISSED, VERDICT_MET;
    every other array is (n,). `points` and `possible` are over the common standards and `possible` is
    above 0; `failed` says that a common no-no was missed. `shopper_ids` holds UNKNOWN_SHOPPER where nobody
    is named; it is for adjusting and never shown.
    """

    visit_ids: NDArray[np.bytes_]  # 16 bytes each; `visit_id` gives the UUID
    brand_ids: NDArray[np.int32]
    channel_ids: NDArray[np.int32]
    shopper_ids: NDArray[np.int32]
    edition_numbers: NDArray[np.int32]
    visited_on: NDArray[np.datetime64]  # datetime64[D]
    points: NDArray[np.float64]
    possible: NDArray[np.float64]
    failed: NDArray[np.bool_]
    verdicts: NDArray[np.int8]
    standards: tuple[ComparedStandard, ...]
    waits: Mapping[int, Waits]  # by column of `verdicts`, only duration standards

    def __len__(self) -> int:
        """Return how many visits there are."""
        return len(self.brand_ids)

    @property
    def percents(self) -> NDArray[np.float64]:
        """Each visit's score, 0–100."""
        return 100 * self.points / self.possible

    def visit_id(self, at: int) -> UUID:
        """Return the id of one visit."""
        # NumPy drops trailing zero bytes of a fixed-width bytes entry.
        return UUID(bytes=bytes(self.visit_ids[at]).ljust(16, b"\0"))

    def where(self, chosen: NDArray[Any]) -> "VisitColumns":
        """Return only the visits chosen, by a mask or by their places."""
        return replace(
            self,
            visit_ids=self.visit_ids[chosen],
            brand_ids=self.brand_ids[chosen],
            channel_ids=self.channel_ids[chosen],
            shopper_ids=self.shopper_ids[chosen],
            edition_numbers=self.edition_numbers[chosen],
            visited_on=self.visited_on[chosen],
            points=self.points[chosen],
            possible=self.possible[chosen],
            failed=self.failed[chosen],
            verdicts=self.verdicts[chosen],
            waits={at: Waits(w.seconds[chosen], w.is_open[chosen]) for at, w in self.waits.items()},
        )
