"""Shoppers' own words as others may read them: without names, addresses, numbers to call and the hour."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

LEFT_OUT = "[…]"
QUOTE_LIMIT = 280
STORY_LIMIT = 600
_READ_AT_MOST = 5_000

# Parts of names that are words of their own: without them half of a note would be gone.
_NO_NAMES = frozenset(
    {
        *("shopper", "shoppers", "visitor", "team", "staff", "manager", "owner", "colleague", "example"),
        *("person", "people", "guest", "customer", "mystery", "test", "area", "branch", "shop", "new"),
        *("north", "south", "east", "west", "the", "and", "von", "van", "der", "den", "del", "los", "las"),
    }
)
_SHORTEST_PART = 3

_CLOCK = re.compile(
    r"\b(?:at|around|about|um|gegen|by|since|until|till)?\s{0,2}"
    r"(?:\d{1,2}[:.]\d{2}(?::\d{2})?\s{0,2}(?:[ap]\.?m\b\.?|uhr\b|h\b|o['’]clock\b)|"
    r"(?<![:.\d])(?:[01]?\d|2[0-3]):[0-5]\d(?![:\d])(?!\s{0,2}(?:min|h\b|hours))|"
    r"\d{1,2}\s{0,2}(?:[ap]\.?m\b\.?|uhr\b|o['’]clock\b))",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[\s()/-]{0,2}\d){6,14}(?!\w)")
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-Ž][\w'’-]{1,40}"
_CALLED = re.compile(
    rf"\b((?i:mr|mrs|ms|miss|mx|dr|herr|frau|called|named|name is|name was|heißt|hieß|namens|"
    rf"(?:badge|tag|nametag)\s(?:said|says|read|reads|showed))\.?:?\s{{1,2}}[“\"'‘]?)"
    rf"({_CAPITAL}(?:\s{_CAPITAL})?)"
)
_BEFORE_MARK = re.compile(re.escape(LEFT_OUT) + r" (?=[.,;:!?])")


@dataclass(frozen=True)
class Cleaner:
    """What takes names out of texts; made once for all people that are known."""

    names: re.Pattern[str] | None
    parts: re.Pattern[str] | None

    def clean(self, words: str, limit: int = QUOTE_LIMIT) -> str:
        """
        Return words without names of known people, what looks like a name, contacts and the time of day.

        Nobody can promise that no name of staff is left: names that nobody here has, said without a title or
        `called`, look like other words. Whoever hands a scorecard out may leave shoppers' words away.
        """
        text = " ".join(words[: max(_READ_AT_MOST, limit)].split())
        for pattern in (_ADDRESS, _NUMBER, _CLOCK):
            text = pattern.sub(f" {LEFT_OUT} ", text)
        text = _CALLED.sub(rf"\1{LEFT_OUT}", text)
        for names in (self.names, self.parts):
            if names:
                text = names.sub(LEFT_OUT, text)
        text = _BEFORE_MARK.sub(LEFT_OUT, " ".join(text.split()))
        return shorten_words(text, limit)


@lru_cache(maxsize=4)
def cleaner_of(people: tuple[str, ...], kept: tuple[str, ...] = ()) -> Cleaner:
    """
    Return what takes these people's names out of texts.

    Args:
        people: full names.
        kept: names of brands, channels and areas: their words are no names of people.
    """
    own = {word.casefold() for name in kept for word in name.split()} | _NO_NAMES
    full = {" ".join(name.split()) for name in people if name.strip()}
    parts = {
        part
        for name in full
        for part in re.split(r"[\s,]+", name)
        if len(part) >= _SHORTEST_PART and part[0].isupper() and part.casefold() not in own
    }
    whole = {name for name in full if name.casefold() not in own}
    return Cleaner(_any_of(whole, re.IGNORECASE), _any_of(parts))


def shorten_words(text: str, limit: int) -> str:
    """Cut a text at a word, with an ellipsis, so that it is no longer than the limit."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_word = cut.rfind(" ")
    return f"{(cut[:at_word] if at_word > limit // 2 else cut).rstrip(' ,.;:')}…"


def _any_of(words: Iterable[str], flags: int = 0) -> re.Pattern[str] | None:
    # The longest first, so that “Ann” does not leave half of “Anne”.
    listed = sorted(words, key=lambda word: (-len(word), word))
    if not listed:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, listed))})(?:['’]s)?(?!\w)", flags)
