"""What people can ask for: one file for each command."""

from __future__ import annotations

from typing import Any

from bot.core.commands import Command
from commands.cancel import CANCEL
from commands.credits import CREDITS
from commands.easel import EASEL
from commands.edit import EDIT
from commands.help import help_for
from commands.history import HISTORY
from commands.imagine import IMAGINE
from commands.models import MODELS
from commands.quota import QUOTA
from commands.reporting import REPORT
from commands.settings import SETTINGS

HELP = help_for(lambda: COMMANDS)

COMMANDS: tuple[Command[Any], ...] = (
    IMAGINE,
    EDIT,
    CREDITS,
    HISTORY,
    MODELS,
    SETTINGS,
    REPORT,
    CANCEL,
    HELP,
    QUOTA,
    EASEL,
)
"""Every command, in the order that help shows."""
