"""From what the front says to the answer of an interaction: in time, to its caller only, with what it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import structlog

from bot.core.commands import Caller
from bot.core.errors import NotFound, Refusal
from bot.core.fitting import Room
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.platforms.discord.exchange import Exchange
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.files import Files, in_messages, more_of
from bot.platforms.discord.forms import modal
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.progress import Progress, body_of
from bot.platforms.discord.rendering import ALT_CHARACTERS_MAX, Look, message, overlong
from bot.platforms.discord.rest import SentFile
from bot.platforms.discord.statuses import Statuses
from bot.platforms.discord.undelivered import Undelivered

log = structlog.get_logger(__name__)

LONG_NAME = "prompt.txt"
AT_ONCE_SECONDS = 1.0
"""What takes longer is answered with a deferral first: Discord waits for three seconds, the way there included."""

CROWD = 10
"""With more than this under way, an order is deferred before anything else: all of them would take too long."""


class Answering:
    """Answers interactions."""

    def __init__(
        self, ports: DiscordPorts, progress: Progress, statuses: Statuses, undelivered: Undelivered
    ) -> None:
        self._ports = ports
        self._progress = progress
        self._statuses = statuses
        self._undelivered = undelivered
        self._files = Files(ports)
        self._under_way = 0

    async def answer(
        self, exchange: Exchange, work: Awaitable[tuple[Reply, Caller]], *, may_wait: bool = False
    ) -> Reply | None:
        """Do the work and show what came of it; a refusal on the way is an answer too.

        What `may_wait` never opens a form, which can only be a first answer.
        """
        self._under_way += 1
        try:
            return await self._answer(exchange, work, is_late=may_wait and self._under_way > CROWD)
        finally:
            self._under_way -= 1

    async def _answer(
        self, exchange: Exchange, work: Awaitable[tuple[Reply, Caller]], *, is_late: bool
    ) -> Reply | None:
        task = asyncio.ensure_future(_told(work))
        try:
            if not is_late:
                await asyncio.wait({task}, timeout=AT_ONCE_SECONDS)
            if not task.done():
                await exchange.defer()
            reply, caller = await task
            try:
                await self._show(exchange, reply, caller)
            except Refusal as refusal:
                # A picture that went meanwhile, or was never theirs to see, is found out when its bytes are wanted.
                reply = Reply(kind="refusal", text=str(refusal), private=True)
                await exchange.show(message(reply, Look(is_private=True)))
            if reply.aside is not None:
                await exchange.add(message(reply.aside, Look(is_private=True)))
            if caller is not None and reply.form is None:
                await self._undelivered.catch_up(exchange.ask, caller)
        except DiscordFault as fault:
            # The order stands all the same; its pictures come into the channel.
            log.warning("an interaction could not be answered", problem=fault.name)
            if not task.done():
                reply, _ = await task
                return reply
            return None
        return reply

    async def _show(self, exchange: Exchange, reply: Reply, caller: Caller | None) -> None:
        if reply.form is not None and exchange.state == "open":
            await exchange.form(modal(reply.form, exchange.ask.id))
            return
        if caller is None:
            await exchange.show(message(reply, Look(is_private=True)))
        elif reply.kind == "accepted" and reply.number is not None:
            await self._accepted(exchange, reply, caller)
        elif reply.buttons and reply.buttons[0].act == "original" and reply.kind == "info":
            await self._original(exchange, reply, caller)
        else:
            first, *others = await self._attached(reply, caller, exchange)
            await exchange.show(message(reply, Look(is_private=True)), first)
            for files in others:
                await exchange.add(message(more_of(reply), Look(is_private=True)), files)

    async def _accepted(self, exchange: Exchange, reply: Reply, caller: Caller) -> None:
        """Show the order with its price and place in line, then follow it."""
        assert reply.number is not None
        try:
            view = await self._ports.watch.look(reply.number, caller)
        except NotFound:
            await exchange.show(message(reply, Look(is_private=True)))
            return
        await exchange.show(body_of(view))
        self._progress.follow_privately(reply.number, caller)
        rules = await self._ports.studio.rules(caller)
        if rules.progress == "public" and not view.card.request.private and not caller.address.is_direct:
            await self._statuses.post(view, caller)

    async def _attached(self, reply: Reply, caller: Caller, exchange: Exchange) -> list[list[SentFile]]:
        """Find what is shown, a list for each request: one has room for 25 MiB only."""
        long = overlong(reply)
        if not reply.pictures and not reply.files and long is None:
            return [[]]
        await exchange.defer()
        ready = await self._files.ready(reply.pictures[:10], caller, exchange.ask.upload_bytes)
        shown, *others = [[each.sent for each in group] for group in in_messages(ready) or [[]]]
        words = [SentFile(long.value.encode(), LONG_NAME, mime="text/plain")] if long else []
        first = [*shown[: 10 - len(words)], *words, *await self._files.documents(reply, caller)][:10]
        return [first, *others]

    async def _original(self, exchange: Exchange, reply: Reply, caller: Caller) -> None:
        """Send the vendor's own bytes, as far as this person's own limit allows."""
        await exchange.defer()
        served = await self._ports.gallery.serve(reply.buttons[0].picture or "", caller, "original")
        plain = reply.model_copy(update={"buttons": ()})
        size = (await asyncio.to_thread(served.path.stat)).st_size
        if size > min(exchange.ask.upload_bytes, Room(25 * 2**20).bytes_max):
            link = await self._ports.gallery.original_link(reply.buttons[0].picture or "", caller)
            key = "original_too_large" if link is None else "original_linked"
            told = plain.model_copy(update={"text": say(key, size=-(-size // 2**20))})
            body = message(told, Look(is_private=True))
            await exchange.show({**body, "content": f"{body['content']}\n{link}"} if link else body)
            return
        card = await self._ports.studio.job_of(reply.buttons[0].picture or "", caller)
        alt = card.alt_of(reply.buttons[0].picture) if card else ""
        file = SentFile(served.path, served.name, alt[:ALT_CHARACTERS_MAX], served.mime)
        await exchange.show(message(plain, Look(is_private=True)), [file])


async def _told(work: Awaitable[tuple[Reply, Caller]]) -> tuple[Reply, Caller | None]:
    try:
        return await work
    except Refusal as refusal:
        return Reply(kind="refusal", text=str(refusal), private=True), None
    except DiscordFault as fault:
        log.warning("Discord could not be asked", problem=fault.name)
        return Reply(kind="failure", text=say("discord_unreachable"), private=True), None
