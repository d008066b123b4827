"""What is done once a night, and what an operator is warned of ahead of time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from bot.core.catalogue import Catalogue
from bot.core.errors import EaselError
from bot.core.ports import Clock
from bot.core.retirement import retirements
from bot.metrics import Metrics
from bot.storage import health, inbox
from bot.storage.database import Database

log = structlog.get_logger(__name__)

DAY = 24 * 3_600_000
NIGHT = 3 * 3_600_000
"""When the night's work begins: 03:00 UTC, as milliseconds of a day."""

LOOK_SECONDS = 600.0

Alarm = Callable[[str], Awaitable[None]]
"""Tells the operators a sentence, wherever they listen."""


async def no_alarm(sentence: str) -> None:
    """Tell nobody; the log has it anyway."""


@dataclass(frozen=True)
class UpkeepMeans:
    """What upkeep is done with; `catalogue` holds what is on offer."""

    database: Database
    catalogue: Catalogue
    metrics: Metrics
    clock: Clock
    alarm: Alarm = no_alarm


class Upkeep:
    """Proves the books every night, and warns 60, 14 and 3 days before a model is retired."""

    def __init__(self, means: UpkeepMeans) -> None:
        self._means = means
        self._warned: dict[tuple[str, str], int] = {}

    async def run(self) -> None:
        """Warn now and every night; every night forget what was dealt with and prove the books; until cancelled."""
        while True:
            await self.warn()
            await self._until(next_night(self._means.clock()))
            try:
                await self._means.database.write(inbox.forget, now=self._means.clock())
                await self.prove_books()
            except EaselError as error:
                log.warning("the books could not be proved", problem=str(error))

    async def prove_books(self) -> bool:
        """Compare counters with entries and holds with jobs; False, and an alarm, when something is wrong."""
        books = await self._means.database.read(health.prove_books)
        self._means.metrics.books_proved(books, self._means.clock())
        if books.are_right:
            log.info("the books are right")
            return True
        log.critical(
            "the books are wrong", accounts=books.accounts[:10], jobs=books.holds[:10], sums=books.sums[:10]
        )
        await self._means.alarm("The books are wrong. Run easel doctor; it says what to do.")
        return False

    async def warn(self) -> None:
        """Warn of retirements, once for each stage that one reaches."""
        today = datetime.fromtimestamp(self._means.clock() // 1_000, UTC).date()
        for each in retirements(self._means.catalogue, today):
            self._means.metrics.retirement(each)
            key = (each.model, each.vendor)
            if each.stage is not None and each.stage != self._warned.get(key):
                self._warned[key] = each.stage
                log.warning("a model is retired", model=each.model, vendor=each.vendor, days=each.days)
                await self._means.alarm(each.sentence)

    async def _until(self, at: int) -> None:
        """Wait for a time of the wall clock; a machine that slept past it goes on when it wakes."""
        while (left := at - self._means.clock()) > 0:  # noqa: ASYNC110 - the clock rings no event
            await asyncio.sleep(min(left / 1_000, LOOK_SECONDS))


def next_night(now: int) -> int:
    """Return the next 03:00 UTC after `now`, in milliseconds."""
    return now - (now - NIGHT) % DAY + DAY
