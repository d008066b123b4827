"""The manifest that makes the Slack app: what it may do, and where Slack sends what people do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bot.core.errors import EaselError

COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "imagine": ("Draw a picture from words", "a lighthouse at dusk --size wide"),
        "quota": ("For admins: who may spend how much", "show @ann"),
        "easel": ("Credits, history, settings and everything else", "credits"),
    }
)
"""The slash commands, each with its description and a hint. Slack does not tell the names of two apps apart, so
that everything else is said as `/easel …`."""

REQUIRED: Mapping[str, str] = MappingProxyType(
    {
        "commands": "People order with slash commands, forms and shortcuts.",
        "chat:write": "Answers are posted and kept up to date.",
        "files:write": "Finished pictures are uploaded.",
        "files:read": "Attached pictures are drawn from, and uploads are checked to have arrived.",
        "app_mentions:read": "People order by mentioning the bot.",
        "im:history": "People order in a direct message.",
    }
)
OPTIONAL: Mapping[str, str] = MappingProxyType(
    {
        "channels:join": "Easel works at once in every public channel; without it somebody invites it.",
        "users:read": "Workspace owners and admins are known, and so are guests; without it /quota names admins.",
        "channels:history": "A plain reply under a picture in a public channel changes it; without it a mention does.",
        "groups:history": "A plain reply under a picture in a private channel changes it; without it a mention does.",
        "mpim:history": "A plain reply under a picture in a group message changes it; without it a mention does.",
        "usergroups:read": "Plans and admins can go by user group; without it they go by person.",
    }
)
EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)
EDIT_SHORTCUT, REPORT_SHORTCUT = "edit_image", "report_image"

RESERVED = frozenset(
    {"apps", "archive", "away", "call", "collapse", "dm", "dnd", "expand", "feed", "feedback", "invite"}
    | {
        "invite_people",
        "join",
        "kick",
        "leave",
        "me",
        "msg",
        "mute",
        "open",
        "part",
        "prefs",
        "remind",
        "remove",
    }
    | {"rename", "search", "shortcuts", "shrug", "star", "status", "topic", "trigger", "unarchive", "who"}
)
"""Slack's own commands: one of them makes Slack refuse all of an app's commands.
https://slack.com/help/articles/201259356"""

NAME_CHARACTERS_MAX = 32
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]*")


class BadManifest(EaselError):
    """No manifest can be made of what was asked; the message says what is allowed."""


def manifest(prefix: str = "", public_url: str | None = None) -> dict[str, Any]:
    """Make the manifest: Socket Mode, or over HTTP when `public_url` says where Slack reaches Easel.

    Raises BadManifest for a prefix that makes no command name, or one of Slack's own.
    """
    address = f"{public_url.rstrip('/')}/slack/events" if public_url else None
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": "Easel",
            "description": "Makes and edits pictures, from words and from pictures.",
            "background_color": "#2b3a67",
            "long_description": LONG_DESCRIPTION,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Easel", "always_online": True},
            "shortcuts": [
                _shortcut("Edit image", EDIT_SHORTCUT, "Change a picture by saying what to change"),
                _shortcut("Report image", REPORT_SHORTCUT, "Tell an admin about a picture"),
            ],
            "slash_commands": [
                _command(name, *words, address=address) for name, words in named(prefix).items()
            ],
        },
        "oauth_config": {"scopes": {"bot": [*REQUIRED, *OPTIONAL], "bot_optional": [*OPTIONAL]}},
        "settings": {
            "event_subscriptions": {
                "bot_events": list(EVENTS),
                **({"request_url": address} if address else {}),
            },
            "interactivity": {
                "is_enabled": True,
                **({"request_url": address, "message_menu_options_url": address} if address else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }


def named(prefix: str = "", commands: Mapping[str, tuple[str, str]] = COMMANDS) -> dict[str, tuple[str, str]]:
    """Return the commands with a prefix before their names; raises BadManifest."""
    if prefix and not _PREFIX.fullmatch(prefix):
        raise BadManifest(
            "A prefix is made of small letters, digits, - and _, and begins with a letter or digit."
        )
    found = {f"{prefix}{name}": words for name, words in commands.items()}
    for name in found:
        if len(name) > NAME_CHARACTERS_MAX:
            raise BadManifest(f"/{name} is too long: a command has at most {NAME_CHARACTERS_MAX} characters.")
        if name in RESERVED:
            raise BadManifest(f"/{name} is one of Slack's own commands. Choose another prefix.")
    return found


def _command(name: str, description: str, hint: str, *, address: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "command": f"/{name}",
        "description": description,
        "usage_hint": hint,
        # Without this, @ann arrives as mere text.
        "should_escape": True,
    }
    return made | ({"url": address} if address else {})


def _shortcut(name: str, id: str, description: str) -> dict[str, str]:
    return {"name": name, "type": "message", "callback_id": id, "description": description}


LONG_DESCRIPTION = (
    "Type /imagine and what you would like to see, attach pictures to draw from, and answer a picture in its thread to"
    " change it. Everybody has credits that an admin of this workspace hands out; every button says what it costs"
    " before it is pressed. Pictures are made by AI and may be wrong. This Easel is run by your own team."
)
