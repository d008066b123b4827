"""Two hundred commands of Discord within a second: how long one of them waits for its acknowledgement."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.result import Result, Sizes, percentile
from tests.doubles.discord.double import Discord, discord_serving
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel
from tests.kill.chat_easel import chat_easel, discord_settings

ROOT = Path(__file__).parents[1]
SECONDS = 1.0
DEADLINE_SECONDS = 3.0
BARE = """
import os, discord, yarl
from discord import app_commands
discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])
client = discord.Client(intents=discord.Intents(guilds=True))
tree = app_commands.CommandTree(client)

@tree.command()
async def imagine(interaction: discord.Interaction, prompt: str):
    "Answer, and do nothing else."
    await interaction.response.defer(ephemeral=True)

client.setup_hook = tree.sync
client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
"""


async def measure(sizes: Sizes, folder: Path) -> Sequence[Result]:
    """Let a bare discord.py client and Easel, each a process of its own, answer the same commands."""
    async with (
        _discord(sizes.commands) as (discord, channel, people),
        _bare(folder, discord_settings(discord)),
    ):
        bare = await _burst(discord, channel, people)
    async with (
        _discord(sizes.commands) as (discord, channel, people),
        chat_easel(folder, discord_settings(discord)) as easel,
    ):
        await easel.start()
        ours = await _burst(discord, channel, people)
    p99, base = percentile(ours, 0.99), percentile(bare, 0.99)
    return [
        Result(
            what=f"Discord: {sizes.commands} commands in a second → acknowledged, p99",
            measured=f"{p99 * 1e3:.0f} ms (p50 {percentile(ours, 0.5) * 1e3:.0f} ms)",
            baseline=f"a bare client of discord.py that only defers: {base * 1e3:.0f} ms",
            ratio=p99 / base,
            target=f"under {DEADLINE_SECONDS:.0f} s",
            is_met=p99 < DEADLINE_SECONDS,
        )
    ]


@asynccontextmanager
async def _discord(count: int) -> AsyncIterator[tuple[Discord, Channel, list[Person]]]:
    async with discord_serving() as discord:
        guild = discord.guild()
        people = [discord.member(guild, f"P{number}") for number in range(count)]
        yield discord, discord.channel(guild), people


async def _burst(discord: Discord, channel: Channel, people: Sequence[Person]) -> list[float]:
    """Send by the clock, whether or not those before are answered; returns the seconds that each waited."""
    await discord.wait_for_commands("imagine")
    made = []
    for person in people:
        made.append(person.slash(channel, "imagine", {"prompt": "a fox"}))
        await asyncio.sleep(SECONDS / len(people))
    for each in made:
        await discord.answered(each)
    return [each.wait_seconds for each in made]


@asynccontextmanager
async def _bare(folder: Path, settings: Mapping[str, str]) -> AsyncIterator[None]:
    environment = {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "ignore", **settings}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", BARE, cwd=folder, env=environment)
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
