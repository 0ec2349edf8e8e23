"""Problems met in the workshop: drafts, editions, trials."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from standards.errors.problem import Problem

if TYPE_CHECKING:
    from standards.changes import Change


class DraftMoved(Problem):
    """Carries as `changes` what was changed meanwhile: before as the reader saw it, after as stored."""

    code = "DRAFT-1"
    text = (
        "Somebody changed this draft after you had opened it. Their change is kept and yours was not stored. "
        "Look at what changed ({changed}), then make your change once more."
    )

    def __init__(self, changes: Sequence["Change"]) -> None:
        self.changes = tuple(changes)
        said = "; ".join(f"{change.code} {change.kind}" for change in self.changes[:5])
        more = f" and {len(self.changes) - 5} more" if len(self.changes) > 5 else ""
        super().__init__(changed=f"{said}{more}" if said else "something beside the standards")


class EditionUnmeasured(Problem):
    code = "DRAFT-2"
    text = (
        "Standard {standard} cannot be measured yet: {why}. The draft is kept and nothing was published. "
        "{advice}"
    )


class DuplicateCode(Problem):
    code = "DRAFT-3"
    text = (
        "Code {standard} is used by {count} standards. What was stored before is kept. "
        "Give one of them another code, such as {free}."
    )


class NothingWeighs(Problem):
    code = "DRAFT-4"
    text = (
        "Every standard weighs 0 points, so no visit could have a score. The draft is kept and nothing was "
        "published. Give at least one standard a weight above 0."
    )


class TargetOutsideMeasure(Problem):
    code = "DRAFT-5"
    text = (
        "Standard {standard} is a {measure} with the target “{target}”: {why}. "
        "What was stored before is kept. Set {allowed}, or choose another measure."
    )


class EditionJustPublished(Problem):
    """Carries what that edition changed as `changes`, for the reader to see before going on."""

    code = "DRAFT-6"
    text = (
        "Edition {number} of “{name}” has just been published by somebody else. Nothing of yours was "
        "published and your draft is kept. Look at what that edition changed, then put your draft on top of "
        "it or start anew from it."
    )

    def __init__(self, changes: Sequence["Change"] = (), **facts: Any) -> None:
        self.changes = tuple(changes)
        super().__init__(**facts)


class DraftEmpty(Problem):
    code = "DRAFT-7"
    text = "This draft holds no standard, so nothing was published. Write at least one sentence first."


class DraftNotFound(Problem):
    code = "DRAFT-8"
    text = (
        "There is no such draft any more: it was published or thrown away. Nothing was changed. "
        "Open the workshop again and start a new draft."
    )


class CodeNotAllowed(Problem):
    code = "DRAFT-9"
    text = "“{standard}” cannot be a code: {why}. Nothing was changed. Choose another code, such as W1."


class StatementMissing(Problem):
    code = "DRAFT-10"
    text = (
        "Standard {standard} has no sentence. Nothing was changed. "
        "Write what a shopper sees or hears, or remove the standard."
    )


class WeightNotAllowed(Problem):
    code = "DRAFT-11"
    text = (
        "The weight of standard {standard} is not from 0 to {limit:,} points. Nothing was changed. "
        "Type another."
    )


class StepsIncomplete(Problem):
    code = "DRAFT-12"
    text = (
        "The rating of standard {standard} needs {count} steps in words, lowest first. Nothing was changed. "
        "Describe every step, or none to use the usual words."
    )


class ReasonMissing(Problem):
    code = "DRAFT-13"
    text = (
        "A finding is overruled only with a reason. Nothing was changed. "
        "Write in a line why two colleagues would judge “{word}” alike."
    )


class NothingNew(Problem):
    code = "DRAFT-14"
    text = (
        "This draft asks just what edition {number} asks, so nothing was published. "
        "Change a standard first, or throw the draft away."
    )


class EditionNotInUse(Problem):
    code = "DRAFT-15"
    text = (
        "Edition {number} of “{name}” is {state}, so no visit starts with it. Nothing was changed. "
        "Choose an edition that is in use."
    )


class TrialClosed(Problem):
    code = "TRIAL-1"
    text = (
        "This trial is closed or no longer there, so your verdict was not stored. "
        "Verdicts given before are kept. Ask for a new trial in the workshop."
    )


class CaseMissing(Problem):
    code = "TRIAL-2"
    text = (
        "A trial needs a case to judge: what happened in a few sentences, or a photo. Nothing was stored. "
        "Write the case or add a photo."
    )
