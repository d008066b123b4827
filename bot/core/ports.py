"""What the core needs from outside, each as small as it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.core.replies import Address, Posted, Reply


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> int:
        """Return milliseconds since 1970, UTC."""
        ...


class NewId(Protocol):
    """Makes ids."""

    def __call__(self) -> str:
        """Return a new id of 24 characters."""
        ...


@dataclass(frozen=True)
class MetTenant:
    """A server or workspace: our id of it, the `tenant` of every address there, and whether its people may act."""

    id: str
    is_approved: bool


class KnowTenant(Protocol):
    """Is told of every server or workspace that a platform meets; of several met at once, in the order of joining."""

    async def __call__(self, platform: str, tenant: str, name: str) -> MetTenant:
        """Find a tenant by the platform's own id, or decide about a new one. Safe to repeat."""
        ...


@dataclass(frozen=True)
class VendorOrder:
    """One paid call. References are our own stored files, the picture to change first.

    The vendor writes its pictures into `folder` as complete files. `index` is the position of the call's first picture
    in the job, from 0.
    """

    call: str
    model: str
    prompt: str
    width: int
    height: int
    quality: str
    format: str
    background: str
    count: int
    index: int
    references: tuple[Path, ...]
    mask: Path | None
    folder: Path
    idempotency_key: str | None
    partials: int = 0
    """How many partial pictures are wanted while one picture is drawn."""


@dataclass(frozen=True)
class Usage:
    """Tokens that a call used, where the vendor tells."""

    text_in: int
    image_in: int
    image_out: int


@dataclass(frozen=True)
class DrawnPicture:
    """One picture as the vendor sent it."""

    path: Path
    mime: str


@dataclass(frozen=True)
class Drawing:
    """What one call gave: files in the order's folder; bill in nano-dollars, tokens and vendor's own id where known."""

    pictures: tuple[DrawnPicture, ...]
    cost_nano: int | None = None
    usage: Usage | None = None
    request_id: str | None = None


class Report(Protocol):
    """Is told how a call goes on while the vendor draws."""

    def first_byte(self) -> None:
        """The vendor has begun to answer."""
        ...

    async def partial(self, path: Path) -> None:
        """The picture looks like this so far; the next one replaces it, and none is part of the drawing."""
        ...


class Vendor(Protocol):
    """Draws pictures for money."""

    async def draw(self, order: VendorOrder, report: Report | None = None) -> Drawing:
        """Draw what is ordered, telling `report` how it goes on.

        Raises a VendorError that says what is certain about the bill.
        """
        ...


class Deliver(Protocol):
    """Posts a reply where it belongs."""

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post `reply`; `key` is the same on every try, so that a repeated post can be recognised.

        Raises Undeliverable.
        """
        ...


class Undeliverable(Exception):
    """A reply could not be posted now; `is_final` says that no later try will work."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        self.reason = reason
        self.is_final = is_final
        super().__init__(reason)


class Courier(Protocol):
    """Delivers job ids to workers, at least once each, again after a crash."""

    async def run(self, handle: Callable[[str], Awaitable[None]]) -> None:
        """Deliver until cancelled."""
        ...
