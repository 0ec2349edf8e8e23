"""Problems of files, sets, the example, backups and the database itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from standards.errors.problem import Problem


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
