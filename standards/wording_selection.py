"""Which things a standard is about: "Refunds above £100 are countersigned" asks for no sum."""

from collections.abc import Sequence
from dataclasses import dataclass

from standards.wording_nouns import is_plural
from standards.wording_numbers import word_at
from standards.wording_outline import CLAUSE_SIGNS, Outline
from standards.wording_roles import Quantity, belongs_to_noun
from standards.wording_tokens import END, START, Token
from standards.wording_words import Words

_MOST_AFTER = 8
_MOST_NAMED = 4
_PREDICATE = 5


@dataclass(frozen=True)
class _Sized:
    """A thing and the size named beside it: "refunds above £100". `noun` is the thing's place."""

    tokens: Sequence[Token]
    quantity: Quantity
    outline: Outline
    words: Words
    noun: int

    @property
    def name(self) -> str:
        return self.tokens[self.noun].text

    @property
    def is_of(self) -> bool:
        return self.tokens[self.quantity.first - 1].text == "of"

    @property
    def are_several(self) -> bool:
        return is_plural(self.name, self.words)

    @property
    def is_measure(self) -> bool:
        """Whether the noun names what is measured, such as "temperature", and no thing that has a size."""
        measures = self.words.sets["selection.measures"]
        return self.name in measures or self.name.removesuffix("s") in measures

    @property
    def is_rising(self) -> bool:
        """ "more than 8 people", "8 people or more"."""
        sign = self.quantity.comparator
        return sign == ">" or (self.quantity.suffixed and sign == ">=")

    def may_be_noun(self, place: int) -> bool:
        """ "to fall below", "never drops below" and "is kept below" hold no noun."""
        if place in self.outline.verbs:
            return place in self.outline.nounlike
        word, before = self.tokens[place].text, self.tokens[place - 1].text
        if not self.tokens[place].is_word or word in self.words.sets["verbs.adverbs"]:
            return False
        form = word in self.words.sets["verbs.plain"] or word.endswith(("ed", "ing")) or before == "be"
        return not (form and before in self.words.sets["verbs.adverbs"])


def selects(tokens: Sequence[Token], quantity: Quantity, outline: Outline, words: Words) -> bool:
    """
    Whether the quantity says which things a standard is about.

    Our own decision: so it is when it belongs to the subject, or to a thing named after "for" or "on",
    unless the sentence is about keeping it ("A distance of at least 2 m is kept").

    Args:
        tokens: a sentence with the marks of start and end.
        quantity: one of its quantities.
        outline: the sentence's verbs and conditions.
        words: the language's words.
    """
    if _is_forbidden_near(tokens, quantity, words):
        return True
    link = quantity.first - 1
    noun = link - 1 if tokens[link].text in ("of", "for") else link
    sized = _Sized(tokens, quantity, outline, words, noun)
    if not belongs_to_noun(tokens, quantity, outline, words) or not sized.may_be_noun(noun):
        return False
    collective = quantity.kind == "count" and sized.name in words.sets["selection.collectives"]
    if collective or _is_required_first(tokens, noun, words):
        return False
    return _is_of_subject(sized) or _is_of_object(sized) or _is_of_several(sized)


def _is_forbidden_near(tokens: Sequence[Token], quantity: Quantity, words: Words) -> bool:
    """ "Nobody smokes within 5 metres of the door"."""
    if tokens[quantity.first].text != "within" or quantity.unit not in words.sets["selection.lengths"]:
        return False
    return any(token.text in words.sets["negation.subjects"] for token in tokens[1 : quantity.first])


def _is_required_first(tokens: Sequence[Token], noun: int, words: Words) -> bool:
    """ "only after a temperature of at least 75 °C has been reached"."""
    for place in range(noun - 1, max(1, noun - _MOST_NAMED), -1):
        if tokens[place].text in words.sets["clauses.until"]:
            return True
        if tokens[place].text == "after":
            return word_at(tokens, place - 1) in ("only", "not")
    return False


