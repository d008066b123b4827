"""What Discord knows: people, servers, channels, messages, files. Plain data, and how each looks on the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.clock import Changes, Clock
from tests.doubles.discord.permissions import ALL, DIRECT, May, Overwrites, combined
from tests.doubles.discord.refusals import Json, Refused

EPOCH_MS = 1_420_070_400_000
TEXT, DM, CATEGORY, NEWS, FORUM, MEDIA = 0, 1, 4, 5, 15, 16
NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
THREADS = frozenset({NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD})
BOOSTED_MIB = (10, 10, 50, 100)
REQUIRE_TAG = 1 << 4

EPHEMERAL, LOADING, HAS_THREAD = 1 << 6, 1 << 7, 1 << 5


def moment_of(snowflake: str) -> int:
    """Return the milliseconds since 1970 that an id carries."""
    return (int(snowflake) >> 22) + EPOCH_MS


@dataclass
class User:
    """A person or a bot."""

    id: str
    name: str
    is_bot: bool = False
    refuses_direct: bool = False
    nitro_mib: int = 0

    def wire(self) -> Json:
        """A user object."""
        return {
            "id": self.id,
            "username": self.name.lower(),
            "global_name": None if self.is_bot else self.name,
            "discriminator": "0001" if self.is_bot else "0",
            "avatar": None,
            "bot": self.is_bot,
            "system": False,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
            "avatar_decoration_data": None,
        }


@dataclass
class Member:
    """A person in one server."""

    user: User
    guild_id: str
    roles: list[str] = field(default_factory=list)
    joined: str = ""
    nick: str | None = None

    def wire(self, *, with_user: bool = True) -> Json:
        """A member object."""
        return {
            **({"user": self.user.wire()} if with_user else {}),
            "roles": list(self.roles),
            "nick": self.nick,
            "avatar": None,
            "joined_at": self.joined,
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": None,
        }


@dataclass
class Role:
    """A role and the permissions that it brings."""

    id: str
    name: str
    permissions: int
    position: int = 1
    bot_id: str | None = None

    def wire(self) -> Json:
        """A role object."""
        return {
            "id": self.id,
            "name": self.name,
            "permissions": str(int(self.permissions)),
            "position": self.position,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "managed": self.bot_id is not None,
            "mentionable": False,
            "flags": 0,
            "icon": None,
            "unicode_emoji": None,
            **({"tags": {"bot_id": self.bot_id}} if self.bot_id else {}),
        }


@dataclass
class Message:
    """A message; its wire form is what everybody with the message content intent sees."""

    wire: Json
    channel_id: str
    author_id: str
    seen_by: str | None = None
    """Whom an ephemeral message is shown to."""
    interaction_id: str | None = None

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self.wire["id"])

    @property
    def content(self) -> str:
        """Its text."""
        return str(self.wire["content"])

    @property
    def files(self) -> list[Json]:
        """Its attachments."""
        return list(self.wire["attachments"])

    @property
    def components(self) -> list[Json]:
        """Its buttons and selects, in order, out of their rows."""
        return [each for row in self.wire["components"] for each in row.get("components", [row])]


@dataclass
class Channel:
    """A channel, a thread or a direct conversation."""

    id: str
    type: int
    name: str = ""
    guild_id: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None
    recipients: list[str] = field(default_factory=list)
    overwrites: Overwrites = field(default_factory=dict)
    flags: int = 0
    is_nsfw: bool = False
    tags: list[Json] = field(default_factory=list)
    applied_tags: list[str] = field(default_factory=list)
    thread: Json = field(default_factory=dict)
    thread_members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def is_thread(self) -> bool:
        """Tell whether it is a thread, a forum's post included."""
        return self.type in THREADS


@dataclass
class Guild:
    """A server. Its id is also its everyone role's."""

    id: str
    name: str
    owner_id: str
    boost: int = 0
    roles: dict[str, Role] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    channel_ids: list[str] = field(default_factory=list)
    locale: str = "en-US"
    threads_max: int = 1000

    @property
    def file_bytes_max(self) -> int:
        """How large each file of a message may be here."""
        return BOOSTED_MIB[self.boost] * 2**20


@dataclass
class Stored:
    """A file on the CDN."""

    path: str
    data: bytes
    mime: str
    is_gone: bool = False


@dataclass
class World:
    """Everything. `dispatch` is told each event: its name, its data, the server, the channel."""

    bot: User
    clock: Clock = field(default_factory=Clock)
    changes: Changes = field(default_factory=Changes)
    users: dict[str, User] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)
    commands: dict[str, Json] = field(default_factory=dict)
    listeners: list[Callable[[str, Any], None]] = field(default_factory=list)
    has_content_intent: bool = False
    old_edits_left: int | None = None
    """How many edits of messages older than an hour are still allowed; None: more than anybody makes."""
    base_url: str = ""
    _last_id: int = 0

    def new_id(self) -> str:
        """Make a snowflake that is larger than all before."""
        self._last_id = max(self._last_id + 1, (self.clock.now_ms() - EPOCH_MS) << 22)
        return str(self._last_id)

    def emit(self, event: str, data: Any) -> None:
        """Tell the gateway, and whoever waits, that something happened."""
        for listener in self.listeners:
            listener(event, data)
        self.changes.tell()

    def channel(self, channel_id: str) -> Channel:
        """Find a channel, or refuse with 10003."""
        if (found := self.channels.get(channel_id)) is None:
            raise Refused(10003)
        return found

    def guild_of(self, channel: Channel) -> Guild | None:
        """Return the server of a channel; None: a direct conversation."""
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def member_of(self, channel: Channel, user_id: str) -> Member | None:
        """Return who somebody is in the server of a channel."""
        guild = self.guild_of(channel)
        return guild.members.get(user_id) if guild else None

    def may(self, user_id: str, channel: Channel) -> May:
        """Return everything that somebody may do in a channel."""
        guild = self.guild_of(channel)
        if guild is None:
            return DIRECT if user_id in (*channel.recipients, self.bot.id) else May(0)
        member = guild.members.get(user_id)
        if member is None:
            return May(0)
        base = self.base(guild, member)
        home = self.channels[channel.parent_id or ""] if channel.is_thread else channel
        found = May(combined(base, tuple(member.roles), guild.id, user_id, home.overwrites))
        if not channel.is_thread and not found & May.SEND_MESSAGES:
            found &= ~(May.ATTACH_FILES | May.EMBED_LINKS | May.MENTION_EVERYONE)
        return found

    @staticmethod
    def base(guild: Guild, member: Member) -> int:
        """Return what a member's roles bring, before any channel's overwrites."""
        found = guild.roles[guild.id].permissions
        for role in member.roles:
            found |= guild.roles[role].permissions
        return ALL if found & May.ADMINISTRATOR or guild.owner_id == member.user.id else found

    def message(self, channel: Channel, message_id: str) -> Message:
        """Find a message that everybody may see, or refuse with 10008."""
        found = channel.messages.get(message_id)
        if found is None or found.seen_by is not None:
            raise Refused(10008)
        return found

    def file_bytes_max(self, channel: Channel, user_id: str | None = None) -> int:
        """How large a file may be: the server's limit, and for answers to a person also theirs."""
        guild = self.guild_of(channel)
        limit = guild.file_bytes_max if guild else BOOSTED_MIB[0] * 2**20
        return max(limit, self.users[user_id].nitro_mib * 2**20) if user_id else limit
