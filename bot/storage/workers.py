"""Which worker processes live: each beats, and only a dead one's jobs may be taken over."""

from __future__ import annotations

from sqlalchemy import delete, select

from bot.storage.insert import insert
from bot.storage.schema import jobs, workers
from bot.storage.states import is_running
from bot.storage.transaction import Tx

BEAT_MILLISECONDS = 5_000
STALE_MILLISECONDS = 30_000
FORGET_MILLISECONDS = 24 * 3_600_000


def register(db: Tx, worker: str, *, host: str, pid: int, now: int) -> None:
    """Make a new worker known, and forget those that died long ago and own nothing."""
    owning = select(jobs.c.owner).where(is_running(), jobs.c.owner.is_not(None))
    db.execute(delete(workers).where(workers.c.beat < now - FORGET_MILLISECONDS, workers.c.id.not_in(owning)))
    db.execute(workers.insert(), {"id": worker, "host": host, "pid": pid, "started": now, "beat": now})


def beat(db: Tx, worker: str, *, now: int) -> None:
    """Say that `worker` lives, also when one whose clock runs ahead has taken it for dead and forgotten it."""
    statement = insert(db, workers).on_conflict_do_update(index_elements=["id"], set_={"beat": now})
    db.execute(statement, {"id": worker, "host": "", "pid": 0, "started": now, "beat": now})


def leave(db: Tx, worker: str) -> None:
    """Forget a worker that stopped in good order, so that others need not wait for it to go stale."""
    db.execute(delete(workers).where(workers.c.id == worker))


def declare_all_dead(db: Tx) -> None:
    """Forget every worker; for a process that knows that it is alone, so that nobody waits for one to go stale."""
    db.execute(delete(workers))


def is_alive(db: Tx, worker: str, *, now: int, stale: int = STALE_MILLISECONDS) -> bool:
    """Whether `worker` beat within the last `stale` milliseconds."""
    seen = db.execute(select(workers.c.beat).where(workers.c.id == worker)).scalar_one_or_none()
    return seen is not None and seen > now - stale
