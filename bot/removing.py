"""Pictures that are to be taken out of messages: tried until done or given up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot.core.errors import EaselError
from bot.core.front import Bell
from bot.core.ports import Clock, Remove, Undeliverable
from bot.storage import removals
from bot.storage.database import Database
from bot.storage.removals import OwedRemoval

log = structlog.get_logger(__name__)

AT_ONCE_MAX = 20
REMOVE_SECONDS_MAX = 60.0
LOOK_SECONDS = 15.0
RETRY_MILLISECONDS = (2_000, 10_000, 30_000, 120_000, 600_000)


@dataclass(frozen=True)
class Remover:
    """Carries out what is owed; `remove` are the platforms', by name."""

    database: Database
    remove: Mapping[str, Remove]
    clock: Clock
    bell: Bell

    async def run(self) -> None:
        """Look until cancelled, at once when something has changed."""
        while True:
            rings = self.bell.rings
            try:
                await self.remove_due()
            except (EaselError, OSError) as error:
                log.warning("could not look for removals", problem=str(error))
            await self.bell.wait(LOOK_SECONDS, rings)

    async def remove_due(self) -> None:
        """Carry out what is due now, once."""
        now = self.clock()
        # Reading first: nothing is due nearly always, and a write costs a commit.
        if await self.database.read(removals.is_any_due, now=now):
            for owed in await self.database.write(removals.claim, limit=AT_ONCE_MAX, now=now):
                await self._carry_out(owed)

    async def _carry_out(self, owed: OwedRemoval) -> None:
        remove = self.remove.get(owed.removal.address.platform)
        try:
            if remove is None:
                raise Undeliverable("this process has no such platform")
            async with asyncio.timeout(REMOVE_SECONDS_MAX):
                await remove(owed.removal)
        except Undeliverable as error:
            await self._failed(owed, error)
        except TimeoutError:
            await self._failed(owed, Undeliverable("timeout"))
        except Exception:  # the edge: a bug in a platform must not stop the others
            log.exception("a removal broke")
            await self._failed(owed, Undeliverable("bug"))
        else:
            await self.database.write_patiently(removals.done, owed.id)

    async def _failed(self, owed: OwedRemoval, error: Undeliverable) -> None:
        retry_at = None
        if not error.is_final and owed.tries < removals.TRIES_MAX:
            retry_at = self.clock() + RETRY_MILLISECONDS[min(owed.tries, len(RETRY_MILLISECONDS)) - 1]
        log.warning("a picture is still in a message", reason=error.reason, retry_at=retry_at)
        await self.database.write_patiently(removals.failed, owed.id, reason=error.reason, retry_at=retry_at)
