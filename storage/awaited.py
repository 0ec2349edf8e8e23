"""Reading PostgreSQL from an event loop itself: no thread is asked, and none is woken for the answer."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from standards.errors import StoreBusy
from storage.questions import Question
from storage.sessions import engine

_PATIENCE_SECONDS = 2
_AGAIN_SECONDS = 5


class AwaitedReader:
    """
    One connection that reads single statements, each awaited before the next is asked.

    Whatever goes wrong with it is no answer: whoever asked asks a thread, and it connects again meanwhile.
    """

    def __init__(self) -> None:
        self._connection: Any = None
        self._connecting = asyncio.create_task(self._connect())

    async def rows(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
        """
        Return what a statement in the driver's words finds.

        Raises:
            StoreBusy: it cannot be told now.
        """
        connection = self._connection
        if not connection:
            raise StoreBusy
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return list(await (await connection.execute(statement, values)).fetchall())
        except asyncio.CancelledError:
            # Nobody knows what it is in the middle of.
            await self._lose(connection)
            raise
        except Exception as problem:
            await self._lose(connection)
            raise StoreBusy from problem

    async def first(self, question: Question, values: Mapping[str, Any]) -> Any:
        """
        Return the first row of a question's answer, or None.

        Raises:
            StoreBusy: it cannot be told now.
        """
        form = question.in_postgresql
        found = await self.rows(form.statement, form.bound(values))
        return form.row(found[0]) if found else None

    async def close(self) -> None:
        """Let go of the connection; nothing is read any more."""
        self._connecting.cancel()
        with suppress(asyncio.CancelledError):
            await self._connecting
        if connection := self._connection:
            self._connection = None
            await connection.close()

    async def _lose(self, connection: Any) -> None:
        if self._connection is connection:
            self._connection = None
            self._connecting = asyncio.create_task(self._connect())
        with suppress(Exception):
            await connection.close()

    async def _connect(self) -> None:
        opened = engine()
        driver: Any = opened.dialect.loaded_dbapi
        _, options = opened.dialect.create_connect_args(opened.url)
        while True:
            with suppress(Exception):
                connection = await driver.AsyncConnection.connect(**options, autocommit=True)
                self._connection = await _only_reading(connection)
                return
            await asyncio.sleep(_AGAIN_SECONDS)


async def _only_reading(connection: Any) -> Any:
    try:
        await connection.execute("SET default_transaction_read_only = on")
    except BaseException:
        await connection.close()
        raise
    return connection
