"""The database for those who only look: beside a running Easel, and without one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from bot.core.errors import EaselError
from bot.storage.database import database_url, sqlite_path
from bot.storage.sqlite_readers import Readers
from bot.storage.transaction import Tx

P = ParamSpec("P")
T = TypeVar("T")


class NoDatabase(EaselError):
    """There is no database to read, or it is of another version; the text says what to do."""


class Readings:
    """Runs functions that only read."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on one snapshot, in which it can write nothing. Raises NoDatabase."""
        try:
            return await self._readers.run(lambda db: function(db, *args, **kwargs))
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
    readers = Readers(path)
    try:
        yield Readings(readers)
    finally:
        await readers.close()
