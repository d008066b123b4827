"""Jobs that wait for their first message: let go when it is posted, cancelled when it cannot be."""

from __future__ import annotations

from sqlalchemy import update

from bot.core.jobs import JobState, ReplyState
from bot.core.postings import FIRST
from bot.core.replies import Address, Posted
from bot.storage import jobs as moves
from bot.storage import replies
from bot.storage.admission import Places, admit
from bot.storage.schema import jobs
from bot.storage.schema import replies as table
from bot.storage.transaction import Tx

_OPEN = (ReplyState.DUE, ReplyState.POSTING)


def release(db: Tx, job: str, where: Posted, places: Places, *, now: int) -> bool:
    """Note where the first message stands and let the job run; False when it has ended meanwhile. Safe to repeat."""
    state = moves.state_of(db, job)
    row = replies.find(db, job + FIRST)
    if row is None or state is None:
        return False
    if row.state in _OPEN:
        replies.posted(db, row.id, Address.model_validate_json(row.address), where)
        db.execute(update(jobs).where(jobs.c.id == job).values(not_before=0, version=jobs.c.version + 1))
        admit(db, places, now=now)
    return state.is_open


def drop(db: Tx, job: str, reason: str, places: Places, *, now: int) -> bool:
    """Cancel a job whose first message cannot be posted, and release its hold; False when it runs or has ended.

    Its result is owed to nobody: where the first message cannot be posted, no other can.
    """
    state = moves.state_of(db, job)
    row = replies.find(db, job + FIRST)
    if row is None or row.state not in _OPEN or state is not JobState.WAITING:
        return False
    replies.failed(db, row.id, reason=reason, retry_at=None)
    if not moves.withdraw(db, job, places, now=now):
        return False
    db.execute(
        update(table)
        .where(table.c.job == job, table.c.state.in_(_OPEN))
        .values(state=ReplyState.GIVEN_UP, reason=reason)
    )
    return True
