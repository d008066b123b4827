"""Messages that are owed to people, and where they were posted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from bot.core.jobs import ReplyState
from bot.core.replies import Address, Posted
from bot.storage.schema import replies
from bot.storage.transaction import Tx

TRIES_MAX = 8
_OPEN = (ReplyState.DUE, ReplyState.POSTING)


@dataclass(frozen=True)
class OwedReply:
    """A message to post now; `is_repeat` says that an earlier try may have posted it."""

    id: str
    address: Address
    tries: int
    is_repeat: bool


def owe(db: Tx, job: str, address: str, *, now: int) -> None:
    """Owe the person the result of `job`; `address` is an Address as JSON."""
    values = {"id": f"{job}:result", "job": job, "address": address, "state": ReplyState.DUE, "created": now}
    db.execute(replies.insert(), values)


def claim(db: Tx, job: str, worker: str, *, now: int) -> list[OwedReply]:
    """Claim what is owed for `job`; the courier never hands one job to two workers at once."""
    rows = db.execute(
        select(replies)
        .where(replies.c.job == job, replies.c.state.in_(_OPEN), replies.c.not_before <= now)
        .order_by(replies.c.id)
        .with_for_update()
    ).all()
    for row in rows:
        db.execute(
            update(replies)
            .where(replies.c.id == row.id)
            .values(state=ReplyState.POSTING, owner=worker, tries=replies.c.tries + 1)
        )
    return [
        OwedReply(
            row.id, Address.model_validate_json(row.address), row.tries + 1, row.state == ReplyState.POSTING
        )
        for row in rows
    ]


def posted(db: Tx, reply: str, address: Address, where: Posted) -> None:
    """Record where a reply stands; replies to it find its job by that."""
    db.execute(
        update(replies)
        .where(replies.c.id == reply)
        .values(
            state=ReplyState.POSTED,
            platform=address.platform,
            tenant=address.tenant,
            channel=address.channel,
            thread=where.thread,
            message=where.message,
            posted_at=where.posted_at,
        )
    )


def failed(db: Tx, reply: str, *, reason: str, retry_at: int | None) -> None:
    """Record that a reply could not be posted: try again at `retry_at`, or never when it is None."""
    state = ReplyState.GIVEN_UP if retry_at is None else ReplyState.DUE
    db.execute(
        update(replies)
        .where(replies.c.id == reply)
        .values(state=state, reason=reason, not_before=retry_at or 0)
    )


def given_up(db: Tx) -> list[str]:
    """List the ids of replies that no try could post."""
    rows = db.execute(
        select(replies.c.id).where(replies.c.state == ReplyState.GIVEN_UP).order_by(replies.c.created)
    )
    return [row.id for row in rows]
