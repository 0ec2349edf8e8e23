"""
How fast the Compare page is answered: `python -m benchmarks.compare --observations 10000000`.

A made programme of so many observations is stored and tallied. Then a process of its own asks what the page
asks, with varied filters and right after a visit came in, and what it hears is held against SQL over every
single observation. Prints one line of JSON. `cpu` is for how long the asking process had a processor, `load`
how many programs wanted one on average in the last minute.
"""

import argparse
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col

from benchmarks.made_programme import AREAS, DAYS, FIRST_DAY, KINDS, SET_NAME, STANDARDS, build
from standards.comparing import (
    VERDICT_MET,
    VERDICT_MISSED,
    Comparison,
    Names,
    VisitColumns,
    adjust_brands,
    compare_brands,
    compare_standards,
    short_answer,
)
from standards.measuring import Measure, Verdict
from standards.values import answer_of
from storage.channels import list_channels
from storage.comparing import (
    Selection,
    brands_in_set,
    channels_in_set,
    count_compared,
    editions_in_set,
    places_of,
    sets_in_use,
)
from storage.editions import editions_of_set, latest_edition
from storage.sessions import close_database, engine, in_session
from storage.tables import ChannelRow, ObservationRow, StandardRow, StandardSetRow, VisitRow
from storage.tallies import compared_columns
from storage.tallying import retally
from storage.visits import record_answer, start_visit, submit_visit

QUESTIONS, WRITES, SEED = 60, 9, 5
_CODES = {Verdict.MISSED: VERDICT_MISSED, Verdict.MET: VERDICT_MET}
Counts = Counter[tuple[int, str, int]]


@dataclass(frozen=True)
class Took:
    """How long something took, in milliseconds, and for how much of it this process had a processor."""

    wall: float
    cpu: float


def ask(selection: Selection) -> VisitColumns:
    """Ask for what the page first shows: its filters, the answer, the brands and the standards."""
    with in_session(read_only=True) as session:
        sets_in_use(session, seen_by=None)
    with in_session(read_only=True) as session:
        brands = brands_in_set(session, selection.set_id, seen_by=None)
        places_of(session, selection.set_id, seen_by=None)
        channels = channels_in_set(session, selection.set_id, seen_by=None)
        editions_in_set(session, selection.set_id)
    with in_session(read_only=True) as session:
        columns = compared_columns(session, selection, seen_by=None)
        count_compared(session, selection, seen_by=None)
        editions = editions_of_set(session, selection.set_id)
    shown = [brand for brand in brands if not selection.brand_ids or brand.id in selection.brand_ids]
    comparison = Comparison(columns, Names(shown, channels, editions))
    short_answer(comparison)
    compare_brands(comparison)
    adjust_brands(comparison)
    compare_standards(comparison)
    return columns


def ask_for_columns(selection: Selection) -> VisitColumns:
    """Ask only for the visits of a selection, without any figure."""
    with in_session(read_only=True) as session:
        return compared_columns(session, selection, seen_by=None)


def varied_selections(set_id: int, brand_ids: Sequence[int], count: int) -> list[Selection]:
    """Return everything first, then what people choose: brands, a kind, an area, months, fresh answers."""
    rng = np.random.default_rng(SEED)
    made = [Selection(set_id)]
    while len(made) < count:
        rivals = rng.choice(brand_ids[1:], rng.integers(1, 6), replace=False).tolist()
        made.append(
            Selection(
                set_id,
                brand_ids=(brand_ids[0], *rivals) if rng.random() < 0.5 else (),
                kinds=(KINDS[rng.integers(len(KINDS))],) if rng.random() < 0.3 else (),
                areas=(f"Area {rng.integers(AREAS):02}",) if rng.random() < 0.3 else (),
                since=FIRST_DAY + timedelta(int(rng.integers(0, DAYS))) if rng.random() < 0.5 else None,
                editions=(int(rng.integers(1, 3)),) if rng.random() < 0.2 else (),
                fresh_only=bool(rng.random() < 0.2),
            )
        )
    return made


def add_visit() -> None:
    """Record a whole visit as the pages do, and submit it."""
    visit_id = uuid4()
    with in_session() as session:
        edition = latest_edition(session, SET_NAME)
        start_visit(session, visit_id, list_channels(session)[0].id, edition.id)
        for standard in edition.standards:
            value = 60 if standard.measure is Measure.DURATION else 1
            record_answer(session, visit_id, standard, answer_of(standard, value))
        submit_visit(session, visit_id)


