"""A slow network between a browser and a server on this machine: it delays, and it counts every byte."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from time import monotonic

_PART_BYTES = 16_384
_END_SECONDS = 10


@dataclass(frozen=True)
class Line:
    """What a network lets through, in bits a second, and how long a way takes, in seconds."""

    down_bits: float
    up_bits: float
    one_way_seconds: float


# Slow 4G, as the browsers' own tools have it; 150 ms there and back.
SLOW_4G = Line(down_bits=1_600_000, up_bits=750_000, one_way_seconds=0.075)
# Nothing is held back: for counting alone.
UNHINDERED = Line(down_bits=float("inf"), up_bits=float("inf"), one_way_seconds=0)


@dataclass
class _Way:
    """One direction, shared by all connections."""

    bits_a_second: float
    seconds: float
    bytes_passed: int = 0
    free_at: float = 0

    def arrival(self, count: int) -> float:
        """Take bytes on their way; return when they arrive."""
        self.bytes_passed += count
        self.free_at = max(self.free_at, monotonic()) + count * 8 / self.bits_a_second
        return self.free_at + self.seconds


@dataclass
class SlowNetwork:
    """A port that leads to a server through a line; `down` and `up` count what passed, with all headers."""

    line: Line
    to_port: int
    port: int = 0
    _down: _Way = field(init=False)
    _up: _Way = field(init=False)

    def __post_init__(self) -> None:
        self._down = _Way(self.line.down_bits, self.line.one_way_seconds)
        self._up = _Way(self.line.up_bits, self.line.one_way_seconds)

    @property
    def address(self) -> str:
        """Where a browser finds the server through this line."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def down_bytes(self) -> int:
        """How many bytes came from the server so far."""
        return self._down.bytes_passed

    @property
    def up_bytes(self) -> int:
        """How many bytes went to the server so far."""
        return self._up.bytes_passed

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on, both ways, until both have ended."""
        # A connection costs one way there and one back before anything is sent.
        await asyncio.sleep(2 * self.line.one_way_seconds)
        try:
            to_server = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(
            _pass_on(reader, to_server[1], self._up), _pass_on(to_server[0], writer, self._down)
        )


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Way) -> None:
    """Read ahead of what is on its way, so that the delay does not hold the bytes behind it back."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)
    writing = asyncio.create_task(_deliver(under_way, writer))
    part = b"-"
    while part and not writing.done():
        try:
            part = await reader.read(_PART_BYTES)
        except OSError:
            part = b""
        await under_way.put((way.arrival(len(part)), part))
    await writing


async def _deliver(under_way: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
    is_open = True
    while True:
        arrives_at, part = await under_way.get()
        if not part:
            break
        await asyncio.sleep(max(0, arrives_at - monotonic()))
        if is_open:
            try:
                writer.write(part)
                await writer.drain()
            except OSError:
                # Whoever asked has gone; the rest is read and thrown away.
                is_open = False
    writer.close()


@contextmanager
def slow_network(to_port: int, line: Line = SLOW_4G) -> Iterator[SlowNetwork]:
    """Open such a line to a server's port on this machine, in a thread of its own."""
    network = SlowNetwork(line, to_port)
    loop = asyncio.new_event_loop()

    async def listen() -> asyncio.Server:
        return await asyncio.start_server(network.connect, "127.0.0.1", 0)

    server = loop.run_until_complete(listen())
    network.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield network
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(_END_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_END_SECONDS)
        loop.close()


async def _stop(server: asyncio.Server) -> None:
    server.close()
    running = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