def _is_of_subject(sized: _Sized) -> bool:
    """ "Refunds above £100 are …"."""
    tokens, quantity, words = sized.tokens, sized.quantity, sized.words
    start = sized.noun
    while tokens[start - 1].text not in CLAUSE_SIGNS | {START, "that", "but"}:
        start -= 1
    opens = tokens[start].text in words.sets["verbs.prepositions"]
    if opens or sized.outline.has_sure_verb(start, sized.noun + 1):
        return False
    predicate = _predicate(sized)
    if predicate is None:
        return False
    if quantity.turned:
        return _is_excepted(sized)
    near = {token.text for token in tokens[predicate : predicate + _PREDICATE]}
    kept = not near.isdisjoint(words.sets["selection.keepers"])
    if sized.is_measure:
        return not kept and quantity.comparator in (">" if quantity.kind == "duration" else "<>")
    return not kept or quantity.comparator == ">"


def _is_excepted(sized: _Sized) -> bool:
    """ "No refund above £50 is paid without a signature" forbids no refund."""
    excepted = sized.words.sets["selection.exceptions"]
    if sized.quantity.kind == "duration":
        excepted = frozenset(word for word in excepted if word.startswith(("un", "without")))
    return any(token.text in excepted for token in sized.tokens[sized.quantity.last + 1 :])


def _predicate(sized: _Sized) -> int | None:
    """The verb after a subject, or the participle of a sentence without one."""
    tokens, outline, after = sized.tokens, sized.outline, sized.quantity.last + 1
    following = tokens[after].text
    if following in sized.words.sets["verbs.plain"] | sized.words.third_persons:
        return after
    for place in range(after, min(after + _MOST_AFTER, len(tokens))):
        if place in outline.verbs:
            return place
        if tokens[place].text in CLAUSE_SIGNS:
            break
    headed = following in (":", "-") and tokens[after + 1].text != END
    return after if headed or (not outline.verbs and following.endswith("ed")) else None


def _is_of_object(sized: _Sized) -> bool:
    """ "… for groups of 8 or more", "… on orders above £50"."""
    tokens, quantity, words = sized.tokens, sized.quantity, sized.words
    if quantity.kind == "duration" and quantity.turned and not sized.is_of:
        # "No child stands in the queue for the slide longer than 15 minutes"
        over = tokens[quantity.first].text in words.sets["selection.over"]
        if not (over and sized.are_several):
            return False
    named = quantity.kind in ("number", "count") and sized.are_several
    if not (sized.is_rising or named or quantity.turned):
        return False
    thing = sized.are_several or sized.name.endswith("ing")
    for place in range(sized.noun - 1, max(0, sized.noun - 1 - _MOST_NAMED), -1):
        if tokens[place].text in words.sets["selection.prepositions"]:
            # "on hold longer than" names no thing, "on an order above" does.
            return thing and _is_named_after(sized, tokens[place].text)
        if not sized.may_be_noun(place):
            return False
        thing = thing or tokens[place].text in words.sets["selection.articles"]
    return False


def _is_named_after(sized: _Sized, preposition: str) -> bool:
    if sized.quantity.turned and preposition == "with":
        return False
    weighed = preposition == "for" and sized.quantity.kind == "number" and not sized.is_of
    return weighed or not sized.is_measure


def _is_of_several(sized: _Sized) -> bool:
    """ "Two people carry orders above 10 kg", "The host splits groups of more than 8 people"."""
    words, noun = sized.words, sized.noun
    before = (token.text for token in sized.tokens[max(0, noun - 2) : noun])
    several = sized.are_several or not words.sets["selection.each"].isdisjoint(before)
    verb = sized.name in words.third_persons and sized.name not in words.sets["verbs.nounlike"]
    return (
        several and sized.is_rising and not verb and noun not in sized.outline.verbs and not sized.is_measure
    )
