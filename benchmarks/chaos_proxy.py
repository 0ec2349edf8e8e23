"""A bad connection on purpose: a proxy that cuts, delays, doubles and shortens what a phone sends. Seeded."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random
from threading import Event, Thread

_MOST_HEAD = 64 * 1024
_ANSWER_SECONDS = 60
_REPEATED_AFTER_SECONDS = 0.6


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
    """

    def __init__(self, server_port: int, seed: int, *, kill: Callable[[], None] = lambda: None) -> None:
        self.port = 0
        self.met: Counter[Fault] = Counter()
        self._server_port = server_port
        self._seed = seed
        self._kill = kill
        self._kills: deque[int] = deque()
        self._number = 0
        self._repeats: set[asyncio.Task[None]] = set()

    def kill_soon(self, writes: int) -> None:
        """Have the server killed while it stores the nth write from now, or from the kill before it."""
        self._kills.append(max(1, writes))

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
        if request.is_write and self._kills:
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
                await self._kill_meanwhile(request, chance.uniform(0, 0.03))
                raise ConnectionAbortedError
        answer = await self._ask(request)
        if fault is Fault.LOSE:
            raise ConnectionAbortedError
        return answer[: chance.randrange(1, len(answer))] if fault is Fault.TRUNCATE else answer

    async def _ask(self, request: _Request) -> bytes:
        async with self._to_server() as (reader, writer), asyncio.timeout(_ANSWER_SECONDS):
            writer.write(request.raw)
            await writer.drain()
            answer = await reader.read()
        if not answer:
            raise ConnectionAbortedError
        return answer

    def _repeat_later(self, request: _Request, seconds: float) -> None:
        async def repeat() -> None:
            await asyncio.sleep(seconds)
            with suppress(OSError, TimeoutError):
                await self._ask(request)

        task = asyncio.create_task(repeat())
        self._repeats.add(task)
        task.add_done_callback(self._repeats.discard)

    async def _kill_meanwhile(self, request: _Request, seconds: float) -> None:
        asked = asyncio.create_task(self._ask(request))
        await asyncio.sleep(seconds)
        await asyncio.to_thread(self._kill)
        with suppress(OSError, TimeoutError):
            await asked

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
