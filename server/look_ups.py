"""Looking up whom a session belongs to: at every request, and in few questions where many come at once."""

import asyncio
from contextlib import suppress
from weakref import WeakKeyDictionary

from standards.errors import StoreBusy
from storage.door_sessions import SignedIn, find_session, find_session_at_once, find_sessions
from storage.sessions import in_session


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
        turns = self._turns.setdefault(asyncio.get_running_loop(), _Turns())
        return await turns.ask(token_hash)


class _Turns:
    """The look-ups of one event loop: one runs, and whoever comes meanwhile has the next one's answer."""

    def __init__(self) -> None:
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
            return await asyncio.to_thread(_look_up, token_hash)
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
            found = await asyncio.to_thread(_look_all_up, tuple(waiting))
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


def _look_up(token_hash: str) -> SignedIn | None:
    with in_session(read_only=True, single=True) as session:
        return find_session(session, token_hash)


def _look_all_up(token_hashes: tuple[str, ...]) -> dict[str, SignedIn]:
    with in_session(read_only=True, single=True) as session:
        return find_sessions(session, token_hashes)
