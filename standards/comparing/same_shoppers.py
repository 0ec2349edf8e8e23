"""The gap between two brands as the same shoppers would see it, from visits summed by brand and shopper."""

from dataclasses import dataclass
from functools import cached_property
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special

from standards.comparing.shares import Difference, Interval, mirrored
from standards.comparing.shopper_effects import Additive, Cells, Grid, additive, shrunken_chances

# A visit whose expected value is its own value says nothing of how far visits vary.
_NO_ROOM = 1e-9
# Below it (points of percent, squared) scores differ by no more than the rounding of a division.
_NO_VARIANCE = 1e-12
_FULL_SCORE = 100.0
_FAR_Z = 40.0


@dataclass(frozen=True)
class SameShoppersGap:
    """An adjusted gap, and the standard error of raw minus adjusted."""

    gap: Difference
    error_of_part: float


@dataclass(frozen=True, eq=False)
class Fit:
    """Cells that are all tied together, with what is solved on them; each is solved when first asked for."""

    cells: Cells

    @cached_property
    def by_visits(self) -> Additive:
        """Brand and shopper effects of a mean, every visit the same weight."""
        return additive(self.cells.visits)

    @cached_property
    def expected(self) -> Grid:
        """Every cell's mean as brand and shopper add up to it, as a distance from the cells' centre."""
        return self.by_visits.fitted(self.cells.sums)

    @cached_property
    def leverages(self) -> Grid:
        """How strongly one visit pulls its cell's expected value."""
        return self.by_visits.leverages()

    @cached_property
    def squares_left(self) -> Grid:
        """Each cell's squared distances of visits from its expected value, added up."""
        cells, expected = self.cells, self.expected
        return np.maximum(cells.squares - 2 * expected * cells.sums + cells.visits * expected**2, 0)

    @cached_property
    def mood_of_scores(self) -> "_Mood":
        """How far shoppers are more severe with one brand than with the others, in points of percent."""
        return _mood_of_scores(self)

    @cached_property
    def mood_of_shares(self) -> "_Mood":
        """The same for shares, in logits."""
        return _mood_of_shares(self)

    @cached_property
    def happened(self) -> Grid:
        """How many visits of each cell say yes."""
        return np.rint(self.cells.sums + self.cells.centre * self.cells.visits)

    @cached_property
    def chances(self) -> Grid:
        """Every cell's chance of a yes (0–1)."""
        return shrunken_chances(self.cells.visits, self.happened)

    @cached_property
    def weights(self) -> Grid:
        """What each cell's visits weigh on the logit scale."""
        return self.cells.visits * self.chances * (1 - self.chances)

    @cached_property
    def by_weights(self) -> Additive:
        """Brand and shopper effects on the logit scale."""
        return additive(self.weights)


@dataclass(frozen=True)
class _Share:
    """A share (0–1, never either) with its standard error."""

    share: float
    error: float

    def bounds(self, z: float) -> tuple[float, float]:
        """Return how low and how high it may be, z standard errors away on the logit scale."""
        middle = float(special.logit(self.share))
        away = z * self.error / (self.share * (1 - self.share))
        return float(special.expit(middle - away)), float(special.expit(middle + away))


def who_compares(visits: Grid, own: int, other: int) -> NDArray[np.float64]:
    """Each shopper's part of the visits to the two brands: whom the brands are compared through."""
    both = visits[own] + visits[other]
    return np.asarray(both / both.sum())


def question_of(visits: Grid, own: int, other: int) -> Grid:
    """Return the coefficients of own minus other, the same shoppers at both."""
    asked = np.zeros_like(visits)
    asked[own] = who_compares(visits, own, other)
    asked[other] = -asked[own]
    return asked


def _raw_weights(visits: Grid, own: int, other: int) -> Grid:
    """Return how much a visit of each cell weighs in the raw difference of means."""
    weights = np.zeros_like(visits)
    weights[own], weights[other] = 1 / visits[own].sum(), -1 / visits[other].sum()
    return weights


