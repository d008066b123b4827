"""For admins: give back what a job cost, and decide about jobs that were lost."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.lostwords import lost_reply
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.core.studio import Studio


class Refund(Options):
    """Which job is refunded, and why."""

    number: Annotated[int, Field(description="Number of the job", ge=1, le=999_999_999), Says("job")]
    reason: Annotated[str, Field(description="Why, for the statement", max_length=200)] = ""


class Lost(Options):
    """Nothing to choose."""


async def refund(options: Refund, caller: Caller, studio: Studio) -> Reply:
    """Give back what a job cost, once, to where it came from."""
    done = await studio.refund(options.number, options.reason, caller)
    text = say(
        "refunded",
        number=done.number,
        who=done.person,
        allowance=done.to_allowance,
        balance=done.to_credits,
    )
    return Reply(kind="info", text=text, private=True)


async def lost(_: Lost, caller: Caller, studio: Studio) -> Reply:
    """List what waits for a decision, with a button for each."""
    return lost_reply(await studio.lost(caller), may_forgive=caller.is_operator)


REFUND = Command(
    name="refund",
    summary="Give back what a job cost, once",
    options=Refund,
    handler=refund,
    words="reason",
    positional=("number",),
    examples=("/quota refund 142 the headline was wrong",),
    admins_only=True,
)
LOST = Command(
    name="lost",
    summary="Decide about jobs of unknown outcome and pictures that came late",
    options=Lost,
    handler=lost,
    examples=("/quota lost",),
    admins_only=True,
)
