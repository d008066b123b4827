"""Methods of messages, conversations, people and reactions."""

from __future__ import annotations

from collections.abc import Mapping

from tests.doubles.slack.blocks import check_message, with_ids
from tests.doubles.slack.calls import Call, Method, missing
from tests.doubles.slack.refusals import Json, Refused, wrong
from tests.doubles.slack.state import APP_ID, BOT_ID, BOT_USER, TEAM_ID, Conversation, World

TEXT_MAX, UPDATE_MAX = 40_000, 4_000
T2, T3, T4, MANY = 20, 50, 100, 600


def check_posting(call: Call, conversation: Conversation) -> None:
    """Refuse a message where the bot may not post: public channels need membership or chat:write.public."""
    if conversation.is_archived:
        raise Refused("is_archived")
    is_open = conversation.kind == "channel" and "chat:write.public" in call.world.scopes
    if BOT_USER not in conversation.members and not is_open:
        raise Refused("not_in_channel")
    if conversation.refuses:
        raise Refused(conversation.refuses)


def _content(call: Call, most: int) -> tuple[str, list[Json] | None]:
    text, blocks = call.text("text") or call.text("markdown_text"), call.said.get("blocks")
    if not text and not blocks and not call.said.get("attachments"):
        raise Refused("no_text")
    if len(text) > most:
        raise Refused("msg_too_long")
    check_message(call.world, blocks)
    return text, blocks


def authored(text: str, blocks: list[Json]) -> Json:
    """What a message of the bot carries of its author."""
    return {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "text": text,
        "blocks": blocks,
        "bot_profile": {
            "id": BOT_ID,
            "app_id": APP_ID,
            "name": "Easel",
            "deleted": False,
            "team_id": TEAM_ID,
        },
    }


def post_message(call: Call) -> Json:
    """Post a message; a person's id opens the direct conversation."""
    call.need("channel")
    target = call.text("channel")
    conversation = call.world.im(target) if target in call.world.users else call.conversation()
    check_posting(call, conversation)
    text, blocks = _content(call, TEXT_MAX)
    thread_ts = call.text("thread_ts")
    message = authored(text, with_ids(call.world, blocks)) | {"ts": call.world.new_ts()}
    if thread_ts:
        parent = conversation.messages.get(thread_ts)
        if parent is None:
            raise Refused("thread_not_found")
        message["thread_ts"] = parent.get("thread_ts", thread_ts)
        message["parent_user_id"] = parent["user"]
    if isinstance(call.said.get("metadata"), dict):
        message["metadata"] = call.said["metadata"]
    add(call.world, conversation, message)
    call.deliver("message", message | {"channel": conversation.id})
    return {"channel": conversation.id, "ts": message["ts"], "message": dict(message)}


def add(world: World, conversation: Conversation, message: Json) -> None:
    """Put a message into a conversation; a reply marks its thread's first message."""
    conversation.messages[message["ts"]] = message
    parent = conversation.messages.get(message.get("thread_ts", ""))
    if parent is not None and parent is not message:
        parent["thread_ts"] = parent["ts"]
        parent["reply_count"] = parent.get("reply_count", 0) + 1
        parent["latest_reply"] = message["ts"]
    world.changes.tell()


