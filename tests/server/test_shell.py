"""The shell: an app that installs, Streamlit's page with our name on it, and the recorder's files."""

import json
import re
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urljoin

import brotli
import httpx2
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from server import recorder_files, shell
from server.door import Door
from server.paths import nothing_routes, static_folder
from server.recorder_files import RECORDER_POLICY, recorder_routes, shell_files, shell_version
from server.security_headers import SecurityHeaders
from server.shell import Shell, manifest, shell_page, shell_routes
from tests.running import run
from tests.server.whole_program import Program, browser_of

FIRST_LOAD_BYTES = 60_000
FETCHED: dict[str, Any] = {"Sec-Fetch-Mode": "cors"}
BROWSER: dict[str, Any] = {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.fixture(autouse=True)
def _made_anew():
    """Have what is made once for a program made for each test, whose cache is in a folder of its own."""
    yield
    made = (manifest, shell._packed_page, recorder_files._worker, recorder_files._files)
    for one in (*made, recorder_files._hashes, recorder_files._start_modules):
        one.cache_clear()


def wired() -> ASGIApp:
    """Return the shell's routes behind the door, for somebody without a session."""
    return Starlette(
        routes=[*recorder_routes(), *shell_routes(), *nothing_routes()],
        middleware=[Middleware(SecurityHeaders), Middleware(Door), Middleware(Shell)],
    )


def ask(path: str, *, method: str = "GET", content: bytes = b"", **headers: str) -> httpx2.Response:
    async def answered() -> httpx2.Response:
        transport = httpx2.ASGITransport(wired())
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:18999") as client:
            return await client.request(method, path, content=content, headers=headers)

    return run(answered())


def if_changed(answer: httpx2.Response) -> dict[str, Any]:
    return {"If-None-Match": answer.headers["etag"]}


def wire_bytes(answer: httpx2.Response) -> int:
    """Return what an answer weighs on its way: its status line, headers and packed body."""
    lines = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
    return 19 + lines + 2 + int(answer.headers["content-length"])


def first_load() -> dict[str, httpx2.Response]:
    """Fetch what a browser does until somebody can answer: the page, what it names, and what that imports."""
    page = ask("/recorder/", **BROWSER)
    named = re.findall(r'(?:src|href)="(/recorder/[^"#]+)"', page.text)
    # Asked for by name once the start knows what to show.
    waiting = [*named, "/recorder/install.js", "/recorder/screens/home.js", "/recorder/screens/visit.js"]
    found = {"/recorder/": page, "/app.webmanifest": ask("/app.webmanifest", **BROWSER)}
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = ask(path, **BROWSER)
            imported = re.findall(r'^(?:import|export)\b[^;]*?"(\.[^"]+)"', found[path].text, re.MULTILINE)
            waiting += [urljoin(path, to) for to in imported]
    return found


def test_line_12_the_first_load_is_at_most_60_kb_and_all_of_it_ours():
    answers = first_load()
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code != 200} == {}
    assert {"/recorder/start.js", "/recorder/recorder.css", "/recorder/screens/home.js"} <= set(answers)
    for path, answer in answers.items():
        fetched = re.findall(r"""(?:src|href|from|import)\s*[=(]?\s*["']([^"']+)["']""", answer.text)
        elsewhere = [to for to in fetched if "/static/" in to or re.match(r"(?:https?:)?//", to)]
        assert elsewhere == [], path
    weights = {path: wire_bytes(answer) for path, answer in answers.items()}
    assert sum(weights.values()) <= FIRST_LOAD_BYTES, weights


def test_of_a_script_everything_that_runs_is_sent_and_each_line_keeps_its_number():
    for path, file in shell_files().items():
        # Of the first screen's modules the start holds what runs: server/recorder_start.py.
        if file.suffix != ".js" or path.removeprefix("/recorder/") in recorder_files._start_modules():
            continue
        source, got = file.read_text(encoding="utf-8").split("\n"), ask(path).text.split("\n")
        assert len(got) == len(source), path
        gone = [line.strip() for line, now in zip(source, got, strict=True) if line != now]
        assert [line for line in gone if not line.startswith(("//", "/*", "*"))] == [], path
        assert not any(line.strip().startswith("//") for line in got)


