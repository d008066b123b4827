"""Messages that are owed to people, and where they were posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, or_, select, update

from bot.core.jobs import ReplyState
from bot.core.postings import FIRST
from bot.core.replies import NOWHERE, Address, Posted, Reply
from bot.storage import removals
from bot.storage.insert import insert
from bot.storage.schema import pictures, replies
from bot.storage.transaction import Tx

if TYPE_CHECKING:
    from bot.storage.admission import Send

TRIES_MAX = 8
_OPEN = (ReplyState.DUE, ReplyState.POSTING)


@dataclass(frozen=True)
class OwedReply:
    """A message to post now; `is_repeat` says that an earlier try may have posted it."""

    id: str
    address: Address
    tries: int
    is_repeat: bool
    job: str | None = None
    message: Reply | None = None
    """What it says, where that is not how a job stands."""

    @property
    def is_first(self) -> bool:
        """Whether the job may run only when this is posted."""
        return self.id.endswith(FIRST)


FIRST_MILLISECONDS = 60_000
"""How long whoever ordered a job may take to post its first message; then a worker does."""

_MESSAGE = "message:"


def message_id(key: str) -> str:
    """Return what the courier calls a message that is about no job."""
    return _MESSAGE + key


def is_message(id: str) -> bool:
    """Whether the courier brings a message that is about no job."""
    return id.startswith(_MESSAGE)


@dataclass(frozen=True)
class Message:
    """A message that is about no job, such as an alarm or a report; its `key` is owed once.

    Without a channel it goes to the address's user directly. Buttons that a platform cannot write are kept before.
    """

    key: str
    address: Address
    reply: Reply


def owe_message(db: Tx, message: Message, send: Send, *, now: int) -> bool:
    """Owe a message that is about no job; False when its key is owed already."""
    values = {
        "id": message.key,
        "address": message.address.model_dump_json(),
        "body": message.reply.model_dump_json(),
        "state": ReplyState.DUE,
        "created": now,
    }
    statement = insert(db, replies).values(values).on_conflict_do_nothing().returning(replies.c.id)
    if db.execute(statement).one_or_none() is None:
        return False
    send(db, message_id(message.key), at=now)
    return True


def owe_first(db: Tx, job: str, address: Address, send: Send, *, now: int) -> None:
    """Owe the first message of a job, which whoever ordered it is about to post."""
    at = now + FIRST_MILLISECONDS
    values = {
        "id": job + FIRST,
        "job": job,
        "address": address.model_dump_json(),
        "state": ReplyState.DUE,
        "not_before": at,
        "created": now,
    }
    db.execute(replies.insert(), values)
    send(db, job, at=at)


def find(db: Tx, reply: str) -> Any:
    """Read and lock the row of a reply, or None."""
    return db.execute(select(replies).where(replies.c.id == reply).with_for_update()).one_or_none()


def owe(db: Tx, job: str, address: str, *, now: int, about: str = "result") -> None:
    """Owe the person the result of `job`, once for each `about`; `address` is an Address as JSON.

    Nothing is owed where nobody waits for it.
    """
    if Address.model_validate_json(address).platform == NOWHERE:
        return
    values = {"id": f"{job}:{about}", "job": job, "address": address, "state": ReplyState.DUE, "created": now}
    db.execute(replies.insert(), values)


def claim(db: Tx, job: str, worker: str, *, now: int) -> list[OwedReply]:
    """Claim what is owed for `job`; the courier never hands one job to two workers at once."""
    return _claim(db, replies.c.job == job, worker, now)


def claim_message(db: Tx, id: str, worker: str, *, now: int) -> list[OwedReply]:
    """Claim a message that is about no job, by what the courier calls it."""
    return _claim(db, replies.c.id == id.removeprefix(_MESSAGE), worker, now)


def _claim(db: Tx, which: ColumnElement[bool], worker: str, now: int) -> list[OwedReply]:
    rows = db.execute(
        select(replies)
        .where(which, replies.c.state.in_(_OPEN), replies.c.not_before <= now)
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
            id=row.id,
            address=Address.model_validate_json(row.address),
            tries=row.tries + 1,
            is_repeat=row.state == ReplyState.POSTING,
            job=row.job,
            message=Reply.model_validate_json(row.body) if row.body else None,
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
    # What was deleted or taken down while its message was on its way is in it now.
    gone = or_(pictures.c.deleted >= replies.c.created, pictures.c.hidden >= replies.c.created)
    shown = select(pictures.c.id).join(replies, replies.c.job == pictures.c.job)
    for picture in db.execute(shown.where(replies.c.id == reply, gone)).scalars().all():
        removals.owe(db, picture, now=where.posted_at)


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
