"""One call of a Web API method: its arguments out of query, form or JSON, its token, its scopes and its tier."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.exchanges import Exchange
from tests.doubles.slack.refusals import Json, Refused, wrong
from tests.doubles.slack.state import BOT_USER, Conversation, World

BOT_TOKEN = "xoxb-1175432109876-1176543210987-everySignOfItIsMadeUp"
APP_TOKEN = "xapp-1-A0EASELAPP1-1176543210987-everysignofitismadeup"
MINUTE_MS = 60_000
DECODED = frozenset({"attachments", "blocks", "files", "metadata", "view"})
KINDS = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


@dataclass(frozen=True)
class Method:
    """What a method asks for: calls a minute, one of these scopes, whether a JSON body is read, which token."""

    handler: Callable[[Call], Json]
    per_minute: int
    scopes: tuple[str, ...] = ()
    takes_json: bool = True
    is_app: bool = False


@dataclass
class Pace:
    """Calls of each method within the last minute; `per_minute` and `post_seconds` are for tests to change.

    A message every second in a conversation, and a short burst on top.
    """

    per_minute: dict[str, int] = field(default_factory=dict)
    post_burst: int = 10
    refuse_next: dict[str, deque[int]] = field(default_factory=dict)
    _calls: dict[str, deque[int]] = field(default_factory=dict)

    def refuse_once(self, name: str, seconds: int) -> None:
        """Answer the next call of a method with 429."""
        self.refuse_next.setdefault(name, deque()).append(seconds)

    def wait(self, name: str, limit: int, now: int, conversation: str) -> int:
        """Count a call; returns the seconds to wait, 0 if it may go on."""
        if planned := self.refuse_next.get(name):
            return planned.popleft()
        span, most, key = MINUTE_MS, self.per_minute.get(name, limit), name
        if name == "chat.postMessage":
            span, most, key = self.post_burst * 1000, self.post_burst, f"{name} {conversation}"
        calls = self._calls.setdefault(key, deque())
        while calls and calls[0] <= now - span:
            calls.popleft()
        if len(calls) >= most:
            return max(1, -(-(calls[0] + span - now) // 1000))
        calls.append(now)
        return 0


@dataclass(frozen=True)
class Call:
    """A call on its way: the world and what was said."""

    world: World
    name: str
    said: Mapping[str, Any]
    deliver: Callable[[str, Json], None]
    """Tells the app of an event that its call caused."""

    def need(self, *names: str) -> None:
        """Refuse a call that leaves one of these out."""
        left_out = [name for name in names if self.said.get(name) is None or self.said[name] == ""]
        if left_out:
            raise wrong("invalid_arguments", *(f"missing required field: {name}" for name in left_out))

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.said.get(name)
        return default if value is None else str(value)

    def flag(self, name: str) -> bool:
        """Return an argument that is true or false."""
        return str(self.said.get(name, "")).lower() in {"1", "true"}

    def conversation(self) -> Conversation:
        """Return the conversation of `channel`, or refuse: unknown, or private and not the bot's."""
        if not (channel := self.text("channel")):
            raise Refused("channel_not_found")
        return self.world.visible(channel)

    def scoped(self, conversation: Conversation, what: str) -> None:
        """Refuse unless the scope for this kind of conversation was granted: `channels:history` and the like."""
        needed = f"{KINDS[conversation.kind]}:{what}"
        if needed not in self.world.scopes:
            raise missing(self.world, needed)

    def inside(self, conversation: Conversation) -> None:
        """Refuse unless the bot is a member."""
        if BOT_USER not in conversation.members:
            raise Refused("not_in_channel")


def missing(world: World, *needed: str) -> Refused:
    """Say which scope a call would need and which there are."""
    return Refused("missing_scope", needed=",".join(needed), provided=",".join(sorted(world.scopes)))


def arguments(exchange: Exchange, method: Method) -> dict[str, Any]:
    """Read the arguments: query and form always, JSON where the method takes it; JSON inside a form is decoded."""
    said: dict[str, Any] = {**exchange.query, **exchange.fields}
    is_json = exchange.headers.get("content-type", "").startswith("application/json")
    if is_json and method.takes_json:
        if not isinstance(exchange.body, dict):
            raise Refused("invalid_json" if exchange.raw else "json_not_object")
        return said | exchange.body
    for name in DECODED & set(said):
        try:
            said[name] = json.loads(said[name])
        except ValueError:
            if name == "blocks":
                raise wrong("invalid_blocks_format") from None
            raise wrong("invalid_arguments", f"invalid JSON in {name}") from None
    return said


def check_token(world: World, exchange: Exchange, method: Method) -> None:
    """Refuse a call without the right token."""
    bearer = exchange.headers.get("authorization", "").removeprefix("Bearer ")
    token = bearer or exchange.fields.get("token", "") or exchange.query.get("token", "")
    if not token:
        raise Refused("not_authed")
    if token not in {BOT_TOKEN, APP_TOKEN}:
        raise Refused("invalid_auth")
    if (token == APP_TOKEN) != method.is_app:
        raise Refused("not_allowed_token_type")
    if world.is_revoked:
        raise Refused("token_revoked")
    if method.scopes and not world.scopes & set(method.scopes):
        raise missing(world, *method.scopes)
