"""Vendors and the front of the house, with a stopwatch: what they do is unchanged, how long it took is counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorRejected,
    VendorUnreachable,
)
from bot.core.front import Filled, Front, Incoming, Press
from bot.core.ports import Drawing, Report, StillDrawing, TicketVendor, Vendor, VendorOrder
from bot.core.replies import Reply
from bot.metrics import Metrics

OUTCOMES: tuple[tuple[type[VendorError], str], ...] = (
    (VendorBusy, "busy"),
    (VendorUnreachable, "unreachable"),
    (VendorRejected, "rejected"),
    (VendorAccount, "account"),
    (VendorRefused, "refused"),
    (VendorFailed, "failed"),
    (OutcomeUnknown, "unknown"),
)
"""What a call that raised is counted as."""

STARTED_MAX = 1_000
"""Calls that are given up here end at the vendor unseen; the oldest are forgotten."""


@dataclass(frozen=True)
class WatchedVendor:
    """A vendor whose calls are counted."""

    name: str
    vendor: Vendor
    metrics: Metrics

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Draw what is ordered, and count the call."""
        started = time.perf_counter()
        outcome = "broken"
        try:
            drawing = await self.vendor.draw(order, _WatchedReport(self, started, report))
            outcome = "answered"
        except VendorError as error:
            outcome = _outcome(error)
            raise
        except asyncio.CancelledError:
            outcome = "abandoned"
            raise
        finally:
            self.metrics.call_ended(self.name, outcome, time.perf_counter() - started)
        return drawing


@dataclass(frozen=True)
class WatchedTickets:
    """A vendor that gives tickets, whose calls are counted when they end, if this process has handed them in."""

    name: str
    vendor: TicketVendor
    metrics: Metrics
    _started: dict[str, float] = field(default_factory=dict)

    async def submit(self, order: VendorOrder) -> str:
        """Hand an order in; one that is not taken is counted."""
        self._started[order.call] = time.perf_counter()
        if len(self._started) > STARTED_MAX:
            self._started.pop(next(iter(self._started)))
        try:
            return await self.vendor.submit(order)
        except VendorError as error:
            self._end(order, _outcome(error))
            raise

    async def collect(self, order: VendorOrder, ticket: str) -> Drawing | StillDrawing:
        """Ask how an order goes on, and count it when it is done."""
        try:
            found = await self.vendor.collect(order, ticket)
        except (VendorBusy, VendorUnreachable):
            raise
        except VendorError as error:
            self._end(order, _outcome(error))
            raise
        if isinstance(found, Drawing):
            self._end(order, "answered")
        return found

    async def find(self, call: str) -> str | None:
        """Ask for a lost ticket."""
        return await self.vendor.find(call)

    def heard(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Read the ticket in a callback."""
        return self.vendor.heard(headers, body)

    def _end(self, order: VendorOrder, outcome: str) -> None:
        started = self._started.pop(order.call, None)
        if started is not None:
            self.metrics.call_ended(self.name, outcome, time.perf_counter() - started)


def watched(name: str, vendor: Vendor | TicketVendor, metrics: Metrics) -> Vendor | TicketVendor:
    """Put a stopwatch on a vendor of either kind."""
    if isinstance(vendor, TicketVendor):
        return WatchedTickets(name, vendor, metrics)
    return WatchedVendor(name, vendor, metrics)


def _outcome(error: VendorError) -> str:
    return next((word for kind, word in OUTCOMES if isinstance(error, kind)), "broken")


class _WatchedReport:
    """Passes everything on, and counts the first byte of a call once."""

    def __init__(self, watched: WatchedVendor, started: float, report: Report | None) -> None:
        self._watched = watched
        self._started = started
        self._report = report
        self._has_begun = False

    def first_byte(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._watched.metrics.call_begun(self._watched.name, time.perf_counter() - self._started)
        if self._report is not None:
            self._report.first_byte()

    async def partial(self, path: Path) -> None:
        if self._report is not None:
            await self._report.partial(path)


@dataclass(frozen=True)
class WatchedFront:
    """A front whose answers are timed."""

    front: Front
    metrics: Metrics

    async def receive(self, incoming: Incoming) -> Reply:
        """Answer a line, and count how long that took."""
        return await self._timed("line", self.front.receive(incoming))

    async def press(self, press: Press) -> Reply:
        """Answer a press, and count how long that took."""
        return await self._timed("press", self.front.press(press))

    async def submit(self, filled: Filled) -> Reply:
        """Answer options that came one by one, and count how long that took."""
        return await self._timed("form", self.front.submit(filled))

    async def price(self, incoming: Incoming) -> int | None:
        """Say what a line would hold; asked at every pause in the typing, so it is not counted."""
        return await self.front.price(incoming)

    async def _timed(self, kind: str, answer: Awaitable[Reply]) -> Reply:
        started = time.perf_counter()
        reply = await answer
        self.metrics.answered(kind, reply.kind, time.perf_counter() - started)
        return reply
