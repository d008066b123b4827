"""The part of the composition root that puts the chat platforms together; each is imported only when it is set up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.chats import ChatParts, open_chat
from bot.core.alarms import Alarm
from bot.core.catalogue import Catalogue
from bot.core.chatports import ChatPorts
from bot.core.errors import EaselError
from bot.core.front import Bell, Front
from bot.core.mounts import Mount
from bot.core.ports import Clock, Deliver, GiveUp, NewId, Remove
from bot.core.postings import FirstMessages
from bot.core.preferences import Preferences, TenantRules, default_model
from bot.gallery import EaselGallery
from bot.members import Members, People
from bot.metrics import Metrics
from bot.offers import plain_offers
from bot.storage import alarms, operator
from bot.storage.admission import Send
from bot.storage.database import Database
from bot.storage.inbox import TableInbox
from bot.storage.postings import ShownJobs
from bot.storage.reading import reading
from bot.storage.tenancy import Doors
from bot.studio import EaselStudio
from bot.tenancy import Tenancy
from commands import COMMANDS
from config import Config, ConfigError

if TYPE_CHECKING:
    from bot.platforms.discord.examining import Looked
    from bot.platforms.discord.server import Discord
    from bot.platforms.discord.settings import DiscordSettings
    from bot.platforms.slack.examining import Looked as SlackLooked
    from bot.platforms.slack.server import SlackChat
    from bot.platforms.slack.settings import SlackSettings

SLACK_PATH = "/slack/events"
DISCORD_BOX_CHARACTERS = 4_000


@dataclass(frozen=True)
class Shared:
    """What every chat platform is made from."""

    config: Config
    database: Database
    tenancy: Tenancy
    studio: EaselStudio
    gallery: EaselGallery
    front: Front
    bell: Bell
    metrics: Metrics
    firsts: FirstMessages
    send: Send
    clock: Clock
    new_id: NewId


@dataclass(frozen=True)
class Chats:
    """The chat platforms that are set up."""

    discord: Discord | None = None
    slack: SlackChat | None = None

    @property
    def deliver(self) -> Mapping[str, Deliver]:
        """What posts replies, by platform."""
        found: dict[str, Deliver] = {}
        if self.discord:
            found["discord"] = self.discord.deliver
        if self.slack:
            found["slack"] = self.slack.deliver
        return found

    @property
    def give_up(self) -> Mapping[str, GiveUp]:
        """What tells people of replies that no try could post, by platform."""
        return {"discord": self.discord.give_up} if self.discord else {}

    @property
    def remove(self) -> Mapping[str, Remove]:
        """What takes pictures out of messages, by platform."""
        found: dict[str, Remove] = {}
        if self.discord:
            found["discord"] = self.discord.remove
        if self.slack:
            found["slack"] = self.slack.remove
        return found

    @property
    def mounts(self) -> Mapping[str, Mount]:
        """What they are asked over the web server, by path."""
        return {SLACK_PATH: self.slack.receive} if self.slack else {}

    def readiness(self) -> Mapping[str, bool | str]:
        """Say of each platform whether it is up, or why not."""
        found: dict[str, bool | str] = {}
        if self.discord:
            found["discord"] = self.discord.readiness
        if self.slack:
            found["slack"] = self.slack.readiness()
        return found

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hear people while the block runs; what they ordered can still be delivered after it."""
        async with AsyncExitStack() as stack:
            if self.discord:
                await stack.enter_async_context(self.discord.running())
            if self.slack:
                await stack.enter_async_context(self.slack.running())
            yield

    async def close(self) -> None:
        """Deliver nothing any more."""
        if self.discord:
            await self.discord.close()
        if self.slack:
            await self.slack.close()


def tenancy_of(config: Config, database: Database, clock: Clock) -> Tenancy:
    """Make what all platforms tell of the servers and workspaces that they meet."""
    doors = Doors(config.settings.tenants, config.plans.newcomer_cap)
    return Tenancy(database, clock, doors, config.plans.time_zone)


def chats(shared: Shared) -> Chats:
    """Put the chat platforms together whose tokens are set."""
    settings = shared.config.settings
    return Chats(
        discord=_discord(shared) if settings.discord_token else None,
        slack=_slack(shared) if settings.slack_bot_token else None,
    )


