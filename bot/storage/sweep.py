"""What a crash, a lost timer or a clock that was set leaves behind; reads only the partial indexes of open rows."""

from __future__ import annotations

from sqlalchemy import and_, or_, select, update

from bot.storage.replies import message_id
from bot.storage.schema import jobs, replies, workers
from bot.storage.states import is_owed, is_running, is_waiting
from bot.storage.transaction import Tx
from bot.storage.workers import STALE_MILLISECONDS

FARTHEST_MILLISECONDS = 40 * 60_000
"""Longer than any wait that is set: a vendor's own is bounded by how long a job may wait, half an hour."""

UNTAKEN_MILLISECONDS = 60_000


def abandoned(db: Tx, *, now: int, stale: int = STALE_MILLISECONDS) -> list[str]:
    """List running jobs whose owner is dead, or that nobody took for a minute though they were due."""
    alive = select(workers.c.id).where(workers.c.beat > now - stale)
    dead = and_(jobs.c.owner.is_not(None), jobs.c.owner.not_in(alive))
    due = now - UNTAKEN_MILLISECONDS
    untaken = and_(jobs.c.owner.is_(None), jobs.c.started < due, jobs.c.not_before < due)
    query = select(jobs.c.id).where(is_running(), or_(dead, untaken))
    # Sorted here: for an ordered answer SQLite would walk through all jobs there ever were.
    return sorted(db.execute(query).scalars())


def expired(db: Tx, *, now: int) -> list[tuple[str, str]]:
    """List waiting jobs, each with its vendor, that waited longer than they may."""
    query = select(jobs.c.id, jobs.c.vendor).where(is_waiting(), jobs.c.wait_until <= now)
    return sorted((row.id, row.vendor) for row in db.execute(query))


def unposted(db: Tx, *, now: int) -> list[str]:
    """List jobs, and messages about none, that are owed for a minute longer than they should."""
    query = select(replies.c.job, replies.c.id).where(
        is_owed(),
        replies.c.not_before < now - UNTAKEN_MILLISECONDS,
        replies.c.created < now - UNTAKEN_MILLISECONDS,
    )
    return [row.job or message_id(row.id) for row in db.execute(query)]


def mend_clock(db: Tx, *, now: int) -> int:
    """Bring times back that lie further ahead than any wait that is set: the clock was set back since.

    Returns how many. A worker that died before it could beat by the new clock would seem alive until the old time
    comes round again; it gets one beat now, and goes stale as every dead one does.
    """
    ahead = now + FARTHEST_MILLISECONDS
    waiting, resting = (
        update(jobs)
        .where(
            jobs.c.id.in_(
                select(jobs.c.id).where(is_so, jobs.c.not_before > ahead).with_for_update(skip_locked=True)
            )
        )
        .values(not_before=now)
        for is_so in (is_waiting(), is_running())
    )
    owed = update(replies).where(is_owed(), replies.c.not_before > ahead).values(not_before=now)
    seen = update(workers).where(workers.c.beat > now + STALE_MILLISECONDS).values(beat=now)
    return sum(int(db.execute(statement).rowcount) for statement in (waiting, resting, owed, seen))
