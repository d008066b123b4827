"""`easel pause` and `easel resume`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError

from bot.cli.acting import carry_out
from bot.cli.console import answering, configured, fail
from bot.operating import REASON_CHARACTERS_MAX, Pause, Resume
from bot.storage.pauses import EVERY_VENDOR

app = typer.Typer()


def _vendors() -> list[str]:
    """Complete the names of vendors."""
    return [vendor.name for vendor in configured().catalogue.vendors]


Vendor = Annotated[
    str, typer.Option("--vendor", help="Only this vendor.", autocompletion=_vendors, show_default=False)
]


@app.command()
def pause(
    reason: Annotated[str, typer.Argument(help="What people are told, such as “the bill is being checked”.")],
    vendor: Vendor = EVERY_VENDOR,
) -> None:
    """Take no orders and start nothing, for all vendors or one, until `easel resume`; what runs may finish."""
    try:
        act = Pause(reason=reason, vendor=vendor)
    except ValidationError:
        fail(f"Say why in 1 to {REASON_CHARACTERS_MAX} characters; people who order read it.")
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), act)))


@app.command()
def resume(vendor: Vendor = EVERY_VENDOR) -> None:
    """Lift a pause; waiting jobs go on at once."""
    with answering():
        typer.echo(asyncio.run(carry_out(configured(), Resume(vendor=vendor))))
