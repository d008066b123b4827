"""What the Discord platform needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.chatting import ChatFront, Drafts, Listener
from bot.core.commands import Command
from bot.core.fitting import FittingGallery
from bot.core.following import Watch
from bot.core.homes import Home
from bot.core.ports import Clock, KnowTenant
from bot.core.postings import Postings
from bot.core.studio import Studio


class Members(Protocol):
    """Knows our own row for each user, their homes, and small texts between starts."""

    async def known(self, platform: str, tenant: str, user: str, name: str) -> str:
        """Return the id of the person; makes the row at the first visit."""
        ...

    async def homes(self, user: str) -> Sequence[Home]:
        """List the approved servers where a user has used Easel."""
        ...

    async def get(self, key: str) -> str | None:
        """Return what was kept under a key."""
        ...

    async def put(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        ...


class Departures(Protocol):
    """Is told who is not there any more: what waits is cancelled, the books stay."""

    async def person_left(self, tenant: str, person: str) -> int:
        """Somebody has left a server, or was banned from it."""
        ...

    async def tenant_left(self, tenant: str) -> int:
        """The bot was removed from a server."""
        ...


class Counts(Protocol):
    """Counts what an operator looks at."""

    def platform_refused(self, platform: str, fault: str) -> None:
        """A platform refused a request for this reason."""
        ...


@dataclass(frozen=True)
class DiscordPorts:
    """Everything that the Discord platform is given."""

    commands: Sequence[Command[Any]]
    front: ChatFront
    listener: Listener
    drafts: Drafts
    watch: Watch
    gallery: FittingGallery
    studio: Studio
    postings: Postings
    members: Members
    know_tenant: KnowTenant
    counts: Counts
    departures: Departures
    clock: Clock
