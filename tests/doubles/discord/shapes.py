"""Channels, servers and threads as Discord's API shows them."""

from __future__ import annotations

from tests.doubles.discord.refusals import Json
from tests.doubles.discord.state import DM, FORUM, MEDIA, Channel, Guild, World


def channel_wire(world: World, channel: Channel) -> Json:
    """A channel object."""
    if channel.type == DM:
        return {
            "id": channel.id,
            "type": DM,
            "last_message_id": _last(channel),
            "flags": 0,
            "recipients": [world.users[each].wire() for each in channel.recipients],
        }
    if channel.is_thread:
        return thread_wire(world, channel)
    shown: Json = {
        "id": channel.id,
        "type": channel.type,
        "guild_id": channel.guild_id,
        "name": channel.name,
        "position": 0,
        "parent_id": channel.parent_id,
        "topic": None,
        "nsfw": channel.is_nsfw,
        "last_message_id": _last(channel),
        "rate_limit_per_user": 0,
        "flags": channel.flags,
        "permission_overwrites": [
            {
                "id": holder,
                "type": int(holder in world.users),
                "allow": str(int(allow)),
                "deny": str(int(deny)),
            }
            for holder, (allow, deny) in channel.overwrites.items()
        ],
    }
    if channel.type in {FORUM, MEDIA}:
        shown |= {
            "available_tags": channel.tags,
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return shown


def thread_wire(world: World, thread: Channel) -> Json:
    """A thread's channel object, with the bot's membership where it has one."""
    shown: Json = {
        "id": thread.id,
        "type": thread.type,
        "guild_id": thread.guild_id,
        "parent_id": thread.parent_id,
        "owner_id": thread.owner_id,
        "name": thread.name,
        "last_message_id": _last(thread),
        "message_count": max(len(thread.messages) - 1, 0),
        "total_message_sent": max(len(thread.messages) - 1, 0),
        "member_count": len(thread.thread_members),
        "rate_limit_per_user": 0,
        "flags": thread.flags,
        "thread_metadata": dict(thread.thread),
    }
    if thread.applied_tags:
        shown["applied_tags"] = list(thread.applied_tags)
    if world.bot.id in thread.thread_members:
        shown["member"] = thread_member(thread, world.bot.id)
    return shown


def thread_member(thread: Channel, user_id: str) -> Json:
    """A thread member object."""
    joined = str(thread.thread["create_timestamp"])
    return {"id": thread.id, "user_id": user_id, "join_timestamp": joined, "flags": 1, "muted": False}


def guild_wire(world: World, guild: Guild) -> Json:
    """A guild object as REST shows it."""
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": guild.owner_id,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role.wire() for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": ["COMMUNITY"],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "max_members": 500_000,
        "max_presences": None,
        "vanity_url_code": None,
        "premium_tier": guild.boost,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": guild.locale,
        "nsfw": False,
        "nsfw_level": 0,
        "incidents_data": None,
    }


def guild_create(world: World, guild: Guild) -> Json:
    """What GUILD_CREATE carries; members are the bot alone, as without the members intent."""
    channels = [world.channels[each] for each in guild.channel_ids]
    me = guild.members[world.bot.id]
    return {
        **guild_wire(world, guild),
        "joined_at": me.joined,
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [me.wire()],
        "channels": [channel_wire(world, each) for each in channels if not each.is_thread],
        "threads": [
            thread_wire(world, each) for each in channels if each.is_thread and not each.thread["archived"]
        ],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _last(channel: Channel) -> str | None:
    return next(reversed(channel.messages), None)
