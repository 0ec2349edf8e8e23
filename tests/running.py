"""Runs what is asynchronous from a test that is not."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(doing: Coroutine[Any, Any, T]) -> T:
    """Return what it returns. Playwright keeps a loop in the tests' own thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, doing).result()
