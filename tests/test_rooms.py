"""The rooms of the house: who may use whom, and how long a file may be."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("pages", "server", "storage", "standards")
MAY_USE = {
    "pages": {"pages", "storage", "standards", "streamlit", "plotly"},
    "server": {"server", "storage", "standards"},
    "storage": {"storage", "standards"},
    "standards": {"standards"},
}
FRAMEWORKS = {"streamlit", "plotly", "sqlmodel", "sqlalchemy", "alembic", "typer", "starlette", "fastapi"}
MODULES = sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports_of(file: Path) -> set[str]:
    """Return the top-level names a module imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_room_uses_one_it_must_not(file):
    room = file.relative_to(ROOT).parts[0]
    assert imports_of(file) & {*ROOMS, "app", "tests", "benchmarks"} <= MAY_USE[room]


@pytest.mark.parametrize("file", [f for f in MODULES if f.is_relative_to(ROOT / "standards")], ids=name_of)
def test_the_rules_know_no_page_no_table_and_no_web(file):
    assert imports_of(file) & FRAMEWORKS == set()


@pytest.mark.parametrize("file", [f for f in MODULES if f.is_relative_to(ROOT / "pages")], ids=name_of)
def test_a_page_holds_no_query(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = {
        name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in ("sqlmodel", "sqlalchemy", "sqlalchemy.orm")
        for name in node.names
    }
    # A page may name the type of a session that it hands on.
    assert named <= {"Session"}
    assert "storage.tables" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", [f for f in MODULES if f.is_relative_to(ROOT / "storage")], ids=name_of)
def test_storage_holds_no_widget(file):
    assert imports_of(file) & {"streamlit", "plotly"} == set()


@pytest.mark.parametrize("file", [f for f in MODULES if f.is_relative_to(ROOT / "standards")], ids=name_of)
def test_the_rules_read_no_clock_and_no_disk(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    asked_the_clock = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id in ("datetime", "date") and node.attr in ("now", "utcnow", "today")
    }
    opened = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) if node.id == "open"}
    # importlib.resources is no disk: the library sets are part of the program.
    assert imports_of(file) & {"os", "pathlib", "io", "tempfile", "shutil", "time"} <= {"io"}
    assert asked_the_clock | opened == set()


@pytest.mark.parametrize("name", ["standards", "storage", "server"])
def test_no_page_hides_a_room(name):
    assert not (ROOT / "pages" / f"{name}.py").exists()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_file_holds_one_subject(file):
    lines = len(file.read_text(encoding="utf-8").splitlines())
    is_page = file.parent == ROOT / "pages"
    assert lines < (120 if is_page else 400)
