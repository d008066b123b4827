"""The inbox: what platforms told us, until it is dealt with."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from bot.core.inbox import Received
from bot.core.ports import Clock
from bot.storage import forgetting
from bot.storage.admission import Send
from bot.storage.database import Database
from bot.storage.insert import insert
from bot.storage.schema import inbox
from bot.storage.transaction import Tx

KEEP_MILLISECONDS = 24 * 3_600_000
"""How long a key is known again; platforms repeat for some minutes."""

OPEN_MAX = 1_000


class TableInbox:
    """An inbox in the database."""

    def __init__(self, database: Database, clock: Clock, send: Send) -> None:
        self._database = database
        self._clock = clock
        self._send = send

    async def commit(self, received: Received) -> bool:
        """Make it durable; False when the same was committed before."""
        return await self._database.write(add, received, now=self._clock())

    async def done(self, platform: str, key: str) -> None:
        """Forget the body, and what came of it if its person was forgotten meanwhile."""
        await self._database.write(close, (platform, key), self._send, now=self._clock())

    async def open(self, platform: str) -> Sequence[Received]:
        """List what was committed and not dealt with, oldest first, at most a thousand."""
        return await self._database.read(still_open, platform)


def add(db: Tx, received: Received, *, now: int) -> bool:
    """Keep what came in; False when its key is known."""
    row = {**vars(received), "received": now}
    added = db.execute(insert(db, inbox).on_conflict_do_nothing().returning(inbox.c.key), [row]).first()
    return added is not None


def close(db: Tx, which: tuple[str, str], send: Send, *, now: int) -> None:
    """Keep nothing but the key. Of whoever was forgotten meanwhile, what came of it is forgotten, too."""
    this = inbox.c.platform == which[0], inbox.c.key == which[1]
    body = db.execute(select(inbox.c.body).where(*this).with_for_update()).scalar_one_or_none()
    db.execute(update(inbox).where(*this).values(body=None))
    if body is not None and (wish := forgetting.wish_noted(body, now=now)) is not None:
        send(db, wish.id, at=now)


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
