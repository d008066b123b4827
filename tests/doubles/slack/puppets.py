"""People of a test: they type commands, press, fill in forms and talk, as Slack's apps let them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.doubles.exchanges import Sent
from tests.doubles.slack.blocks import elements_of
from tests.doubles.slack.methods_chat import add
from tests.doubles.slack.refusals import Json
from tests.doubles.slack.server import SlackServer
from tests.doubles.slack.state import APP_ID, BOT_USER, TEAM_ID, Conversation, File, User, View, World
from tests.doubles.slack.transport import Delivery

NO_VALUES: Mapping[str, Any] = {}
_MENTION = re.compile(r"(<[@#!][^>]+>)")


@dataclass(frozen=True)
class Person:
    """Somebody of the workspace, a guest, or a stranger by Slack Connect; what they do happens at once."""

    user: User
    slack: SlackServer

    @property
    def id(self) -> str:
        """Their id."""
        return self.user.id

    @property
    def mention(self) -> str:
        """What names them in a message."""
        return f"<@{self.user.id}>"

    def direct(self) -> Conversation:
        """Their direct conversation with the bot."""
        return self.slack.world.im(self.user.id)

    def sees(self, conversation: Conversation) -> list[Json]:
        """What was shown to them alone."""
        return [each for each in conversation.ephemeral if each["seen_by"] == self.user.id]

    def slash(self, command: str, text: str, conversation: Conversation, *, escapes: bool = True) -> Delivery:
        """Use a command; a command that escapes sends ids for mentions, one that does not the bare names."""
        world = self.slack.world
        pieces = _MENTION.split(text)
        words = "".join(
            _named(world, piece, escapes=escapes) if number % 2 else escaped(piece)
            for number, piece in enumerate(pieces)
        )
        payload = {
            "token": "verification-token",
            "team_id": self.user.team_id,
            "team_domain": "team",
            "channel_id": conversation.id,
            "channel_name": {"im": "directmessage", "group": "privategroup"}.get(
                conversation.kind, conversation.name
            ),
            "user_id": self.user.id,
            "user_name": self.user.name.lower(),
            "command": command,
            "text": words,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": world.response_url(self.user.id, conversation.id),
            "trigger_id": world.trigger(self.user.id),
        }
        return self.slack.transport.send("slash_commands", payload)

    def say(
        self,
        conversation: Conversation,
        text: str,
        thread_ts: str | None = None,
        files: Sequence[Sent] = (),
        broadcast: bool = False,
    ) -> Json:
        """Write a message, perhaps in a thread, with files, perhaps shown in the channel as well."""
        world = self.slack.world
        ts = world.new_ts()
        pieces = _MENTION.split(text)
        words = "".join(piece if number % 2 else escaped(piece) for number, piece in enumerate(pieces))
        message: Json = {
            "type": "message",
            "user": self.user.id,
            "text": words,
            "ts": ts,
            "team": self.user.team_id,
        }
        message |= {"client_msg_id": world.new_id("m")} | ({"thread_ts": thread_ts} if thread_ts else {})
        if files:
            kept = [self.gives(each) for each in files]
            for file in kept:
                file.shares.append((conversation.id, ts, thread_ts))
            message |= {"files": [world.file_wire(each, is_event=True) for each in kept], "upload": False}
            message["subtype"] = "file_share"
        add(world, conversation, message)
        self._told(conversation, message, broadcast=broadcast)
        return message

    def gives(self, sent: Sent) -> File:
        """Upload a file of theirs."""
        world = self.slack.world
        file = File(
            world.new_id("F"), sent.name, len(sent.data), self.user.id, data=sent.data, mime=sent.mime
        )
        file.is_complete = file.is_scanned = True
        file.is_connect = self.user.team_id != TEAM_ID
        world.files[file.id] = file
        return file

    def _told(self, conversation: Conversation, message: Json, *, broadcast: bool) -> None:
        """Tell the app: a message and a mention are two events with an id each."""
        place = {"channel": conversation.id, "channel_type": conversation.kind}
        if self.slack.hears(conversation.id):
            self.slack.tell(message | place)
            if broadcast:
                twin = message | {"subtype": "thread_broadcast", "ts": self.slack.world.new_ts()}
                self.slack.tell(twin | place | {"root": conversation.messages[message["thread_ts"]]})
        is_meant = f"<@{BOT_USER}>" in message["text"] and conversation.kind != "im"
        may_hear = "app_mentions:read" in self.slack.world.scopes and BOT_USER in conversation.members
        if is_meant and may_hear:
            mention = {**message, "type": "app_mention", "channel": conversation.id}
            mention.pop("subtype", None)
            self.slack.tell(mention)

    def edit(self, conversation: Conversation, message: Json, text: str) -> None:
        """Change what they wrote."""
        before = dict(message)
        message |= {"text": escaped(text), "edited": {"user": self.user.id, "ts": self.slack.world.new_ts()}}
        self._hidden(conversation, "message_changed", {"message": dict(message), "previous_message": before})

    def delete(self, conversation: Conversation, message: Json) -> None:
        """Delete what they wrote."""
        del conversation.messages[message["ts"]]
        more = {"deleted_ts": message["ts"], "previous_message": dict(message)}
        self._hidden(conversation, "message_deleted", more)

    def _hidden(self, conversation: Conversation, subtype: str, more: Json) -> None:
        if self.slack.hears(conversation.id):
            shown = {"type": "message", "subtype": subtype, "hidden": True, "ts": self.slack.world.new_ts()}
            place = {"channel": conversation.id, "channel_type": conversation.kind}
            self.slack.tell(shown | place | more)

    def press(self, place: Conversation | View, which: str, message: Json | None = None) -> Delivery:
        """Press a button, named by its text or action id, of a message or a form."""
        wire = place.wire if isinstance(place, View) else message
        assert wire is not None
        block, element = self._element(wire, which)
        assert element["type"] in {"button", "icon_button"}, f"{which!r} is no button"
        action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
        action |= {"text": element.get("text"), "action_ts": self.slack.world.new_ts()}
        return self._act(place, wire, action | ({"value": element["value"]} if "value" in element else {}))

    def choose(
        self, place: Conversation | View, which: str, value: str, message: Json | None = None
    ) -> Delivery:
        """Choose from a menu, named by its placeholder or action id."""
        wire = place.wire if isinstance(place, View) else message
        assert wire is not None
        block, element = self._element(wire, which)
        option = next(each for each in element["options"] if each["value"] == value)
        action = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
        action |= {"selected_option": option, "action_ts": self.slack.world.new_ts()}
        return self._act(place, wire, action)

    def _element(self, wire: Json, which: str) -> tuple[Json, Json]:
        """Find the element with this text or id, else the one whose text begins so: a price may follow."""
        named = [(_names(each), block, each) for block, each in elements_of(wire["blocks"])]
        found = [(block, each) for names, block, each in named if which in names]
        found = found or [(block, each) for names, block, each in named if names[-1].startswith(which)]
        assert len(found) == 1, f"{which!r}: {len(found)} among {[names for names, _, _ in named]}"
        visible = found[0][1].get("visible_to_user_ids")
        assert visible is None or self.user.id in visible, f"{self.user.name} does not see {which!r}"
        return found[0]

    def _act(self, place: Conversation | View, wire: Json, action: Json) -> Delivery:
        world = self.slack.world
        payload = self._who("block_actions") | {"actions": [action], "state": {"values": {}}}
        if isinstance(place, View):
            payload["trigger_id"] = world.trigger(self.user.id, place.id)
            payload |= {"container": {"type": "view", "view_id": place.id}, "view": place.wire}
        else:
            is_ephemeral = wire.get("seen_by") is not None
            assert not is_ephemeral or wire["seen_by"] == self.user.id, f"{self.user.name} does not see it"
            container = {
                "type": "message",
                "message_ts": wire["ts"],
                "channel_id": place.id,
                "is_ephemeral": is_ephemeral,
                # https://github.com/slackapi/java-slack-sdk/issues/1200
                **({"thread_ts": wire["thread_ts"]} if wire.get("thread_ts") else {}),
            }
            payload |= {"container": container, "channel": {"id": place.id, "name": place.name}}
            payload["response_url"] = world.response_url(self.user.id, place.id, wire["ts"])
            # What only one person sees is not sent back with their click.
            payload |= {} if is_ephemeral else {"message": dict(wire)}
        return self.slack.transport.send("interactive", payload)

    def submit(self, view: View, values: Mapping[str, Any] = NO_VALUES) -> Delivery:
        """Send a form; `values` by label, action id or block id: text, an option's value, or files."""
        assert view.is_open, "the form is closed"
        assert view.user == self.user.id
        left = dict(values)
        state: Json = {}
        inputs = [
            (block, each) for block, each in elements_of(view.wire["blocks"]) if block["type"] == "input"
        ]
        # What names a block is for that one: actions of others may be called the same.
        for block, element in sorted(inputs, key=lambda each: each[0]["block_id"] not in values):
            entry = self._entry(block, element, left)
            state.setdefault(block["block_id"], {})[element["action_id"]] = entry
        assert not left, f"the form has no {sorted(left)}"
        payload = self._who("view_submission") | {
            "view": view.wire | {"state": {"values": state}},
            "response_urls": [],
        }
        return self.slack.transport.send("interactive", payload)

    def close(self, view: View) -> Delivery | None:
        """Close a form; the app is told only if it asked."""
        view.is_open = False
        if not view.wire["notify_on_close"]:
            return None
        payload = self._who("view_closed") | {"view": view.wire, "is_cleared": False}
        return self.slack.transport.send("interactive", payload)

    def _entry(self, block: Json, element: Json, left: dict[str, Any]) -> Json:
        """Build one field's state from what was given for it, else from what stood there."""
        names = (block["block_id"], block["label"]["text"], element["action_id"])
        name = next((each for each in names if each in left), names[1])
        value, kind = left.pop(name, None), element["type"]
        is_needed = not block.get("optional")
        if kind == "file_input":
            files = [self.gives(each) for each in value or []]
            assert files or not is_needed, f"{name} is required"
            assert len(files) <= element.get("max_files", 10), f"{name}: too many files"
            assert all(each.size <= 10 * 10**6 for each in files), f"{name}: a file is over 10 MB"
            for file in files:
                # A form's files are shown nowhere; the app that was given them may read them.
                file.shares.append((self.direct().id, self.slack.world.new_ts(), None))
            return {"type": kind, "files": [self.slack.world.file_wire(each) for each in files]}
        if "options" in element:
            option = next((each for each in element["options"] if each["value"] == value), None)
            option = element.get("initial_option") if value is None else option
            assert option or (value is None and not is_needed), f"{name}: {value!r} is no option"
            return {"type": kind, "selected_option": option}
        text = element.get("initial_value") if value is None else value
        least, most = element.get("min_length", 0), element.get("max_length", 3000)
        assert text or not is_needed, f"{name} is required"
        assert not text or least <= len(text) <= most, f"{name}: {len(text)} characters"
        return {"type": kind, "value": text or None}

    def shortcut(
        self, callback_id: str, conversation: Conversation | None = None, message: Json | None = None
    ) -> Delivery:
        """Use a shortcut, of a message or of the whole workspace."""
        world = self.slack.world
        payload = self._who("message_action" if message else "shortcut") | {"callback_id": callback_id}
        payload["action_ts"] = world.new_ts()
        if message is not None:
            assert conversation is not None
            payload |= {
                "channel": {"id": conversation.id, "name": conversation.name},
                "message": dict(message),
            }
            payload |= {"message_ts": message["ts"]}
            payload["response_url"] = world.response_url(self.user.id, conversation.id, message["ts"])
        return self.slack.transport.send("interactive", payload)

    def opens_home(self, tab: str = "home") -> Delivery:
        """Look at the app's own page, or its messages."""
        event = {"type": "app_home_opened", "user": self.user.id, "channel": self.direct().id, "tab": tab}
        return self.slack.tell(event)

    def _who(self, kind: str) -> Json:
        name = self.user.name.lower()
        return {
            "type": kind,
            "user": {"id": self.user.id, "username": name, "name": name, "team_id": self.user.team_id},
            "api_app_id": APP_ID,
            "token": "verification-token",
            "trigger_id": self.slack.world.trigger(self.user.id),
            "team": {"id": TEAM_ID, "domain": "team"},
            "enterprise": None,
            "is_enterprise_install": False,
        }


def _names(element: Json) -> tuple[str, ...]:
    texts = (element.get(name) or {} for name in ("placeholder", "text"))
    return (str(element.get("action_id")), *(str(text.get("text", "")) for text in texts))


def escaped(text: str) -> str:
    """Escape what Slack escapes in everything that people write."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _named(world: World, mention: str, *, escapes: bool) -> str:
    """Write a mention as a command's text has it."""
    number = mention.strip("<@#!>").partition("|")[0]
    if mention.startswith("<@"):
        name = world.users[number].name.lower()
        return f"<@{number}|{name}>" if escapes else f"@{name}"
    if mention.startswith("<#"):
        name = world.conversations[number].name
        return f"<#{number}|{name}>" if escapes else f"#{name}"
    return mention
