"""What Easel says, in Slack's own terms.

There, everything but three commands stands under `/easel`, and a server is a workspace.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.forms import Form
from bot.core.replies import Button, Reply, Row
from bot.platforms.slack.manifest import COMMANDS

SLACKS_OWN = frozenset({"invite"})
THEIRS = frozenset({"Words", "Style", "Word list", "Contact"})
"""Rows that hold what people wrote: it stays as it was written."""

_QUOTED = re.compile("(“[^”]*”)")
_COMMAND = re.compile(r"(?<![\w/.:])/([a-z]{3,})\b(?![/.]\w)")
_SERVER = re.compile(r"\b(?:server or workspace|(s|S)erver(s?))\b")


@dataclass(frozen=True)
class Speech:
    """Says everything in Slack's terms; the names of the commands there begin with `prefix`."""

    prefix: str = ""

    def text(self, text: str) -> str:
        """Say a text so; what stands in “ ” are people's own words."""
        parts = _QUOTED.split(text)
        return "".join(part if place % 2 else self._said(part) for place, part in enumerate(parts))

    def reply(self, reply: Reply) -> Reply:
        """Say a whole reply so."""
        rows = tuple(self._row(row) for row in reply.rows)
        buttons = tuple(self._button(button) for button in reply.buttons)
        return reply.model_copy(update={"text": self.text(reply.text), "rows": rows, "buttons": buttons})

    def form(self, form: Form) -> Form:
        """Say what stands above a form and beside its fields so."""
        fields = tuple(
            each.model_copy(update={"help": self.text(each.help)}) if each.help else each
            for each in form.fields
        )
        return form.model_copy(update={"title": self.text(form.title), "fields": fields})

    def _row(self, row: Row) -> Row:
        if row.job is not None or row.label in THEIRS:
            return row
        return row.model_copy(update={"label": self.text(row.label), "value": self.text(row.value)})

    def _button(self, button: Button) -> Button:
        """Name a command as it is called here; other labels may hold people's own words."""
        if not button.label.startswith("Use /"):
            return button
        return button.model_copy(update={"label": self.text(button.label)})

    def _said(self, text: str) -> str:
        return _SERVER.sub(_workspace, _COMMAND.sub(self._command, text))

    def _command(self, found: re.Match[str]) -> str:
        name = found[1]
        if name in SLACKS_OWN:
            return found[0]
        return f"/{self.prefix}{name}" if name in COMMANDS else f"/{self.prefix}easel {name}"


def _workspace(found: re.Match[str]) -> str:
    return f"{'W' if found[1] == 'S' else 'w'}orkspace{found[2] or ''}"
