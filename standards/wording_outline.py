"""What a quantity's place in its sentence is judged by: finite verbs, conditions and prohibitions."""

from collections.abc import Sequence
from dataclasses import dataclass

from standards.wording_nouns import is_plural
from standards.wording_numbers import word_at
from standards.wording_tokens import Token
from standards.wording_words import Words

CLAUSE_SIGNS = frozenset({",", ";", ":"})


@dataclass(frozen=True)
class Outline:
    """
    A sentence seen from afar, found once for all its quantities.

    `verbs` are the places of finite verbs, `nounlike` those of them that may be nouns ("orders").
    `conditions` are the first places of "if", "who" and the like; `bans` the first and last places of
    "at no time", "it is forbidden"; `bans_after` those of "is not allowed", "never occur".
    """

    verbs: frozenset[int]
    nounlike: frozenset[int]
    conditions: tuple[int, ...]
    bans: tuple[tuple[int, int], ...]
    bans_after: tuple[tuple[int, int], ...]

    @property
    def banning(self) -> frozenset[int]:
        """The places of all prohibitions."""
        spans = (*self.bans, *self.bans_after)
        return frozenset(place for first, last in spans for place in range(first, last + 1))

    def verbs_between(self, first: int, last: int) -> int:
        """How many finite verbs stand from `first` up to, but not at, `last`."""
        return sum(place in self.verbs for place in range(first, last))

    def has_sure_verb(self, first: int, last: int) -> bool:
        """Whether a word that cannot be a noun is a finite verb from `first` up to, but not at, `last`."""
        return any(place in self.verbs and place not in self.nounlike for place in range(first, last))


def outline_of(tokens: Sequence[Token], words: Words) -> Outline:
    """
    Find verbs, conditions and prohibitions.

    Args:
        tokens: a sentence with the marks of start and end.
        words: the language's words.
    """
    verbs: set[int] = set()
    for place in range(1, len(tokens) - 1):
        if _is_finite(tokens, place, verbs, words):
            verbs.add(place)
    bans = [match for match in words.bans.matches(tokens) if not _is_in_condition(tokens, match.first, words)]
    return Outline(
        verbs=frozenset(verbs),
        nounlike=frozenset(
            place
            for place in verbs
            if tokens[place].text in words.sets["verbs.nounlike"]
            and tokens[place - 1].text not in words.sets["verbs.adverbs"]
        ),
        conditions=tuple(match.first for match in words.conditions.matches(tokens)),
        bans=tuple((match.first, match.last) for match in bans),
        bans_after=tuple((match.first, match.last) for match in words.bans_after.matches(tokens)),
    )


def _is_finite(tokens: Sequence[Token], place: int, verbs: set[int], words: Words) -> bool:
    word, before = tokens[place].text, word_at(tokens, place - 1)
    if tokens[place].tied or tokens[place + 1].tied or before in words.sets["verbs.noun_openers"]:
        return False
    if word in words.sets["verbs.auxiliaries"]:
        return True
    if place - 1 in verbs or tokens[place - 1].number is not None:
        return False
    if word in words.third_persons:
        # "may sign refunds": after a verb form comes its object.
        infinitive = (
            before in words.sets["verbs.plain"] and tokens[place - 2].text in words.sets["verbs.adverbs"]
        )
        return place > 1 and not infinitive and not is_plural(before, words)
    if word not in words.sets["verbs.plain"]:
        return False
    return before in words.sets["verbs.plain_subjects"] or is_plural(before, words)


def _is_in_condition(tokens: Sequence[Token], place: int, words: Words) -> bool:
    """ "Guests who must not eat nuts": the prohibition holds for the guests only."""
    before = [word_at(tokens, place - back) for back in (1, 2, 3)]
    return before[0] in ("who", "which", "that") or not words.sets["negation.ifs"].isdisjoint(before)
