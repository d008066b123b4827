"""Tells operators what they should know, by direct messages where they are at home."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.core.alarms import Alarm
from bot.core.errors import EaselError
from bot.core.ports import Clock, NewId
from bot.storage import alarms
from bot.storage.admission import Send
from bot.storage.database import Database
from bot.storage.disk import MEGABYTE, Disk

log = structlog.get_logger(__name__)

LOOK_SECONDS = 10.0


@dataclass(frozen=True)
class AlarmMeans:
    """What alarms are told with; `operators` are ids such as "discord:123", `rung` counts causes by kind."""

    database: Database
    send: Send
    clock: Clock
    operators: tuple[str, ...]
    disk: Disk
    new_id: NewId
    rung: Callable[[str, int], None]


class Alarms:
    """Looks for alarms that were kept, and tells them; implements `bot.upkeep.Alarm`."""

    def __init__(self, means: AlarmMeans) -> None:
        self._means = means
        self._was_low = False

    async def __call__(self, sentence: str) -> None:
        """Keep an alarm that is a sentence of its own."""
        await self._ring(Alarm(f"upkeep:{sentence}", "alarm_upkeep", {"sentence": sentence}))

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        has_met = False
        while True:
            try:
                if not has_met:
                    await self.meet()
                    has_met = True
                await self.look()
            except EaselError as error:
                log.warning("alarms could not be told", problem=str(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def meet(self) -> None:
        """See to it that operators who never came to the web chat find there what they are told."""
        means = self._means
        names = [each.removeprefix("web:") for each in means.operators if each.startswith("web:")]
        new = [(name, means.new_id()) for name in names]
        await means.database.write(alarms.meet_operators, new, now=means.clock())

    async def look(self) -> None:
        """Measure the disk, and tell what is due."""
        means, now = self._means, self._means.clock()
        await self._look_at_disk()
        if not await means.database.read(alarms.is_due, now=now):
            return
        for told in await means.database.write(alarms.tell, means.operators, means.send, now=now):
            log.warning("alarm", cause=told.alarm.cause, count=told.count, messages=told.messages)
            means.rung(told.alarm.kind, told.count)

    async def _look_at_disk(self) -> None:
        """Ring once when the room gets low, and again only after there was enough."""
        disk = self._means.disk
        free, least = disk.free_bytes() // MEGABYTE, disk.free_min_mb
        is_low = free < 2 * least
        if is_low and not self._was_low:
            await self._ring(Alarm("disk", "alarm_disk", {"free": free, "least": least}))
        self._was_low = is_low

    async def _ring(self, alarm: Alarm) -> None:
        await self._means.database.write(alarms.ring, (alarm,), now=self._means.clock())
