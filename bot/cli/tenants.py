"""`easel tenants`: which servers and workspaces are let in."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer
from pydantic import ValidationError

from bot.cli.acting import carry_out
from bot.cli.console import AsJson, answering, cells, configured, console, day, fail, print_json, table
from bot.core.amounts import format_exact, parse_amount
from bot.core.errors import BadOption
from bot.operating import WHY_CHARACTERS_MAX, CapTenant, DecideTenant, MakeClaim
from bot.storage import operator
from bot.storage.operator import TenantLine
from bot.storage.reading import reading

app = typer.Typer(help="See and decide which servers and workspaces may spend.", no_args_is_help=True)

STYLES = {"approved": "green", "waiting": "yellow", "refused": "red"}
REASON_LONG = f"Say why in at most {WHY_CHARACTERS_MAX} characters."
Reason = Annotated[str, typer.Option("--reason", help="Why, for the audit log.", show_default=False)]
Id = Annotated[str, typer.Argument(help="The id that `easel tenants list` shows.", show_default=False)]


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """List every server, workspace and web chat, those that wait first. Works while Easel runs."""
    with answering():
        lines = asyncio.run(_tenants())
    if as_json:
        print_json(lines)
        return
    out = console()
    if not lines:
        out.print("Nobody has used Easel yet.")
        return
    shown = table(
        "tenant", "name", "state", "plan", "cap", "time zone", "jobs", "known since", right=("jobs",)
    )
    for line in lines:
        shown.add_row(
            *cells(line.id, line.name),
            f"[{STYLES.get(line.state, 'default')}]{line.state}[/]",
            *cells(line.plan or "default", _limit(line), line.time_zone, line.jobs, day(line.created)),
        )
    out.print(shown)


@app.command()
def approve(tenant: Id, reason: Reason = "") -> None:
    """Let a tenant order; its plan and caps hold from the next order on."""
    _decide(tenant, "approved", reason)


@app.command()
def refuse(tenant: Id, reason: Reason = "") -> None:
    """Keep a tenant out; what runs may finish, and its books stay."""
    _decide(tenant, "refused", reason)


@app.command()
def cap(
    tenant: Id,
    amount: Annotated[
        str,
        typer.Argument(
            help="Credits such as 500 or dollars such as $5, or none for no limit of its own.",
            show_default=False,
        ),
    ],
    per: Annotated[str, typer.Option(help="day, week or month, by plans.toml's clock.")] = "day",
    reason: Reason = "",
) -> None:
    """Set what a tenant may spend, whatever its own admins grant; it counts from the next order on."""
    try:
        millicredits = None if amount == "none" else parse_amount(amount)
        act = CapTenant.model_validate(
            {"tenant": tenant, "millicredits": millicredits, "per": per, "reason": reason}
        )
    except BadOption as error:
        fail(str(error))
    except ValidationError:
        if len(reason) > WHY_CHARACTERS_MAX:
            fail(REASON_LONG)
        fail("A period is a day, a week or a month, such as --per month.")
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), act)))


@app.command()
def claim(tenant: Id) -> None:
    """Show the code by which somebody becomes a tenant's first admin: one use, one hour."""
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), MakeClaim(tenant=tenant))))


def _decide(tenant: str, state: Literal["approved", "refused"], reason: str) -> None:
    try:
        act = DecideTenant(tenant=tenant, state=state, reason=reason)
    except ValidationError:
        fail(REASON_LONG)
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), act)))


def _limit(line: TenantLine) -> str:
    return "none" if line.cap is None else f"{format_exact(line.cap)} a {line.cap_per}"


async def _tenants() -> list[TenantLine]:
    async with reading(configured().database_url) as database:
        return await database.read(operator.tenants_known)
