"""The door to the database: plain functions go in, each runs as one transaction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import URL, make_url

from bot.storage.sqlite import SqliteDatabase
from bot.storage.transaction import Check, Tx

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """Runs plain functions as transactions.

    A function may run in another thread and may run twice, so it touches nothing but its `Tx` and its
    arguments.
    A caller that is cancelled does not stop its transaction. All methods raise StorageClosed after `close`.
    """

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` in one transaction and return its value once that is committed.

        Raises what the function raised, with nothing written; StorageBusy after about five seconds behind
        somebody else's lock; StorageFull when the disk is.
        """
        ...

    async def write_patiently(
        self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Like `write`, and keeps trying for as long as somebody else holds the lock."""
        ...

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` on one snapshot, in which it can write nothing."""
        ...

    async def close(self) -> None:
        """Take nothing new, finish everything that waits or runs, and leave one whole file behind."""
        ...


async def open_database(url: str, *, checks: tuple[Check, ...] = ()) -> Database:
    """Open `sqlite:///path` or `postgresql+psycopg://…`; `checks` run at the end of every write, inside it.

    Raises ValueError for another kind of URL and SQLAlchemy's DBAPIError when the database cannot be opened.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = SqliteDatabase(sqlite_path(parsed), checks=checks)
        await file.open()
        return file
    # A start on SQLite does without what speaks to PostgreSQL, and its memory.
    from bot.storage.postgres import PostgresDatabase

    server = PostgresDatabase(parsed, checks=checks)
    await server.open()
    return server


def database_url(url: str) -> URL:
    """Read a URL and choose the driver for it; raises ValueError for a database that is not supported."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ValueError(f"{backend} is not supported; use sqlite:///path or postgresql+psycopg://…")
    sqlite_path(parsed)
    return parsed


def sqlite_path(url: URL) -> Path:
    """Return the file of an SQLite URL; raises ValueError when it names none."""
    if not url.database or url.database == ":memory:":
        raise ValueError("SQLite needs a file: two connections to :memory: would be two databases")
    return Path(url.database)
