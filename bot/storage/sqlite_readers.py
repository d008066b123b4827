"""The few threads that read an SQLite file: a whole read in one hop, on a connection that cannot write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.storage.sqlite_engines import READERS, reading_engine
from bot.storage.transaction import Tx

T = TypeVar("T")


class Readers:
    """Runs functions that only read; nothing is opened before the first one."""

    def __init__(self, path: Path) -> None:
        self._engine = reading_engine(path)
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="easel-reader")

    async def run(self, call: Callable[[Tx], T]) -> T:
        """Return what `call` returned, on one snapshot."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, call)

    async def close(self) -> None:
        """Wait for what is read, and close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()

    def _run(self, call: Callable[[Tx], T]) -> T:
        with self._engine.begin() as db:
            return call(db)
