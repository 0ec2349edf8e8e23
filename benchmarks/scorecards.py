"""
What scorecards cost: `python -m benchmarks.scorecards [PART …]`, each part one line of JSON.

`pdf`: one of the example with four photos, by a worker that is warm. `channels`: the PDFs of many channels of
a made programme. `xlsx`, `csv`: a brand's scorecard with all its raw observations, read from a database that
is made before: SQLite, or the empty database that SECOND_VISIT_DATABASE_URL names. With `--keep FOLDER` that
database is kept there and used again.

Each part runs in a process of its own. `peak_mb` is the most memory that it and all processes it starts held
at once, looked at twenty times a second: what they share is counted once (Linux's "proportional set size").
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PARTS = {"pdf": 0, "channels": 0, "xlsx": 1_000_000, "csv": 5_000_000}
_EVERY_SECONDS = 0.05


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=[], help=f"of {', '.join(PARTS)}")
    parser.add_argument("--rows", type=int, help="how many observations `xlsx` and `csv` write")
    parser.add_argument("--keep", type=Path, help="where the databases of `xlsx` and `csv` are kept")
    chosen = parser.parse_args()
    for part in chosen.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            rows = PARTS[part] and (chosen.rows or PARTS[part])
            data = chosen.keep / f"{rows}" if rows and chosen.keep else Path(folder) / "data"
            found = _rows(part, rows, data) if rows else _run(["benchmarks.scorecard_pages", part], data)
            print(json.dumps({"part": part, **found}), flush=True)


def _rows(part: str, rows: int, data: Path) -> dict[str, Any]:
    module = "benchmarks.scorecard_rows"
    made = {} if data.exists() else {"made_in_seconds": _run([module, "make", str(rows)], data)["seconds"]}
    return {**_run([module, part], data), **made}


def _run(arguments: list[str], data: Path) -> dict[str, Any]:
    """Run a part in a process of its own and return what it says, with the most memory it took."""
    data.mkdir(parents=True, exist_ok=True)
    places = {"SECOND_VISIT_DATA": str(data)}
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(command, env=os.environ | places, stdout=subprocess.PIPE, text=True)
    most = 0
    while process.poll() is None:
        most = max(most, _kilobytes_of(process.pid))
        time.sleep(_EVERY_SECONDS)
    said = process.communicate()[0]
    if process.returncode:
        raise SystemExit(process.returncode)
    return {**json.loads(said), "peak_mb": round(most / 1024)}


def _kilobytes_of(process_id: int) -> int:
    """Return what a process and all it has started hold; what ends meanwhile holds nothing."""
    held = 0
    with suppress(OSError):
        folder = Path("/proc", str(process_id))
        for line in (folder / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                held += int(line.split()[1])
        # Each thread names the processes that it has started.
        for children in folder.glob("task/*/children"):
            with suppress(OSError):
                held += sum(_kilobytes_of(int(child)) for child in children.read_text().split())
    return held


if __name__ == "__main__":
    main()
