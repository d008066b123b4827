"""What a slash command says, read from the raw interaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pydantic.fields import FieldInfo

from bot.core.commands import Command
from bot.core.reading import reads_of
from bot.core.text import MARK, mention
from bot.platforms.discord.declaring import (
    ATTACHMENT,
    GROUP,
    MASK,
    MENTIONABLE,
    MORE,
    PICTURE_OPTIONS,
    SUBCOMMAND,
)
from bot.platforms.discord.incoming import Attached, User, file_of

MENTION = re.compile(r"<(?P<sign>@!?|@&|#)(?P<id>[0-9]{1,20})>")
KINDS: Mapping[str, str] = MappingProxyType({"@": "user", "@!": "user", "@&": "role", "#": "channel"})
NAMING = frozenset({"who", "where", "target"})
"""What names people and places: where no type of Discord's fits, mentions come as they were typed."""


@dataclass(frozen=True)
class Typed:
    """A slash command with its typed options; `command` is "imagine" or "quota grant"."""

    command: str
    values: Mapping[str, object] = field(default_factory=dict)
    attached: tuple[Attached, ...] = ()
    mask: Attached | None = None
    wants_form: bool = False
    focused: str | None = None
    """The option that is being typed, of an autocompletion."""


def typed(data: Mapping[str, Any], guild: str | None) -> Typed:
    """Read a command; options that nobody declared are left out, and Discord's ids become ours."""
    names, options = [str(data["name"])], data.get("options", ())
    while options and options[0]["type"] in {SUBCOMMAND, GROUP}:
        names.append(str(options[0]["name"]))
        options = options[0].get("options", ())
    resolved = data.get("resolved", {})
    files = _files(options, resolved)
    special = {*PICTURE_OPTIONS, MASK, MORE}
    values = {
        str(each["name"]).replace("-", "_"): _value(each, resolved, guild)
        for each in options
        if each["name"] not in special
    }
    return Typed(
        command=" ".join(names),
        values=values,
        attached=tuple(files[name] for name in PICTURE_OPTIONS if name in files),
        mask=files.get(MASK),
        wants_form=any(each["name"] == MORE and each["value"] for each in options),
        focused=next((str(each["name"]) for each in options if each.get("focused")), None),
    )


def read(values: Mapping[str, object], fields: Mapping[str, FieldInfo]) -> dict[str, object]:
    """Put a mention into a mark where a person or a place is expected; everything else stays as it is."""
    found = dict(values)
    for name, info in fields.items():
        typed = MENTION.fullmatch(str(values.get(name, "")).strip())
        if typed and reads_of(info) in NAMING:
            found[name] = mention(KINDS[typed["sign"]], typed["id"], typed[0])
    return found


def fields_of(name: str, commands: Iterable[Command[Any]]) -> Mapping[str, FieldInfo]:
    """Return the options of "imagine" or "quota grant"; none for what is not declared."""
    group, _, act = name.partition(" ")
    command = next((each for each in commands if each.name == group), None)
    found = command.act(act) if command and act else command
    return found.options.model_fields if found else {}


def mentioned(values: Mapping[str, object]) -> list[str]:
    """List the users whom marks name."""
    marks = [MARK.fullmatch(value) for value in values.values() if isinstance(value, str)]
    return [mark["id"].removeprefix("user:") for mark in marks if mark and mark["id"].startswith("user:")]


def member_of(raw: Mapping[str, Any]) -> User:
    """Read a member as REST shows one."""
    user = raw["user"]
    name = raw.get("nick") or user.get("global_name") or user.get("username")
    return User(str(user["id"]), name or str(user["id"]))


def named(data: Mapping[str, Any]) -> list[User]:
    """List the people whom a command's options name; no bots, and nobody who is not in the server."""
    resolved = data.get("resolved", {})
    members = resolved.get("members", {})
    return [
        User(id, members[id].get("nick") or each.get("global_name") or each.get("username") or id)
        for id, each in resolved.get("users", {}).items()
        if id in members and not each.get("bot")
    ]


def _files(options: Sequence[Mapping[str, Any]], resolved: Mapping[str, Any]) -> dict[str, Attached]:
    known = resolved.get("attachments", {})
    return {
        each["name"]: file_of(known[each["value"]])
        for each in options
        if each["type"] == ATTACHMENT and each["value"] in known
    }


def _value(option: Mapping[str, Any], resolved: Mapping[str, Any], guild: str | None) -> object:
    value = option["value"]
    if option["type"] != MENTIONABLE:
        return value
    if value == guild:
        return "everyone"
    return f"role:{value}" if value in resolved.get("roles", {}) else f"user:{value}"
