"""Who saw what: brands and shoppers as two effects that add up, solved on one cell a brand and shopper."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Grid = NDArray[np.float64]

# Beyond it (a chance of one in 10¹¹) nothing changes any more, and weights would vanish.
_FAR_LOGIT = 25.0
_LONGEST_STEP = 2.0
_ROUNDS = 100
_CLOSE = 1e-6
# Multiplications that OpenBLAS does on one processor.
_ALONE = 200_000


@dataclass(frozen=True, eq=False)
class Cells:
    """
    Visits summed by brand (row) and shopper (column): all that two additive effects need to know.

    `sums` and `squares` are of the values' distances from `centre`, so that squares of scores near 100 keep
    their digits.
    """

    visits: Grid
    sums: Grid
    squares: Grid
    centre: float

    def where(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_]) -> "Cells":
        """Return only these brands and shoppers."""
        chosen = np.ix_(rows, columns)
        return Cells(self.visits[chosen], self.sums[chosen], self.squares[chosen], self.centre)


@dataclass(frozen=True, eq=False)
class Additive:
    """
    Weighted least squares on row effects plus column effects, solved once for many questions.

    The longer side is eliminated first, because its part of the normal equations is diagonal; what remains
    is as small as the shorter side. With forty brands and 500 shoppers that is 40 × 40 and not 540 × 540.
    """

    core: Grid
    parts: Grid
    totals: NDArray[np.float64]
    turned: bool

    def fitted(self, combination: Grid) -> Grid:
        """
        Return what a combination of cells means for every cell, visited or not.

        With `combination` the weighted sums of the values, these are the fitted values; with a question's
        coefficients (one cell minus another), they are how much a value in each cell weighs in the answer.
        """
        if self.turned:
            combination = combination.T
        columns = combination.sum(axis=0) / self.totals
        rows = self.core @ (combination.sum(axis=1) - self.parts @ combination.sum(axis=0))
        found = rows[:, None] + (columns - self.parts.T @ rows)
        return np.asarray(found.T if self.turned else found)

    def leverages(self) -> Grid:
        """Return how strongly one unit of weight in a cell pulls its own fitted value."""
        reach = _product(self.core, self.parts)
        found: Grid = (
            np.diag(self.core)[:, None] + 1 / self.totals + (self.parts * reach).sum(axis=0) - 2 * reach
        )
        return np.asarray(found.T if self.turned else found)

    def squared_ties(self, weights: Grid) -> float:
        """Return the sum over all pairs of cells of both weights times their fitted tie squared."""
        if self.turned:
            weights = weights.T
        by_row, by_column = weights.sum(axis=1), weights.sum(axis=0)
        crossed = weights - self.parts * by_column
        mixed = _product(weights, self.parts.T)
        inner = np.diag(by_row) - mixed - mixed.T + _product(self.parts * by_column, self.parts.T)
        seen = inner @ self.core
        tied = ((by_column / self.totals) ** 2).sum() + 2 * (
            self.core * _product(crossed / self.totals, crossed.T)
        ).sum()
        return float(tied + (seen * seen.T).sum())


def cells_of(
    groups: NDArray[np.integer], shoppers: NDArray[np.integer], values: Grid, shape: tuple[int, int]
) -> Cells:
    """
    Sum values by group and shopper.

    Args:
        groups: each visit's row, from 0.
        shoppers: each visit's column, from 0.
        values: one a visit.
        shape: how many groups and how many shoppers there are.
    """
    rows, columns = shape
    places = groups * columns + shoppers
    centre = float(values.mean()) if len(values) else 0.0
    centred = values - centre

    def summed(weights: Grid | None) -> Grid:
        counted = np.bincount(places, weights=weights, minlength=rows * columns)
        return counted.reshape(rows, columns).astype(np.float64)

    return Cells(summed(None), summed(centred), summed(centred * centred), centre)


def additive(weights: Grid) -> Additive:
    """
    Solve for row and column effects with these weights, 0 where a cell is empty.

    Args:
        weights: of one connected set of rows and columns; every row and column holds a weight above 0.
    """
    turned = weights.shape[0] > weights.shape[1]
    if turned:
        weights = weights.T
    totals = weights.sum(axis=0)
    parts = weights / totals
    left = np.diag(weights.sum(axis=1)) - _product(parts, weights.T)
    # Adding to all rows what is taken from all columns changes no fitted value: that direction is free, and
    # filling it lets a plain inverse do.
    left += weights.sum() / len(left) ** 2
    return Additive(np.asarray(np.linalg.inv(left), np.float64), parts, totals, turned)


def _product(left: Grid, right: Grid) -> Grid:
    """
    Multiply two matrices, some rows at a time.

    NumPy's library shares larger products out among processors. Forty brands' are so small that this gains
    nothing, and where processors are busy its parts wait for each other.
    """
    rows = max(_ALONE // right.size, 1)
    return np.vstack([left[at : at + rows] @ right for at in range(0, len(left), rows)])


def tied_together(visits: Grid, own: int, other: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Return the rows and columns through which two rows can be compared; nothing where they cannot.

    A shopper who visited one brand says nothing of the difference between brands, and a third brand visited
    by one shopper nothing of the difference between shoppers. Both are left out, again and again until all
    that remain visited, or were visited by, at least two. Own and other stay as long as anyone visited them.
    """
    visited: NDArray[np.bool_] = visits > 0
    rows: NDArray[np.bool_] = np.arange(len(visits)) == own
    columns: NDArray[np.bool_] = visited[own]
    reached = 0
    while rows.sum() > reached:
        reached = int(rows.sum())
        columns = np.count_nonzero(visited[rows], axis=0) > 0
        rows = np.count_nonzero(visited[:, columns], axis=1) > 0
    kept = -1
    while rows.sum() + columns.sum() != kept:
        kept = int(rows.sum() + columns.sum())
        columns &= np.count_nonzero(visited[rows], axis=0) >= 2
        by_row = np.count_nonzero(visited[:, columns], axis=1)
        rows &= by_row >= 2
        rows[[own, other]] = by_row[[own, other]] >= 1
    if not (rows[own] and rows[other]):
        rows[:], columns[:] = False, False
    return rows, columns


