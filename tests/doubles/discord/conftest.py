"""A Discord with one server, and a client of discord.py in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.doubles.discord.client import Bot, connected
from tests.doubles.discord.double import Discord, discord_serving
from tests.doubles.discord.puppets import Person
from tests.doubles.discord.state import Channel, Guild


@pytest.fixture
async def double() -> AsyncIterator[Discord]:
    async with discord_serving() as made:
        yield made


@pytest.fixture
def guild(double: Discord) -> Guild:
    return double.guild("Team")


@pytest.fixture
def art(double: Discord, guild: Guild) -> Channel:
    return double.channel(guild, "art")


@pytest.fixture
def ann(double: Discord, guild: Guild) -> Person:
    return double.member(guild, "Ann")


@pytest.fixture
async def bot(double: Discord, art: Channel, ann: Person) -> AsyncIterator[Bot]:
    async with connected(double) as made:
        yield made