@pytest.mark.parametrize("path", ["/sw.js", "/recorder/app.js", "/recorder/install.js"])
def test_line_28_scripts_are_scripts_and_asked_for_again_each_time(path):
    answer = ask(path)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert ask(path, **if_changed(answer)).status_code == 304


def test_line_28_the_worker_may_serve_the_whole_address():
    assert ask("/sw.js").headers["service-worker-allowed"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/recorder/nothing.js",
        "/recorder/screens/nothing.js",
        "/recorder/sw.js",
        "/recorder/types.js",
        "/recorder/tsconfig.json",
        "/recorder/leaving_worker.js",
        "/recorder/../shell.py",
        "/recorder/%2e%2e/shell.py",
        "/icons/nothing.png",
        "/icons/..%2Ficon.svg",
        "/worker.js",
        "/app.js",
        "/manifest.json",
        "/recorder/app.js/",
    ],
)
def test_line_28_a_file_that_is_not_there_is_404_and_no_page(path):
    answer = ask(path, **FETCHED)
    assert answer.status_code in (404, 401)
    assert "<html" not in answer.text.lower()


def test_the_worker_knows_every_file_by_name_and_its_version_by_their_content():
    script = ask("/sw.js").text
    assert "{{" not in script
    kept = json.loads(re.search(r"JSON\.parse\('(.*)'\)", script)[1])  # type: ignore[index]
    assert [*kept] == [*shell_files()]
    for path, hashed in kept.items():
        assert sha256(ask(path).content).hexdigest().startswith(hashed)
    assert {"/recorder/", "/recorder/app.js", "/recorder/photo_worker.js", "/recorder/offline.html"} <= set(
        kept
    )
    assert not {"/recorder/types.js", "/recorder/recover.html", "/recorder/version.json"} & set(kept)
    assert f'"{shell_version()}"' in script
    assert ask("/recorder/version.json").json() == {"version": shell_version()}
    assert ask("/recorder/version.json").headers["cache-control"] == "no-store"


def test_line_31_an_operator_can_have_every_worker_remove_itself(monkeypatch):
    monkeypatch.setenv("SECOND_VISIT_SERVICE_WORKER", "off")
    answer = ask("/sw.js")
    assert "unregister()" in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    monkeypatch.setenv("SECOND_VISIT_SERVICE_WORKER", "on")
    assert "unregister()" not in ask("/sw.js").text


@pytest.mark.parametrize("path", ["/recorder/", "/recorder/recover", "/recorder/offline.html"])
def test_line_35_the_recorders_pages_run_only_their_own_files(path):
    answer = ask(path)
    policy = answer.headers["content-security-policy"]
    assert policy == RECORDER_POLICY
    assert policy.startswith("default-src 'self'; ")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=|javascript:", answer.text)
    assert "camera=(self)" in answer.headers["permissions-policy"]


def test_the_recorder_is_led_to_with_what_was_asked():
    answer = ask("/recorder?from=home-screen")
    assert (answer.status_code, answer.headers["location"]) == (308, "/recorder/?from=home-screen")


