"""Pictures that Discord does not let us show: who ordered them is told, at once or when they come back."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import structlog

from bot.core.commands import Caller
from bot.core.postings import Posting
from bot.core.replies import Address, Button, Reply
from bot.core.sentences import say
from bot.platforms.discord.exchange import edit_of
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.incoming import Ask
from bot.platforms.discord.ports import Members
from bot.platforms.discord.private import PrivateMessages
from bot.platforms.discord.rendering import Look, message
from bot.platforms.discord.rest import Rest

log = structlog.get_logger(__name__)

NUMBERS_MAX = 5
"""So many are named at once; all are in /history."""

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "no_permission": "refused_permission",
        "no_access": "refused_access",
        "channel_gone": "refused_channel",
        "bot_gone": "refused_bot",
        "thread_locked": "refused_thread",
        "too_large": "refused_size",
        "word_blocked": "refused_words",
        "unreadable": "refused_unreadable",
    }
)
"""What is said of a fault that ends a delivery; any other one is `refused_other`."""


class Undelivered:
    """Tells people of finished pictures that could not be posted."""

    def __init__(self, rest: Rest, members: Members, private: PrivateMessages) -> None:
        self._rest = rest
        self._members = members
        self._private = private

    async def tell(
        self, address: Address, reply: Reply, fault: DiscordFault, status: Posting | None = None
    ) -> None:
        """Say so in the private message of the order or in its status, else at the person's next command or press."""
        if reply.kind != "result" or reply.number is None:
            return
        key = SENTENCES.get(fault.name, "refused_other")
        button = Button(act="open", label="Get result", job=reply.job, words=str(reply.number))
        told = Reply(kind="info", text=say(key, number=reply.number), buttons=(button,), private=True)
        try:
            if await self._private.conclude(address, message(told, Look(is_private=True))):
                return
            if status is not None and (where := status.thread or status.channel):
                body = edit_of(message(told, Look(asker=address.user)))
                await self._rest.edit(where, status.message or "", body)
                return
        except DiscordFault as again:
            log.info("nobody could be told of a picture", problem=again.name)
        await self.keep(address, reply)

    async def keep(self, address: Address, reply: Reply) -> None:
        """Remember a finished picture of which its person is told when they come again."""
        if reply.kind != "result" or reply.number is None:
            return
        kept = await self._members.get(_key(address.tenant, address.person)) or ""
        numbers = list(dict.fromkeys([*kept.split(), str(reply.number)]))
        await self._members.put(_key(address.tenant, address.person), " ".join(numbers[-NUMBERS_MAX:]))

    async def catch_up(self, ask: Ask, caller: Caller) -> None:
        """Say once, beside the answer to a command or press, which pictures could not be shown before."""
        key = _key(caller.tenant, caller.person)
        # Most people are owed nothing, and reading costs less than taking.
        if await self._members.get(key) is None or not (kept := await self._members.take(key)):
            return
        lines = [say("undelivered", number=number) for number in kept.split()]
        told = Reply(kind="info", text="\n".join(lines), private=True)
        try:
            await self._rest.follow_up(ask.application, ask.token, message(told, Look(is_private=True)))
        except DiscordFault as fault:
            # It is still owed, unless more came meanwhile: that one leads to /history as well.
            log.info("nobody could be told of a picture", problem=fault.name)
            await self._members.put_first(key, kept)


def _key(tenant: str, person: str) -> str:
    return f"undelivered:{tenant}:{person}"
