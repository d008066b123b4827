"""A vendor in this process that does what a test tells it, and keeps the vendor's side of the books.

A *turn* is what it does with one call: `draws()`, `busy(30)`, `refuses("output")` … Turns are used up in order; what
comes after them is drawn.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image

from bot.core.errors import (
    OutcomeUnknown,
    VendorAccount,
    VendorBusy,
    VendorError,
    VendorFailed,
    VendorRefused,
    VendorUnreachable,
)
from bot.core.ports import Drawing, DrawnPicture, Report, Usage, VendorOrder
from bot.storage.transaction import StorageFull

PRICE_NANO = 20_000_000


@dataclass(frozen=True)
class Bill:
    """What the vendor wants for one call."""

    call: str
    index: int
    pictures: int
    nano: int


class Gate:
    """Holds calls until it is opened; `reached` says that as many as expected are there."""

    def __init__(self, expected: int = 1) -> None:
        self.reached = asyncio.Event()
        self._opened = asyncio.Event()
        self._expected = expected

    def open(self) -> None:
        """Let everybody through."""
        self._opened.set()

    async def passed(self) -> None:
        """Wait at the gate."""
        self._expected -= 1
        if self._expected <= 0:
            self.reached.set()
        await self._opened.wait()


class LedgerVendor:
    """Draws tiny pictures, each different; `asked` and `bills` are the vendor's own records.

    `at` gives turns to the calls whose first picture has that index. With `honours_keys` an order that repeats a key
    gets the same answer and no further bill.
    """

    def __init__(
        self, *turns: Turn, at: Mapping[int, Sequence[Turn]] | None = None, honours_keys: bool = False
    ) -> None:
        self.asked: list[VendorOrder] = []
        self.bills: list[Bill] = []
        self.while_writing: Callable[[], None] = lambda: None
        self._turns = deque(turns)
        self._at = {index: deque(each) for index, each in (at or {}).items()}
        self._honours_keys = honours_keys
        self._known: dict[str, list[bytes]] = {}

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Take the next turn."""
        self.asked.append(order)
        return await self._turn(order)(self, order)

    def will(self, *turns: Turn) -> None:
        """Add turns that come next."""
        self._turns.extend(turns)

    def indices(self) -> list[int]:
        """List what was asked for, by the first picture's index."""
        return [order.index for order in self.asked]

    def paint(self, order: VendorOrder, count: int) -> list[bytes]:
        """Bill the order and give its pictures; a key that is known gives what it gave, free."""
        key = order.idempotency_key if self._honours_keys else None
        if key in self._known:
            return self._known[key]
        serial = len(self.bills)
        self.bills.append(Bill(order.call, order.index, count, PRICE_NANO * count))
        painted = [picture_bytes(f"{order.prompt} {serial} {place}") for place in range(count)]
        if key is not None:
            self._known[key] = painted
        return painted

    def hand_over(self, order: VendorOrder, painted: Sequence[bytes]) -> tuple[DrawnPicture, ...]:
        """Write the pictures into the order's folder, half of each first."""
        drawn = []
        for place, content in enumerate(painted):
            path = order.folder / f"{order.index + place}.png"
            path.write_bytes(content[: len(content) // 2])
            self.while_writing()
            path.write_bytes(content)
            drawn.append(DrawnPicture(path, "image/png"))
        return tuple(drawn)

    def _turn(self, order: VendorOrder) -> Turn:
        for turns in (self._at.get(order.index), self._turns):
            if turns:
                return turns.popleft()
        return draws()


Turn = Callable[[LedgerVendor, VendorOrder], Awaitable[Drawing]]


@dataclass(frozen=True)
class draws:  # noqa: N801 - reads as what the vendor does
    """Draw all that was ordered, or `fewer`; tell the bill and the tokens where they are given."""

    fewer: int = 0
    cost_nano: int | None = None
    usage: Usage | None = None

    async def __call__(self, vendor: LedgerVendor, order: VendorOrder) -> Drawing:
        painted = vendor.paint(order, order.count - self.fewer)
        return Drawing(vendor.hand_over(order, painted), self.cost_nano, self.usage)


@dataclass(frozen=True)
class waits_at:  # noqa: N801
    """Stand at a gate, then take another turn; the call is billed before, as a real one may be."""

    gate: Gate
    then: Turn = field(default_factory=draws)

    async def __call__(self, vendor: LedgerVendor, order: VendorOrder) -> Drawing:
        await self.gate.passed()
        return await self.then(vendor, order)


@dataclass(frozen=True)
class raises:  # noqa: N801
    """Bill if the fault says so, then raise it."""

    fault: Callable[[], Exception]
    bills: bool = False

    async def __call__(self, vendor: LedgerVendor, order: VendorOrder) -> Drawing:
        if self.bills:
            vendor.paint(order, order.count)
        raise self.fault()


@dataclass(frozen=True)
class hands_over:  # noqa: N801
    """Bill, and hand over these bytes as if they were the pictures."""

    contents: tuple[bytes, ...]

    async def __call__(self, vendor: LedgerVendor, order: VendorOrder) -> Drawing:
        vendor.paint(order, order.count)
        return Drawing(vendor.hand_over(order, self.contents))


async def breaks_one(vendor: LedgerVendor, order: VendorOrder) -> Drawing:
    """Draw and bill everything; the last file is damaged on its way."""
    painted = vendor.paint(order, order.count)
    return Drawing(vendor.hand_over(order, [*painted[:-1], painted[-1][:20]]))


def busy(retry_after_seconds: float) -> Turn:
    """Ask for patience; nothing is executed."""
    return raises(lambda: VendorBusy("busy", retry_after_seconds=retry_after_seconds))


def unreachable() -> Turn:
    """Refuse the connection."""
    return raises(lambda: VendorUnreachable("connect"))


def account_fault() -> Turn:
    """Refuse the operator's key."""
    return raises(lambda: VendorAccount("401"))


def fails() -> Turn:
    """Fail by the vendor's own fault, without a bill."""
    return raises(lambda: VendorFailed("500"))


def refuses(stage: str, *, cost_nano: int | None = None) -> Turn:
    """Refuse for safety; what was drawn before the refusal is billed."""

    def refusal() -> VendorError:
        return VendorRefused("safety", stage=stage, cost_nano=cost_nano)

    return raises(refusal, bills=stage != "input")


def hides_outcome() -> Turn:
    """Draw, bill, and lose the answer on its way."""
    return raises(lambda: OutcomeUnknown("reset"), bills=True)


def finds_no_room() -> Turn:
    """Draw and bill; there is no room to write the answer down."""
    return raises(lambda: StorageFull("no room"), bills=True)


def breaks() -> Turn:
    """Run into a bug of ours after the call was billed."""
    return raises(lambda: RuntimeError("a bug"), bills=True)


def garbage() -> Turn:
    """Hand over what is no picture."""
    return hands_over((b"<html>502 Bad Gateway</html>",))


def nothing() -> Turn:
    """Answer well, with no picture in it."""
    return hands_over(())


def picture_bytes(seed: str, *, side: int = 8, alpha: int = 255) -> bytes:
    """Make a small PNG; another seed gives other bytes."""
    red, green, blue = hashlib.sha256(seed.encode()).digest()[:3]
    buffer = BytesIO()
    Image.new("RGBA", (side, side), (red, green, blue, alpha)).save(buffer, "PNG")
    return buffer.getvalue()


def picture_file(folder: Path, seed: str, *, side: int = 8, alpha: int = 255) -> Path:
    """Write such a PNG into `folder`."""
    path = folder / f"{hashlib.sha256(seed.encode()).hexdigest()[:12]}.png"
    path.write_bytes(picture_bytes(seed, side=side, alpha=alpha))
    return path
