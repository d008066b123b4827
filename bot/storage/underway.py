"""Work that goes on when the one who asked for it stops waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.storage.transaction import StorageClosed

T = TypeVar("T")


class Underway:
    """Shield transactions from the cancellation of their callers, and wait for all of them at the end."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns; raises StorageClosed after `finish`."""
        if self._closed:
            work.close()
            raise StorageClosed("the database is closed")
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task)

    async def finish(self) -> None:
        """Take nothing new and wait for what runs."""
        self._closed = True
        if self._tasks:
            await asyncio.wait(self._tasks)
