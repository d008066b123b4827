"""What every chat platform is given; each adds what only it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.alarms import Alarm
from bot.core.chatting import ChatFront, Listener
from bot.core.commands import Command
from bot.core.fitting import FittingGallery
from bot.core.following import Watch
from bot.core.ports import Clock, KnowTenant
from bot.core.postings import Postings
from bot.core.replies import Address
from bot.core.studio import Studio

Ring = Callable[[Alarm], Awaitable[None]]
"""Tells operators what they should know; what has the same cause is told together."""


class Shown(Protocol):
    """Knows what stands in our messages."""

    async def job_at(self, address: Address, message: str) -> int | None:
        """Return the number of the job whose pictures a message in the address's channel shows."""
        ...


@dataclass(frozen=True, kw_only=True)
class ChatPorts:
    """Hears and answers (`front`, `listener`), follows jobs (`watch`), finds pictures and where they stand."""

    commands: Sequence[Command[Any]]
    front: ChatFront
    listener: Listener
    watch: Watch
    gallery: FittingGallery
    studio: Studio
    postings: Postings
    shown: Shown
    know_tenant: KnowTenant
    clock: Clock
    ring: Ring
