"""The recorder's JavaScript: its types hold, it reads as agreed."""

import os
import subprocess
from pathlib import Path

from server.recorder_files import shell_files
from tests.npm import node, npm_package

PROJECT = Path(__file__).parents[2]
ROOM = PROJECT / "server" / "recorder"


def _run(package: str, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    folder = npm_package(package)
    modules = next(parent for parent in folder.parents if parent.name == "node_modules")
    return subprocess.run(
        [node(), str(folder / program), *options],
        cwd=PROJECT,
        env=os.environ | {"NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_types_of_all_modules_hold():
    found = _run("typescript", "bin/tsc", "-p", str(ROOM / "tsconfig.json"))
    assert found.returncode == 0, found.stdout


def test_a_module_with_a_wrong_type_is_found(tmp_path):
    (tmp_path / "wrong.js").write_text('/** @type {number} */\nexport const seconds = "soon";\n')
    options = ["--checkJs", "--allowJs", "--noEmit", "--strict", "--target", "es2022"]
    found = _run("typescript", "bin/tsc", *options, str(tmp_path / "wrong.js"))
    assert "TS2322" in found.stdout


def test_all_modules_read_as_agreed():
    npm_package("@eslint/js")
    npm_package("globals")
    found = _run("eslint", "bin/eslint.js", "--max-warnings", "0", "server/recorder", "tests")
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_module_brings_in_only_modules_that_phones_keep():
    kept = {Path(file).resolve() for file in shell_files().values()} | {ROOM / "types.js"}
    for file in ROOM.rglob("*.js"):
        for named in _imports(file.read_text(encoding="utf-8")):
            assert (file.parent / named).resolve() in kept, f"{file.name} brings in {named}"


def _imports(text: str) -> list[str]:
    quoted = text.replace("import(", "from ").split('from "')[1:]
    return [part.partition('"')[0] for part in quoted if part.startswith(".")]
