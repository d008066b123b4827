"""SQLite: one thread writes, a small pool reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bot.storage.sqlite_readers import Readers
from bot.storage.sqlite_writer import Pace, Writer
from bot.storage.transaction import Check, Tx
from bot.storage.underway import Underway

P = ParamSpec("P")
T = TypeVar("T")


class SqliteDatabase:
    """A `Database` in one file on this machine. Exactly one process may have it open for writing."""

    def __init__(self, path: Path, *, checks: tuple[Check, ...] = (), pace: Pace | None = None) -> None:
        self._writer = Writer(path, checks=checks, pace=pace)
        self._readers = Readers(path)
        self._reads = Underway()
        self._closing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self._writer.open()

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        value: T = await self._writer.run(lambda db: function(db, *args, **kwargs), patient=False)
        return value

    async def write_patiently(
        self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        value: T = await self._writer.run(lambda db: function(db, *args, **kwargs), patient=True)
        return value

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._reads.run(self._readers.run(lambda db: function(db, *args, **kwargs)))

    async def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        # A reader that is still open would keep the writer from folding the whole WAL in.
        await self._reads.finish()
        await self._readers.close()
        await self._writer.close()
