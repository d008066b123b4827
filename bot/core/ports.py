"""What the core needs from outside, each as small as it can be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

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
    links: tuple[str, ...] = field(default=(), repr=False)
    """Where a vendor that takes addresses only may fetch the references, in their order."""
    callback: str | None = field(default=None, repr=False)
    """Where the vendor may say that it is done."""


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
    served_by: str | None = None
    """The model that drew, where the vendor names another one than was ordered."""


@dataclass(frozen=True)
class StillDrawing:
    """The vendor is not done; looking again makes sense in so many seconds."""

    seconds: float


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


@runtime_checkable
class TicketVendor(Protocol):
    """Takes an order, gives a ticket for it at once, and draws while nobody waits."""

    async def submit(self, order: VendorOrder) -> str:
        """Hand an order in; returns its ticket. Raises a VendorError that says what is certain about the bill."""
        ...

    async def collect(self, order: VendorOrder, ticket: str) -> Drawing | StillDrawing:
        """Ask once how an order goes on, and fetch its pictures when they are done; costs nothing.

        `order` has neither references nor mask. A VendorError is the vendor's last word on the order; trouble on the
        way to it is none, and means StillDrawing.
        """
        ...

    async def find(self, call: str) -> str | None:
        """Ask for the ticket of a call whose answer was lost; None when the vendor does not know the call (yet).

        Raises OutcomeUnknown when the vendor cannot be asked so, VendorBusy or VendorUnreachable when not now.
        """
        ...

    def heard(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Read the ticket in a callback; None when it names none. Raises ForgedCallback."""
        ...


class ForgedCallback(Exception):
    """A callback that the vendor has not sent."""


class Links(Protocol):
    """Makes addresses of ours that only a vendor gets to know; each is signed."""

    def picture(self, sha256: str) -> str:
        """Return where these bytes can be fetched for a while, without a session."""
        ...

    def callback(self, call: str) -> str:
        """Return where a vendor may say that this call is done."""
        ...


class Deliver(Protocol):
    """Posts a reply where it belongs."""

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> Posted:
        """Post `reply`; `key` is the same on every try, so that a repeated post can be recognised.

        Raises Undeliverable.
        """
        ...


class GiveUp(Protocol):
    """Sees to it that a person hears of a reply that no try could post, at the latest when they come again."""

    async def __call__(self, address: Address, reply: Reply, *, key: str) -> None:
        """Say so where that works at once, else remember it. Safe to repeat."""
        ...


class Removal(BaseModel):
    """A picture to take out of a message of ours, which goes with its last picture.

    `address` names the message and where it stands; `reply` is the id that it was posted with.
    """

    model_config = ConfigDict(frozen=True)

    address: Address
    reply: str
    job: str
    picture: str


class Remove(Protocol):
    """Takes a picture out of what was posted; one that is gone already is fine."""

    async def __call__(self, removal: Removal) -> None:
        """Take it out. Raises Undeliverable; then it is tried again, unless that is final."""
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
