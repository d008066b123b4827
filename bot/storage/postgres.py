"""PostgreSQL: the same functions, each on a connection of a pool."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage.transaction import Check, StorageBusy, StorageFull, Tx, collecting_hooks, guard
from bot.storage.underway import Underway

P = ParamSpec("P")
T = TypeVar("T")

LOST = {"40001", "40P01"}  # serialization failure, deadlock: the server has undone it and says "again"
LOCKED = "55P03"
DISK_FULL = "53100"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is done at once, how long things wait, and how often a lost deadlock is repeated."""

    connections: int = 10
    pool_seconds: float = 30.0
    lock_milliseconds: int = 5_000
    statement_milliseconds: int = 15_000
    repeats: int = 3
    pause_seconds: float = 0.05


class PostgresDatabase:
    """A `Database` on a server, for any number of processes."""

    def __init__(
        self,
        url: URL,
        *,
        checks: tuple[Check, ...] = (),
        limits: Limits | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._limits = limits or Limits()
        self._engine = _engine(url, self._limits)
        self._reading = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._checks = checks
        self._jitter = jitter
        self._underway = Underway()
        self._closing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Raises what the driver says when the server cannot be reached."""
        async with self._engine.connect():
            pass

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._underway.run(self._write(lambda db: function(db, *args, **kwargs)))

    async def write_patiently(
        self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._underway.run(self._write_until_done(lambda db: function(db, *args, **kwargs)))

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._underway.run(self._read(lambda db: function(db, *args, **kwargs)))

    async def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _write_until_done(self, call: Callable[[Tx], T]) -> T:
        while True:
            try:
                return await self._write(call)
            except StorageBusy:
                await self._pause()

    async def _write(self, call: Callable[[Tx], T]) -> T:
        """Run it again when it lost a deadlock: nothing of it was kept."""
        for _ in range(self._limits.repeats):
            try:
                return await self._write_once(call)
            except DBAPIError as error:
                if _state(error) not in LOST:
                    raise
                await self._pause()
        return await self._write_once(call)

    async def _write_once(self, call: Callable[[Tx], T]) -> T:
        started = returned = False

        def run(db: Tx) -> tuple[T, tuple[Callable[[], None], ...]]:
            nonlocal started, returned
            started = True
            with collecting_hooks(db) as hooks:
                value = call(db)
                for check in self._checks:
                    check(db)
            returned = True
            return value, tuple(hooks.calls)

        try:
            async with self._engine.connect() as connection, connection.begin():
                value, hooks = await connection.run_sync(run)
        except OperationalError as error:
            # Once COMMIT may have been sent, a lost connection leaves it open whether it happened.
            if not started or (error.connection_invalidated and not returned):
                raise StorageBusy("the database server cannot be reached") from error
            _raise_named(error)
            raise
        except (DBAPIError, PoolTimeout) as error:
            _raise_named(error)
            raise
        for hook in hooks:
            asyncio.get_running_loop().call_soon(hook)
        return value

    async def _read(self, call: Callable[[Tx], T]) -> T:
        try:
            async with self._reading.connect() as connection, connection.begin():
                return await connection.run_sync(call)
        except (DBAPIError, PoolTimeout) as error:
            _raise_named(error)
            raise

    async def _pause(self) -> None:
        await asyncio.sleep(self._limits.pause_seconds * (1 + self._jitter()))

    async def _close(self) -> None:
        await self._underway.finish()
        await self._engine.dispose()


def _engine(url: URL, limits: Limits) -> AsyncEngine:
    options = (
        f"{url.query.get('options', '')} -c lock_timeout={limits.lock_milliseconds}"
        f" -c statement_timeout={limits.statement_milliseconds}"
    )
    engine = create_async_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.pool_seconds,
        pool_pre_ping=True,
        connect_args={"options": options},
    )
    guard(engine.sync_engine)
    return engine


def _state(error: DBAPIError | PoolTimeout) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def _raise_named(error: DBAPIError | PoolTimeout) -> None:
    """Give the faults that a caller can act on their own class."""
    if isinstance(error, PoolTimeout):
        raise StorageBusy("every connection to the database is in use") from error
    if _state(error) == LOCKED:
        raise StorageBusy("another transaction holds a lock") from error
    if _state(error) == DISK_FULL:
        raise StorageFull("the disk that holds the database is full") from error
