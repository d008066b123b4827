"""Routes of channels, threads and direct conversations."""

from __future__ import annotations

from collections.abc import Mapping

from tests.doubles.discord.bodies import check_message, is_empty, payload_of
from tests.doubles.discord.calls import Answer, Call, Handler
from tests.doubles.discord.permissions import May
from tests.doubles.discord.posting import Draft, fetched, placed, post
from tests.doubles.discord.refusals import Json, Problems, Refused
from tests.doubles.discord.routes_messages import check_sending
from tests.doubles.discord.shapes import channel_wire, thread_member, thread_wire
from tests.doubles.discord.state import (
    DM,
    FORUM,
    MEDIA,
    NEWS,
    NEWS_THREAD,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    REQUIRE_TAG,
    TEXT,
    Channel,
    World,
)
from tests.doubles.exchanges import Sent

HIDE_MINUTES = frozenset({60, 1440, 4320, 10080})
THREAD_MEMBERS_MAX = 1000
TAGS_MAX = 5


def get_channel(call: Call) -> Answer:
    """Read a channel."""
    return 200, channel_wire(call.world, call.channel())


def edit_channel(call: Call) -> Answer:
    """Rename, archive, open or lock a thread; other channels are the server's own affair."""
    channel = call.channel()
    body, _ = payload_of(call.exchange)
    allowed = call.world.may(call.me, channel)
    if not channel.is_thread:
        if not allowed & May.MANAGE_CHANNELS:
            raise Refused(50013)
        channel.name = body.get("name", channel.name)
        call.world.emit("CHANNEL_UPDATE", channel_wire(call.world, channel))
        return 200, channel_wire(call.world, channel)
    is_manager = bool(allowed & May.MANAGE_THREADS)
    opens = channel.thread["archived"] and body.get("archived") is False
    if channel.thread["archived"] and not opens:
        raise Refused(50083)
    others = set(body) - {"archived"}
    if not is_manager and (
        (channel.thread["locked"] and opens)
        or not allowed & May.SEND_MESSAGES_IN_THREADS
        or ((others or not opens) and channel.owner_id != call.me)
        or "locked" in body
    ):
        raise Refused(50013)
    _check_thread(body, needs_name=False)
    channel.name = body.get("name", channel.name)
    for name in ("archived", "locked", "auto_archive_duration"):
        channel.thread[name] = body.get(name, channel.thread[name])
    channel.thread["archive_timestamp"] = call.world.clock.iso()
    call.world.emit("THREAD_UPDATE", thread_wire(call.world, channel))
    return 200, thread_wire(call.world, channel)


def _check_thread(body: Json, *, needs_name: bool = True) -> None:
    problems = Problems()
    if needs_name or "name" in body:
        problems.length(("name",), body.get("name", ""), 1, 100)
    if body.get("auto_archive_duration", 60) not in HIDE_MINUTES:
        words = "(60, 1440, 4320, 10080)"
        problems.choice(("auto_archive_duration",), body["auto_archive_duration"], words)
    problems.end()


def open_on_message(call: Call) -> Answer:
    """Open a thread on a message: one per message, and not where posts are threads already."""
    channel = call.channel()
    message = call.world.message(channel, call.params["message"])
    if channel.type not in {TEXT, NEWS}:
        raise Refused(50024)
    _need(call, channel, May.CREATE_PUBLIC_THREADS)
    body, _ = payload_of(call.exchange)
    _check_thread(body)
    if message.id in call.world.channels:
        raise Refused(160004)
    kind = NEWS_THREAD if channel.type == NEWS else PUBLIC_THREAD
    thread = open_thread(call.world, channel, kind, body, message.id)
    extra = {"type": 21, "message_reference": _reference(channel, message.id)}
    extra["referenced_message"] = dict(message.wire)
    post(call.world, Draft(thread, call.world.bot, {}, {}, extra))
    call.world.emit("MESSAGE_UPDATE", placed(call.world, message))
    return 201, thread_wire(call.world, thread)


def _reference(channel: Channel, message_id: str) -> Json:
    return {"type": 0, "channel_id": channel.id, "guild_id": channel.guild_id, "message_id": message_id}


def open_in_channel(call: Call) -> Answer:
    """Open a thread without a message; in a forum it is a post and brings its first message."""
    channel = call.channel()
    body, files = payload_of(call.exchange)
    if channel.type in {FORUM, MEDIA}:
        return _open_post(call, channel, body, files)
    if channel.type not in {TEXT, NEWS}:
        raise Refused(50024)
    kind = body.get("type", PRIVATE_THREAD)
    needs = May.CREATE_PRIVATE_THREADS if kind == PRIVATE_THREAD else May.CREATE_PUBLIC_THREADS
    _need(call, channel, needs)
    _check_thread(body)
    thread = open_thread(call.world, channel, kind, body, call.world.new_id())
    return 201, thread_wire(call.world, thread)


