"""Where a result goes: where it was asked, or into the thread of the picture that it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from bot.core.commands import Caller
from bot.core.errors import Refusal
from bot.core.phrases import shortened
from bot.core.postings import Posting
from bot.core.replies import Address
from bot.core.sentences import say
from bot.core.studio import JobCard
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.rest import Rest

log = structlog.get_logger(__name__)

NAME_CHARACTERS_MAX = 100
NO_THREAD = frozenset({"no_permission", "no_access", "too_many_threads", "thread_locked", "rejected"})


@dataclass(frozen=True)
class Spot:
    """A place to post. `replies_to` is a message there; `lead` a line for the first message.

    A thread that was reopened, and is closed all the same, is not reopened again.
    """

    channel: str
    parent: str
    replies_to: str | None = None
    lead: str = ""
    is_reopened: bool = False

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
        """Say where an answer goes: where it was asked, or into the thread of the picture that it is made from.

        The first edit of a picture opens its thread; what is varied or finished goes there once it is begun.
        """
        here = Spot(address.thread or address.channel, address.channel)
        # Only a message has no token: a result answers it where it stands.
        asked = replace(here, replies_to=None if address.token else address.message)
        if address.is_direct or address.thread or card is None:
            return asked
        made_from = await self._made_from(card, caller)
        if made_from is None or (await self._ports.studio.rules(caller)).threads == "never":
            return asked
        shown = await self._shown(made_from, card)
        channel = address.channel
        if shown is None or shown.channel != channel:
            return asked
        if shown.thread:
            return Spot(shown.thread, channel)
        # A thread has the id of its message, and outlives it.
        thread = Spot(shown.message, channel)
        if (first := await self._first_in(thread, address)) is not None:
            return _leading(thread, is_first=first == card.id)
        if card.parent_number is None:
            return asked
        opened = await self.opened(Spot(channel, channel, replies_to=shown.message), card)
        if opened.thread is None:
            return opened
        # Of several that come at the same moment one says how to go on, also after a crash.
        holder = await self._ports.members.put_first(_begins(address, opened), card.id)
        return _leading(opened, is_first=holder == card.id)

    async def resumed(self, address: Address, card: JobCard | None, first: Posting) -> Spot:
        """Go on where a try before this one began, with the words that it began with."""
        channel = first.channel or address.channel
        spot = Spot(first.thread or channel, channel)
        if spot.thread is None or card is None:
            return spot
        return _leading(spot, is_first=await self._ports.members.get(_begins(address, spot)) == card.id)

    async def _first_in(self, spot: Spot, address: Address) -> str | None:
        """Name the job that began a thread, "" where that is not known; None while it is not begun."""
        first = await self._ports.members.get(_begins(address, spot))
        if first is None and await self._ports.postings.is_begun(address, spot.channel):
            return ""
        return first

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
            if fault.name == "message_gone":
                return Spot(spot.parent, spot.parent, lead=say("message_gone"))
            return spot
        return Spot(thread, spot.parent)

    async def _made_from(self, card: JobCard, caller: Caller) -> JobCard | None:
        """Find the job whose picture this one changes, varies or finishes; these two keep its words."""
        number = card.parent_number or card.drawn_from
        if number is None:
            return None
        try:
            made_from = await self._ports.studio.job(number, caller)
        except Refusal:
            return None
        is_same = card.request.prompt == made_from.request.prompt
        return made_from if card.parent_number or is_same else None

    async def _shown(self, made_from: JobCard, card: JobCard) -> _Shown | None:
        """Find where the picture stands that a job changes, varies or finishes."""
        picture = card.request.parent or card.request.references[0]
        posting = await self._ports.postings.showing(made_from.id, picture)
        if posting is None or not posting.message or not posting.channel:
            return None
        return _Shown(posting.channel, posting.thread, posting.message)


@dataclass(frozen=True)
class _Shown:
    """Where a picture stands."""

    channel: str
    thread: str | None
    message: str


def _leading(spot: Spot, *, is_first: bool) -> Spot:
    return replace(spot, lead=say("thread_begins")) if is_first else spot


def _begins(address: Address, spot: Spot) -> str:
    """Name what is remembered of a thread: the job that began it."""
    return f"thread:{address.tenant}:{spot.thread}"
