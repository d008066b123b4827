"""For admins: what was drawn and what it cost, by person, channel, model and vendor."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.replies import Reply
from bot.core.reportwords import report_rows, report_words
from bot.core.studio import Studio


class Period(Options):
    """Which days to sum up; without a word, this month."""

    period: Annotated[
        str,
        Field(description="today, week, month, 2026-11, 2026-W47 or 2026-11-21", max_length=40),
        Says(),
    ] = "month"


async def report(options: Period, caller: Caller, studio: Studio) -> Reply:
    """Sum up a period, with a chart and a table to keep."""
    found = await studio.report(options.period, caller)
    files = await studio.report_files(found, caller)
    text = report_words(found)
    return Reply(kind="info", text=text, rows=report_rows(found), files=files, private=True)


REPORT = Command(
    name="report",
    summary="Sum up a day, week or month, with a chart and a table",
    options=Period,
    handler=report,
    positional=("period",),
    examples=("/quota report", "/quota report 2026-11"),
    admins_only=True,
)
