"""Worker processes that set pages: at most two, kept warm, renewed after some pages, ended when they hang."""

import atexit
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from queue import LifoQueue
from shutil import copyfile
from tempfile import TemporaryDirectory
from threading import Lock, Timer
from typing import Any

from storage.forms.fonts import Fonts
from storage.forms.worker_words import LENGTH_BYTES, OK

WORKERS = 2
PAGES_EACH = 60
LONGEST_SECONDS = 60
_ROOT = Path(__file__).parents[2]
_starting = Lock()


class PageNotSet(RuntimeError):  # noqa: N818
    """Typst refused a page, or its process ended: a mistake in the program, whatever text it was given."""


class Worker:
    """
    One process. Not multiprocessing: its spawned child runs the parent's main file, and while a page of
    Streamlit runs that is the page.
    """

    def __init__(self, fonts: Path) -> None:
        self.pages = 0
        # Settings hold secrets, and this process needs none.
        bare = {name: held for name, held in os.environ.items() if not name.startswith("SECOND_VISIT_")}
        self._fonts = str(fonts)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "storage.forms.worker"],
            cwd=_ROOT,
            env=bare,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, request: Mapping[str, Any]) -> list[bytes]:
        """
        Have one document set.

        Raises:
            PageNotSet: it could not be, it took longer than a minute, or the process ended.
        """
        assert self._process.stdin
        self.pages += 1
        hanging = Timer(LONGEST_SECONDS, self._process.kill)
        hanging.start()
        try:
            self._process.stdin.write(json.dumps({**request, "fonts": self._fonts}).encode() + b"\n")
            self._process.stdin.flush()
            mark = self._read(1)
            parts = [self._read(self._length()) for _ in range(self._length())]
        except (OSError, EOFError) as error:
            raise PageNotSet("the process that sets pages ended") from error
        finally:
            hanging.cancel()
        if mark != OK:
            raise PageNotSet(parts[0].decode())
        return parts

    def end(self) -> None:
        """End the process, whatever it does."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                pipe.close()
            except OSError:
                # What was still to be written has no reader any more.
                continue

    def _length(self) -> int:
        return int.from_bytes(self._read(LENGTH_BYTES))

    def _read(self, length: int) -> bytes:
        assert self._process.stdout
        found = self._process.stdout.read(length)
        if len(found) < length:
            raise EOFError
        return found


class Workers:
    """At most so many workers at once; who comes while all are busy waits."""

    def __init__(self, fonts: Fonts) -> None:
        self._folder = TemporaryDirectory(prefix="second-visit-fonts-", ignore_cleanup_errors=True)
        self._fonts = Path(self._folder.name)
        for number, file in enumerate(fonts.files):
            copyfile(file, self._fonts / f"{number:03}{file.suffix}")
        self._free: LifoQueue[Worker | None] = LifoQueue()
        for _ in range(WORKERS):
            self._free.put(None)

    def set_pages(self, request: Mapping[str, Any]) -> list[bytes]:
        """
        Have one document set by whichever worker is free.

        Raises:
            PageNotSet: as `Worker.ask` says.
        """
        with self._worker() as worker:
            return worker.ask(request)

    def close(self) -> None:
        """End every worker that is free, and remove the folder of fonts."""
        while not self._free.empty():
            if worker := self._free.get():
                worker.end()
        self._folder.cleanup()

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        worker = self._free.get()
        kept: Worker | None = None
        try:
            worker = worker or Worker(self._fonts)
            yield worker
            kept = worker if worker.pages < PAGES_EACH else None
        finally:
            # One that failed is not trusted with the next page.
            if worker and not kept:
                worker.end()
            self._free.put(kept)


def workers_with(fonts: Fonts) -> Workers:
    """Return this process's workers; they end with it."""
    # Two first pages at once must not start twice as many.
    with _starting:
        return _started(fonts)


@cache
def _started(fonts: Fonts) -> Workers:
    workers = Workers(fonts)
    atexit.register(workers.close)
    return workers
