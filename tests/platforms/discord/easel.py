"""The whole of Easel in this process, connected to a Discord of a test; it draws offline."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import App, build
from config import load
from tests.doubles.discord.double import Discord
from tests.doubles.discord.server import TOKEN
from tests.doubles.discord.state import Channel, Message
from tests.doubles.exchanges import Sent
from tests.vendors_for_tests import picture_bytes


@asynccontextmanager
async def running_easel(
    discord: Discord, folder: Path, more: Mapping[str, str] | None = None
) -> AsyncIterator[App]:
    """Run Easel until the block ends, connected and with its commands declared."""
    environ = {
        "PORT": "0",
        "EASEL_DATA_DIR": str(folder / "data"),
        "EASEL_DRAIN_SECONDS": "5",
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        **(more or {}),
    }
    async with build(load(environ)) as app, app.running():
        await discord.wait_for_commands("imagine")
        await discord.gateway.connected()
        yield app


PICTURE = Sent("harbour.png", "image/png", picture_bytes("harbour", side=64))


async def drawn(discord: Discord, channel: Channel) -> Message:
    """Wait for a finished picture in a channel."""
    return await discord.wait_for_message(channel, lambda each: bool(each.files) and each.seen_by is None)


def labels(message: Message) -> list[str]:
    """Return what the buttons of a message say."""
    return [each.get("label", "") for each in message.components]
