"""What the web chat needs from outside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.core.chatlog import ChatDraft, ChatMessage
from bot.core.front import Bell, Front, Gallery
from bot.core.mounts import Mount
from bot.core.ports import Clock, NewId
from bot.core.studio import Studio
from bot.core.vendorsheets import VendorBook
from bot.platforms.web.links import PublicLinks


class Chat(Protocol):
    """Keeps the messages of every person's chat."""

    async def add(self, draft: ChatDraft) -> ChatMessage:
        """Keep a message; a known id, or a known event of this person, gives the message that is there."""
        ...

    async def deliver(self, draft: ChatDraft) -> ChatMessage:
        """Keep an answer once by its `reply_key`: in its job's open message, else as one of its own."""
        ...

    async def rewrite(self, message: str, person: str, body: str, *, is_deleted: bool) -> ChatMessage | None:
        """Change the body of the person's message, or mark it as deleted."""
        ...

    async def adopt(self, thread: str, person: str, into: str) -> None:
        """Move all messages of a thread into another thread of the same person."""
        ...

    async def find(self, message: str, person: str) -> ChatMessage | None:
        """Find a message of this person."""
        ...

    async def find_event(self, event: str, person: str) -> ChatMessage | None:
        """Find the message that an event of this person made."""
        ...

    async def version(self, person: str) -> int:
        """Return the newest `changed` of this person's messages, 0 when there are none."""
        ...

    async def changes(self, person: str, after: int, *, limit: int) -> Sequence[ChatMessage]:
        """List messages that changed after version `after`, in the order of their changes."""
        ...

    async def page(self, person: str, before: int | None, *, limit: int) -> Sequence[ChatMessage]:
        """List the newest messages before `seq`, oldest first."""
        ...

    async def open(self, person: str) -> Sequence[ChatMessage]:
        """List the messages about jobs whose answer was not delivered yet, oldest first."""
        ...


class People(Protocol):
    """Knows our own row for each identity of a platform."""

    async def known(self, platform: str, tenant: str, user: str, name: str) -> str:
        """Return the id of the person; makes the row at the first visit."""
        ...


@dataclass(frozen=True)
class Outside:
    """What a vendor needs of us: `path_of` says where bytes are, `hear` takes a callback unless it is forged."""

    links: PublicLinks
    path_of: Callable[[str], Path]
    hear: Callable[[str, Mapping[str, str], bytes], Awaitable[bool]]


@dataclass(frozen=True)
class WebPorts:
    """Everything that the web chat is given; `readiness` says of each part whether it is up, or why not."""

    front: Front
    gallery: Gallery
    studio: Studio
    chat: Chat
    people: People
    bell: Bell
    clock: Clock
    new_id: NewId
    readiness: Callable[[], Awaitable[Mapping[str, bool | str]]]
    outside: Outside | None = None
    """What vendors may do without a session."""
    mounts: Mapping[str, Mount] = field(default_factory=dict)
    """What other platforms ask over this server, by path."""
    vendors: VendorBook | None = None
    """What is known of vendors, for their page."""
    metrics: Callable[[], Awaitable[bytes]] | None = None
    """Writes the page of numbers that Prometheus reads."""
