"""The modules of the first screen in one file: the same program as its modules one by one."""

import re
import subprocess

import pytest

from server.recorder_files import shell_files
from server.recorder_start import START, start_modules
from tests.npm import node

ROOM = next(file for path, file in shell_files().items() if path == "/recorder/").parent
_EXPORTED = re.compile(r"^export (?:async )?(?:function|class|const)\s+(\w+)", re.MULTILINE)


def _sent():
    return start_modules(ROOM, str)


def test_the_start_is_a_module_that_can_be_read(tmp_path):
    start = tmp_path / "start.mjs"
    start.write_text(_sent()[START], encoding="utf-8")
    subprocess.run([node(), "--check", str(start)], check=True, capture_output=True)


def test_a_module_inside_the_start_passes_on_all_that_it_exports():
    sent = _sent()
    assert {"app.js", "store.js", "screens/visit.js", "rules.js"} <= sent.keys()
    for name, passing in sent.items():
        if name == START:
            continue
        exported = _EXPORTED.findall((ROOM / name).read_text(encoding="utf-8"))
        for one in exported:
            assert re.search(rf"\b{one}\b", passing), f"{name} keeps {one} to itself"


def test_the_start_asks_for_no_module_that_it_holds():
    sent = _sent()
    assert not re.search(r"^import\b(?!\()", sent[START], re.MULTILINE)
    later = set(re.findall(r'import\("/recorder/([^"]+)"\)', sent[START]))
    assert later
    assert not later & sent.keys()
    assert all((ROOM / name).is_file() for name in later)


def test_each_module_stands_after_those_that_it_needs():
    order = [name for name in _sent() if name != START]
    for place, name in enumerate(order):
        for named in re.findall(r'^import .*from "\./([^"]+)";', (ROOM / name).read_text(), re.MULTILINE):
            if "/" not in name:
                assert order.index(named) < place, f"{name} stands before {named}"


def test_a_module_that_cannot_be_put_inside_is_refused(tmp_path):
    (tmp_path / "screens").mkdir()
    (tmp_path / "screens" / "visit.js").write_text("export default 1;\n")
    (tmp_path / "app.js").write_text("")
    with pytest.raises(ValueError, match=r"visit\.js cannot be put inside"):
        start_modules(tmp_path, str)


def test_a_module_whose_text_goes_over_several_lines_is_refused(tmp_path):
    (tmp_path / "screens").mkdir()
    (tmp_path / "screens" / "visit.js").write_text("const said = `one\n  two`;\n")
    (tmp_path / "app.js").write_text("")
    with pytest.raises(ValueError, match="several lines"):
        start_modules(tmp_path, str)
