"""`easel audit`: what admins and operators did."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from bot.cli.console import AsJson, answering, cells, configured, console, moment, print_json, table
from bot.core.amounts import format_exact
from bot.storage import audit
from bot.storage.audit import DeedLine
from bot.storage.reading import reading

app = typer.Typer()


@app.command("audit")
def list_(
    *,
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Only what was done here: see `easel tenants list`.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what admins and operators did, newest first, with their reasons. Works while Easel runs."""
    with answering():
        lines = asyncio.run(_deeds(tenant, limit))
    if as_json:
        print_json(lines)
        return
    out = console()
    if not lines:
        out.print("Nothing was done yet.")
        return
    shown = table("when", "where", "who", "did", "whom", "credits", "what", "why", right=("credits",))
    for line in lines:
        amount = "" if line.amount is None else format_exact(line.amount).partition(" ")[0]
        where = line.tenant or "all of Easel"
        shown.add_row(
            *cells(moment(line.at), where, line.by, line.act, line.whom, amount, line.detail, line.reason)
        )
    out.print(shown)


async def _deeds(tenant: str | None, limit: int) -> Sequence[DeedLine]:
    async with reading(configured().database_url) as database:
        return await database.read(audit.newest, tenant, limit=limit)
