"""Every problem a person can meet: what happened, what is safe, what to do. Each has a code of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


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
        "{count} wait(s) are still open, so this visit cannot be submitted yet. Your answers are saved. "
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
        "{count} cell(s) in the file cannot be stored as they are. Nothing of it was stored. "
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


class SetNotFound(Problem):
    code = "SET-1"
    text = "There is no standard set called “{name}”. Nothing was changed. These exist: {known}."


class SetDiffers(Problem):
    code = "SET-2"
    text = (
        "The set “{name}” already exists with other standards. Nothing was changed. "
        "Import the file under another name: a published edition never changes."
    )


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


class EmailNotUsable(Problem):
    code = "PERSON-1"
    text = "“{email}” is not an e-mail address. Nothing was changed. Type it like name@example.com."


class EmailTaken(Problem):
    code = "PERSON-2"
    text = (
        "There is already a person with the e-mail address {email}. Nothing was changed. "
        "Change that person, or use another address."
    )


class LastOwner(Problem):
    code = "PERSON-3"
    text = (
        "{name} is the only owner, so this was not done. Nothing was changed. "
        "Make somebody else an owner first."
    )


class PersonNotFound(Problem):
    code = "PERSON-4"
    text = "There is no such person, or they were removed. Nothing was changed. Open People again."


class PasswordTooShort(Problem):
    code = "PASSWORD-1"
    text = (
        "The password has {length} characters and needs at least {least}. It was not stored. "
        "Any characters will do: four or five words in a row are easy to remember."
    )


class PasswordTooLong(Problem):
    code = "PASSWORD-2"
    text = "The password has more than {most} characters. It was not stored. Choose a shorter one."


class PasswordTooCommon(Problem):
    code = "PASSWORD-3"
    text = (
        "This password is among the first that others try, so it was not stored. "
        "Choose another: four or five words that do not belong together."
    )


class LinkNotUsable(Problem):
    code = "LINK-1"
    text = (
        "This link has expired, was used already, or is not whole. Nothing was changed. "
        "Ask an owner of Second Visit for a new one."
    )


class SignInRefused(Problem):
    code = "SIGN-IN-1"
    text = (
        "The e-mail address and the password do not belong together. Nothing was changed. "
        "Try again, or ask an owner for a link to set a new password."
    )


class SignInTooSoon(Problem):
    code = "SIGN-IN-2"
    text = (
        "There were too many tries from here. Nothing was changed. Wait {seconds} seconds and try again, "
        "or ask an owner for a link to set a new password."
    )


class SignOnStale(Problem):
    code = "SIGN-ON-1"
    text = (
        "This sign-in was answered already, was begun in another browser, or took longer than {minutes} "
        "minutes. Nobody was signed in. Start again from the sign-in page."
    )


class SignOnRefused(Problem):
    code = "SIGN-ON-2"
    text = (
        "The answer of {provider} does not prove who you are: {why}. Nobody was signed in. "
        "Try again; if it happens again, tell whoever runs Second Visit."
    )


class ProviderUnreachable(Problem):
    code = "SIGN-ON-3"
    text = (
        "{provider} did not answer as it should. Nobody was signed in. "
        "Try again in a minute, or sign in with e-mail address and password."
    )


class NotInvited(Problem):
    code = "SIGN-ON-4"
    text = (
        "The account {email} has no access to Second Visit. Nobody was signed in. "
        "Ask an owner for an invitation, or sign in with another account."
    )


class EmailNotVerified(Problem):
    code = "SIGN-ON-5"
    text = (
        "{provider} does not say that your e-mail address is verified. Nobody was signed in. "
        "Verify it there, or ask an owner of Second Visit for an invitation and choose a password."
    )


class SignedOut(Problem):
    code = "DOOR-1"
    text = (
        "You are not signed in here any more, so nothing was changed just now. "
        "What was stored before is safe. Sign in again to go on."
    )


class NotAllowed(Problem):
    code = "DOOR-2"
    text = "This is not yours to do. Nothing was changed. Ask an owner of Second Visit if it should be."


class CurrentPasswordWrong(Problem):
    code = "PASSWORD-4"
    text = "The current password is another. Nothing was changed. Type it again, or ask an owner for a link."


class PasswordsDiffer(Problem):
    code = "PASSWORD-5"
    text = "The two passwords are not the same. Nothing was changed. Type the new password twice."


def problems() -> list[type[Problem]]:
    """Return every problem there is, by code."""
    return sorted(Problem.__subclasses__(), key=lambda problem: problem.code)