def _open_post(call: Call, forum: Channel, body: Json, files: dict[str, Sent]) -> Answer:
    """A forum's post needs only the right to send; a forum may insist on a tag."""
    message = body.get("message")
    if message is None:
        problems = Problems()
        problems.missing(("message",))
        problems.end()
    assert message is not None
    check_sending(call, forum, message, files)
    _check_thread(body)
    known = {each["id"] for each in forum.tags}
    tags = [str(each) for each in body.get("applied_tags") or []]
    problems = Problems()
    problems.count(("applied_tags",), tags, 0, TAGS_MAX)
    for index, tag in enumerate(tags):
        if tag not in known:
            problems.add(("applied_tags", index), "INVALID_TAG", "Unknown tag")
    problems.end()
    if forum.flags & REQUIRE_TAG and not tags:
        raise Refused(40067)
    check_message(message, files, call.world.file_bytes_max(forum), ("message",))
    if is_empty(message, files):
        raise Refused(50006)
    number = call.world.new_id()
    thread = open_thread(call.world, forum, PUBLIC_THREAD, body, number)
    thread.applied_tags = tags
    first = post(call.world, Draft(thread, call.world.bot, message, files, {}, id=number))
    return 201, thread_wire(call.world, thread) | {"message": fetched(call.world, first)}


def _need(call: Call, channel: Channel, needs: May) -> None:
    if call.world.may(call.me, channel) & needs != needs:
        raise Refused(50013)


def open_thread(world: World, parent: Channel, kind: int, body: Json, number: str) -> Channel:
    """Make a thread, its maker its first member, and tell."""
    guild = world.guild_of(parent)
    assert guild is not None
    open_ones = [world.channels[each] for each in guild.channel_ids if world.channels[each].is_thread]
    if sum(not each.thread["archived"] for each in open_ones) >= guild.threads_max:
        raise Refused(160006)
    now = world.clock.iso()
    metadata = {
        "archived": False,
        "archive_timestamp": now,
        "auto_archive_duration": body.get("auto_archive_duration", 4320),
        "locked": False,
        "create_timestamp": now,
        **({"invitable": True} if kind == PRIVATE_THREAD else {}),
    }
    maker = body.get("owner_id", world.bot.id)
    thread = Channel(number, kind, str(body["name"]), guild.id, parent.id, maker, thread=metadata)
    thread.thread_members = [maker]
    world.channels[number] = thread
    guild.channel_ids.append(number)
    world.emit("THREAD_CREATE", thread_wire(world, thread) | {"newly_created": True})
    return thread


def join_thread(call: Call) -> Answer:
    """Become a member of a thread."""
    return _join(call, call.me)


def add_to_thread(call: Call) -> Answer:
    """Make somebody a member of a thread."""
    if call.params["user"] not in call.world.users:
        raise Refused(10013)
    return _join(call, call.params["user"])


def _join(call: Call, user_id: str) -> Answer:
    thread = call.channel()
    if not thread.is_thread:
        raise Refused(50024)
    if thread.thread["archived"]:
        raise Refused(50083)
    if user_id not in thread.thread_members:
        if len(thread.thread_members) >= THREAD_MEMBERS_MAX:
            raise Refused(30033)
        thread.thread_members.append(user_id)
        member = thread_member(thread, user_id)
        update = {"id": thread.id, "guild_id": thread.guild_id, "member_count": len(thread.thread_members)}
        call.world.emit("THREAD_MEMBERS_UPDATE", {**update, "added_members": [member]})
    return 204, None


def active_threads(call: Call) -> Answer:
    """List a server's open threads that the bot may see."""
    guild = call.guild()
    found = [
        thread
        for thread in (call.world.channels[each] for each in guild.channel_ids)
        if thread.is_thread
        and not thread.thread["archived"]
        and call.world.may(call.me, thread) & May.VIEW_CHANNEL
    ]
    members = [thread_member(each, call.me) for each in found if call.me in each.thread_members]
    return 200, {"threads": [thread_wire(call.world, each) for each in found], "members": members}


def open_direct(call: Call) -> Answer:
    """Open the direct conversation with somebody."""
    body, _ = payload_of(call.exchange)
    user_id = str(body.get("recipient_id", ""))
    if user_id not in call.world.users or user_id == call.me:
        raise Refused(50007 if user_id == call.me else 10013)
    return 200, channel_wire(call.world, direct(call.world, user_id))


def direct(world: World, user_id: str) -> Channel:
    """Find or make the bot's direct conversation with somebody."""
    found = next(
        (each for each in world.channels.values() if each.type == DM and user_id in each.recipients), None
    )
    if found is None:
        found = Channel(world.new_id(), DM, recipients=[user_id])
        world.channels[found.id] = found
        world.emit("CHANNEL_CREATE", channel_wire(world, found))
    return found


ROUTES: Mapping[str, Handler] = {
    "GET /channels/{channel}": get_channel,
    "PATCH /channels/{channel}": edit_channel,
    "POST /channels/{channel}/messages/{message}/threads": open_on_message,
    "POST /channels/{channel}/threads": open_in_channel,
    "PUT /channels/{channel}/thread-members/@me": join_thread,
    "PUT /channels/{channel}/thread-members/{user}": add_to_thread,
    "GET /guilds/{guild}/threads/active": active_threads,
    "POST /users/@me/channels": open_direct,
}
