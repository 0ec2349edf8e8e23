"""Measures the import of a folder's standards and visits: a fresh process and database each time."""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).parents[1]
RUNS = 3


def import_once(folder: Path, own: str) -> tuple[float, float, int, int]:
    """Return seconds and peak megabytes of one import with the start of its process; visits, observations."""
    with tempfile.TemporaryDirectory() as data:
        settings = {**os.environ, "SECOND_VISIT_DATA": data}
        settings.pop("SECOND_VISIT_DATABASE_URL", None)

        def run(*arguments: str) -> None:
            program = [sys.executable, "-m", "storage", *arguments, "--set", "Measured"]
            subprocess.run(program, cwd=PROJECT, env=settings, check=True, stdout=subprocess.DEVNULL)

        run("import-standards", str(folder / "standards.csv"))
        began = time.perf_counter()
        run("import-visits", str(folder / "visits.csv"), "--own", own)
        seconds = time.perf_counter() - began
        with closing(sqlite3.connect(Path(data) / "second_visit.db")) as stored:
            visits = stored.execute("SELECT count(*) FROM visit").fetchone()[0]
            observations = stored.execute("SELECT count(*) FROM observation").fetchone()[0]
    # The largest of the children so far: import-standards is far smaller. Linux counts kilobytes.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return seconds, peak / (1024 if sys.platform == "linux" else 1024**2), visits, observations


def main() -> None:
    """Print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", nargs="?", type=Path, default=PROJECT.parent / "shared/data/chicago")
    arguments.add_argument("--own", default="Starbucks", help="the brand of the file that is our own")
    given = arguments.parse_args()
    folder = given.folder.resolve()
    if not (folder / "visits.csv").is_file():
        print(json.dumps({"skipped": f"no visits.csv and standards.csv in {given.folder}"}))
        return
    runs = [import_once(folder, given.own) for _ in range(RUNS)]
    measured = {
        "visits": runs[-1][2],
        "observations": runs[-1][3],
        "seconds": round(median(run[0] for run in runs), 2),
        "peak_mb": round(max(run[1] for run in runs)),
        "database": "sqlite",
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    main()
