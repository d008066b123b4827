"""A clock that tests can turn, and a way to wait for a change instead of sleeping."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 60.0


@dataclass
class Clock:
    """The time of this machine, plus what a test turned it by."""

    turned_ms: int = 0

    def now_ms(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000 + self.turned_ms

    def turn(self, seconds: float) -> None:
        """Let this much time pass at once."""
        self.turned_ms += round(seconds * 1000)

    def iso(self, at_ms: int | None = None) -> str:
        """Return a moment, else the present one, as ISO 8601 in UTC."""
        moment = datetime.fromtimestamp((self.now_ms() if at_ms is None else at_ms) / 1000, UTC)
        return moment.isoformat(timespec="microseconds")


@dataclass
class Changes:
    """Whoever waits for a condition is woken at each change and looks again."""

    _waiters: set[asyncio.Future[None]] = field(default_factory=set)

    def tell(self) -> None:
        """Something changed."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, find: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS) -> T:
        """Wait until `find` returns something true, and return it."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := find()):
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.add(waiter)
                    try:
                        await waiter
                    finally:
                        self._waiters.discard(waiter)
                return found
        except TimeoutError:
            raise AssertionError(f"{what}: not within {seconds:g} s") from None
