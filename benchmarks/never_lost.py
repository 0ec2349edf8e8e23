"""
Measures that nothing is lost: visits over a bad connection, with phones and servers killed on the way.

The seed decides what is recorded, how photos look and lie, which visits are tapped, what becomes of the nth
request, in which visit and at which of its writes a tab dies, at which write of which visit the server is
killed, and by how many hours each clock is off after each start. Which request is the nth, and what a write
meets on its way, is left to the threads; so are ids, which phones make.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, TypeVar

from playwright.async_api import async_playwright

from benchmarks.breaking_program import Ground, Run, breaking_program, prepare_ground
from benchmarks.chaos_proxy import Fault
from benchmarks.held_visits import Compared, HeldVisit, compare
from benchmarks.made_phone import Kept, MadePhone, TabKilledError
from benchmarks.recorded_visits import Recorded, record_ahead
from benchmarks.recorder_phone import Death, RecorderPhone, a_death
from storage.sessions import close_database, in_session

T = TypeVar("T")

# In browsers, with the recorder's own modules and screens; or without a screen, many times as fast.
RECORDER, MADE = "recorder", "made"
_PHONES = {RECORDER: 5, MADE: 4}
# No more than every visit has, so that each death planned is met.
_BEATS, _WRITES = 24, 4
# Not with the last visits: what is planned has to come while there is still something to send.
_KILLED_SHARE = 0.95
_LOOKED_EACH_SECONDS = 0.5


def main() -> None:
    """Print one line of JSON; end with 1 where anything was lost, doubled or damaged."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--visits", type=int, default=1_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--tab-kills", type=int, help="three tenths of the visits when left out")
    arguments.add_argument("--server-kills", type=int, help="a tenth of the visits when left out")
    arguments.add_argument("--phones", choices=[RECORDER, MADE], default=RECORDER)
    arguments.add_argument("--people", type=int, help="how many phones; each has a browser of its own")
    arguments.add_argument("--database", help="an empty PostgreSQL database's URL; SQLite when left out")
    arguments.add_argument("--minutes", type=float, default=60, help="after these it gives up")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["SECOND_VISIT_DATA"] = data
        os.environ.pop("SECOND_VISIT_DATABASE_URL", None)
        if asked.database:
            os.environ["SECOND_VISIT_DATABASE_URL"] = asked.database
        tab_kills = asked.visits * 3 // 10 if asked.tab_kills is None else asked.tab_kills
        server_kills = asked.visits // 10 if asked.server_kills is None else asked.server_kills
        try:
            told, compared = never_lost(
                asked.visits,
                asked.seed,
                tab_kills,
                server_kills,
                Path(data),
                phones=asked.phones,
                people=asked.people,
                seconds=asked.minutes * 60,
            )
        except Exception as fault:
            print(json.dumps({"seed": asked.seed, "failed": str(fault)}))
            raise
    print(json.dumps(told))
    raise SystemExit(0 if compared.is_whole else 1)


def never_lost(
    visits: int,
    seed: int,
    tab_kills: int,
    server_kills: int,
    folder: Path,
    *,
    phones: str = RECORDER,
    people: int | None = None,
    seconds: float = 3600,
) -> tuple[dict[str, Any], Compared]:
    """
    Record and send visits while everything around them breaks; return the figures and the comparison.

    Raises:
        AssertionError: a phone lost what it had kept, or something took longer than it may.
    """
    began = perf_counter()
    ground = prepare_ground(people or _PHONES[phones])
    recorded = record_ahead(visits, seed, ground.channel_id, ground.edition_id)
    close_database()
    with breaking_program(visits, seed, folder, seconds) as run:
        kills = server_kills_of(visits, seed, server_kills)
        if phones == RECORDER:
            held = _in_browsers(run, ground, recorded, spread_deaths(visits, seed, tab_kills), kills, folder)
        else:
            held = _without_screens(run, ground, recorded, _spread_beats(visits, seed, tab_kills), kills)
        # What was planned and has met no write.
        for _ in range(run.proxy.kills_left):
            run.kill()
            run.revive()
    with in_session(read_only=True) as session:
        compared = compare(session, recorded, held)
    close_database()
    database = "PostgreSQL" if "SECOND_VISIT_DATABASE_URL" in os.environ else "SQLite"
    told = {"phones": phones, "database": database, **told_figures(run, compared, seed)}
    return {**told, "seconds": round(perf_counter() - began)}, compared


def told_figures(run: Run, compared: Compared, seed: int) -> dict[str, Any]:
    """Return what is printed of a run."""
    deeds = run.deeds
    return {
        "seed": seed,
        "visits": compared.visits,
        "visits_tapped": deeds.tapped,
        "photos": compared.photos,
        "lost": len(compared.lost),
        "doubled": len(compared.doubled),
        "damaged": len(compared.damaged),
        "unsent": len(compared.unsent),
        "left_on_phones": deeds.left_on_phones,
        "hashes_compared": compared.hashes_compared,
        "hashes_equal": compared.hashes_equal,
        "faults": compared.faults[:20],
        "tabs_killed": deeds.tabs_killed,
        "tabs_killed_in_the_middle": deeds.killed_in_the_middle,
        "tabs_killed_in_write": deeds.killed_in_write,
        "tabs_killed_in_request": deeds.killed_in_request,
        "tabs_killed_when": deeds.deaths,
        "browsers_killed": deeds.browsers_killed,
        "servers_killed": run.server_kills,
        "servers_killed_in_write": run.proxy.killed_in_write,
        "phone_clock_moves": deeds.clock_moves,
        "server_clock_moves": run.server_moves,
        "requests": {fault.value: run.proxy.met[fault] for fault in Fault},
        "answers": dict(sorted(run.proxy.answers.items())),
        "wrong": [*compared.lost, *compared.doubled, *compared.damaged, *compared.unsent][:20],
    }


