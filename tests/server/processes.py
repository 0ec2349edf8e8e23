"""The real program in processes of its own: started, killed and started again."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

PROJECT = Path(__file__).parents[2]
# A busy machine is slow and not wrong.
_START_SECONDS = 240


class Process:
    """`uvicorn app:app` on a port of its own; it takes its settings from this process."""

    def __init__(self, log: Path) -> None:
        self._log = log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "uvicorn",
            "app:app",
            "--port",
            str(self.port),
            "--log-level",
            "warning",
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=PROJECT, env=os.environ, stdout=log, stderr=log)
        until = monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or monotonic() > until:
                raise AssertionError(self._log.read_text(errors="replace")[-4000:])
            sleep(0.1)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.address}/_stcore/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def processor_seconds(self) -> float:
        """Return how long it has kept processors busy so far: what others do is not in it."""
        assert self._process
        told = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self, name: str) -> int:
        """Return what the system says of its memory: `VmRSS` now, `VmHWM` at most so far."""
        assert self._process
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        found = re.search(rf"{name}:\s+(\d+)", status)
        assert found
        return int(found[1]) // 1024


@contextmanager
def running(log: Path) -> Iterator[Process]:
    """Run the program until the block ends."""
    process = Process(log)
    process.start()
    try:
        yield process
    finally:
        process.kill()
