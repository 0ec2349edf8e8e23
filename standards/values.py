"""Values as people write and read them: `2 min 30 s`, `00:02:30`, `4/5`, `95 %`, and back into words."""

import re
from dataclasses import dataclass

from standards.editions import DEFAULT_STEPS, Standard
from standards.errors import ValueNotAllowed
from standards.measuring import (
    DAY_UNITS,
    RATING_TOP,
    Comparator,
    Measure,
    Target,
    Verdict,
    is_allowed,
    verdict_of,
)

MINUTE, HOUR, DAY = 60, 3600, 86400
LONGEST_CELL = 200

_UNIT_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
}
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:\s\d{3}){1,4}|\d{1,15})(?:[.,]\d{1,20})?")
# 1,250 is a thousand and more to some and less than two to others: nobody may guess which.
_UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_CLOCK = re.compile(r"(\d{1,6}):([0-5]\d)(?::([0-5]\d))?")
_PART = re.compile(r"(\d{1,15}(?:[.,]\d{1,9})?)\s{0,3}([a-z]{1,8})\.?(?:\s{1,3}|,\s{0,3}|(?=\d)|$)")
_OUT_OF = re.compile(r"(\d{1,9})\s{0,3}(?:/|of|out of)\s{0,3}(\d{1,9})")

_VERDICT_WORDS = {
    "met": Verdict.MET,
    "missed": Verdict.MISSED,
    **dict.fromkeys(("n/a", "na", "not applicable"), Verdict.NOT_APPLICABLE),
}
_YES_NO_WORDS = {
    **dict.fromkeys(("yes", "y", "true", "1"), 1.0),
    **dict.fromkeys(("no", "n", "false", "0"), 0.0),
}

_ALLOWED = {
    Measure.YES_NO: "yes or no",
    Measure.DURATION: "a duration such as 95, 00:02:30, 2 min 30 s, or > 5 min where the wait was given up",
    Measure.COUNT: "a whole number from 0",
    Measure.NUMBER: "a number such as 1250 or 2.5, thousands without a comma",
    Measure.SHARE: "a percentage from 0 to 100, or k of n",
    Measure.RATING: "a step from 1 to 5, such as 4 or 4/5",
}


@dataclass(frozen=True)
class Answer:
    """What one cell or control holds: a verdict, and the value it came from where there is one."""

    verdict: Verdict | None
    value: float | None = None
    longer_than: bool = False
    counted_of: int | None = None


def allowed_for(standard: Standard) -> str:
    """Say in words what may be written for a standard."""
    words = _ALLOWED[standard.measure]
    if standard.measure is Measure.DURATION and standard.target.unit in DAY_UNITS:
        words = f"a number of {standard.target.unit} such as 2, or > 5 where the wait was given up"
    return f"met, missed, n/a, or {words}"


def read_answer(standard: Standard, text: str) -> Answer | None:
    """
    Read what a person wrote for one standard: a verdict, or a value from which the verdict follows.

    Args:
        standard: whose measure and target judge the value.
        text: at most 200 characters count; blank means unanswered.
    Returns:
        The answer in the target's unit, or None for a blank cell.
    Raises:
        ValueNotAllowed: neither a verdict nor a value of this measure.
    """
    written = text.strip()
    if not written:
        return None
    if len(written) <= LONGEST_CELL:
        lowered = " ".join(written.lower().split())
        if lowered in _VERDICT_WORDS:
            return Answer(_VERDICT_WORDS[lowered])
        answer = _read_value(standard, lowered)
        if answer is not None:
            return answer
    raise ValueNotAllowed(value=shorten(written), allowed=allowed_for(standard))


def answer_of(
    standard: Standard, value: float, *, longer_than: bool = False, counted_of: int | None = None
) -> Answer:
    """
    Judge a value a control gave.

    Raises:
        ValueNotAllowed: the value cannot occur in the standard's measure.
    """
    if not is_allowed(standard.measure, value):
        raise ValueNotAllowed(value=value, allowed=allowed_for(standard))
    verdict = verdict_of(standard.target, value, longer_than=longer_than)
    return Answer(verdict, value, longer_than, counted_of)


def _read_value(standard: Standard, lowered: str) -> Answer | None:
    longer_than = False
    if standard.measure is Measure.DURATION and lowered.startswith(">"):
        longer_than, lowered = True, lowered[1:].strip()
    counted_of = None
    value: float | None = None
    match standard.measure:
        case Measure.YES_NO:
            value = _YES_NO_WORDS.get(lowered)
        case Measure.DURATION:
            value = _read_duration(lowered, standard.target.unit)
        case Measure.RATING:
            value = _read_rating(lowered)
        case Measure.SHARE if counted := _OUT_OF.fullmatch(lowered):
            hits, counted_of = int(counted[1]), int(counted[2])
            value = 100 * hits / counted_of if counted_of else None
        case Measure.SHARE:
            value = read_number(lowered, "%", "percent")
        case Measure.COUNT | Measure.NUMBER:
            unit = standard.target.unit.lower()
            value = read_number(lowered, unit, _singular(unit))
    if value is None or not is_allowed(standard.measure, value):
        return None
    return answer_of(standard, value, longer_than=longer_than, counted_of=counted_of)


def read_number(text: str, *units: str) -> float | None:
    """
    Read a decimal number with a point or a comma, alone or followed by one of the units.

    Thousands may stand apart by a space, as `say_number` writes them; `1,250` is read as nothing.
    """
    found = _NUMBER.match(text)
    if not found or text[found.end() :].strip() not in ("", *units):
        return None
    return _decimal(found[0])


