"""The words the sentence reader knows: one TOML file a language, read once."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from standards.wording_tokens import END, START, Token

ANY_WORD = "*"
A_NUMBER = "#"
_SHORTEST_STEM = 4
SENTENCE_ENDS = frozenset({END, ".", "!", "?", ";"})


@dataclass(frozen=True)
class Slot:
    """One place in a pattern: the words that may stand there, and whether they are only context."""

    words: frozenset[str]
    context: bool

    def fits(self, token: Token) -> bool:
        """Whether the token may stand here."""
        return (
            token.text in self.words
            or (ANY_WORD in self.words and token.is_word)
            or (A_NUMBER in self.words and token.number is not None)
            or (END in self.words and token.text in SENTENCE_ENDS)
        )


@dataclass(frozen=True)
class Match:
    """Where a pattern fits: the whole place, the found part of it, and the group it belongs to."""

    first: int
    last: int
    found_first: int
    found_last: int
    group: int


class Patterns:
    """Patterns of several groups, found in a sentence in time linear in its length."""

    def __init__(self, groups: Iterable[Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[Slot, ...], int]]] = {}
        for number, patterns in enumerate(groups):
            for pattern in patterns:
                slots = _slots(pattern)
                for word in slots[0].words:
                    self._by_first.setdefault(word, []).append((slots, number))

    def matches(self, tokens: Sequence[Token]) -> Iterator[Match]:
        """Every place where a pattern fits; `tokens` carry the marks of start and end."""
        for first, token in enumerate(tokens):
            for slots, group in self._starting_with(token):
                last = first + len(slots) - 1
                if last < len(tokens) and all(
                    slot.fits(tokens[first + place]) for place, slot in enumerate(slots)
                ):
                    found = [first + place for place, slot in enumerate(slots) if not slot.context]
                    yield Match(first, last, found[0], found[-1], group)

    def _starting_with(self, token: Token) -> Iterator[tuple[tuple[Slot, ...], int]]:
        yield from self._by_first.get(token.text, ())
        if token.is_word:
            yield from self._by_first.get(ANY_WORD, ())
        if token.number is not None:
            yield from self._by_first.get(A_NUMBER, ())


@dataclass(frozen=True)
class Unit:
    """What a word after a number measures: the kind, the unit it is kept in and the factor to it."""

    kind: str
    name: str
    factor: int


@dataclass(frozen=True)
class Vagueness:
    """One group of vague words: why they are vague and what would mend them."""

    kind: str
    why: str
    question: str
    blank: str
    unless_next: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Moment:
    """A wait said without a number, such as "same day"."""

    target: int
    unit: str


@dataclass(frozen=True)
class Words:
    """All words of one language, shaped for the reader."""

    data: Mapping[str, Any]
    units: Mapping[tuple[str, ...], Unit]
    longest_unit: int
    comparators: Mapping[tuple[str, ...], str]
    suffixes: Mapping[tuple[str, ...], str]
    longest_comparator: int
    same_as: Mapping[tuple[str, ...], str]
    counted_in: Mapping[tuple[str, ...], str]
    third_persons: frozenset[str]
    conditions: Patterns
    bans: Patterns
    bans_after: Patterns
    moments: Patterns
    moment_groups: tuple[Moment, ...]
    vague: Patterns
    vague_groups: tuple[Vagueness, ...]
    false_friends: Patterns
    manner: Vagueness
    manner_endings: tuple[str, ...]
    sets: Mapping[str, frozenset[str]]


@cache
def words_of(language: str) -> Words:
    """
    Read one language's words.

    Args:
        language: the name of a file in `standards/words/`, such as "en".
    Returns:
        The words, shaped for lookups; the same object each time.
    Raises:
        FileNotFoundError: there is no such language.
    """
    data = tomllib.loads(files("standards").joinpath("words", f"{language}.toml").read_text("utf-8"))
    units = dict(_units(data))
    comparators, suffixes = _comparators(data["comparators"])
    return Words(
        data=data,
        units=units,
        longest_unit=max(map(len, units)),
        comparators=comparators,
        suffixes=suffixes,
        longest_comparator=max(map(len, [*comparators, *suffixes])),
        same_as={tuple(name.split()): short for name, short in data["counting"]["same_as"].items()},
        counted_in={tuple(name.split()): unit for name, unit in data["counting"]["counted_in"].items()},
        third_persons=frozenset(map(_third_person, data["verbs"]["plain"])),
        conditions=Patterns([data["clauses"]["conditions"]]),
        bans=Patterns([data["negation"]["bans"]]),
        bans_after=Patterns([data["negation"]["bans_after"]]),
        moments=Patterns(moment["patterns"] for moment in data["moments"]),
        moment_groups=tuple(Moment(moment["target"], moment["unit"]) for moment in data["moments"]),
        vague=Patterns(list(_vague_patterns(group)) for group in data["vague"]),
        vague_groups=tuple(_vagueness(group) for group in data["vague"]),
        false_friends=Patterns([data["false_friends"]["patterns"]]),
        manner=_vagueness(data["manner"]),
        manner_endings=tuple(data["manner"]["endings"]),
        sets=_sets(data),
    )


def _slots(pattern: str) -> tuple[Slot, ...]:
    """A pattern as written in the file, with "^" and "$" for the two ends of a sentence."""
    ends = {"^": START, "$": END}
    return tuple(
        Slot(
            words=frozenset(ends.get(word, word) for word in part.strip("[]").split("|")),
            context=part.startswith("[") or part in ends,
        )
        for part in pattern.split()
    )


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "x", "ch", "sh", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2:-1] not in "aeou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


def _units(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Unit]]:
    for duration in data["durations"].values():
        for word in duration["words"]:
            yield tuple(word.split()), Unit("duration", duration["unit"], duration["factor"])
    for name, words in data["number_units"].items():
        for word in words:
            yield tuple(word.split()), Unit("number", name, 1)
    for name, words in data["share_units"].items():
        for word in words:
            yield tuple(word.split()), Unit("share", name, 1)


def _comparators(data: Mapping[str, Sequence[str]]) -> tuple[dict[tuple[str, ...], str], ...]:
    before = {"strict_more": ">", "strict_less": "<", "at_most": "<=", "at_least": ">=", "exact": "="}
    after = {"after_at_most": "<=", "after_at_least": ">=", "after_exact": "="}
    return tuple(
        {tuple(phrase.split()): sign for key, sign in signs.items() for phrase in data[key]}
        for signs in (before, after)
    )


def _vague_patterns(group: Mapping[str, Any]) -> Iterator[str]:
    """A group's patterns with its words put in, and what is formed of them: -ness, -est."""
    yield from map(_superlative, group.get("superlatives", ()))
    for pattern in group["patterns"]:
        yield pattern.replace("@", "|".join(group.get("words", ())))
        if pattern.isalpha() and len(pattern) >= _SHORTEST_STEM:
            yield f"{pattern[:-1]}iness" if pattern.endswith("y") else f"{pattern}ness"


