"""`easel quota`: what admins do in the chat with /quota, at the shell."""

from __future__ import annotations

import asyncio
import secrets
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.cli import reporting
from bot.cli.acting import answer_to
from bot.cli.console import answering, cells, configured, console, fail, table
from bot.core.reading import as_value
from bot.operating import Quota

app = typer.Typer()


class Act(StrEnum):
    """What can be done."""

    SHOW = "show"
    GRANT = "grant"
    REVOKE = "revoke"
    REFUND = "refund"
    LOST = "lost"
    PLAN = "plan"
    CAP = "cap"
    RESET = "reset"
    BLOCK = "block"
    UNBLOCK = "unblock"
    REPORT = "report"
    ADMINS = "admins"
    PAUSE = "pause"
    RESUME = "resume"
    LOG = "log"


REASON_ONLY = frozenset({Act.PAUSE, Act.RESUME})
"""Acts of which the first word is the reason's, and of nobody."""

First = Annotated[
    str | None,
    typer.Argument(
        metavar="[WHO|NUMBER]",
        help="A user id or a name, everyone, role:ID, or for a limit channel:ID or server; a job's number; a period.",
    ),
]
Words = Annotated[
    list[str] | None, typer.Argument(help="What /quota takes next: an amount, a plan, a reason.")
]
Tenant = Annotated[str, typer.Option("--tenant", help="Where: see `easel tenants list`.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask about a large sum.")]


@app.command()
def quota(
    act: Act, first: First = None, words: Words = None, tenant: Tenant = "local", *, yes: Sure = False
) -> None:
    """See and change what people may spend, as /quota does in the chat."""
    if act is Act.REPORT:
        reporting.report(first or "month", tenant)
        return
    if act is Act.SHOW and first is None:
        first = "everyone"  # whoever sits at the shell has no credits of their own
    named = [] if first is None else [first if act in REASON_ONLY else as_value(first)]
    say_line(" ".join([act.value, *named, *(words or ())]), tenant, is_sure=yes)


def say_line(line: str, tenant: str, *, is_sure: bool = False) -> None:
    """Say a line of /quota in a tenant, and print what it answers."""
    try:
        wish = Quota(tenant=tenant, line=line, event=secrets.token_hex(8), is_sure=is_sure)
    except ValidationError:
        fail("That is too long. Say it in fewer words.")
    with answering():
        answer = asyncio.run(answer_to(configured(), wish))
    typer.echo(answer.sentence)
    if answer.rows:
        shown = table("what", "value")
        for label, value in answer.rows:
            shown.add_row(*cells(label, value))
        console().print(shown)
