"""What is imported is asked for, what is asked for is used, and every version is written down."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = ("app.py", "pages", "standards", "storage", "server")
OURS = {"app", "pages", "standards", "storage", "server", "tests", "benchmarks"}

# Used without an import: by the name in a database URL, as data, and by uvicorn where they are there.
USED_OTHERWISE = {"httptools", "psycopg", "python-multipart", "tzdata", "uvloop"}
TOOLS = {"pytest-randomly", "pytest-rerunfailures", "pytest-xdist", "ruff", "mypy", "uv"}


def asked_for(file: str) -> list[str]:
    """Return the names in a requirements file, without the files it includes."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [
        re.split(r"[\[\s#=<>;]", line)[0].lower()
        for line in lines
        if line.strip() and not line.startswith(("#", "-"))
    ]


def imported_by(*parts: str) -> set[str]:
    """Return the distributions that some of our files import."""
    files = [
        file
        for part in parts
        for file in ([ROOT / part] if part.endswith(".py") else (ROOT / part).rglob("*.py"))
    ]
    modules = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    known = packages_distributions()
    return {known[m][0].lower().replace("_", "-") for m in modules - OURS - set(sys.stdlib_module_names)}


def test_every_import_of_the_program_is_a_direct_dependency():
    assert imported_by(*PROGRAM) - set(asked_for("requirements.txt")) == set()


def test_every_import_of_tests_and_benchmarks_is_a_direct_dependency():
    named = {*asked_for("requirements.txt"), *asked_for("requirements-dev.txt")}
    assert imported_by("tests", "benchmarks") - named == set()


def test_every_direct_dependency_is_used():
    assert set(asked_for("requirements.txt")) - imported_by(*PROGRAM) == USED_OTHERWISE
    assert set(asked_for("requirements-dev.txt")) - imported_by("tests", "benchmarks") == TOOLS


def test_every_dependency_is_named_once_and_says_what_it_is_for():
    for file in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
        assert "-c constraints.txt" in lines
        unexplained = [
            line for line in lines if line and not line.startswith(("#", "-")) and "  # " not in line
        ]
        assert unexplained == []
    both = [*asked_for("requirements.txt"), *asked_for("requirements-dev.txt")]
    assert sorted(both) == sorted(set(both))


def test_every_version_is_pinned_exactly_and_names_no_machine():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [\w\s.<>='!]+)?", line)] == []
    pinned = {line.split("==")[0] for line in lines}
    assert {*asked_for("requirements.txt"), *asked_for("requirements-dev.txt")} - pinned == set()
