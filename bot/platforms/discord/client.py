"""The connection to Discord: logs in, declares the commands, listens, and stays connected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import structlog

from bot.platforms.discord.incoming import Ask, Said, ask_of, said_of
from bot.platforms.discord.rest import own_http
from bot.platforms.discord.settings import DiscordSettings

log = structlog.get_logger(__name__)

Take = Callable[[Any], Awaitable[None]]


def wanted_intents() -> discord.Intents:
    """Return what we listen to: servers and messages to us; nothing privileged."""
    intents = discord.Intents.none()
    intents.guilds = True
    intents.guild_messages = True
    intents.dm_messages = True
    return intents


class Gateway(discord.Client):
    """Hands everything on as plain data; whatever goes wrong with one thing does not touch the next."""

    def __init__(
        self,
        settings: DiscordSettings,
        *,
        on_ask: Callable[[Ask], Awaitable[None]],
        on_said: Callable[[Said, str], Awaitable[None]],
        on_gone: Callable[[str], Awaitable[None]],
    ) -> None:
        self._discord_settings = settings
        self._on_ask = on_ask
        self._on_said = on_said
        self._on_gone = on_gone
        self.is_up = False
        super().__init__(
            intents=wanted_intents(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    def _get_state(self, **options: Any) -> Any:
        # The one place where the library lets us bring an HTTP client of our own.
        self.http = own_http(self._discord_settings, self.loop)
        return super()._get_state(**options)

    async def stop_listening(self) -> None:
        """Leave the gateway; requests go on to work."""
        self.is_up = False
        socket: Any = self.ws  # None until the first connection
        if socket is not None and socket.open:
            await socket.close(code=1000)
        # The library would still say that it is ready, to a client that is closed by then.
        if (waiting := self._connection._ready_task) is not None:  # noqa: SLF001
            waiting.cancel()

    async def on_ready(self) -> None:
        self.is_up = True
        log.info("connected to Discord", servers=len(self.guilds))

    async def on_resumed(self) -> None:
        self.is_up = True

    async def on_disconnect(self) -> None:
        self.is_up = False

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._guarded(self._on_ask(ask_of(interaction)))

    async def on_message(self, message: discord.Message) -> None:
        if self.user is not None:
            await self._guarded(self._on_said(said_of(message, self.user), str(self.user.id)))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._guarded(self._on_gone(str(guild.id)))

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            await work
        except asyncio.CancelledError:
            raise
        except Exception:  # the edge: a bug in one act must not stop the others
            log.exception("an event of Discord could not be handled")