def measure() -> dict[str, Any]:
    """Ask, in a process that has built nothing, and return what it took."""
    with in_session(read_only=True) as session:
        set_id = session.execute(sa.select(col(StandardSetRow.id))).scalar_one()
        channels = list_channels(session)
    assert set_id is not None
    everything = Selection(set_id)
    first = _timed(partial(ask, everything))
    brand_ids = sorted({channel.brand.id for channel in channels})
    selections = varied_selections(set_id, brand_ids, QUESTIONS)
    warm = [_timed(partial(ask, selection)) for selection in selections]
    of_columns = [_timed(partial(ask_for_columns, selection)) for selection in selections]
    after = []
    for _ in range(WRITES):
        add_visit()
        after.append(_timed(partial(ask, everything)))
    measured = {
        "first_ms": round(first.wall),
        "warm_median_ms": round(median(took.wall for took in warm), 1),
        "warm_median_cpu_ms": round(median(took.cpu for took in warm), 1),
        "warm_p95_ms": round(quantiles([took.wall for took in warm], n=20)[-1], 1),
        "warm_everything_ms": round(warm[0].wall, 1),
        "columns_median_ms": round(median(took.wall for took in of_columns), 1),
        "after_write_ms": round(median(took.wall for took in after), 1),
        "after_write_cpu_ms": round(median(took.cpu for took in after), 1),
        "after_write_worst_ms": round(max(took.wall for took in after), 1),
        "peak_mb": round(_peak_mb()),
        "load": round(os.getloadavg()[0], 1),
    }
    columns = ask(everything)
    with in_session(read_only=True) as session:
        began = time.perf_counter()
        recomputed = _recomputed(session)
        seconds = round(time.perf_counter() - began, 1)
    return measured | {"recomputed_seconds": seconds, "equal": _counted(columns) == recomputed}


def _timed(act: Callable[[], object]) -> Took:
    began, began_cpu = time.perf_counter(), time.process_time()
    act()
    return Took(1000 * (time.perf_counter() - began), 1000 * (time.process_time() - began_cpu))


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says includes the parent this process was made by.
        return next(
            int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if "VmHWM" in line
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def _recomputed(session: Session) -> Counts:
    """Count met and missed by brand and standard over every observation."""
    of = col(ChannelRow.brand_id), col(StandardRow.code), col(ObservationRow.verdict)
    wanted = (
        sa.select(*of, sa.func.count())
        .select_from(ObservationRow)
        .join(VisitRow, col(ObservationRow.visit_id) == col(VisitRow.id))
        .join(ChannelRow, col(VisitRow.channel_id) == col(ChannelRow.id))
        .join(StandardRow, col(ObservationRow.standard_id) == col(StandardRow.id))
        .where(col(ObservationRow.verdict).in_(_CODES))
        .group_by(*of)
    )
    return Counter({(brand, code, _CODES[said]): n for brand, code, said, n in session.execute(wanted)})


def _counted(columns: VisitColumns) -> Counts:
    found: Counts = Counter()
    for at, one in enumerate(columns.standards):
        for verdict in _CODES.values():
            brands = np.bincount(columns.brand_ids[columns.verdicts[:, at] == verdict])
            found |= {(int(n), one.code, verdict): int(brands[n]) for n in np.flatnonzero(brands)}
    return found


@contextmanager
def _folder(kept: str | None) -> Iterator[str]:
    if kept:
        yield kept
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield folder


def prepare(observations: int, seed: int) -> dict[str, Any]:
    """Build and tally, unless visits are there already; return what is there and how long that took."""
    with in_session(read_only=True) as session:
        is_built = session.execute(sa.select(col(VisitRow.id)).limit(1)).first() is not None
    took: dict[str, Any] = {}
    if not is_built:
        began = time.perf_counter()
        build(observations, seed)
        built = time.perf_counter()
        with in_session() as session:
            retally(session)
        took = {
            "build_seconds": round(built - began, 1),
            "tally_seconds": round(time.perf_counter() - built, 1),
        }
    with in_session(read_only=True) as session:
        visits = session.execute(sa.select(sa.func.count()).select_from(VisitRow)).scalar_one()
    return {"rows": visits * STANDARDS, "visits": visits, "database": engine().dialect.name} | took


def main() -> None:
    """Print one line of JSON."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--observations", type=int, default=10_000_000, help="how many in all")
    arguments.add_argument("--database", help="URL of an empty PostgreSQL database; else SQLite in a folder")
    arguments.add_argument("--keep", metavar="FOLDER", help="ask what was built there before, or build it")
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    with _folder(given.keep) as data:
        os.environ["SECOND_VISIT_DATA"] = data
        os.environ["SECOND_VISIT_DATABASE_URL"] = given.database or ""
        done = prepare(given.observations, given.seed)
        close_database()
        with multiprocessing.get_context("spawn").Pool(1) as asking:
            measured = asking.apply(measure)
    print(json.dumps(done | measured))


if __name__ == "__main__":
    main()
