"""Where a result goes: where it was asked, or into the thread of the picture that it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.replies import Address
from bot.core.sentences import say
from bot.core.studio import JobCard
from bot.core.wording import shortened
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.rest import Rest

log = structlog.get_logger(__name__)

NAME_CHARACTERS_MAX = 100
NO_THREAD = frozenset({"no_permission", "no_access", "too_many_threads", "thread_locked", "rejected"})


@dataclass(frozen=True)
class Spot:
    """A place to post. `replies_to` is a message there; `lead` a line for the first message."""

    channel: str
    parent: str
    replies_to: str | None = None
    lead: str = ""

    @property
    def thread(self) -> str | None:
        """The thread, if this is one."""
        return self.channel if self.channel != self.parent else None


class Threads:
    """Finds and opens the threads of pictures."""

    def __init__(self, rest: Rest, ports: DiscordPorts) -> None:
        self._rest = rest
        self._ports = ports

    async def spot(self, address: Address, card: JobCard | None, caller: Caller) -> Spot:
        """Say where an answer goes; the first edit of a picture opens its thread."""
        here = Spot(address.thread or address.channel, address.channel)
        # Only a message has no token: a result answers it where it stands.
        asked = replace(here, replies_to=None if address.token else address.message)
        if address.is_direct or address.thread or card is None or card.parent_number is None:
            return asked
        rules = await self._ports.studio.rules(caller)
        shown = await self._shown(card.parent_number, caller)
        if shown is None or rules.threads == "never":
            return asked
        channel, thread, message = shown
        if channel != address.channel:
            return asked
        if thread:
            return Spot(thread, channel)
        opened = await self.opened(Spot(channel, channel, replies_to=message), card)
        if opened.thread is None or await self._ports.postings.is_begun(address, opened.thread):
            return opened
        return replace(opened, lead=say("thread_begins"))

    async def opened(self, spot: Spot, card: JobCard) -> Spot:
        """Open the thread of the message that `spot` replies to, or stay with a reply where that may not be."""
        assert spot.replies_to is not None
        name = shortened(card.request.prompt, NAME_CHARACTERS_MAX) or f"#{card.number}"
        try:
            thread = await self._rest.thread_on(spot.parent, spot.replies_to, name)
        except DiscordFault as fault:
            if fault.name not in NO_THREAD and fault.name not in {"message_gone", "channel_gone"}:
                raise
            log.info("no thread could be opened", channel=spot.parent, problem=fault.name)
            return spot
        return Spot(thread, spot.parent)

    async def _shown(self, number: int, caller: Caller) -> tuple[str, str | None, str] | None:
        """Find where the pictures of a job stand: channel, thread and message."""
        try:
            parent = await self._ports.studio.job(number, caller)
        except Refusal:
            return None
        notes = await self._ports.postings.find(f"{parent.id}:result")
        for posting in notes.values():
            if posting.message and posting.channel:
                return posting.channel, posting.thread, posting.message
        return None
