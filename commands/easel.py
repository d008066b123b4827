"""For admins: how Easel works in a server, and in a channel."""

from __future__ import annotations

from bot.core.commands import Caller, Command, Options
from bot.core.replies import Reply
from bot.core.studio import Studio
from commands.channel import CHANNEL
from commands.explaining import explained
from commands.reports import REPORTS
from commands.setup import SETUP
from commands.words import WORDS


class Easel(Options):
    """Nothing to choose: the first word says what to do."""


async def easel(_: Easel, __: Caller, ___: Studio) -> Reply:
    """Say what admins can do."""
    return explained(EASEL)


EASEL = Command(
    name="easel",
    summary="For admins: set Easel up here, and each channel",
    options=Easel,
    handler=easel,
    examples=("/easel setup", "/easel channel --threads never"),
    admins_only=True,
    acts=(SETUP, CHANNEL, WORDS, REPORTS),
)
