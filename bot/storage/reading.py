"""The database for those who only look: beside a running Easel, and without one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import EaselError
from bot.storage.database import database_url, sqlite_path
from bot.storage.sqlite_engines import reading_engine
from bot.storage.transaction import Tx

P = ParamSpec("P")
T = TypeVar("T")


class NoDatabase(EaselError):
    """There is no database to read, or it is of another version; the text says what to do."""


class Readings:
    """Runs functions that only read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on one snapshot, in which it can write nothing. Raises NoDatabase."""
        try:
            async with self._engine.connect() as connection, connection.begin():
                return await connection.run_sync(lambda db: function(db, *args, **kwargs))
        except DBAPIError as error:
            why = str(error.orig)
            if "no such" in why:
                raise NoDatabase(
                    "The database is of another version of Easel. Back it up, and start this version once: easel run"
                ) from error
            raise NoDatabase(
                f"The database cannot be read: {why}. If it is damaged, restore a backup."
            ) from error


@asynccontextmanager
async def reading(url: str) -> AsyncIterator[Readings]:
    """Open an SQLite database so that nothing can be written. Raises NoDatabase when it is not there."""
    path = sqlite_path(database_url(url))
    if not path.is_file():
        raise NoDatabase(f"There is no database at {path} yet. Start Easel once: easel run")
    engine = reading_engine(Path(path))
    try:
        yield Readings(engine)
    finally:
        await engine.dispose()