def score_gap(fit: Fit, own: int, other: int, z: float) -> SameShoppersGap | None:
    """Adjust a difference of means; None where every visit is as expected and nothing tells how far off."""
    cells, visits = fit.cells, fit.cells.visits
    leverages, squares = fit.leverages, fit.squares_left
    weights = fit.by_visits.fitted(question_of(visits, own, other))
    spare = visits.sum() - sum(visits.shape) + 1
    if spare < 1 or squares.sum() < _NO_VARIANCE * visits.sum():
        return None
    # A visit that is alone in tying its brand or shopper to the rest has no room to differ from what is
    # expected: how far it may be off is known only from all the others.
    free = (visits > 0) & (leverages < 1 - _NO_ROOM)
    room = np.where(free, 1 - leverages, 1)
    squares = np.where(free, squares / room, visits * squares.sum() / spare)
    doubt = np.where(free, weights**2 / room, 0)
    ties = (visits * doubt**2 * (2 * room - 1)).sum() + fit.by_visits.squared_ties(visits * doubt)
    degrees = min((visits * doubt * room).sum() ** 2 / ties, spare) if ties > 0 else spare

    mood = fit.mood_of_scores
    pairs = visits * (visits - 1)
    by_visit, by_mood = (weights**2 * squares).sum(), (weights**2 * pairs).sum() * mood.variance
    error = sqrt(by_visit + by_mood)
    if by_mood > 0:
        unsure = (weights**2 * pairs).sum() * mood.at_most
        degrees = error**4 / (by_visit**2 / degrees + unsure**2 / mood.degrees)
    gap = float((weights * cells.sums).sum())
    reach = float(special.stdtrit(degrees, special.ndtr(z))) * error
    interval = Interval(max(gap - reach, min(gap, -_FULL_SCORE)), min(gap + reach, max(gap, _FULL_SCORE)))
    chance = float(2 * special.stdtr(degrees, -abs(gap) / error))
    differ = _raw_weights(visits, own, other) - weights
    part = (differ**2 * (squares + pairs * mood.variance)).sum()
    return SameShoppersGap(Difference(gap, interval, chance), sqrt(part))


def share_gap(fit: Fit, own: int, other: int, z: float) -> SameShoppersGap | None:
    """
    Adjust a difference of shares; None where all visits say yes, or all say no.

    Chances are averaged over who compares. Then what the visits differ from their chances by is added, as
    least squares weighs it: the prior draws chances towards a half, the more the more shoppers there are to
    estimate, and that must not pass for who visited. In a balanced programme nothing is, to the last digit.
    """
    visits = fit.cells.visits
    if not 0 < fit.happened.sum() < visits.sum():
        return None
    who, slopes = who_compares(visits, own, other), fit.chances * (1 - fit.chances)

    def asked(row: int) -> Grid:
        coefficients = np.zeros_like(visits)
        coefficients[row] = who * slopes[row]
        return coefficients

    left_over = fit.by_visits.fitted(question_of(visits, own, other))
    gap = float((fit.chances[own] - fit.chances[other]) @ who)
    gap += float((left_over * (fit.happened - visits * fit.chances)).sum())
    weights = fit.by_weights.fitted(asked(own) - asked(other) - left_over * fit.weights) + left_over

    spread = fit.weights * (1 + np.maximum(visits - 1, 0) * slopes * fit.mood_of_shares.variance)
    own_weights, other_weights = fit.by_weights.fitted(asked(own)), fit.by_weights.fitted(asked(other))
    own_error, other_error = sqrt((spread * own_weights**2).sum()), sqrt((spread * other_weights**2).sum())
    tie = float((spread * own_weights * other_weights).sum() / (own_error * other_error))
    # The averaged chances give the interval its shape, and the whole gap its size.
    size = sqrt((spread * weights**2).sum() / (spread * (own_weights - other_weights) ** 2).sum())
    ours = _Share(float(fit.chances[own] @ who), size * own_error)
    theirs = _Share(float(fit.chances[other] @ who), size * other_error)
    differ = _raw_weights(visits, own, other) - weights
    found = _tied_difference(min(max(gap, -1.0), 1.0), ours, theirs, tie, z)
    return SameShoppersGap(found, sqrt((spread * differ**2).sum()))


