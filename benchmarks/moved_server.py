"""The program as a process that is killed and started again often, each time with its clock set by hours."""

import argparse
import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta, tzinfo
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import uvicorn

from tests.server.processes import PROJECT, Process

_START_SECONDS = 240


def main() -> None:
    """
    Start and kill servers as the lines on the standard input say: `start HOURS`, `kill`.

    The program's modules are read once, before the first of them: each server is a process of its own that
    begins there, opens the database anew, and shares nothing with the one before but what is on the disk.
    """
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    port = arguments.parse_args().port
    program = import_module("app").app
    server = 0
    for line in sys.stdin:
        what, _, hours = line.strip().partition(" ")
        if what == "start":
            if server := os.fork():
                print(server, flush=True)
                continue
            # What it says of itself would fill the pipe, as nobody reads there while it runs.
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            move_clock(timedelta(hours=float(hours)))
            uvicorn.run(program, port=port, log_level="warning")
            os._exit(1)
        server = _end(server)
        print("dead", flush=True)
    # Whoever asked has gone.
    _end(server)


def _end(server: int) -> int:
    if server:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
    return 0


def move_clock(ahead: timedelta) -> None:
    """
    Have this process tell another time than the machine, for as long as it lives.

    What measures durations stays as it is. Files get the machine's time, and a database its own: nothing of
    the program asks either what time it is.
    """
    true_time, true_now, seconds = time.time, datetime.now, ahead.total_seconds()

    def now(_kind: type[datetime], tz: tzinfo | None = None) -> datetime:
        return true_now(tz) + ahead

    def today(_kind: type[date]) -> date:
        return now(datetime).date()

    time.time = lambda: true_time() + seconds
    time.time_ns = lambda: int(time.time() * 1e9)
    _change(datetime, {"now": classmethod(now), "utcnow": None, "today": classmethod(now)})
    _change(date, {"today": classmethod(today)})


def _change(kind: type, methods: dict[str, Any]) -> None:
    """Change methods of a type written in C, for whoever holds it already; None takes one away."""
    [held] = gc.get_referents(kind.__dict__)[:1]
    for name, method in methods.items():
        if method is None:
            held.pop(name, None)
        else:
            held[name] = method
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


class MovedServer(Process):
    """The real program in a process of its own, whose clock is ahead of the machine's by `hours`."""

    hours = 0

    def __init__(self, log: Path) -> None:
        super().__init__(log)
        self._is_up = False
        self._keeper: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        if not self._keeper:
            command = [sys.executable, "-m", "benchmarks.moved_server", "--port", str(self.port)]
            pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            with self._log.open("ab") as log:
                self._keeper = subprocess.Popen(command, cwd=PROJECT, stderr=log, **pipes)
        self._tell(f"start {self.hours}")
        self._is_up = True
        until = monotonic() + _START_SECONDS
        while not self._answers():
            if monotonic() > until:
                raise AssertionError(self._log.read_text(errors="replace")[-4000:])
            sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._is_up:
            self._tell("kill")
            self._is_up = False

    def end(self) -> None:
        """End it for good."""
        self.kill()
        if self._keeper:
            self._keeper.communicate()

    def _tell(self, what: str) -> None:
        assert self._keeper
        assert self._keeper.stdin
        assert self._keeper.stdout
        self._keeper.stdin.write(f"{what}\n")
        self._keeper.stdin.flush()
        # The program itself says some words where it starts.
        while not (said := self._keeper.stdout.readline().strip()).isdigit() and said != "dead":
            if self._keeper.poll() is not None:
                raise AssertionError(self._log.read_text(errors="replace")[-4000:])


if __name__ == "__main__":
    main()
