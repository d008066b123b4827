"""What the Slack platform needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.core.chatports import ChatPorts
from bot.core.inbox import Inbox
from bot.core.postings import FirstMessages


class People(Protocol):
    """Knows our own row for each identity of a platform."""

    async def known(self, platform: str, tenant: str, user: str, name: str) -> str:
        """Return the id of the person; makes the row at the first visit."""
        ...


class Departures(Protocol):
    """Is told who is not there any more: what waits is cancelled, the books stay."""

    async def tenant_left(self, tenant: str) -> int:
        """Easel was removed from a workspace."""
        ...


@dataclass(frozen=True, kw_only=True)
class SlackPorts(ChatPorts):
    """Everything that the Slack platform is given."""

    firsts: FirstMessages
    inbox: Inbox
    people: People
    departures: Departures
