"""What the Slack platform needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.chatting import ChatFront, Drafts, Listener
from bot.core.commands import Command
from bot.core.fitting import FittingGallery
from bot.core.following import Watch
from bot.core.inbox import Inbox
from bot.core.ports import Clock, KnowTenant
from bot.core.postings import FirstMessages, Postings
from bot.core.replies import Address
from bot.core.studio import Studio


class People(Protocol):
    """Knows our own row for each identity of a platform."""

    async def known(self, platform: str, tenant: str, user: str, name: str) -> str:
        """Return the id of the person; makes the row at the first visit."""
        ...


class Shown(Protocol):
    """Knows what stands in our messages."""

    async def job_at(self, address: Address, message: str) -> int | None:
        """Return the number of the job whose pictures a message in the address's channel shows."""
        ...


class Departures(Protocol):
    """Is told who is not there any more: what waits is cancelled, the books stay."""

    async def tenant_left(self, tenant: str) -> int:
        """Easel was removed from a workspace."""
        ...


@dataclass(frozen=True)
class SlackPorts:
    """Everything that the Slack platform is given."""

    commands: Sequence[Command[Any]]
    front: ChatFront
    listener: Listener
    drafts: Drafts
    watch: Watch
    gallery: FittingGallery
    studio: Studio
    postings: Postings
    firsts: FirstMessages
    inbox: Inbox
    shown: Shown
    people: People
    know_tenant: KnowTenant
    departures: Departures
    clock: Clock
