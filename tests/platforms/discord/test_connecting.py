"""Being connected: commands told once, a connection that comes back, a token that is wrong, an orderly end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from bot.app import App, build
from bot.platforms.discord.declaring import MESSAGE_COMMANDS
from bot.platforms.discord.settings import PERMISSIONS
from bot.storage.schema import alarms
from bot.storage.transaction import Tx
from commands import COMMANDS
from config import load
from tests.doubles.clock import PATIENCE_SECONDS
from tests.doubles.discord.double import Discord
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel
from tests.platforms.discord.easel import drawn, environment, running_easel

NAMES = [*(command.name for command in COMMANDS), *MESSAGE_COMMANDS]


async def test_commands_are_told_once(discord: Discord, art: Channel, tmp_path: Path) -> None:
    """A second start with the same commands tells nothing."""
    for _ in range(2):
        async with running_easel(discord, tmp_path):
            pass

    assert len(discord.wire.asked("PUT", "/applications/*/commands")) == 1


async def test_commands_that_somebody_else_declared_are_mended(
    discord: Discord, art: Channel, tmp_path: Path
) -> None:
    """Another version with the same token, or a script: what counts is what Discord has, not what we once told it."""
    async with running_easel(discord, tmp_path):
        [imagine] = [each for each in discord.world.commands.values() if each["name"] == "imagine"]
    whole = imagine["options"]
    imagine["options"] = whole[:1]

    async with running_easel(discord, tmp_path):
        await discord.world.changes.until(
            lambda: any(each.get("options") == whole for each in discord.world.commands.values()),
            "the command to be whole",
        )


async def test_only_what_is_needed_is_listened_to(easel: App, discord: Discord) -> None:
    """Servers, their messages and direct messages; nothing privileged."""
    [session] = discord.gateway.live

    assert session.intents == (1 << 0) | (1 << 9) | (1 << 12)


@pytest.mark.parametrize("how", ["asked", "invalid", "cut"])
async def test_a_connection_that_ends_comes_back(
    easel: App, discord: Discord, art: Channel, ann: Person, how: str
) -> None:
    """What happened meanwhile is heard after it, or is asked for anew."""
    before = discord.gateway.live
    if how == "asked":
        discord.gateway.ask_to_reconnect()
    elif how == "invalid":
        discord.gateway.invalidate(is_resumable=True)
    else:
        await discord.gateway.drop(1001)
    made = ann.slash(art, "help")

    assert before
    assert (await discord.response(made)).content


async def test_a_wrong_token_leaves_the_web_chat_alone(discord: Discord, tmp_path: Path) -> None:
    """One sentence in the log; /readyz says what is wrong."""
    environ = {**environment(discord, tmp_path), "DISCORD_TOKEN": "not-the-token"}
    async with build(load(environ)) as app, app.running() as address:
        chats = app.chats.discord
        assert chats is not None
        async with asyncio.timeout(20):
            while chats.readiness == "is connecting":  # noqa: ASYNC110 - logging in rings no bell
                await asyncio.sleep(0.01)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{address}/readyz") as ready:
                status, said = ready.status, await ready.json()
            async with session.get(address) as page:
                assert page.status == 200
        assert await _alarms(app) == ["token:discord"]

    assert status == 503
    assert said["parts"]["discord"] == "does not accept the token"


async def test_operators_hear_of_a_token_that_was_taken_back(easel: App, discord: Discord) -> None:
    """Discord closes the connection for good; whoever runs Easel is told elsewhere."""
    await discord.gateway.drop(4004)

    assert await _alarms(easel) == ["token:discord"]
    assert easel.chats.readiness() == {"discord": "does not accept the token"}


async def _alarms(app: App) -> list[str]:
    """Wait for the first alarm, and name what caused each."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await app.stores.database.read(_causes)):  # noqa: ASYNC110 - a row rings no bell
            await asyncio.sleep(0.01)
    return found


def _causes(db: Tx) -> list[str]:
    return list(db.execute(select(alarms.c.cause)).scalars())


async def test_discord_being_down_at_the_start_is_waited_for(
    discord: Discord, art: Channel, ann: Person, tmp_path: Path
) -> None:
    """The first login fails, the next one works."""
    discord.wire.plan("cut_before", "GET", "/users/@me")

    async with running_easel(discord, tmp_path):
        made = ann.slash(art, "help")
        assert (await discord.response(made)).content


async def test_what_was_ordered_is_delivered_while_easel_stops(
    discord: Discord, art: Channel, ann: Person, tmp_path: Path
) -> None:
    """It hears nobody any more, and posts what is being drawn."""
    async with running_easel(discord, tmp_path):
        made = await discord.answered(ann.slash(art, "imagine", {"prompt": "a lighthouse"}))

    assert made.answer_kind is not None
    assert (await drawn(discord, art)).files


@pytest.mark.slow
async def test_the_shell_prints_the_invitation_and_the_findings(discord: Discord, tmp_path: Path) -> None:
    """As whoever runs Easel calls it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environ = {**kept, **environment(discord, tmp_path)}

    async def said(*words: str) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *words, env=environ, stdout=asyncio.subprocess.PIPE
        )
        return (await process.communicate())[0].decode()

    invitation, findings = await asyncio.gather(said("invite"), said("doctor", "--json"))

    assert f"client_id={discord.world.bot.id}" in invitation
    assert f"permissions={PERMISSIONS}" in invitation
    assert [each for each in json.loads(findings) if each["area"] == "discord"]


async def test_a_process_without_a_gateway_delivers(
    discord: Discord, art: Channel, ann: Person, tmp_path: Path
) -> None:
    """An address is data: what another process took is posted by REST, the private answer is closed too."""
    fault = discord.wire.plan("hold_before", "POST", "/channels/*/messages")
    async with running_easel(discord, tmp_path, {"EASEL_DRAIN_SECONDS": "0"}):
        made = ann.slash(art, "imagine", {"prompt": "a lighthouse"})
        await fault.reached.wait()
    await fault.gone.wait()

    nowhere = {"DISCORD_GATEWAY_URL": "ws://127.0.0.1:9"}
    async with build(load({**environment(discord, tmp_path), **nowhere})) as app, app.running():
        picture = await drawn(discord, art)
        done = await discord.response(made, lambda each: "is done" in each.content)

        assert picture.id in done.content
        assert app.chats.discord is not None
        assert app.chats.discord.readiness is not True