def _own(call: Call, conversation: Conversation, error: str) -> Json:
    message = conversation.messages.get(call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if message.get("bot_id") != BOT_ID:
        raise Refused(error)
    return message


def update(call: Call) -> Json:
    """Change a message of the bot's own."""
    call.need("channel", "ts")
    conversation = call.conversation()
    message = _own(call, conversation, "cant_update_message")
    if conversation.is_archived:
        raise Refused("is_archived")
    text, blocks = _content(call, UPDATE_MAX)
    message["text"] = text
    if blocks is not None:
        message["blocks"] = with_ids(call.world, blocks)
    message["edited"] = {"user": BOT_USER, "ts": call.world.new_ts()}
    call.world.changes.tell()
    return {"channel": conversation.id, "ts": message["ts"], "text": text, "message": dict(message)}


def delete(call: Call) -> Json:
    """Delete a message of the bot's own."""
    call.need("channel", "ts")
    conversation = call.conversation()
    message = _own(call, conversation, "cant_delete_message")
    del conversation.messages[message["ts"]]
    call.world.changes.tell()
    return {"channel": conversation.id, "ts": message["ts"]}


def post_ephemeral(call: Call) -> Json:
    """Show something to one member; it is not kept."""
    call.need("channel", "user")
    conversation = call.conversation()
    check_posting(call, conversation)
    text, blocks = _content(call, TEXT_MAX)
    if call.text("user") not in conversation.members:
        raise Refused("user_not_in_channel")
    ts = call.world.new_ts()
    entry = authored(text, with_ids(call.world, blocks)) | {"ts": ts, "seen_by": call.text("user")}
    conversation.ephemeral.append(
        entry | ({"thread_ts": call.text("thread_ts")} if call.text("thread_ts") else {})
    )
    call.world.changes.tell()
    return {"message_ts": ts}


def permalink(call: Call) -> Json:
    """Give a message's address."""
    call.need("channel", "message_ts")
    conversation, ts = call.conversation(), call.text("message_ts")
    if ts not in conversation.messages:
        raise Refused("message_not_found")
    address = f"{call.world.url}/archives/{conversation.id}/p{ts.replace('.', '')}"
    return {"channel": conversation.id, "permalink": address}


def info(call: Call) -> Json:
    """Describe a conversation."""
    conversation = call.conversation()
    call.scoped(conversation, "read")
    return {"channel": conversation.wire()}


def open_direct(call: Call) -> Json:
    """Open the direct conversation with somebody."""
    users = [each for each in call.text("users").split(",") if each]
    if len(users) != 1:
        raise Refused("users_list_not_supplied" if not users else "not_enough_users")
    if users[0] not in call.world.users:
        raise Refused("user_not_found")
    conversation = call.world.im(users[0])
    return {"channel": conversation.wire() if call.flag("return_im") else {"id": conversation.id}}


def join(call: Call) -> Json:
    """Join a public channel."""
    conversation = call.conversation()
    if conversation.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise Refused("is_archived")
    more: Json = {}
    if BOT_USER in conversation.members:
        more = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        conversation.members.append(BOT_USER)
        call.deliver(
            "member_joined_channel",
            {
                "type": "member_joined_channel",
                "user": BOT_USER,
                "channel": conversation.id,
                "channel_type": "C",
                "team": TEAM_ID,
            },
        )
    return {"channel": conversation.wire(), **more}


def members(call: Call) -> Json:
    """List who is in a conversation."""
    conversation = call.conversation()
    call.scoped(conversation, "read")
    return {"members": list(conversation.members), "response_metadata": {"next_cursor": ""}}


def history(call: Call) -> Json:
    """Read a conversation, newest first, without the replies of threads."""
    conversation = call.conversation()
    call.scoped(conversation, "history")
    call.inside(conversation)
    shown = [
        each for each in conversation.messages.values() if each.get("thread_ts", each["ts"]) == each["ts"]
    ]
    return _page(call, [each for each in reversed(shown) if _in_span(call, each)])


def replies(call: Call) -> Json:
    """Read a thread: its first message, then the replies."""
    conversation = call.conversation()
    call.scoped(conversation, "history")
    call.inside(conversation)
    if call.text("ts") not in conversation.messages:
        raise Refused("thread_not_found")
    first, *rest = conversation.thread(call.text("ts"))
    return _page(call, [first, *(each for each in rest if _in_span(call, each))])


def _in_span(call: Call, message: Json) -> bool:
    ts, is_inclusive = message["ts"], call.flag("inclusive")
    oldest, latest = call.text("oldest", "0"), call.text("latest") or "9" * 10
    return oldest < ts < latest or (is_inclusive and ts in {oldest, latest})


def _page(call: Call, found: list[Json]) -> Json:
    limit = int(call.text("limit", "100"))
    if not 1 <= limit < 1000:
        raise wrong("invalid_limit")
    start = int(call.text("cursor") or "0")
    more = start + limit < len(found)
    cursor = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
    return {"messages": found[start : start + limit], "has_more": more, **cursor}


def _reaction(call: Call) -> tuple[Json, list[Json], str]:
    call.need("channel", "name", "timestamp")
    conversation = call.conversation()
    call.inside(conversation)
    message = conversation.messages.get(call.text("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    return message, message.setdefault("reactions", []), call.text("name")


def add_reaction(call: Call) -> Json:
    """React to a message."""
    _, reactions, name = _reaction(call)
    found = next((each for each in reactions if each["name"] == name), None)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        reactions.append(found)
    if BOT_USER in found["users"]:
        raise Refused("already_reacted")
    found["users"].append(BOT_USER)
    found["count"] += 1
    call.world.changes.tell()
    return {}


def remove_reaction(call: Call) -> Json:
    """Take a reaction back."""
    message, reactions, name = _reaction(call)
    found = next((each for each in reactions if each["name"] == name and BOT_USER in each["users"]), None)
    if found is None:
        raise Refused("no_reaction")
    message["reactions"] = [each for each in reactions if each is not found]
    call.world.changes.tell()
    return {}


def set_status(call: Call) -> Json:
    """Say in a thread what the bot is doing; `unknown_method` where Slack does not have it."""
    call.need("channel_id", "thread_ts")
    if not call.world.scopes & {"chat:write", "assistant:write"}:
        raise missing(call.world, "chat:write")
    conversation = call.world.visible(call.text("channel_id"))
    loading = call.said.get("loading_messages") or []
    if isinstance(loading, list) and len(loading) > 10:
        raise wrong("invalid_arguments", "no more than 10 items allowed [json-pointer:/loading_messages]")
    now = call.world.clock.now_ms()
    entry = {"thread_ts": call.text("thread_ts"), "status": call.text("status"), "at_ms": now}
    conversation.statuses.append(entry)
    call.world.changes.tell()
    return {}


def user(call: Call) -> Json:
    """Describe somebody."""
    if (found := call.world.users.get(call.text("user"))) is None:
        raise Refused("user_not_found")
    return {"user": found.wire()}


def users(call: Call) -> Json:
    """List everybody."""
    return {
        "members": [each.wire() for each in call.world.users.values()],
        "response_metadata": {"next_cursor": ""},
    }


def groups(call: Call) -> Json:
    """List the user groups."""
    shown = []
    for number, (handle, people) in call.world.groups.items():
        entry: Json = {
            "id": number,
            "team_id": TEAM_ID,
            "handle": handle,
            "name": handle,
            "is_usergroup": True,
        }
        shown.append(
            entry | {"user_count": len(people), **({"users": people} if call.flag("include_users") else {})}
        )
    return {"usergroups": shown}


def group_users(call: Call) -> Json:
    """List who is in a user group."""
    if call.text("usergroup") not in call.world.groups:
        raise Refused("no_such_subteam")
    return {"users": list(call.world.groups[call.text("usergroup")][1])}


def auth_test(call: Call) -> Json:
    """Say who the token belongs to."""
    return {
        "url": f"{call.world.url}/",
        "team": "Team",
        "user": "easel",
        "team_id": TEAM_ID,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def team_info(call: Call) -> Json:
    """Describe the workspace."""
    return {"team": {"id": TEAM_ID, "name": "Team", "domain": "team", "email_domain": "", "icon": {}}}


_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
METHODS: Mapping[str, Method] = {
    "auth.test": Method(auth_test, MANY),
    "team.info": Method(team_info, T3, ("team:read",), takes_json=False),
    "chat.postMessage": Method(post_message, MANY, ("chat:write",)),
    "chat.update": Method(update, T3, ("chat:write",)),
    "chat.delete": Method(delete, T3, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, T4, ("chat:write",)),
    "chat.getPermalink": Method(permalink, MANY, takes_json=False),
    "conversations.info": Method(info, T3, _READ, takes_json=False),
    "conversations.open": Method(
        open_direct, T3, ("im:write", "mpim:write", "channels:manage", "groups:write")
    ),
    "conversations.join": Method(join, T3, ("channels:join",)),
    "conversations.members": Method(members, T4, _READ, takes_json=False),
    "conversations.history": Method(history, T3, _HISTORY, takes_json=False),
    "conversations.replies": Method(replies, T3, _HISTORY, takes_json=False),
    "reactions.add": Method(add_reaction, T3, ("reactions:write",)),
    "reactions.remove": Method(remove_reaction, T2, ("reactions:write",)),
    "assistant.threads.setStatus": Method(set_status, MANY),
    "users.info": Method(user, T4, ("users:read",), takes_json=False),
    "users.list": Method(users, T2, ("users:read",), takes_json=False),
    "usergroups.list": Method(groups, T2, ("usergroups:read",), takes_json=False),
    "usergroups.users.list": Method(group_users, T2, ("usergroups:read",), takes_json=False),
}
