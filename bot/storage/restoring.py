"""Pictures that are shown again: posted anew where they were taken out of their messages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select

from bot.core.jobs import ReplyState
from bot.core.postings import KEPT
from bot.core.replies import Reply
from bot.storage.admission import Send
from bot.storage.insert import insert
from bot.storage.schema import jobs, pictures, removals, replies
from bot.storage.transaction import Tx


def job_of(db: Tx, picture: str) -> str | None:
    """Find the job of a picture that is there."""
    query = select(pictures.c.job).where(pictures.c.id == picture, pictures.c.deleted.is_(None))
    return db.execute(query).scalar_one_or_none()


def put_back(db: Tx, picture: str, reply: Reply, send: Send, *, now: int) -> bool:
    """Owe `reply`, which shows a picture, once if a message has lost it; False where none has.

    What was still to be taken out stays where it is. A removal that is under way in this moment counts as done: then
    the picture may stand in two messages, rather than in none.
    """
    job = db.execute(
        select(jobs.c.id, jobs.c.address)
        .join(pictures, pictures.c.job == jobs.c.id)
        .where(pictures.c.id == picture, pictures.c.deleted.is_(None))
    ).one_or_none()
    if job is None or not _has_lost(db, picture, job.id):
        return False
    db.execute(insert(db, replies).on_conflict_do_nothing(), _owed(db, picture, job, reply, now))
    send(db, job.id, at=now)
    return True


def _has_lost(db: Tx, picture: str, job: str) -> bool:
    """Drop the removals that are still owed; tell whether any message is without the picture."""
    shown = db.execute(select(replies.c.id).where(replies.c.job == job)).scalars()
    which = removals.c.id.in_([f"{reply}:{picture}" for reply in shown])
    rows = db.execute(select(removals.c.id, removals.c.state, removals.c.tries).where(which)).all()
    owed = [row.id for row in rows if row.state != ReplyState.POSTED]
    db.execute(delete(removals).where(removals.c.id.in_(owed)))
    return any(row.state == ReplyState.POSTED or (row.state == ReplyState.DUE and row.tries) for row in rows)


def _owed(db: Tx, picture: str, job: Any, reply: Reply, now: int) -> dict[str, Any]:
    start = f"{job.id}{KEPT}{picture}-"
    before = select(func.count()).where(replies.c.job == job.id, replies.c.id.startswith(start))
    return {
        "id": f"{start}{db.execute(before).scalar_one()}",
        "job": job.id,
        "address": job.address,
        "body": reply.model_dump_json(),
        "state": ReplyState.DUE,
        "created": now,
    }
