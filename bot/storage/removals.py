"""Messages that a picture is still to be taken out of: owed in the transaction that takes it away, tried until done."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from bot.core.jobs import ReplyState
from bot.core.ports import Removal
from bot.core.replies import Address
from bot.storage.insert import insert
from bot.storage.schema import pictures, removals, replies
from bot.storage.transaction import Tx

TRIES_MAX = 8
LEASE_MILLISECONDS = 120_000
_DUE = (
    select(removals)
    .where(removals.c.state == ReplyState.DUE, removals.c.not_before <= bindparam("at"))
    .order_by(removals.c.not_before)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True)
class OwedRemoval:
    """A removal to carry out now."""

    id: str
    removal: Removal
    tries: int


def owe(db: Tx, *wanted: str, now: int) -> None:
    """Owe the removal of pictures from every message that shows their jobs' results."""
    rows = db.execute(
        select(replies, pictures.c.id.label("picture"))
        .join(pictures, pictures.c.job == replies.c.job)
        .where(pictures.c.id.in_(wanted), replies.c.state == ReplyState.POSTED)
    ).all()
    owed = []
    for row in rows:
        address = Address.model_validate_json(row.address)
        posted = {"channel": row.channel, "thread": row.thread, "message": row.message, "token": None}
        removal = Removal(
            address=address.model_copy(update=posted), reply=row.id, job=row.job, picture=row.picture
        )
        owed.append(
            {
                "id": f"{row.id}:{row.picture}",
                "platform": row.platform,
                "removal": removal.model_dump_json(),
                "state": ReplyState.DUE,
                "created": now,
            }
        )
    if owed:
        db.execute(insert(db, removals).on_conflict_do_nothing(), owed)


def is_any_due(db: Tx, *, now: int) -> bool:
    """Whether any removal is due."""
    due = select(removals.c.id).where(removals.c.state == ReplyState.DUE, removals.c.not_before <= now)
    return db.execute(due.limit(1)).first() is not None


def claim(db: Tx, *, limit: int, now: int) -> list[OwedRemoval]:
    """Claim what is due; whoever dies with it leaves it due again after a while."""
    rows = db.execute(_DUE, {"at": now, "most": limit}).all()
    for row in rows:
        db.execute(
            update(removals)
            .where(removals.c.id == row.id)
            .values(tries=row.tries + 1, not_before=now + LEASE_MILLISECONDS)
        )
    return [OwedRemoval(row.id, Removal.model_validate_json(row.removal), row.tries + 1) for row in rows]


def done(db: Tx, removal: str) -> None:
    """Record that a picture is out of a message."""
    db.execute(update(removals).where(removals.c.id == removal).values(state=ReplyState.POSTED))


def failed(db: Tx, removal: str, *, reason: str, retry_at: int | None) -> None:
    """Record that it is not: try again at `retry_at`, or never when it is None."""
    state = ReplyState.GIVEN_UP if retry_at is None else ReplyState.DUE
    values = {"state": state, "reason": reason, "not_before": retry_at or 0}
    db.execute(update(removals).where(removals.c.id == removal).values(values))
