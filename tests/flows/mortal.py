"""What a process does to the world, with a fuse in it: after every step the process may die.

A step is what the world can notice; to die before one is to die after the one before it. What reads, or commits without
a change, is no step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from bot.core.ports import Deliver, Drawing, Report, StillDrawing, VendorOrder
from bot.core.replies import Address, Posted, Reply
from bot.storage.database import Database
from bot.storage.files import PictureFiles, StoredFile
from bot.storage.transaction import Tx
from tests.ticket_vendor import TicketLedger
from tests.vendors_for_tests import LedgerVendor

P = ParamSpec("P")
T = TypeVar("T")


class Died(BaseException):
    """The process is gone: nothing of ours may catch this."""


class Fuse:
    """Counts the steps of one process and kills it at step `fatal`; a dead process does nothing more."""

    def __init__(self, fatal: int | None = None) -> None:
        self.steps: list[str] = []
        self.is_dead = False
        self._fatal = fatal

    def step(self, name: str) -> None:
        """Note a step; raises Died at the fatal one and ever after."""
        self.check()
        self.steps.append(name)
        if len(self.steps) == self._fatal:
            self.is_dead = True
            raise Died

    def check(self) -> None:
        """Raise Died in a dead process."""
        if self.is_dead:
            raise Died


class MortalDatabase:
    """A database whose process may die after every commit that changed something."""

    def __init__(self, inner: Database, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    async def write(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def noting_changes(db: Tx) -> tuple[T, bool]:
            connection: Any = db.connection.dbapi_connection
            before = connection.total_changes
            value = function(db, *args, **kwargs)
            return value, connection.total_changes > before

        self._fuse.check()
        value, is_changed = await self._inner.write(noting_changes)
        if is_changed:
            self._fuse.step(getattr(function, "__name__", "write"))
        return value

    async def write_patiently(
        self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.write(function, *args, **kwargs)

    async def read(self, function: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._fuse.check()
        return await self._inner.read(function, *args, **kwargs)

    async def close(self) -> None:
        await self._inner.close()


class MortalFiles(PictureFiles):
    """Files whose process may die after each change; `troubles` are raised instead of a change, by its name."""

    def __init__(self, root: Path, fuse: Fuse, troubles: dict[str, deque[Exception]]) -> None:
        super().__init__(root)
        self._fuse = fuse
        self._troubles = troubles

    def store(self, source: Path | bytes) -> StoredFile:
        return self._around("store", lambda: PictureFiles.store(self, source))

    def seal(self, call_id: str, meta: bytes) -> None:
        self._around("seal", lambda: PictureFiles.seal(self, call_id, meta))

    def discard(self, call_id: str) -> None:
        self._around("discard", lambda: PictureFiles.discard(self, call_id))

    def _around(self, name: str, do: Callable[[], T]) -> T:
        self._fuse.check()
        if self._troubles.get(name):
            raise self._troubles[name].popleft()
        value = do()
        self._fuse.step(name)
        return value


class MortalVendor:
    """A vendor whose customer may die while the answer is written down, and after it."""

    def __init__(self, inner: LedgerVendor, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        self._fuse.check()
        self._inner.while_writing = lambda: self._fuse.step("writing")
        drawing = await self._inner.draw(order, report)
        self._fuse.step("draw")
        return drawing


class MortalTickets:
    """A vendor that gives tickets, whose customer may die after the order was taken and after an answer."""

    def __init__(self, inner: TicketLedger, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    async def submit(self, order: VendorOrder) -> str:
        self._fuse.check()
        ticket = await self._inner.submit(order)
        self._fuse.step("submit")
        return ticket

    async def collect(self, order: VendorOrder, ticket: str) -> Drawing | StillDrawing:
        self._fuse.check()
        found = await self._inner.collect(order, ticket)
        self._fuse.step("collect")
        return found

    async def find(self, call: str) -> str | None:
        self._fuse.check()
        return await self._inner.find(call)

    def heard(self, headers: Mapping[str, str], body: bytes) -> str | None:
        return self._inner.heard(headers, body)


class MortalDeliver:
    """A platform whose caller may die after a post."""

    def __init__(self, inner: Deliver, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        self._fuse.check()
        posted = await self._inner(address, reply, key=key)
        self._fuse.step("post")
        return posted