def spread(deaths: int, visits: int, chance: Random, death: Callable[[Random], Any]) -> dict[int, list[Any]]:
    """Return for each visit that meets deaths what they are."""
    found: dict[int, list[Any]] = {}
    for _ in range(deaths):
        found.setdefault(chance.randrange(max(1, visits)), []).append(death(chance))
    return found


def spread_deaths(visits: int, seed: int, tab_kills: int) -> dict[int, list[Death]]:
    """Return which deaths the tab of each visit dies."""
    return spread(tab_kills, visits, Random(f"{seed} tabs"), a_death)  # noqa: S311 - repeatable, no secret


def server_kills_of(visits: int, seed: int, server_kills: int) -> dict[int, list[int]]:
    """Return after how many writes from each visit's beginning the server is killed."""
    chance = Random(f"{seed} servers")  # noqa: S311 - repeatable, and no secret
    return spread(server_kills, int(visits * _KILLED_SHARE), chance, lambda given: given.randint(1, _WRITES))


def _spread_beats(visits: int, seed: int, tab_kills: int) -> dict[int, list[int]]:
    chance = Random(f"{seed} tabs")  # noqa: S311 - repeatable, and no secret
    return spread(tab_kills, visits, chance, lambda given: given.randrange(1, _BEATS))


def _in_browsers(
    run: Run,
    ground: Ground,
    recorded: Sequence[Recorded],
    deaths: Mapping[int, list[Death]],
    kills: Mapping[int, list[int]],
    folder: Path,
) -> list[HeldVisit]:
    # In a thread of its own: whoever asked may have a loop of theirs.
    with ThreadPoolExecutor(1) as pool:
        work = _record_in_browsers(run, ground, recorded, deaths, kills, folder)
        return pool.submit(asyncio.run, work).result()


async def _record_in_browsers(
    run: Run,
    ground: Ground,
    recorded: Sequence[Recorded],
    deaths: Mapping[int, list[Death]],
    kills: Mapping[int, list[int]],
    folder: Path,
) -> list[HeldVisit]:
    async with async_playwright() as playwright:
        phones = [
            RecorderPhone(
                playwright,
                run.proxy.port,
                person,
                folder / f"phone-{person[0]}",
                Random(f"phone {at}"),  # noqa: S311 - repeatable, and no secret
                run.deeds,
            )
            for at, person in enumerate(ground.people)
        ]
        by_name = {phone.name: phone for phone in phones}
        run.proxy.on_dying = lambda name, told: by_name[name].hear_dying(told)

        async def record(phone: RecorderPhone, numbers: range) -> list[HeldVisit]:
            for number in numbers:
                for writes in kills.get(number, []):
                    run.proxy.kill_soon(writes)
                await phone.record(recorded[number], deaths.get(number, []))
            return await phone.finish()

        try:
            await _watched(run, [phone.start() for phone in phones])
            shares = [record(phone, range(at, len(recorded), len(phones))) for at, phone in enumerate(phones)]
            held = await _watched(run, shares)
            await _watched(run, [phone.let_go() for phone in phones])
        finally:
            for phone in phones:
                await phone.end()
    return [visit for one in held for visit in one]


async def _watched(run: Run, works: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Do all of it at once; the first fault, or a run that takes too long, ends the others."""

    async def watch() -> None:
        while True:
            await asyncio.sleep(_LOOKED_EACH_SECONDS)
            run.look()

    tasks = [asyncio.create_task(work) for work in works]
    watching = asyncio.create_task(watch())
    try:
        both = asyncio.gather(*tasks)
        first: list[asyncio.Future[Any]] = [both, watching]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        return await both
    finally:
        for task in [*tasks, watching]:
            task.cancel()


def _without_screens(
    run: Run,
    ground: Ground,
    recorded: Sequence[Recorded],
    deaths: Mapping[int, list[int]],
    kills: Mapping[int, list[int]],
) -> list[HeldVisit]:
    def record(person: tuple[int, str], numbers: range) -> list[HeldVisit]:
        kept = Kept()
        for number in numbers:
            for writes in kills.get(number, []):
                run.proxy.kill_soon(writes)
            for life, beats in enumerate([*deaths.get(number, []), None]):
                chance = Random(f"{recorded[number].mark} life {life}")  # noqa: S311 - repeatable, no secret
                try:
                    phone = MadePhone(run.proxy.port, person[1], kept, chance, _dying(run, beats))
                    phone.record(recorded[number])
                except TabKilledError:
                    run.count_tab_kill()
            run.count_recorded()
        assert not kept.photos, "a photo stayed on the phone after the server had its visit"
        return kept.held()

    people = ground.people
    with ThreadPoolExecutor(len(people)) as pool:
        shares = [
            pool.submit(record, person, range(at, len(recorded), len(people)))
            for at, person in enumerate(people)
        ]
        return [visit for share in shares for visit in share.result()]


def _dying(run: Run, beats: int | None) -> Callable[[], None]:
    left = beats

    def beat() -> None:
        nonlocal left
        run.look()
        if left is not None:
            left -= 1
            if left <= 0:
                raise TabKilledError

    return beat


if __name__ == "__main__":
    main()
