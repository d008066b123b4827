"""What a probe asks the books: whether a vendor's model was called lately, and which pictures of probes are left."""

from __future__ import annotations

from sqlalchemy import select

from bot.storage import pictures as rows
from bot.storage.schema import calls, jobs, pictures
from bot.storage.states import is_running, is_waiting
from bot.storage.transaction import Tx

LONGEST_MILLISECONDS = 24 * 3_600_000
"""Longer than any job goes on after it was started first."""


def is_in_use(db: Tx, vendor: str, model: str, *, since: int) -> bool:
    """Whether a vendor's model has an open job, or was called since then."""
    own = (jobs.c.vendor == vendor, jobs.c.model == model)
    if any(
        db.execute(select(jobs.c.id).where(*own, each).limit(1)).first()
        for each in (is_waiting(), is_running())
    ):
        return True
    called = (
        select(calls.c.id)
        .join(jobs, jobs.c.id == calls.c.job)
        .where(jobs.c.started > since - LONGEST_MILLISECONDS)
        .where(calls.c.vendor == vendor, calls.c.model == model, calls.c.called_at > since)
    )
    return db.execute(called.limit(1)).first() is not None


def tidy(db: Tx, person: str, *, now: int) -> int:
    """Delete the pictures of the person of the probes; returns how many there were."""
    left = select(pictures.c.id).where(pictures.c.person == person, pictures.c.deleted.is_(None))
    ids = db.execute(left).scalars().all()
    return sum(rows.delete(db, picture, person, now=now) for picture in ids)
