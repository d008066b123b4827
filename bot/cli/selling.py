"""`easel vendors`: what vendors cost and how they have done."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict

import typer

from bot import adminsocket
from bot.cli.console import AsJson, answering, cells, configured, console, table
from bot.core.breaker import State
from bot.core.errors import EaselError
from bot.core.vendorsheets import VendorSheet, about_model, about_vendor
from bot.operating import Answer, ShowBreakers
from bot.storage.reading import reading
from bot.vendorbook import SoldBook
from bot.vendors import DIALECTS
from config import Config

app = typer.Typer()


@app.command()
def vendors(*, as_json: AsJson = False) -> None:
    """Show what every vendor on offer costs and how it has done. Works while Easel runs."""
    with answering():
        sheets = asyncio.run(_sheets(configured()))
    if as_json:
        told = [{**asdict(each), "facts": dict(each.facts)} for each in sheets]
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))
    else:
        _show(sheets)


async def _sheets(config: Config) -> list[VendorSheet]:
    left_alone = await _left_alone(config)

    def breaker(vendor: str, model: str) -> State:
        return left_alone.get(f"{vendor}/{model}", "closed")

    async with reading(config.database_url) as database:
        return list(await SoldBook(config.offered(DIALECTS), database, _now, breaker).read())


async def _left_alone(config: Config) -> dict[str, State]:
    """Ask the Easel that runs, if one does, which models it leaves alone."""
    try:
        said = await adminsocket.ask(config.settings.data_dir, ShowBreakers().model_dump_json())
    except (EaselError, OSError):
        return {}
    rows = Answer.model_validate_json(said).rows if said is not None else ()
    return {name: "open" if state == "open" else "half-open" for name, state in rows}


def _show(sheets: list[VendorSheet]) -> None:
    out = console()
    for sheet in sheets:
        out.print(f"[bold]{cells(sheet.title)[0]}[/]")
        shown = table("", "", "")
        shown.show_header = False
        for line in about_vendor(sheet):
            shown.add_row("", *cells(line.label, line.value))
        for model in sheet.models:
            shown.add_row(f"[green]{cells(model.address)[0]}[/]", "", "")
            for line in about_model(model, _now()):
                shown.add_row("", *cells(line.label, line.value))
                for detail in line.details:
                    shown.add_row("", "", f"[dim]{cells(detail)[0]}[/]")
        out.print(shown)
        out.print()


def _now() -> int:
    return time.time_ns() // 1_000_000
