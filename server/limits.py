"""Limits: how often one address may knock in a minute, and how much a request may carry."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

_MOST_KEYS = 10_000


@dataclass
class _Bucket:
    left: float
    seen_at: float


class Rate:
    """
    So many times a minute for each key, in one burst or spread; counted in this process only.

    Several server processes each allow as much. What must hold across them (guessing a password) is
    counted in the database, by `storage.sign_in`.
    """

    def __init__(self, a_minute: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def seconds_to_wait(self, key: str) -> float:
        """Count one for a key; return 0, or the seconds after which the next is allowed."""
        now = self._clock()
        bucket = self._buckets.pop(key, None) or _Bucket(self._a_minute, now)
        a_second = self._a_minute / 60
        bucket.left = min(self._a_minute, bucket.left + (now - bucket.seen_at) * a_second)
        bucket.seen_at = now
        # The key seen last stands last: what falls out was quiet the longest.
        self._buckets[key] = bucket
        if len(self._buckets) > _MOST_KEYS:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            return (1 - bucket.left) / a_second
        bucket.left -= 1
        return 0


class BodyTooLargeError(Exception):
    """The body went over its limit while it was read."""


def announced_too_large(scope: Scope, most: int) -> bool:
    """Say whether a request announces more than it may carry, or announces nonsense."""
    announced = Headers(raw=list(scope["headers"])).get("content-length")
    return announced is not None and (not announced.isdecimal() or int(announced) > most)


class LimitedBody:
    """A request's body as far as it may go: nothing beyond the limit is read or kept."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.is_over = False
        self._receive = receive
        self._left = most

    async def receive(self) -> Message:
        """
        Return the next part.

        Raises:
            BodyTooLargeError: the body is over its limit.
        """
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.is_over = True
        if self.is_over:
            raise BodyTooLargeError
        return message
