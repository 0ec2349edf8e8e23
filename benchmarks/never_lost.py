"""Measures that nothing is lost: visits over a bad connection, with phones and servers killed on the way."""

import argparse
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Lock
from time import perf_counter
from typing import Any

from sqlmodel import Session, select

from benchmarks.chaos_proxy import ChaosProxy, Fault
from benchmarks.made_phone import Kept, MadePhone, Recorded, TabKilledError, a_recorded_visit
from benchmarks.recorder_phone import recorder_phone
from standards.editions import Kind, Standard
from standards.measuring import Verdict
from standards.people import Role
from storage.brands import add_brand
from storage.channels import add_channel
from storage.checking import find_faults
from storage.door_sessions import open_session
from storage.editions import publish_edition
from storage.people import add_account
from storage.sessions import close_database, in_session
from storage.sync_documents import document_of
from storage.tables import PhotoRow, VisitRow
from tests.server.processes import Process

CODES = [f"S{number}" for number in range(1, 13)]
# In a browser, with the recorder's own store and sync; or without a screen, many times as fast.
RECORDER, MADE = "recorder", "made"
_PHONES = {RECORDER: 2, MADE: 4}
# No more than every visit has, so that each death planned is met.
_BEATS, _WRITES = 24, 8
# A visit takes a browser most of a second.
_STEP_SECONDS = 0.03


