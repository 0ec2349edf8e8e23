"""The operator's command line: `python -m storage --help`."""
# ruff: noqa: PLC0415 - each command waits only for what it uses

import sys
from pathlib import Path
from typing import Annotated

import typer

from standards.errors import FileHasErrors, FileNotReadable, Problem

app = typer.Typer(
    help="Second Visit's data: bring files in and out, back up, restore, and check.\n\n"
    "The data lies in the folder SECOND_VISIT_DATA (default: data), or in the database "
    "SECOND_VISIT_DATABASE_URL. Every command brings the tables up to date first.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

SetName = Annotated[str, typer.Option("--set", help="The standard set's name.")]
Period = Annotated[
    str, typer.Option(help="2026, 2026-Q3, 2026-07 or 2026-07-05..2026-08-14.", show_default=False)
]
ToImport = Annotated[Path, typer.Argument(help="A CSV (UTF-8) or XLSX file.", show_default=False)]
ToWrite = Annotated[Path, typer.Argument(help="The CSV file to write; - for the screen.", show_default=False)]


@app.command()
def migrate() -> None:
    """Bring the tables up to date.

    The app does it by itself when it starts.
    """
    from storage.sessions import engine

    engine()
    typer.echo("The tables are up to date.")


@app.command()
def import_standards(file: ToImport, set_name: SetName) -> None:
    """Store a standards file as a set's edition.

    What the newest edition holds already changes nothing; anything else becomes the next edition.
    """
    from storage.importing import import_standards as store
    from storage.sessions import in_session

    with in_session() as session:
        done = store(session, set_name, _read(file))
    typer.echo("\n".join(done.summary))


@app.command()
def import_visits(
    file: ToImport,
    set_name: SetName,
    own: Annotated[str | None, typer.Option(help="The brand in the file that is our own.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be stored; store nothing.")
    ] = False,
) -> None:
    """Store a visits file, wide or long.

    Wide is one row a visit, long is one row an observation. Storing it twice changes nothing.
    """
    from storage.import_plans import plan_visits
    from storage.importing import import_visits as store
    from storage.sessions import in_session

    data = _read(file)
    with in_session(read_only=dry_run) as session:
        act = plan_visits if dry_run else store
        done = act(session, set_name, data, own=own)
    typer.echo("\n".join(done.summary))
    if dry_run:
        typer.echo("Nothing was stored: this was a dry run.")


@app.command()
def export_observations(file: ToWrite) -> None:
    """Write every observation as CSV.

    Of submitted visits, in the form that import-visits reads.
    """
    from storage.exporting import observation_lines, write_lines
    from storage.sessions import in_session

    with in_session(read_only=True) as session:
        write_lines(observation_lines(session), file)


@app.command()
def export_scores(file: ToWrite) -> None:
    """Write the score of every submitted visit."""
    from storage.exporting import score_lines, write_lines
    from storage.sessions import in_session

    with in_session(read_only=True) as session:
        write_lines(score_lines(session), file)


@app.command()
def scorecards(
    period: Period,
    out: Annotated[Path, typer.Option(help="The folder to write into.", show_default=False)],
    set_name: Annotated[
        str | None, typer.Option("--set", help="The standard set's name; else the one most visited.")
    ] = None,
    brand: Annotated[str | None, typer.Option(help="Whose channels; else our own.")] = None,
    forms: Annotated[str, typer.Option(help="Any of pdf, xlsx, csv, png, with commas.")] = "pdf",
    paper: Annotated[str, typer.Option(help="a4 or letter.")] = "a4",
) -> None:
    """Write scorecards of a brand and its channels.

    Of all complete visits of a period. No shopper is named in them.
    """
    from storage.scorecard_orders import order_scorecards, read_forms, read_paper

    wanted, look = read_forms(forms), read_paper(paper)
    files = 0
    for done in order_scorecards(period, out, wanted, look, set_name=set_name, brand=brand):
        files += len(done.files)
        if done.problem:
            typer.echo(done.problem, err=True)
    typer.echo(f"Written: {files:,} {'file' if files == 1 else 'files'}.")


@app.command()
def load_example() -> None:
    """Store the made-up example programme."""
    from storage.example import load_example as load

    visits = load()
    typer.echo(f"The example is stored: {visits:,} visits." if visits else "The example is stored already.")


@app.command()
def remove_example() -> None:
    """Remove the example; what is your own stays."""
    from storage.example import remove_example as remove

    visits = remove()
    typer.echo(f"The example is removed: {visits:,} visits." if visits else "No example is stored.")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The ZIP file to write.", show_default=False)],
) -> None:
    """Write one ZIP with all that is stored.

    Photos too. The app may go on running.
    """
    from storage.backup import write_backup

    typer.echo(write_backup(file).summary)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A ZIP that backup wrote.", show_default=False)],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the visits that are stored now.")
    ] = False,
) -> None:
    """Bring back what a backup holds.

    Whole or not at all: what is stored stays until everything of the backup is verified.
    """
    from storage.backup import restore_backup

    typer.echo(restore_backup(file, replace=replace).summary)


