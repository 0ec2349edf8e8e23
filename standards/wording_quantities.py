"""Quantities in a sentence: number, unit and comparator, and whether it is the target or only a condition."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from standards.wording_amounts import Amount, measured_at, ordinal_step_at, share_at, times_at
from standards.wording_comparators import comparator_after, comparator_before, far_comparator
from standards.wording_negation import TURNED, is_turned
from standards.wording_nouns import named_before
from standards.wording_numbers import Number, number_at, word_at
from standards.wording_outline import Outline, outline_of
from standards.wording_roles import Quantity, is_conditional
from standards.wording_selection import selects
from standards.wording_tokens import Token
from standards.wording_words import Words

_BEFORE_TIMES = 4
_MOST_COUNTED = 1_000
_BARE = {"duration": "<=", "share": ">=", "rating": ">=", "number": "=", "count": "="}


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
    outline = outline_of(tokens, words)
    place = 1
    while place < len(tokens) - 1:
        quantity, place = _quantity_at(tokens, place, outline, words)
        if quantity is not None and not taken & quantity.places:
            found.append(quantity)
    found.sort(key=lambda quantity: quantity.first)
    return tuple(
        replace(
            quantity,
            conditional=is_conditional(tokens, quantity, outline, words)
            or selects(tokens, quantity, outline, words),
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


def _quantity_at(
    tokens: Sequence[Token], place: int, outline: Outline, words: Words
) -> tuple[Quantity | None, int]:
    """The quantity that starts here, if any, and where to read on."""
    if tokens[place].quoted:
        return None, place + 1
    for read in (ordinal_step_at, times_at, share_at):
        amount = read(tokens, place, words)
        if amount is not None:
            return _with_comparator(tokens, place, amount, outline, words), amount.end
    number = number_at(tokens, place, words)
    if number is None:
        return None, place + 1
    amount = measured_at(tokens, place, number, words) or _counted_before(tokens, place, number, words)
    if amount is None:
        return None, place + 1 if number.article else number.end
    if amount.skip and not _is_long_enough(tokens, place, amount, words):
        return None, amount.end
    return _with_comparator(tokens, place, amount, outline, words), amount.end


def _counted_before(tokens: Sequence[Token], place: int, number: Number, words: Words) -> Amount | None:
    """ "Number of people in line: 4 at most": what is counted stands before its number."""
    if number.article or number.part or number.value.denominator != 1 or number.value > _MOST_COUNTED:
        return None
    suffix, end = comparator_after(tokens, number.end, words)
    sign, places = comparator_before(tokens, place, words)
    compared = suffix or sign or far_comparator(tokens, place, words)
    unit = named_before(tokens, min(places, default=place), number.end, words) if compared else None
    return Amount("count", number.value, unit, end, suffix) if unit else None


def _is_long_enough(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> bool:
    """ "24 hours a day" says when; "at least 2 hours a week" says how long."""
    if amount.kind != "duration" or word_at(tokens, amount.end - 2) not in words.sets["clauses.per"]:
        return False
    sign, _places = comparator_before(tokens, place, words, amount.kind)
    return sign is not None


def _with_comparator(
    tokens: Sequence[Token], place: int, amount: Amount, outline: Outline, words: Words
) -> Quantity | None:
    # "By" compares rings, and names who does something: "by the third ring", "by two people".
    kind = "things" if amount.kind == "count" and amount.bare is None else amount.kind
    sign, places = comparator_before(tokens, place, words, kind)
    signed = (word_at(tokens, place - 1),) in words.units and not tokens[place - 1].is_word
    first = min(places, default=place - signed)
    suffixed = bool(
        amount.suffix and (sign is None or word_at(tokens, first) in ("in", "within", "from", "by"))
    )
    sign = amount.suffix if suffixed else sign
    if amount.kind == "duration" and word_at(tokens, first) == "up" and _is_ahead(tokens, amount, words):
        # "up to 2 hours before the show"
        sign = ">="
    if sign is None:
        sign = far_comparator(tokens, place, words)
    if sign is None and not _bare_counts(tokens, place, amount, words):
        return None
    turned = sign in TURNED and is_turned(tokens, first, amount.end - 1, sign, outline, words, after=suffixed)
    if sign and turned:
        sign = TURNED[sign]
    upper, target = amount.upper, amount.value
    if upper is not None and amount.kind == "duration" and sign not in (">", ">="):
        target, upper, sign = upper, None, sign if sign in ("<", "<=") else "<="
    elif upper is not None and sign is None:
        sign = ">="
    return Quantity(
        kind=amount.kind,
        comparator=sign or _bare(tokens, place, amount, words),
        target=target,
        unit=amount.unit,
        first=first,
        last=amount.end - 1,
        explicit=sign is not None,
        places=frozenset({*places, *range(place - signed, amount.end), *(outline.banning if turned else ())}),
        upper=upper,
        turned=turned,
        suffixed=suffixed,
    )


def _bare_counts(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> bool:
    """Whether a number without a comparator is an amount at all."""
    before = word_at(tokens, place - 1)
    if before == "from" and amount.suffix is None:
        return False
    if amount.kind == "number" and (before == "after" or tokens[place].text in ("a", "an")):
        # "After 50 km" says when the standard counts, and "a meter" names a thing.
        return False
    following = [word_at(tokens, amount.end), word_at(tokens, amount.end + 1)]
    if following[0] in words.sets["negation.never"] or following == ["do", "not"]:
        # "Two colleagues never talk while a customer waits"
        return False
    if amount.kind != "count" or amount.bare:
        return True
    return tokens[place].text != "one" and amount.value != 1 and before not in words.sets["counting.naming"]


def _is_ahead(tokens: Sequence[Token], amount: Amount, words: Words) -> bool:
    """ "5 minutes before the start", "48 hours' notice"."""
    after = amount.end + (word_at(tokens, amount.end) == "'")
    return word_at(tokens, after) == "before" or word_at(tokens, after) in words.sets["description.notice"]


def _bare(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> str:
    """What a number without a comparator asks for. Our own decision."""
    before = word_at(tokens, place - 1)
    if amount.bare:
        # "before it has rung five times": it may ring four times.
        nearby = {token.text for token in tokens[max(0, place - _BEFORE_TIMES) : place]}
        return "<" if "before" in nearby else amount.bare
    if amount.kind == "duration" and (before == "for" or _is_ahead(tokens, amount, words)):
        return ">="
    return _BARE[amount.kind]