@dataclass(frozen=True)
class Ground:
    """Where all visits of a run are made, and the sessions of the people who make them."""

    channel_id: int
    edition_id: int
    people: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Deaths:
    """Which visits meet which deaths: phones after so many steps, servers after so many writes."""

    of_phones: dict[int, list[int]]
    of_servers: dict[int, list[int]]

    @classmethod
    def of(cls, visits: int, seed: int, tab_kills: int, server_kills: int) -> "Deaths":
        """Spread them over the visits; none of the server in the second half, which may be over before it."""
        return cls(
            spread(tab_kills, visits, Random(f"{seed} tabs"), _BEATS),  # noqa: S311 - repeatable, no secret
            spread(server_kills, visits // 2 or 1, Random(f"{seed} servers"), _WRITES),  # noqa: S311
        )


@dataclass(frozen=True)
class Compared:
    """What the server holds at the end beside what was recorded."""

    visits: int
    photos: int
    lost: list[str]
    doubled: list[str]
    damaged: list[str]
    faults: list[str]

    @property
    def is_whole(self) -> bool:
        """Whether each visit is there once, as it was recorded."""
        return not (self.lost or self.doubled or self.damaged or self.faults)


@dataclass
class Run:
    """The run of one seed: its proxy, its server, and what it has done to them."""

    proxy: ChaosProxy
    process: Process
    server_kills: int = 0
    tab_kills: int = 0
    one_at_a_time: Lock = field(default_factory=Lock)

    def count_tab_kill(self) -> None:
        """Count one, from whichever phone's thread."""
        with self.one_at_a_time:
            self.tab_kills += 1


def main() -> None:
    """Print one line of JSON; end with 1 where anything was lost, doubled or damaged."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--visits", type=int, default=1_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--tab-kills", type=int, help="a third of the visits when left out")
    arguments.add_argument("--server-kills", type=int, help="a tenth of the visits when left out")
    arguments.add_argument("--phones", choices=[RECORDER, MADE], default=RECORDER)
    arguments.add_argument("--database", help="an empty PostgreSQL database's URL; SQLite when left out")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["SECOND_VISIT_DATA"] = data
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        if asked.database:
            os.environ["SECOND_VISIT_DATABASE_URL"] = asked.database
        tab_kills = asked.visits * 3 // 10 if asked.tab_kills is None else asked.tab_kills
        server_kills = asked.visits // 10 if asked.server_kills is None else asked.server_kills
        told, compared = never_lost(
            asked.visits, asked.seed, tab_kills, server_kills, Path(data), phones=asked.phones
        )
    print(json.dumps(told))
    raise SystemExit(0 if compared.is_whole else 1)


def never_lost(
    visits: int, seed: int, tab_kills: int, server_kills: int, folder: Path, *, phones: str = RECORDER
) -> tuple[dict[str, Any], Compared]:
    """Record and send visits while everything around them breaks; return the figures and the comparison."""
    began = perf_counter()
    ground = prepare_ground(_PHONES[phones])
    recorded = record_ahead(visits, seed, ground)
    deaths = Deaths.of(visits, seed, tab_kills, server_kills)
    close_database()
    share = _record_in_browser if phones == RECORDER else _record_without_screen
    with breaking_program(seed, folder) as run, ThreadPoolExecutor(len(ground.people)) as pool:
        shares = [
            pool.submit(share, run, person, recorded, range(at, visits, len(ground.people)), deaths)
            for at, person in enumerate(ground.people)
        ]
        for done in shares:
            done.result()
    with in_session(read_only=True) as session:
        compared = compare(session, recorded)
    close_database()
    told = {"phones": phones, **told_figures(run, compared, seed), "seconds": round(perf_counter() - began)}
    return told, compared


def told_figures(run: Run, compared: Compared, seed: int) -> dict[str, Any]:
    """Return what is printed of a run."""
    return {
        "visits": compared.visits,
        "photos": compared.photos,
        "lost": len(compared.lost),
        "doubled": len(compared.doubled),
        "damaged": len(compared.damaged),
        "faults": compared.faults[:20],
        "tabs_killed": run.tab_kills,
        "servers_killed": run.server_kills,
        "seed": seed,
        "requests": {fault.value: run.proxy.met[fault] for fault in Fault},
        "wrong": [*compared.lost, *compared.doubled, *compared.damaged][:20],
    }


def prepare_ground(people: int) -> Ground:
    """Store a channel, an edition of yes/no standards, and people with sessions."""
    with in_session() as session:
        brand = add_brand(session, "Ours", is_own=True)
        channel = add_channel(session, brand.id, Kind.SHOP, "High Street")
        standards = [Standard(code, "Till", f"Statement {code}") for code in CODES]
        edition = publish_edition(session, "Shop visit", standards)
        made = []
        for at in range(people):
            person = add_account(session, f"Shopper {at}", f"s{at}@company.example", Role.SHOPPER)
            made.append((person.id, open_session(session, person.id)))
    return Ground(channel.id, edition.id, tuple(made))


def record_ahead(visits: int, seed: int, ground: Ground) -> list[Recorded]:
    """Make up what will be recorded, before anything can break."""
    return [
        a_recorded_visit(
            f"Visit {number} of seed {seed}",
            ground.channel_id,
            ground.edition_id,
            CODES,
            Random(f"{seed} visit {number}"),  # noqa: S311 - repeatable, and no secret
        )
        for number in range(visits)
    ]


def spread(deaths: int, visits: int, chance: Random, most: int) -> dict[int, list[int]]:
    """Return for each visit that meets deaths after how many steps each of them comes."""
    found: dict[int, list[int]] = {}
    for _ in range(deaths):
        found.setdefault(chance.randrange(visits), []).append(chance.randrange(1, most))
    return found


@contextmanager
def breaking_program(seed: int, folder: Path) -> Iterator[Run]:
    """Start the program behind a bad connection; `kill_soon` of its proxy has it killed and started again."""
    process = Process(folder / "server.log")

    def kill_and_start() -> None:
        with run.one_at_a_time:
            process.kill()
            run.server_kills += 1
            process.start()

    proxy = ChaosProxy(process.port, seed, kill=kill_and_start)
    run = Run(proxy, process)
    process.start()
    try:
        with proxy.running():
            yield run
    finally:
        process.kill()


def _record_without_screen(
    run: Run, person: tuple[int, str], recorded: list[Recorded], numbers: range, deaths: Deaths
) -> None:
    kept = Kept()
    for number in numbers:
        for writes in deaths.of_servers.get(number, []):
            run.proxy.kill_soon(writes)
        for life, steps in enumerate([*deaths.of_phones.get(number, []), None]):
            chance = Random(f"{recorded[number].mark} life {life}")  # noqa: S311 - repeatable, and no secret
            try:
                MadePhone(run.proxy.port, person[1], kept, chance, _dying(steps)).record(recorded[number])
            except TabKilledError:
                run.count_tab_kill()
    assert not kept.photos, "a photo stayed on the phone after the server had its visit"


def _record_in_browser(
    run: Run, person: tuple[int, str], recorded: list[Recorded], numbers: range, deaths: Deaths
) -> None:
    chance = Random(f"phone of {person[0]}")  # noqa: S311 - repeatable, and no secret
    with recorder_phone(run.proxy.port, *person, chance) as phone:
        for number in numbers:
            for writes in deaths.of_servers.get(number, []):
                run.proxy.kill_soon(writes)
            steps = deaths.of_phones.get(number, [])
            phone.record(recorded[number], [each * _STEP_SECONDS for each in steps])
            for _ in steps:
                run.count_tab_kill()


def _dying(beats: int | None) -> Callable[[], None]:
    left = beats

    def beat() -> None:
        nonlocal left
        if left is not None:
            left -= 1
            if left <= 0:
                raise TabKilledError

    return beat


def compare(session: Session, recorded: list[Recorded]) -> Compared:
    """Lay what the server holds beside what was recorded: each visit, observation and photo's hash."""
    rows = session.exec(select(VisitRow)).all()
    held = Counter(row.story for row in rows)
    by_mark = {row.story: row for row in rows}
    damaged = []
    for told in recorded:
        if told.mark in by_mark and (found := _differs(session, by_mark[told.mark], told)):
            damaged.append(f"{told.mark}: {found}")
    unknown = held.keys() - {told.mark for told in recorded}
    return Compared(
        visits=len(rows),
        photos=len(session.exec(select(PhotoRow.id)).all()),
        lost=[told.mark for told in recorded if told.mark not in held],
        doubled=[mark for mark, count in held.items() if count > 1],
        damaged=[*damaged, *(f"{mark}: nobody recorded it" for mark in unknown)],
        faults=list(find_faults(session)),
    )


def _differs(session: Session, row: VisitRow, told: Recorded) -> str:
    """Say what of a visit is not as it was recorded."""
    document = document_of(session, row)
    said = {
        o.code: (None if o.verdict is Verdict.NOT_APPLICABLE else o.value, o.verdict is not None, o.note)
        for o in document.observations
    }
    wanted = {
        code: (told.answers.get(code), code in told.answers, told.notes.get(code, "").strip())
        for code in {*told.answers, *told.notes}
    }
    compared = {
        "state": (document.state.value, "submitted"),
        "first impression": (document.first_impression, told.first_impression.strip()),
        "would return": (document.would_return, told.would_return),
        "observations": (said, wanted),
        "photos": (sorted(photo.sha256 for photo in document.photos), told.hashes),
        "photos awaited": (row.photos_awaited, []),
    }
    return "; ".join(f"{what} is {is_!r}, was {was!r}" for what, (is_, was) in compared.items() if is_ != was)


if __name__ == "__main__":
    main()
