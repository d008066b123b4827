"""For admins: give back what a job cost, and decide about jobs that were lost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import BadOption
from bot.core.lostwords import lost_reply, verdict_reply
from bot.core.replies import Reply
from bot.core.sentences import say
from bot.core.studio import Studio


class Refund(Options):
    """Which job is refunded, and why."""

    number: Annotated[int, Field(description="Number of the job", ge=1, le=999_999_999), Says("job")]
    reason: Annotated[str, Field(description="Why, for the statement", max_length=200)] = ""


class Lost(Options):
    """What is decided about which job; without anything, what waits for a decision is listed."""

    do: Annotated[
        Literal["list", "charge", "forgive", "deliver"], Field(description="What to do about it"), Says()
    ] = "list"
    number: Annotated[
        int | None, Field(description="Number of the job", ge=1, le=999_999_999), Says("job")
    ] = None
    reason: Annotated[str, Field(description="Why, for the log", max_length=200)] = ""


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


async def lost(options: Lost, caller: Caller, studio: Studio) -> Reply:
    """List what waits for a decision, with a button for each; or decide."""
    if options.do == "list":
        return lost_reply(await studio.lost(caller), may_forgive=caller.is_operator)
    if options.number is None:
        raise BadOption("value_missing", name="number", example=f"/quota lost {options.do} 142")
    found = await studio.lost(caller, number=options.number)
    picture = found[0].picture if found else None
    reason = options.reason
    return verdict_reply(await studio.decide_lost(options.do, options.number, picture, caller, reason=reason))


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
    words="reason",
    positional=("do", "number"),
    examples=("/quota lost", "/quota lost deliver 142 the vendor was slow"),
    admins_only=True,
)