def test_line_32_the_manifest_says_what_an_installed_app_needs():
    answer = ask("/app.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    made = answer.json()
    assert (made["id"], made["scope"], made["display"]) == ("/?app=second-visit", "/", "standalone")
    assert made["start_url"].startswith("/recorder/")
    sizes = {(icon["sizes"], icon["purpose"]) for icon in made["icons"]}
    assert sizes == {(s, p) for s in ("192x192", "512x512") for p in ("any", "maskable")}
    assert {shot["form_factor"] for shot in made["screenshots"]} == {"narrow", "wide"}
    shown = [*made["icons"], *made["screenshots"], *(i for s in made["shortcuts"] for i in s["icons"])]
    for picture in shown:
        got = ask(picture["src"])
        assert got.status_code == 200
        width, height = Image.open(BytesIO(got.content)).size
        assert (f"{width}x{height}", got.headers["content-type"]) == (picture["sizes"], picture["type"])
        assert len(got.content) < 60_000
    assert all(shortcut["url"].startswith("/") for shortcut in made["shortcuts"])
    target = made["share_target"]
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")


def test_line_32_an_iphone_gets_an_icon_without_clear_corners():
    drawn = Image.open(BytesIO(ask("/icons/apple-touch-icon-180.png").content))
    assert (drawn.size, drawn.mode) == ((180, 180), "RGB")


def test_a_maskable_icon_keeps_its_sheet_within_what_no_launcher_cuts_away():
    drawn = Image.open(BytesIO(ask("/icons/maskable-512.png").content)).convert("RGB")
    ground = drawn.getpixel((0, 0))
    middle, safe = 256, 512 * 0.4
    outside = {
        drawn.getpixel((x, y))
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if (x - middle) ** 2 + (y - middle) ** 2 > safe**2
    }
    assert outside == {ground}


def test_line_32_photos_shared_without_a_worker_are_answered_in_words():
    shared = b"--x\r\nContent-Disposition: form-data; name=photos; filename=a.jpg\r\n\r\n" + b"0" * 300_000
    headers: dict[str, Any] = {
        "Content-Type": "multipart/form-data; boundary=x",
        "Sec-Fetch-Site": "none",
        "Origin": "null",
    }
    answer = ask("/recorder/share", method="POST", content=shared, **headers)
    assert answer.status_code == 503
    assert "still in your gallery" in answer.text
    assert "Open the recorder" in answer.text


def test_streamlits_page_is_given_our_name_and_nothing_of_its_scripts_is_touched():
    theirs = (static_folder() / "index.html").read_text(encoding="utf-8")
    ours = shell_page(theirs)
    assert "<title>Second Visit</title>" in ours
    assert '<link rel="manifest" href="/app.webmanifest" />' in ours
    assert "apple-touch-icon" in ours
    assert "service-desc" not in ours
    assert "_stcore/agent" not in ours
    assert 'preload"\n' not in ours
    scripts = re.compile(
        r"<script.*?</script>|<link[^>]*modulepreload[^>]*>|<link[^>]*stylesheet[^>]*>", re.S
    )
    assert [one for one in scripts.findall(ours) if "install.js" not in one] == scripts.findall(theirs)
    assert ours.count("</head>") == 1


def test_the_whole_program_sends_streamlits_page_and_files_packed(program: Program):
    with browser_of(program, program.token("manager")) as browser:
        for path in ("/", "/compare_brands", "/nothing/of/that/name"):
            page = browser.get(path, headers=BROWSER)
            assert page.headers["content-encoding"] == "br"
            assert "<title>Second Visit</title>" in page.text
            assert "wasm-unsafe-eval" in page.headers["content-security-policy"]
            assert page.headers["cache-control"] == "no-cache"
            again = browser.get(path, headers={**BROWSER, "If-None-Match": page.headers["etag"]})
            assert again.status_code == 304
        for path in re.findall(r'"\./(static/js/[^"]+)"', page.text)[:3]:
            script = browser.get(f"/{path}", headers=BROWSER)
            assert script.content == (static_folder() / path).read_bytes()
            assert "immutable" in script.headers["cache-control"]
            assert script.headers["content-encoding"] == "br"
        missing = browser.get("/static/js/nothing.DormvYxC.js")
        assert (missing.status_code, "<html" in missing.text) == (404, False)
        # Pages of our own are not exchanged.
        assert "API" in browser.get("/api/v1/docs").text
    with browser_of(program, None) as stranger:
        assert stranger.get(f"/{path}").status_code == 401
        assert stranger.get("/", headers={"Accept": "text/html"}).status_code == 303
        assert stranger.get("/recorder/").status_code == 200


def test_packed_bytes_are_what_brotli_unpacks(program: Program):
    with (
        browser_of(program, program.token("manager")) as browser,
        browser.stream("GET", "/", headers=BROWSER) as raw,
    ):
        packed = b"".join(raw.iter_raw())
        assert int(raw.headers["content-length"]) == len(packed)
        assert b"<title>Second Visit</title>" in brotli.decompress(packed)
