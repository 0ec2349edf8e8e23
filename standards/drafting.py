"""Drafting: from a sentence to a standard that can be published, and what still stands in the way."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from standards.editions import DEFAULT_MINIMUM_COVERAGE, Standard, touchpoints_of
from standards.errors import ReasonMissing
from standards.measuring import RATING_TOP, YES, Comparator, Measure, Target
from standards.standard_files import UNIT_LIMIT
from standards.vagueness import Finding
from standards.values import say_target, shorten
from standards.wording import Reading, read_statement

# A sentence is one line of a charter; what is longer is a text, and is cut as it is read.
STATEMENT_LIMIT = 1_000
REASON_LIMIT = 500
# What stands before a line of a pasted list: a dash, a bullet, a number.
_BULLET = re.compile(r"\s{0,20}(?:[-*•–—·]|\d{1,3}[.)])\s{1,20}")


@dataclass(frozen=True)
class Overruling:
    """A vague word that a manager lets stand, with the reason that stays with the standard."""

    word: str
    reason: str


@dataclass(frozen=True)
class DraftStandard:
    """
    A standard in the making: what it asks so far, and which findings a manager has overruled.

    `picture` is the SHA-256 of the best-practice picture beside the job aid; None where there is none.
    """

    standard: Standard
    overruled: tuple[Overruling, ...] = ()
    picture: str | None = None

    @property
    def code(self) -> str:
        """The standard's code."""
        return self.standard.code

    @property
    def reading(self) -> Reading:
        """What is understood of the statement as it stands now."""
        return _read(self.standard.statement)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything vague in the statement, overruled or not, in the order of the sentence."""
        return self.reading.findings

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """What still needs an answer: findings that nobody has overruled."""
        overruled = {_folded(one.word) for one in self.overruled}
        return tuple(found for found in self.findings if _folded(found.word) not in overruled)


@dataclass(frozen=True)
class Draft:
    """
    An edition in the making, as one person has read it; `revision` counts its changes.

    `number` is the edition's number if it is published next.
    """

    id: int
    set_id: int
    set_name: str
    number: int
    revision: int
    standards: tuple[DraftStandard, ...] = ()
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE
    about: str = ""
    is_example: bool = False

    @property
    def plain(self) -> tuple[Standard, ...]:
        """The standards alone, in visiting order: what a shopper would be asked."""
        return tuple(draft.standard for draft in self.standards)

    def by_code(self) -> dict[str, DraftStandard]:
        """Return the drafts by code, in visiting order."""
        return {draft.code: draft for draft in self.standards}


@lru_cache(maxsize=4_096)
def _read(statement: str) -> Reading:
    return read_statement(statement)


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())


def from_sentence(text: str, code: str, touchpoint: str) -> DraftStandard:
    """
    Return what one sentence asks: its measure and target where it has them, else yes or no for now.

    Args:
        text: as a manager wrote it; a bullet or number before it is left out.
        code: not used yet in the draft; `free_code` finds one.
        touchpoint: the stage of the visit it belongs to.
    """
    bullet = _BULLET.match(text)
    statement = " ".join(text[bullet.end() if bullet else 0 :].split())[:STATEMENT_LIMIT]
    measure, target = measure_in(_read(statement)) or (Measure.YES_NO, YES)
    return DraftStandard(Standard(code, touchpoint, statement, measure, target))


def from_charter(text: str, touchpoint: str, taken: Collection[str] = ()) -> tuple[DraftStandard, ...]:
    """Return a draft for each line of a charter that says something, with codes that are free."""
    used, found = set(taken), []
    for line in text.splitlines():
        if line.strip():
            code = free_code(touchpoint, used)
            used.add(code)
            found.append(from_sentence(line, code, touchpoint))
    return tuple(found)


def free_code(touchpoint: str, taken: Collection[str]) -> str:
    """Return the next code of a touchpoint that nothing has: `FI1`, `FI2` … for a first impression."""
    words = re.findall(r"[^\W\d_]+", touchpoint)
    start = "".join(word[0] for word in words[:3]).upper() or "S"
    number = 1
    while f"{start}{number}" in taken:
        number += 1
    return f"{start}{number}"


def measure_in(reading: Reading) -> tuple[Measure, Target] | None:
    """
    Return what a reading measures in the words of a standard; None where nothing can be measured.

    A rating on another scale than 1 to 5 ("8 out of 10") becomes a number, because a rating's steps are five.
    """
    found = reading.measure
    if found is None:
        return None
    measure = Measure(found.kind)
    if measure is Measure.YES_NO or found.target is None or found.comparator is None:
        return Measure.YES_NO, YES
    unit = found.unit or ""
    if measure is Measure.SHARE:
        unit = "%"
    elif measure is Measure.RATING and unit == f"of {RATING_TOP}":
        unit = ""
    elif measure is Measure.RATING:
        measure = Measure.NUMBER
    return measure, Target(Comparator(found.comparator), float(found.target), unit[:UNIT_LIMIT])


def reworded(draft: DraftStandard, statement: str) -> DraftStandard:
    """
    Return the draft with another sentence.

    Its measure follows the sentence unless somebody has corrected it by hand. An overruling goes with
    the word it was about.
    """
    text = " ".join(statement.split())[:STATEMENT_LIMIT]
    standard = replace(draft.standard, statement=text)
    by_hand = (draft.standard.measure, draft.standard.target) != (
        measure_in(draft.reading) or (Measure.YES_NO, YES)
    )
    if not by_hand:
        measure, target = measure_in(_read(text)) or (Measure.YES_NO, YES)
        steps = draft.standard.steps if measure is Measure.RATING else ()
        standard = replace(standard, measure=measure, target=target, steps=steps)
    changed = replace(draft, standard=standard)
    words = {_folded(found.word) for found in changed.findings}
    return replace(changed, overruled=tuple(one for one in draft.overruled if _folded(one.word) in words))


def overrule(draft: DraftStandard, word: str, reason: str) -> DraftStandard:
    """
    Let a vague word stand, with the reason that stays with the standard.

    Raises:
        ReasonMissing: nothing was overruled.
    """
    said = " ".join(reason.split())[:REASON_LIMIT]
    if not said:
        raise ReasonMissing(word=shorten(word))
    others = tuple(one for one in draft.overruled if _folded(one.word) != _folded(word))
    return replace(draft, overruled=(*others, Overruling(word, said)))


def not_overruled(draft: DraftStandard, word: str) -> DraftStandard:
    """Take an overruling back."""
    kept = tuple(one for one in draft.overruled if _folded(one.word) != _folded(word))
    return replace(draft, overruled=kept)


def say_understood(draft: DraftStandard) -> str:
    """Say what is measured in words a person can correct: `duration: at most 3 h`, `not measured yet`."""
    standard = draft.standard
    by_hand = (standard.measure, standard.target) != (Measure.YES_NO, YES)
    if draft.reading.measure is None and not by_hand:
        return "not measured yet"
    if standard.measure is Measure.YES_NO:
        return "yes or no: it happens or it does not"
    return f"{standard.measure}: {say_target(standard.measure, standard.target)}"


def in_visiting_order(drafts: Sequence[DraftStandard]) -> tuple[DraftStandard, ...]:
    """Put each touchpoint's standards together, touchpoints and standards in the order they first stand."""
    touchpoints = list(touchpoints_of(draft.standard for draft in drafts))
    return tuple(sorted(drafts, key=lambda draft: touchpoints.index(draft.standard.touchpoint)))


def move_standard(drafts: Sequence[DraftStandard], code: str, by: int) -> list[str]:
    """
    Return the codes with one standard moved up (`by` below 0) or down within its touchpoint.

    At the end of its touchpoint it stays where it is.
    """
    ordered = [draft.standard for draft in in_visiting_order(drafts)]
    codes = [standard.code for standard in ordered]
    moved = next(standard for standard in ordered if standard.code == code)
    own = [at for at, standard in enumerate(ordered) if standard.touchpoint == moved.touchpoint]
    to = min(max(codes.index(code) + by, own[0]), own[-1])
    codes.remove(code)
    codes.insert(to, code)
    return codes


def move_touchpoint(drafts: Sequence[DraftStandard], touchpoint: str, by: int) -> list[str]:
    """Return the codes with a whole touchpoint moved up (`by` below 0) or down."""
    grouped = touchpoints_of(draft.standard for draft in drafts)
    names = list(grouped)
    to = min(max(names.index(touchpoint) + by, 0), len(names) - 1)
    names.remove(touchpoint)
    names.insert(to, touchpoint)
    return [standard.code for name in names for standard in grouped[name]]
