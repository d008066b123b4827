"""Making, changing and removing messages in the world: files go to the CDN, mentions are counted, events told."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.doubles.discord.audience import readable
from tests.doubles.discord.cdn import keep, sign
from tests.doubles.discord.permissions import May
from tests.doubles.discord.refusals import Json
from tests.doubles.discord.shapes import thread_wire
from tests.doubles.discord.state import (
    HAS_THREAD,
    LOADING,
    Channel,
    Message,
    User,
    World,
)
from tests.doubles.exchanges import Sent

SETTABLE = 1 << 2 | 1 << 12 | 1 << 13 | 1 << 15
_PERSON, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True)
class Draft:
    """A message to be: who, where, and its body as the API takes it."""

    channel: Channel
    author: User
    body: Json
    files: dict[str, Sent]
    extra: Json
    """Fields of the message that the body does not say: type, flags, interaction."""
    seen_by: str | None = None
    interaction_id: str | None = None
    id: str = ""
    """Else a new one; a forum's first message has its thread's."""


def post(world: World, draft: Draft) -> Message:
    """Make a message and tell everybody who may see it."""
    channel, body = draft.channel, draft.body
    number = draft.id or world.new_id()
    attachments = attach(world, channel, body, draft.files)
    wire: Json = {
        "id": number,
        "type": 0,
        "channel_id": channel.id,
        "author": draft.author.wire(),
        "content": body.get("content") or "",
        "timestamp": world.clock.iso(),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": attachments,
        "embeds": shown_embeds(body.get("embeds") or [], attachments),
        "components": numbered(body.get("components") or []),
        "pinned": False,
        "flags": body.get("flags", 0) & SETTABLE,
    }
    _refer(world, channel, body, wire)
    wire |= {**draft.extra, "flags": wire["flags"] | draft.extra.get("flags", 0)}
    wire |= _mentions(world, draft, wire)
    message = Message(wire, channel.id, draft.author.id, draft.seen_by, draft.interaction_id)
    channel.messages[number] = message
    nonce = body.get("nonce")
    _tell(world, "MESSAGE_CREATE", message, {} if nonce is None else {"nonce": nonce})
    return message


def change(world: World, message: Message, body: Json, files: dict[str, Sent]) -> None:
    """Change what a body names; files that it does not list vanish if it lists any."""
    channel, wire = world.channels[message.channel_id], message.wire
    if "content" in body:
        wire["content"] = body["content"] or ""
    if "attachments" in body or files:
        kept = body.get("attachments") if "attachments" in body else list(wire["attachments"])
        wire["attachments"] = attach(world, channel, {"attachments": kept or []}, files, wire["attachments"])
    if "embeds" in body:
        wire["embeds"] = shown_embeds(body["embeds"] or [], wire["attachments"])
    if "components" in body:
        wire["components"] = numbered(body["components"] or [])
    if "flags" in body:
        wire["flags"] = wire["flags"] & ~SETTABLE | (body["flags"] or 0) & SETTABLE
    wire["flags"] &= ~LOADING
    wire["edited_timestamp"] = world.clock.iso()
    _tell(world, "MESSAGE_UPDATE", message, {})


def remove(world: World, message: Message) -> None:
    """Delete a message; the thread that hangs on it stays."""
    channel = world.channels[message.channel_id]
    del channel.messages[message.id]
    place = {"guild_id": channel.guild_id} if channel.guild_id else {}
    if message.seen_by is None:
        world.emit("MESSAGE_DELETE", {"id": message.id, "channel_id": channel.id, **place})
    world.changes.tell()


def _tell(world: World, event: str, message: Message, extra: Json) -> None:
    """Tell the gateway of a message, unless it is for one person only."""
    if message.seen_by is None:
        world.emit(event, placed(world, message) | extra)
    world.changes.tell()


def fetched(world: World, message: Message) -> Json:
    """A message as REST shows it: its files' addresses are good for another day."""
    shown = placed(world, message)
    shown.pop("guild_id", None)
    shown.pop("member", None)
    for each in shown["attachments"]:
        each["url"] = each["proxy_url"] = sign(world, each["url"].partition("?")[0].split("/", 3)[3])
    return readable(world, shown, has_intent=world.has_content_intent)


def placed(world: World, message: Message) -> Json:
    """A message as the gateway sends it: with its server and its author's membership."""
    channel = world.channels[message.channel_id]
    shown = dict(message.wire)
    if channel.guild_id is not None:
        shown["guild_id"] = channel.guild_id
        if member := world.member_of(channel, message.author_id):
            shown["member"] = member.wire(with_user=False)
    thread = world.channels.get(message.id)
    if thread is not None and thread.parent_id == channel.id:
        shown["thread"] = thread_wire(world, thread)
        shown["flags"] |= HAS_THREAD
    return shown


