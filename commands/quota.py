"""For admins: what people have, and credits given and taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from bot.core.amounts import MILLICREDITS, format_exact
from bot.core.commands import Caller, Command, Options, Says
from bot.core.reading import Unlisted, as_value, write_line
from bot.core.replies import Button, Reply
from bot.core.sentences import say
from bot.core.studio import Studio
from commands.administering import ADMINS, CLAIM, LOG, PAUSE, RESUME
from commands.credits import balance_rows, ending_rows
from commands.explaining import explained
from commands.history import job_row
from commands.refunds import LOST, REFUND
from commands.report import REPORT
from commands.terms import TERMS, called, overview_reply, standing_rows

ASKED_ABOVE = 1_000 * MILLICREDITS
JOBS_LISTED = 10

Who = Annotated[
    str, Field(description="Who is meant: @ and a name", min_length=1, max_length=100), Says("who")
]


class Quota(Options):
    """Nothing to choose: the first word says what to do."""


class Show(Options):
    """Whose money to show; without one, your own."""

    who: Annotated[
        str | None, Field(description="Who is meant: @ and a name, or everyone", max_length=100), Says("who")
    ] = None


class Adjust(Options):
    """Who gets or loses how much, and why.

    `amount` is millicredits. `sure` is the event of the order that this line confirms, so that a button pressed
    twice counts once.
    """

    who: Who
    amount: Annotated[
        int,
        Field(description="How many credits, such as 50, or dollars, such as $0.50", ge=1),
        Says("amount"),
    ]
    reason: Annotated[str, Field(description="Until when, and why, for the statement", max_length=200)] = ""
    sure: Annotated[str | None, Field(max_length=100), Unlisted()] = None


async def quota(_: Quota, __: Caller, ___: Studio) -> Reply:
    """Say what admins can do."""
    return explained(QUOTA)


async def show(options: Show, caller: Caller, studio: Studio) -> Reply:
    """Show what a person has and what they ordered."""
    if options.who is not None and options.who.lower().removeprefix("@") == "everyone":
        return overview_reply(await studio.overview(caller))
    person = None if options.who is None else await studio.person(options.who, caller)
    balance = await studio.balance(caller, person)
    standing = await studio.standing(caller, person)
    cards = await studio.history(caller, person, limit=JOBS_LISTED)
    text = say("quota", who=called(options.who or "you"), available=balance.available)
    money = (row for row in balance_rows(balance) if row.label != "Plan")
    rows = (*money, *standing_rows(standing), *(job_row(card) for card in cards))
    return Reply(kind="info", text=text, rows=rows, private=True)


async def grant(options: Adjust, caller: Caller, studio: Studio) -> Reply:
    """Give credits; a large sum is asked once."""
    if options.amount > ASKED_ABOVE and options.sure is None:
        return _ask("grant", options, caller)
    balance = await studio.grant(options.who, options.amount, options.reason, _confirmed(options, caller))
    text = say("granted", who=called(options.who), amount=options.amount, available=balance.available)
    return Reply(kind="info", text=text, rows=ending_rows(balance), private=True)


async def revoke(options: Adjust, caller: Caller, studio: Studio) -> Reply:
    """Take unspent credits back, never what is held; a large sum is asked once."""
    if options.amount > ASKED_ABOVE and options.sure is None:
        return _ask("revoke", options, caller)
    order = _confirmed(options, caller)
    taken, balance = await studio.revoke(options.who, options.amount, options.reason, order)
    key = "revoked" if taken == options.amount else "revoked_less"
    text = say(key, who=called(options.who), taken=taken, available=balance.available)
    return Reply(kind="info", text=text, private=True)


def _ask(act: Literal["grant", "revoke"], options: Adjust, caller: Caller) -> Reply:
    """Ask with the sum in money; the button says the same again, and that it is meant."""
    amount = format_exact(options.amount).partition(" ")[0]
    line = write_line(f"{as_value(options.who)} {amount} {options.reason}", {"sure": caller.event})
    button = Button(
        act="say",
        label=f"{act.capitalize()} {format_exact(options.amount)}",
        words=f"/quota {act} {line}",
    )
    text = say(f"ask_{act}", amount=options.amount, who=called(options.who))
    return Reply(kind="question", text=text, buttons=(button,), private=True)


def _confirmed(options: Adjust, caller: Caller) -> Caller:
    """Let every press of one question be one event."""
    return caller if options.sure is None else replace(caller, event=f"sure-{options.sure}")


SHOW = Command(
    name="show",
    summary="See what somebody has and ordered",
    options=Show,
    handler=show,
    positional=("who",),
    examples=("/quota show @ann", "/quota show everyone"),
    admins_only=True,
)
GRANT = Command(
    name="grant",
    summary="Give somebody credits",
    options=Adjust,
    handler=grant,
    words="reason",
    positional=("who", "amount"),
    examples=(
        "/quota grant @ann 50 for the workshop",
        "/quota grant @ann 50 until 2026-12-31 for the workshop",
    ),
    admins_only=True,
)
REVOKE = Command(
    name="revoke",
    summary="Take back credits that somebody has not spent",
    options=Adjust,
    handler=revoke,
    words="reason",
    positional=("who", "amount"),
    examples=("/quota revoke @ann 20 the workshop is over",),
    admins_only=True,
)
QUOTA = Command(
    name="quota",
    summary="For admins: credits, plans and limits",
    options=Quota,
    handler=quota,
    examples=("/quota show @ann", "/quota grant @ann 50 for the workshop"),
    admins_only=True,
    acts=(SHOW, GRANT, REVOKE, REFUND, LOST, *TERMS, REPORT, ADMINS, CLAIM, PAUSE, RESUME, LOG),
)
