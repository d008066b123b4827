"""What Easel and its vendor wrote down, read while both run."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.doubles.vendor_server import Kind, Ledger

POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Records:
    """Both sides of the books."""

    data: Path
    books: Ledger

    def rows(self, query: str) -> list[Any]:
        """Ask Easel's database, which may be in use."""
        with closing(sqlite3.connect(f"file:{self.data}/easel.db?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def jobs(self) -> list[tuple[str, int | None]]:
        """List state and charge (millicredits) of every job, in the order of acceptance."""
        return self.rows("SELECT state, charged FROM jobs ORDER BY seq")

    def entries(self, kind: Kind) -> int:
        """Count the vendor's entries of a kind."""
        return sum(entry.kind == kind for entry in self.books.entries())

    def bills(self) -> int:
        """Count what the vendor billed."""
        return self.entries("drawn")

    def is_over(self) -> bool:
        """Whether every job has ended and every reply is posted."""
        jobs = "SELECT 1 FROM jobs WHERE ended IS NULL"
        owed = "SELECT 1 FROM replies WHERE state IN ('due', 'posting')"
        return not self.rows(f"{jobs} UNION {owed}")

    async def until_asked(self, times: int) -> None:
        """Wait until the vendor was asked this often."""
        await self.until(lambda: self.entries("asked") >= times)

    async def until_over(self) -> None:
        """Wait until nothing is left to do."""
        await self.until(self.is_over)

    async def until(self, happens: Callable[[], bool], every_seconds: float = POLL_SECONDS) -> None:
        """Wait until something happens."""
        while not happens():  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(every_seconds)
