"""For admins: who else is one, whether orders are taken here, and what was done."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bot.core.administering import DoneDeed
from bot.core.amounts import format_exact
from bot.core.commands import Caller, Command, Options, Says
from bot.core.errors import BadOption
from bot.core.phrases import date_words
from bot.core.replies import Reply, Row
from bot.core.sentences import say
from bot.core.studio import Studio

DEEDS_LISTED = 15
REASON_CHARACTERS_MAX = 90

Why = Annotated[str, Field(description="Why, for the log", max_length=200)]


class Admins(Options):
    """Whom to add or remove; without anything, all are listed."""

    do: Annotated[Literal["list", "add", "remove"], Field(description="What to do"), Says()] = "list"
    who: Annotated[
        str | None,
        Field(description="Who is meant: @ and a person, a role or a group", max_length=100),
        Says("who"),
    ] = None
    reason: Why = ""


class Claim(Options):
    """The code that Easel showed to whoever runs it."""

    code: Annotated[
        str, Field(description="The code, such as K7QM-2F9D", min_length=1, max_length=20), Says()
    ]


class Pausing(Options):
    """What people who order meanwhile are told."""

    reason: Annotated[
        str,
        Field(
            description="Why; whoever orders meanwhile reads it",
            min_length=1,
            max_length=REASON_CHARACTERS_MAX,
        ),
    ]


class Resuming(Options):
    """Why orders are taken again."""

    reason: Why = ""


class Nothing(Options):
    """Nothing to choose."""


async def admins(options: Admins, caller: Caller, studio: Studio) -> Reply:
    """List, add or remove admins."""
    if options.do == "list":
        found = await studio.admins(caller)
        text = say("admins" if found else "admins_none")
        rows = tuple(Row(label="Admin", value=name) for name in found)
        return Reply(kind="info", text=text, rows=rows, private=True)
    if options.who is None:
        raise BadOption("value_missing", name="who", example=f"/quota admins {options.do} @ann")
    key = {"add": "admin_added", "remove": "admin_removed"}[options.do]
    change = studio.name_admin if options.do == "add" else studio.unname_admin
    is_new = await change(options.who, caller, reason=options.reason)
    text = say(key if is_new else f"{key}_before", who=_called(options.who))
    return Reply(kind="info", text=text, private=True)


async def claim(options: Claim, caller: Caller, studio: Studio) -> Reply:
    """Make whoever has the code the first admin."""
    await studio.claim(options.code, caller)
    return Reply(kind="info", text=say("claimed"), private=True)


async def pause(options: Pausing, caller: Caller, studio: Studio) -> Reply:
    """Take no orders here for a while."""
    await studio.pause(options.reason, caller)
    return Reply(kind="info", text=say("tenant_paused", reason=options.reason.rstrip(" .")), private=True)


async def resume(options: Resuming, caller: Caller, studio: Studio) -> Reply:
    """Take orders again."""
    was = await studio.resume(caller, reason=options.reason)
    return Reply(kind="info", text=say("tenant_resumed" if was else "tenant_resumed_before"), private=True)


async def log(_: Nothing, caller: Caller, studio: Studio) -> Reply:
    """List what was done here."""
    deeds = await studio.deeds(caller, limit=DEEDS_LISTED)
    rows = tuple(Row(label=date_words(deed.at), value=_line(deed)) for deed in deeds)
    return Reply(kind="info", text=say("log" if deeds else "log_empty"), rows=rows, private=True)


def _line(deed: DoneDeed) -> str:
    amount = None if deed.amount is None else format_exact(deed.amount)
    reason = f"“{deed.reason}”" if deed.reason else ""
    parts = (deed.by, deed.act, _about(deed.whom), amount, deed.detail, reason)
    return " · ".join(str(part) for part in parts if part)


def _about(whom: str) -> str:
    """Say whom or what an act was about; people and known channels come by their names."""
    return "this server" if whom == "tenant" else whom.replace("channel:", "channel ", 1)


def _called(who: str) -> str:
    """Return somebody as people call them; an id says nothing to anybody."""
    kind = who.partition(":")[0]
    names = {"user": "This person", "role": "This role", "group": "This group"}
    if who.lower() in {"me", "@me"}:
        return "This person"
    return names.get(kind, who) if ":" in who else who


ADMINS = Command(
    name="admins",
    summary="See, add or remove those who may use these commands",
    options=Admins,
    handler=admins,
    words="reason",
    positional=("do", "who"),
    examples=("/quota admins", "/quota admins add @ann she runs the fair", "/quota admins remove @ann"),
    admins_only=True,
)
CLAIM = Command(
    name="claim",
    summary="Become the first admin by the code that Easel showed to whoever runs it",
    options=Claim,
    handler=claim,
    positional=("code",),
    examples=("/quota claim K7QM-2F9D",),
)
PAUSE = Command(
    name="pause",
    summary="Take no orders here for a while",
    options=Pausing,
    handler=pause,
    words="reason",
    examples=("/quota pause the budget is being checked",),
    admins_only=True,
)
RESUME = Command(
    name="resume",
    summary="Take orders here again",
    options=Resuming,
    handler=resume,
    words="reason",
    examples=("/quota resume", "/quota resume the budget is fine"),
    admins_only=True,
)
LOG = Command(
    name="log",
    summary="See what admins did here, and why",
    options=Nothing,
    handler=log,
    examples=("/quota log",),
    admins_only=True,
)
