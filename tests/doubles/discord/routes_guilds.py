"""Routes of the application itself, of people, servers, members and roles."""

from __future__ import annotations

from collections.abc import Mapping

from tests.doubles.discord.calls import Answer, Call, Handler
from tests.doubles.discord.permissions import May
from tests.doubles.discord.posting import fetched
from tests.doubles.discord.refusals import Json, Refused
from tests.doubles.discord.shapes import channel_wire, guild_wire
from tests.doubles.discord.state import Message


def me(call: Call) -> Answer:
    """The bot as a user."""
    return 200, {
        **call.world.bot.wire(),
        "verified": True,
        "mfa_enabled": False,
        "locale": "en-US",
        "email": None,
    }


def application(call: Call) -> Answer:
    """The bot as an application."""
    bot = call.world.bot
    content_flag = 1 << 18 if call.world.has_content_intent else 0
    return 200, {
        "id": bot.id,
        "name": bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": bot.wire(),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": content_flag,
        "summary": "",
        "hook": True,
        "owner": {"id": "80351110224678912", "username": "owner", "discriminator": "0", "avatar": None},
        "team": None,
        "integration_types_config": {"0": {}},
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "approximate_guild_count": len(call.world.guilds),
    }


def user(call: Call) -> Answer:
    """Somebody."""
    if (found := call.world.users.get(call.params["user"])) is None:
        raise Refused(10013)
    return 200, found.wire()


def my_guilds(call: Call) -> Answer:
    """The servers that the bot is in."""
    found = [each for each in call.world.guilds.values() if call.me in each.members]
    shown = []
    for each in found:
        allowed = call.world.base(each, each.members[call.me])
        fields: Json = {
            "id": each.id,
            "name": each.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "features": [],
        }
        shown.append({**fields, "permissions": str(int(allowed))})
    return 200, shown


def leave(call: Call) -> Answer:
    """Leave a server."""
    guild = call.guild()
    call.world.emit("GUILD_DELETE", {"id": guild.id})
    del guild.members[call.me]
    return 204, None


def guild(call: Call) -> Answer:
    """A server."""
    return 200, guild_wire(call.world, call.guild())


def channels(call: Call) -> Answer:
    """A server's channels, without threads."""
    found = [call.world.channels[each] for each in call.guild().channel_ids]
    return 200, [channel_wire(call.world, each) for each in found if not each.is_thread]


def roles(call: Call) -> Answer:
    """A server's roles."""
    return 200, [each.wire() for each in call.guild().roles.values()]


def member(call: Call) -> Answer:
    """One member; needs no intent."""
    if (found := call.guild().members.get(call.params["user"].replace("@me", call.me))) is None:
        raise Refused(10007 if call.params["user"] in call.world.users else 10013)
    return 200, found.wire()


def members(call: Call) -> Answer:
    """All members: only for bots with the members intent."""
    call.guild()
    raise Refused(50001)


def search_messages(call: Call) -> Answer:
    """Search a server's messages: only for bots that may read all of them."""
    guild, query = call.guild(), call.exchange.query
    if not call.world.has_content_intent:
        raise Refused(50001)
    found: list[Message] = []
    for number in guild.channel_ids:
        channel = call.world.channels[number]
        needs = May.VIEW_CHANNEL | May.READ_MESSAGE_HISTORY
        if call.world.may(call.me, channel) & needs == needs:
            found += [each for each in channel.messages.values() if each.seen_by is None]
    if author := query.get("author_id"):
        found = [each for each in found if each.author_id == author]
    if words := query.get("content"):
        found = [each for each in found if words.lower() in each.content.lower()]
    found.sort(key=lambda each: -int(each.id))
    shown = [[fetched(call.world, each)] for each in found[: int(query.get("limit", "25"))]]
    return 200, {"messages": shown, "total_results": len(found), "doing_deep_historical_index": False}


ROUTES: Mapping[str, Handler] = {
    "GET /users/@me": me,
    "GET /users/@me/guilds": my_guilds,
    "DELETE /users/@me/guilds/{guild}": leave,
    "GET /users/{user}": user,
    "GET /applications/@me": application,
    "GET /oauth2/applications/@me": application,
    "GET /guilds/{guild}": guild,
    "GET /guilds/{guild}/channels": channels,
    "GET /guilds/{guild}/roles": roles,
    "GET /guilds/{guild}/members": members,
    "GET /guilds/{guild}/members/{user}": member,
    "GET /guilds/{guild}/messages/search": search_messages,
}
