"""How a limit is shown, to admins and to those whom it limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.core.amounts import format_exact
from bot.core.phrases import date_words
from bot.core.replies import Row
from bot.core.studio import CapLine

ABOUTS = MappingProxyType(
    {
        "person": "Limit of this person",
        "channel": "Limit of this channel",
        "tenant": "Limit of this server",
    }
)


def cap_row(line: CapLine, abouts: Mapping[str, str] = ABOUTS) -> Row:
    """Say what is left of a limit."""
    left = format_exact(line.left).partition(" ")[0]
    value = f"{left} of {format_exact(line.limit)} left, opens again {date_words(line.ends)}"
    return Row(label=abouts[line.about], value=value)
