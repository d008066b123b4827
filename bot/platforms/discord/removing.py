"""Takes messages away: of a deleted picture, and questions that are answered or too old."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from bot.core.ports import Removal, Undeliverable
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.incoming import Ask
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.rest import Rest

log = structlog.get_logger(__name__)

GONE = frozenset({"message_gone", "channel_gone", "bot_gone"})
"""Whatever held the picture is not there any more, and neither is the picture."""


class Removing:
    """Removes what should not be seen any more; what is gone already is fine."""

    def __init__(self, rest: Rest, ports: DiscordPorts) -> None:
        self._rest = rest
        self._ports = ports
        self._tasks: set[asyncio.Task[None]] = set()

    async def take_out(self, removal: Removal) -> None:
        """Take a picture out of the messages that show it; a message goes with its last picture."""
        for posting in (await self._ports.postings.find(removal.reply)).values():
            if removal.picture in posting.pictures and posting.message:
                where = posting.thread or posting.channel or removal.address.channel
                try:
                    await self._without(where, posting.message, removal.picture)
                except DiscordFault as fault:
                    if fault.name not in GONE:
                        raise Undeliverable(fault.name, is_final=fault.is_final) from fault

    async def question(self, ask: Ask) -> None:
        """Remove a question of ours that was answered."""
        if ask.message is not None and ask.message.is_ours:
            await self.message(ask.place.here, ask.message.id)

    def later(self, channel: str, message: str, seconds: float) -> None:
        """Remove a message after a while."""

        async def wait_and_remove() -> None:
            await asyncio.sleep(seconds)
            await self.message(channel, message)

        task = asyncio.create_task(wait_and_remove())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Remove now what was to be removed later."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def message(self, channel: str, message: str) -> None:
        """Remove a message of ours."""
        try:
            await self._rest.delete(channel, message)
        except DiscordFault as fault:
            log.info("a message could not be removed", problem=fault.name)

    async def _without(self, channel: str, message: str, picture: str) -> None:
        shown = await self._rest.message(channel, message)
        left: list[dict[str, Any]] = [
            {"id": each["id"]}
            for each in shown.get("attachments", ())
            if picture not in each.get("filename", "")
        ]
        if left:
            await self._rest.edit(channel, message, {"attachments": left})
        else:
            await self._rest.delete(channel, message)
