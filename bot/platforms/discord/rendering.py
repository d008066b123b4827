"""From a reply to the body of a Discord message: plain words escaped, buttons, who may be pinged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.captions import LINES_MAX, caption
from bot.core.codes import code_of, writable
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.platforms.discord.escaping import CONTENT_CHARACTERS_MAX, escaped, fitted

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6
ALT_CHARACTERS_MAX = 1_024
LABEL_CHARACTERS_MAX = 80
IN_A_ROW = ROWS_MAX = 5
ROW, BUTTON = 1, 2
GREY, GREEN, RED = 2, 3, 4
NOBODY: Mapping[str, Any] = {"parse": []}

PUBLIC_ROWS = frozenset({"Size", "Quality", "Model", "Vendor", "Made from", "Pictures", "References", "File"})
"""Lines of a receipt that everybody may see; the cost stands in the caption, and a balance nowhere in public."""


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
    is_public = not look.is_private
    is_picture = reply.kind == "result" and is_public
    first, *others = escaped(caption(reply).text if is_picture else reply.text).split("\n")
    # Of what was shown privately we can take nothing back, and soon not even change it.
    others += [say("private_stays")] if reply.removes else []
    lines = [look.lead] if look.lead else []
    lines += [f"<@{look.asker}> · {first}" if look.asker else first, *others]
    if reply.kind in {"accepted", "result"}:
        lines += _line_of([row for row in reply.rows if not is_public or row.label in PUBLIC_ROWS])
    else:
        lines += _listed(reply.rows, CONTENT_CHARACTERS_MAX - len("\n".join(lines)) - 1)
    # Beside a picture the receipt goes first where there is more to say: everybody scrolls past it.
    return fitted("\n".join(lines[:LINES_MAX] if is_picture else lines))


def overlong(reply: Reply) -> Row | None:
    """Name the line of a list that a message must shorten; its whole value is a file beside it."""
    if not reply.rows or len(escaped(reply.text)) + sum(len(_line(each)) + 1 for each in reply.rows) < (
        CONTENT_CHARACTERS_MAX
    ):
        return None
    return max(reply.rows, key=lambda row: len(row.value))


def _listed(rows: Sequence[Row], room: int) -> list[str]:
    """Write a list; where it has no room, its longest line is shortened, and those after it stay."""
    lines = [_line(row) for row in rows]
    over = sum(len(line) + 1 for line in lines) - room
    if over > 0:
        at = max(range(len(lines)), key=lambda place: len(lines[place]))
        lines[at] = fitted(lines[at], max(1, len(lines[at]) - over))
    return lines


def _line(row: Row) -> str:
    """Write one line of a list; the label leads to the message that it is about. A channel is shown by its name."""
    if row.label == "Admin channel" and row.value.isdecimal():
        return f"**{row.label}** · <#{row.value}>"
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
