"""A real OpenID provider (npm's oidc-provider) with made-up accounts, and a person who signs in there."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from tests.npm import node, npm_package

SCRIPT = Path(__file__).parent / "browser" / "oidc_provider.mjs"
CLIENT_ID = "second-visit"
CLIENT_SECRET = "only-for-tests"  # noqa: S105 - the provider of the tests knows no other
START_SECONDS = 30


@contextmanager
def running_provider(log: Path, *redirect_uris: str) -> Iterator[str]:
    """Start the provider for a program at these addresses; give its issuer, and stop it at the end."""
    folder = npm_package("oidc-provider").parents[1]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [node(), str(SCRIPT), str(folder), str(port), *redirect_uris], stdout=written, stderr=written
        )
    issuer = f"http://127.0.0.1:{port}"
    try:
        _wait_for(issuer, process, log)
        yield issuer
    finally:
        process.kill()
        process.wait()


def _wait_for(issuer: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{issuer}/.well-known/openid-configuration").is_success:
                return
        except httpx2.HTTPError:
            time.sleep(0.05)
    pytest.fail(f"the OpenID provider did not start: {log.read_text(errors='replace')[-2000:]}")


def configure(monkeypatch: pytest.MonkeyPatch, issuer: str, **others: str) -> None:
    """Set up single sign-on with this provider; `others` are settings without their common beginning."""
    settings = {
        "ISSUER": issuer,
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET": CLIENT_SECRET,
        "NAME": "the company",
        "ALLOWED_DOMAINS": "company.example",
    } | others
    for name, value in settings.items():
        monkeypatch.setenv(f"SECOND_VISIT_OIDC_{name}", value)


def sign_in_there(address: str, account: str) -> str:
    """Follow a browser to the provider, type an account's name, and return where it is sent back to."""
    with httpx2.Client() as browser:
        answer = browser.get(address)
        while answer.is_redirect:
            address = urljoin(str(answer.url), answer.headers["location"])
            if "/oidc/callback" in address:
                return address
            answer = browser.get(address)
            if form := re.search(r'<form[^>]* action="([^"]+)"[^>]*method="post"', answer.text):
                typed = {"prompt": "login", "login": account, "password": "any"}
                answer = browser.post(urljoin(str(answer.url), form.group(1)), data=typed)
    pytest.fail(f"the provider did not send the browser back: {answer.status_code} {answer.text[:500]}")