def _superlative(word: str) -> str:
    doubled = len(word) == 3 and word[-1] not in "wxy" and word[-2] in "aeiou"
    stem = word[:-1] + "i" if word.endswith("y") else word.removesuffix("e") + word[-1] * doubled
    return f"{stem}est"


def _vagueness(group: Mapping[str, Any]) -> Vagueness:
    return Vagueness(
        kind=group["class"],
        why=group["why"],
        question=group["question"],
        blank=group["blank"],
        unless_next=frozenset(group.get("unless_next", ())),
    )


def _sets(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    sections = {
        "comparators": ("fillers", "verbal", "particles"),
        "negation": ("subjects", "openings", "near", "finite", "stops", "ifs", "never"),
        "verbs": (
            "auxiliaries",
            "plain",
            "nounlike",
            "plain_subjects",
            "noun_openers",
            "prepositions",
            "adverbs",
        ),
        "selection": (
            *("direct", "participles", "prepositions", "cases", "lengths"),
            *("measures", "collectives", "keepers", "exceptions", "articles", "each", "over"),
        ),
        "description": ("open", "singular", "parts", "asked", "notice", "aged"),
        "clauses": ("openers", "per", "clock", "past", "ages", "relative", "until", "existence", "ahead"),
        "ratings": ("strong_verbs", "steps", "between"),
        "counting": (
            "plurals",
            "not_plural",
            "stops",
            "adjectives",
            "ringing",
            "steps",
            "naming",
            "exceeding",
            "clauses",
        ),
        "far": ("at_most", "at_least"),
        "manner": ("neutral",),
        "names": ("common",),
        "rated": ("after", "rating", "share"),
    }
    return {
        f"{section}.{key}": frozenset(data[section][key])
        for section, keys in sections.items()
        for key in keys
    }