def _discord(shared: Shared) -> Discord:
    from bot.platforms.discord.ports import DiscordPorts  # noqa: PLC0415 - only where it is set up
    from bot.platforms.discord.server import Discord  # noqa: PLC0415

    ports = DiscordPorts(
        **_ports(shared, box_characters=DISCORD_BOX_CHARACTERS),
        members=Members(shared.database, shared.clock, shared.new_id),
        counts=shared.metrics,
        departures=shared.studio.leaving,
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


def _slack(shared: Shared) -> SlackChat:
    from bot.platforms.slack.ports import SlackPorts  # noqa: PLC0415 - only where it is set up
    from bot.platforms.slack.server import SlackChat  # noqa: PLC0415
    from bot.platforms.slack.views import TEXT_CHARACTERS_MAX  # noqa: PLC0415

    ports = SlackPorts(
        **_ports(shared, box_characters=TEXT_CHARACTERS_MAX),
        firsts=shared.firsts,
        inbox=TableInbox(shared.database, shared.clock, shared.send),
        people=People(shared.database, shared.clock, shared.new_id),
        departures=shared.studio.leaving,
    )
    return SlackChat(slack_settings(shared.config), ports)


def _ringing(shared: Shared) -> Callable[[Alarm], Awaitable[None]]:
    async def ring(alarm: Alarm) -> None:
        await shared.database.write(alarms.ring, (alarm,), now=shared.clock())

    return ring


def slack_settings(config: Config) -> SlackSettings:
    """Say how to reach Slack; raises ConfigError when a token is missing."""
    from bot.platforms.slack.settings import SlackSettings  # noqa: PLC0415

    settings = config.settings
    app_token, signing_secret = settings.slack_app_token, settings.slack_signing_secret
    if settings.slack_bot_token is None or (app_token is None and signing_secret is None):
        raise ConfigError(
            "Slack needs SLACK_BOT_TOKEN, and SLACK_APP_TOKEN (a socket) or SLACK_SIGNING_SECRET (HTTP)."
            " docs/how-to/connect-slack.md says where they come from."
        )
    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        app_token=app_token.get_secret_value() if app_token else None,
        signing_secret=signing_secret.get_secret_value() if signing_secret else None,
        api_url=settings.slack_api_url,
        prefix=settings.slack_command_prefix,
    )


def _ports(shared: Shared, *, box_characters: int) -> dict[str, Any]:
    """Make what every chat platform is given; its forms take texts of at most `box_characters`."""
    parts = ChatParts(
        commands=COMMANDS,
        front=shared.front,
        studio=shared.studio,
        plans=shared.config.plans,
        database=shared.database,
        bell=shared.bell,
        clock=shared.clock,
        new_id=shared.new_id,
    )
    chat = open_chat(parts, box_characters=box_characters)
    ports = ChatPorts(
        commands=COMMANDS,
        front=chat.front,
        listener=chat.listener,
        watch=chat.watch,
        gallery=shared.gallery,
        studio=shared.studio,
        postings=chat.postings,
        shown=ShownJobs(shared.database),
        know_tenant=shared.tenancy,
        clock=shared.clock,
        ring=_ringing(shared),
    )
    return dict(vars(ports))


async def discord_invitation(config: Config) -> str:
    """Return the address that adds the bot to a Discord server; raises ConfigError where that cannot be told."""
    from bot.platforms.discord.examining import invitation  # noqa: PLC0415
    from bot.platforms.discord.faults import DiscordFault  # noqa: PLC0415

    try:
        return await invitation(discord_settings(config))
    except DiscordFault as fault:
        why = "does not accept DISCORD_TOKEN" if fault.name == "bad_token" else "cannot be asked"
        raise ConfigError(f"Discord {why}. Run easel doctor; it says what to do.") from fault


async def discord_looks(config: Config, offered: Catalogue, channel: str | None) -> Sequence[Looked]:
    """Look at everything about Discord, with a channel's id also at what the bot may do there.

    `offered` is what Easel would offer if it started now.
    """
    from bot.platforms.discord.examining import Expected, look  # noqa: PLC0415

    try:
        async with reading(config.database_url) as database:
            known = await database.read(operator.tenants_known)
    except (EaselError, OSError):
        known = []
    approved = {each.id for each in known if each.state == "approved"}
    expected = Expected(discord_commands(offered), approved)
    return [each async for each in look(discord_settings(config), expected, channel)]


def discord_commands(offered: Catalogue) -> list[dict[str, Any]]:
    """Write the commands as an Easel that offers this declares them."""
    from bot.platforms.discord.declaring import Offer, declared  # noqa: PLC0415

    default = default_model(offered, Preferences(), TenantRules())
    return declared(COMMANDS, Offer(plain_offers(offered, default)))


async def slack_looks(config: Config, now: int) -> Sequence[SlackLooked]:
    """Look at everything about Slack; `now` is in milliseconds."""
    from bot.platforms.slack.examining import Looked as Found  # noqa: PLC0415
    from bot.platforms.slack.examining import look  # noqa: PLC0415

    try:
        settings = slack_settings(config)
    except ConfigError as error:
        return [Found("fix", str(error))]
    return [each async for each in look(settings, config.settings.public_url, now)]
