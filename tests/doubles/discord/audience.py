"""Which events a session is sent, and what of a message's words it may see.

Intents and the message content rule: Discord's pages "Gateway", "You might not need a privileged intent".
"""

from __future__ import annotations

from typing import Any

from tests.doubles.discord.permissions import May
from tests.doubles.discord.refusals import Json
from tests.doubles.discord.state import World

GUILDS, GUILD_MEMBERS, GUILD_MESSAGES, GUILD_REACTIONS = 1 << 0, 1 << 1, 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS, MESSAGE_CONTENT = 1 << 12, 1 << 13, 1 << 15
PRIVILEGED = GUILD_MEMBERS | 1 << 8 | MESSAGE_CONTENT

_ALWAYS = frozenset({"INTERACTION_CREATE", "USER_UPDATE"})
_WITHHELD: dict[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}


def shown_to(world: World, intents: int, event: str, data: Json) -> Any:
    """Return what a session with these intents is sent of an event, or None."""
    if event in _ALWAYS:
        return data
    if event == "GUILD_MEMBER_UPDATE" and data["user"]["id"] == world.bot.id:
        return data
    is_direct = data.get("guild_id") is None
    if not intents & _intent(event, is_direct=is_direct) or not (is_direct or _may_see(world, event, data)):
        return None
    if event in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
        return readable(world, data, has_intent=bool(intents & MESSAGE_CONTENT))
    return data


def _may_see(world: World, event: str, data: Json) -> bool:
    """Tell whether the bot may see the channel of an event; channels themselves are told of, their insides not."""
    place = {"MESSAGE": "channel_id", "THREAD": "id"}.get(event.partition("_")[0])
    channel = world.channels.get(data.get(place, "")) if place else None
    return channel is None or bool(world.may(world.bot.id, channel) & May.VIEW_CHANNEL)


def readable(world: World, message: Json, *, has_intent: bool) -> Json:
    """Take the words, files and buttons out of a message that the bot may not read."""
    shown = dict(message)
    if not (has_intent or _is_open(world, message)):
        shown |= _WITHHELD
        shown.pop("poll", None)
    if isinstance(referenced := message.get("referenced_message"), dict):
        guild_id = message.get("guild_id")
        placed = {**referenced, "guild_id": guild_id}
        inner = readable(world, placed, has_intent=has_intent)
        inner.pop("guild_id")
        shown["referenced_message"] = inner
    return shown


def _is_open(world: World, message: Json) -> bool:
    """Tell whether a message is open without the intent: the bot's own, direct, or one that mentions it.

    The ping of a reply is such a mention, but not under an answer to a command.
    """
    if message["author"]["id"] == world.bot.id or world.channels[message["channel_id"]].guild_id is None:
        return True
    if world.bot.id not in {each["id"] for each in message["mentions"]}:
        return False
    referenced = message.get("referenced_message")
    is_written = any(f"<@{mark}{world.bot.id}>" in message["content"] for mark in ("", "!"))
    return is_written or not (referenced and referenced.get("interaction_metadata"))


def _intent(event: str, *, is_direct: bool) -> int:
    if event.startswith("MESSAGE_REACTION"):
        return DIRECT_REACTIONS if is_direct else GUILD_REACTIONS
    if event.startswith("MESSAGE_"):
        return DIRECT_MESSAGES if is_direct else GUILD_MESSAGES
    if event.startswith("GUILD_MEMBER_"):
        return GUILD_MEMBERS
    return GUILDS
