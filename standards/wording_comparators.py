"""Comparators in a sentence: "no more than", "or more", "under"."""

from collections.abc import Sequence

from standards.wording_numbers import word_at
from standards.wording_tokens import Token
from standards.wording_words import Words

_MOST_FILLERS = 4
_NEAR = 6


def comparator_before(
    tokens: Sequence[Token], place: int, words: Words, kind: str = ""
) -> tuple[str | None, frozenset[int]]:
    """The comparator before a number, past a few small words, and the places it stands on."""
    for fillers in range(_MOST_FILLERS + 1):
        end = place - fillers
        for length in range(words.longest_comparator, 0, -1):
            if end - length < 0:
                continue
            phrase = tuple(token.text for token in tokens[end - length : end])
            sign = words.comparators.get(phrase)
            filled = {token.text for token in tokens[end:place]}
            verbal = " ".join(phrase) in words.sets["comparators.verbal"]
            phrasal = verbal and not filled.isdisjoint(words.sets["comparators.particles"])
            if sign is not None and not phrasal and _may_compare(phrase, kind):
                return sign, frozenset(range(end - length, end))
        if word_at(tokens, end - 1) not in words.sets["comparators.fillers"] | {"-", "€", "£", "$", "minus"}:
            break
    return None, frozenset()


def comparator_after(tokens: Sequence[Token], end: int, words: Words) -> tuple[str | None, int]:
    """ "or more", "at most" and the like right after a number or its unit."""
    for length in range(words.longest_comparator, 0, -1):
        sign = words.suffixes.get(tuple(word_at(tokens, end + step) for step in range(length)))
        if sign is None:
            continue
        after = end + length
        # "5 minutes at most 3 people": the comparator belongs to what follows.
        if word_at(tokens, end)[:2] in ("at", "mi", "ma") and tokens[after].number is not None:
            return None, end
        return sign, after
    return None, end


def _may_compare(phrase: tuple[str, ...], kind: str) -> bool:
    """Short prepositions compare only times: "in 5 minutes", but "in five languages"."""
    if len(phrase) > 1:
        return True
    if phrase[0] in ("in", "every", "each", "until"):
        return kind == "duration"
    if phrase[0] == "by":
        return kind in ("duration", "count", "")
    return phrase[0] not in ("after", "past", "outside", "from")


def far_comparator(tokens: Sequence[Token], place: int, words: Words) -> str | None:
    """ "The maximum wait is 5 minutes": a comparator in the same clause, away from its number."""
    for at in range(place - 1, max(0, place - 2 * _NEAR), -1):
        word = tokens[at].text
        if word in words.sets["clauses.openers"] or word in (",", ";"):
            return None
        if word in words.sets["far.at_most"]:
            return "<="
        if word in words.sets["far.at_least"]:
            return ">="
    return None
