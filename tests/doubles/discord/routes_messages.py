"""Routes of messages: post, read, edit, delete, react, type."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from tests.doubles.discord.bodies import check_message, is_empty, payload_of
from tests.doubles.discord.calls import Answer, Call, Handler
from tests.doubles.discord.permissions import May
from tests.doubles.discord.posting import Draft, change, fetched, post, remove
from tests.doubles.discord.refusals import Json, Problems, Refused
from tests.doubles.discord.shapes import thread_wire
from tests.doubles.discord.state import CATEGORY, FORUM, MEDIA, Channel, Message, World, moment_of
from tests.doubles.exchanges import Sent

OLD_MS = 3_600_000


def create_message(call: Call) -> Answer:
    """Post a message; the same enforced nonce within two minutes gives the first one again."""
    channel = call.channel()
    body, files = payload_of(call.exchange)
    if channel.type in {FORUM, MEDIA, CATEGORY}:
        raise Refused(50008)
    check_sending(call, channel, body, files)
    check_message(body, files, call.world.file_bytes_max(channel))
    if is_empty(body, files):
        raise Refused(50006)
    nonce = body.get("nonce")
    is_unique = nonce is not None and body.get("enforce_nonce")
    if is_unique and (place := call.nonces.find(call.world, str(nonce))) is not None:
        found = call.world.message(call.world.channel(place[0]), place[1])
        return 200, fetched(call.world, found) | {"nonce": nonce}
    _check_reference(call, channel, body)
    open_again(call.world, channel)
    message = post(call.world, Draft(channel, call.world.bot, body, files, {}))
    if nonce is not None:
        call.nonces.note(call.world, str(nonce), message)
    return 200, fetched(call.world, message) | ({} if nonce is None else {"nonce": nonce})


def check_sending(call: Call, channel: Channel, body: Json, files: dict[str, Sent]) -> None:
    """Refuse what the bot may not do here, and what a locked thread does not take."""
    allowed = call.world.may(call.me, channel)
    needs = May.SEND_MESSAGES_IN_THREADS if channel.is_thread else May.SEND_MESSAGES
    if files:
        needs |= May.ATTACH_FILES
    if body.get("embeds"):
        needs |= May.EMBED_LINKS
    if channel.guild_id and allowed & needs != needs:
        raise Refused(50013)
    if channel.guild_id is None and call.world.users[channel.recipients[0]].refuses_direct:
        raise Refused(50007)
    if channel.is_thread and channel.thread["locked"] and not allowed & May.MANAGE_THREADS:
        raise Refused(50083 if channel.thread["archived"] else 160005)


def _check_reference(call: Call, channel: Channel, body: Json) -> None:
    """A reply needs the history and its message, unless it may do without."""
    reference = body.get("message_reference")
    if not reference:
        return
    if not call.world.may(call.me, channel) & May.READ_MESSAGE_HISTORY:
        raise Refused(160002)
    target = channel.messages.get(str(reference.get("message_id")))
    elsewhere = str(reference.get("channel_id", channel.id)) != channel.id
    if target is not None and target.seen_by is None and not elsewhere:
        return
    if reference.get("fail_if_not_exists", True):
        problems = Problems()
        problems.add(("message_reference",), "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        problems.end()
    body["message_reference"] = None


def open_again(world: World, channel: Channel) -> None:
    """Talking in an archived thread opens it again."""
    if channel.is_thread and channel.thread["archived"]:
        channel.thread |= {"archived": False, "archive_timestamp": world.clock.iso()}
        world.emit("THREAD_UPDATE", thread_wire(world, channel))


def get_messages(call: Call) -> Answer:
    """Read a channel, newest first; without the history permission it looks empty."""
    channel = call.channel()
    query = call.exchange.query
    limit = int(query.get("limit", "50"))
    if not 1 <= limit <= 100:
        problems = Problems()
        problems.add(("limit",), "NUMBER_TYPE_BAD_RANGE", "int value should be between 1 and 100.")
        problems.end()
    if not call.world.may(call.me, channel) & May.READ_MESSAGE_HISTORY:
        return 200, []
    open_ones = [each for each in channel.messages.values() if each.seen_by is None]
    if after := query.get("after"):
        found = list(islice((each for each in open_ones if int(each.id) > int(after)), limit))[::-1]
    elif around := query.get("around"):
        near = sorted(open_ones, key=lambda each: abs(int(each.id) - int(around)))[:limit]
        found = sorted(near, key=lambda each: -int(each.id))
    else:
        before = int(query.get("before", str(2**63)))
        found = list(islice((each for each in reversed(open_ones) if int(each.id) < before), limit))
    return 200, [fetched(call.world, each) for each in found]


def get_message(call: Call) -> Answer:
    """Read one message."""
    channel = call.channel(needs=May.READ_MESSAGE_HISTORY)
    return 200, fetched(call.world, call.world.message(channel, call.params["message"]))


def edit_message(call: Call) -> Answer:
    """Change a message of the bot's own; of others only the embeds may be hidden."""
    channel = call.channel()
    message = call.world.message(channel, call.params["message"])
    body, files = payload_of(call.exchange)
    if message.author_id != call.me:
        raise Refused(50005)
    if channel.is_thread and channel.thread["archived"]:
        raise Refused(50083)
    check_message(body, files, call.world.file_bytes_max(channel))
    if call.world.old_edits_left is not None and call.world.clock.now_ms() - moment_of(message.id) > OLD_MS:
        if call.world.old_edits_left == 0:
            raise Refused(30046)
        call.world.old_edits_left -= 1
    change_checked(call, message, body, files)
    return 200, fetched(call.world, message)


