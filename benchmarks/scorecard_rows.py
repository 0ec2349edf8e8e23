"""
What `benchmarks.scorecards` measures of raw observations: `xlsx` and `csv`, each after `make ROWS`.

Only what an export needs is imported here, as its memory is measured.
"""

import json
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from storage.scorecard_files import Form, Order, write_scorecard
from storage.scorecards import Asked
from storage.sessions import in_session

MADE_ON = date(2026, 11, 20)
_SEED = 7


def make(rows: int, *, is_one_brand: bool) -> None:
    """Store a programme: of forty brands, or of ours and one competitor where ours has all these rows."""
    from sqlalchemy import text  # noqa: PLC0415

    from benchmarks.made_programme import BRANDS, build  # noqa: PLC0415
    from storage.tallying import tally_due  # noqa: PLC0415

    # A little more, as how many visits a brand has is left to chance.
    build(rows * BRANDS * 101 // ((BRANDS - 1) * 100) if is_one_brand else rows, _SEED)
    with in_session() as session:
        if is_one_brand:
            renamed = "UPDATE channel SET brand_id = 1, name = name || ' ' || brand_id WHERE brand_id < :last"
            session.execute(text(renamed), {"last": BRANDS})
        while tally_due(session):
            session.commit()


def _export(form: Form) -> dict[str, Any]:
    from standards.scorecards import SubjectKind, read_span  # noqa: PLC0415

    asked = Asked(SubjectKind.BRAND, 1, read_span("2023-01-01..2025-12-31"), brand_id=1)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        [file] = write_scorecard(asked, (form,), Path(folder), Order(None, MADE_ON))
        seconds = time.perf_counter() - began
        size = file.stat().st_size
    return {"rows": _counted(), "seconds": round(seconds, 1), "file_mb": round(size / 1024**2)}


def _counted() -> int:
    from sqlalchemy import text  # noqa: PLC0415

    wanted = (
        "SELECT count(*) FROM observation JOIN visit ON visit.id = visit_id "
        "JOIN channel ON channel.id = channel_id WHERE brand_id = 1"
    )
    with in_session(read_only=True) as session:
        return int(session.execute(text(wanted)).scalar_one())


def main() -> None:
    """Run one part and say what it took."""
    if sys.argv[1] == "make":
        began = time.perf_counter()
        make(int(sys.argv[2]), is_one_brand=True)
        print(json.dumps({"seconds": round(time.perf_counter() - began, 1)}))
        return
    found = _export(Form(sys.argv[1]))
    spent = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({**found, "cpu_seconds": round(spent.ru_utime + spent.ru_stime, 1)}))


if __name__ == "__main__":
    main()
