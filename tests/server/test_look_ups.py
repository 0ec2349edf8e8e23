"""Look-ups: many who come at once are asked for together, and nobody is told what was before they came."""

import asyncio
from contextlib import ExitStack
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event

from server.look_ups import LookUps, awaited_look_ups
from standards.errors import StoreBusy
from standards.people import Role
from storage.door_sessions import end_session, hash_token, open_session
from storage.people import add_account
from storage.sessions import in_session
from tests.storage.test_sessions import ended_by_the_server

WAIT_SECONDS = 20


@pytest.fixture
def devices(database) -> list[str]:
    """Sessions of people who are never told at once, on SQLite neither: what they may read is asked, too."""
    with in_session() as session:
        people = [
            add_account(session, f"Viewer {n}", f"v{n}@example.com", Role.VIEWER, areas=[f"Area {n}"])
            for n in range(12)
        ]
        return [hash_token(open_session(session, person.id)) for person in people]


class Held:
    """Holds each of the first look-ups back after it has read, until it is let go; counts them all."""

    def __init__(self) -> None:
        self.count = 0
        self.has_read, self.let_go = [Event(), Event()], [Event(), Event()]
        with in_session(read_only=True) as session:
            event.listen(session.get_bind().engine, "after_cursor_execute", self._executed)

    def _executed(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM door_session JOIN person" not in statement:
            return
        number, self.count = self.count, self.count + 1
        if number < len(self.let_go):
            self.has_read[number].set()
            assert self.let_go[number].wait(WAIT_SECONDS)

    async def read(self, number: int) -> None:
        """Wait until a look-up has read, the first being 0."""
        assert await asyncio.to_thread(self.has_read[number].wait, WAIT_SECONDS)

    def go_on(self) -> None:
        """Let go of all of them."""
        for event_of_one in self.let_go:
            event_of_one.set()


async def begun(look_ups: LookUps, held: Held, token_hash: str) -> asyncio.Task[Any]:
    [first] = await asked(look_ups, token_hash)
    await held.read(0)
    return first


async def asked(look_ups: LookUps, *token_hashes: str) -> list[asyncio.Task[Any]]:
    tasks = [asyncio.create_task(look_ups.ask(one)) for one in token_hashes]
    await asyncio.sleep(0)
    return tasks


def test_those_who_come_meanwhile_are_asked_for_together(devices):
    async def told() -> list[Any]:
        look_ups, held = LookUps(), Held()
        first = await begun(look_ups, held, devices[0])
        others = await asked(look_ups, *devices[1:], "unknown", devices[3])
        held.go_on()
        found = await asyncio.gather(first, *others)
        assert held.count == 2
        return list(found)

    *known, unknown, again = asyncio.run(told())
    assert [one.person.name for one in known] == [f"Viewer {n}" for n in range(12)]
    assert [one.person.areas for one in known] == [{f"Area {n}"} for n in range(12)]
    assert [one.session.token_hash for one in known] == devices
    assert unknown is None
    assert again == known[3]


def test_who_comes_after_a_session_has_ended_is_not_let_in_by_an_earlier_look_up(devices):
    def end() -> None:
        with in_session() as session:
            assert end_session(session, devices[0])

    async def told() -> list[Any]:
        look_ups, held = LookUps(), Held()
        before = await begun(look_ups, held, devices[0])
        await asyncio.to_thread(end)
        [after] = await asked(look_ups, devices[0])
        held.go_on()
        return [await before, await after]

    before, after = asyncio.run(told())
    assert before.person.name == "Viewer 0"
    assert after is None


def test_who_comes_while_several_are_asked_for_is_asked_for_after_them(devices):
    async def told() -> list[Any]:
        look_ups, held = LookUps(), Held()
        first = await begun(look_ups, held, devices[0])
        together = await asked(look_ups, devices[1], devices[2])
        held.let_go[0].set()
        await held.read(1)
        late = await asked(look_ups, devices[3], devices[2])
        held.go_on()
        found = await asyncio.wait_for(asyncio.gather(first, *together, *late), WAIT_SECONDS)
        assert held.count == 3
        return list(found)

    found = asyncio.run(told())
    assert [one.session.token_hash for one in found] == [devices[n] for n in (0, 1, 2, 3, 2)]


def test_who_comes_in_another_event_loop_waits_for_nobody_in_the_first(devices):
    look_ups = LookUps()

    async def told() -> list[Any]:
        held = Held()
        first = await begun(look_ups, held, devices[0])
        waiting = await asked(look_ups, devices[1])
        held.let_go[1].set()
        other = asyncio.wait_for(look_ups.ask(devices[2]), WAIT_SECONDS)
        found = await asyncio.to_thread(asyncio.run, other)
        held.go_on()
        return [found, await first, *await asyncio.gather(*waiting)]

    names = [one.person.name for one in asyncio.run(told())]
    assert names == ["Viewer 2", "Viewer 0", "Viewer 1"]


def test_who_goes_away_takes_the_answer_from_nobody(devices):
    async def told() -> Any:
        look_ups, held = LookUps(), Held()
        first = await begun(look_ups, held, devices[0])
        gone, stays = await asked(look_ups, devices[1], devices[1])
        gone.cancel()
        first.cancel()
        await asyncio.sleep(0)
        held.go_on()
        return await asyncio.wait_for(stays, WAIT_SECONDS)

    assert asyncio.run(told()).person.name == "Viewer 1"


def test_what_goes_wrong_is_told_to_all_who_wait_and_is_over_with_them(devices, monkeypatch):
    with in_session(read_only=True) as session:
        monkeypatch.setattr(session.get_bind().engine.pool, "_timeout", 0.1)

    async def told() -> tuple[list[Any], Any]:
        look_ups = LookUps()
        with ExitStack() as in_use:
            for _ in range(15):
                in_use.enter_context(in_session(read_only=True))
            every = asyncio.gather(*map(look_ups.ask, devices), return_exceptions=True)
            problems = await asyncio.wait_for(every, WAIT_SECONDS)
        return list(problems), await asyncio.wait_for(look_ups.ask(devices[2]), WAIT_SECONDS)

    problems, found = asyncio.run(told())
    assert [type(problem) for problem in problems] == [StoreBusy] * 12
    assert found
    assert found.person.name == "Viewer 2"


@pytest.fixture
def shoppers(database) -> list[str]:
    with in_session() as session:
        people = [add_account(session, f"Shopper {n}", f"s{n}@example.com", Role.SHOPPER) for n in range(8)]
        return [hash_token(open_session(session, person.id)) for person in people]


async def connected(look_ups: LookUps, token_hash: str) -> None:
    """Wait until nobody asks a thread any more."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            held = Held()
            held.go_on()
            assert await look_ups.ask(token_hash)
            if not held.count:
                return
            await asyncio.sleep(0.01)


def test_an_event_loop_that_lasts_looks_up_without_a_thread(shoppers):
    def end() -> None:
        with in_session() as session:
            assert end_session(session, shoppers[1])

    async def told() -> list[Any]:
        look_ups = LookUps()
        async with awaited_look_ups():
            await connected(look_ups, shoppers[0])
            held = Held()
            before = await asyncio.gather(*await asked(look_ups, *shoppers, "unknown"))
            await asyncio.to_thread(end)
            after = await asyncio.gather(*await asked(look_ups, *shoppers))
            assert held.count == 0
        return [*before, *after]

    found = asyncio.run(told())
    names = [one.person.name if one else None for one in found]
    everybody = [f"Shopper {n}" for n in range(8)]
    assert names == [*everybody, None, everybody[0], None, *everybody[2:]]


def test_what_an_awaited_look_up_cannot_tell_a_thread_tells(devices, shoppers):
    async def told() -> list[Any]:
        look_ups = LookUps()
        async with awaited_look_ups():
            await connected(look_ups, shoppers[0])
            return list(await asyncio.gather(*await asked(look_ups, *devices, shoppers[3])))

    found = asyncio.run(told())
    assert [one.person.areas for one in found] == [*({f"Area {n}"} for n in range(12)), frozenset()]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_has_gone_keeps_nobody_out(shoppers, database):
    async def told() -> Any:
        look_ups = LookUps()
        async with awaited_look_ups():
            await connected(look_ups, shoppers[0])
            assert await asyncio.to_thread(ended_by_the_server, database)
            found = await look_ups.ask(shoppers[2])
            await connected(look_ups, shoppers[0])
            return found

    assert asyncio.run(told()).person.name == "Shopper 2"
