"""The courier for SQLite: a table of job ids to deliver, at least once each.

The row is deleted only after the job was handled, so a crash delivers it again. Deliveries of one job never overlap;
any number that arrive while it is handled lead to exactly one more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog
from sqlalchemy import bindparam, delete, func, select, update

from bot.core.errors import EaselError
from bot.core.ports import Clock
from bot.storage.database import Database
from bot.storage.schema import deliveries
from bot.storage.transaction import Tx, after_commit

log = structlog.get_logger(__name__)

AT_ONCE_MAX = 64
RETRY_MILLISECONDS = (1_000, 5_000, 15_000, 30_000)
LONGEST_SLEEP_SECONDS = 30.0

_SEND = deliveries.insert()
_DUE = (
    select(deliveries.c.job, func.max(deliveries.c.id))
    .where(deliveries.c.at <= bindparam("now"))
    .group_by(deliveries.c.job)
    .order_by(func.min(deliveries.c.id))
    .limit(bindparam("most"))
)
_NEXT_AT = select(func.min(deliveries.c.at)).where(deliveries.c.at > bindparam("now"))
_FORGET = delete(deliveries).where(
    deliveries.c.job == bindparam("of_job"),
    deliveries.c.id <= bindparam("newest"),
    deliveries.c.at <= bindparam("until"),
)


@dataclass(frozen=True)
class Due:
    """A job to deliver: all its deliveries that were due at `at`, the newest of which is `newest`."""

    job: str
    newest: int
    at: int


class TableCourier:
    """Delivers job ids from the table `deliveries` to one process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._wake = asyncio.Event()
        self._handled: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def send(self, db: Tx, job: str, *, at: int) -> None:
        """Deliver `job` at `at` or later; commits with the caller's transaction."""
        send(db, job, at=at)
        after_commit(db, self._wake.set)

    async def run(self, handle: Callable[[str], Awaitable[None]]) -> None:
        """Deliver until cancelled; what is being handled goes on, see `drain`."""
        while True:
            self._wake.clear()
            sleep_seconds = await self._deliver_due(handle)
            # Not wait_for: until Python 3.12 it forgets a cancellation that comes together with the wake-up.
            with suppress(TimeoutError):
                async with asyncio.timeout(sleep_seconds):
                    await self._wake.wait()

    async def drain(self, timeout_seconds: float) -> int:
        """Wait for what is being handled; returns how many were not done in time and are cancelled."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=timeout_seconds)
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return len(left)

    async def _deliver_due(self, handle: Callable[[str], Awaitable[None]]) -> float:
        now = self._clock()
        # What is handled now may be done before the read returns; its rows would then be seen as still due.
        handled = set(self._handled)
        due, next_at = await self._database.read(_due, now=now, limit=AT_ONCE_MAX + len(handled))
        for each in due:
            if each.job not in handled and len(self._handled) < AT_ONCE_MAX:
                self._handled.add(each.job)
                task = asyncio.create_task(self._deliver(each, handle), name=f"job {each.job}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        if next_at is None:
            return LONGEST_SLEEP_SECONDS
        return min(LONGEST_SLEEP_SECONDS, max(0.0, (next_at - now) / 1000))

    async def _deliver(self, due: Due, handle: Callable[[str], Awaitable[None]]) -> None:
        try:
            await handle(due.job)
            await self._database.write_patiently(_done, due)
        except Exception:  # the edge: a bug in one job must not stop the others
            log.exception("handling failed", job=due.job)
            await self._retry_later(due)
        finally:
            self._handled.discard(due.job)
            self._wake.set()

    async def _retry_later(self, due: Due) -> None:
        try:
            await self._database.write_patiently(_put_off, due, now=self._clock())
        except EaselError:
            # Nothing can be written now; the row is still due, and must not be delivered in a tight loop.
            log.exception("could not put a delivery off", job=due.job)
            await asyncio.sleep(RETRY_MILLISECONDS[1] / 1000)


def send(db: Tx, job: str, *, at: int) -> None:
    """Leave a job to the courier that runs next; for a process that runs none."""
    db.execute(_SEND, {"job": job, "at": at})


def _due(db: Tx, *, now: int, limit: int) -> tuple[list[Due], int | None]:
    """Read the jobs that are due, oldest first, and when the next one is due."""
    due = [Due(row[0], row[1], now) for row in db.execute(_DUE, {"now": now, "most": limit})]
    return due, db.execute(_NEXT_AT, {"now": now}).scalar_one()


def _done(db: Tx, due: Due) -> None:
    """Forget the deliveries that were handled; one for a later time stays, whenever it was sent."""
    db.execute(_FORGET, {"of_job": due.job, "newest": due.newest, "until": due.at})


def _put_off(db: Tx, due: Due, *, now: int) -> None:
    """Deliver again later: the newest of the handled deliveries stays, the others go."""
    newest = deliveries.c.id == due.newest
    tries = db.execute(select(deliveries.c.tries).where(newest)).scalar_one_or_none()
    wait = RETRY_MILLISECONDS[min(tries or 0, len(RETRY_MILLISECONDS) - 1)]
    _done(db, Due(due.job, due.newest - 1, due.at))
    db.execute(update(deliveries).where(newest).values(at=now + wait, tries=deliveries.c.tries + 1))


def clamp(db: Tx, *, now: int, farthest: int) -> int:
    """Bring deliveries back that lie further ahead than any wait we set: the clock was set back meanwhile."""
    result = db.execute(update(deliveries).where(deliveries.c.at > now + farthest).values(at=now))
    return int(result.rowcount)
