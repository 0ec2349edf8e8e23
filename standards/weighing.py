"""Weighing: how the points of a sheet divide, and how long a visit with it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, fsum

from standards.editions import Evidence, Standard, touchpoints_of
from standards.measuring import Measure, is_long_wait
from standards.values import say_number

# Whose decision: beyond this a shopper stops looking and begins filling in (issue 4).
MOST_STANDARDS = 40

# Whose decision: seconds to see, recall and tap one standard, as tried on a phone (this project).
_SECONDS = {
    Measure.YES_NO: 12,
    Measure.RATING: 20,
    Measure.COUNT: 20,
    Measure.NUMBER: 25,
    Measure.SHARE: 30,
    Measure.DURATION: 30,
}
_PHOTO_SECONDS = 20
# First and last impression, "would you come back?" and the story of the visit.
_AROUND_SECONDS = 180


@dataclass(frozen=True)
class WeightShare:
    """How much of all points one touchpoint or standard holds; `share` is 0–1."""

    name: str
    weight: float
    share: float


@dataclass(frozen=True)
class WeightShares:
    """How the points of a sheet divide, in visiting order; `sentence` asks whether that is the message."""

    by_touchpoint: tuple[WeightShare, ...]
    by_standard: tuple[WeightShare, ...]
    sentence: str


@dataclass(frozen=True)
class VisitLength:
    """How long a visit probably takes; `warning` is empty while a sheet is short enough."""

    minutes: int
    standards: int
    warning: str


def weight_shares(standards: Sequence[Standard]) -> WeightShares:
    """
    Say how the weights divide by touchpoint and by standard.

    Args:
        standards: what one visit is asked (`Edition.sheet`), or all standards of a set.
    Returns:
        No shares where nothing weighs: then there is no message to read.
    """
    total = fsum(standard.weight for standard in standards)
    if not total > 0:
        return WeightShares((), (), "No standard has a weight above 0 yet.")
    by_touchpoint = tuple(
        _share(touchpoint, fsum(one.weight for one in grouped), total)
        for touchpoint, grouped in touchpoints_of(standards).items()
    )
    by_standard = tuple(_share(one.code, one.weight, total) for one in standards)
    return WeightShares(by_touchpoint, by_standard, _message(by_touchpoint))


def _share(name: str, weight: float, total: float) -> WeightShare:
    return WeightShare(name, weight, weight / total)


def _message(shares: tuple[WeightShare, ...]) -> str:
    heaviest = max(shares, key=lambda share: share.share)
    lightest = min(shares, key=lambda share: share.share)
    if len(shares) == 1:
        return f"All points lie on {heaviest.name}: is that your message?"
    if _percent(heaviest) == _percent(lightest):
        return f"Every touchpoint weighs the same, {_percent(heaviest)}: is that your message?"
    said = f"{heaviest.name} {_percent(heaviest)}, {lightest.name} {_percent(lightest)}"
    return f"{said}: is that your message?"


def _percent(share: WeightShare) -> str:
    return f"{say_number(round(100 * share.share))} %"


def visit_minutes(standards: Sequence[Standard]) -> int:
    """
    Estimate how many minutes a visit with these standards takes its shopper, waiting left out.

    A wait of days costs one tap to start it. Other waits are stood through once, beside other standards.

    Source:
        Decision of this project: the seconds above, to be set right by the times of real visits.
    """
    seconds = _AROUND_SECONDS if standards else 0
    for standard in standards:
        is_tap = is_long_wait(standard.measure, standard.target)
        seconds += _SECONDS[Measure.YES_NO if is_tap else standard.measure]
        seconds += _PHOTO_SECONDS * (standard.evidence is Evidence.ALWAYS)
    return ceil(seconds / 60)


def visit_length(standards: Sequence[Standard]) -> VisitLength:
    """Say how long a visit takes, with a warning beyond 40 standards."""
    count, minutes = len(standards), visit_minutes(standards)
    warning = ""
    if count > MOST_STANDARDS:
        warning = (
            f"{count} standards in one visit are more than a shopper keeps in mind ({MOST_STANDARDS}). "
            "Take out what changes nothing, or make two sets."
        )
    return VisitLength(minutes, count, warning)
