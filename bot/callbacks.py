"""Callbacks of vendors: checked, kept in one row, answered at once; what they are about is looked at by a worker."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot.core.ports import Clock, ForgedCallback, TicketVendor
from bot.counters import Counter
from bot.storage import callbacks
from bot.storage.admission import Send
from bot.storage.database import Database

log = structlog.get_logger(__name__)


class Callbacks:
    """Hears what vendors call back about."""

    def __init__(self, database: Database, counters: Mapping[str, Counter], send: Send, clock: Clock) -> None:
        self._database = database
        self._counters = counters
        self._send = send
        self._clock = clock

    async def hear(self, call: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Keep a callback that came to the address of `call`; False for one that its vendor cannot have sent."""
        name = await self._database.read(callbacks.vendor_of, call)
        counter = self._counters.get(name or "")
        if counter is None or not isinstance(counter.vendor, TicketVendor):
            return False
        try:
            ticket = counter.vendor.heard(headers, body)
        except ForgedCallback:
            log.warning("a forged callback was turned away", call=call, vendor=name)
            return False
        return await self._database.write(callbacks.hear, call, ticket, self._send, now=self._clock())
