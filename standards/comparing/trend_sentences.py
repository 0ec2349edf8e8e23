"""The words of a time line: what stands out of the usual up and down, since when, and what is noted there."""

from collections.abc import Sequence
from datetime import date

from standards.comparing.sentences import say_count
from standards.comparing.trends import BASELINE, Period, Signal, SignalKind, XmrLimits

# A signal that reaches into the last so many periods with visits is about lately.
LATELY = 3


def say_signal(signal: Signal) -> str:
    """Say of one point why it is marked."""
    side = "above" if signal.is_above else "below"
    match signal.kind:
        case SignalKind.BEYOND_LIMITS:
            return f"{side} the usual up and down"
        case SignalKind.RUN_OF_EIGHT:
            return f"one of {len(signal.points)} in a row {side} the mean"
        case SignalKind.THREE_OF_FOUR:
            return f"one of several close together near the {'upper' if signal.is_above else 'lower'} limit"


def say_period(starts_on: date, period: Period) -> str:
    """Name a period: `the week of 4 May 2026`, `May 2026`, `the 2nd quarter of 2026`."""
    match period:
        case Period.WEEK:
            return f"the week of {starts_on.day} {starts_on:%B %Y}"
        case Period.MONTH:
            return f"{starts_on:%B %Y}"
        case Period.QUARTER:
            return (
                f"the {('1st', '2nd', '3rd', '4th')[(starts_on.month - 1) // 3]} quarter of {starts_on.year}"
            )


def say_line(name: str, period: Period, seen: int, limits: XmrLimits | None) -> str:
    """
    Say whether one brand's line stays within its usual up and down.

    Args:
        name: the brand's.
        period: what its points are.
        seen: how many periods with visits there are since the last break.
        limits: of these; None where they are too few.
    """
    if not seen:
        return f"No complete visit to {name} in this time."
    if limits is None:
        return (
            f"Too early to say whether {name} changes: {say_count(seen, period.value)} with visits, "
            f"and only {BASELINE} show what is usual."
        )
    if limits.lower == limits.upper:
        return f"{name}: each {period.value} shows {limits.mean:.0f} %; no change shows."
    usual = f"{limits.lower:.0f} to {limits.upper:.0f} %"
    return f"{name}: each {period.value} lies within its usual up and down ({usual}); no change shows."


def say_change(name: str, period: Period, signal: Signal, limits: XmrLimits, starts: Sequence[date]) -> str:
    """
    Say what changed by one signal, and since when.

    Args:
        name: the brand's.
        period: what its points are.
        signal: whose places count within `starts`.
        limits: those it lies outside of.
        starts: the first day of every period of the line.
    """
    since = say_period(starts[signal.points[0]], period)
    side = "above" if signal.is_above else "below"
    usual = f"{limits.lower:.0f} to {limits.upper:.0f} %"
    match signal.kind:
        case SignalKind.BEYOND_LIMITS:
            return f"{name}: {since} lies {side} the usual up and down ({usual}). That is more than chance."
        case SignalKind.RUN_OF_EIGHT:
            run = say_count(len(signal.points), period.value)
            return (
                f"{name}: {run} in a row {side} the mean of {limits.mean:.0f} %, since {since}. "
                "That is more than chance."
            )
        case SignalKind.THREE_OF_FOUR:
            edge = "upper" if signal.is_above else "lower"
            return (
                f"{name}: {len(signal.points)} {period.value}s close together near the {edge} limit of its "
                f"usual up and down ({usual}), since {since}. That is more than chance."
            )
