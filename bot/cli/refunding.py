"""`easel refund`: what `easel quota refund` does, with a reason that has to be given."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.quotas import Tenant, say_line
from bot.core.reading import write_line

app = typer.Typer()

Number = Annotated[int, typer.Argument(min=1, help="The job's number, without the #.", show_default=False)]
Reason = Annotated[str, typer.Argument(help="Why; the person reads it in the statement.", show_default=False)]


@app.command()
def refund(number: Number, reason: Reason, tenant: Tenant = "local") -> None:
    """Give back what a job cost, once, to where it was paid from; the caps keep it."""
    say_line(f"refund {write_line(f'{number} {reason}', {})}", tenant)
