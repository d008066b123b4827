"""`easel tenants`: which servers and workspaces are let in."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.acting import carry_out
from bot.cli.console import AsJson, answering, cells, configured, console, day, print_json, table
from bot.operating import DecideTenant
from bot.storage import operator
from bot.storage.operator import TenantLine
from bot.storage.reading import reading

app = typer.Typer(help="See and decide which servers and workspaces may spend.", no_args_is_help=True)

STYLES = {"approved": "green", "waiting": "yellow", "refused": "red"}
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
    shown = table("tenant", "name", "state", "plan", "time zone", "jobs", "known since", right=("jobs",))
    for line in lines:
        shown.add_row(
            *cells(line.id, line.name),
            f"[{STYLES.get(line.state, 'default')}]{line.state}[/]",
            *cells(line.plan or "default", line.time_zone, line.jobs, day(line.created)),
        )
    out.print(shown)


@app.command()
def approve(tenant: Id) -> None:
    """Let a tenant order; its plan and caps hold from the next order on."""
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), DecideTenant(tenant=tenant, state="approved"))))


@app.command()
def refuse(tenant: Id) -> None:
    """Keep a tenant out; what runs may finish, and its books stay."""
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), DecideTenant(tenant=tenant, state="refused"))))


async def _tenants() -> list[TenantLine]:
    async with reading(configured().database_url) as database:
        return await database.read(operator.tenants_known)
