"""Callbacks of vendors: one row for each call, whenever and however often the vendor calls back."""

from __future__ import annotations

from sqlalchemy import select, update

from bot.core.jobs import CallState
from bot.storage.admission import Send
from bot.storage.insert import insert
from bot.storage.schema import callbacks, calls
from bot.storage.transaction import Tx

LAST_LOOK_MILLISECONDS = 900_000
"""How long after it was given up as too slow a call is looked at once more; other answers are listened for as long."""


def hear(db: Tx, call: str, ticket: str | None, send: Send, *, now: int) -> bool:
    """Keep a callback and wake its job; False when there is no such call."""
    job = db.execute(select(calls.c.job).where(calls.c.id == call)).scalar_one_or_none()
    if job is None:
        return False
    row = {"call": call, "ticket": ticket, "received": now}
    db.execute(insert(db, callbacks).values(row).on_conflict_do_nothing(index_elements=["call"]))
    send(db, job, at=now)
    return True


def vendor_of(db: Tx, call: str) -> str | None:
    """Read whom a call was made at."""
    return db.execute(select(calls.c.vendor).where(calls.c.id == call)).scalar_one_or_none()


def ticket_of(db: Tx, call: str) -> str | None:
    """Read the ticket that a callback named."""
    return db.execute(select(callbacks.c.ticket).where(callbacks.c.call == call)).scalar_one_or_none()


def late(db: Tx, job: str, *, now: int) -> list[str]:
    """Name the calls of a job that were given up before the vendor called back, or that are due for their last look."""
    is_called_back = callbacks.c.call.is_not(None) & callbacks.c.used.is_(None)
    is_due = (
        (calls.c.reason == "too_slow")
        & calls.c.ticket.is_not(None)
        # The look was sent before the call was given up, so it may come a little early.
        & (calls.c.answered_at <= now - LAST_LOOK_MILLISECONDS // 2)
    )
    query = (
        select(calls.c.id)
        .join(callbacks, callbacks.c.call == calls.c.id, isouter=True)
        .where(calls.c.job == job, calls.c.state == CallState.UNKNOWN, is_called_back | is_due)
    )
    return sorted(db.execute(query).scalars())


def use(db: Tx, call: str, *, now: int) -> None:
    """Note that a late callback was followed up."""
    db.execute(update(callbacks).where(callbacks.c.call == call).values(used=now))