def attach(
    world: World, channel: Channel, body: Json, files: dict[str, Sent], before: list[Json] | None = None
) -> list[Json]:
    """Return the attachments of a message: those of `before` that are listed, and the new files."""
    listed = {str(each["id"]): each for each in body.get("attachments") or []}
    found = []
    for old in before or []:
        if old["id"] in listed:
            words = listed[old["id"]].get("description", old.get("description"))
            found.append({**old, **({"description": words} if words else {})})
    for number, sent in files.items():
        said = listed.get(number, {})
        name = _UNSAFE.sub("_", said.get("filename") or sent.name)
        found.append(attachment(world, channel.id, Sent(name, sent.mime, sent.data), said.get("description")))
    return found


def attachment(world: World, channel_id: str, sent: Sent, description: str | None = None) -> Json:
    """Put a file on the CDN; returns its attachment object."""
    number = world.new_id()
    mime = mimetypes.guess_type(sent.name)[0] or sent.mime or "application/octet-stream"
    url = keep(world, f"attachments/{channel_id}/{number}/{sent.name}", sent.data, mime)
    shown = {
        "id": number,
        "filename": sent.name,
        "size": len(sent.data),
        "url": url,
        "proxy_url": url,
        "content_type": mime,
        "content_scan_version": 0,
    }
    size = _pixels(sent.data) if mime.startswith("image/") else None
    shown |= {"width": size[0], "height": size[1]} if size else {}
    return shown | ({"description": description} if description else {})


def numbered(rows: list[Json]) -> list[Json]:
    """Give every component the id that Discord gives."""
    count = 0

    def with_id(component: Json) -> Json:
        nonlocal count
        count += 1
        shown = {"id": count, **component}
        if "components" in component:
            shown["components"] = [with_id(each) for each in component["components"]]
        return shown

    return [with_id(row) for row in rows]


def shown_embeds(embeds: list[Json], attachments: list[Json]) -> list[Json]:
    """Point `attachment://name` at the file; such a file is no longer listed as an attachment."""
    by_name = {each["filename"]: each for each in attachments}
    shown = []
    for embed in embeds:
        copy = {"type": "rich", **embed}
        for place in ("image", "thumbnail"):
            name = str((embed.get(place) or {}).get("url", "")).removeprefix("attachment://")
            if (found := by_name.get(name)) is not None:
                copy[place] = {"url": found["url"], "proxy_url": found["proxy_url"]}
                attachments[:] = [each for each in attachments if each is not found]
        shown.append(copy)
    return shown


def _pixels(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return None


def _refer(world: World, channel: Channel, body: Json, wire: Json) -> None:
    """Fill in what a reply refers to."""
    reference = body.get("message_reference")
    if not reference:
        return
    target = channel.messages.get(str(reference["message_id"]))
    if target is None:
        return
    place = {"guild_id": channel.guild_id} if channel.guild_id else {}
    wire["type"] = 19
    wire["message_reference"] = {"type": 0, "message_id": target.id, "channel_id": channel.id, **place}
    inner = dict(target.wire)
    inner.pop("referenced_message", None)
    wire["referenced_message"] = inner


def _mentions(world: World, draft: Draft, wire: Json) -> Json:
    """Return whom a message pings: what its words name, as far as it allows itself."""
    body, channel = draft.body, draft.channel
    allowed: Any = body.get("allowed_mentions")
    allowed = {"parse": ["users", "roles", "everyone"], "replied_user": True} if allowed is None else allowed
    parse = allowed.get("parse") or []
    named = _PERSON.findall(wire["content"])
    people = [each for each in named if "users" in parse or each in map(str, allowed.get("users") or [])]
    referenced = wire.get("referenced_message")
    if referenced and allowed.get("replied_user"):
        people.append(referenced["author"]["id"])
    roles = [
        each
        for each in _ROLE.findall(wire["content"])
        if "roles" in parse or each in map(str, allowed.get("roles") or [])
    ]
    says_everyone = "@everyone" in wire["content"] or "@here" in wire["content"]
    may_everyone = bool(world.may(draft.author.id, channel) & May.MENTION_EVERYONE)
    return {
        "mentions": [
            _mentioned(world, channel, each) for each in dict.fromkeys(people) if each in world.users
        ],
        "mention_roles": list(dict.fromkeys(roles)),
        "mention_everyone": says_everyone and "everyone" in parse and may_everyone,
    }


def _mentioned(world: World, channel: Channel, user_id: str) -> Json:
    member = world.member_of(channel, user_id)
    return world.users[user_id].wire() | ({"member": member.wire(with_user=False)} if member else {})
