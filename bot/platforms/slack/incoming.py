"""What Slack tells us, as plain data. Ids, names and addresses of pictures and files are Slack's own.

Shapes: https://docs.slack.dev/interactivity and https://docs.slack.dev/reference/events.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.core.chat import Event, Sender
from bot.platforms.slack.views import Whither

Body = Mapping[str, Any]
AskKind = Literal["command", "press", "form", "edit", "report"]

NO_NAMES = frozenset({"directmessage", "privategroup"})

_ID = re.compile(r"[A-Z0-9]{2,40}")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_LEADING = re.compile(r"\s*<(?:@|!subteam\^|!(?=(?:here|channel|everyone)\b))([A-Za-z0-9]+)")
_STAYS = re.compile(r"^easel1:(open|say|edit|change_words):")
"""Buttons of lists and of forms: what they are in is still wanted after the press."""
_ASKED = re.compile(r"^easel1:confirm:")
"""Buttons of questions that are answered once, and stand in the person's own conversation with the bot."""
_STAMP = re.compile(r"[0-9]{1,12}\.[0-9]{6}")


@dataclass(frozen=True)
class Person:
    """Somebody as Slack names them; `team` is their own workspace, which is another one in shared channels."""

    id: str
    name: str = ""
    team: str | None = None


@dataclass(frozen=True)
class Spot:
    """Where something was said or pressed: `thread` is the time stamp of the thread's first message.

    `name` is the channel's, where Slack tells; of private ones it does not.
    """

    team: str
    enterprise: str | None
    channel: str
    thread: str | None = None
    message: str | None = None
    name: str = ""

    @property
    def is_direct(self) -> bool:
        """Whether it is the conversation of one person with the bot."""
        return self.channel.startswith("D")


@dataclass(frozen=True)
class SlackFile:
    """A file as Slack describes it; `is_stub` when `files.info` must be asked for the rest."""

    id: str
    name: str = ""
    url: str = ""
    size: int = 0
    is_stub: bool = False
    field: str = ""


@dataclass(frozen=True)
class Ask:
    """A slash command, a click, a shortcut or a form that was sent. `key` is the same however often it is told.

    `text` is a command's words, a click's code, a form's draft.
    """

    kind: AskKind
    key: str
    person: Person
    spot: Spot
    text: str = ""
    command: str = ""
    trigger: str = ""
    response_url: str = ""
    values: Mapping[str, Any] | None = None
    files: tuple[SlackFile, ...] = ()
    shown: str = ""
    """The time stamp of the message that a shortcut or click is about."""
    is_question: bool = False
    """Whether they pressed in something that only they see, and that what comes of it takes its place."""


@dataclass(frozen=True)
class Said:
    """A message that may be an order.

    `id` is the same for every event about it; `stamp`, milliseconds, orders the messages of a thread.
    """

    id: str
    person: Person
    spot: Spot
    text: str
    stamp: int
    sender: Sender
    event: Event
    mentions: tuple[str, ...] = ()
    leading_mention: str | None = None
    files: tuple[SlackFile, ...] = ()


def said_of(body: Body, me: str) -> Said | None:
    """Read a message event; None for what is no message, or one that nobody could have meant as an order."""
    event = body.get("event") or {}
    if event.get("type") not in {"message", "app_mention"} or event.get("hidden"):
        return None
    happened = _happened(str(event.get("subtype") or ""))
    stamp, channel = str(event.get("ts") or ""), str(event.get("channel") or "")
    if happened is None or not _STAMP.fullmatch(stamp) or not _ID.fullmatch(channel):
        return None
    team = str(body.get("team_id") or event.get("team") or "")
    thread = str(event.get("thread_ts") or "") or None
    text = str(event.get("text") or "")
    leading = _LEADING.match(text)
    return Said(
        id=f"{team}/{channel}/{stamp}",
        person=Person(str(event.get("user") or ""), team=event.get("user_team") or event.get("team")),
        spot=Spot(team, body.get("enterprise_id"), channel, thread if thread != stamp else None, stamp),
        text=text,
        stamp=int(stamp.replace(".", "")) // 1_000,
        sender=_sender(event, me),
        # A mention that an edit has brought in is told like a new message, with the edit in it.
        event=Event.EDITED if event.get("edited") else happened,
        mentions=tuple(_MENTION.findall(text)),
        leading_mention=leading[1] if leading else None,
        files=files_of(event.get("files") or ()),
    )


def may_matter(said: Said, me: str) -> bool:
    """Whether a message could be an order, as far as it says itself; most of a channel's messages could not."""
    if said.sender is not Sender.PERSON or said.event is not Event.POSTED or not said.person.id:
        return False
    return said.spot.is_direct or said.spot.thread is not None or me in said.mentions


def command_of(body: Body) -> Ask:
    """Read a slash command."""
    return Ask(
        kind="command",
        key=f"c{body['trigger_id']}",
        person=Person(str(body["user_id"]), str(body.get("user_name") or "")),
        spot=Spot(
            str(body["team_id"]),
            body.get("enterprise_id"),
            str(body["channel_id"]),
            name=_name(body.get("channel_name")),
        ),
        text=str(body.get("text") or ""),
        command=str(body["command"]).lstrip("/"),
        trigger=str(body["trigger_id"]),
        response_url=str(body.get("response_url") or ""),
    )


