"""Messages that were heard, so that each is answered once however often its platform tells of it."""

from __future__ import annotations

from sqlalchemy import and_, delete, or_, select, update

from bot.storage.insert import insert
from bot.storage.schema import heard
from bot.storage.transaction import Tx

KEPT_MILLISECONDS = 24 * 3_600_000
"""Longer than any platform tells of a message again."""

ANSWER_MILLISECONDS = 60_000
"""Whoever has not answered after this time has died."""


def take(db: Tx, platform: str, tenant: str, message: str, *, now: int) -> bool:
    """Take a message to answer it; False when it is answered, or somebody is about to."""
    db.execute(delete(heard).where(heard.c.at < now - KEPT_MILLISECONDS))
    values = {"platform": platform, "tenant": tenant, "message": message, "at": now}
    fresh = (
        insert(db, heard)
        .values(values)
        .on_conflict_do_update(
            index_elements=["platform", "tenant", "message"],
            set_={"at": now},
            where=and_(heard.c.done.is_(None), heard.c.at < now - ANSWER_MILLISECONDS),
        )
    )
    return db.execute(fresh.returning(heard.c.message)).one_or_none() is not None


def done(db: Tx, platform: str, tenant: str, message: str, *, now: int) -> None:
    """Note that a message is answered."""
    db.execute(
        update(heard)
        .where(heard.c.platform == platform, heard.c.tenant == tenant, heard.c.message == message)
        .values(done=now)
    )


def is_known(db: Tx, platform: str, tenant: str, message: str, *, now: int) -> bool:
    """Whether a message is answered, or somebody is about to answer it; writes nothing."""
    query = select(heard.c.message).where(
        heard.c.platform == platform,
        heard.c.tenant == tenant,
        heard.c.message == message,
        or_(heard.c.done.is_not(None), heard.c.at >= now - ANSWER_MILLISECONDS),
    )
    return db.execute(query).one_or_none() is not None
