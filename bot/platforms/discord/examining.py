"""What `easel doctor` and `easel invite` ask Discord: token, application, commands, servers and permissions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import discord

from bot.platforms.discord.callers import tenant_of
from bot.platforms.discord.declaring import differing
from bot.platforms.discord.faults import DiscordFault, fault_of
from bot.platforms.discord.permissions import computed, missing
from bot.platforms.discord.rest import Rest, own_http
from bot.platforms.discord.settings import DiscordSettings, invite_url

Grade = Literal["ok", "note", "fix"]
SERVERS_SHOWN_MAX = 20
PRIVILEGED: Mapping[str, int] = MappingProxyType(
    {"Presence": 3 << 12, "Server Members": 3 << 14, "Message Content": 3 << 18}
)
"""Flags of an application by the privileged intent that they grant. Source: discord-api-docs, "Application Flags"."""
THREADS = frozenset({10, 11, 12})


@dataclass(frozen=True)
class Looked:
    """One thing that was looked at, how it stands, and what to do."""

    grade: Grade
    text: str
    next_step: str | None = None


@dataclass(frozen=True)
class Expected:
    """What should be there: all commands as they are declared, and the tenants that may spend."""

    commands: Sequence[Mapping[str, Any]]
    approved: Collection[str]


async def invitation(settings: DiscordSettings) -> str:
    """Return the address that adds the bot to a server; raises DiscordFault."""
    async with _asking(settings) as rest:
        return invite_url(str((await rest.application())["id"]))


async def look(
    settings: DiscordSettings, expected: Expected, channel: str | None = None
) -> AsyncIterator[Looked]:
    """Look at everything, the most basic first; with a channel also at what the bot may do there."""
    try:
        async with _asking(settings) as rest:
            async for looked in _looks(rest, expected, channel):
                yield looked
    except DiscordFault as fault:
        if fault.name == "bad_token":
            step = "Copy the token again: Discord's developer portal, your application, Bot, Reset Token."
            yield Looked("fix", "Discord does not accept DISCORD_TOKEN", step)
        else:
            yield Looked("fix", "Discord cannot be asked", "Look at the network, or try again later.")


@asynccontextmanager
async def _asking(settings: DiscordSettings) -> AsyncIterator[Rest]:
    http = own_http(settings, asyncio.get_running_loop())
    try:
        try:
            await http.static_login(settings.token)
        except discord.LoginFailure as error:
            raise DiscordFault("bad_token") from error
        except (discord.DiscordException, OSError, TimeoutError) as error:
            raise fault_of(error) from error
        yield Rest(http)
    finally:
        await http.close()


async def _looks(rest: Rest, expected: Expected, channel: str | None) -> AsyncIterator[Looked]:
    me, application = await rest.me(), await rest.application()
    yield Looked("ok", f"logged in as {me['username']}; no privileged intent is needed")
    for looked in _application(application):
        yield looked
    yield _commands(await rest.commands(str(application["id"])), expected)
    guilds = await rest.guilds()
    for looked in _servers(guilds, application, expected):
        yield looked
    if channel is not None:
        yield await _channel(rest, channel, str(me["id"]))
    else:
        for looked in _permissions(guilds):
            yield looked


def _application(application: Mapping[str, Any]) -> list[Looked]:
    found = []
    if application.get("interactions_endpoint_url"):
        step = "Developer portal, General Information: empty Interactions Endpoint URL."
        found.append(Looked("fix", "commands are sent to a web address instead of to Easel", step))
    installs = application.get("integration_types_config")
    if installs is not None and "0" not in installs:
        step = "Developer portal, Installation: tick Guild Install."
        found.append(Looked("fix", "the bot cannot be added to servers", step))
    flags = int(application.get("flags") or 0)
    unneeded = [name for name, bits in PRIVILEGED.items() if flags & bits]
    if unneeded:
        step = "Developer portal, Bot: switch it off; Discord then shows Easel fewer of people's words."
        found.append(
            Looked("note", f"an intent is granted that Easel does not use: {', '.join(unneeded)}", step)
        )
    return found or [
        Looked("ok", "the application is set up to be added to servers, with no more than it needs")
    ]


def _commands(there: Sequence[Mapping[str, Any]], expected: Expected) -> Looked:
    changed = differing(expected.commands, there)
    if not changed:
        return Looked("ok", f"{len(there)} commands are declared as Easel has them")
    text = f"declared otherwise than Easel has them: {', '.join(changed)}"
    return Looked("note", text, "Start Easel, or start it again; it declares them.")


def _servers(
    guilds: Sequence[Mapping[str, Any]], application: Mapping[str, Any], expected: Expected
) -> list[Looked]:
    waiting = [each for each in guilds if tenant_of(str(each["id"])) not in expected.approved]
    if not guilds:
        return [Looked("note", "the bot is in no server yet", "Add it with the address of: easel invite")]
    if not waiting:
        return [Looked("ok", f"in {len(guilds)} servers, all let in")]
    names = ", ".join(str(each["name"]) for each in waiting[:3])
    text = f"{len(waiting)} of {len(guilds)} servers are not let in: {names}"
    steps = "easel tenants approve, or remove the bot there."
    if application.get("bot_public"):
        steps += " Anybody may add this bot: switch Public Bot off in the developer portal."
    return [Looked("note", text, steps)]


def _permissions(guilds: Sequence[Mapping[str, Any]]) -> list[Looked]:
    found = []
    for guild in guilds[:SERVERS_SHOWN_MAX]:
        lacks = missing(discord.Permissions(int(guild.get("permissions", 0))))
        if lacks:
            found.append(_lacking(str(guild["name"]), [each.label for each in lacks], lacks[0].without))
    return found or [Looked("ok", "the bot's role has every permission that it needs")]


async def _channel(rest: Rest, channel: str, me: str) -> Looked:
    try:
        there = await rest.channel(channel)
        name = str(there.get("name", channel))
        if there.get("type") in THREADS:
            there = await rest.channel(str(there["parent_id"]))
        guild = await rest.guild(str(there["guild_id"]))
        member = await rest.member(str(there["guild_id"]), me)
    except (DiscordFault, KeyError):
        step = "Right-click the channel, Copy Channel ID; the bot must be in that server and see it."
        return Looked("fix", f"channel {channel} cannot be seen", step)
    lacks = missing(computed(guild, member, there))
    if lacks:
        return _lacking(f"#{name}", [each.label for each in lacks], lacks[0].without)
    return Looked("ok", f"in #{name} the bot may do everything that it needs")


def _lacking(where: str, labels: Sequence[str], without: str) -> Looked:
    text = f"{where}: the bot lacks {', '.join(labels)}, so {without}"
    return Looked(
        "note", text, "Give its role these permissions: Server Settings, Roles; or the channel's own."
    )
