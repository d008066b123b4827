"""`easel doctor`."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from bot.cli.console import AsJson, cells, console
from bot.core.retirement import in_service
from bot.doctor import Finding, Patient, examine, unreadable
from config import ConfigError, load

app = typer.Typer()

STYLES = {"ok": "green", "note": "yellow", "fix": "bold red"}


@app.command()
def doctor(
    channel: Annotated[
        str | None,
        typer.Argument(help="Id of a Discord channel: what may the bot do there?", show_default=False),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Look at settings, data, books, keys and models, and name the next step; ends with 1 if something is wrong."""
    findings = asyncio.run(_findings(channel))
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in findings], indent=2, ensure_ascii=False))
    else:
        _show(findings)
    raise typer.Exit(any(each.grade == "fix" for each in findings))


async def _findings(channel: str | None) -> list[Finding]:
    from bot.vendors import DIALECTS

    try:
        config = load()
    except ConfigError as error:
        return [unreadable(error)]
    patient = Patient(
        config=config,
        offered=config.offered(DIALECTS),
        now=time.time_ns() // 1_000_000,
        sqlite_version=sqlite3.sqlite_version,
        free_bytes=_free_bytes,
    )
    findings = [finding async for finding in examine(patient)]
    if config.settings.discord_token is not None:
        from bot import chatapps

        offered = in_service(patient.offered, patient.today)
        looks = await chatapps.discord_looks(config, offered, channel)
        findings += [Finding("discord", each.grade, each.text, each.next_step) for each in looks]
    if config.settings.slack_bot_token is not None:
        from bot import chatapps

        slack = await chatapps.slack_looks(config, patient.now)
        findings += [Finding("slack", each.grade, each.text, each.next_step) for each in slack]
    return findings


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _show(findings: Sequence[Finding]) -> None:
    shown = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    shown.add_column(no_wrap=True)
    shown.add_column(no_wrap=True, style="dim")
    shown.add_column()
    for each in findings:
        grade = f"[{STYLES[each.grade]}]{each.grade}[/]"
        shown.add_row(grade, each.area, *cells(each.text))
        if each.next_step:
            shown.add_row("", "", f"[cyan]→ {cells(each.next_step)[0]}[/]")
    out = console()
    out.print(shown)
    wrong = sum(each.grade == "fix" for each in findings)
    notes = sum(each.grade == "note" for each in findings)
    if wrong:
        out.print(f"\n[bold red]{wrong} to fix[/], {notes} to note.")
    else:
        out.print("\nNothing to fix" + (f", {notes} to note." if notes else "."))
