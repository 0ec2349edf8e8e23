"""Packages from npm that tests need, outside this folder: an OpenID provider, axe, tools for JavaScript."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import gettempdir

import pytest

# .ci/run installs these before the tests start. The provider's ninth major version needs Node.js 22; the
# eighth runs on 18, which Debian 12 brings, on 20 and on 22.
VERSIONS = {
    "oidc-provider": "8.8.1",
    "axe-core": "4.14.1",
    "typescript": "5.9.3",
    "eslint": "9.39.1",
    "@eslint/js": "9.39.1",
    "globals": "16.5.0",
}
_INSTALL_SECONDS = 120


def npm_package(name: str) -> Path:
    """
    Return the folder of an installed package, installing it where it is missing; skip where that fails.

    TESTS_NPM_FOLDER names the folder that holds `node_modules`; without it, one among the temporary files,
    another for other versions.
    """
    given = os.environ.get("TESTS_NPM_FOLDER")
    own = f"second_visit_npm_{os.getuid()}_{'_'.join(VERSIONS.values())}"
    folder = Path(given) if given else Path(gettempdir()) / own
    package = folder / "node_modules" / name
    if not (package / "package.json").is_file():
        _install(folder, name)
    return package


def node() -> str:
    """Return the program that runs JavaScript; skip where there is none."""
    found = shutil.which("node")
    if not found:
        pytest.skip("Node.js is not installed (Debian's packages nodejs and npm)")
    return found


def _install(folder: Path, name: str) -> None:
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("npm is not installed (Debian's packages nodejs and npm)")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = [f"{known}@{version}" for known, version in VERSIONS.items()]
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix"]
    try:
        subprocess.run(
            [*command, str(folder), *wanted], check=True, capture_output=True, timeout=_INSTALL_SECONDS
        )
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm could not install {name}: {error}")
