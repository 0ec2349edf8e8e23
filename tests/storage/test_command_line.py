"""The operator's command line: each command ends with 0 or 1, and a problem is words, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.__main__ import run as run_command
from storage.sessions import close_database, in_session
from storage.tables import VisitRow
from tests.storage.test_importing import STANDARDS, VISITS, the_one

PROJECT = Path(__file__).parents[2]


def run(*arguments: object) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "storage", *map(str, arguments)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def called(monkeypatch, capfd):
    """Give what runs a command in this process: what it does is the same, and it starts at once."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["storage", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            run_command()
        # As a process leaves it to the next.
        close_database()
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


@pytest.fixture
def written(tmp_path):
    (tmp_path / "standards.csv").write_bytes(STANDARDS)
    (tmp_path / "visits.csv").write_bytes(VISITS)
    return tmp_path


def test_help_names_every_command_on_a_line_of_its_own():
    code, said, _ = run("--help")
    commands = said.split("Commands:")[1].strip().splitlines()
    assert code == 0
    assert [line.split()[0] for line in commands] == [
        "migrate", "import-standards", "import-visits", "export-observations", "export-scores",
        "scorecards", "load-example", "remove-example", "backup", "restore", "add-owner", "end-sessions",
        "check", "retally", "sweep",
    ]  # fmt: skip
    assert not any(line.endswith("...") for line in commands)


@pytest.mark.unmigrated
def test_the_way_from_files_to_files(written, called):
    assert called("migrate")[0] == 0
    assert called("import-standards", written / "standards.csv", "--set", "Shop")[0] == 0
    visits = ("import-visits", written / "visits.csv", "--set", "Shop", "--own", "Own")
    code, said, _ = called(*visits, "--dry-run")
    assert code == 0
    assert "2 new visits with 3 observations" in said
    assert "Nothing was stored" in said
    assert "2 new visits" in called(*visits)[1]
    assert "left as they are: 2 visits" in called(*visits)[1]
    code, said, _ = called("export-scores", "-")
    assert said.splitlines()[0].startswith("external_id,brand,channel,area,visited_on,score_percent,coverage")
    assert len(said.splitlines()) == 3
    assert called("export-observations", written / "out.csv")[0] == 0
    assert len((written / "out.csv").read_text().splitlines()) == 4
    assert called("check")[:2] == (0, "Nothing found: 2 visits, 3 observations, 0 photos\n")
    assert "2 visits" in called("backup", written / "all.zip")[1]
    code, _, said = called("restore", written / "all.zip")
    assert (code, "--replace" in said) == (1, True)
    code, said, _ = called("restore", written / "all.zip", "--replace")
    assert (code, said) == (0, "Restored: 2 visits, 0 photo files.\n")


def test_check_says_what_it_finds_and_ends_with_1(written, called):
    called("import-standards", written / "standards.csv", "--set", "Shop")
    called("import-visits", written / "visits.csv", "--set", "Shop")
    with in_session() as session:
        the_one(session, VisitRow, external_id="1").points = 4
    code, said, _ = run("check")
    assert code == 1
    assert len(said.splitlines()) == 1
    assert said.startswith("Score differs: visit ")


def test_bad_cells_are_listed_on_the_error_output(written, called):
    called("import-standards", written / "standards.csv", "--set", "Shop")
    (written / "visits.csv").write_bytes(VISITS.replace(b"missed", b"perhaps"))
    code, said, wrong = run("import-visits", written / "visits.csv", "--set", "Shop")
    assert (code, said) == (1, "")
    assert "cannot be stored as they are (2)" in wrong
    assert "row 2, B: “perhaps”; allowed: met, missed, n/a, or yes or no" in wrong


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import-visits", "none.csv", "--set", "Shop"), "none.csv: No such file or directory"),
        (("import-standards", ".", "--set", "Shop"), "Is a directory"),
        (("restore", "none.zip"), "none.zip: No such file or directory"),
        (("export-scores", "none/here.csv"), "No such file or directory"),
    ],
)
def test_a_file_that_is_not_there_is_a_sentence(arguments, said, called):
    code, _, wrong = called(*arguments)
    assert code == 1
    assert said in wrong


@pytest.mark.unmigrated
def test_a_database_that_is_none_is_a_sentence(data_folder):
    data_folder.mkdir()
    (data_folder / "second_visit.db").write_bytes(b"no database at all " * 500)
    code, _, wrong = run("check")
    assert code == 1
    assert "The database cannot be used: file is not a database" in wrong


def test_the_example_is_stored_checked_and_removed(called):
    assert "The example is stored: " in called("load-example")[1]
    assert called("load-example")[1] == "The example is stored already.\n"
    code, said, _ = called("check")
    assert (code, said[:14]) == (0, "Nothing found:")
    assert "The example is removed: " in called("remove-example")[1]
    assert called("check")[1] == "Nothing found: 0 visits, 0 observations, 0 photos\n"


def test_the_chicago_import_keeps_its_limits(chicago):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.import_visits", str(chicago)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    measured = json.loads(done.stdout)
    assert (measured["visits"], measured["observations"]) == (1_001, 44_044)
    assert measured["peak_mb"] <= 300