def change_checked(call: Call, message: Message, body: Json, files: dict[str, Sent]) -> None:
    """Change a message unless nothing would be left of it."""
    left = {**message.wire, **body}
    if is_empty(left, files):
        raise Refused(50006)
    change(call.world, message, body, files)


def delete_message(call: Call) -> Answer:
    """Delete a message: the bot's own, or with the permission to manage messages."""
    channel = call.channel()
    message = call.world.message(channel, call.params["message"])
    if message.author_id != call.me and not call.world.may(call.me, channel) & May.MANAGE_MESSAGES:
        raise Refused(50013)
    remove(call.world, message)
    return 204, None


def add_reaction(call: Call) -> Answer:
    """React as the bot."""
    channel = call.channel(needs=May.READ_MESSAGE_HISTORY)
    message = call.world.message(channel, call.params["message"])
    reactions = message.wire.setdefault("reactions", [])
    name = call.params["emoji"]
    emoji = (
        {"id": None, "name": name}
        if ":" not in name
        else dict(zip(("name", "id"), name.split(":"), strict=True))
    )
    found = next((each for each in reactions if each["emoji"] == emoji), None)
    if found is None:
        # The first reaction with an emoji needs the permission; joining one does not.
        if not call.world.may(call.me, channel) & May.ADD_REACTIONS:
            raise Refused(50013)
        reactions.append({"emoji": emoji, "count": 1, "me": True})
    elif not found["me"]:
        found |= {"count": found["count"] + 1, "me": True}
    _tell_reaction(call, "MESSAGE_REACTION_ADD", channel, emoji)
    return 204, None


def remove_reaction(call: Call) -> Answer:
    """Take the bot's own reaction back."""
    channel = call.channel(needs=May.READ_MESSAGE_HISTORY)
    message = call.world.message(channel, call.params["message"])
    name = call.params["emoji"].partition(":")[0]
    reactions = message.wire.get("reactions", [])
    found = next((each for each in reactions if each["emoji"]["name"] == name and each["me"]), None)
    if found is None:
        raise Refused(10014)
    found |= {"count": found["count"] - 1, "me": False}
    message.wire["reactions"] = [each for each in reactions if each["count"]]
    _tell_reaction(call, "MESSAGE_REACTION_REMOVE", channel, found["emoji"])
    return 204, None


def _tell_reaction(call: Call, event: str, channel: Channel, emoji: Json) -> None:
    place = {"guild_id": channel.guild_id} if channel.guild_id else {}
    data = {
        "user_id": call.me,
        "channel_id": channel.id,
        "message_id": call.params["message"],
        "emoji": emoji,
    }
    call.world.emit(event, {**data, **place, "burst": False, "type": 0})


def typing(call: Call) -> Answer:
    """Show that the bot types."""
    call.channel(needs=May.SEND_MESSAGES)
    return 204, None


_ONE = "/channels/{channel}/messages/{message}"
ROUTES: Mapping[str, Handler] = {
    "POST /channels/{channel}/messages": create_message,
    "GET /channels/{channel}/messages": get_messages,
    f"GET {_ONE}": get_message,
    f"PATCH {_ONE}": edit_message,
    f"DELETE {_ONE}": delete_message,
    f"PUT {_ONE}/reactions/{{emoji}}/@me": add_reaction,
    f"DELETE {_ONE}/reactions/{{emoji}}/@me": remove_reaction,
    "POST /channels/{channel}/typing": typing,
}
