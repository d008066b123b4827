"""What comes through the gateway, as plain data: the library's objects end here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import discord

TOKEN_MILLISECONDS = 15 * 60_000
TOKEN_MARGIN_MILLISECONDS = 20_000
EPOCH_MILLISECONDS = 1_420_070_400_000
UPLOAD_BYTES_DEFAULT = 10 * 1024 * 1024


def made_at(snowflake: int | str) -> int:
    """Return when an id of Discord was made, in milliseconds."""
    return (int(snowflake) >> 22) + EPOCH_MILLISECONDS


@dataclass(frozen=True)
class Attached:
    """A file that came along, at an address of Discord's."""

    url: str
    name: str
    size_bytes: int
    mime: str = ""


@dataclass(frozen=True)
class Place:
    """Where something happens. `channel` is the parent of a thread, and `channel_name` its name.

    `upload_bytes` is what one file may have there.
    """

    guild: str | None
    channel: str
    thread: str | None = None
    guild_name: str = ""
    channel_name: str = ""
    upload_bytes: int = UPLOAD_BYTES_DEFAULT

    @property
    def here(self) -> str:
        """The channel or thread itself."""
        return self.thread or self.channel


@dataclass(frozen=True)
class User:
    """Who acts. `is_admin` is Manage Server, as Discord computed it for this very act."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    is_admin: bool = False


@dataclass(frozen=True)
class Shown:
    """A message that an act is about: whether it is ours, what its buttons say, which pictures it holds."""

    id: str
    is_ours: bool
    is_ephemeral: bool = False
    codes: tuple[str, ...] = ()
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True)
class Ask:
    """An interaction. `data` is as Discord sent it; `may` are the bot's own permissions there."""

    id: str
    token: str
    application: str
    own: frozenset[str]
    """Our own ids: of the application, and of its bot, which differs in applications of before 2016."""
    kind: int
    data: Mapping[str, Any]
    user: User
    place: Place
    may: discord.Permissions = field(default_factory=discord.Permissions)
    upload_bytes: int = UPLOAD_BYTES_DEFAULT
    message: Shown | None = None

    @property
    def expires(self) -> int:
        """When its token dies, in milliseconds, a little early."""
        return made_at(self.id) + TOKEN_MILLISECONDS - TOKEN_MARGIN_MILLISECONDS


@dataclass(frozen=True)
class Said:
    """A message that somebody wrote; `attached` are its own files, then those of what it forwards or answers."""

    id: str
    user: User
    place: Place
    content: str
    names: Mapping[str, str]
    """What the mentions in it are called: "<@1>" is "@ann"."""
    kind: str = "person"
    pings: tuple[str, ...] = ()
    answered: str | None = None
    answered_author: str | None = None
    attached: tuple[Attached, ...] = ()
    answers_unseen: bool = False
    """Whether it answers somebody else's message of which Discord shows us nothing; that may be a picture."""
    own_role: str | None = None
    """The role that the bot alone has there."""
    may: discord.Permissions = field(default_factory=discord.Permissions)


def ask_of(interaction: discord.Interaction) -> Ask:
    """Take an interaction down."""
    bot = interaction.client.user
    own = frozenset({interaction.application_id, *([bot.id] if bot else [])})
    target = interaction.message
    return Ask(
        id=str(interaction.id),
        token=interaction.token,
        application=str(interaction.application_id),
        own=frozenset(str(each) for each in own),
        kind=interaction.type.value,
        data=interaction.data or {},
        user=_user(interaction.user, is_admin=interaction.permissions.manage_guild),
        place=_place(interaction.guild, interaction.channel, interaction.channel_id),
        may=interaction.app_permissions,
        upload_bytes=interaction.filesize_limit,
        message=_shown(target, own) if target else None,
    )


def said_of(message: discord.Message, me: discord.abc.User) -> Said:
    """Take a message down; what we cannot see of it is empty."""
    channel, guild = message.channel, message.guild
    answered = message.reference.resolved if message.reference else None
    is_forward = bool(message.message_snapshots)
    own_member = guild.me if guild else None
    may = channel.permissions_for(own_member) if own_member else discord.Permissions.all()
    names = {f"<@{each.id}>": f"@{each.display_name}" for each in message.mentions}
    names |= {f"<@!{each.id}>": f"@{each.display_name}" for each in message.mentions}
    names |= {f"<@&{each.id}>": f"@{each.name}" for each in message.role_mentions}
    names |= {f"<#{each.id}>": f"#{each.name}" for each in message.channel_mentions}
    own_role = guild.self_role if guild else None
    foreign = isinstance(answered, discord.Message) and answered.author.id != me.id
    return Said(
        id=str(message.id),
        user=_user(message.author, is_admin=_manages(message.author)),
        place=_place(guild, channel, channel.id),
        content=message.content,
        names=names,
        kind=_kind(message, me),
        pings=tuple(str(each.id) for each in message.mentions),
        answered=str(message.reference.message_id) if message.reference and not is_forward else None,
        answered_author=str(answered.author.id) if isinstance(answered, discord.Message) else None,
        attached=(*_attached(message), *(_attached(answered) if foreign else ())),  # type: ignore[arg-type]
        answers_unseen=foreign and _is_blank(answered),
        own_role=str(own_role.id) if own_role else None,
        may=may,
    )


