"""Changes: what the next edition asks otherwise, and what that means for comparisons over time."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from standards.editions import Edition, Standard
from standards.measuring import Measure
from standards.values import say_number, say_target, steps_of


class ChangeKind(StrEnum):
    """What can be other in an edition than in the one before."""

    ADDED = "added"
    REMOVED = "removed"
    MEASURE = "measure changed"
    TARGET = "target moved"
    UNIT = "unit changed"
    STEPS = "steps reworded"
    REWORDED = "reworded"
    WEIGHT = "weight moved"
    NO_NO = "no-no changed"
    SCOPE = "scope changed"
    KINDS = "channel kinds changed"
    EVIDENCE = "evidence rule changed"
    TOUCHPOINT = "touchpoint changed"
    HELP = "job aid or script changed"
    ORDER = "moved in the order"


# Met before and met after are not the same there: a line drawn through would lie.
BREAKS = frozenset({ChangeKind.MEASURE, ChangeKind.TARGET, ChangeKind.UNIT, ChangeKind.STEPS})

_MEANING = {
    ChangeKind.ADDED: "It has no history: its first visits come with this edition.",
    ChangeKind.REMOVED: "Its history ends here; visits made with earlier editions keep it.",
    ChangeKind.MEASURE: "From here on it is another standard: visits before and after are not compared.",
    ChangeKind.TARGET: "Its history goes on with a break: met before and met after are not the same.",
    ChangeKind.UNIT: "Its history goes on with a break: values before and after are in different units.",
    ChangeKind.STEPS: "Its history goes on with a break: the same step may stand for something else.",
    ChangeKind.REWORDED: "Its history goes on. If it now means something else, give it a new code.",
    ChangeKind.WEIGHT: "Its met-rate goes on unchanged; scores before and after weigh it differently.",
    ChangeKind.NO_NO: "Its met-rate goes on unchanged; visits before and after fail for different reasons.",
    ChangeKind.SCOPE: "Only what is asked of all brands is compared with competitors.",
    ChangeKind.KINDS: "Its history goes on, from other channels than before.",
    ChangeKind.EVIDENCE: "Its history goes on; shoppers are asked for other evidence.",
    ChangeKind.TOUCHPOINT: "Its history goes on under another touchpoint.",
    ChangeKind.HELP: "Its history goes on; what shoppers and staff read beside it is other.",
    ChangeKind.ORDER: "Nothing changes in comparisons.",
}


@dataclass(frozen=True)
class Change:
    """One thing that is other, said in words: before, after, and what it means for comparisons over time."""

    kind: ChangeKind
    code: str
    before: str
    after: str
    meaning: str

    @property
    def is_break(self) -> bool:
        """Whether a line over time must not be drawn through it."""
        return self.kind in BREAKS


@dataclass(frozen=True)
class HistoryBreak:
    """Where the line of one code is interrupted: by which edition, how, and what it measures there."""

    edition_number: int
    published_at: datetime | None
    change: Change
    measure: Measure


def changes_between(old: Sequence[Standard], new: Sequence[Standard]) -> tuple[Change, ...]:
    """
    Return what differs from one list of standards to another, in the order of the new one, removed last.

    Args:
        old: what was asked so far, in visiting order; empty where this is the first edition.
        new: what is asked now, in visiting order.
    Source:
        Issue 4: a code keeps its history only while its measure stays the same; a moved target is a break.
    """
    before, after = {s.code: s for s in old}, {s.code: s for s in new}
    moved = _moved([s.code for s in old if s.code in after], [s.code for s in new if s.code in before])
    found: list[Change] = []
    for code, standard in after.items():
        if code not in before:
            found.append(_change(ChangeKind.ADDED, code, "", standard.statement))
            continue
        found.extend(_differences(before[code], standard))
        if code in moved:
            found.append(_change(ChangeKind.ORDER, code, "", ""))
    gone = (s for s in old if s.code not in after)
    found.extend(_change(ChangeKind.REMOVED, s.code, s.statement, "") for s in gone)
    return tuple(found)


def history_breaks(editions: Iterable[Edition], code: str) -> tuple[HistoryBreak, ...]:
    """
    Return where the history of one code is broken, oldest first.

    Args:
        editions: published ones of one set, in any order; those without the code are passed over.
        code: the standard's.
    """
    with_it = sorted((e for e in editions if code in e.by_code()), key=lambda edition: edition.number)
    return tuple(
        HistoryBreak(later.number, later.published_at, change, later.by_code()[code].measure)
        for earlier, later in pairwise(with_it)
        for change in _differences(earlier.by_code()[code], later.by_code()[code])
        if change.is_break
    )


def _change(kind: ChangeKind, code: str, before: str, after: str) -> Change:
    return Change(kind, code, before, after, _MEANING[kind])


def _differences(old: Standard, new: Standard) -> list[Change]:
    """Return what differs within one code; a changed measure brings its own target, unit and steps."""
    kinds = [kind for kind, what in _WHAT.items() if what(old) != what(new)]
    if ChangeKind.MEASURE in kinds:
        kinds = [kind for kind in kinds if kind is ChangeKind.MEASURE or kind not in BREAKS]
    return [_change(kind, new.code, _say(kind, old), _say(kind, new)) for kind in kinds]


# In the order in which they matter for what is compared.
_WHAT: dict[ChangeKind, Callable[[Standard], object]] = {
    ChangeKind.MEASURE: lambda s: s.measure,
    ChangeKind.UNIT: lambda s: s.target.unit,
    ChangeKind.TARGET: lambda s: (s.target.comparator, s.target.value),
    ChangeKind.STEPS: lambda s: steps_of(s) if s.measure is Measure.RATING else (),
    ChangeKind.REWORDED: lambda s: s.statement,
    ChangeKind.WEIGHT: lambda s: s.weight,
    ChangeKind.NO_NO: lambda s: s.no_no,
    ChangeKind.SCOPE: lambda s: s.scope,
    ChangeKind.KINDS: lambda s: s.kinds,
    ChangeKind.EVIDENCE: lambda s: s.evidence,
    ChangeKind.TOUCHPOINT: lambda s: s.touchpoint,
    ChangeKind.HELP: lambda s: (s.job_aid, s.script),
}


def _say_help(standard: Standard) -> str:
    return " / ".join(text for text in (standard.job_aid, standard.script) if text) or "none"


_IN_WORDS: dict[ChangeKind, Callable[[Standard], str]] = {
    ChangeKind.MEASURE: lambda s: f"{s.measure}: {say_target(s.measure, s.target)}",
    ChangeKind.TARGET: lambda s: say_target(s.measure, s.target),
    ChangeKind.UNIT: lambda s: s.target.unit or "no unit",
    ChangeKind.STEPS: lambda s: " | ".join(steps_of(s)),
    ChangeKind.WEIGHT: lambda s: f"{say_number(s.weight)} points",
    ChangeKind.NO_NO: lambda s: "a no-no" if s.no_no else "not a no-no",
    ChangeKind.KINDS: lambda s: ", ".join(sorted(s.kinds)) or "all kinds",
    ChangeKind.HELP: _say_help,
}


def _say(kind: ChangeKind, standard: Standard) -> str:
    in_words = _IN_WORDS.get(kind)
    return in_words(standard) if in_words else str(_WHAT[kind](standard))


def _moved(old: list[str], new: list[str]) -> set[str]:
    """Return the fewest codes that must have moved: those outside the longest run kept in order."""
    place = {code: at for at, code in enumerate(old)}
    # Patience sorting: of all runs of one length, only the one that ends earliest can still grow best.
    ends: list[str] = []
    before: dict[str, str | None] = {}
    for code in new:
        at = bisect_left(ends, place[code], key=place.__getitem__)
        before[code] = ends[at - 1] if at else None
        ends[at : at + 1] = [code]
    kept, last = set[str](), ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return set(new) - kept
