"""From a reply to the body of a Discord message: plain words escaped, buttons, who may be pinged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.codes import code_of, writable
from bot.core.replies import Button, Reply, Row
from bot.platforms.discord.escaping import escaped, fitted

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
ALT_CHARACTERS_MAX = 1_024
LABEL_CHARACTERS_MAX = 80
IN_A_ROW = ROWS_MAX = 5
ROW, BUTTON = 1, 2
GREY, GREEN, RED = 2, 3, 4
NOBODY: Mapping[str, Any] = {"parse": []}

PUBLIC_ROWS = frozenset(
    {"Size", "Quality", "Model", "Vendor", "Cost", "Made from", "Pictures", "References", "File"}
)
"""Lines of a receipt that everybody may see: cost in public, never a balance."""


@dataclass(frozen=True)
class Look:
    """How one message is shown.

    `asker` is the user who is named; `pings` whether that wakes them. `lead` is a line before everything else.
    """

    asker: str | None = None
    pings: bool = False
    is_private: bool = False
    lead: str = ""


def message(reply: Reply, look: Look) -> dict[str, Any]:
    """Write the body of a message; nobody is pinged but the asker, and only where that is wanted."""
    flags = SUPPRESS_EMBEDS | (EPHEMERAL if look.is_private else 0)
    return {
        "content": content(reply, look),
        "components": rows_of(reply.buttons),
        "allowed_mentions": {"parse": [], "users": [look.asker]}
        if look.pings and look.asker
        else dict(NOBODY),
        "flags": flags,
    }


def rows_of(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """Lay buttons out in rows of five; what is beyond 25 is left out."""
    drawn = [
        {
            "type": BUTTON,
            "style": _style(button),
            "label": button.label[:LABEL_CHARACTERS_MAX] or "…",
            "custom_id": code_of(button),
        }
        for button in writable(buttons)[: IN_A_ROW * ROWS_MAX]
    ]
    return [
        {"type": ROW, "components": drawn[first : first + IN_A_ROW]}
        for first in range(0, len(drawn), IN_A_ROW)
    ]


def content(reply: Reply, look: Look) -> str:
    """Write the words of a message: at most what Discord holds, every sign of the person's own words dead."""
    lines = [look.lead] if look.lead else []
    text = escaped(reply.text)
    first, _, others = text.partition("\n")
    lines.append(f"<@{look.asker}> · {first}" if look.asker else first)
    if others:
        lines.append(others)
    if reply.kind == "result" and not look.is_private:
        lines += _line_of([row for row in reply.rows if row.label in PUBLIC_ROWS])
    elif reply.kind in {"accepted", "result"}:
        lines += _line_of(reply.rows)
    else:
        lines += [_line(row) for row in reply.rows]
    return fitted("\n".join(lines))


def _line(row: Row) -> str:
    """Write one line of a list; the label leads to the message that it is about."""
    label = f"[{escaped(row.label)}](<{row.link}>)" if row.link else escaped(row.label)
    return f"**{label}** · {escaped(row.value)}"


def _style(button: Button) -> int:
    if button.act == "confirm":
        return GREEN
    return RED if button.act == "delete" and button.words == "sure" else GREY


def _line_of(rows: Sequence[Row]) -> list[str]:
    """Put a receipt on one small line."""
    said = " · ".join(f"{escaped(row.label)} {escaped(row.value)}" for row in rows)
    return [f"-# {said}"] if said else []
