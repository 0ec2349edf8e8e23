"""Amounts in a sentence: a number with its unit, or what it counts, before its comparator is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from standards.wording_comparators import comparator_after, comparator_before
from standards.wording_nouns import counted_noun, plural_of
from standards.wording_numbers import Number, number_at, ordinal_at, word_at
from standards.wording_tokens import Token
from standards.wording_words import Words

_NEAR = 6
_IN_REACH = 40
_HUNDRED = 100


@dataclass(frozen=True)
class Amount:
    """A number with its unit, before its comparator is known."""

    kind: str
    value: Fraction
    unit: str
    end: int
    suffix: str | None = None
    bare: str | None = None
    upper: Fraction | None = None
    skip: bool = False


def measured_at(tokens: Sequence[Token], place: int, number: Number, words: Words) -> Amount | None:
    """
    What a number measures or counts.

    Args:
        tokens: a sentence with the marks of start and end.
        place: where the number starts.
        number: the number itself.
        words: the language's words.
    Returns:
        The amount with the comparator after it, if one stands there; marked `skip` for a time of day or
        an age; None when the number measures nothing.
    """
    if _is_clock(tokens, number.end, words):
        return Amount("clock", number.value, "", number.end + 1, skip=True)
    number = _signed(tokens, place, number)
    upper = _upper(tokens, place, number, words)
    end = upper.end if upper else number.end
    high = upper.value if upper else None
    suffix, end = comparator_after(tokens, end, words)
    if not number.article and upper is None:
        pair = _pair(tokens, number, end, words)
        if pair is not None:
            return replace(pair, suffix=suffix or pair.suffix)
    amount = (
        _money(tokens, place, number, end, words)
        or _with_unit(tokens, number, end, words)
        or (None if number.article else _share_of(tokens, number, end, words))
    )
    if amount is None and word_at(tokens, end) == "star" and tokens[end].tied:
        rated = _is_rated(tokens, end, words)
        if not rated and tokens[end + 1].is_word:
            return Amount("rating", number.value, "", end + 1, skip=True)
    if amount is None and not number.article and not number.part:
        amount = _rating(tokens, number, end, words) or _count(tokens, number, end, words)
    if amount is None:
        return None
    if _is_description(tokens, place, number, amount, words):
        return replace(amount, skip=True)
    if high is not None:
        amount = replace(amount, upper=high * amount.value / number.value if number.value else high)
    late_suffix, end = comparator_after(tokens, amount.end, words)
    return replace(amount, suffix=suffix or late_suffix or amount.suffix, end=end)


def _is_clock(tokens: Sequence[Token], end: int, words: Words) -> bool:
    return word_at(tokens, end).rstrip(".") in words.sets["clauses.clock"] or (
        word_at(tokens, end) == ":" and word_at(tokens, end + 1).isdecimal()
    )


def _is_description(
    tokens: Sequence[Token], place: int, number: Number, amount: Amount, words: Words
) -> bool:
    """ "24-hour helpline", "open 24 hours" and "under-18s" say what something is, not what is asked for."""
    unit, following = tokens[amount.end - 1], word_at(tokens, amount.end)
    if amount.kind == "share":
        bare = comparator_before(tokens, place, words, "share")[0] is None
        return bare and following in words.sets["description.parts"]
    if amount.kind not in ("duration", "number"):
        return False
    if unit.text == "s" and _is_age(tokens, place, amount, words):
        return True
    opens = word_at(tokens, place - 1) in words.sets["description.open"]
    if opens and unit.text in ("hours", "days") and following not in words.sets["description.asked"]:
        return True
    compound = unit.tied or (unit.text in words.sets["description.singular"] and number.value > 1)
    named = tokens[amount.end].is_word and following not in words.sets["counting.stops"]
    if not compound or not named or following in words.sets["description.asked"]:
        return False
    phrase = comparator_before(tokens, place, words, amount.kind)[1]
    return len(phrase) < 2


def _is_age(tokens: Sequence[Token], place: int, amount: Amount, words: Words) -> bool:
    """ "under-18s", "the over 65s", "under 18s are asked"."""
    if word_at(tokens, place - 1) == "-":
        return True
    compared = word_at(tokens, place - 1) in ("under", "over")
    opens = word_at(tokens, place - 2) in words.sets["description.aged"]
    verbs = words.sets["verbs.auxiliaries"] | words.sets["verbs.plain"]
    return compared and (opens or (place == 2 and word_at(tokens, amount.end) in verbs))


def _signed(tokens: Sequence[Token], place: int, number: Number) -> Number:
    before = word_at(tokens, place - 1)
    spaced = place < 2 or tokens[place - 2].end < tokens[place - 1].start
    if before == "minus" or (before == "-" and spaced and tokens[place - 1].end == tokens[place].start):
        return replace(number, value=-number.value)
    return number


def _upper(tokens: Sequence[Token], place: int, number: Number, words: Words) -> Number | None:
    """The other end of "3-5", "two to four" or "between 2 and 8"; units may stand between."""
    if number.article or number.part:
        return None
    end = number.end
    between = "between" in (word_at(tokens, place - 1), word_at(tokens, place - 2))
    if between:
        while end < number.end + 3 and word_at(tokens, end) not in ("and", ""):
            end += 1
    joins = ("and",) if between else ("-", "to", "or")
    if word_at(tokens, end) not in joins:
        return None
    after = word_at(tokens, end + 1)
    upper = number_at(tokens, end + 1, words)
    if upper is None or upper.article or after == "-" or upper.value <= number.value:
        return None
    return upper


def _pair(tokens: Sequence[Token], number: Number, end: int, words: Words) -> Amount | None:
    """ "4 out of 5", "nine in ten callers": a rating, or a share when what is counted follows."""
    steps = words.sets["ratings.steps"]
    if word_at(tokens, end) in steps:
        suffix, after_step = comparator_after(tokens, end + 1, words)
        if word_at(tokens, after_step) not in ("out", "of"):
            return None
        inner = _pair(tokens, number, after_step, words)
        return inner and replace(inner, suffix=suffix or inner.suffix)
    between = word_at(tokens, end)
    top_place = end + 1
    if between == "out" and word_at(tokens, end + 1) == "of":
        between, top_place = "out of", end + 2
    if between not in ("out of", "of", "in", "/"):
        return None
    defined = word_at(tokens, top_place) in ("a", "the", "possible")
    top = number_at(tokens, top_place + defined, words)
    if top is None or top.article or top.part or not 0 <= number.value <= top.value or top.value == 0:
        return None
    if between == "/" and number.value == top.value:
        return None
    return _rating_or_share(tokens, number, between, top, words)


def _rating_or_share(
    tokens: Sequence[Token], number: Number, between: str, top: Number, words: Words
) -> Amount | None:
    """A share when what is counted follows ("nine out of ten callers"), else a rating."""
    defined = word_at(tokens, top.end - 2) == "the"
    noun = counted_noun(tokens, top.end, words, several=True)
    rated = _is_rated(tokens, top.end, words)
    step = word_at(tokens, top.end) in words.sets["ratings.steps"]
    if noun is not None and not step:
        share = Amount("share", round(number.value * _HUNDRED / top.value, 2), "percent", top.end)
        return None if defined else share
    if between == "in" or (between == "of" and not (rated or step or top.value in (5, 10))):
        return None
    suffix, after = comparator_after(tokens, top.end + step, words)
    return Amount("rating", number.value, f"of {_plain(top.value)}", after, suffix)


def _money(tokens: Sequence[Token], place: int, number: Number, end: int, words: Words) -> Amount | None:
    unit = words.units.get((word_at(tokens, place - 1),))
    if unit is None or word_at(tokens, place - 1).isalpha() or unit.kind != "number":
        return None
    return Amount("number", number.value, unit.name, end)


def _with_unit(tokens: Sequence[Token], number: Number, end: int, words: Words) -> Amount | None:
    if number.part and word_at(tokens, end) in ("of", "a", "an"):
        end += 1 + (word_at(tokens, end) == "of" and word_at(tokens, end + 1) in ("a", "an"))
    for length in range(words.longest_unit, 0, -1):
        unit = words.units.get(tuple(word_at(tokens, end + step) for step in range(length)))
        if unit is not None:
            break
    else:
        return None
    unit_word, after = word_at(tokens, end), end + length
    if unit.kind != "duration":
        # "a foot", "in 5 in": an article or a preposition is no measurement.
        if number.article and (unit.kind == "share" or unit_word in ("in", "bar")):
            return None
        return Amount(unit.kind, number.value, unit.name, after)
    if unit_word == "second" and number.article:
        return None
    value = number.value * unit.factor
    return _long_duration(tokens, Amount("duration", value, unit.name, after), unit.factor, words)


def _long_duration(tokens: Sequence[Token], amount: Amount, factor: int, words: Words) -> Amount:
    """Goes on for "an hour and a half" and "two minutes and thirty seconds"; skips "24 hours a day"."""
    end = amount.end
    following = word_at(tokens, end)
    if following in words.sets["clauses.per"] and (word_at(tokens, end + 1),) in words.units:
        return replace(amount, end=end + 2, skip=True)
    is_age = following in words.sets["clauses.ages"] and word_at(tokens, end - 1).startswith("year")
    past_hour = following in words.sets["clauses.past"] and number_at(tokens, end + 1, words) is not None
    if is_age or past_hour:
        return replace(amount, end=end + 1, skip=True)
    start = end + (following in ("and", ","))
    more = number_at(tokens, start, words)
    if more is None:
        return amount
    if more.part and more.value < 1 and following == "and" and word_at(tokens, more.end) != "of":
        unit = words.units.get((word_at(tokens, more.end),))
        if unit is None or unit.kind != "duration":
            return replace(amount, value=amount.value + more.value * factor, end=more.end)
    unit = words.units.get((word_at(tokens, more.end),))
    if unit and unit.kind == "duration" and unit.name == amount.unit and unit.factor < factor:
        return replace(amount, value=amount.value + more.value * unit.factor, end=more.end + 1)
    return amount


def _share_of(tokens: Sequence[Token], number: Number, end: int, words: Words) -> Amount | None:
    """ "half of the dishes", "two thirds of visitors"."""
    if not number.part or word_at(tokens, end) not in ("of", "the", "all") or number.value >= 1:
        return None
    return Amount("share", round(number.value * _HUNDRED, 2), "percent", end)


def _rating(tokens: Sequence[Token], number: Number, end: int, words: Words) -> Amount | None:
    """ "four stars", "4 or higher on a scale of 1 to 5", "rated 4 or more"."""
    following = word_at(tokens, end)
    rated = _is_rated(tokens, end, words)
    top, scale_end = _scale(tokens, end, words)
    if following in ("star", "stars"):
        return Amount("rating", number.value, f"of {top or words.data['ratings']['default_top']}", end + 1)
    steps = following in words.sets["ratings.steps"]
    if top is not None and number.value <= top:
        return Amount("rating", number.value, f"of {top}", scale_end)
    # A number beside a rating verb and without a noun is a step of the usual scale.
    alone = not following.isalpha() or following in words.sets["counting.stops"] or steps
    if rated and alone and 0 < number.value <= 10:
        usual = words.data["ratings"]["default_top"]
        return Amount("rating", number.value, f"of {usual if number.value <= usual else 10}", end + steps)
    return None


def _is_rated(tokens: Sequence[Token], place: int, words: Words) -> bool:
    """Whether a word such as "rates" or "score" stands in the same part of the text."""
    near = tokens[max(0, place - _IN_REACH) : place + _IN_REACH]
    return any(token.text in words.sets["ratings.strong_verbs"] for token in near)


def _scale(tokens: Sequence[Token], end: int, words: Words) -> tuple[int | None, int]:
    """The top of "on a scale of 1 to 5" or "on a five-point scale", if it follows."""
    for place in range(end, min(end + 12, len(tokens))):
        if tokens[place].text != "scale":
            continue
        before = number_at(tokens, place - 2, words)
        if before and not before.article and word_at(tokens, place - 1) == "point":
            return int(before.value), place + 1
        numbers = [number_at(tokens, after, words) for after in range(place + 1, min(place + 6, len(tokens)))]
        tops = [number for number in numbers if number and not number.article]
        if tops:
            return int(tops[-1].value), tops[-1].end
    return None, end


def _count(tokens: Sequence[Token], number: Number, end: int, words: Words) -> Amount | None:
    if word_at(tokens, end) in ("times", "time"):
        return Amount("count", number.value, _times_unit(tokens, end, words), end + 1, bare=">=")
    if word_at(tokens, end) == "of" and word_at(tokens, end + 1) in ("the", "these", "our", "all", "those"):
        end += 2
        among = number_at(tokens, end, words)
        end = among.end if among and not among.article else end
    noun = counted_noun(tokens, end, words, several=number.value != 1)
    if noun is None or number.value.denominator != 1:
        return None
    ringing = noun[0] in words.sets["counting.ringing"]
    return Amount("count", number.value, noun[0], noun[1], bare="<=" if ringing else None)


def share_at(tokens: Sequence[Token], place: int, words: Words) -> Amount | None:
    """ "Of every 100 parcels, at least 98 arrive whole": a share of what the sentence opens with."""
    if tokens[1].text not in ("of", "from"):
        return None
    opening = 2 + (word_at(tokens, 2) in ("the", "every", "each", "all", "any"))
    whole, part = number_at(tokens, opening, words), number_at(tokens, place, words)
    if whole is None or part is None or whole.article or part.article or place < whole.end:
        return None
    parted = any(token.text == "," for token in tokens[whole.end : place])
    if not parted or not 0 < part.value <= whole.value:
        return None
    if word_at(tokens, part.end) not in words.sets["verbs.plain"] | words.sets["verbs.auxiliaries"]:
        return None
    return Amount("share", round(part.value * _HUNDRED / whole.value, 2), "percent", part.end)


def times_at(tokens: Sequence[Token], place: int, words: Words) -> Amount | None:
    """ "once" and "twice"; "once" alone mostly means "as soon as"."""
    value = words.data["times"].get(word_at(tokens, place))
    if value is None:
        return None
    follows = word_at(tokens, place + 1)
    per = follows in words.sets["clauses.per"] and (word_at(tokens, place + 2),) in words.units
    compared = comparator_before(tokens, place, words)[0] is not None
    if value == 1 and follows == "every" and number_at(tokens, place + 2, words) is not None:
        return None
    clause = follows in words.sets["counting.clauses"]
    if value == 1 and (clause or not (per or compared)):
        return None
    # "does not have to ask twice" asks for no number.
    if not compared and any(
        token.text in ("not", "never") for token in tokens[max(0, place - _NEAR) : place]
    ):
        return None
    end = place + (3 if per else 1)
    return Amount("count", Fraction(value), _times_unit(tokens, place, words), end, bare=">=")


def _times_unit(tokens: Sequence[Token], place: int, words: Words) -> str:
    near = tokens[max(0, place - _NEAR) : place]
    return "rings" if any(token.text in words.sets["counting.ringing"] for token in near) else "times"


def ordinal_step_at(tokens: Sequence[Token], place: int, words: Words) -> Amount | None:
    """ "by the third ring", "no later than the second working day"."""
    ordinal = ordinal_at(tokens, place, words)
    if ordinal is None:
        return None
    for length in (2, 1):
        unit = words.units.get(tuple(word_at(tokens, ordinal.end + step) for step in range(length)))
        if unit and unit.kind == "duration" and "second" not in word_at(tokens, ordinal.end):
            if comparator_before(tokens, place, words)[0] is None:
                return None
            value = ordinal.value * unit.factor
            return Amount("duration", value, unit.name, ordinal.end + length)
    return _step(tokens, place, ordinal, words)


def _step(tokens: Sequence[Token], place: int, ordinal: Number, words: Words) -> Amount | None:
    """The ring, attempt or click an ordinal counts."""
    step = word_at(tokens, ordinal.end)
    if step == "time" and _times_unit(tokens, place, words) == "rings":
        early = any(token.text == "before" for token in tokens[max(0, place - _NEAR) : place])
        return Amount("count", ordinal.value, "rings", ordinal.end + 1, bare="<" if early else "<=")
    ringing = step in words.sets["counting.ringing"]
    if step not in words.sets["counting.steps"]:
        return None
    if not ringing and comparator_before(tokens, place, words)[0] is None:
        return None
    return Amount("count", ordinal.value, plural_of(step, words), ordinal.end + 1, bare="<=")


def _plain(value: Fraction) -> str:
    return str(int(value)) if value.denominator == 1 else str(float(value))
