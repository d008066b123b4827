"""What a crash, a lost timer or a clock that was set leaves behind; reads only the partial indexes of open rows."""

from __future__ import annotations

from sqlalchemy import and_, or_, select, update

from bot.core.jobs import JobState, ReplyState
from bot.storage.schema import jobs, replies, workers
from bot.storage.transaction import Tx
from bot.storage.workers import STALE_MILLISECONDS

FARTHEST_MILLISECONDS = 15 * 60_000
"""Longer than any wait that we set ourselves."""

UNTAKEN_MILLISECONDS = 60_000


def abandoned(db: Tx, *, now: int, stale: int = STALE_MILLISECONDS) -> list[str]:
    """List running jobs whose owner is dead, or that nobody took for a minute."""
    alive = select(workers.c.id).where(workers.c.beat > now - stale)
    dead = and_(jobs.c.owner.is_not(None), jobs.c.owner.not_in(alive))
    untaken = and_(jobs.c.owner.is_(None), jobs.c.started < now - UNTAKEN_MILLISECONDS)
    query = select(jobs.c.id).where(jobs.c.state == JobState.RUNNING, or_(dead, untaken)).order_by(jobs.c.seq)
    return list(db.execute(query).scalars())


def expired(db: Tx, *, now: int) -> list[tuple[str, str]]:
    """List waiting jobs, each with its vendor, that waited longer than they may."""
    query = select(jobs.c.id, jobs.c.vendor).where(jobs.c.state == JobState.WAITING, jobs.c.wait_until <= now)
    return [(row.id, row.vendor) for row in db.execute(query.order_by(jobs.c.seq))]


def unposted(db: Tx, *, now: int) -> list[str]:
    """List jobs that owe a reply for a minute longer than they should."""
    query = select(replies.c.job).where(
        replies.c.state.in_((ReplyState.DUE, ReplyState.POSTING)),
        replies.c.not_before < now - UNTAKEN_MILLISECONDS,
        replies.c.created < now - UNTAKEN_MILLISECONDS,
        replies.c.job.is_not(None),
    )
    return [job for job in db.execute(query).scalars() if job is not None]


def mend_clock(db: Tx, *, now: int) -> int:
    """Bring times back that lie further ahead than any wait we set: the clock was set back since. Returns how many."""
    ahead = now + FARTHEST_MILLISECONDS
    waiting = (
        update(jobs).where(jobs.c.state == JobState.WAITING, jobs.c.not_before > ahead).values(not_before=now)
    )
    owed = (
        update(replies)
        .where(replies.c.state.in_((ReplyState.DUE, ReplyState.POSTING)), replies.c.not_before > ahead)
        .values(not_before=now)
    )
    return int(db.execute(waiting).rowcount) + int(db.execute(owed).rowcount)
