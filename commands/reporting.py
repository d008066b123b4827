"""Report a picture to the admins."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import BadOption
from bot.core.moderating import ask_reason
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.core.studio import Studio


class Report(Options):
    """Which picture, and why."""

    picture: Annotated[
        str | None,
        Field(description="Which picture: 142, or 142/2 for the second of job 142"),
        Says("picture"),
    ] = None
    reason: Annotated[str, Field(description="What is wrong with it", max_length=200)] = ""


async def report(options: Report, caller: Caller, studio: Studio) -> Reply:
    """Tell the admins of a picture; without a reason, ask for one."""
    picture = options.picture
    if picture is None:
        raise BadOption("value_missing", name="picture", example="/report 142 shows somebody I know")
    job, _, place = picture.partition("/")
    if job.isdecimal() and len(picture) < PICTURE_ID_CHARACTERS:
        picture = await studio.picture(int(job), int(place) if place else None, caller)
    if not options.reason:
        return ask_reason(None, picture)
    filed = await studio.report_picture(picture, options.reason, caller)
    return Reply(kind="info", text=say(filed), private=True)


PICTURE_ID_CHARACTERS = 24

REPORT = Command(
    name="report",
    summary="Report a picture to the admins",
    options=Report,
    handler=report,
    words="reason",
    positional=("picture",),
    examples=("/report 142 shows somebody I know",),
)