@dataclass(frozen=True)
class _Mood:
    """
    How far a shopper is more severe with one brand than with the others, beyond chance.

    `variance` is 0 where chance explains all; `at_most` what it would be were there no chance; `degrees` what
    both rest on.
    """

    variance: float
    at_most: float
    degrees: float


_NO_MOOD = _Mood(0.0, 0.0, 1.0)


def _mood_of_scores(fit: Fit) -> _Mood:
    """Compare how far cell means are off what brand and shopper add up to with how far visits vary within."""
    visits, sums = fit.cells.visits, fit.cells.sums
    repeated, there = np.maximum(visits - 1, 0), np.maximum(visits, 1)
    if not repeated.any():
        return _NO_MOOD
    within = np.maximum(fit.cells.squares - sums**2 / there, 0)
    by_chance = np.where(repeated > 0, within / np.maximum(repeated, 1), within.sum() / repeated.sum())
    return _mood((sums - visits * fit.expected) ** 2 / there, by_chance, visits, fit.leverages)


def _mood_of_shares(fit: Fit) -> _Mood:
    """Compare how far cells are off their chances with how far chance alone would put them; in logits."""
    visits, weights = fit.cells.visits, fit.weights
    off = (fit.happened - visits * fit.chances) ** 2 / np.where(visits > 0, weights, 1)
    return _mood(off, np.ones_like(visits), weights, fit.by_weights.leverages())


def _mood(off: Grid, by_chance: Grid, weights: Grid, leverages: Grid) -> _Mood:
    """Estimate by moments: cells are off by chance, and by their mood as often as they weigh."""
    room = np.where(weights > 0, 1 - weights * leverages, 0)
    # It is a whole number but for rounding: cells less effects.
    if room.sum() < 0.5:
        return _NO_MOOD
    size = float((weights * room).sum())
    return _Mood(
        max(float((off - room * by_chance).sum()), 0.0) / size, float(off.sum()) / size, float(room.sum())
    )


def _tied_difference(gap: float, own: _Share, other: _Share, tie: float, z: float) -> Difference:
    """Give a gap the interval of two shares put together; `tie` (−1 to 1) is how their errors go together."""
    # So that swapping the brands mirrors the figures to the last digit, the one ahead always comes first.
    if gap < 0:
        return mirrored(_tied_difference(-gap, other, own, tie, z))

    def reach(far: float) -> tuple[float, float]:
        # Near 0 and 1 the logit scale reaches inwards too short: no reach falls short of the plain one.
        own_low, own_high = own.bounds(far)
        other_low, other_high = other.bounds(far)
        least = far * _tied_hypot(own.error, other.error, tie)
        return (
            max(least, _tied_hypot(own.share - own_low, other_high - other.share, tie)),
            max(least, _tied_hypot(own_high - own.share, other.share - other_low, tie)),
        )

    down, up = reach(z)
    # The side of z on which to look is taken from the interval, so that the two never contradict each other.
    low, high = (z, _FAR_Z) if down < gap else (0.0, z)
    while high - low > 1e-12 * (1 + high):
        middle = (low + high) / 2
        low, high = (middle, high) if reach(middle)[0] < gap else (low, middle)
    return Difference(gap, Interval(max(gap - down, -1.0), min(gap + up, 1.0)), erfc(low / sqrt(2)))


def _tied_hypot(first: float, second: float, tie: float) -> float:
    return sqrt(max(first**2 - 2 * tie * first * second + second**2, 0.0))
