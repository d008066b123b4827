"""What `easel doctor` finds out about Discord: each thing that can be wrong, with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import aiohttp
import pytest

from bot.app import App
from bot.chatapps import discord_commands
from bot.platforms.discord.examining import Expected, look
from bot.platforms.discord.settings import DiscordSettings
from bot.vendors import DIALECTS
from config import load
from tests.doubles.discord.double import Discord
from tests.doubles.discord.permissions import May
from tests.doubles.discord.server import TOKEN
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.exchanges import Told

APPLICATION = "/oauth2/applications/@me"


async def looks(discord: Discord, channel: str | None = None, *, approved: tuple[str, ...] = ()) -> list[Any]:
    """Look at everything."""
    settings = DiscordSettings(TOKEN, discord.api_url)
    return [each async for each in look(settings, Expected(commands_now(), approved), channel)]


def commands_now() -> list[dict[str, Any]]:
    """What an Easel without keys declares."""
    return discord_commands(load({}).offered(DIALECTS))


async def test_doctor_finds_what_the_bot_lacks(
    easel: App, discord: Discord, guild: Guild, art: Channel
) -> None:
    """In a channel, by name, with what becomes of Easel there."""
    shut = discord.channel(guild, "shut", bot_lacks=May.SEND_MESSAGES)

    fine = await looks(discord, art.id, approved=(f"discord:{guild.id}",))
    lacking = (await looks(discord, shut.id))[-1]

    assert [each.text for each in fine if each.grade == "fix"] == []
    assert "everything" in fine[-1].text
    assert "lacks Send Messages" in lacking.text
    assert lacking.next_step


async def test_doctor_names_servers_that_wait(easel: App, discord: Discord, guild: Guild) -> None:
    """Anybody may add a public bot."""
    found = [each for each in await looks(discord) if "not let in" in each.text]

    assert len(found) == 1
    assert "easel tenants approve" in (found[0].next_step or "")


async def test_doctor_says_when_the_token_is_wrong(discord: Discord) -> None:
    """And where the right one is."""
    settings = DiscordSettings("not-the-token", discord.api_url)

    [found] = [each async for each in look(settings, Expected([], ()))]

    assert found.grade == "fix"
    assert "DISCORD_TOKEN" in found.text


async def application(discord: Discord) -> dict[str, Any]:
    """Read the application as Discord shows it."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{discord.api_url}{APPLICATION}", headers={"Authorization": f"Bot {TOKEN}"}) as response,
    ):
        found: dict[str, Any] = await response.json()
    return found


@pytest.mark.parametrize(
    ("changes", "grade", "says"),
    [
        ({"interactions_endpoint_url": "https://example.com"}, "fix", "a web address instead"),
        ({"integration_types_config": {"1": {}}}, "fix", "cannot be added to servers"),
        ({"flags": 1 << 19}, "note", "Message Content"),
        ({"flags": 1 << 15 | 1 << 12}, "note", "Presence, Server Members"),
        ({}, "ok", "no more than it needs"),
    ],
    ids=["endpoint", "install", "content intent", "two intents", "as it should be"],
)
async def test_doctor_looks_at_the_application(
    easel: App, discord: Discord, changes: dict[str, Any], grade: str, says: str
) -> None:
    """Where its commands go, how it is installed, and which intents it was granted."""
    body = json.dumps(await application(discord) | changes).encode()
    told = Told(200, body, {"Content-Type": "application/json"})
    discord.wire.plan("answer", "GET", APPLICATION, told=told)

    [found] = [each for each in await looks(discord) if says in each.text]

    assert found.grade == grade
    assert bool(found.next_step) is (grade != "ok")


async def test_doctor_sees_that_the_commands_are_declared(easel: App, discord: Discord) -> None:
    """As Easel has them, prices and all, whatever Discord adds of its own."""
    [found] = [each for each in await looks(discord) if "commands are declared" in each.text]

    assert (found.grade, found.next_step) == ("ok", None)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda there: there.pop("imagine"), "imagine"),
        (lambda there: there["imagine"]["options"].pop(), "imagine"),
        (lambda there: there["quota"].update(default_member_permissions=None), "quota"),
        (lambda there: there["help"].update(description="Another"), "help"),
        (lambda there: there.update(gone={**there["help"], "name": "gone"}), "gone"),
    ],
    ids=["missing", "an option", "a right", "its words", "one too many"],
)
async def test_doctor_names_the_commands_that_differ(
    easel: App, discord: Discord, change: Callable[[dict[str, Any]], object], names: str
) -> None:
    """Another version has declared them, or they were changed by hand; the next start mends it."""
    there = {str(each["name"]): deepcopy(each) for each in discord.world.commands.values()}
    change(there)
    discord.world.commands = {each["id"] + each["name"]: each for each in there.values()}

    [found] = [each for each in await looks(discord) if "declared" in each.text]

    assert found.grade == "note"
    assert found.text == f"declared otherwise than Easel has them: {names}"
    assert "declares them" in found.next_step


async def test_doctor_warns_of_a_public_bot_in_servers_that_wait(
    easel: App, discord: Discord, guild: Guild
) -> None:
    """Where only its owner adds it, there is nothing to switch off."""
    [public] = [each for each in await looks(discord) if "not let in" in each.text]
    body = json.dumps(await application(discord) | {"bot_public": False}).encode()
    told = Told(200, body, {"Content-Type": "application/json"})
    discord.wire.plan("answer", "GET", APPLICATION, told=told)
    [private] = [each for each in await looks(discord) if "not let in" in each.text]

    assert "Public Bot off" in (public.next_step or "")
    assert "Public Bot" not in (private.next_step or "")


async def test_doctor_says_when_a_channel_cannot_be_seen(easel: App, discord: Discord, guild: Guild) -> None:
    """And how to name one; in a thread its channel's rights count."""
    hidden = discord.channel(guild, "hidden", bot_lacks=May.VIEW_CHANNEL)
    boss = discord.member(guild, "Boss")
    thread = discord.thread(discord.channel(guild, "shut", bot_lacks=May.ATTACH_FILES), "talk", boss)

    for channel in (hidden.id, "123456789012345678"):
        found = (await looks(discord, channel))[-1]
        assert found.grade in {"fix", "note"}
        assert found.next_step
    assert "lacks Attach Files" in (await looks(discord, thread.id))[-1].text
