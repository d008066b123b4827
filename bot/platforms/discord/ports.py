"""What the Discord platform needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.chatports import ChatPorts
from bot.core.homes import Home


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

    async def put_first(self, key: str, value: str) -> str:
        """Keep a text under a key unless one is kept; returns what is kept."""
        ...

    async def take(self, key: str) -> str | None:
        """Return what was kept under a key, and keep it no more."""
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


@dataclass(frozen=True, kw_only=True)
class DiscordPorts(ChatPorts):
    """Everything that the Discord platform is given."""

    members: Members
    counts: Counts
    departures: Departures
