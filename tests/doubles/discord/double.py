"""Discord for tests: the platform, and the people, servers and channels that a test puts into it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.doubles.clock import PATIENCE_SECONDS, Clock
from tests.doubles.discord.interactions import Interaction
from tests.doubles.discord.permissions import BOT, EVERYONE, May
from tests.doubles.discord.puppets import Person, join
from tests.doubles.discord.refusals import Json
from tests.doubles.discord.routes_channels import open_thread
from tests.doubles.discord.server import DiscordServer
from tests.doubles.discord.shapes import channel_wire, guild_create, thread_wire
from tests.doubles.discord.state import (
    FORUM,
    LOADING,
    PUBLIC_THREAD,
    REQUIRE_TAG,
    TEXT,
    Channel,
    Guild,
    Member,
    Message,
    Role,
    User,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOTHING = May(0)


@dataclass
class Discord(DiscordServer):
    """The platform with its people. `guild`, `channel`, `member` make; `wait_for_…` wait for what the bot does."""

    people: list[Person] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """The platform's clock."""
        return self.world.clock

    @property
    def bot_mention(self) -> str:
        """What names the bot in a message."""
        return f"<@{self.world.bot.id}>"

    def guild(self, name: str = "Team", *, boost: int = 0, bot: May = BOT, everyone: May = EVERYONE) -> Guild:
        """Make a server with the bot in it; `bot` is what its role brings beside what everyone has."""
        world = self.world
        owner = self._person("Owner")
        guild = Guild(world.new_id(), name, owner.id, boost)
        guild.roles[guild.id] = Role(guild.id, "@everyone", everyone, 0)
        managed = Role(world.new_id(), world.bot.name, bot, bot_id=world.bot.id)
        guild.roles[managed.id] = managed
        for user, roles in ((owner.user, []), (world.bot, [managed.id])):
            guild.members[user.id] = Member(user, guild.id, roles, world.clock.iso())
        world.guilds[guild.id] = guild
        world.emit("GUILD_CREATE", guild_create(world, guild))
        return guild

    def channel(
        self, guild: Guild, name: str = "art", *, kind: int = TEXT, bot_lacks: May = NOTHING, flags: int = 0
    ) -> Channel:
        """Make a channel in which the bot lacks some permissions."""
        channel = Channel(self.world.new_id(), kind, name, guild.id, flags=flags)
        if bot_lacks:
            channel.overwrites[self.world.bot.id] = (0, bot_lacks)
        self.world.channels[channel.id] = channel
        guild.channel_ids.append(channel.id)
        self.world.emit("CHANNEL_CREATE", channel_wire(self.world, channel))
        return channel

    def forum(
        self, guild: Guild, name: str = "ideas", *, tags: tuple[str, ...] = (), needs_tag: bool = False
    ) -> Channel:
        """Make a forum with these tags."""
        forum = self.channel(guild, name, kind=FORUM, flags=REQUIRE_TAG if needs_tag else 0)
        blank: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}
        forum.tags = [{"id": self.world.new_id(), "name": each, **blank} for each in tags]
        self.world.emit("CHANNEL_UPDATE", channel_wire(self.world, forum))
        return forum

    def thread(
        self, parent: Channel, name: str, owner: Person, *, archived: bool = False, locked: bool = False
    ) -> Channel:
        """Make a thread of a person's; in a forum, a post."""
        thread = open_thread(
            self.world, parent, PUBLIC_THREAD, {"name": name, "owner_id": owner.id}, self.world.new_id()
        )
        if archived or locked:
            self.set_thread(thread, archived=archived, locked=locked)
        return thread

    def set_thread(self, thread: Channel, *, archived: bool, locked: bool) -> None:
        """Archive, open, lock or unlock a thread."""
        thread.thread |= {"archived": archived, "locked": locked}
        self.world.emit("THREAD_UPDATE", thread_wire(self.world, thread))

    def set_overwrite(
        self, channel: Channel, holder: Person | Role | None, *, allow: May = NOTHING, deny: May = NOTHING
    ) -> None:
        """Overwrite permissions in a channel for a person or a role; None: the bot."""
        channel.overwrites[holder.id if holder else self.world.bot.id] = (allow, deny)
        self.world.emit("CHANNEL_UPDATE", channel_wire(self.world, channel))

    def role(self, guild: Guild, name: str, permissions: May = NOTHING) -> Role:
        """Make a role."""
        role = Role(self.world.new_id(), name, permissions)
        guild.roles[role.id] = role
        self.world.emit("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": role.wire()})
        return role

    def member(
        self, guild: Guild, name: str, permissions: May = NOTHING, roles: tuple[Role, ...] = ()
    ) -> Person:
        """Make a member who has these permissions beside everyone's, and these roles."""
        person = self._person(name)
        own = (self.role(guild, f"{name}'s", permissions),) if permissions else ()
        join(self.world, guild, person.user, (*own, *roles))
        return person

    def joins(self, guild: Guild, person: Person, *roles: Role) -> None:
        """Let somebody join another server."""
        join(self.world, guild, person.user, roles)

    def set_roles(self, guild: Guild, person: Person, *roles: Role) -> None:
        """Give somebody exactly these roles."""
        member = guild.members[person.id]
        member.roles = [each.id for each in roles]
        self.world.emit("GUILD_MEMBER_UPDATE", member.wire() | {"guild_id": guild.id})

    def leaves(self, guild: Guild, person: Person | None) -> None:
        """Let somebody leave a server; None: the bot is thrown out."""
        user = person.user if person else self.world.bot
        del guild.members[user.id]
        if person is None:
            self.world.emit("GUILD_DELETE", {"id": guild.id})
        else:
            self.world.emit("GUILD_MEMBER_REMOVE", {"guild_id": guild.id, "user": user.wire()})

    def stranger(self, name: str) -> Person:
        """Make somebody who shares no server with the bot."""
        return self._person(name)

    def _person(self, name: str) -> Person:
        user = User(self.world.new_id(), name)
        self.world.users[user.id] = user
        person = Person(user, self.world, self.interactions)
        self.people.append(person)
        return person

    async def wait_for_commands(self, *names: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the bot has told its commands, these among them, and listens: before, what people do is lost."""
        await self.world.changes.until(
            lambda: (
                self.world.commands and set(names) <= {each["name"] for each in self.world.commands.values()}
            ),
            f"the commands {names}",
            seconds,
        )
        await self.gateway.connected()

    async def answered(self, made: Interaction, seconds: float = PATIENCE_SECONDS) -> Interaction:
        """Wait for the first answer to an interaction."""
        await self.world.changes.until(
            lambda: made.answer_kind is not None, f"an answer to {made.data}", seconds
        )
        return made

    async def response(
        self,
        made: Interaction,
        condition: Callable[[Message], bool] = lambda _: True,
        seconds: float = PATIENCE_SECONDS,
    ) -> Message:
        """Wait until the answer to an interaction no longer loads and meets the condition."""

        def find() -> Message | None:
            message = made.channel.messages.get(made.original_id or "")
            is_ready = message is not None and not message.wire["flags"] & LOADING
            return message if message is not None and is_ready and condition(message) else None

        return await self.world.changes.until(find, f"a response to {made.data}", seconds)

    async def wait_for_message(
        self,
        channel: Channel,
        condition: Callable[[Message], bool] = lambda _: True,
        seconds: float = PATIENCE_SECONDS,
    ) -> Message:
        """Wait for a message of the bot in a channel, ephemeral ones too."""

        def find() -> Message | None:
            mine = (each for each in channel.messages.values() if each.author_id == self.world.bot.id)
            return next((each for each in mine if condition(each)), None)

        return await self.world.changes.until(find, f"a message in #{channel.name}", seconds)


@asynccontextmanager
async def discord_serving() -> AsyncIterator[Discord]:
    """Serve a Discord while the block runs."""
    discord = Discord()
    async with discord.serving():
        yield discord
