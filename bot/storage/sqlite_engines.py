"""Connections to an SQLite file: one kind that writes, one that only reads."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, cast

from sqlalchemy import URL, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.transaction import StorageBusy, StorageFull, Tx, guard

READERS = 4
OPEN_SECONDS = 5.0
READ_ONLY = {"mode": "ro", "uri": "true"}


def writing_engine(path: Path, *, foreign_keys: bool = True) -> Engine:
    """Every transaction begins with the write lock; a power cut loses nothing that was committed."""
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        poolclass=NullPool,
        # Python's own BEGIN would come too late, at the first INSERT, and without the lock.
        connect_args={"isolation_level": None, "timeout": OPEN_SECONDS},
    )

    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute(f"PRAGMA foreign_keys={int(foreign_keys)}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        # What was forgotten is not to be found in the file's free space either, whatever SQLite was built with.
        connection.execute("PRAGMA secure_delete=ON")
        # The writer folds the WAL in itself, between transactions instead of inside somebody's COMMIT.
        connection.execute("PRAGMA wal_autocheckpoint=0")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda db: raw(db).execute("BEGIN IMMEDIATE"))
    event.listen(engine, "before_cursor_execute", _refuse_without_transaction)
    guard(engine)
    return engine


def reading_engine(path: Path) -> AsyncEngine:
    """A pool of connections that cannot write; open it after the file exists."""
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=path.absolute().as_uri(), query=READ_ONLY),
        pool_size=READERS,
        max_overflow=0,
        connect_args={"isolation_level": None, "timeout": OPEN_SECONDS},
    )

    def prepare(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)
    # One snapshot for all statements of a read.
    event.listen(engine.sync_engine, "begin", lambda db: db.exec_driver_sql("BEGIN"))
    return engine


def raw(db: Tx) -> sqlite3.Connection:
    """Reach the driver's connection, for what is no statement of a function."""
    return cast("sqlite3.Connection", db.connection.dbapi_connection)


def is_busy(error: BaseException) -> bool:
    return _code(error) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def named(error: BaseException) -> BaseException:
    """Give the faults that a caller can act on their own class; return any other error as it is."""
    named_error: BaseException
    if is_busy(error):
        named_error = StorageBusy("another program holds the write lock of the database file")
    elif _code(error) == sqlite3.SQLITE_FULL:
        named_error = StorageFull("the disk that holds the database is full")
    else:
        return error
    named_error.__cause__ = error
    return named_error


def _code(error: BaseException) -> int:
    cause = error.orig if isinstance(error, DBAPIError) else error
    return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF


def _refuse_without_transaction(db: Tx, *_: Any) -> None:
    # On a full disk SQLite may roll everything back by itself; what follows would commit statement by statement.
    if not raw(db).in_transaction:
        raise RuntimeError("SQLite has rolled this transaction back; nothing more can be written in it")