def target_of(data: Mapping[str, Any], own: Collection[str]) -> Shown | None:
    """Read the message that a message command was used on, from the raw interaction; `own` are ids of ours."""
    found = data.get("resolved", {}).get("messages", {}).get(str(data.get("target_id")))
    if found is None:
        return None
    author = found.get("author", {})
    codes = [
        item.get("custom_id", "") for row in found.get("components", ()) for item in row.get("components", ())
    ]
    snapshots = [each.get("message", {}) for each in found.get("message_snapshots", ())]
    attached = [_file(each) for part in (found, *snapshots) for each in part.get("attachments", ())]
    attached += [
        file for part in (found, *snapshots) for each in part.get("embeds", ()) if (file := _embed(each))
    ]
    is_ours = bool({str(author.get("id")), str(found.get("application_id"))}.intersection(own))
    return Shown(
        str(found["id"]),
        is_ours,
        bool(int(found.get("flags", 0)) & 64),
        tuple(code for code in codes if code),
        tuple(attached),
    )


def file_of(raw: Mapping[str, Any]) -> Attached:
    """Read an attachment of a raw interaction."""
    return _file(raw)


def _file(raw: Mapping[str, Any]) -> Attached:
    return Attached(raw["url"], raw["filename"], int(raw.get("size", 0)), raw.get("content_type") or "")


def _embed(raw: Mapping[str, Any]) -> Attached | None:
    """Take the picture of an embed, only as Discord's own proxy serves it."""
    image = raw.get("image") or raw.get("thumbnail") or {}
    return Attached(image["proxy_url"], "embed", 0) if image.get("proxy_url") else None


def _attached(message: discord.Message) -> tuple[Attached, ...]:
    parts: tuple[discord.Message | discord.MessageSnapshot, ...] = (message, *message.message_snapshots)
    files = [
        Attached(each.url, each.filename, each.size, each.content_type or "")
        for part in parts
        for each in part.attachments
    ]
    proxies = [embed.image.proxy_url or embed.thumbnail.proxy_url for part in parts for embed in part.embeds]
    return (*files, *(Attached(url, "embed", 0) for url in proxies if url))


def _is_blank(message: Any) -> bool:
    """Whether a message shows nothing, as no message does that we may read."""
    parts = (message.content, message.attachments, message.embeds, message.stickers, message.components)
    return not any((*parts, message.message_snapshots, message.poll))


def _shown(message: discord.Message, own: Collection[int]) -> Shown:
    codes = [
        item.custom_id
        for row in message.components
        if isinstance(row, discord.ActionRow)
        for item in row.children
        if item.custom_id
    ]
    is_ours = message.author.id in own or message.application_id in own
    return Shown(str(message.id), is_ours, message.flags.ephemeral, tuple(codes), _attached(message))


def _user(user: discord.abc.User, *, is_admin: bool) -> User:
    roles = tuple(str(role.id) for role in user.roles) if isinstance(user, discord.Member) else ()
    return User(str(user.id), user.display_name, roles, is_admin)


def _manages(user: discord.abc.User) -> bool:
    return isinstance(user, discord.Member) and user.guild_permissions.manage_guild


def _place(guild: discord.Guild | None, channel: Any, channel_id: int | None) -> Place:
    if guild is None:
        return Place(None, str(channel_id))
    is_thread = isinstance(channel, discord.Thread)
    named = channel.parent if is_thread else channel
    return Place(
        guild=str(guild.id),
        channel=str(channel.parent_id if is_thread else channel_id),
        thread=str(channel_id) if is_thread else None,
        guild_name=guild.name if not guild.unavailable else "",
        channel_name=getattr(named, "name", "") or "",
        upload_bytes=guild.filesize_limit,
    )


def _kind(message: discord.Message, me: discord.abc.User) -> str:
    if message.author.id == me.id:
        return "ourselves"
    if message.webhook_id is not None:
        return "webhook"
    if message.author.bot:
        return "bot"
    # What Discord itself says of somebody, that they pinned a picture of ours, comes in their name.
    return "person" if message.type in {discord.MessageType.default, discord.MessageType.reply} else "notice"
