"""An unmodified discord.py client in front of the double, and what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.doubles.discord.double import Discord
from tests.doubles.discord.server import TOKEN


class Bot(discord.Client):
    """A bot that writes down what happens; tests add commands to its `tree` and call its methods."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.05, heartbeat_timeout=0.5)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.happened: list[str] = []
        self.changed = asyncio.Event()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Note every event's name, and the messages."""
        self.happened.append(event)
        if event == "message":
            self.heard.append(args[0])
        self.changed.set()
        super().dispatch(event, *args, **kwargs)

    async def until(self, event: str, times: int = 1) -> None:
        """Wait until something has happened so often."""
        async with asyncio.timeout(20):
            while self.happened.count(event) < times:
                self.changed.clear()
                await self.changed.wait()


def plain_intents() -> discord.Intents:
    """Servers, messages there and direct messages: nothing privileged."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_reactions=True)


@asynccontextmanager
async def pointed_at(double: Discord) -> AsyncIterator[None]:
    """Let discord.py's own constants name the double while the block runs."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = double.api_url, yarl.URL(double.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


@asynccontextmanager
async def connected(double: Discord, intents: discord.Intents | None = None) -> AsyncIterator[Bot]:
    """Give a client that is ready."""
    async with pointed_at(double), Bot(intents or plain_intents()) as bot:
        running = asyncio.create_task(bot.start(TOKEN))
        ready = asyncio.create_task(bot.until("ready"))
        await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            ready.cancel()
            await running
        try:
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(running, return_exceptions=True)
