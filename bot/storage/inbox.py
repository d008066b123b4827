"""The inbox: what platforms told us, until it is dealt with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from bot.core.inbox import Received
from bot.core.ports import Clock
from bot.storage.database import Database
from bot.storage.insert import insert
from bot.storage.schema import inbox
from bot.storage.transaction import Tx

KEEP_MILLISECONDS = 24 * 3_600_000
"""How long a key is known again; platforms repeat for some minutes."""

OPEN_MAX = 1_000


class TableInbox:
    """An inbox in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def commit(self, received: Received) -> bool:
        """Make it durable; False when the same was committed before."""
        return await self._database.write(add, received, now=self._clock())

    async def done(self, platform: str, key: str) -> None:
        """Forget the body."""
        await self._database.write(close, platform, key)

    async def open(self, platform: str) -> Sequence[Received]:
        """List what was committed and not dealt with, oldest first, at most a thousand."""
        return await self._database.read(still_open, platform)


def add(db: Tx, received: Received, *, now: int) -> bool:
    """Keep what came in; False when its key is known."""
    row = {**vars(received), "received": now}
    added = db.execute(insert(db, inbox).on_conflict_do_nothing().returning(inbox.c.key), [row]).first()
    return added is not None


def close(db: Tx, platform: str, key: str) -> None:
    """Keep nothing but the key."""
    db.execute(update(inbox).where(inbox.c.platform == platform, inbox.c.key == key).values(body=None))


def still_open(db: Tx, platform: str) -> list[Received]:
    """Read what was not dealt with, oldest first."""
    rows = db.execute(
        select(inbox.c.platform, inbox.c.key, inbox.c.body)
        .where(inbox.c.platform == platform, inbox.c.body.is_not(None))
        .order_by(inbox.c.received, inbox.c.key)
        .limit(OPEN_MAX)
    )
    return [Received(*row) for row in rows]


def forget(db: Tx, *, now: int) -> None:
    """Remove keys that no platform repeats any more."""
    db.execute(
        delete(inbox).where(inbox.c.received < now - KEEP_MILLISECONDS, inbox.c.body.is_(None)),
    )
