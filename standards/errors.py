"""Every problem a person can meet: what happened, what is safe, what to do. Each has a code of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from standards.changes import Change


class Problem(Exception):  # noqa: N818 - the field's word: what the reader meets is a problem
    """
    Something the reader can act on; `text` is filled from the keywords given to it.

    A programming mistake is no Problem: it crashes, and is mended.
    """

    code: ClassVar[str] = "PROBLEM"
    text: ClassVar[str] = ""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(f"{self.text.format(**facts)} ({self.code})")


class UnknownStandard(Problem):
    code = "VISIT-1"
    text = (
        "Standard {standard} is not part of this visit's edition. "
        "Everything else is kept. Open the visit again to load its own standards."
    )


class VisitClosed(Problem):
    code = "VISIT-2"
    text = (
        "This visit is {state} and can no longer be changed. Everything in it is kept. "
        "Start a new visit to record something else."
    )


class VisitNotFound(Problem):
    code = "VISIT-3"
    text = "There is no visit at this address. Nothing was changed. Open it from Home or Visits instead."


class WaitStillOpen(Problem):
    code = "VISIT-4"
    text = (
        "A wait is still open ({count}), so this visit cannot be submitted yet. Your answers are saved. "
        "Close each wait when the reply comes, or stop waiting."
    )


class NothingRecorded(Problem):
    code = "VISIT-5"
    text = (
        "No standard has an answer yet, so there is nothing to submit. "
        "Your notes and photos are saved. Answer at least one standard."
    )


class NoEditionForKind(Problem):
    code = "VISIT-6"
    text = (
        "No published standard set has standards for a channel of kind {kind}. Nothing was changed. "
        "Take a set from the library on the Standards page first."
    )


class ChannelClosed(Problem):
    code = "VISIT-7"
    text = (
        "The channel “{name}” is closed, so no visit to it can be started. Nothing was changed. "
        "Choose another channel, or open it again on the Channels page."
    )


class ValueNotAllowed(Problem):
    code = "VALUE-1"
    text = "“{value}” is not a value for this standard: {allowed}. What was saved before is kept."


class PhotoUnreadable(Problem):
    code = "PHOTO-1"
    text = (
        "Photo {number} cannot be read: {why}. Your answers are saved. "
        "Take the photo again as JPEG, PNG, WebP or HEIC, or send the visit without it."
    )


class PhotoTooLarge(Problem):
    code = "PHOTO-2"
    text = (
        "Photo {number} is {size_mb:.0f} MB and the limit is {limit_mb:.0f} MB. "
        "Your answers are saved. Take the photo again, or send the visit without it."
    )


class PhotoTooManyPixels(Problem):
    code = "PHOTO-3"
    text = (
        "Photo {number} has {megapixels:.0f} megapixels and the limit is {limit:.0f}. "
        "Your answers are saved. Take it with a smaller setting, or send the visit without it."
    )


class TooManyPhotos(Problem):
    code = "PHOTO-4"
    text = (
        "This visit already has {limit} photos, which is the limit, so photo {number} was not stored. "
        "Your answers and the other photos are saved. Remove one to make room, or go on without it."
    )


class NoRoomLeft(Problem):
    code = "STORE-1"
    text = (
        "The server has no room left, so this could not be stored. What was saved before is safe. "
        "Tell whoever runs Second Visit, and try again later."
    )


class StoreBusy(Problem):
    code = "STORE-2"
    text = (
        "The database did not answer in time, so this last change was not stored. "
        "What was saved before is safe. Wait a moment and do it once more."
    )


class NameTaken(Problem):
    code = "NAME-1"
    text = "There is already a {thing} called “{name}”. Nothing was changed. Choose another name."


class NameMissing(Problem):
    code = "NAME-2"
    text = "The {thing} has no name yet. Nothing was changed. Type a name of 1 to {limit} characters."


class OwnBrandExists(Problem):
    code = "NAME-3"
    text = (
        "Your own brand is already “{name}”, and there can be only one. Nothing was changed. "
        "Store “{other}” as a competitor, or rename your own brand on the Channels page."
    )


class FileNotReadable(Problem):
    code = "FILE-1"
    text = "The file cannot be read: {why}. Nothing of it was stored. {advice}"


@dataclass(frozen=True)
class CellError:
    """One cell of a file that cannot be stored: `row` counts from 1 with the header, `column` is its name."""

    row: int
    column: str
    holds: str
    allowed: str


class FileHasErrors(Problem):
    """Carries up to 100 `CellError`s as `errors`."""

    code = "FILE-2"
    text = (
        "Some cells in the file cannot be stored as they are ({count}). Nothing of it was stored. "
        "Mend what the table names, and import the file again."
    )

    def __init__(self, errors: Sequence[CellError], *, more: bool = False) -> None:
        self.errors = tuple(errors)
        super().__init__(count=f"More than {len(errors)}" if more else len(errors))


class BelongsToExample(Problem):
    code = "FILE-3"
    text = (
        "The {thing} “{name}” belongs to the example, which is removed as a whole. Nothing of the file was "
        "stored. Remove the example first, or import under another name."
    )


class BrandNotInFile(Problem):
    code = "FILE-4"
    text = (
        "No brand is called “{name}”. Nothing of the file was stored. "
        "Name your own brand as the file writes it: {known}."
    )


class TextTooLong(Problem):
    code = "FILE-5"
    text = (
        "The {column} of standard {standard} has {length:,} characters, and a cell of a spreadsheet holds "
        "{limit:,}. Nothing was written. Shorten it, or take the set as TOML."
    )


class SetNotFound(Problem):
    code = "SET-1"
    text = "There is no standard set called “{name}”. Nothing was changed. These exist: {known}."


class ExampleInUse(Problem):
    code = "EXAMPLE-1"
    text = (
        "The example holds visits of your own now ({count}), so it was not removed. Nothing was changed. "
        "Void those visits first, on the Visits page: void ones go with the example."
    )


class BackupUnusable(Problem):
    code = "BACKUP-1"
    text = "The backup cannot be used: {why}. What is stored now was not touched. {advice}"


class HoldsVisits(Problem):
    code = "BACKUP-2"
    text = (
        "There are {count:,} visits stored already, so nothing was restored. What is stored was not touched. "
        "Back it up, then restore with --replace."
    )


class DatabaseTooNew(Problem):
    code = "DATABASE-1"
    text = (
        "The database was written by a newer version of Second Visit ({revision}). Nothing was changed. "
        "Start the newer version again, or restore a backup made by this one."
    )


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