def _decimal(digits: str) -> float | None:
    return None if _UNCLEAR.fullmatch(digits) else float("".join(digits.split()).replace(",", "."))


def _read_rating(text: str) -> float | None:
    if (out_of := _OUT_OF.fullmatch(text)) and int(out_of[2]) == RATING_TOP:
        return float(out_of[1])
    return read_number(text)


def _read_duration(text: str, unit: str) -> float | None:
    """Return seconds, or days where the target is in days."""
    if unit in DAY_UNITS:
        return read_number(text, unit, unit.removesuffix("s"), "d")
    return read_seconds(text)


def read_seconds(text: str) -> float | None:
    """Read `95`, `00:02:30`, `02:30` or `2 min 30 s` as seconds; None where it is none of them."""
    if clock := _CLOCK.fullmatch(text):
        first, second, third = int(clock[1]), int(clock[2]), clock[3]
        return float(
            first * MINUTE + second if third is None else first * HOUR + second * MINUTE + int(third)
        )
    if (plain := read_number(text)) is not None:
        return plain
    total, at = 0.0, 0
    smallest = float("inf")
    for part in _PART.finditer(text):
        amount, unit = _decimal(part[1]), _UNIT_SECONDS.get(part[2])
        # Each unit once, the largest first: "2.5 s 2.5 s" is a slip of the finger, not 5 seconds.
        if part.start() != at or amount is None or unit is None or unit >= smallest:
            return None
        total += amount * unit
        smallest, at = unit, part.end()
    return total if text and at == len(text) else None


def seconds_in(unit: str) -> int | None:
    """Return how many seconds a unit of duration has, or None for no such unit (working days have none)."""
    return _UNIT_SECONDS.get(unit)


def shorten(text: str, limit: int = 60) -> str:
    """Cut a text for a message, so that a cell of a million characters stays one line."""
    flat = " ".join(text[: limit * 4].split())
    return flat if len(flat) <= limit else f"{flat[: limit - 1]}…"


def say_number(value: float) -> str:
    """Write a number without a trailing `.0`, with thousands apart by a narrow space: `1 250`, `2.5`."""
    rounded = round(value, 2) or 0.0
    written = f"{rounded:,.0f}" if rounded == int(rounded) else f"{rounded:,.2f}".rstrip("0")
    return written.replace(",", "\N{NARROW NO-BREAK SPACE}")


def say_seconds(seconds: float) -> str:
    """Write a duration in words: `45 s`, `2 min 30 s`, `3 h`, `2 days 4 h`."""
    whole = round(seconds)
    if whole < MINUTE:
        return f"{say_number(round(seconds, 1))} s"
    days, rest = divmod(whole, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = [
        f"{days} day{'s' if days != 1 else ''}" if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
        f"{rest} s" if rest else "",
    ]
    return " ".join([part for part in parts if part][:2])


def _singular(unit: str) -> str:
    return unit if unit.endswith("ss") else unit.removesuffix("s")


def _say_amount(measure: Measure, value: float, unit: str) -> str:
    match measure:
        case Measure.YES_NO:
            return "yes" if value else "no"
        case Measure.DURATION if unit not in DAY_UNITS:
            return say_seconds(value)
        case Measure.COUNT | Measure.DURATION:
            return f"{say_number(value)} {_singular(unit) if value == 1 else unit}".strip()
        case Measure.SHARE:
            return f"{say_number(value)} %"
        case Measure.RATING:
            return f"{say_number(value)} of {RATING_TOP}"
        case _:
            return f"{say_number(value)} {unit}".strip()


def say_target(measure: Measure, target: Target) -> str:
    """Say a target in words a shopper reads at a glance: `at most 3 h`, `at least 65 °C`, `yes`."""
    amount = _say_amount(measure, target.value, target.unit)
    if measure is Measure.YES_NO:
        return amount
    return {
        Comparator.AT_MOST: f"at most {amount}",
        Comparator.AT_LEAST: f"at least {amount}",
        Comparator.BELOW: f"less than {amount}",
        Comparator.ABOVE: f"more than {amount}",
        Comparator.EXACTLY: f"exactly {amount}",
    }[target.comparator]


def say_value(standard: Standard, value: float, *, longer_than: bool = False) -> str:
    """Say a recorded value in words: `2 min 30 s`, `4 of 5`, `longer than 5 days`."""
    amount = _say_amount(standard.measure, value, standard.target.unit)
    return f"longer than {amount}" if longer_than else amount


def write_value(
    standard: Standard, value: float, *, longer_than: bool = False, counted_of: int | None = None
) -> str:
    """
    Write a recorded value so that reading it back gives the same: `25 h 59 min 59 s`, `7 of 9`, `> 5`.

    Unlike `say_value` nothing is rounded; the field it stands in may be left as it is at no cost.
    """
    if standard.measure is Measure.SHARE and counted_of:
        return f"{round(value * counted_of / 100)} of {counted_of}"
    if standard.measure is Measure.DURATION and standard.target.unit not in DAY_UNITS:
        hours, rest = divmod(value, HOUR)
        minutes, seconds = divmod(rest, MINUTE)
        parts = [
            f"{amount:.12g} {unit}"
            for amount, unit in ((hours, "h"), (minutes, "min"), (seconds, "s"))
            if amount
        ]
        written = " ".join(parts) or "0 s"
    else:
        written = f"{value:.15g}"
    return f"> {written}" if longer_than else written


def steps_of(standard: Standard) -> tuple[str, ...]:
    """Return a rating's five steps in words, lowest first."""
    return standard.steps or DEFAULT_STEPS
