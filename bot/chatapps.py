"""The part of the composition root that puts the chat platforms together; each is imported only when it is set up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.chatting import ChatMeans, ChatReception
from bot.core.front import Bell, Front
from bot.core.ports import Clock, Deliver, NewId
from bot.following import JobWatch, Measurements
from bot.gallery import EaselGallery
from bot.hearing import ChatListener, HearingMeans
from bot.members import Members
from bot.metrics import Metrics
from bot.storage.database import Database
from bot.storage.postings import PostingNotes
from bot.storage.tenancy import Doors
from bot.studio import EaselStudio
from bot.suggesting import Suggesting
from bot.tenancy import Tenancy
from commands import COMMANDS
from config import Config, ConfigError

if TYPE_CHECKING:
    from bot.platforms.discord.server import Discord
    from bot.platforms.discord.settings import DiscordSettings


@dataclass(frozen=True)
class Shared:
    """What every chat platform is made from."""

    config: Config
    database: Database
    studio: EaselStudio
    gallery: EaselGallery
    front: Front
    bell: Bell
    metrics: Metrics
    clock: Clock
    new_id: NewId


@dataclass(frozen=True)
class Chats:
    """The chat platforms that are set up."""

    discord: Discord | None = None

    @property
    def deliver(self) -> Mapping[str, Deliver]:
        """What posts replies, by platform."""
        return {"discord": self.discord.deliver} if self.discord else {}

    def readiness(self) -> Mapping[str, bool | str]:
        """Say of each platform whether it is up, or why not."""
        return {"discord": self.discord.readiness} if self.discord else {}

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear people while the block runs; what they ordered can still be delivered after it."""
        async with AsyncExitStack() as stack:
            if self.discord:
                await stack.enter_async_context(self.discord.running())
            yield

    async def close(self) -> None:
        """Deliver nothing any more."""
        if self.discord:
            await self.discord.close()


def chats(shared: Shared) -> Chats:
    """Put the chat platforms together whose tokens are set."""
    settings = shared.config.settings
    return Chats(discord=_discord(shared) if settings.discord_token else None)


def _discord(shared: Shared) -> Discord:
    from bot.platforms.discord.ports import DiscordPorts  # noqa: PLC0415 - only where it is set up
    from bot.platforms.discord.server import Discord  # noqa: PLC0415

    front = _front(shared)
    ports = DiscordPorts(
        commands=COMMANDS,
        front=front,
        listener=_listener(shared, front),
        drafts=front,
        watch=_watch(shared),
        gallery=shared.gallery,
        studio=shared.studio,
        postings=PostingNotes(shared.database),
        members=Members(shared.database, shared.clock, shared.new_id),
        know_tenant=_tenancy(shared),
        counts=shared.metrics,
        clock=shared.clock,
    )
    return Discord(discord_settings(shared.config), ports)


def discord_settings(config: Config) -> DiscordSettings:
    """Say how to reach Discord; raises ConfigError without a token."""
    from bot.platforms.discord.settings import DiscordSettings  # noqa: PLC0415

    settings = config.settings
    if settings.discord_token is None:
        raise ConfigError(
            "DISCORD_TOKEN is not set. docs/how-to/connect-discord.md says where the token comes from."
        )
    token = settings.discord_token.get_secret_value()
    return DiscordSettings(token, settings.discord_api_url, settings.discord_gateway_url)


def _front(shared: Shared) -> ChatReception:
    return ChatReception(
        ChatMeans(
            front=shared.front,
            studio=shared.studio,
            commands={command.name: command for command in COMMANDS},
            database=shared.database,
            clock=shared.clock,
            new_id=shared.new_id,
            suggesting=Suggesting(shared.studio, shared.database, shared.config.plans, shared.clock),
        )
    )


def _listener(shared: Shared, chat: ChatReception) -> ChatListener:
    return ChatListener(
        HearingMeans(
            front=shared.front,
            chat=chat,
            studio=shared.studio,
            commands=frozenset(command.name for command in COMMANDS),
            database=shared.database,
            clock=shared.clock,
        )
    )


def _watch(shared: Shared) -> JobWatch:
    measurements = Measurements(shared.database, shared.clock)
    return JobWatch(shared.studio, shared.database, shared.bell, measurements)


def _tenancy(shared: Shared) -> Tenancy:
    plans = shared.config.plans
    doors = Doors(shared.config.settings.tenants, plans.newcomer_cap)
    return Tenancy(shared.database, shared.clock, doors, plans.time_zone)


async def discord_invitation(config: Config) -> str:
    """Return the address that adds the bot to a Discord server; raises ConfigError where that cannot be told."""
    from bot.platforms.discord.examining import invitation  # noqa: PLC0415
    from bot.platforms.discord.faults import DiscordFault  # noqa: PLC0415

    try:
        return await invitation(discord_settings(config))
    except DiscordFault as fault:
        why = "does not accept DISCORD_TOKEN" if fault.name == "bad_token" else "cannot be asked"
        raise ConfigError(f"Discord {why}. Run easel doctor; it says what to do.") from fault
