"""`easel refund`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.cli.acting import carry_out
from bot.cli.console import answering, configured, fail
from bot.operating import REFUND_REASON_CHARACTERS_MAX, RefundJob

app = typer.Typer()

Number = Annotated[int, typer.Argument(min=1, help="The job's number, without the #.", show_default=False)]
Reason = Annotated[str, typer.Argument(help="Why; the person reads it in the statement.", show_default=False)]
Tenant = Annotated[str, typer.Option("--tenant", help="Where it was ordered: see `easel tenants list`.")]


@app.command()
def refund(number: Number, reason: Reason, tenant: Tenant = "local") -> None:
    """Give back what a job cost, once, to where it was paid from; the caps keep it."""
    try:
        act = RefundJob(number=number, reason=reason, tenant=tenant)
    except ValidationError:
        fail(f"Say why in 1 to {REFUND_REASON_CHARACTERS_MAX} characters; the person reads it.")
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), act)))
