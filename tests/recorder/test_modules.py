"""The recorder's modules that need no browser, by node's own runner."""

import subprocess
from pathlib import Path

import pytest

from tests.npm import node

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns"])
def test_modules_that_need_no_browser(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    files = sorted(str(file) for file in FOLDER.glob("*.test.mjs"))
    found = subprocess.run(
        [node(), "--no-warnings", "--test", *files], capture_output=True, text=True, check=False, timeout=300
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "# fail 0" in found.stdout
