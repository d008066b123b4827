"""The one thread that owns the one connection that writes to an SQLite file."""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

from bot.storage.sqlite_engines import is_busy, named, raw, writing_engine
from bot.storage.transaction import Check, StorageClosed, Tx, collecting_hooks

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done at once, and how long things wait."""

    batch: int = 64
    patience_seconds: float = 5.0
    attempt_seconds: float = 0.25
    fold_bytes: int = 16 * 1024 * 1024
    fold_seconds: float = 3600.0
    fold_rest_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one function: its value and what to call now that it is committed, or its error."""

    value: Any = None
    hooks: tuple[Callable[[], None], ...] = ()
    error: BaseException | None = None

    def unwrap(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A function that waits for its turn, and how long it is willing to (monotonic seconds)."""

    call: Callable[[Tx], Any]
    give_up_at: float
    answer: asyncio.Future[Outcome]


class Writer:
    """Run functions one after the other, several in one COMMIT, each in a savepoint of its own.

    A function that waits stays at the head of the queue until it is answered, so nothing that happens to the
    thread can leave a caller waiting.
    """

    def __init__(self, path: Path, *, checks: tuple[Check, ...] = (), pace: Pace | None = None) -> None:
        self._path = path
        self._wal = path.with_name(path.name + "-wal")
        self._checks = checks
        self._pace = pace or Pace()
        self._changed = threading.Condition()
        self._queue: deque[Work] = deque()
        self._closing = False
        self._opened = False
        self._singly = 0
        self._fold_at = self._rest_until = 0.0

    async def open(self) -> None:
        """Start the thread and create the file; raises what SQLite says when it cannot be opened."""
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[Outcome] = self._loop.create_future()
        opened: asyncio.Future[Outcome] = self._loop.create_future()
        # A daemon: a program that dies without closing must not hang on this thread.
        threading.Thread(target=self._run, args=(opened,), name="easel-writer", daemon=True).start()
        (await opened).unwrap()

    async def run(self, call: Callable[[Tx], Any], *, patient: bool) -> Any:
        """Return what `call` returned once it is committed; a caller that is cancelled does not stop it."""
        patience = math.inf if patient else self._pace.patience_seconds
        work = Work(call, monotonic() + patience, self._loop.create_future())
        with self._changed:
            if self._closing:
                raise StorageClosed("the database is closed")
            self._queue.append(work)
            self._changed.notify()
        return (await work.answer).unwrap()

    async def close(self) -> None:
        """Finish everything that waits, fold the WAL in, and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        await self._ended

    # Everything below runs in the writer's thread.

    def _run(self, opened: asyncio.Future[Outcome]) -> None:
        try:
            engine = writing_engine(self._path)
            with engine.connect() as db:
                raw(db).execute(f"PRAGMA busy_timeout={int(self._pace.attempt_seconds * 1000)}")
                self._fold_at = monotonic() + self._pace.fold_seconds
                self._opened = True
                self._tell([(opened, Outcome())])
                self._serve(db)
                self._fold(db)
        except BaseException as error:  # the edge of the thread: whoever waits must learn that it ended
            if self._opened:
                logger.exception("the writer thread ended")
            self._tell([(opened, Outcome(error=named(error)))])
        finally:
            with self._changed:
                self._closing = True
                left = [work.answer for work in self._queue]
            self._tell([(answer, Outcome(error=StorageClosed("the writer ended"))) for answer in left])
            self._tell([(self._ended, Outcome())])

    def _serve(self, db: Tx) -> None:
        while True:
            with self._changed:
                pause = max(0.0, max(self._fold_at, self._rest_until) - monotonic())
                self._changed.wait_for(lambda: self._queue or self._closing, pause)
                if self._closing and not self._queue:
                    return
            if self._queue and self._begin(db):
                self._commit_some(db)
            self._fold_when_due(db)

    def _begin(self, db: Tx) -> bool:
        """Try once to take the write lock; when it is taken, answer those who have waited long enough."""
        try:
            db.begin()
        except sqlite3.Error as error:
            now = monotonic()
            with self._changed:
                left = [work for work in self._queue if not is_busy(error) or work.give_up_at < now]
                for work in left:
                    self._queue.remove(work)
            self._tell([(work.answer, Outcome(error=named(error))) for work in left])
            return False
        return True

    def _commit_some(self, db: Tx) -> None:
        with self._changed:
            batch = list(islice(self._queue, 1 if self._singly else self._pace.batch))
        self._singly = max(0, self._singly - 1)
        try:
            outcomes = [self._attempt(db, work) for work in batch]
            db.commit()
        except BaseException as error:  # noqa: BLE001 — it belongs to whoever asked, not to this thread
            db.rollback()
            raw(db).rollback()  # SQLAlchemy does not send it when the COMMIT itself has failed
            if len(batch) > 1:
                self._singly = len(batch)
                return
            outcomes = [Outcome(error=named(error))]
        with self._changed:
            for _ in batch:
                self._queue.popleft()
        self._tell([(work.answer, outcome) for work, outcome in zip(batch, outcomes, strict=True)])

    def _attempt(self, db: Tx, work: Work) -> Outcome:
        """Run one function; raises only when the whole transaction is lost with it."""
        savepoint = db.begin_nested()
        try:
            with collecting_hooks(db) as hooks:
                value = work.call(db)
                for check in self._checks:
                    check(db)
            savepoint.commit()
        except BaseException as error:  # handed to the caller as it is
            if not (savepoint.is_active and raw(db).in_transaction):
                raise
            savepoint.rollback()
            return Outcome(error=named(error))
        return Outcome(value, tuple(hooks.calls))

    def _fold_when_due(self, db: Tx) -> None:
        now = monotonic()
        if now < self._rest_until or (now < self._fold_at and self._wal_bytes() < self._pace.fold_bytes):
            return
        folded = self._fold(db)
        self._rest_until = now if folded else now + self._pace.fold_rest_seconds
        self._fold_at = now + self._pace.fold_seconds if folded else self._rest_until

    def _fold(self, db: Tx) -> bool:
        """Move the WAL into the main file; False when a reader or another program was in the way."""
        try:
            busy = raw(db).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except sqlite3.Error as error:
            logger.warning("the WAL could not be folded in: %s", error)
            return False
        return not busy

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0

    def _tell(self, answers: list[tuple[asyncio.Future[Outcome], Outcome]]) -> None:
        self._post(lambda: self._deliver(answers))

    def _post(self, call: Callable[[], Any]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            logger.warning("the event loop ended before the writer did")

    def _deliver(self, answers: list[tuple[asyncio.Future[Outcome], Outcome]]) -> None:
        """Hooks first, then the caller; this one runs on the event loop."""
        for answer, outcome in answers:
            for hook in outcome.hooks:
                self._loop.call_soon(hook)
            if not answer.done():  # its caller was cancelled
                answer.set_result(outcome)
