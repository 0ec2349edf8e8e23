"""
What scorecards cost: `python -m benchmarks.scorecards [PART …]`, each part one line of JSON.

`pdf`: one of the example with four photos, by a worker that is warm. `channels`: the PDFs of many channels of
a made programme. `xlsx`, `csv`: raw observations, those of the example over and over, without reading them
from the database anew. Each part runs in a process of its own, so that its memory is its own.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from standards.scorecards import RawObservation, Scorecard, SubjectKind, read_span
from storage.brands import list_brands
from storage.example import load_example
from storage.forms.csv_file import write_csv
from storage.forms.fonts import read_fonts
from storage.forms.pdf import write_pdf
from storage.forms.workers import workers_with
from storage.forms.xlsx_file import write_xlsx
from storage.scorecard_batch import all_channels, write_scorecards
from storage.scorecard_files import Form, Order
from storage.scorecard_rows import observations_behind
from storage.scorecards import Asked, photos_of_card, read_scorecard
from storage.sessions import close_database, in_session

MADE_ON = date(2026, 11, 20)
PDFS = 20
CHANNELS = 200
XLSX_ROWS = 1_000_000
CSV_ROWS = 5_000_000
_KEPT_ROWS = 5_000


def main() -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=[], help=f"of {', '.join(PARTS)}")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    for part in chosen.parts or PARTS:
        if not chosen.here:
            subprocess.run([sys.executable, "-m", "benchmarks.scorecards", "--here", part], check=True)
            continue
        with tempfile.TemporaryDirectory() as folder:
            os.environ["SECOND_VISIT_DATA"] = folder
            os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
            found = PARTS[part](Path(folder))
            workers_with(read_fonts()).close()
            print(json.dumps({"part": part, **found, **_memory()}), flush=True)
            close_database()


def _one_pdf(folder: Path) -> dict[str, Any]:
    asked = _example()
    with in_session(read_only=True) as session:
        card = read_scorecard(session, asked, seen_by=None, made_on=MADE_ON)
        photos = photos_of_card(session, card)
    assert len(photos) == 4
    write_pdf(card, photos)
    # Each differs, as Typst remembers what it has set.
    times = [_timed(partial(write_pdf, _varied(card, number), photos)) for number in range(PDFS)]
    return {"photos": 4, "median_seconds": round(median(times), 3), "slowest_seconds": round(max(times), 3)}


def _varied(card: Scorecard, number: int) -> Scorecard:
    lines = tuple(replace(line, statement=f"{line.statement} {number}") for line in card.standards)
    steps = tuple(replace(step, words=f"{step.words} {number}") for step in card.next_steps)
    subject = replace(card.subject, name=f"{card.subject.name} {number}")
    return replace(card, subject=subject, standards=lines, next_steps=steps)


def _many_pdfs(folder: Path) -> dict[str, Any]:
    # Only this part needs it, and it makes its tables at import.
    from benchmarks.made_programme import build  # noqa: PLC0415
    from storage.tallying import tally_due  # noqa: PLC0415

    build(250_000, 7)
    with in_session() as session:
        while tally_due(session):
            session.commit()
    with in_session(read_only=True) as session:
        asked = all_channels(session, 1, read_span("2025"), seen_by=None)[:CHANNELS]
    to = folder / "out"
    to.mkdir()
    began = time.perf_counter()
    done = list(write_scorecards(asked, (Form.PDF,), to, Order(None, MADE_ON)))
    seconds = time.perf_counter() - began
    assert [one.problem for one in done if one.problem] == []
    return {"channels": len(done), "seconds": round(seconds, 1)}


def _xlsx(folder: Path) -> dict[str, Any]:
    asked, file = _example(), folder / "card.xlsx"
    with in_session(read_only=True) as session:
        card = read_scorecard(session, asked, seen_by=None, made_on=MADE_ON)
    rows, before = _rows(asked, XLSX_ROWS), _peak()
    seconds = _timed(lambda: write_xlsx(card, rows, file))
    return _written(file, XLSX_ROWS, seconds, before)


def _csv(folder: Path) -> dict[str, Any]:
    file = folder / "rows.csv"
    rows, before = _rows(_example(), CSV_ROWS), _peak()
    seconds = _timed(lambda: write_csv(rows, file))
    return _written(file, CSV_ROWS, seconds, before)


def _written(file: Path, rows: int, seconds: float, before: float) -> dict[str, Any]:
    size = file.stat().st_size / 1024**2
    return {"rows": rows, "seconds": round(seconds, 1), "file_mb": round(size), "mb_before": round(before)}


def _example() -> Asked:
    load_example(today=MADE_ON)
    with in_session(read_only=True) as session:
        own = next(brand for brand in list_brands(session) if brand.is_own)
    return Asked(SubjectKind.BRAND, 1, read_span("2026-Q3"), brand_id=own.id)


def _rows(asked: Asked, count: int) -> Iterator[RawObservation]:
    kept = list(islice(observations_behind(asked, seen_by=None), _KEPT_ROWS))
    return islice(cycle(kept), count)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _memory() -> dict[str, float]:
    own = resource.getrusage(resource.RUSAGE_SELF)
    found = {"peak_mb": round(_peak()), "cpu_seconds": round(own.ru_utime + own.ru_stime, 1)}
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    if workers.ru_maxrss:
        # Of the largest one that has ended; there are never more than two.
        found["worker_peak_mb"] = round(workers.ru_maxrss / 1024)
        found["workers_cpu_seconds"] = round(workers.ru_utime + workers.ru_stime, 1)
    return found


PARTS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "pdf": _one_pdf,
    "channels": _many_pdfs,
    "xlsx": _xlsx,
    "csv": _csv,
}

if __name__ == "__main__":
    main()
