"""Who uses Easel: the people behind the identities of the platforms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.homes import Home
from bot.core.ports import Clock, NewId
from bot.storage import discord
from bot.storage.database import Database
from bot.storage.people import Identity, know_person, met, name_person


@dataclass(frozen=True)
class People:
    """Knows everybody, for the platforms: one person for each identity."""

    database: Database
    clock: Clock
    new_id: NewId

    async def known(self, platform: str, tenant: str, user: str, name: str) -> str:
        """Return the id of the person; makes the row at the first visit."""
        who = Identity(platform, tenant, user, name)
        found = await self.database.read(met, who)
        if found is None:
            return await self.database.write(know_person, who, self.new_id(), now=self.clock())
        person, is_nameless = found
        if is_nameless:
            await self.database.write(name_person, who)
        return person


@dataclass(frozen=True)
class Members(People):
    """Knows who uses Easel where on Discord, and keeps small texts between starts."""

    async def homes(self, user: str) -> Sequence[Home]:
        """List the approved servers where a user has used Easel."""
        found = await self.database.read(discord.homes, "discord", user)
        return [Home(tenant, is_chosen) for tenant, is_chosen in found]

    async def get(self, key: str) -> str | None:
        """Return what was kept under a key."""
        return await self.database.read(discord.recall, key)

    async def put_first(self, key: str, value: str) -> str:
        """Keep a text under a key unless one is kept; returns what is kept."""
        return await self.database.write(discord.remember_first, key, value, now=self.clock())

    async def take(self, key: str) -> str | None:
        """Return what was kept under a key, and keep it no more."""
        return await self.database.write(discord.take, key)

    async def put(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        await self.database.write(discord.remember, key, value, now=self.clock())
