"""Who acts, from where: the caller behind an interaction or a message, also in direct messages."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from bot.core.commands import Caller
from bot.core.errors import NotAllowed
from bot.core.homes import Home
from bot.core.ports import Clock
from bot.core.replies import Address
from bot.platforms.discord.faults import DiscordFault
from bot.platforms.discord.incoming import Ask, Place, Said, User
from bot.platforms.discord.ports import DiscordPorts
from bot.platforms.discord.rest import Rest

PLATFORM = "discord"
CACHED_MILLISECONDS = 10 * 60_000
CACHED_MAX = 10_000


def tenant_of(guild: str) -> str:
    """Return our id of a server."""
    return f"{PLATFORM}:{guild}"


def guild_of(tenant: str) -> str:
    """Return Discord's id of a server of ours."""
    return tenant.removeprefix(f"{PLATFORM}:")


class Memberships:
    """Reads a person's roles in a server by REST, and remembers them for ten minutes."""

    def __init__(self, rest: Rest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], tuple[int, tuple[str, ...] | None]] = OrderedDict()

    async def roles(self, guild: str, user: str) -> tuple[str, ...] | None:
        """Return the roles of a member; None for somebody who is not one."""
        found = self._known.get((guild, user))
        if found is not None and self._clock() - found[0] < CACHED_MILLISECONDS:
            return found[1]
        try:
            member = await self._rest.member(guild, user)
            roles: tuple[str, ...] | None = tuple(str(role) for role in member.get("roles", ()))
        except DiscordFault as fault:
            if not fault.is_final and fault.name not in {"member_gone", "message_gone"}:
                raise
            roles = None
        self._known[guild, user] = (self._clock(), roles)
        while len(self._known) > CACHED_MAX:
            self._known.popitem(last=False)
        return roles

    def forget(self, guild: str, user: str) -> None:
        """Ask again at the next act."""
        self._known.pop((guild, user), None)


class Callers:
    """Finds the caller of every act; raises NotAllowed in direct messages of people without a home."""

    def __init__(self, ports: DiscordPorts, memberships: Memberships) -> None:
        self._ports = ports
        self._memberships = memberships

    async def of_ask(self, ask: Ask, *, spends: bool = True) -> Caller:
        """Return who used a command, button or form; it is answered by its token.

        What spends nothing needs no decided home: any of several will do.
        """
        address = self._address(ask.user, ask.place).model_copy(
            update={
                "message": ask.message.id if ask.message else None,
                "token": ask.token,
                "token_expires": ask.expires,
            }
        )
        return await self._caller(ask.user, ask.place, address, (f"i{ask.id}", spends))

    async def of_said(self, said: Said) -> Caller:
        """Return who wrote a message; an answer replies to it."""
        address = self._address(said.user, said.place).model_copy(update={"message": said.id})
        return await self._caller(said.user, said.place, address, (f"m{said.id}", True))

    async def is_let_in(self, place: Place) -> bool:
        """Whether messages in a server are heard at all; one that waits is told nothing in its channels."""
        if place.guild is None:
            return True
        return (await self._ports.know_tenant(PLATFORM, place.guild, place.guild_name)).is_approved

    def _address(self, user: User, place: Place) -> Address:
        return Address(
            platform=PLATFORM,
            tenant="",
            channel=place.channel,
            thread=place.thread,
            person="",
            user=user.id,
            upload_bytes_max=place.upload_bytes,
            is_direct=place.guild is None,
        )

    async def _caller(self, user: User, place: Place, address: Address, act: tuple[str, bool]) -> Caller:
        event, spends = act
        roles, is_admin = user.roles, user.is_admin
        if place.guild is None:
            tenant, roles = await self._home(user, spends=spends)
            is_admin = False
        else:
            tenant = (await self._ports.know_tenant(PLATFORM, place.guild, place.guild_name)).id
        person = await self._ports.members.known(PLATFORM, tenant, user.id, user.name)
        return Caller(
            person=person,
            address=address.model_copy(update={"tenant": tenant, "person": person}),
            name=user.name,
            event=event,
            is_admin=is_admin,
            roles=roles,
            channel_name=f"#{place.channel_name}" if place.channel_name else "",
        )

    async def _home(self, user: User, *, spends: bool) -> tuple[str, tuple[str, ...]]:
        """Find the server that pays in direct messages, and the person's roles there."""
        homes = await self._ports.members.homes(user.id)
        chosen = _chosen(homes) or (homes[0] if homes and not spends else None)
        if chosen is None:
            raise NotAllowed("home_missing" if not homes else "home_unclear")
        roles = await self._memberships.roles(guild_of(chosen.tenant), user.id)
        if roles is None:
            person = await self._ports.members.known(PLATFORM, chosen.tenant, user.id, user.name)
            await self._ports.departures.person_left(chosen.tenant, person)
            raise NotAllowed("home_left")
        return chosen.tenant, roles


def _chosen(homes: Sequence[Home]) -> Home | None:
    if len(homes) == 1:
        return homes[0]
    return next((home for home in homes if home.is_chosen), None)