def shrunken_chances(visits: Grid, met: Grid) -> Grid:
    """
    Return every cell's chance of a yes (0–1), from brand and shopper effects that add up on the logit scale.

    Plain likelihood runs off to infinity where a shopper saw only yes or only no, and with few visits a
    shopper it overstates every effect. Jeffreys' prior (Firth's correction) shrinks all effects by just
    what removes that bias to first order; it needs no guess of how much shoppers differ, and unlike a random
    shopper effect it takes nothing from a difference only because shoppers and brands are confounded.

    Args:
        visits: by brand and shopper; one connected set.
        met: how many of them were a yes.
    Returns:
        Chances also for the cells nobody visited.
    Source:
        D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80 (1993), 27–38; G. Heinze and
        M. Schemper, "A solution to the problem of separation in logistic regression", Statistics in Medicine
        21 (2002), 2409–2419.
    """
    logits = np.full(visits.shape, float(logit((met.sum() + 0.5) / (visits.sum() + 1))))
    for _ in range(_ROUNDS):
        chances = expit(logits)
        spread = chances * (1 - chances)
        pulled = visits * spread * additive(visits * spread).leverages()
        # The prior is as if every cell had seen so much of a visit more, half of it a yes. Counting it in the
        # weights too shortens the step, which else swings to and fro for ever where cells hold one visit.
        step = additive((visits + pulled) * spread).fitted(met + pulled / 2 - (visits + pulled) * chances)
        longest = float(np.abs(step).max())
        logits = np.clip(
            logits + step * min(1.0, _LONGEST_STEP / max(longest, _CLOSE)), -_FAR_LOGIT, _FAR_LOGIT
        )
        if longest < _CLOSE:
            break
    return np.asarray(expit(logits))
