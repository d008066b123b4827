"""Easel as it is, in front of a Discord of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.core.chat import Platform
from bot.platforms.discord import answering
from tests.doubles.discord import interactions
from tests.doubles.discord.double import Discord, discord_serving
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild
from tests.doubles.openai_simulator import OpenAISimulator
from tests.flow_proofs import PROOFS
from tests.longer import keep_proofs
from tests.platforms.discord.easel import running_easel
from tests.platforms.vendors import vendor_settings


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every flow is proved by `make test`; the rest of what needs all of Easel and a Discord is slow."""
    keep_proofs(items, Path(__file__).parent, "discord", PROOFS[Platform.DISCORD].values())


@pytest.fixture(autouse=True)
def _unhurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both sides wait as long as a busy machine takes, unless a test is about Discord's three seconds."""
    if request.node.get_closest_marker("hurried") is None:
        monkeypatch.setattr(answering, "AT_ONCE_SECONDS", 60.0)
        monkeypatch.setattr(interactions, "ANSWER_MS", 120_000)


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    """A Discord with nobody in it."""
    async with discord_serving() as made:
        yield made


@pytest.fixture
def guild(discord: Discord) -> Guild:
    """A server with the bot in it."""
    return discord.guild("Team")


@pytest.fixture
def art(discord: Discord, guild: Guild) -> Channel:
    """A channel."""
    return discord.channel(guild, "art")


@pytest.fixture
def ann(discord: Discord, guild: Guild) -> Person:
    """A member."""
    return discord.member(guild, "Ann")


@pytest.fixture
def bob(discord: Discord, guild: Guild) -> Person:
    """Another member."""
    return discord.member(guild, "Bob")


@pytest.fixture
async def easel(discord: Discord, art: Channel, tmp_path: Path) -> AsyncIterator[App]:
    """Easel, connected, with its commands declared."""
    async with running_easel(discord, tmp_path) as app:
        yield app


@pytest.fixture
async def vendor() -> AsyncIterator[OpenAISimulator]:
    """A vendor whose behaviour a test plans."""
    async with OpenAISimulator().serving() as made:
        yield made


@pytest.fixture
async def painting(
    discord: Discord, art: Channel, vendor: OpenAISimulator, tmp_path: Path
) -> AsyncIterator[App]:
    """Easel, connected, drawing with that vendor; nobody runs out of credits."""
    async with running_easel(discord, tmp_path, vendor_settings(vendor, tmp_path)) as app:
        yield app
