"""What a quantity is there for: the target, or a condition under which the standard counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from standards.wording_numbers import word_at
from standards.wording_outline import Outline
from standards.wording_tokens import Token
from standards.wording_words import Words

_MOST_NAMED = 4
_LIMITS = ("within", "inside")


@dataclass(frozen=True)
class Quantity:
    """
    One quantity of a sentence.

    `upper` is the other end of a range. `explicit` tells that a comparator was written, `turned` that a
    negation turned it round, `suffixed` that it stands after the number. `conditional` tells that the
    quantity says when or for what the standard counts ("if the wait is over 2 minutes", "orders above
    £50"). `places` are the tokens it was read from.
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
    turned: bool = False
    suffixed: bool = False


def is_conditional(tokens: Sequence[Token], quantity: Quantity, outline: Outline, words: Words) -> bool:
    """
    Whether the quantity says when the standard counts, not what it asks for.

    Args:
        tokens: a sentence with the marks of start and end.
        quantity: one of its quantities.
        outline: the sentence's verbs and conditions.
        words: the language's words.
    """
    bare_duration = quantity.kind == "duration" and not quantity.explicit
    if bare_duration and quantity.first == 2 and tokens[1].text == "after":
        return True
    return _opens_with_case(tokens, quantity, outline, words) or any(
        _is_under(tokens, condition, quantity, outline, words) for condition in outline.conditions
    )


def _opens_with_case(tokens: Sequence[Token], quantity: Quantity, outline: Outline, words: Words) -> bool:
    """ "With more than 3 people in line, …", "At temperatures above 30 °C …"."""
    opening = tokens[1].text
    far = quantity.first > _MOST_NAMED + 1 or (quantity.first == 2 and opening in ("for", "in", "on"))
    if far or quantity.kind == "share" or opening not in words.sets["selection.cases"]:
        return False
    if quantity.first > 2 and not belongs_to_noun(tokens, quantity, outline, words):
        return False
    comma = any(token.text == "," for token in tokens[quantity.last + 1 :])
    if quantity.comparator == ">=":
        return comma and opening == "with"
    goes_on = comma or outline.verbs_between(quantity.last + 1, len(tokens)) > 0
    return goes_on and quantity.comparator == ">"


def _is_under(
    tokens: Sequence[Token], condition: int, quantity: Quantity, outline: Outline, words: Words
) -> bool:
    """Whether the condition that starts at `condition` holds the quantity."""
    between = tokens[condition : quantity.first]
    if not between or any(token.text in (",", ";") for token in between):
        return False
    relative = tokens[condition].text in words.sets["clauses.relative"]
    if tokens[quantity.first].text in _LIMITS:
        far = relative and quantity.unit in words.sets["selection.lengths"]
        return far or _is_undone(tokens, quantity.first)
    if relative:
        return _is_in_relative(tokens, condition, quantity, outline)
    return _is_in_case(tokens, condition, quantity, outline, words)


def _is_in_relative(tokens: Sequence[Token], condition: int, quantity: Quantity, outline: Outline) -> bool:
    """ "Guests who wait over 5 minutes are …" against "Guests who call are answered in under 5 minutes"."""
    gerund = tokens[condition].text in ("waiting", "having")
    if gerund and (quantity.turned or condition == 1):
        return False
    if outline.verbs_between(condition + 1, quantity.first) > 1:
        return False
    bare = not quantity.explicit and quantity.kind in ("duration", "count")
    if quantity.comparator == ">" or bare or quantity.last + 1 in outline.verbs:
        return True
    return quantity.comparator == ">=" and outline.verbs_between(1, condition) > 0


def _is_in_case(
    tokens: Sequence[Token], condition: int, quantity: Quantity, outline: Outline, words: Words
) -> bool:
    """ "If the wait is over 5 minutes …", "… when 3 people or more are in line"."""
    sign, kind = quantity.comparator, quantity.kind
    if sign == ">=" and _is_requirement(tokens, condition, words):
        return False
    before = {token.text for token in tokens[condition + 1 : quantity.first]}
    bare = not quantity.explicit and kind != "number"
    if sign == ">" or bare or before <= words.sets["clauses.existence"]:
        return True
    if condition == 1:
        return any(token.text == "," for token in tokens[quantity.last + 1 :])
    trails = outline.verbs_between(1, condition) > 0
    if not trails or outline.verbs_between(condition + 1, quantity.first) > 1:
        return False
    ahead = tokens[quantity.last].text in words.sets["clauses.ahead"]
    return not ahead and (sign == ">=" or kind == "number" or (sign == "<" and kind != "duration"))


def _is_requirement(tokens: Sequence[Token], condition: int, words: Words) -> bool:
    """ "only when it has reached at least 75 °C" asks for 75 °C."""
    near = (word_at(tokens, condition - 1), tokens[condition].text)
    return "only" in near or near[1] in words.sets["clauses.until"]


def _is_undone(tokens: Sequence[Token], first: int) -> bool:
    """ "if it is not solved within 5 minutes"."""
    near = [word_at(tokens, first - back) for back in (1, 2, 3)]
    return "not" in near and near[0] not in ("is", "there")


def belongs_to_noun(tokens: Sequence[Token], quantity: Quantity, outline: Outline, words: Words) -> bool:
    """Whether the quantity follows a noun as its size: "refunds above", "groups of", "bags weighing"."""
    first, before = tokens[quantity.first].text, tokens[quantity.first - 1].text
    if quantity.kind == "rating":
        return False
    if before == "of":
        return quantity.explicit or quantity.kind != "share"
    if before == "for":
        # "Bookings for more than six guests are confirmed by phone"
        return quantity.comparator == ">" and outline.verbs_between(quantity.last + 1, quantity.last + 3) > 0
    if before in words.sets["selection.participles"]:
        return True
    if first == "within":
        return quantity.unit in words.sets["selection.lengths"]
    # "On Saturdays over 90 % of calls …": the share belongs to the calls.
    shared = quantity.kind == "share" and word_at(tokens, quantity.last + 1) == "of"
    parted = before in words.sets["counting.stops"] | words.sets["verbs.auxiliaries"]
    return not (shared or parted) and (first in words.sets["selection.direct"] or quantity.suffixed)
