"""Words that cannot be measured: where they stand, why they are vague and what would mend them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from standards.wording_roles import Quantity
from standards.wording_tokens import Token
from standards.wording_words import Match, Vagueness, Words

_MANNER = -1
_SHORTEST_ADVERB = 6
# In a heading most words have capital letters, so that they make no name.
_HEADING = 0.75
_SHORTEST_IN_HEADING = 4


class VagueClass(StrEnum):
    """
    The ways in which a sentence cannot be measured.

    Source:
        ISO/IEC/IEEE 29148:2018, 5.2.7, requirement language criteria; grouped by us.
    """

    QUALITY = "vague adjective or adverb"
    ESCAPE = "escape clause"
    OPEN_LIST = "open-ended list"
    NO_REFERENCE = "superlative or comparative without a reference"
    SEVERAL = "several standards in one sentence"
    NO_ACTOR = "no observable actor"


@dataclass(frozen=True)
class Finding:
    """
    One thing in a sentence that two colleagues would judge differently.

    `start` and `end` count characters of the sentence as written: `word` is what stands there.
    `rewritten` is the whole sentence with this place turned into a blank to fill in.
    """

    word: str
    start: int
    end: int
    kind: VagueClass
    why: str
    question: str
    blank: str
    rewritten: str


def findings_in(
    text: str, tokens: Sequence[Token], quantities: Sequence[Quantity], main: Quantity | None, words: Words
) -> tuple[Finding, ...]:
    """
    Every finding, in the order of the sentence; two never overlap, except that the whole of it may
    hold several standards.

    Args:
        text: the sentence as written.
        tokens: its tokens with the marks of start and end.
        quantities: all its quantities; their own words ("at least", "a minimum of") are not vague.
        main: the quantity the standard is judged by.
        words: the language's words.
    """
    measured = {place for quantity in quantities for place in quantity.places}
    clear = [(match.first, match.last) for match in words.false_friends.matches(tokens)]
    end = -1
    found: list[Finding] = []
    names = frozenset() if _is_heading(tokens) else _names(tokens, words)
    matches = [*words.vague.matches(tokens), *_manners(tokens, words)]
    for match in sorted(matches, key=lambda match: (match.found_first, -match.found_last)):
        places = range(match.found_first, match.found_last + 1)
        if match.found_first <= end or names.issuperset(places):
            continue
        if not _is_vague(tokens, match, measured, clear, main, words):
            continue
        end = match.found_last
        group = _group_of(match, words)
        start, stop = tokens[match.found_first].start, tokens[match.found_last].end
        found.append(
            Finding(
                word=text[start:stop],
                start=start,
                end=stop,
                kind=VagueClass(group.kind),
                why=group.why,
                question=group.question,
                blank=group.blank,
                rewritten=text[:start] + group.blank + text[stop:],
            )
        )
    return (*found, *_several(text, tokens, quantities, words))


def with_blanks(text: str, findings: Sequence[Finding]) -> str:
    """The sentence with a blank at each finding."""
    for finding in sorted(findings, key=lambda finding: finding.start, reverse=True):
        if finding.kind is not VagueClass.SEVERAL:
            text = text[: finding.start] + finding.blank + text[finding.end :]
    return text


def _is_heading(tokens: Sequence[Token]) -> bool:
    long = [token for token in tokens if token.is_word and len(token.text) >= _SHORTEST_IN_HEADING]
    return sum(token.capital for token in long) > _HEADING * len(long)


def _names(tokens: Sequence[Token], words: Words) -> frozenset[int]:
    """The places of words that are a name, or part of one: "Quick Pay", "the Fresh counter"."""
    capital = [token.capital and token.text not in words.sets["names.common"] for token in tokens]
    found: set[int] = set()
    for place in range(1, len(tokens) - 1):
        titled = tokens[place - 1].text == "the" and tokens[place + 1].is_word
        beside = capital[place + 1] or (place > 1 and capital[place - 1])
        if capital[place] and (titled or beside):
            found.add(place)
    return frozenset(found)


def _manners(tokens: Sequence[Token], words: Words) -> Iterator[Match]:
    """Adverbs and adjectives of manner that no group names."""
    for place, token in enumerate(tokens):
        manner = token.is_word and token.text.endswith(words.manner_endings)
        if manner and len(token.text) >= _SHORTEST_ADVERB and token.text not in words.sets["manner.neutral"]:
            yield Match(place, place, place, place, _MANNER)


def _group_of(match: Match, words: Words) -> Vagueness:
    return words.manner if match.group == _MANNER else words.vague_groups[match.group]


def _is_vague(
    tokens: Sequence[Token],
    match: Match,
    measured: set[int],
    clear: Sequence[tuple[int, int]],
    main: Quantity | None,
    words: Words,
) -> bool:
    places = range(match.found_first, match.found_last + 1)
    if any(tokens[place].quoted for place in places) or measured.intersection(places):
        return False
    if any(first <= match.found_first and match.found_last <= last for first, last in clear):
        return False
    if tokens[match.found_last + 1].text in _group_of(match, words).unless_next:
        return False
    return not _is_rated(tokens, match, main, words)


def _is_rated(tokens: Sequence[Token], match: Match, main: Quantity | None, words: Words) -> bool:
    """What a shopper rates, or a share of customers says, is measured by that scale or share."""
    if main is None or main.kind not in ("rating", "share"):
        return False
    before, word = tokens[match.found_first - 1].text, tokens[match.found_first].text
    return before in words.sets["rated.after"] or word in words.sets[f"rated.{main.kind}"]


def _several(
    text: str, tokens: Sequence[Token], quantities: Sequence[Quantity], words: Words
) -> Iterator[Finding]:
    """
    Raised only when sure: two targets with their own comparators, joined by "and" or ";".

    A share of waits ("90 % of calls within 20 seconds") is one standard, and so is a range.
    """
    targets = [quantity for quantity in quantities if quantity.explicit and not quantity.conditional]
    for left, right in pairwise(targets):
        joined = any(token.text in ("and", ";") for token in tokens[left.last + 1 : right.first])
        if joined and "share" not in (left.kind, right.kind):
            said = words.data["several"]
            start, end = tokens[left.first].start, tokens[right.last].end
            cut = tokens[left.last].end
            yield Finding(
                word=text[start:end],
                start=start,
                end=end,
                kind=VagueClass.SEVERAL,
                why=said["why"],
                question=said["question"],
                blank=said["blank"],
                rewritten=f"{text[:cut]} ___ / ___ {text[cut:].lstrip()}",
            )
            return
