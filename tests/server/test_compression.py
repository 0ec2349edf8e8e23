"""Files leave packed: the right bytes, to who takes them, and packed once."""

import gzip
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import brotli
import pytest
from starlette.datastructures import Headers
from starlette.responses import Response

from server.compression import PackedContent, PackedFolder

SCRIPT = b"export const words = ['brand', 'channel', 'touchpoint'];\n" * 100
LARGE = b"".join(b"export const w%d = %d;\n" % (n, n * n) for n in range(4000))
ALL = "gzip, deflate, br, zstd"


def answered(content: PackedContent, accepted: str = "", tag: str = "") -> Response:
    return content.answer(Headers({"accept-encoding": accepted, "if-none-match": tag}))


def unpacked(answer: Response) -> bytes:
    packed = bytes(answer.body)
    match answer.headers.get("content-encoding"):
        case "br":
            return bytes(brotli.decompress(packed))
        case "gzip":
            return gzip.decompress(packed)
    return packed


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (ALL, "br"),
        ("gzip, deflate", "gzip"),
        ("", None),
        ("identity", None),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0,gzip;q=0", None),
        ("BR;q=0.5", "br"),
        ("brotli", None),
    ],
)
@pytest.mark.parametrize("content", [SCRIPT, LARGE], ids=["small", "large"])
def test_a_browser_gets_what_it_takes_and_the_same_bytes(tmp_path, content, accepted, encoding):
    answer = answered(PackedContent(content, "words.js", tmp_path), accepted)
    assert answer.headers.get("content-encoding") == encoding
    assert unpacked(answer) == content
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].startswith("text/javascript")
    if encoding:
        assert len(answer.body) < len(content) / 2


@pytest.mark.parametrize("name", ["icon.png", "font.woff2", "photo.jpg"])
def test_what_is_packed_already_is_sent_as_it_is(tmp_path, name):
    answer = answered(PackedContent(SCRIPT, name, tmp_path), ALL)
    assert (bytes(answer.body), answer.headers.get("content-encoding")) == (SCRIPT, None)


def test_only_a_name_with_its_hash_is_kept_for_ever(tmp_path):
    kept = {
        name: answered(PackedContent(SCRIPT, name, tmp_path)).headers["cache-control"]
        for name in ("js/index.DormvYxC.js", "js/index.js", "store.js", "media/a.ttf.BsWL4Kly.woff2")
    }
    assert [name for name, said in kept.items() if "immutable" in said] == [
        "js/index.DormvYxC.js",
        "media/a.ttf.BsWL4Kly.woff2",
    ]
    assert kept["store.js"] == "no-cache"


def test_who_has_it_is_not_sent_it_again_and_each_form_has_its_tag(tmp_path):
    content = PackedContent(SCRIPT, "words.js", tmp_path)
    tags = {accepted: answered(content, accepted).headers["etag"] for accepted in (ALL, "gzip", "")}
    assert len(set(tags.values())) == 3
    for accepted, tag in tags.items():
        again = answered(content, accepted, f'"other", W/{tag}')
        assert (again.status_code, bytes(again.body)) == (304, b"")
    assert answered(PackedContent(LARGE, "words.js", tmp_path), ALL, tags[ALL]).status_code == 200


def test_what_takes_long_is_sent_at_once_and_packed_well_beside_that(tmp_path):
    content = PackedContent(LARGE, "large.js", tmp_path)
    first = answered(content, ALL)
    until = monotonic() + 60
    while not list(tmp_path.glob("*.br")) and monotonic() < until:
        sleep(0.02)
    second = answered(content, ALL)
    while second.headers["etag"] == first.headers["etag"] and monotonic() < until:
        second = answered(content, ALL)
    assert len(second.body) < len(first.body)
    assert unpacked(first) == unpacked(second) == LARGE
    # A page that was opened with the first form does not fetch the second.
    assert answered(content, ALL, first.headers["etag"]).status_code == 304


def test_it_is_packed_once_for_all_starts(tmp_path):
    made = bytes(answered(PackedContent(SCRIPT, "words.js", tmp_path), ALL).body)
    (kept,) = tmp_path.iterdir()
    assert kept.read_bytes() == made
    kept.write_bytes(b"marked")
    assert bytes(answered(PackedContent(SCRIPT, "words.js", tmp_path), ALL).body) == b"marked"
    # Another content never meets it.
    assert unpacked(answered(PackedContent(SCRIPT + b" ", "words.js", tmp_path), ALL)) == SCRIPT + b" "


def test_without_room_for_the_cache_everything_is_still_answered(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    assert unpacked(answered(PackedContent(SCRIPT, "words.js", in_the_way), ALL)) == SCRIPT


def test_many_at_once_get_the_same(tmp_path):
    content = PackedContent(SCRIPT, "words.js", tmp_path)
    found: list[bytes] = []
    threads = [Thread(target=lambda: found.append(bytes(answered(content, ALL).body))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1
    assert [file.suffix for file in tmp_path.iterdir()] == [".br"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay out a folder, with a secret beside it."""
    (tmp_path / "secret.js").write_text("secret")
    inner = tmp_path / "served" / "js"
    inner.mkdir(parents=True)
    (inner / "a.js").write_bytes(SCRIPT)
    return inner.parent


@pytest.mark.parametrize(
    "name",
    ["", "b.js", "js", "js/", "../secret.js", "js/../../secret.js", "/etc/hostname", "js/a.js\0", "JS/A.JS"],
)
def test_nothing_but_the_folders_files_is_ever_read(folder, tmp_path, name):
    served = PackedFolder(folder, tmp_path / "cache")
    assert served.find(name) is None
    assert served.answer(name, Headers({})).status_code == 404


def test_the_folders_files_carry_its_headers(folder, tmp_path):
    served = PackedFolder(folder, tmp_path / "cache", {"Content-Security-Policy": "default-src 'self'"})
    answer = served.answer("js/a.js", Headers({}))
    assert answer.headers["content-security-policy"] == "default-src 'self'"
    assert unpacked(answer) == SCRIPT
