"""The whole of Easel in this process, connected to a Discord of a test; it draws offline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select, update

from bot.app import App, build
from bot.storage.schema import postings, tenants
from bot.storage.transaction import Tx
from config import load
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.server import TOKEN
from tests.doubles.discord.state import Channel, Guild, Message
from tests.doubles.exchanges import Sent
from tests.migrated import lay
from tests.vendors_for_tests import picture_bytes


def environment(discord: Discord, folder: Path) -> dict[str, str]:
    """Say how Easel finds its folder and this Discord."""
    return {
        "PORT": "0",
        "EASEL_DATA_DIR": str(folder / "data"),
        "EASEL_DRAIN_SECONDS": "5",
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
    }


@asynccontextmanager
async def running_easel(
    discord: Discord, folder: Path, more: Mapping[str, str] | None = None
) -> AsyncIterator[App]:
    """Run Easel until the block ends, connected and with its commands declared."""
    environ = {**environment(discord, folder), **(more or {})}
    lay(folder / "data" / "easel.db")
    before = list(discord.gateway.sessions.values())
    async with build(load(environ)) as app, app.running():
        await discord.wait_for_commands("imagine")
        await discord.world.changes.until(
            lambda: any(each not in before for each in discord.gateway.live), "Easel to connect"
        )
        yield app


PICTURE = Sent("harbour.png", "image/png", picture_bytes("harbour", side=64))


async def drawn(discord: Discord, channel: Channel) -> Message:
    """Wait for a finished picture in a channel."""
    return await discord.wait_for_message(channel, lambda each: bool(each.files) and each.seen_by is None)


async def picture_of(
    easel: App, discord: Discord, channel: Channel, person: Person, **options: str
) -> Message:
    """Draw a picture into a channel, and wait until Easel knows that it is there."""
    person.slash(channel, "imagine", {"prompt": "a lighthouse", **options})
    return await noted(easel, await drawn(discord, channel))


async def held_for_all(discord: Discord, guild: Guild, channel: Channel, person: Person) -> Message:
    """Order a picture where everybody sees how it goes on; returns what they see while it can be cancelled."""
    chief = discord.member(guild, "Chief", May.MANAGE_GUILD)
    await discord.response(chief.slash(channel, "easel channel", {"progress": "public"}))
    person.slash(channel, "imagine", {"prompt": "a lighthouse"})
    return await discord.wait_for_message(
        channel, lambda each: each.seen_by is None and any("Cancel" in label for label in labels(each))
    )


def labels(message: Message) -> list[str]:
    """Return what the buttons of a message say."""
    return [each.get("label", "") for each in message.components]


def labelled(message: Message, start: str) -> str:
    """Return the whole label of the button that begins so; a price may stand behind it."""
    return next(each for each in labels(message) if each.startswith(start))


async def nothing_happens(discord: Discord, channel: Channel, person: Person, *, after: Message) -> bool:
    """Whether what was said so far led to nothing: an order that comes later is answered, and nothing else is."""
    said = person.say(channel, f"{discord.bot_mention} the last order, a harbour")
    await discord.wait_for_message(
        channel, lambda each: bool(each.files) and "the last order" in each.content
    )
    mine = [each for each in channel.messages.values() if each.author_id == discord.world.bot.id]
    newer = [each for each in mine if int(each.id) > int(after.id)]
    return {each.wire.get("message_reference", {}).get("message_id") for each in newer} == {said.id}


async def noted(easel: App, message: Message) -> Message:
    """Wait until Easel knows where its picture stands; nobody answers faster than that but a test."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await easel.stores.database.read(_is_noted, message.id):  # noqa: ASYNC110 - tables ring no bell
            await asyncio.sleep(0.01)
    return message


def _is_noted(db: Tx, message: str) -> bool:
    found = select(postings.c.message).where(postings.c.message == message, postings.c.pictures != "[]")
    return db.execute(found).first() is not None


async def let_in(easel: App, guild: str) -> None:
    """Approve a server that was met."""
    await easel.stores.database.write(_approve, f"discord:{guild}")


def _approve(db: Tx, tenant: str) -> None:
    db.execute(update(tenants).where(tenants.c.id == tenant).values(state="approved"))


async def with_words(discord: Discord, channel: Channel, words: str) -> Message:
    """Wait for a picture in a channel whose message says this."""
    return await discord.wait_for_message(
        channel, lambda each: bool(each.files) and each.seen_by is None and words in each.content
    )


async def numbered(discord: Discord, channel: Channel, number: int) -> Message:
    """Wait for the picture of a job in a channel."""
    return await with_words(discord, channel, f"\\#{number} ")
