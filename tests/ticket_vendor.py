"""A vendor in this process that gives tickets, and what it knows of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.errors import VendorError
from bot.core.ports import Drawing, DrawnPicture, ForgedCallback, StillDrawing, VendorOrder
from tests.vendors_for_tests import picture_bytes

EVERY_SECONDS = 5.0


@dataclass
class TicketLedger:
    """Draws nothing before `is_done`; `asked` are the orders that it took, `looks` counts questions about them.

    `troubles` are raised by the next orders: those with True are taken all the same. `words` is raised instead of the
    pictures. Lost tickets are found once `is_listed`.
    """

    troubles: deque[tuple[VendorError, bool]] = field(default_factory=deque)
    asked: list[VendorOrder] = field(default_factory=list)
    looks: int = 0
    sought: int = 0
    is_done: bool = False
    is_listed: bool = False
    words: dict[int, VendorError] = field(default_factory=dict)
    way: deque[VendorError] = field(default_factory=deque)

    async def submit(self, order: VendorOrder) -> str:
        """Take an order."""
        trouble, is_taken = self.troubles.popleft() if self.troubles else (None, True)
        if is_taken:
            self.asked.append(order)
        if trouble is not None:
            raise trouble
        return f"ticket-{order.call}"

    async def collect(self, order: VendorOrder, ticket: str) -> Drawing | StillDrawing:
        """Say how an order goes on."""
        assert ticket == f"ticket-{order.call}"
        self.looks += 1
        if self.way:
            raise self.way.popleft()
        if not self.is_done:
            return StillDrawing(EVERY_SECONDS)
        if order.index in self.words:
            raise self.words[order.index]
        drawn = []
        for place in range(order.count):
            path = order.folder / f"{order.index + place}.png"
            path.write_bytes(picture_bytes(f"{order.call} {place}"))
            drawn.append(DrawnPicture(path, "image/png"))
        return Drawing(tuple(drawn), cost_nano=20_000_000 * order.count)

    async def find(self, call: str) -> str | None:
        """Find an order that was taken."""
        self.sought += 1
        is_known = self.is_listed and any(order.call == call for order in self.asked)
        return f"ticket-{call}" if is_known else None

    def heard(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Believe whoever knows the word."""
        if headers.get("Word") != "swordfish":
            raise ForgedCallback
        return body.decode() or None
