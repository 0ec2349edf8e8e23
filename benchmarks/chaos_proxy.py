"""A bad connection on purpose: a proxy that cuts, delays, doubles and shortens what a phone sends. Seeded."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from threading import Event, Thread
from time import monotonic
from typing import Any

_MOST_HEAD = 64 * 1024
_ANSWER_SECONDS = 60
_REPEATED_AFTER_SECONDS = 0.6
_FIRST_WRITE_SECONDS, _REMEMBERED_WRITES = 0.01, 20
# A page asks this address when it is about to die. No answer comes: it waits until it is killed.
DYING = "/never-lost/dying/"
_DYING_SECONDS = 60


class Fault(StrEnum):
    """What becomes of a request."""

    NONE = "passed"
    DELAY = "delayed"
    REFUSE = "refused"
    CUT = "cut on its way"
    SHORTEN = "photo shortened"
    LOSE = "answer lost"
    TRUNCATE = "answer cut"
    DOUBLE = "sent twice at once"
    REPEAT = "sent again later"
    KILL = "server killed"


# Two of three requests come through unharmed.
_SHARES = {
    Fault.NONE: 64,
    Fault.DELAY: 6,
    Fault.REFUSE: 3,
    Fault.CUT: 8,
    Fault.LOSE: 6,
    Fault.TRUNCATE: 4,
    Fault.DOUBLE: 4,
    Fault.REPEAT: 5,
}


@dataclass(frozen=True)
class _Request:
    head: bytes
    body: bytes

    @property
    def raw(self) -> bytes:
        """Return it so that its answer ends with its connection."""
        first, *lines = self.head.split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith((b"connection:", b"content-length:"))]
        length = [b"Content-Length: %d" % len(self.body)] if self.body else []
        return b"\r\n".join([first, b"Connection: close", *length, *kept]) + b"\r\n\r\n" + self.body

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode("latin-1")

    @property
    def is_api(self) -> bool:
        return b" /api/" in self.head.split(b"\r\n", 1)[0]

    @property
    def is_write(self) -> bool:
        return not self.head.startswith((b"GET ", b"HEAD "))

    @property
    def is_photo(self) -> bool:
        return b" /api/v1/photos/" in self.head.split(b"\r\n", 1)[0]


class ChaosProxy:
    """
    Stands between phones and a server; the nth request to the API meets the nth fault of its seed.

    What is not of the API (the recorder's own files) comes through.

    Whoever uses it says how: `kill` ends the server at once, `revive` starts it again and may take its time,
    `on_dying` is told which page is about to die and what it says of itself.
    """

    def __init__(self, server_port: int, seed: int) -> None:
        self.kill: Callable[[], None] = lambda: None
        self.revive: Callable[[], None] = lambda: None
        self.on_dying: Callable[[str, bytes], None] = lambda _page, _told: None
        self.port = 0
        self.met: Counter[Fault] = Counter()
        self.answers: Counter[int] = Counter()
        # Of the kills, those that came while the server had a write and had not answered it.
        self.killed_in_write = 0
        self.failure: BaseException | None = None
        self._server_port = server_port
        self._seed = seed
        self._kills: deque[int] = deque()
        self._is_down = False
        self._number = 0
        self._write_seconds = _FIRST_WRITE_SECONDS
        self._beside: set[asyncio.Task[None]] = set()

    def kill_soon(self, writes: int) -> None:
        """
        Have the server killed while it stores the nth write from now, or from the kill before it.

        Where its answer is faster than the kill, that kill is one more, and the next write meets another.
        """
        self._kills.append(max(1, writes))

    @property
    def kills_left(self) -> int:
        """Return how many kills have been asked for and have not come."""
        return len(self._kills)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Listen on a port of its own until the block ends."""
        listening, stop = Event(), Event()
        thread = Thread(target=lambda: asyncio.run(self._run(listening, stop)), daemon=True)
        thread.start()
        listening.wait(30)
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    async def _run(self, listening: Event, stop: Event) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_MOST_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        listening.set()
        await asyncio.to_thread(stop.wait)
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read_request(reader)
            if request.path.startswith(DYING):
                self.on_dying(request.path.removeprefix(DYING), request.body)
                # Until its end closes the connection.
                await asyncio.wait_for(reader.read(), _DYING_SECONDS)
                raise ConnectionAbortedError
            answer = await self._answer_to(request)
            writer.write(answer)
            await writer.drain()
        except (OSError, EOFError, TimeoutError):
            writer.transport.abort()
        finally:
            writer.close()

    def _next_fault(self, request: _Request) -> tuple[Fault, Random]:
        if not request.is_api:
            return Fault.NONE, Random(0)  # noqa: S311 - repeatable, and no secret
        self._number += 1
        chance = Random(f"{self._seed} {self._number}")  # noqa: S311 - as above
        [fault] = chance.choices([*_SHARES], [*_SHARES.values()])
        if request.is_write and self._kills and not self._is_down:
            self._kills[0] -= 1
            if not self._kills[0]:
                self._kills.popleft()
                fault = Fault.KILL
        # Cut so that nobody on the way notices: only the photo's hash tells.
        if fault is Fault.CUT and request.is_photo and chance.random() < 0.5:
            fault = Fault.SHORTEN
        self.met[fault] += 1
        return fault, chance

    async def _answer_to(self, request: _Request) -> bytes:
        """
        Return the answer as far as it comes.

        Raises:
            OSError: the phone is cut off without one.
        """
        fault, chance = self._next_fault(request)
        match fault:
            case Fault.DELAY:
                await asyncio.sleep(chance.uniform(0, 0.4))
            case Fault.REFUSE:
                raise ConnectionAbortedError
            case Fault.CUT:
                async with self._to_server() as (_, writer):
                    writer.write(request.raw[: chance.randrange(1, len(request.raw))])
                    await writer.drain()
                raise ConnectionAbortedError
            case Fault.SHORTEN:
                request = replace(request, body=request.body[: chance.randrange(1, len(request.body))])
            case Fault.DOUBLE:
                answers = await asyncio.gather(self._ask(request), self._ask(request))
                return chance.choice(answers)
            case Fault.REPEAT:
                self._repeat_later(request, chance.uniform(0, _REPEATED_AFTER_SECONDS))
            case Fault.KILL:
                # While the server is at it: by how long the writes before took.
                return await self._kill_meanwhile(request, self._write_seconds * chance.uniform(0.05, 0.6))
        answer = await self._ask(request)
        if fault is Fault.LOSE:
            raise ConnectionAbortedError
        return answer[: chance.randrange(1, len(answer))] if fault is Fault.TRUNCATE else answer

    async def _ask(self, request: _Request) -> bytes:
        began = monotonic()
        async with self._to_server() as (reader, writer), asyncio.timeout(_ANSWER_SECONDS):
            writer.write(request.raw)
            await writer.drain()
            answer = await reader.read()
        if not answer:
            raise ConnectionAbortedError
        if request.is_api and (status := answer[9:12]).isdigit():
            self.answers[int(status)] += 1
        if request.is_api and request.is_write:
            self._write_seconds += (monotonic() - began - self._write_seconds) / _REMEMBERED_WRITES
        return answer

    def _repeat_later(self, request: _Request, seconds: float) -> None:
        async def repeat() -> None:
            await asyncio.sleep(seconds)
            with suppress(OSError, TimeoutError):
                await self._ask(request)

        self._do_beside(repeat())

    async def _kill_meanwhile(self, request: _Request, seconds: float) -> bytes:
        """Kill the server while it has a request; return its answer where that came first."""
        self._is_down = True
        asked = asyncio.create_task(self._ask(request))
        await asyncio.wait([asked], timeout=seconds)
        is_answered = asked.done()
        await asyncio.to_thread(self.kill)
        self._do_beside(self._start_again())
        if is_answered:
            # What was answered has to outlive the kill as well; and a kill in a write is still owed.
            self._kills.appendleft(1)
        else:
            self.killed_in_write += 1
        return await asked

    async def _start_again(self) -> None:
        try:
            await asyncio.to_thread(self.revive)
        except BaseException as failure:
            self.failure = failure
            raise
        self._is_down = False

    def _do_beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    @asynccontextmanager
    async def _to_server(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            yield reader, writer
        finally:
            writer.close()


async def _read_request(reader: asyncio.StreamReader) -> _Request:
    head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
    lengths = [
        line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"
    ]
    body = await reader.readexactly(int(lengths[0])) if lengths else b""
    return _Request(head, body)
