"""What "no", "never" or a prohibition makes of a comparator: "no wait is longer than" asks for at most."""

from collections.abc import Sequence

from standards.wording_numbers import word_at
from standards.wording_outline import Outline
from standards.wording_tokens import START, Token
from standards.wording_words import Words

TURNED = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
_STRICT = frozenset("<>")
_NEAR = 6
_FAR = 10
_MOST_BETWEEN = 8


def is_turned(
    tokens: Sequence[Token], first: int, last: int, sign: str, outline: Outline, words: Words, *, after: bool
) -> bool:
    """
    Whether a comparator asks for its opposite.

    Args:
        tokens: a sentence with the marks of start and end.
        first: where the comparator, or the number without one, starts.
        last: the last place of the quantity.
        sign: the comparator as written.
        outline: the sentence's verbs and prohibitions.
        words: the language's words.
        after: the comparator stands after its number: "5 people or more".
    """
    if sign not in _STRICT and not after:
        # "No shift starts without at least two": such words carry their own sense.
        return False
    if _is_banned_after(tokens, last, outline):
        return True
    banned = any(_reaches(tokens, ban, first, sign) for _, ban in outline.bans if ban < first)
    near = _by_near_word(tokens, first, sign, words)
    if sign not in _STRICT:
        return banned or near or _has_no(tokens, first, words)
    negated = banned or _by_subject(tokens, first, sign, words)
    if _has_without(tokens, first):
        # "Nobody leaves without more than one" turns it twice.
        return negated != near
    return negated or near


def _is_banned_after(tokens: Sequence[Token], last: int, outline: Outline) -> bool:
    """ "A queue of more than five people is not allowed"."""
    return any(
        last < place <= last + _MOST_BETWEEN
        and not any(token.text in (",", ";", "and") for token in tokens[last + 1 : place])
        for place, _ in outline.bans_after
    )


def _reaches(tokens: Sequence[Token], ban: int, first: int, sign: str) -> bool:
    """A prohibition holds up to the next clause; "less than" is no part of what "and" adds to it."""
    between = [token.text for token in tokens[ban + 1 : first]]
    if ";" in between or "but" in between:
        return False
    joined = "and" in between
    return not joined or (sign in (">", ">=") and "," not in between)


def _by_subject(tokens: Sequence[Token], first: int, sign: str, words: Words) -> bool:
    """ "No caller waits longer than": from the start of its clause "no" reaches the comparator."""
    commas = 0
    for place in range(first - 1, 0, -1):
        word = tokens[place].text
        if word in words.sets["negation.stops"] or (sign == "<" and word in words.sets["clauses.openers"]):
            return False
        if word == ",":
            commas += 1
        if word in words.sets["negation.subjects"]:
            opens = word_at(tokens, place - 1) in words.sets["negation.openings"] | {START, ","}
            if commas % 2 or _is_had(tokens, place, first, words):
                return False
            return opens or word != "no" or place == first - 1
    return False


def _by_near_word(tokens: Sequence[Token], first: int, sign: str, words: Words) -> bool:
    """ "not", "never" or "avoid" close before the comparator, with no other verb between."""
    reach = _NEAR if sign in ("<", "<=") else _FAR
    for place in range(first - 1, max(0, first - 1 - reach), -1):
        word = tokens[place].text
        if word in words.sets["clauses.openers"] | words.sets["negation.stops"] | {","}:
            return False
        if word in words.sets["negation.near"] or word.endswith("n't"):
            return _counts(tokens, place, first, sign) and not _is_had(tokens, place, first, words)
        if word in words.sets["negation.finite"] and word_at(tokens, place - 1) not in ("never", "not"):
            return False
    return False


def _counts(tokens: Sequence[Token], place: int, first: int, sign: str) -> bool:
    word, following = tokens[place].text, word_at(tokens, place + 1)
    if following in ("only", "just") or word_at(tokens, place - 1) == "or":
        return False
    if word == "without" and sign == "<":
        return first - place == 1 or following.endswith("ing")
    return True


def _is_had(tokens: Sequence[Token], place: int, first: int, words: Words) -> bool:
    """ "Visitors who have no ticket are served in less than": "no" is about the ticket."""
    if word_at(tokens, place - 1) not in ("has", "have"):
        return False
    verbs = words.sets["verbs.auxiliaries"] | words.sets["verbs.plain"] | words.third_persons
    return any(token.text in verbs for token in tokens[place + 2 : first])


def _has_without(tokens: Sequence[Token], first: int) -> bool:
    return any(token.text == "without" for token in tokens[max(0, first - _NEAR) : first])


def _has_no(tokens: Sequence[Token], first: int, words: Words) -> bool:
    """ "No queue has five people or more": "no" opens the sentence and the amount ends it."""
    if tokens[1].text not in words.sets["negation.subjects"]:
        return False
    between = [token.text for token in tokens[2:first]]
    return len(between) <= _NEAR and words.sets["selection.prepositions"].isdisjoint(between)
