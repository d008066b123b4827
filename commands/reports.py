"""For admins: pictures that people reported."""

from __future__ import annotations

from bot.core.commands import Caller, Command, Options
from bot.core.moderating import open_reports_reply
from bot.core.replies import Reply
from bot.core.studio import Studio


class Reports(Options):
    """Nothing to choose."""


async def reports(_: Reports, caller: Caller, studio: Studio) -> Reply:
    """List what waits for a decision, with two buttons for each picture."""
    return open_reports_reply(await studio.open_reports(caller))


REPORTS = Command(
    name="reports",
    summary="Decide about pictures that people reported",
    options=Reports,
    handler=reports,
    examples=("/easel reports",),
    admins_only=True,
)
