"""What is said of severity: one sentence on what who visited has to do with the gap; no shopper is named."""

from math import floor

from standards.comparing.severity import AdjustedDifference, NotAdjusted
from standards.comparing.shares import Difference

# Gaps that differ by a fifth of a point of a hundred, or by a tenth of themselves, are called the same.
_SAME_POINTS, _SAME_PART = 0.2, 0.1
_PARTS = (
    (0.1, "About a tenth"),
    (0.2, "About a fifth"),
    (0.25, "About a quarter"),
    (1 / 3, "About a third"),
    (0.5, "About half"),
    (2 / 3, "About two thirds"),
    (0.75, "About three quarters"),
    (0.9, "About nine tenths"),
)
# Below it a sentence adds which visits it rests on.
_NEARLY_ALL_VISITS = 0.9


def say_adjusted(found: AdjustedDifference, own_name: str, other_name: str, *, kind: str = "brands") -> str:
    """
    Say what who visited has to do with the gap, in one sentence where that is all. No shopper is named.

    "May be" stands where raw and adjusted differ by no more than chance could make them. A second sentence
    follows where a gap is only sure until it is adjusted, or where it rests on a part of the visits.

    Args:
        found: a difference of scores or of shares.
        own_name: the brand (or channel) from which the other is taken.
        other_name: the other.
        kind: what the two are, in the plural.
    """
    both = f"{own_name} and {other_name}"
    if found.raw is None or found.adjusted is None or found.who_visited is None:
        return _say_not_adjusted(found, both, kind)
    raw, adjusted = (100 * gap.estimate / found.full_scale for gap in (found.raw, found.adjusted))
    said = _say_part(raw, adjusted, own_name, other_name, is_sure=not _holds_zero(found.who_visited))
    if _holds_zero(found.adjusted) and not _holds_zero(found.raw):
        said += " Allowing for who visited, the gap may be chance."
    if found.overlap.share_of_visits < _NEARLY_ALL_VISITS:
        share = floor(100 * found.overlap.share_of_visits)
        said += (
            f" This rests on at least {share} % of the visits to each: those of shoppers who visited "
            f"several {kind}."
        )
    return said


def _holds_zero(gap: Difference) -> bool:
    return gap.interval is None or gap.interval.low <= 0 <= gap.interval.high


def _say_not_adjusted(found: AdjustedDifference, both: str, kind: str) -> str:
    if found.reason is NotAdjusted.NO_VISITS:
        return f"Without visits to both {both} there is no gap to adjust for who visited."
    if found.reason is NotAdjusted.NOBODY_NAMED:
        return f"No shopper is known for the visits to {both}, so the gap cannot be adjusted for who visited."
    if found.reason is NotAdjusted.ONE_SHOPPER:
        return f"One shopper only is known for {both}, and nobody to compare that shopper with."
    if found.reason is NotAdjusted.ALL_ALIKE:
        return f"The visits to {both} are too much alike to tell what who visited has to do with the gap."
    return (
        f"There is too little overlap between shoppers and {kind} to adjust the gap between {both} "
        "for who visited."
    )


def _say_part(raw: float, adjusted: float, own_name: str, other_name: str, *, is_sure: bool) -> str:
    """Say it of gaps in points of percent; `is_sure` that chance alone would not make them differ so."""
    gap = f"the gap between {own_name} and {other_name}"
    hides = "hides" if is_sure else "may hide"
    higher, lower = ("higher", "lower") if adjusted > 0 else ("lower", "higher")
    if abs(raw - adjusted) <= max(_SAME_POINTS, _SAME_PART * abs(raw)):
        return f"Who visited changes little or nothing of {gap}."
    if abs(adjusted) <= _SAME_POINTS:
        return f"The whole of {gap} {'is' if is_sure else 'may be'} who visited."
    if abs(raw) <= _SAME_POINTS:
        return (
            f"Who visited {hides} a gap: seen by the same shoppers, {own_name} is "
            f"{abs(adjusted):.1f} points {higher} than {other_name}."
        )
    if raw * adjusted < 0:
        return (
            f"Who visited {'turns' if is_sure else 'may turn'} {gap} round: seen by the same shoppers, "
            f"{own_name} is {abs(adjusted):.1f} points {higher}, not {abs(raw):.1f} {lower}."
        )
    if abs(adjusted) > abs(raw):
        return (
            f"Who visited {hides} a part of {gap}: seen by the same shoppers it is "
            f"{abs(adjusted):.1f} points and not {abs(raw):.1f}."
        )
    share = 1 - adjusted / raw
    words = min(_PARTS, key=lambda part: abs(part[0] - share))[1]
    return f"{words} of {gap} {'is' if is_sure else 'may be'} who visited."
