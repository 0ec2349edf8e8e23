"""Processes that set pages: at most two, renewed, replaced when they fail, and told no secret."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.forms.fonts import Fonts, read_fonts
from storage.forms.workers import PAGES_EACH, WORKERS, PageNotSet, Workers, workers_with

SHAPELESS = '#set page(width: 10pt, height: 10pt)\n#set document(title: "t")\n'


def children() -> set[int]:
    """Return the worker processes of this one, from the system's own list."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            command = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"storage.forms.worker" in command:
            found.add(int(stat.parent.name))
    return found


@pytest.fixture
def workers():
    others = children()
    made = Workers(read_fonts())
    yield made, lambda: children() - others
    made.close()
    assert children() - others == set()


def page_in(folder: Path, text: str = SHAPELESS) -> dict[str, object]:
    (folder / "page.typ").write_text(text, encoding="utf-8")
    return {
        "folder": str(folder),
        "template": "page.typ",
        "data": "{}",
        "dots_per_inch": 72,
        "timestamp": 0,
    }


def test_a_worker_is_kept_and_renewed_after_some_pages(workers, tmp_path):
    made, running = workers
    page = page_in(tmp_path)
    made.set_pages(page)
    first = running()
    assert len(first) == 1
    for _ in range(PAGES_EACH - 2):
        made.set_pages(page)
    assert running() == first
    made.set_pages(page)
    assert running() == set()
    made.set_pages(page)
    assert len(running()) == 1


def test_no_more_work_at_once_than_there_are_workers(workers, tmp_path):
    made, running = workers
    page = page_in(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        assert len(list(threads.map(made.set_pages, [page] * 24))) == 24
    assert 1 <= len(running()) <= WORKERS


def test_many_first_pages_at_once_share_the_same_workers():
    fonts = Fonts(read_fonts().files, frozenset({0x41}))
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(workers_with, [fonts] * 64))
    assert len({id(one) for one in found}) == 1


def test_a_worker_that_ended_is_replaced(workers, tmp_path):
    made, running = workers
    page = page_in(tmp_path)
    made.set_pages(page)
    (ended,) = running()
    os.kill(ended, signal.SIGKILL)
    with pytest.raises(PageNotSet):
        made.set_pages(page)
    assert made.set_pages(page)[0].startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('#panic("no")', id="a mistake"),
        pytest.param('#read("/etc/passwd")', id="a file outside its folder"),
        pytest.param('#read("../../etc/passwd")', id="a way out of its folder"),
    ],
)
def test_what_cannot_be_set_says_why_and_the_next_page_is_set(text, workers, tmp_path):
    made, _ = workers
    with pytest.raises(PageNotSet):
        made.set_pages(page_in(tmp_path, SHAPELESS + text))
    assert made.set_pages(page_in(tmp_path))


def test_a_worker_is_told_no_setting_of_ours(workers, tmp_path, monkeypatch):
    monkeypatch.setenv("SECOND_VISIT_DATABASE_URL", "postgresql://user:secret@host/db")
    made, running = workers
    made.set_pages(page_in(tmp_path))
    (one,) = running()
    assert b"secret" not in Path(f"/proc/{one}/environ").read_bytes()
