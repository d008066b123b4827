"""What Easel says, in Slack's own terms.

There, everything but three commands stands under `/easel`, and a server is a workspace.
"""

from __future__ import annotations

import re

from bot.core.replies import Reply, Row
from bot.platforms.slack.manifest import COMMANDS

SLACKS_OWN = frozenset({"invite"})
THEIRS = frozenset({"Words", "Style", "Word list", "Contact"})
"""Rows that hold what people wrote: it stays as it was written."""

_QUOTED = re.compile("(“[^”]*”)")
_COMMAND = re.compile(r"(?<![\w/.:])/([a-z]{3,})\b(?![/.]\w)")
_SERVER = re.compile(r"\b(?:server or workspace|(s|S)erver(s?))\b")


def spoken(text: str) -> str:
    """Say it in Slack's terms; what stands in “ ” are people's own words."""
    parts = _QUOTED.split(text)
    return "".join(part if place % 2 else _said(part) for place, part in enumerate(parts))


def spoken_reply(reply: Reply) -> Reply:
    """Say a whole reply so."""
    rows = tuple(_row(row) for row in reply.rows)
    return reply.model_copy(update={"text": spoken(reply.text), "rows": rows})


def _row(row: Row) -> Row:
    if row.job is not None or row.label in THEIRS:
        return row
    return row.model_copy(update={"label": spoken(row.label), "value": spoken(row.value)})


def _said(text: str) -> str:
    text = _COMMAND.sub(_command, text)
    return _SERVER.sub(_workspace, text)


def _command(found: re.Match[str]) -> str:
    name = found[1]
    return found[0] if name in COMMANDS or name in SLACKS_OWN else f"/easel {name}"


def _workspace(found: re.Match[str]) -> str:
    return f"{'W' if found[1] == 'S' else 'w'}orkspace{found[2] or ''}"
