"""What nobody else looks after: jobs of dead workers, long waits, replies left unposted, clocks that were set."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog

from bot.core.errors import Conflict, EaselError
from bot.core.ports import Clock
from bot.counters import Counter
from bot.storage import admission, deciding, deliveries, jobs, sweep, workers
from bot.storage.admission import Send
from bot.storage.database import Database
from bot.storage.transaction import Tx
from bot.storage.workers import BEAT_MILLISECONDS

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 10.0


class Recovery:
    """Beats for one worker, and sweeps."""

    def __init__(
        self, worker: str, database: Database, counters: Mapping[str, Counter], clock: Clock
    ) -> None:
        self._worker = worker
        self._database = database
        self._counters = counters
        self._clock = clock

    async def beat(self) -> None:
        """Say every few seconds that this process lives, until cancelled."""
        while True:
            try:
                await self._database.write(workers.beat, self._worker, now=self._clock())
            except EaselError as error:
                log.warning("could not beat", problem=str(error))
            await asyncio.sleep(BEAT_MILLISECONDS / 1000)

    async def run(self, send: Send) -> None:
        """Sweep every few seconds until cancelled."""
        while True:
            try:
                await self.sweep(send)
            except EaselError as error:
                log.warning("could not sweep", problem=str(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self, send: Send) -> None:
        """Look once at everything that is open."""
        now = self._clock()
        mended = await self._database.write(_mend_clock, now=now)
        if mended:
            log.warning("the clock was set back; waits were shortened", count=mended)
        for job in await self._database.read(_left, now=now):
            log.info("picked up again", job=job)
            await self._database.write(send, job, at=now)
        for job, vendor in await self._database.read(sweep.expired, now=now):
            log.warning("waited too long", job=job)
            counter = self._counters.get(vendor)
            places = counter.places if counter else admission.no_places(vendor, send)
            try:
                await self._database.write(jobs.expire, job, places, now=now)
            except Conflict:
                log.exception("a job that waited too long could not be ended", job=job)
        for job, vendor in await self._database.read(deciding.waiting_of_blocked):
            # Operators refused their place, or whoever blocked them died before they were cancelled.
            counter = self._counters.get(vendor)
            places = counter.places if counter else admission.no_places(vendor, send)
            try:
                await self._database.write(jobs.withdraw, job, places, now=now)
            except Conflict:
                log.exception("a waiting job could not be cancelled", job=job)
        for counter in self._counters.values():
            await self._database.write(admission.admit, counter.places, now=now)


def _left(db: Tx, *, now: int) -> list[str]:
    return [*sweep.abandoned(db, now=now), *sweep.unposted(db, now=now)]


def _mend_clock(db: Tx, *, now: int) -> int:
    return sweep.mend_clock(db, now=now) + deliveries.clamp(db, now=now, farthest=sweep.FARTHEST_MILLISECONDS)
