"""Publishing: what keeps a draft from becoming an edition, and what may not be stored at all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

from standards.drafting import STATEMENT_LIMIT, DraftStandard, free_code
from standards.editions import Standard
from standards.errors import (
    CodeNotAllowed,
    DraftEmpty,
    DuplicateCode,
    EditionUnmeasured,
    NameMissing,
    NothingWeighs,
    Problem,
    StatementMissing,
    StepsIncomplete,
    TargetOutsideMeasure,
    WeightNotAllowed,
)
from standards.measuring import RATING_TOP, Comparator, Measure, is_allowed, verdict_of
from standards.spreadsheets import CONTROL, column_name
from standards.standard_files import CODE_LIMIT, LARGEST_WEIGHT, NAME_LIMIT, RESERVED_CODES, UNIT_LIMIT
from standards.values import say_number, say_target, shorten

_SPAN = {
    Measure.YES_NO: (0.0, 1.0),
    Measure.DURATION: (0.0, inf),
    Measure.COUNT: (0.0, inf),
    Measure.NUMBER: (-inf, inf),
    Measure.SHARE: (0.0, 100.0),
    Measure.RATING: (1.0, float(RATING_TOP)),
}
_ALLOWED = {
    Measure.YES_NO: "yes or no",
    Measure.DURATION: "a time from 0, such as at most 3 h",
    Measure.COUNT: "a whole number from 0, such as at most 3",
    Measure.NUMBER: "a number",
    Measure.SHARE: "a share from 0 to 100 %, such as at least 95 %",
    Measure.RATING: f"a step from 1 to {RATING_TOP}, such as at least 4",
}

# What a rewritten sentence leaves to be filled in.
BLANK = "___"


@dataclass(frozen=True)
class PublishingProblem:
    """One thing that keeps a draft from being published, and the codes of the standards it is about."""

    problem: Problem
    codes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is wrong and what to do."""
        return str(self.problem)


def is_unmeasured(draft: DraftStandard) -> bool:
    """Say whether two colleagues could still judge it differently, so that it cannot be published."""
    return _unmeasured(draft) is not None or target_problem(draft.standard) is not None


def _unmeasured(draft: DraftStandard) -> Problem | None:
    """Return why the sentence cannot be measured: a vague word, two ends, or nothing said."""
    if draft.open_findings:
        words = ", ".join(f"“{shorten(found.word, 40)}”" for found in draft.open_findings)
        asks = draft.open_findings[0].question
        asks += "" if asks.endswith(("?", ".", "…")) else "."
        why, advice = (
            f"it says {words}",
            f"Answer in the sentence: {asks} Or overrule the finding with a reason.",
        )
    elif BLANK in draft.standard.statement:
        why = "its sentence still has a blank"
        advice = "Fill in what stands as ___, with a number and a unit."
    elif not any(letter.isalpha() for letter in draft.standard.statement):
        why, advice = "its sentence says nothing", "Write what a shopper sees or hears, or remove it."
    elif (upper := _second_end(draft)) is not None:
        lower = say_number(draft.standard.target.value)
        why = f"it asks for a range, from {lower} to {say_number(upper)}, and one target has one end"
        advice = "Write two standards, one for each end, or keep the end that matters."
    else:
        return None
    return EditionUnmeasured(standard=draft.code, why=why, advice=advice)


def _second_end(draft: DraftStandard) -> float | None:
    found = draft.reading.measure
    return None if found is None or found.upper_target is None else float(found.upper_target)


def target_problem(standard: Standard) -> Problem | None:
    """Return why a target does not fit its measure: it cannot occur, or nobody could ever miss or meet it."""
    target, measure = standard.target, standard.measure
    why = ""
    if not is_allowed(measure, target.value):
        why = "that value cannot occur"
    elif measure is Measure.YES_NO and target.comparator is not Comparator.EXACTLY:
        why = "yes and no have no more or less"
    elif len({verdict_of(target, value) for value in (*_SPAN[measure], target.value)}) == 1:
        is_met = verdict_of(target, target.value) == "met"
        why = "every value meets it" if is_met else "no value can meet it"
    if not why:
        return None
    shown = say_target(measure, target) if isfinite(target.value) else "a number without end"
    allowed = _ALLOWED[measure]
    return TargetOutsideMeasure(
        standard=standard.code, target=shown, measure=measure, why=why, allowed=allowed
    )


def problems_of(drafts: Sequence[DraftStandard]) -> list[PublishingProblem]:
    """
    Return everything that keeps a draft from being published, standard by standard, each with what to do.

    An edition needs a standard, every code once, a measure and a possible target in each, and at least
    one weight above 0.
    """
    if not drafts:
        return [PublishingProblem(DraftEmpty())]
    found = []
    codes = [draft.code for draft in drafts]
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            problem = DuplicateCode(standard=code, count=codes.count(code), free=free_code(code, codes))
            found.append(PublishingProblem(problem, (code,)))
    for draft in drafts:
        for said in (_unmeasured(draft), target_problem(draft.standard)):
            if said:
                found.append(PublishingProblem(said, (draft.code,)))
    if not any(draft.standard.weight > 0 for draft in drafts):
        found.append(PublishingProblem(NothingWeighs(), tuple(codes)))
    return found


def checked(draft: DraftStandard) -> DraftStandard:
    """
    Return a draft as it may be stored, on its way or not: its texts cleaned, its sizes within bounds.

    Raises:
        CodeNotAllowed, NameMissing, StatementMissing, WeightNotAllowed, StepsIncomplete: nothing changed.
    """
    given = draft.standard
    code, touchpoint = " ".join(given.code.split()), " ".join(given.touchpoint.split())
    if not code or len(code) > CODE_LIMIT or CONTROL.search(code):
        raise CodeNotAllowed(standard=shorten(code), why=f"a code has 1 to {CODE_LIMIT} characters")
    if column_name(code, RESERVED_CODES) in RESERVED_CODES:
        raise CodeNotAllowed(standard=code, why="it is the name of a column in visits files")
    if not touchpoint or len(touchpoint) > NAME_LIMIT or CONTROL.search(touchpoint):
        raise NameMissing(thing="touchpoint", limit=NAME_LIMIT)
    statement = " ".join(CONTROL.sub(" ", given.statement).split())[:STATEMENT_LIMIT]
    if not statement:
        raise StatementMissing(standard=code)
    if not isfinite(given.weight) or not 0 <= given.weight <= LARGEST_WEIGHT:
        raise WeightNotAllowed(standard=code, limit=LARGEST_WEIGHT)
    if not isfinite(given.target.value):
        raise target_problem(given) or AssertionError("no measure takes a number without end")
    steps = tuple(" ".join(step.split()) for step in given.steps) if given.measure is Measure.RATING else ()
    if steps and (len(steps) != RATING_TOP or not all(steps)):
        raise StepsIncomplete(standard=code, count=RATING_TOP)
    unit = " ".join(given.target.unit.split())[:UNIT_LIMIT]
    kept = replace(
        given,
        code=code,
        touchpoint=touchpoint,
        statement=statement,
        target=replace(given.target, unit=unit),
        steps=steps,
    )
    return replace(draft, standard=kept)
