"""Quantities in a sentence: number, unit and comparator, and whether it is the target or only a condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from standards.wording_amounts import Amount, measured_at, ordinal_step_at, times_at
from standards.wording_comparators import comparator_before, far_comparator, is_negated
from standards.wording_numbers import number_at, word_at
from standards.wording_tokens import Token
from standards.wording_words import Words

_STRICT_TURNED = {">": "<=", "<": ">="}
_BEFORE_TIMES = 4
_BARE = {"duration": "<=", "share": ">=", "rating": ">=", "number": "=", "count": "="}


@dataclass(frozen=True)
class Quantity:
    """
    One quantity of a sentence.

    `upper` is the other end of a range. `explicit` tells that a comparator was written. `conditional`
    tells that it says when the standard counts ("if the wait is over 2 minutes"). `places` are the
    tokens it was read from.
    """

    kind: str
    comparator: str
    target: Fraction
    unit: str
    first: int
    last: int
    explicit: bool
    places: frozenset[int]
    conditional: bool = False
    upper: Fraction | None = None


def quantities_in(tokens: Sequence[Token], words: Words) -> tuple[Quantity, ...]:
    """
    Every quantity, in the order of the sentence.

    Args:
        tokens: a sentence with the marks of start and end.
        words: the language's words.
    Returns:
        Quantities; those inside quotation marks are left out, as they are words to be said.
    """
    found = [*_moments(tokens, words)]
    taken = {place for moment in found for place in moment.places}
    place = 1
    while place < len(tokens) - 1:
        quantity, place = _quantity_at(tokens, place, words)
        if quantity is not None and not taken & quantity.places:
            found.append(quantity)
    found.sort(key=lambda quantity: quantity.first)
    conditions = [match.first for match in words.conditions.matches(tokens)]
    return tuple(
        replace(
            quantity,
            conditional=_is_conditional(tokens, quantity, conditions) or _selects(tokens, quantity, words),
        )
        for quantity in found
    )


def main_quantity(quantities: Sequence[Quantity]) -> Quantity | None:
    """
    The quantity the standard is judged by.

    A share stands above what it is a share of ("90 % of calls within 20 seconds"), a written comparator
    above a bare number, and the first above later ones. Our own decision.
    """
    targets = [quantity for quantity in quantities if not quantity.conditional]
    return min(targets, key=_rank, default=None)


def _rank(quantity: Quantity) -> tuple[int, int]:
    if quantity.kind == "share":
        return 0, quantity.first
    if quantity.kind == "rating":
        return 1, quantity.first
    return (2 if quantity.explicit else 3), quantity.first


def _moments(tokens: Sequence[Token], words: Words) -> Iterator[Quantity]:
    end = -1
    matches = sorted(words.moments.matches(tokens), key=lambda match: (match.found_first, -match.found_last))
    for match in matches:
        if match.found_first <= end or tokens[match.first].quoted:
            continue
        end = match.found_last
        moment = words.moment_groups[match.group]
        yield Quantity(
            kind="duration",
            comparator="<=",
            target=Fraction(moment.target),
            unit=moment.unit,
            first=match.first,
            last=match.last,
            explicit=True,
            places=frozenset(range(match.first, match.last + 1)),
        )


def _quantity_at(tokens: Sequence[Token], place: int, words: Words) -> tuple[Quantity | None, int]:
    """The quantity that starts here, if any, and where to read on."""
    if tokens[place].quoted:
        return None, place + 1
    for amount in (ordinal_step_at(tokens, place, words), times_at(tokens, place, words)):
        if amount is not None:
            return _with_comparator(tokens, place, amount, words), amount.end
    number = number_at(tokens, place, words)
    if number is None:
        return None, place + 1
    amount = measured_at(tokens, place, number, words)
    if amount is None:
        return None, place + 1 if number.article else number.end
    if amount.skip and not _is_long_enough(tokens, place, amount, words):
        return None, amount.end
    return _with_comparator(tokens, place, amount, words), amount.end


def _is_long_enough(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> bool:
    """ "24 hours a day" says when; "at least 2 hours a week" says how long."""
    if amount.kind != "duration" or word_at(tokens, amount.end - 2) not in words.sets["clauses.per"]:
        return False
    sign, _places = comparator_before(tokens, place, words, amount.kind)
    return sign is not None


def _with_comparator(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> Quantity | None:
    sign, places = comparator_before(tokens, place, words, amount.kind)
    first = min(places, default=place)
    if sign in _STRICT_TURNED and is_negated(tokens, first, words):
        sign = _STRICT_TURNED[sign]
    if sign is None or (amount.suffix and word_at(tokens, first) in ("in", "within", "from", "by")):
        sign = amount.suffix or sign
    if sign is None:
        sign = far_comparator(tokens, place, words)
    if sign is None and not _bare_counts(tokens, place, amount, words):
        return None
    upper, target = amount.upper, amount.value
    if upper is not None and amount.kind == "duration":
        target, upper, sign = upper, None, sign if sign in ("<", "<=") else "<="
    elif upper is not None and sign is None:
        sign = ">="
    return Quantity(
        kind=amount.kind,
        comparator=sign or _bare(tokens, place, amount),
        target=target,
        unit=amount.unit,
        first=first,
        last=amount.end - 1,
        explicit=sign is not None,
        places=frozenset({*places, *range(place, amount.end)}),
        upper=upper,
    )


def _bare_counts(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> bool:
    """Whether a number without a comparator is an amount at all."""
    before = word_at(tokens, place - 1)
    if before == "from" and amount.suffix is None:
        return False
    if before == "after" and amount.kind == "number":
        # "after 50 km" says when the standard counts.
        return False
    if amount.kind != "count" or amount.bare:
        return True
    return tokens[place].text != "one" and amount.value != 1 and before not in words.sets["counting.naming"]


def _bare(tokens: Sequence[Token], place: int, amount: Amount) -> str:
    """What a number without a comparator asks for. Our own decision."""
    before = word_at(tokens, place - 1)
    if amount.bare:
        # "before it has rung five times": it may ring four times.
        nearby = {token.text for token in tokens[max(0, place - _BEFORE_TIMES) : place]}
        return "<" if "before" in nearby else amount.bare
    if amount.kind == "duration" and (before == "for" or word_at(tokens, amount.end) == "before"):
        return ">="
    return _BARE[amount.kind]


def _is_conditional(tokens: Sequence[Token], quantity: Quantity, conditions: Sequence[int]) -> bool:
    """Whether the quantity says when the standard counts, not what it asks for."""
    bare_duration = quantity.kind == "duration" and not quantity.explicit
    if bare_duration and _follows_opening_after(tokens, quantity.first):
        return True
    for condition in conditions:
        if condition >= quantity.first or any(
            tokens[place].text in (",", ";") for place in range(condition, quantity.first)
        ):
            continue
        limit = word_at(tokens, quantity.first) in ("within", "inside")
        if limit and _is_undone(tokens, quantity.first):
            return True
        if quantity.comparator == ">" or (quantity.comparator == "=" and quantity.kind != "number"):
            return True
        if bare_duration:
            return True
        comma_after = any(token.text == "," for token in tokens[quantity.last + 1 :])
        if comma_after and not limit and condition == 1:
            return True
    return False


def _selects(tokens: Sequence[Token], quantity: Quantity, words: Words) -> bool:
    """ "Delays of more than 5 minutes are announced" says which delays, not how long one may be."""
    if quantity.comparator not in (">", ">=") or quantity.kind not in ("duration", "number"):
        return False
    if word_at(tokens, quantity.first - 1) != "of":
        return False
    finite = words.sets["negation.finite"]
    before = any(token.text in finite for token in tokens[: quantity.first])
    return not before and word_at(tokens, quantity.last + 1) in finite


def _is_undone(tokens: Sequence[Token], first: int) -> bool:
    """ "if it is not solved within 5 minutes"."""
    return "not" in [word_at(tokens, first - back) for back in (1, 2, 3)] and word_at(
        tokens, first - 1
    ) not in (
        "is",
        "there",
    )


def _follows_opening_after(tokens: Sequence[Token], place: int) -> bool:
    return place == 2 and word_at(tokens, 1) == "after"
