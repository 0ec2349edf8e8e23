"""Looking up whom a session belongs to: at every request, and in few questions where many come at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from weakref import WeakKeyDictionary

from standards.errors import StoreBusy
from storage.awaited import AwaitedReader
from storage.door_sessions import SignedIn, find_session_at_once, find_sessions, find_sessions_awaited
from storage.sessions import engine, in_session

# An event loop that lasts has a connection of its own.
_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, AwaitedReader] = WeakKeyDictionary()


@asynccontextmanager
async def awaited_look_ups() -> AsyncIterator[None]:
    """Have this event loop look up without a thread, where its database lets it, until the block ends."""
    if engine().dialect.name != "postgresql":
        yield
        return
    loop = asyncio.get_running_loop()
    reader = _readers[loop] = AwaitedReader()
    try:
        yield
    finally:
        del _readers[loop]
        await reader.close()


def awaited_reader() -> AwaitedReader | None:
    """Return what this event loop reads with; None where it has to ask a thread."""
    return _readers.get(asyncio.get_running_loop())


class LookUps:
    """
    Asks the database who somebody is; those who come while it is being asked are asked for together.

    Nobody is answered from what was asked before they came: what has ended by then opens nothing.
    """

    def __init__(self) -> None:
        # What waits in one event loop cannot be woken from another.
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = WeakKeyDictionary()

    async def ask(self, token_hash: str) -> SignedIn | None:
        """
        Return who a session belongs to now; None when it is not, or no longer, one.

        Raises:
            StoreBusy: the database cannot say.
        """
        with suppress(StoreBusy):
            # Asking another thread and waking for its answer takes longer than SQLite does.
            return find_session_at_once(token_hash)
        loop = asyncio.get_running_loop()
        turns = self._turns.get(loop) or self._turns.setdefault(loop, _Turns(_readers.get(loop)))
        return await turns.ask(token_hash)


class _Turns:
    """The look-ups of one event loop: one runs, and whoever comes meanwhile has the next one's answer."""

    def __init__(self, reader: AwaitedReader | None) -> None:
        self._reader = reader
        self._is_asking = False
        self._waiting: dict[str, asyncio.Future[SignedIn | None]] = {}
        self._next: asyncio.Task[None] | None = None

    async def ask(self, token_hash: str) -> SignedIn | None:
        if self._is_asking:
            future = self._waiting.get(token_hash)
            if not future:
                future = self._waiting[token_hash] = asyncio.get_running_loop().create_future()
            # Whoever goes away meanwhile is not to take the answer from who waits for the same.
            return await asyncio.shield(future)
        self._is_asking = True
        try:
            return (await self._look_up((token_hash,))).get(token_hash)
        finally:
            self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._next = asyncio.create_task(self._ask_for_all())
        else:
            self._is_asking, self._next = False, None

    async def _ask_for_all(self) -> None:
        waiting, self._waiting = self._waiting, {}
        try:
            found = await self._look_up(tuple(waiting))
        except BaseException as problem:
            for future in waiting.values():
                if not future.done():
                    future.set_exception(problem)
            if not isinstance(problem, Exception):
                raise
        else:
            for token_hash, future in waiting.items():
                if not future.done():
                    future.set_result(found.get(token_hash))
        finally:
            self._go_on()

    async def _look_up(self, token_hashes: tuple[str, ...]) -> dict[str, SignedIn]:
        if self._reader:
            with suppress(StoreBusy):
                return await find_sessions_awaited(self._reader, token_hashes)
        return await asyncio.to_thread(_look_up, token_hashes)


def _look_up(token_hashes: tuple[str, ...]) -> dict[str, SignedIn]:
    with in_session(read_only=True, single=True) as session:
        return find_sessions(session, token_hashes)
