"""Stop a job."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.replies import Reply
from bot.core.studio import Studio
from bot.core.wording import cancelled


class Cancel(Options):
    """Which job to stop; without one, the newest that is open."""

    number: Annotated[
        int | None, Field(description="Number of the job to stop", ge=1, le=999_999_999), Says("job")
    ] = None


async def cancel(options: Cancel, caller: Caller, studio: Studio) -> Reply:
    """Stop one of the caller's jobs."""
    return cancelled(await studio.cancel(options.number, caller))


CANCEL = Command(
    name="cancel",
    summary="Stop a job: the newest open one, or the one you name",
    options=Cancel,
    handler=cancel,
    positional=("number",),
    examples=("/cancel", "/cancel 142"),
)