def press_of(body: Body) -> Ask | None:
    """Read a click on a button; None for any other element."""
    actions = body.get("actions") or ()
    if not actions or actions[0].get("type") != "button":
        return None
    action = actions[0]
    container = body.get("container") or {}
    message = body.get("message") or {}
    shown = str(container.get("message_ts") or message.get("ts") or "")
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    thread = str(message.get("thread_ts") or container.get("thread_ts") or "") or None
    return Ask(
        kind="press",
        key=f"a{body.get('trigger_id') or ''}{action.get('action_ts') or ''}",
        person=_person(body),
        spot=Spot(*_team(body), channel, thread if thread != shown else None, shown or None, _named(body)),
        text=str(action.get("value") or ""),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        shown=shown,
        is_question=_is_question(str(action.get("value") or ""), container, channel),
    )


def _is_question(code: str, container: Mapping[str, Any], channel: str) -> bool:
    if container.get("is_ephemeral"):
        return not _STAYS.search(code)
    return channel.startswith("D") and _ASKED.match(code) is not None


def shortcut_of(body: Body) -> Ask | None:
    """Read a shortcut on a message; None for one that is not ours."""
    kinds: Mapping[str, AskKind] = {"edit_image": "edit", "report_image": "report"}
    kind = kinds.get(str(body.get("callback_id")))
    if kind is None or body.get("type") != "message_action":
        return None
    message = body.get("message") or {}
    shown = str(body.get("message_ts") or message.get("ts") or "")
    channel = str((body.get("channel") or {}).get("id") or "")
    thread = str(message.get("thread_ts") or "") or None
    return Ask(
        kind=kind,
        key=f"s{body.get('trigger_id') or ''}",
        person=_person(body),
        spot=Spot(*_team(body), channel, thread if thread != shown else None, shown or None, _named(body)),
        trigger=str(body.get("trigger_id") or ""),
        response_url=str(body.get("response_url") or ""),
        files=files_of(message.get("files") or ()),
        shown=shown,
    )


def form_of(body: Body) -> Ask:
    """Read a form that was sent; its own data say where it was asked for."""
    view = body["view"]
    whither = Whither.read(str(view.get("private_metadata") or ""))
    team, enterprise = _team(body)
    spot = Spot(str(view.get("app_installed_team_id") or team), enterprise, whither.channel)
    return Ask(
        kind="form",
        # The same view is sent again after a refusal; each sending has a trigger of its own.
        key=f"v{view.get('id')}{body.get('trigger_id') or view.get('hash') or ''}",
        person=_person(body),
        spot=replace(spot, thread=whither.thread, message=whither.message, name=whither.channel_name),
        text=whither.draft,
        trigger=str(body.get("trigger_id") or ""),
        response_url=whither.response_url,
        values=view,
    )


def installation_of(body: Body) -> Spot:
    """Read which workspace an event is about, for events that stand in no conversation."""
    return Spot(str(body.get("team_id") or ""), body.get("enterprise_id"), "")


def files_of(files: Sequence[Mapping[str, Any]]) -> tuple[SlackFile, ...]:
    """Read file objects; a deleted or hidden one is left out."""
    return tuple(
        SlackFile(
            id=str(file["id"]),
            name=str(file.get("name") or file.get("title") or "picture"),
            url=str(file.get("url_private_download") or file.get("url_private") or ""),
            size=int(file.get("size") or 0),
            is_stub=file.get("file_access") == "check_file_info" or "url_private" not in file,
            field=str(file.get("field") or ""),
        )
        for file in files
        if file.get("id") and file.get("mode") not in {"tombstone", "hidden_by_limit"}
    )


def _happened(subtype: str) -> Event | None:
    found = {
        "": Event.POSTED,
        "file_share": Event.POSTED,
        "bot_message": Event.POSTED,
        "me_message": Event.POSTED,
        "thread_broadcast": Event.BROADCAST,
        "message_changed": Event.EDITED,
        "message_deleted": Event.DELETED,
    }
    return found.get(subtype)


def _sender(event: Mapping[str, Any], me: str) -> Sender:
    profile = event.get("bot_profile") or {}
    if event.get("user") == me:
        return Sender.OURSELVES
    if profile.get("is_workflow_bot"):
        return Sender.WORKFLOW
    if event.get("bot_id") or event.get("subtype") == "bot_message":
        return Sender.BOT
    return Sender.PERSON if event.get("user") else Sender.WEBHOOK


def _person(body: Body) -> Person:
    user = body.get("user") or {}
    name = str(user.get("name") or user.get("username") or "")
    return Person(str(user.get("id") or ""), name, user.get("team_id"))


def _named(body: Body) -> str:
    return _name((body.get("channel") or {}).get("name"))


def _name(told: object) -> str:
    """Read what a channel is called: Slack has words of its own for those whose names it does not tell."""
    name = str(told or "")
    return "" if name in NO_NAMES or name.startswith("mpdm-") else name


def _team(body: Body) -> tuple[str, str | None]:
    team, user = body.get("team") or {}, body.get("user") or {}
    enterprise = body.get("enterprise") or {}
    return str(team.get("id") or user.get("team_id") or ""), enterprise.get("id") or team.get("enterprise_id")
