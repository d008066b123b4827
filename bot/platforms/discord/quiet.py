"""Channels that have refused us often are left alone for a while: refusals count against the bot's address."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from bot.core.ports import Clock
from bot.platforms.discord.faults import REFUSALS, DiscordFault
from bot.platforms.discord.ports import Counts

REFUSALS_MAX = 3
QUIET_MILLISECONDS = 10 * 60_000
CHANNELS_MAX = 10_000


@dataclass
class _Record:
    counts: dict[str, int] = field(default_factory=dict)
    until: int = 0
    fault: str = ""


class Quiet:
    """After three refusals of one kind in a channel nothing is asked there for ten minutes."""

    def __init__(self, clock: Clock, counts: Counts) -> None:
        self._clock = clock
        self._counts = counts
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def check(self, channel: str) -> None:
        """Raise the fault that silenced a channel, if it is silenced."""
        record = self._records.get(channel)
        if record is not None and self._clock() < record.until:
            raise DiscordFault(record.fault)

    def refused(self, channel: str, fault: DiscordFault) -> None:
        """Note what a request in a channel came to."""
        if fault.name not in REFUSALS:
            return
        self._counts.platform_refused("discord", fault.name)
        record = self._records.setdefault(channel, _Record())
        self._records.move_to_end(channel)
        count = record.counts[fault.name] = record.counts.get(fault.name, 0) + 1
        if count >= REFUSALS_MAX:
            record.until = self._clock() + QUIET_MILLISECONDS
            record.fault = fault.name
            record.counts.clear()
        while len(self._records) > CHANNELS_MAX:
            self._records.popitem(last=False)

    def worked(self, channel: str) -> None:
        """Note that a request in a channel was done."""
        self._records.pop(channel, None)
