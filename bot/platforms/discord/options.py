"""What a slash command says, read from the raw interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

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