@app.command()
def add_owner(
    name: Annotated[str, typer.Argument(help="The owner's name.", show_default=False)],
    email: Annotated[str, typer.Argument(help="The e-mail address to sign in with.", show_default=False)],
    link: Annotated[
        bool, typer.Option("--link", help="Print a link to choose a password, instead of asking for one.")
    ] = False,
    address: Annotated[
        str, typer.Option(help="Where browsers find the app, for the link.")
    ] = "http://localhost:8501",
) -> None:
    """Make somebody an owner, without a browser.

    Who has that e-mail address already becomes an owner: so the program is recovered when the last
    owner has left.
    """
    from standards.people import Purpose, Role
    from storage.invitations import add_invitation
    from storage.people import add_account, change_account, person_of_email
    from storage.sessions import in_session
    from storage.sign_in import set_password

    password = None if link else typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    with in_session() as session:
        person = person_of_email(session, email)
        if person:
            person = change_account(session, person.id, name=name, role=Role.OWNER)
        else:
            person = add_account(session, name, email, Role.OWNER)
        if password is None:
            token = add_invitation(session, Purpose.PASSWORD, person.id)
        else:
            set_password(session, person.id, password)
    typer.echo(f"{person.name} is an owner.")
    if password is None:
        typer.echo(f"To choose a password, within a day and once: {address.rstrip('/')}/invitation/{token}")


@app.command()
def end_sessions() -> None:
    """Sign everybody out, on every device.

    For when a cookie, a phone or a backup may be in other hands.
    """
    from storage.door_sessions import end_sessions_of
    from storage.people import list_accounts
    from storage.sessions import in_session

    with in_session() as session:
        people = list_accounts(session, include_removed=True)
        ended = sum(end_sessions_of(session, account.person.id) for account in people)
    typer.echo(f"Signed out: {ended:,} {'device' if ended == 1 else 'devices'}.")


@app.command()
def check() -> None:
    """Verify references, values, photos, sums.

    Says what it finds, one line each, and ends with 1; with 0 where nothing is found.
    """
    from storage.checking import count_stored, find_faults
    from storage.sessions import in_session

    with in_session(read_only=True) as session:
        found = False
        for fault in find_faults(session):
            found = True
            typer.echo(fault)
        if found:
            raise typer.Exit(1)
        counts = ", ".join(f"{count:,} {name}" for name, count in count_stored(session).items())
    typer.echo(f"Nothing found: {counts}")


@app.command()
def retally() -> None:
    """Add up anew what comparing reads.

    For when check says that a tally differs; otherwise it changes nothing.
    """
    from storage.sessions import in_session
    from storage.tallying import retally as tally_anew

    with in_session() as session:
        typer.echo(f"Tallied: {tally_anew(session):,} visits.")


@app.command()
def sweep(
    even_all: Annotated[
        bool, typer.Option("--all", help="Also where the database knows none of the files.")
    ] = False,
) -> None:
    """Delete photo files that nothing uses any more.

    A server that is killed leaves some now and then. What is younger than an hour stays.
    """
    from storage.photo_files import sweep_orphans
    from storage.sessions import in_session

    with in_session() as session:
        swept = sweep_orphans(session, even_all=even_all)
    typer.echo(f"Deleted: {swept:,} photo {'file' if swept == 1 else 'files'}.")


def _read(file: Path) -> bytes:
    from standards.spreadsheets import LARGEST_FILE_BYTES

    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE_BYTES + 1)
    except OSError as found:
        raise FileNotReadable(why=f"{file}: {found.strerror}", advice="Name a file that is there.") from found


def run() -> None:
    """Run a command; a problem is told in words on the error output, and ends with 1."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    try:
        app(prog_name="python -m storage")
    except Problem as problem:
        typer.echo(str(problem), err=True)
        if isinstance(problem, FileHasErrors):
            for error in problem.errors:
                where = f"row {error.row}, {error.column}" if error.column else f"row {error.row}"
                typer.echo(f"  {where}: “{error.holds}”; allowed: {error.allowed}", err=True)
    except (DatabaseError, OperationalError) as found:
        typer.echo(f"The database cannot be used: {found.orig}", err=True)
    except OSError as found:
        typer.echo(f"{found.filename or 'The file'}: {found.strerror}. Nothing was changed.", err=True)
    else:
        return
    sys.exit(1)


if __name__ == "__main__":
    run()
