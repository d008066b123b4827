"""Everything of one person, forgotten; the books stay.

It is a job of the courier: whoever dies over it is followed by another process. It goes on in short transactions, so
that nobody else waits for it, however much there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from bot.core.ports import Clock
from bot.storage import forgetting, jobs, retention
from bot.storage.admission import Places, Send
from bot.storage.database import Database
from bot.storage.forgetting import Forgotten, Wish
from bot.storage.shelf import Shelf
from bot.storage.transaction import Tx

log = structlog.get_logger(__name__)

KEPT_SINCE_EVER = 0
LEASE_MILLISECONDS = 60_000
"""When somebody else looks whether it is done, or whether jobs that were being drawn have ended."""


@dataclass(frozen=True)
class Forgetting:
    """Forgets people. Without a shelf their bytes go when the gallery clears up next."""

    database: Database
    places: Callable[[str], Places]
    clock: Clock
    send: Send
    shelf: Shelf | None = None

    async def forget(self, person: str) -> int:
        """Cancel what is open and forget the rest; returns how many jobs are still being drawn.

        While there are any, only choices and drafts are gone; it goes on when they have ended. Safe to repeat.
        """
        wish = Wish(person, self.clock())
        await self._remove(await self.database.write(_begin, self.send, wish, now=wish.until))
        return await self._go_on(wish)

    async def go_on(self, id: str) -> bool:
        """Go on with what the courier brings; False when that is about something else."""
        wish = Wish.read(id)
        if wish is None:
            return False
        if await self._go_on(wish):
            await self.database.write_patiently(
                _promise, self.send, wish, at=self.clock() + LEASE_MILLISECONDS
            )
        return True

    async def _go_on(self, wish: Wish) -> int:
        for job, vendor in await self.database.read(forgetting.open_jobs, wish):
            await self.database.write_patiently(jobs.cancel, job, self.places(vendor), now=self.clock())
        if left := await self.database.read(forgetting.open_jobs, wish):
            return len(left)
        for step in forgetting.STEPS:
            after: str | None = ""
            while after is not None:
                done = await self.database.write_patiently(step, wish, after, now=self.clock())
                await self._remove(done)
                after = done.following
        log.warning("a person was forgotten", person=wish.person)
        return 0

    async def _remove(self, done: Forgotten) -> None:
        """Remove bytes that nobody else needs."""
        if self.shelf is None:
            return
        needed = await self._needed(done.hashes)
        for sha256, made in done.hashes.items():
            if sha256 not in needed:
                # Whoever stored the same bytes since may not have written a row yet; then the collector decides.
                await self.shelf.remove(sha256, older_than=made + 1)
        for document in done.documents:
            await self.shelf.remove_document(document)

    async def _needed(self, hashes: Mapping[str, int]) -> set[str]:
        if not hashes:
            return set()
        return await self.database.read(retention.needed, list(hashes), kept_since=KEPT_SINCE_EVER)


def _begin(db: Tx, send: Send, wish: Wish, *, now: int) -> Forgotten:
    """Promise it, and forget at once what the person may choose anew a moment later."""
    _promise(db, send, wish, at=now + LEASE_MILLISECONDS)
    forgetting.forget_received(db, wish)
    return forgetting.forget_choices(db, wish, "", now=now)


def _promise(db: Tx, send: Send, wish: Wish, *, at: int) -> None:
    send(db, wish.id, at=at)
