"""Visits summed by brand and shopper, once for all the pairs of brands that are then compared."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from standards.comparing.columns import UNKNOWN_SHOPPER
from standards.comparing.same_shoppers import Fit
from standards.comparing.scores import ScoreSpread
from standards.comparing.shopper_effects import Cells, cells_of, tied_together

THE_REST = -1

_MANY_IDS = 1 << 22
# Below it (points of percent, squared) scores differ by no more than the rounding of sums.
_NO_VARIANCE = 1e-9


@dataclass(frozen=True, eq=False)
class ShopperVisits:
    """
    One value a visit, summed by brand (or channel, or any group) and shopper.

    `cells` holds a row for each of `brand_ids` and a column for each of `shopper_ids`, also for
    UNKNOWN_SHOPPER. What is solved on the way to a difference is kept for the next.
    """

    brand_ids: NDArray[np.integer]
    shopper_ids: NDArray[np.integer]
    cells: Cells
    _fits: dict[bytes, Fit] = field(default_factory=dict)

    @cached_property
    def named(self) -> Cells:
        """Only visits whose shopper is named."""
        return self.cells.where(np.ones(len(self.brand_ids), dtype=bool), self.shopper_ids != UNKNOWN_SHOPPER)

    def place_of(self, brand_id: int) -> int | None:
        """Return a brand's row, None where it has no visit."""
        found = np.flatnonzero(self.brand_ids == brand_id)
        return int(found[0]) if len(found) else None

    def spread_of(self, place: int) -> ScoreSpread:
        """Return number, mean and variance of one brand's values, by whomever."""
        visits = int(self.cells.visits[place].sum())
        off = float(self.cells.sums[place].sum()) / visits
        variance = None
        if visits > 1:
            variance = max(float(self.cells.squares[place].sum()) - visits * off**2, 0.0) / (visits - 1)
            variance = variance if variance > _NO_VARIANCE else 0.0
        return ScoreSpread(visits, self.cells.centre + off, variance)

    def count_of(self, place: int) -> tuple[int, int]:
        """Return how many of one brand's visits say yes, and how many there are."""
        visits = int(self.cells.visits[place].sum())
        return round(float(self.cells.sums[place].sum()) + visits * self.cells.centre), visits

    def fit_between(self, own: int, other: int) -> tuple[Fit, int, int] | None:
        """Return all that ties two rows together, and their rows in it; None where nothing does."""
        rows, columns = tied_together(self.named.visits, own, other)
        if not rows.any():
            return None
        key = rows.tobytes() + columns.tobytes()
        fit = self._fits.get(key)
        if fit is None:
            fit = self._fits[key] = Fit(self.named.where(rows, columns))
        places = np.cumsum(rows) - 1
        return fit, int(places[own]), int(places[other])

    def beside_the_rest(self, brand_id: int) -> "ShopperVisits":
        """Return the same visits in two groups: one brand (or channel), and all others as THE_REST."""
        is_other = self.brand_ids != brand_id
        whole = self.cells

        def parted(grid: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.vstack([grid[is_other].sum(axis=0), grid[~is_other].sum(axis=0)])

        cells = Cells(parted(whole.visits), parted(whole.sums), parted(whole.squares), whole.centre)
        ids = np.array([THE_REST, brand_id])
        rows = np.count_nonzero(cells.visits, axis=1) > 0
        everyone = np.ones(len(self.shopper_ids), dtype=bool)
        return ShopperVisits(ids[rows], self.shopper_ids, cells.where(rows, everyone))


def visits_by_shopper(
    brand_ids: NDArray[np.integer], shopper_ids: NDArray[np.integer], values: NDArray[Any]
) -> ShopperVisits:
    """
    Sum visits by brand and shopper.

    Args:
        brand_ids: each visit's brand, channel or other group; of all of them, not only of those compared.
        shopper_ids: each visit's shopper, UNKNOWN_SHOPPER where nobody is named.
        values: each visit's score (0–100), or yes (1, True) or no; NaN counts nowhere.
    """
    values = np.asarray(values, dtype=np.float64)
    brand_ids, shopper_ids = np.asarray(brand_ids), np.asarray(shopper_ids)
    valued = ~np.isnan(values)
    if not valued.all():
        brand_ids, shopper_ids, values = brand_ids[valued], shopper_ids[valued], values[valued]
    brands, brands_there = _places(brand_ids)
    shoppers, shoppers_there = _places(shopper_ids)
    cells = cells_of(brands, shoppers, values, (len(brands_there), len(shoppers_there)))
    return ShopperVisits(brands_there, shoppers_there, cells)


def _places(ids: NDArray[np.integer]) -> tuple[NDArray[np.intp], NDArray[np.integer]]:
    """Return each entry's place among the ids there are, and these ids in order."""
    if not len(ids) or ids.min() < 0 or ids.max() > _MANY_IDS:
        found, places = np.unique(ids, return_inverse=True)
        return places.astype(np.intp), found
    # Ids of a database are small: looking a place up costs a tenth of sorting 400,000 of them.
    there = np.zeros(int(ids.max()) + 1, dtype=bool)
    there[ids] = True
    return (np.cumsum(there) - 1)[ids], np.flatnonzero(there)
