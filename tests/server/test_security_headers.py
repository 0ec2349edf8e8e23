"""Headers that tell a browser what our pages may do: run their own files, and nothing else."""

import re

import pytest

from server.paths import static_folder
from server.security_headers import STILL_PAGE_POLICY, hash_source, streamlit_policy
from standards.people import Role
from tests.server.behind_door import Browser, a_person


def directives(policy: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in policy.split(";")}


def test_streamlit_runs_its_own_files_and_its_one_inline_script():
    page = (static_folder() / "index.html").read_text(encoding="utf-8")
    inline = [
        body for head, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.S) if "src=" not in head
    ]
    script = directives(streamlit_policy("localhost:8501"))["script-src"]
    assert script == ["'self'", "blob:", "'wasm-unsafe-eval'", *(f"'{hash_source(body)}'" for body in inline)]


def test_nothing_comes_from_or_goes_to_another_host():
    policy = directives(streamlit_policy("visits.example.com"))
    assert policy["default-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'", "ws://visits.example.com", "wss://visits.example.com"]
    for name in ("object-src", "frame-src", "frame-ancestors"):
        assert policy[name] == ["'none'"]
    assert policy["img-src"] == ["'self'", "data:", "blob:"]
    everything = {source for sources in policy.values() for source in sources}
    assert not everything & {"'unsafe-eval'", "*", "https:", "http:"}
    assert [name for name, sources in policy.items() if "'unsafe-inline'" in sources] == ["style-src"]


def test_a_source_is_named_as_the_standard_does():
    # Source: Content Security Policy Level 3, 8.3, the example of a hash.
    expected = "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
    assert hash_source("alert('Hello, world.');") == expected


@pytest.mark.parametrize(
    "path", ["/sign-in", "/photos/1", "/nothing", "/door/door.css", "/invitation/x", "/api/x"]
)
@pytest.mark.parametrize("known", [False, True])
def test_every_answer_brings_them(path, known):
    browser = Browser()
    if known:
        browser.sign_in(a_person("Ann", Role.SHOPPER))
    headers = browser.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert "geolocation=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "strict-transport-security" not in headers


def test_over_https_a_browser_stays_with_it():
    assert (
        Browser(at="https://127.0.0.1").get("/sign-in").headers["strict-transport-security"]
        == "max-age=31536000"
    )


def test_the_pages_before_the_door_run_no_script_at_all():
    assert Browser().get("/invitation/x").headers["content-security-policy"] == STILL_PAGE_POLICY
    assert "script-src" not in STILL_PAGE_POLICY
    assert directives(STILL_PAGE_POLICY)["default-src"] == ["'none'"]


def test_a_name_that_is_none_never_gets_into_the_policy():
    headers = Browser(at="http://rebound.example").get("/sign-in").headers
    assert "rebound" not in headers["content-security-policy"]
