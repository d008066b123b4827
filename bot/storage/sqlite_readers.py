"""The few connections that read an SQLite file and cannot write it, over aiosqlite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.storage.sqlite_engines import reading_engine
from bot.storage.transaction import StorageBusy, Tx

T = TypeVar("T")


class Readers:
    """Runs functions that only read; nothing is opened before the first one."""

    def __init__(self, path: Path) -> None:
        self._engine = reading_engine(path)

    async def run(self, call: Callable[[Tx], T]) -> T:
        """Return what `call` returned, on one snapshot; raises StorageBusy when every reader stays in use."""
        try:
            async with self._engine.connect() as connection, connection.begin():
                return await connection.run_sync(call)
        except PoolTimeout as error:
            raise StorageBusy("every reader of the database is in use") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()
