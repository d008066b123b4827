"""What becomes of waiting jobs when people, or whole places, may not or cannot use Easel any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from bot.core.errors import Conflict
from bot.core.ports import Clock
from bot.storage import deciding, jobs
from bot.storage.admission import Places
from bot.storage.database import Database

log = structlog.get_logger(__name__)


class Leaving:
    """Cancels waiting jobs and gives back what they hold; what runs ends in /history, and the books stay.

    `places` finds the vendor of a job, `ring` wakes those who watch.
    """

    def __init__(
        self,
        database: Database,
        places: Callable[[str], Places],
        clock: Clock,
        ring: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._places = places
        self._clock = clock
        self._ring = ring

    async def person_left(self, tenant: str, person: str) -> int:
        """Cancel the waiting jobs of somebody who left, or was banned from, a tenant; returns how many."""
        waiting = await self._database.read(deciding.waiting_of, tenant, person)
        return await self._withdraw(waiting, tenant=tenant, person=person)

    async def tenant_left(self, tenant: str) -> int:
        """Cancel the waiting jobs of a tenant that Easel was removed from; returns how many."""
        waiting = await self._database.read(deciding.waiting_of, tenant)
        return await self._withdraw(waiting, tenant=tenant)

    async def _withdraw(self, waiting: Sequence[tuple[str, str]], **whose: str) -> int:
        count = 0
        for job, vendor in waiting:
            try:
                count += await self._database.write_patiently(
                    jobs.withdraw, job, self._places(vendor), now=self._clock()
                )
            except Conflict:
                log.exception("a waiting job could not be cancelled", job=job)
        if count:
            log.info("waiting jobs cancelled", count=count, **whose)
            self._ring()
        return count
