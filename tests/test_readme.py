"""The README is the whole manual: what is missing there, or only there, fails."""

import ast
import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from standards import errors
from standards.editions import Evidence, Kind, Scope
from standards.measuring import Comparator, Measure
from storage.__main__ import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = [
    ROOT / "app.py",
    *(f for room in ("pages", "server", "storage") for f in (ROOT / room).rglob("*.py")),
]
COMMANDS = dict(get_command(app).commands)  # type: ignore[attr-defined]
PROBLEMS = sorted(
    problem.code
    for problem in vars(errors).values()
    if isinstance(problem, type) and issubclass(problem, errors.Problem) and problem is not errors.Problem
)


def page_titles() -> list[str]:
    """Return the titles that stand in the navigation."""
    tree = ast.parse((ROOT / "pages" / "parts" / "navigation.py").read_text(encoding="utf-8"))
    return [
        keyword.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.Page"
        for keyword in node.keywords
        if keyword.arg == "title" and isinstance(keyword.value, ast.Constant)
        if isinstance(keyword.value.value, str)
    ]


def test_the_two_commands_stand_in_it():
    assert "pip install -r requirements.txt && streamlit run app.py" in README
    assert "pip install -r requirements-dev.txt && pytest" in README


def test_every_setting_stands_in_it_and_no_other():
    used = {
        name
        for file in PROGRAM
        for name in re.findall(r"SECOND_VISIT_[A-Z_]+", file.read_text(encoding="utf-8"))
    }
    assert used == set(re.findall(r"SECOND_VISIT_[A-Z_]+", README))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_it_with_its_options(name):
    assert f"python -m storage {name}" in README
    options = {option for part in COMMANDS[name].params for option in part.opts if option.startswith("--")}
    assert {option for option in options if f"`{option}" not in README} == set()


def test_no_command_stands_in_it_that_does_not_exist():
    assert set(re.findall(r"python -m storage ([a-z][a-z-]*)", README)) <= set(COMMANDS)


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_stands_in_it_with_its_meaning(code):
    assert re.search(rf"^\| {code} \| \S.*\|$", README, re.MULTILINE)


def test_no_problem_stands_in_it_that_does_not_exist_and_each_code_is_used_once():
    assert set(re.findall(r"^\| ([A-Z-]+-\d+) \|", README, re.MULTILINE)) == set(PROBLEMS)
    assert len(set(PROBLEMS)) == len(PROBLEMS)


@pytest.mark.parametrize("title", page_titles())
def test_every_page_stands_in_it(title):
    assert f"**{title}**" in README


def test_every_file_it_names_is_there():
    named = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r'src="([^"]+)"', README)
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_its_example_files_can_be_imported_with_its_commands(tmp_path):
    standards, *visits = (
        block
        for block in re.findall(r"```\n(.*?)```", README, re.DOTALL)
        if block.startswith(("code,", "visit_id,"))
    )
    given = {"standards.csv": standards, "wide.csv": visits[0], "long.csv": visits[1]}
    for name, content in given.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    def run(command, name, *options):
        done = CliRunner().invoke(app, [command, str(tmp_path / name), "--set", "Shop visit", *options])
        assert done.exception is None
        return done.output

    assert "4 standards" in run("import-standards", "standards.csv")
    assert "2 new visits with 6 observations" in run("import-visits", "wide.csv", "--own", "Our brand")
    assert "1 new visit with 2 observations" in run("import-visits", "long.csv")


def test_every_word_that_a_standards_file_may_hold_stands_in_it():
    words = [str(word) for words in (Measure, Comparator, Kind, Scope, Evidence) for word in words]
    assert [word for word in words if f"`{word}`" not in README] == []


@pytest.mark.parametrize("line", range(1, 43))
def test_each_line_of_the_recorders_contract_names_the_files_that_test_it(line):
    (row,) = re.findall(rf"^  \| {line} \| (.+) \|$", README, re.MULTILINE)
    wanted = re.compile(rf"def test_line_0?{line}_|test\(\s*\"line {line}\b")
    named = {f"tests/{name}" for name in re.findall(r"`([^`]+)`", row)}
    files = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "tests").rglob("*.mjs")]
    there = {
        file.relative_to(ROOT).as_posix() for file in files if wanted.search(file.read_text(encoding="utf-8"))
    }
    assert named == there
    assert named
