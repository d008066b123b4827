"""`easel forget`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.acting import carry_out
from bot.cli.console import answering, configured
from bot.operating import ForgetPerson

app = typer.Typer()

Who = Annotated[str, typer.Argument(help="Their name, or the platform's id of them.", show_default=False)]
Tenant = Annotated[str, typer.Option("--tenant", help="Where they are known: see `easel tenants list`.")]
Sure = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command()
def forget(who: Who, tenant: Tenant = "local", *, yes: Sure = False) -> None:
    """Forget what somebody wrote, drew and chose; entries, numbers and sums stay."""
    if not yes:
        typer.confirm(f"Forget {who} of {tenant} for good?", abort=True)
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), ForgetPerson(tenant=tenant, who=who))))
