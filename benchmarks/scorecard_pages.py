"""What `benchmarks.scorecards` measures of pages: `pdf` and `channels`, in a process of their own."""

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from standards.scorecards import Scorecard, SubjectKind, read_span
from storage.brands import list_brands
from storage.example import load_example
from storage.forms.fonts import read_fonts
from storage.forms.pdf import write_pdf
from storage.forms.workers import workers_with
from storage.scorecard_batch import all_channels, write_scorecards
from storage.scorecard_files import Form, Order
from storage.scorecards import Asked, photos_of_card, read_scorecard
from storage.sessions import in_session

MADE_ON = date(2026, 11, 20)
PDFS = 20
CHANNELS = 200
OBSERVATIONS = 250_000


def _one_pdf() -> dict[str, Any]:
    load_example(today=MADE_ON)
    with in_session(read_only=True) as session:
        own = next(brand for brand in list_brands(session) if brand.is_own)
        asked = Asked(SubjectKind.BRAND, 1, read_span("2026-Q3"), brand_id=own.id)
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


def _many_pdfs() -> dict[str, Any]:
    # Only this part needs it, and it makes its tables at import.
    from benchmarks.scorecard_rows import make  # noqa: PLC0415

    make(OBSERVATIONS, is_one_brand=False)
    with in_session(read_only=True) as session:
        asked = all_channels(session, 1, read_span("2025"), seen_by=None)[:CHANNELS]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        done = list(write_scorecards(asked, (Form.PDF,), Path(folder), Order(None, MADE_ON)))
        seconds = time.perf_counter() - began
    assert [one.problem for one in done if one.problem] == []
    return {"channels": len(done), "seconds": round(seconds, 1)}


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Run one part and say what it took."""
    os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
    found = {"pdf": _one_pdf, "channels": _many_pdfs}[sys.argv[1]]()
    workers_with(read_fonts()).close()
    times = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(spent.ru_utime + spent.ru_stime for spent in times)
    print(json.dumps({**found, "cpu_seconds": round(cpu, 1)}))


if __name__ == "__main__":
    main()
