"""Reading from an event loop: an answer or none, and soon one again, whatever becomes of the connection."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, select, text
from sqlmodel import SQLModel

from standards.errors import StoreBusy
from storage.awaited import AwaitedReader
from storage.brands import add_brand
from storage.questions import Question
from storage.sessions import engine, in_session
from storage.settings import read_settings
from tests.storage.test_sessions import ended_by_the_server

WAIT_SECONDS = 20
NAMES = "SELECT name FROM brand WHERE name = ANY(%s)"

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture(autouse=True)
def brand(database) -> None:
    with in_session() as session:
        add_brand(session, "Ours", is_own=True)


@asynccontextmanager
async def reading() -> AsyncIterator[AwaitedReader]:
    engine()
    reader = AwaitedReader()
    try:
        await read_again(reader)
        yield reader
    finally:
        await reader.close()


async def read_again(reader: AwaitedReader) -> None:
    """Wait until something can be read."""
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            try:
                assert await names(reader, "Ours") == ["Ours"]
            except StoreBusy:
                await asyncio.sleep(0.01)
            else:
                return


async def names(reader: AwaitedReader, *wanted: str) -> list[str]:
    return [name for (name,) in await reader.rows(NAMES, (list(wanted),))]


@contextmanager
def locked_brands() -> Iterator[None]:
    with in_session() as session:
        session.execute(text("LOCK TABLE brand IN ACCESS EXCLUSIVE MODE"))
        yield


def test_what_is_there_is_read_and_what_others_commit_is_seen_at_once(database):
    async def read() -> None:
        async with reading() as reader:
            assert await names(reader, "Theirs") == []
            await asyncio.to_thread(add_another)
            assert await names(reader, "Theirs", "Ours") == ["Ours", "Theirs"]

    def add_another() -> None:
        with in_session() as session:
            add_brand(session, "Theirs", is_own=False)

    asyncio.run(read())


def test_a_question_has_the_answer_that_a_thread_would_give(database):
    brand = SQLModel.metadata.tables["brand"]
    question = Question(select(brand).where(brand.c.name == bindparam("name"), brand.c.is_own.is_(True)))

    async def read() -> list[Any]:
        async with reading() as reader:
            return [await reader.first(question, {"name": name}) for name in ("Ours", "Theirs")]

    with in_session() as session:
        wanted = question.first(session, {"name": "Ours"})
    assert asyncio.run(read()) == [wanted, None]
    assert wanted.name == "Ours"


def test_nothing_is_written_through_it(database):
    async def write() -> None:
        async with reading() as reader:
            with pytest.raises(StoreBusy):
                await reader.rows("UPDATE brand SET name = %s RETURNING name", ("Mine",))
            await read_again(reader)

    asyncio.run(write())


def test_a_server_that_was_started_anew_is_read_from_again(database):
    async def read() -> None:
        async with reading() as reader:
            assert await asyncio.to_thread(ended_by_the_server, database)
            with pytest.raises(StoreBusy):
                await names(reader, "Ours")
            await read_again(reader)

    asyncio.run(read())


def test_a_server_that_does_not_answer_is_not_waited_for(database, monkeypatch):
    monkeypatch.setattr("storage.awaited._PATIENCE_SECONDS", 0.2)

    async def read() -> None:
        async with reading() as reader:
            with locked_brands():
                async with asyncio.timeout(WAIT_SECONDS):
                    with pytest.raises(StoreBusy):
                        await names(reader, "Ours")
            await read_again(reader)

    asyncio.run(read())


def test_who_goes_away_leaves_the_next_no_answer_of_theirs(database):
    async def read() -> None:
        async with reading() as reader:
            with locked_brands():
                gone = asyncio.create_task(names(reader, "Ours"))
                await asyncio.sleep(0.2)
                gone.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await gone
            with pytest.raises(StoreBusy):
                await names(reader, "Theirs")
            await read_again(reader)
            assert await names(reader, "Theirs") == []

    asyncio.run(read())


def test_no_connection_outlives_it(database):
    url = read_settings().database_url.replace("postgresql+psycopg", "postgresql")
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"

    def connections() -> int:
        with psycopg.connect(url) as connection:
            [count] = connection.execute(asked).fetchone() or [0]
            return int(count)

    async def read() -> None:
        async with reading() as reader:
            assert connections() == before + 1
            with pytest.raises(StoreBusy):
                await reader.rows("SELECT 1 / 0", ())

    before = connections()
    asyncio.run(read())
    for _ in range(200):
        if connections() == before:
            break
    assert connections() == before
