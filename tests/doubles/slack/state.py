"""What Slack knows: people, conversations, messages, files, forms. Plain data, and how each looks on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.doubles.clock import Changes, Clock
from tests.doubles.slack.refusals import Json, Refused

Kind = Literal["channel", "group", "im", "mpim"]
TEAM_ID, APP_ID, BOT_ID, BOT_USER = "T0EASELTEAM", "A0EASELAPP1", "B0EASELBOT1", "U0EASELBOT1"
TRIGGER_MS, RESPONSE_MS, RESPONSE_USES = 3_000, 30 * 60_000, 5
REQUIRED = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "im:history",
)
"""What Easel asks for at least."""


@dataclass
class User:
    """A person or a bot."""

    id: str
    name: str
    team_id: str = TEAM_ID
    is_admin: bool = False
    is_owner: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_gone: bool = False

    def wire(self) -> Json:
        """A user object."""
        return {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name.lower(),
            "real_name": self.name,
            "deleted": self.is_gone,
            "tz": "Europe/London",
            "tz_offset": 0,
            "profile": {"real_name": self.name, "display_name": self.name.lower(), "team": self.team_id},
            "is_admin": self.is_admin or self.is_owner,
            "is_owner": self.is_owner,
            "is_primary_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "is_stranger": self.team_id != TEAM_ID,
            "updated": 1_700_000_000,
        }


@dataclass
class Conversation:
    """A channel, a private one, or a direct conversation. `refuses` is the error that posting meets here."""

    id: str
    kind: Kind
    name: str = ""
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    refuses: str | None = None
    messages: dict[str, Json] = field(default_factory=dict)
    ephemeral: list[Json] = field(default_factory=list)
    statuses: list[Json] = field(default_factory=list)

    def wire(self) -> Json:
        """A conversation object."""
        is_im = self.kind == "im"
        shown: Json = {
            "id": self.id,
            "created": 1_700_000_000,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": is_im,
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": self.is_archived,
            "is_org_shared": False,
            "context_team_id": TEAM_ID,
            "updated": 1_700_000_000_000,
        }
        if is_im:
            return shown | {"user": next(each for each in self.members if each != BOT_USER)}
        return shown | {
            "name": self.name,
            "name_normalized": self.name,
            "is_general": False,
            "is_member": BOT_USER in self.members,
            "is_shared": False,
            "is_ext_shared": False,
            "creator": "U0CREATOR01",
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }

    def thread(self, ts: str) -> list[Json]:
        """A message and the replies under it, in order."""
        return [each for each in self.messages.values() if ts in {each["ts"], each.get("thread_ts")}]


@dataclass
class File:
    """A file: announced, uploaded, completed, shared, in this order."""

    id: str
    name: str
    size: int
    user: str
    title: str = ""
    alt: str = ""
    data: bytes | None = None
    mime: str = ""
    is_complete: bool = False
    is_connect: bool = False
    is_scanned: bool = False
    is_deleted: bool = False
    shares: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Conversation, time stamp of the message, and of its thread."""


@dataclass
class View:
    """A form, or somebody's home tab."""

    wire: Json
    user: str
    root: str
    is_open: bool = True

    @property
    def id(self) -> str:
        """The view's id."""
        return str(self.wire["id"])


@dataclass
class Ticket:
    """A trigger id or response address: whom it is for and how often it was used."""

    user: str
    conversation: str | None
    made_ms: int
    message_ts: str | None = None
    view_id: str | None = None
    used: int = 0


@dataclass
class World:
    """Everything."""

    clock: Clock = field(default_factory=Clock)
    changes: Changes = field(default_factory=Changes)
    scopes: set[str] = field(default_factory=lambda: set(REQUIRED))
    users: dict[str, User] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Ticket] = field(default_factory=dict)
    responses: dict[str, Ticket] = field(default_factory=dict)
    groups: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    is_revoked: bool = False
    files_refused: str | None = None
    url: str = ""
    _number: int = 0
    _last_us: int = 0

    def __post_init__(self) -> None:
        self.users[BOT_USER] = User(BOT_USER, "Easel", is_bot=True)

    def new_id(self, letter: str) -> str:
        """Make an id."""
        self._number += 1
        return f"{letter}0{self._number:09d}"

    def new_ts(self) -> str:
        """Make a time stamp later than all before."""
        self._last_us = max(self._last_us + 1, self.clock.now_ms() * 1000)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """Make a trigger id: good for three seconds and one form."""
        number = f"{self.clock.now_ms()}.{self.new_id('8')}.{'f' * 16}"
        self.triggers[number] = Ticket(user, None, self.clock.now_ms(), view_id=view_id)
        return number

    def response_url(self, user: str, conversation: str, message_ts: str | None = None) -> str:
        """Make a response address: good for half an hour and five messages."""
        key = self.new_id("R")
        self.responses[key] = Ticket(user, conversation, self.clock.now_ms(), message_ts)
        return f"{self.url}/commands/{TEAM_ID}/{key}"

    def visible(self, conversation_id: str) -> Conversation:
        """Find a conversation that the bot may know of: public, or its own."""
        found = self.conversations.get(conversation_id)
        if found is None or (found.kind != "channel" and BOT_USER not in found.members):
            raise Refused("channel_not_found")
        return found

    def im(self, user: str) -> Conversation:
        """Find or make the bot's direct conversation with somebody."""
        for each in self.conversations.values():
            if each.kind == "im" and set(each.members) == {user, BOT_USER}:
                return each
        made = Conversation(self.new_id("D"), "im", members=[user, BOT_USER])
        self.conversations[made.id] = made
        return made

    def file_wire(self, file: File, *, is_event: bool = False) -> Json:
        """A file object; in events of Slack Connect only a stub, before it was looked through without its type."""
        if file.is_deleted:
            return {"id": file.id, "mode": "tombstone"}
        if file.is_connect and is_event:
            return {"id": file.id, "mode": "file_access", "file_access": "check_file_info"}
        address = f"{self.url}/files-pri/{TEAM_ID}-{file.id}"
        shown: Json = {
            "id": file.id,
            "created": self.clock.now_ms() // 1000,
            "timestamp": self.clock.now_ms() // 1000,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.mime if file.is_scanned else "",
            "filetype": file.mime.rpartition("/")[2] if file.is_scanned else "",
            "pretty_type": file.mime.rpartition("/")[2].upper() if file.is_scanned else "",
            "user": file.user,
            "user_team": TEAM_ID,
            "editable": False,
            "size": file.size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": any(self.conversations[where].kind == "channel" for where, _, _ in file.shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{address}/{file.name}",
            "url_private_download": f"{address}/download/{file.name}",
            "permalink": f"{self.url}/files/{file.user}/{file.id}/{file.name}",
            "has_rich_preview": False,
            "file_access": "visible",
        }
        return shown | ({"alt_txt": file.alt} if file.alt else {})

    def shares_wire(self, file: File) -> Json:
        """Where a file is shown: `shares` of files.info."""
        shares: Json = {}
        for where, ts, thread_ts in file.shares:
            conversation = self.conversations[where]
            side = "public" if conversation.kind == "channel" else "private"
            entry: Json = {"ts": ts, "team_id": TEAM_ID, "share_user_id": file.user, "source": "UNKNOWN"}
            entry |= {"channel_name": conversation.name, "reply_users": [], "reply_count": 0}
            if thread_ts:
                entry["thread_ts"] = thread_ts
            shares.setdefault(side, {}).setdefault(where, []).append(entry)
        return shares
