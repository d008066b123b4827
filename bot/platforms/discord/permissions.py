"""What the bot may do somewhere, and what becomes of Easel without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import discord


@dataclass(frozen=True)
class Needed:
    """A permission by the library's name and by Discord's own, and what happens without it."""

    name: str
    label: str
    without: str


NEEDED = (
    Needed(
        "view_channel",
        "View Channel",
        "Easel hears no messages here; pictures come as an answer to the command",
    ),
    Needed(
        "send_messages",
        "Send Messages",
        "pictures come as an answer to the command, and replies to them do not reach Easel",
    ),
    Needed(
        "attach_files",
        "Attach Files",
        "pictures come as an answer to the command; those of messages are in /history",
    ),
    Needed(
        "read_message_history",
        "Read Message History",
        "pictures name whoever asked instead of replying to the message",
    ),
    Needed("create_public_threads", "Create Public Threads", "edits stand in the channel as replies"),
    Needed("send_messages_in_threads", "Send Messages in Threads", "Easel is silent in threads"),
)
"""Everything that the invitation asks for."""


def missing(may: discord.Permissions) -> list[Needed]:
    """List what the bot lacks."""
    return [each for each in NEEDED if not may.administrator and not getattr(may, each.name)]


def computed(
    guild: Mapping[str, Any], member: Mapping[str, Any], channel: Mapping[str, Any] | None = None
) -> discord.Permissions:
    """Compute a member's permissions as Discord does: roles first, then the channel's overwrites."""
    own = {str(guild["id"]), *(str(role) for role in member.get("roles", ()))}
    base = 0
    for role in guild.get("roles", ()):
        if str(role["id"]) in own:
            base |= int(role["permissions"])
    permissions = discord.Permissions(base)
    if permissions.administrator or channel is None:
        return permissions
    overwrites = {str(each["id"]): each for each in channel.get("permission_overwrites", ())}
    everyone = overwrites.get(str(guild["id"]))
    roles = [each for key, each in overwrites.items() if key in own and key != str(guild["id"])]
    mine = overwrites.get(str(member["user"]["id"]))
    for level in ([everyone] if everyone else [], roles, [mine] if mine else []):
        base = _overwritten(base, level)
    return discord.Permissions(base)


def _overwritten(base: int, level: Iterable[Mapping[str, Any]]) -> int:
    allow = deny = 0
    for each in level:
        allow |= int(each["allow"])
        deny |= int(each["deny"])
    return (base & ~deny) | allow
