"""For admins: the plans, limits and blocks of those who spend."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from bot.core.amounts import format_exact
from bot.core.commands import Caller, Command, Options, Says
from bot.core.reading import as_value
from bot.core.replies import Button, Reply, Row
from bot.core.sentences import say
from bot.core.studio import Limit, Overview, PlanOffer, Standing, Studio
from commands.caps import cap_row

WHYS = {
    "own": "their own",
    "role": "by a role",
    "tenant": "everybody's here",
    "guest": "everybody's here, without the allowance: they are a guest",
}
WHERE = {"here": "this channel", "server": "this server", "workspace": "this server"}

Who = Annotated[
    str, Field(description="Who is meant: @ and a name", min_length=1, max_length=100), Says("who")
]
Reason = Annotated[str, Field(description="Why, for the books", max_length=200)]


def _unit(typed: Any) -> Any:
    """Read "daily" as a day."""
    return {"daily": "day", "weekly": "week", "monthly": "month"}.get(typed, typed)


class SetPlan(Options):
    """Whose plan it is, and which; without one, all are shown to choose from."""

    who: Annotated[
        str,
        Field(description="A person, a role or everyone", min_length=1, max_length=100),
        Says("who"),
    ]
    plan: Annotated[
        str | None, Field(description="The plan's name, or none", min_length=1, max_length=32), Says()
    ] = None
    reason: Reason = ""


class SetCap(Options):
    """What is limited, and how. `amount` is millicredits; None takes the limit away."""

    where: Annotated[
        str,
        Field(description="A person, a channel, here or server", min_length=1, max_length=100),
        Says("target"),
    ]
    amount: Annotated[
        int | None,
        Field(description="How many credits, such as 50 or $0.50, or none", ge=0),
        Says("limit"),
    ]
    per: Annotated[
        Literal["day", "week", "month"] | None,
        Field(description="For how long it counts"),
        BeforeValidator(_unit),
        Says("period"),
    ] = None
    reason: Reason = ""


class About(Options):
    """Who is meant, and why."""

    who: Who
    reason: Reason = ""


async def plan(options: SetPlan, caller: Caller, studio: Studio) -> Reply:
    """Name a plan for a person, a role or everyone; without a plan, show which there are."""
    if options.plan is None:
        return _plans_reply(options.who, await studio.overview(caller))
    is_new = await studio.set_plan(options.who, options.plan, caller, reason=options.reason)
    if not is_new:
        return _told("plan_as_before")
    key = "plan_none" if options.plan.lower() == "none" else "plan_set"
    return _told(key, who=called(options.who), plan=options.plan.lower())


async def cap(options: SetCap, caller: Caller, studio: Studio) -> Reply:
    """Limit what a person, a channel or the server spends in a period."""
    limit = Limit(options.amount, options.per)
    is_new = await studio.set_cap(options.where, limit, caller, reason=options.reason)
    where = WHERE.get(options.where.lower(), called(options.where))
    if not is_new:
        return _told("cap_as_before")
    if options.amount is None:
        return _told("cap_gone", where=where)
    return _told("cap_set", amount=options.amount, per=options.per, where=where)


async def reset(options: About, caller: Caller, studio: Studio) -> Reply:
    """Let a person's allowance start again."""
    given, balance = await studio.reset(options.who, options.reason, caller)
    return _told("reset_done", who=called(options.who), amount=given, available=balance.available)


async def block(options: About, caller: Caller, studio: Studio) -> Reply:
    """Refuse a person's orders; what waits is cancelled, what runs may finish."""
    is_new, count = await studio.block(options.who, options.reason, caller)
    return _told("blocked_done" if is_new else "blocked_before", who=called(options.who), count=count)


async def unblock(options: About, caller: Caller, studio: Studio) -> Reply:
    """Take a person's orders again."""
    is_new = await studio.unblock(options.who, options.reason, caller)
    return _told("unblocked_done" if is_new else "unblocked_before", who=called(options.who))


def standing_rows(standing: Standing) -> tuple[Row, ...]:
    """List on which terms somebody spends."""
    rows = [Row(label="Plan", value=f"{standing.plan}, {WHYS[standing.why]}")]
    if standing.is_blocked:
        rows.append(Row(label="Blocked", value="yes: no order is taken"))
    return (*rows, *map(cap_row, standing.caps))


def overview_reply(overview: Overview) -> Reply:
    """Show how a whole place spends."""
    spenders = [
        Row(label=name, value=f"{format_exact(spent)} this month") for name, spent in overview.spenders
    ]
    rows = (
        Row(label="Plan of everybody", value=overview.plan),
        Row(label="Plans there are", value=", ".join(map(plan_words, overview.plans))),
        *map(cap_row, overview.caps),
        Row(label="People", value=str(overview.people)),
        *spenders,
    )
    return Reply(kind="info", text=say("quota_everyone"), rows=rows, private=True)


def plan_words(plan: PlanOffer) -> str:
    """Say what a plan gives."""
    return f"{plan.name} ({_allowance(plan)})"


def _plans_reply(who: str, overview: Overview) -> Reply:
    """Show the plans there are, with a button for each."""
    buttons = [
        Button(act="say", label=plan_words(plan), words=f"/quota plan {as_value(who)} {plan.name}")
        for plan in overview.plans
    ]
    text = say("plan_which", who=called(who))
    return Reply(kind="question", text=text, buttons=tuple(buttons), private=True)


def _allowance(plan: PlanOffer) -> str:
    return f"{format_exact(plan.credits)} a {plan.per}" if plan.credits else "no allowance"


def called(who: str) -> str:
    """Return whom somebody means as people say it; an id says nothing to anybody."""
    if who.lower() in {"me", "@me"}:
        return "you"
    kinds = {"user:": "this person", "role:": "this role", "group:": "this group", "channel:": "this channel"}
    return next((name for prefix, name in kinds.items() if who.startswith(prefix)), who)


def _told(key: str, **values: Any) -> Reply:
    return Reply(kind="info", text=say(key, **values), private=True)


PLAN = Command(
    name="plan",
    summary="Choose the plan of a person, a role or everyone",
    options=SetPlan,
    handler=plan,
    words="reason",
    positional=("who", "plan"),
    examples=(
        "/quota plan @ann everyone for the workshop",
        "/quota plan everyone none",
        "/quota plan everyone",
    ),
    admins_only=True,
)
CAP = Command(
    name="cap",
    summary="Limit what a person, a channel or the server spends",
    options=SetCap,
    handler=cap,
    words="reason",
    positional=("where", "amount", "per"),
    examples=("/quota cap here 50 per day until the fair", "/quota cap server none"),
    admins_only=True,
)
RESET = Command(
    name="reset",
    summary="Let somebody's allowance start again",
    options=About,
    handler=reset,
    words="reason",
    positional=("who",),
    examples=("/quota reset @ann the vendor had a bad day",),
    admins_only=True,
)
BLOCK = Command(
    name="block",
    summary="Take no more orders of somebody",
    options=About,
    handler=block,
    words="reason",
    positional=("who",),
    examples=("/quota block @ann",),
    admins_only=True,
)
UNBLOCK = Command(
    name="unblock",
    summary="Take somebody's orders again",
    options=About,
    handler=unblock,
    words="reason",
    positional=("who",),
    examples=("/quota unblock @ann",),
    admins_only=True,
)
TERMS = (PLAN, CAP, RESET, BLOCK, UNBLOCK)
